#include "edge_barrier.h"

#include "edge_explain.h"

#include <apr_strings.h>
#include <string.h>

/* Of one order at once: what hangs at one of them must not take all that the
 * lookout has for all orders. */
#define ASKED_MAX 4

/* The lookout is asked what came of its questions so often. */
#define POLL apr_time_from_msec(20)

#define LISTED_MAX 4

typedef enum spot_state_t {
    SPOT_OPEN, /* to be asked */
    SPOT_ASKED,
    SPOT_GOOD,
    SPOT_BAD
} spot_state_t;

/* One name whose addresses are asked for, or one address where its challenge
 * is. */
typedef struct spot_t {
    spot_state_t state;
    const acme_token_t *token;
    edge_cause_t cause; /* where it goes wrong */
    edge_look_t look;   /* address NULL: the name servers are asked */
    void *question;
    ae_error_t *trouble; /* of the last try, NULL: none */
} spot_t;

struct edge_barrier_t {
    edge_barrier_config_t config;
    const apr_array_header_t *tokens; /* acme_token_t */
    apr_array_header_t *spots;        /* spot_t * */
    unsigned asked;                   /* how many are SPOT_ASKED */
    apr_time_t since;                 /* also of a clock that was set back */
    apr_time_t round;                 /* when this try began */
    edge_failure_t found;
    int is_over;
    apr_pool_t *p;
};

static spot_t *spot_at(const edge_barrier_t *barrier, int i)
{
    return APR_ARRAY_IDX(barrier->spots, i, spot_t *);
}

static spot_t *add_spot(edge_barrier_t *barrier, const acme_token_t *token,
                        edge_cause_t cause)
{
    spot_t *spot = apr_pcalloc(barrier->p, sizeof(*spot));

    spot->token = token;
    spot->cause = cause;
    spot->look.name = token->name;
    spot->look.token = token->token;
    APR_ARRAY_PUSH(barrier->spots, spot_t *) = spot;
    return spot;
}

static void add_token(edge_barrier_t *barrier, const acme_token_t *token)
{
    const edge_cert_t *cert = barrier->config.cert;
    int peers = cert->peers ? cert->peers->nelts : 0;
    int i;

    for (i = 0; i < peers; i++) {
        add_spot(barrier, token, EDGE_CAUSE_PROBE_PEER)->look.at =
            APR_ARRAY_IDX(cert->peers, i, edge_peer_t);
    }
    if (cert->probing != EDGE_PROBING_OFF) {
        add_spot(barrier, token, EDGE_CAUSE_PROBE_LOOKUP);
    }
}

edge_barrier_t *edge_barrier_create(const edge_barrier_config_t *config,
                                    const apr_array_header_t *tokens,
                                    apr_time_t now, apr_pool_t *p)
{
    edge_barrier_t *barrier = apr_pcalloc(p, sizeof(*barrier));
    int i;

    barrier->config = *config;
    barrier->tokens = tokens;
    barrier->spots = apr_array_make(p, 8, sizeof(spot_t *));
    barrier->since = now;
    barrier->round = now;
    barrier->p = p;
    for (i = 0; config->lookout->find != NULL && i < tokens->nelts; i++) {
        add_token(barrier, &APR_ARRAY_IDX(tokens, i, acme_token_t));
    }
    return barrier;
}

/* --- what came back ------------------------------------------------------ */

static int is_name(const spot_t *spot)
{
    return spot->look.at.address == NULL;
}

/* The memory of the first try is that of the next one, too. */
static ae_error_t *trouble_of(spot_t *spot, edge_barrier_t *barrier)
{
    if (spot->trouble == NULL) {
        spot->trouble = apr_pcalloc(barrier->p, sizeof(*spot->trouble));
    }
    return spot->trouble;
}

/* A peer that is in the DNS too is asked as a peer. */
static void add_addresses(edge_barrier_t *barrier, const spot_t *name,
                          const apr_array_header_t *addresses)
{
    int i;

    for (i = 0; i < addresses->nelts; i++) {
        edge_peer_t at = {APR_ARRAY_IDX(addresses, i, const char *),
                          EDGE_HTTP_PORT};

        if (!edge_peer_is_among(barrier->config.cert->peers, &at)) {
            at.address = apr_pstrdup(barrier->p, at.address);
            add_spot(barrier, name->token, EDGE_CAUSE_PROBE_ADDRESS)->look.at =
                at;
        }
    }
}

static const char *came_from(const edge_sight_t *sight, apr_pool_t *p)
{
    return sight->redirects == 0
               ? ""
               : apr_psprintf(p, ", after %u redirect%s, from %.200s",
                              sight->redirects,
                              sight->redirects > 1 ? "s" : "", sight->url);
}

