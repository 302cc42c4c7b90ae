#ifndef EDGE_METER_H
#define EDGE_METER_H

/** Counters of all processes of one httpd, in memory that they share and that
 * graceful restarts leave alone. They only grow. All threads and processes
 * count at once, without a lock, in no order but each counter's own; a meter
 * that is NULL counts nothing. */

#include "acme_exchange.h"

typedef struct edge_meter_t edge_meter_t;

/** What is counted by number alone. */
typedef enum edge_count_t {
    EDGE_COUNT_ATTEMPTS,          /* begun, to get one certificate each */
    EDGE_COUNT_ATTEMPTS_FAILED,   /* for whatever reason */
    EDGE_COUNT_ORDERS,            /* begun anew, not taken up again */
    EDGE_COUNT_ISSUED,            /* certificates, staged */
    EDGE_COUNT_ORDERS_LOST,       /* orders that came to nothing */
    EDGE_COUNT_DEPLOYED,          /* certificates that went live */
    EDGE_COUNT_DEPLOYED_HOT,      /* of these, with no restart */
    EDGE_COUNT_REFUSED,           /* staged sets that did not pass */
    EDGE_COUNT_RESTARTS_ASKED,    /* by the worker, once in a generation */
    EDGE_COUNT_RESTARTS,          /* graceful ones that the module began */
    EDGE_COUNT_RESTARTS_PUT_OFF,  /* the configuration would not start */
    EDGE_COUNT_CHALLENGE_HITS,    /* tokens that were answered */
    EDGE_COUNT_CHALLENGE_MISSES,  /* tokens that nobody has here */
    EDGE_COUNT_CHALLENGE_LOOKUPS, /* of tokens, in a store of all peers */
    EDGE_COUNT_CHALLENGE_REFUSED, /* of these, not done: too many */
    EDGE_COUNTS
} edge_count_t;

/** CAs are told apart by the provider's name, as many as these; all further
 * ones are counted under the last, "other". */
#define EDGE_METER_CAS 17

/** How long requests took: buckets with an upper bound each, and one above. */
#define EDGE_METER_BUCKETS 11
typedef struct edge_durations_t {
    apr_uint64_t buckets[EDGE_METER_BUCKETS]; /* each by itself */
    apr_uint64_t count;                       /* the sum of all buckets */
    apr_interval_time_t total;                /* of all requests */
} edge_durations_t;

/** The bytes that a meter takes. */
apr_size_t edge_meter_size(void);

/** Make one of `memory`, which is as long, and aligned as malloc's. All is
 * zero. Lives as long as the memory. */
edge_meter_t *edge_meter_make(void *memory, apr_time_t now);

/** Parent, before it forks: have a counter for this CA, now and ever after.
 * @param name the provider's, copied */
void edge_meter_know(edge_meter_t *meter, const char *name);

/** Count one. Any process, any thread. */
void edge_meter_count(edge_meter_t *meter, edge_count_t what);

/** Count a request to a CA that has ended.
 * @param ca the provider's name; "other" is counted where it is not known
 * @param response by its code, or as one that was not answered; with its
 * `took` */
void edge_meter_request(edge_meter_t *meter, const char *ca,
                        const acme_response_t *response);

/** Count what a CA objected to: a problem and each of its subproblems, by
 * kind. NULL: it was none of the CA's. */
void edge_meter_problem(edge_meter_t *meter, const acme_problem_t *problem);

/** When it was made. */
apr_time_t edge_meter_since(const edge_meter_t *meter);

/** Read one. */
apr_uint64_t edge_meter_read(const edge_meter_t *meter, edge_count_t what);
apr_uint64_t edge_meter_problems(const edge_meter_t *meter,
                                 acme_problem_kind_t kind);

/** The name of a CA, 0 to EDGE_METER_CAS - 1; NULL where there is none at this
 * index. The last is always "other". */
const char *edge_meter_ca(const edge_meter_t *meter, int ca);

/** Requests to it that ended with this code; code 0: without an answer.
 * @param code 0 to EDGE_METER_CODES - 1 */
#define EDGE_METER_CODES 600
apr_uint64_t edge_meter_requests(const edge_meter_t *meter, int ca, int code);

/** How long they took. */
void edge_meter_durations(const edge_meter_t *meter, int ca,
                          edge_durations_t *durations);

/** The upper bound of a bucket in microseconds; 0 for the last, which has
 * none. */
apr_interval_time_t edge_meter_bound(int bucket);

/** What a counter is called by programs, "OrdersLost", and by people. */
const char *edge_count_key(edge_count_t what);
const char *edge_count_label(edge_count_t what);

#endif
