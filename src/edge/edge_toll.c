#include "edge_toll.h"

#include <errno.h>
#include <signal.h>
#include <stdatomic.h>
#include <string.h>

#define CLIENTS 256

/* A place tells who has it, and since which millisecond. */
#define PID_BITS 24
#define PID_MASK (((apr_uint64_t)1 << PID_BITS) - 1)

#define V6_BYTES 16
#define V6_NETWORK_BYTES 8
#define V4_BYTES 4

typedef _Atomic apr_int64_t moment_t;

/* A bucket is the moment at which it will be full again. */
struct edge_toll_t {
    apr_uint64_t seed;
    moment_t all;
    moment_t clients[CLIENTS];
    _Atomic apr_uint64_t places[EDGE_TOLL_PLACES];
    moment_t paused_until;
    moment_t tell_at;
};

apr_size_t edge_toll_size(void)
{
    return sizeof(edge_toll_t);
}

edge_toll_t *edge_toll_make(void *memory, apr_uint64_t seed)
{
    edge_toll_t *toll = memory;

    memset(toll, 0, sizeof(*toll));
    toll->seed = seed;
    return toll;
}

/* --- clients ------------------------------------------------------------- */

static apr_size_t counted_bytes(const unsigned char **bytes, apr_size_t len)
{
    static const unsigned char mapped[] = {0, 0, 0, 0, 0,    0,
                                           0, 0, 0, 0, 0xff, 0xff};

    if (len != V6_BYTES) {
        return len;
    }
    if (memcmp(*bytes, mapped, sizeof(mapped)) == 0) {
        *bytes += sizeof(mapped);
        return V4_BYTES;
    }
    return V6_NETWORK_BYTES;
}

/* FNV-1a. */
static unsigned client_of(const edge_toll_t *toll, const void *address,
                          apr_size_t len)
{
    const unsigned char *bytes = address;
    apr_uint64_t hash = APR_UINT64_C(14695981039346656037) ^ toll->seed;
    apr_size_t count = counted_bytes(&bytes, len);
    apr_size_t i;

    for (i = 0; i < count; i++) {
        hash = (hash ^ bytes[i]) * APR_UINT64_C(1099511628211);
    }
    return (unsigned)((hash ^ (hash >> 32)) % CLIENTS);
}

/* --- buckets ------------------------------------------------------------- */

static int charge(moment_t *bucket, int rate, int burst, apr_time_t now)
{
    apr_int64_t each = APR_USEC_PER_SEC / rate;
    apr_int64_t full = atomic_load(bucket);
    apr_int64_t then;

    do {
        then = (full > now ? full : now) + each;
        if (then - now > each * burst) {
            return 0;
        }
    } while (!atomic_compare_exchange_weak(bucket, &full, then));
    return 1;
}

static void give_back(moment_t *bucket, int rate)
{
    atomic_fetch_sub(bucket, APR_USEC_PER_SEC / rate);
}

/* The client's first: who asks too much does not use up what others need. */
static int pay(edge_toll_t *toll, unsigned client, apr_time_t now)
{
    if (!charge(&toll->clients[client], EDGE_TOLL_CLIENT_RATE,
                EDGE_TOLL_CLIENT_BURST, now)) {
        return 0;
    }
    if (!charge(&toll->all, EDGE_TOLL_RATE, EDGE_TOLL_BURST, now)) {
        give_back(&toll->clients[client], EDGE_TOLL_CLIENT_RATE);
        return 0;
    }
    return 1;
}

/* --- places -------------------------------------------------------------- */

static apr_uint64_t held_by(pid_t pid, apr_time_t now)
{
    return ((apr_uint64_t)apr_time_as_msec(now) << PID_BITS) |
           ((apr_uint64_t)pid & PID_MASK);
}

static int is_held_for(apr_uint64_t held, apr_interval_time_t span,
                       apr_time_t now)
{
    apr_int64_t since = (apr_int64_t)(held >> PID_BITS);

    return apr_time_as_msec(now) - since >= apr_time_as_msec(span);
}

static int is_alive(apr_uint64_t held)
{
    return kill((pid_t)(held & PID_MASK), 0) == 0 || errno != ESRCH;
}

/* Free what the dead hold, and the lost; tell whether somebody else has waited
 * too long. */
static int hangs(edge_toll_t *toll, apr_time_t now)
{
    int found = 0;
    int i;

    for (i = 0; i < EDGE_TOLL_PLACES; i++) {
        apr_uint64_t held = atomic_load(&toll->places[i]);

        if (held == 0 || !is_held_for(held, EDGE_TOLL_SLOW, now)) {
            continue;
        }
        if (is_alive(held) && !is_held_for(held, EDGE_TOLL_LOST, now)) {
            found = 1;
        } else {
            atomic_compare_exchange_strong(&toll->places[i], &held, 0);
        }
    }
    return found;
}

static edge_toll_answer_t take_place(edge_toll_t *toll, edge_pass_t *pass,
                                     pid_t pid, apr_time_t now)
{
    unsigned i;

    pass->since = now;
    pass->held = held_by(pid, now);
    for (i = 0; i < EDGE_TOLL_PLACES; i++) {
        apr_uint64_t empty = 0;

        if (atomic_compare_exchange_strong(&toll->places[i], &empty,
                                           pass->held)) {
            pass->place = i;
            return EDGE_TOLL_PASSED;
        }
    }
    return EDGE_TOLL_BUSY;
}

/* --- the toll ------------------------------------------------------------ */

static int is_shut(edge_toll_t *toll, apr_time_t now)
{
    return now < atomic_load(&toll->paused_until) || hangs(toll, now);
}

edge_toll_answer_t edge_toll_enter(edge_toll_t *toll, edge_pass_t *pass,
                                   const void *client, apr_size_t len,
                                   pid_t pid, apr_time_t now)
{
    pass->client = client_of(toll, client, len);
    return is_shut(toll, now) || !pay(toll, pass->client, now)
               ? EDGE_TOLL_REFUSED
               : take_place(toll, pass, pid, now);
}

edge_toll_answer_t edge_toll_retry(edge_toll_t *toll, edge_pass_t *pass,
                                   pid_t pid, apr_time_t now)
{
    return is_shut(toll, now) ? EDGE_TOLL_REFUSED
                              : take_place(toll, pass, pid, now);
}

void edge_toll_leave(edge_toll_t *toll, const edge_pass_t *pass,
                     edge_toll_end_t end, apr_time_t now)
{
    apr_uint64_t held = pass->held;

    if (end == EDGE_TOLL_FAILED || now - pass->since >= EDGE_TOLL_SLOW) {
        atomic_store(&toll->paused_until, now + EDGE_TOLL_PAUSE);
    }
    if (end == EDGE_TOLL_FOUND) {
        give_back(&toll->clients[pass->client], EDGE_TOLL_CLIENT_RATE);
    }
    atomic_compare_exchange_strong(&toll->places[pass->place], &held, 0);
}

int edge_toll_tells(edge_toll_t *toll, apr_time_t now)
{
    apr_int64_t at = atomic_load(&toll->tell_at);

    return now >= at && atomic_compare_exchange_strong(
                            &toll->tell_at, &at, now + EDGE_TOLL_TELLING);
}