static int judge_sight(spot_t *spot, edge_barrier_t *barrier,
                       const edge_sight_t *sight)
{
    apr_pool_t *ptemp;
    ae_error_t *err;

    if (sight->code == 200 &&
        edge_challenge_is_answered(sight->body,
                                   spot->token->key_authorization)) {
        return 1;
    }
    err = trouble_of(spot, barrier);
    apr_pool_create(&ptemp, barrier->p);
    ae_error_set(err, AE_EMISMATCH, "-");
    if (sight->code == 200) {
        ae_error_why(err, "another answer than this challenge's came back%s",
                     came_from(sight, ptemp));
    } else {
        ae_error_why(err, "status %d came back%s", sight->code,
                     came_from(sight, ptemp));
    }
    apr_pool_destroy(ptemp);
    return 0;
}

static void judge(spot_t *spot, edge_barrier_t *barrier,
                  const edge_report_t *report)
{
    int good = 0;

    if (report->status != APR_SUCCESS) {
        *trouble_of(spot, barrier) = report->err;
    } else if (is_name(spot)) {
        add_addresses(barrier, spot, report->addresses);
        good = 1;
    } else {
        good = judge_sight(spot, barrier, &report->sight);
    }
    spot->state = good ? SPOT_GOOD : SPOT_BAD;
}

static void forget_question(spot_t *spot, edge_barrier_t *barrier)
{
    const edge_lookout_t *lookout = barrier->config.lookout;

    lookout->drop(lookout->ctx, spot->question);
    spot->question = NULL;
    barrier->asked--;
}

static void collect(edge_barrier_t *barrier)
{
    const edge_lookout_t *lookout = barrier->config.lookout;
    int i;

    for (i = 0; barrier->asked > 0 && i < barrier->spots->nelts; i++) {
        spot_t *spot = spot_at(barrier, i);
        const edge_report_t *report;

        if (spot->state != SPOT_ASKED) {
            continue;
        }
        report = lookout->report(lookout->ctx, spot->question);
        if (report != NULL) {
            judge(spot, barrier, report);
            forget_question(spot, barrier);
        }
    }
}

/* --- what is asked ------------------------------------------------------- */

static void ask(edge_barrier_t *barrier)
{
    const edge_lookout_t *lookout = barrier->config.lookout;
    int i;

    for (i = 0; barrier->asked < ASKED_MAX && i < barrier->spots->nelts; i++) {
        spot_t *spot = spot_at(barrier, i);

        if (spot->state == SPOT_OPEN) {
            spot->question = is_name(spot)
                                 ? lookout->find(lookout->ctx, spot->look.name)
                                 : lookout->fetch(lookout->ctx, &spot->look);
            spot->state = SPOT_ASKED;
            barrier->asked++;
        }
    }
}

static int count(const edge_barrier_t *barrier, spot_state_t state)
{
    int found = 0;
    int i;

    for (i = 0; i < barrier->spots->nelts; i++) {
        found += spot_at(barrier, i)->state == state;
    }
    return found;
}

static void try_again(edge_barrier_t *barrier, apr_time_t now)
{
    int i;

    barrier->round = now;
    for (i = 0; i < barrier->spots->nelts; i++) {
        if (spot_at(barrier, i)->state == SPOT_BAD) {
            spot_at(barrier, i)->state = SPOT_OPEN;
        }
    }
}

/* No try begins before all of the last one is back. */
static edge_barrier_next_t go_on(edge_barrier_t *barrier, apr_time_t now,
                                 apr_time_t *wake)
{
    if (barrier->asked > 0) {
        *wake = now + POLL;
    } else if (count(barrier, SPOT_BAD) == 0) {
        return EDGE_BARRIER_OPEN;
    } else if (now - barrier->round >= EDGE_BARRIER_PAUSE) {
        try_again(barrier, now);
        *wake = now + 1;
    } else {
        *wake = barrier->round + EDGE_BARRIER_PAUSE;
    }
    return EDGE_BARRIER_WAIT;
}

/* --- what is wrong ------------------------------------------------------- */

static int is_wrong(const spot_t *spot)
{
    return spot->state != SPOT_GOOD;
}

static const char *place_of(const spot_t *spot, apr_pool_t *p)
{
    return is_name(spot) ? spot->token->name
                         : apr_psprintf(p, "%s at %s", spot->token->name,
                                        edge_peer_print(&spot->look.at, p));
}

