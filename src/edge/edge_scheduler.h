#ifndef EDGE_SCHEDULER_H
#define EDGE_SCHEDULER_H

/** All jobs of one worker, by next time, and its errands. It owns sessions and
 * jobs, keeps the store, and says what to put on the wire; it never waits. One
 * thread. */

#include "acme_exchange.h"
#include "edge_challenge.h"
#include "edge_door.h"
#include "edge_event.h"
#include "edge_lookout.h"
#include "edge_meter.h"
#include "edge_status.h"

typedef struct edge_scheduler_t edge_scheduler_t;

/** Borrowed; must outlive the scheduler. */
typedef struct edge_scheduler_config_t {
    const edge_store_t *store;
    const apr_array_header_t *certs; /* const edge_cert_t * */
    edge_challenge_store_t challenges;
    edge_lookout_t lookout;  /* zeros: nobody looks before the CA does */
    const edge_door_t *door; /* or NULL: the CA's way is always open */
    const ae_log_t *log;
    edge_meter_t *meter;          /* or NULL */
    apr_uint32_t (*random)(void); /* ae_random_u32 but in tests */
    int restarts_itself;
    int is_hot; /* and it deploys without: this worker lives on */
    /* Told whenever a status changed; `index` counts as in certs. */
    void (*publish)(void *ctx, int index, const edge_status_t *status);
    /* A set is staged and due: restart, but not within `gap` of the last; or,
     * where it is hot, deploy it at once. */
    void (*deploy)(void *ctx, apr_interval_time_t gap);
    /* An event, as edge_teller.h has it; NULL: nobody is notified. */
    void (*notify)(void *ctx, const char *dir, const edge_event_t *event);
    void *ctx;
} edge_scheduler_config_t;

/** One request to send, with the roots for the CA's HTTPS (NULL: system's). */
typedef struct edge_dispatch_t {
    const acme_request_t *request;
    const char *trust_file;
} edge_dispatch_t;

/** Create, read the store, publish open tokens again and every status.
 * @return APR_SUCCESS; what edge_store_probe returns where the store cannot be
 * used: nothing may be ordered then. */
AE_CHECKED apr_status_t edge_scheduler_create(
    edge_scheduler_t **scheduler, const edge_scheduler_config_t *config,
    apr_time_t now, ae_error_t *err, apr_pool_t *p);

/** Say what comes next.
 * @return true with *dispatch set: send it, and ask again at once; false:
 * nothing to do before *wake (a moment, never 0) or the next reply. */
int edge_scheduler_next(edge_scheduler_t *scheduler, apr_time_t now,
                        edge_dispatch_t *dispatch, apr_time_t *wake);

/** Look for what somebody asked for, in requests/. To be called once in a
 * while, say every second; edge_scheduler_next acts on it. */
void edge_scheduler_ask(edge_scheduler_t *scheduler, apr_time_t now);

/** Tell what came back. */
void edge_scheduler_reply(edge_scheduler_t *scheduler,
                          const acme_request_t *request,
                          const acme_response_t *response, apr_time_t now);

#endif
