#include "edge_meter.h"

#include <assert.h>
#include <stdatomic.h>
#include <string.h>

/* The longest name of a provider: host, port, hash. */
#define NAME_BYTES 224
#define OTHER (EDGE_METER_CAS - 1)

typedef _Atomic apr_uint64_t counter_t;

typedef struct ca_meter_t {
    char name[NAME_BYTES];
    counter_t requests[EDGE_METER_CODES];
    counter_t buckets[EDGE_METER_BUCKETS];
    counter_t total;
} ca_meter_t;

struct edge_meter_t {
    apr_time_t since;
    counter_t counts[EDGE_COUNTS];
    counter_t problems[ACME_PROBLEM_KINDS];
    /* Those before this number have a name, which never changes again. */
    atomic_int known;
    ca_meter_t cas[EDGE_METER_CAS];
};

static const apr_interval_time_t bounds[EDGE_METER_BUCKETS] = {
    50000,   100000,   250000,   500000,   1000000, 2500000,
    5000000, 10000000, 30000000, 60000000, 0,
};

static const struct {
    const char *key;
    const char *label;
} words[] = {
    [EDGE_COUNT_ATTEMPTS] = {"Attempts", "attempts"},
    [EDGE_COUNT_ATTEMPTS_FAILED] = {"AttemptsFailed", "attempts that failed"},
    [EDGE_COUNT_ORDERS] = {"Orders", "orders"},
    [EDGE_COUNT_ISSUED] = {"Issued", "certificates issued"},
    [EDGE_COUNT_ORDERS_LOST] = {"OrdersLost", "orders that came to nothing"},
    [EDGE_COUNT_DEPLOYED] = {"Deployed", "certificates deployed"},
    [EDGE_COUNT_DEPLOYED_HOT] = {"DeployedHot", "deployed with no restart"},
    [EDGE_COUNT_REFUSED] = {"Refused", "certificates not fit to be deployed"},
    [EDGE_COUNT_RESTARTS_ASKED] = {"RestartsAsked", "restarts asked for"},
    [EDGE_COUNT_RESTARTS] = {"Restarts", "restarts begun"},
    [EDGE_COUNT_RESTARTS_PUT_OFF] = {"RestartsPutOff", "restarts put off"},
    [EDGE_COUNT_CHALLENGE_HITS] = {"ChallengeHits", "challenges answered"},
    [EDGE_COUNT_CHALLENGE_MISSES] = {"ChallengeMisses",
                                     "challenges of nobody here"},
    [EDGE_COUNT_CHALLENGE_LOOKUPS] = {"ChallengeLookups",
                                      "look-ups in the store of all peers"},
    [EDGE_COUNT_CHALLENGE_REFUSED] = {"ChallengeLookupsRefused",
                                      "look-ups refused"},
};
static_assert(sizeof(words) / sizeof(words[0]) == EDGE_COUNTS,
              "each counter has its words");

static void add(counter_t *counter, apr_uint64_t more)
{
    atomic_fetch_add_explicit(counter, more, memory_order_relaxed);
}

static apr_uint64_t get(const counter_t *counter)
{
    return atomic_load_explicit(counter, memory_order_relaxed);
}

/* --- making -------------------------------------------------------------- */

apr_size_t edge_meter_size(void)
{
    return sizeof(edge_meter_t);
}

edge_meter_t *edge_meter_make(void *memory, apr_time_t now)
{
    edge_meter_t *meter = memory;

    memset(meter, 0, sizeof(*meter));
    meter->since = now;
    memcpy(meter->cas[OTHER].name, "other", sizeof("other"));
    return meter;
}

static int known_of(const edge_meter_t *meter)
{
    return atomic_load_explicit(&meter->known, memory_order_acquire);
}

/* @return the index, that of "other" where the name is not known */
static int find(const edge_meter_t *meter, const char *name)
{
    int known = known_of(meter);
    int ca;

    for (ca = 0; ca < known; ca++) {
        if (strncmp(meter->cas[ca].name, name, NAME_BYTES - 1) == 0) {
            return ca;
        }
    }
    return OTHER;
}

void edge_meter_know(edge_meter_t *meter, const char *name)
{
    int known;

    if (meter == NULL || find(meter, name) != OTHER) {
        return;
    }
    known = known_of(meter);
    if (known < OTHER) {
        ae_text_copy(meter->cas[known].name, NAME_BYTES, name);
        atomic_store_explicit(&meter->known, known + 1, memory_order_release);
    }
}

/* --- counting ------------------------------------------------------------ */

void edge_meter_count(edge_meter_t *meter, edge_count_t what)
{
    if (meter != NULL) {
        add(&meter->counts[what], 1);
    }
}

static int bucket_of(apr_interval_time_t took)
{
    int bucket = 0;

    while (bounds[bucket] != 0 && took > bounds[bucket]) {
        bucket++;
    }
    return bucket;
}

static int code_of(const acme_response_t *response)
{
    return response->status == APR_SUCCESS && response->code > 0 &&
                   response->code < EDGE_METER_CODES
               ? response->code
               : 0;
}

void edge_meter_request(edge_meter_t *meter, const char *ca,
                        const acme_response_t *response)
{
    apr_interval_time_t took = response->took > 0 ? response->took : 0;
    ca_meter_t *of;

    if (meter != NULL) {
        of = &meter->cas[find(meter, ca)];
        add(&of->requests[code_of(response)], 1);
        add(&of->buckets[bucket_of(took)], 1);
        add(&of->total, (apr_uint64_t)took);
    }
}

void edge_meter_problem(edge_meter_t *meter, const acme_problem_t *problem)
{
    int i;

    if (meter == NULL || problem == NULL) {
        return;
    }
    add(&meter->problems[problem->kind], 1);
    for (i = 0; problem->subproblems && i < problem->subproblems->nelts; i++) {
        edge_meter_problem(meter, APR_ARRAY_IDX(problem->subproblems, i,
                                                const acme_problem_t *));
    }
}

/* --- reading ------------------------------------------------------------- */

apr_time_t edge_meter_since(const edge_meter_t *meter)
{
    return meter->since;
}

apr_uint64_t edge_meter_read(const edge_meter_t *meter, edge_count_t what)
{
    return get(&meter->counts[what]);
}

apr_uint64_t edge_meter_problems(const edge_meter_t *meter,
                                 acme_problem_kind_t kind)
{
    return get(&meter->problems[kind]);
}

const char *edge_meter_ca(const edge_meter_t *meter, int ca)
{
    return ca == OTHER || ca < known_of(meter) ? meter->cas[ca].name : NULL;
}

apr_uint64_t edge_meter_requests(const edge_meter_t *meter, int ca, int code)
{
    return get(&meter->cas[ca].requests[code]);
}

void edge_meter_durations(const edge_meter_t *meter, int ca,
                          edge_durations_t *durations)
{
    const ca_meter_t *of = &meter->cas[ca];
    int i;

    durations->count = 0;
    for (i = 0; i < EDGE_METER_BUCKETS; i++) {
        durations->buckets[i] = get(&of->buckets[i]);
        durations->count += durations->buckets[i];
    }
    durations->total = (apr_interval_time_t)get(&of->total);
}

apr_interval_time_t edge_meter_bound(int bucket)
{
    return bounds[bucket];
}

const char *edge_count_key(edge_count_t what)
{
    return words[what].key;
}

const char *edge_count_label(edge_count_t what)
{
    return words[what].label;
}