/* One that was tried says more than one that nobody came to. */
static int find_first(const edge_barrier_t *barrier)
{
    int first = -1;
    int i;

    for (i = 0; i < barrier->spots->nelts; i++) {
        const spot_t *spot = spot_at(barrier, i);

        if (is_wrong(spot) && spot->trouble != NULL) {
            return i;
        }
        first = first < 0 && is_wrong(spot) ? i : first;
    }
    return first;
}

static const char *list_others(const edge_barrier_t *barrier, int first,
                               apr_pool_t *p)
{
    const char *text = "";
    int others = 0;
    int i;

    for (i = 0; i < barrier->spots->nelts; i++) {
        if (i == first || !is_wrong(spot_at(barrier, i))) {
            continue;
        }
        if (others < LISTED_MAX) {
            text = apr_pstrcat(p, text, others > 0 ? ", " : "; nor is ",
                               place_of(spot_at(barrier, i), p), NULL);
        }
        others++;
    }
    return others > LISTED_MAX
               ? apr_psprintf(p, "%s and %d more", text, others - LISTED_MAX)
               : text;
}

static const char *reason_of(const spot_t *spot)
{
    if (spot->trouble == NULL) {
        return "nothing came back in time";
    }
    return spot->trouble->why[0] ? spot->trouble->why : spot->trouble->what;
}

static void find_trouble(edge_barrier_t *barrier, apr_pool_t *ptemp)
{
    int first = find_first(barrier);
    const spot_t *spot = spot_at(barrier, first);
    ae_error_t *err = &barrier->found.error;

    if (is_name(spot)) {
        ae_error_set(err, AE_ENOHOST, "This server finds no address of %s",
                     spot->token->name);
    } else {
        ae_error_set(err, AE_EMISMATCH, "The challenge for %s is not answered",
                     place_of(spot, ptemp));
    }
    ae_error_why(err, "%.500s%s", reason_of(spot),
                 list_others(barrier, first, ptemp));
    edge_explain_next(err, spot->cause, 0);
    barrier->found.cause = spot->cause;
}

/* --- how it ends --------------------------------------------------------- */

static edge_barrier_next_t shut(edge_barrier_t *barrier)
{
    const edge_barrier_config_t *config = &barrier->config;
    int is_required = config->cert->probing == EDGE_PROBING_REQUIRED;
    apr_pool_t *ptemp;

    apr_pool_create(&ptemp, barrier->p);
    find_trouble(barrier, ptemp);
    if (is_required) {
        barrier->found.id = "AE092";
    } else if (config->provider != NULL) {
        ae_log(config->log, AE_LOG_WARNING,
               "AE091: %s: %s; %s is asked to look all the same",
               config->cert->name, ae_error_line(&barrier->found.error, ptemp),
               config->provider->name);
    }
    apr_pool_destroy(ptemp);
    return is_required ? EDGE_BARRIER_SHUT : EDGE_BARRIER_OPEN;
}

static void say_asked(const edge_barrier_t *barrier)
{
    const edge_barrier_config_t *config = &barrier->config;
    int i;

    for (i = 0; config->provider != NULL && i < barrier->tokens->nelts; i++) {
        ae_log(config->log, AE_LOG_INFO,
               "%s: the challenge for %s is published; %s is asked to look",
               config->cert->name,
               APR_ARRAY_IDX(barrier->tokens, i, acme_token_t).name,
               config->provider->name);
    }
}

static void watch_clock(edge_barrier_t *barrier, apr_time_t now)
{
    if (now < barrier->round) {
        barrier->since -= barrier->round - now;
        barrier->round = now;
    }
}

edge_barrier_next_t edge_barrier_step(edge_barrier_t *barrier, apr_time_t now,
                                      apr_time_t *wake)
{
    edge_barrier_next_t next;

    watch_clock(barrier, now);
    collect(barrier);
    ask(barrier);
    next = go_on(barrier, now, wake);
    if (next == EDGE_BARRIER_WAIT &&
        now - barrier->since >= EDGE_BARRIER_SPAN) {
        next = shut(barrier);
    }
    if (next == EDGE_BARRIER_OPEN) {
        say_asked(barrier);
    }
    if (next != EDGE_BARRIER_WAIT) {
        barrier->is_over = 1;
        edge_barrier_end(barrier);
    }
    return next;
}

const edge_failure_t *edge_barrier_found(const edge_barrier_t *barrier)
{
    return barrier->is_over ? &barrier->found : NULL;
}

void edge_barrier_end(edge_barrier_t *barrier)
{
    int i;

    for (i = 0; barrier != NULL && i < barrier->spots->nelts; i++) {
        if (spot_at(barrier, i)->question != NULL) {
            forget_question(spot_at(barrier, i), barrier);
        }
    }
}
