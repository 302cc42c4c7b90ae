#ifndef EDGE_TOLL_H
#define EDGE_TOLL_H

/** How often a challenge store over the network may be asked on behalf of
 * requests, and by how many at once: a flood of invented tokens must cost it a
 * bounded number of look-ups, and a store that hangs must keep few threads
 * waiting. In memory that all processes of one httpd share; without a lock.
 * `now` is a clock that only goes forward, the same for all processes. */

#include "ae_error.h"

#include <apr_time.h>
#include <sys/types.h>

/** Look-ups a second for one client, in the long run and at once, that found
 * nothing: what is found costs a client nothing. */
#define EDGE_TOLL_CLIENT_RATE 20
#define EDGE_TOLL_CLIENT_BURST 40

/** Look-ups a second for all clients, whatever they find. */
#define EDGE_TOLL_RATE 200
#define EDGE_TOLL_BURST 200

/** How many may be under way. */
#define EDGE_TOLL_PLACES 8

/** From when on a look-up under way says that the store hangs; and how long
 * nothing is asked after one that took so long, or failed. */
#define EDGE_TOLL_SLOW apr_time_from_sec(1)
#define EDGE_TOLL_PAUSE apr_time_from_sec(1)

/** How long a look-up under way counts: one that waits for a machine that went
 * down never ends, and the store may long be back. */
#define EDGE_TOLL_LOST apr_time_from_sec(60 * 60)

/** How often a store that fails is told of. */
#define EDGE_TOLL_TELLING apr_time_from_sec(600)

typedef struct edge_toll_t edge_toll_t;

typedef enum edge_toll_answer_t {
    EDGE_TOLL_PASSED, /* it may ask, and says how that ended */
    EDGE_TOLL_BUSY,   /* it has paid; soon there may be a place */
    EDGE_TOLL_REFUSED
} edge_toll_answer_t;

typedef enum edge_toll_end_t {
    EDGE_TOLL_FOUND,
    EDGE_TOLL_NOT_FOUND,
    EDGE_TOLL_FAILED
} edge_toll_end_t;

/** A look-up that is under way. A plain value. */
typedef struct edge_pass_t {
    apr_uint64_t held;
    unsigned place;
    unsigned client;
    apr_time_t since;
} edge_pass_t;

/** The bytes that it takes. */
apr_size_t edge_toll_size(void);

/** Make one of `memory`, which is as long, and aligned as malloc's.
 * @param seed random, so that nobody knows which clients count as one */
edge_toll_t *edge_toll_make(void *memory, apr_uint64_t seed);

/** Ask to look something up. Any process, any thread.
 * @param pass is set where the answer is EDGE_TOLL_PASSED, for edge_toll_leave,
 * or EDGE_TOLL_BUSY, for edge_toll_retry: who waits for a place has paid, or a
 * flood would have any number of threads wait while the store is slow
 * @param client the bytes of its address; of IPv6 it is the network that
 * counts, for one host has 2^64 addresses there
 * @param pid of this process: a place that one left by dying is free again */
edge_toll_answer_t edge_toll_enter(edge_toll_t *toll, edge_pass_t *pass,
                                   const void *client, apr_size_t len,
                                   pid_t pid, apr_time_t now);

/** After EDGE_TOLL_BUSY: ask for a place again, for what was paid. */
edge_toll_answer_t edge_toll_retry(edge_toll_t *toll, edge_pass_t *pass,
                                   pid_t pid, apr_time_t now);

/** Say how it ended. The process and thread that entered. */
void edge_toll_leave(edge_toll_t *toll, const edge_pass_t *pass,
                     edge_toll_end_t end, apr_time_t now);

/** Whether a failure is to be told of now, by whoever asks first. */
int edge_toll_tells(edge_toll_t *toll, apr_time_t now);

#endif
