#ifndef EDGE_ERRANDS_H
#define EDGE_ERRANDS_H

/** The errands of one worker: found in requests/, done in its sessions, each
 * told its outcome. The scheduler drives them beside its jobs. One thread. */

#include "edge_challenge.h"
#include "edge_door.h"
#include "edge_lookout.h"
#include "edge_meter.h"
#include "edge_revoked.h"
#include "edge_session.h"

typedef struct edge_errands_t edge_errands_t;

/** Borrowed; must outlive the errands. */
typedef struct edge_errands_config_t {
    const edge_store_t *store;
    const apr_array_header_t *certs; /* const edge_cert_t * */
    edge_sessions_t *sessions;
    const edge_challenge_store_t *challenges;
    const edge_lookout_t *lookout;
    const edge_door_t *door; /* or NULL */
    const ae_log_t *log;
    edge_meter_t *meter; /* or NULL */
    /* A certificate was revoked: look again at where it may be in use. */
    void (*revoked)(void *ctx, const edge_revocation_t *revocation,
                    apr_time_t now);
    void *ctx;
} edge_errands_config_t;

/** Create; what is in requests/ is looked for by edge_errands_ask. */
edge_errands_t *edge_errands_create(const edge_errands_config_t *config,
                                    apr_pool_t *p);

/** Look for new ones, and sweep what nobody fetched. */
void edge_errands_ask(edge_errands_t *errands, apr_time_t now);

/** Ask for an errand that finds out which key an account has, where a rollover
 * was cut off. To be called before edge_errands_ask. */
void edge_errands_settle(const edge_sessions_t *sessions,
                         const edge_store_t *store, const ae_log_t *log,
                         apr_time_t now, apr_pool_t *ptemp);

/** Say what comes next.
 * @param trust_file as in edge_dispatch_t
 * @return the request to send, and ask again at once; NULL: nothing before
 * *wake (0: no moment) or the next reply to anybody */
const acme_request_t *edge_errands_next(edge_errands_t *errands,
                                        apr_time_t now,
                                        const char **trust_file,
                                        apr_time_t *wake);

/** Tell what came back. @return whether it was for an errand; *session is what
 * others may have waited for */
int edge_errands_reply(edge_errands_t *errands, const acme_request_t *request,
                       const acme_response_t *response, apr_time_t now,
                       const edge_session_t **session);

/** Drop all that are under way: they begin anew with the next worker. No
 * request of theirs is on the wire any more. */
void edge_errands_stop(edge_errands_t *errands);

#endif
