#ifndef EDGE_STANDING_H
#define EDGE_STANDING_H

/** Where one certificate stands, derived from what is in the store. */

#include "ae_log.h"
#include "edge_request.h"
#include "edge_revoked.h"
#include "edge_status.h"
#include "edge_tally.h"

/** What is kept of a certificate that was read. `facts` has no names and its
 * text is in the buffers beside it: never copy the struct. */
typedef struct edge_leaf_t {
    int present;
    ae_cert_facts_t facts;
    char serial[64];
    char issuer[256];
    char misfit[512]; /* why it is not what is configured; empty: it is */
} edge_leaf_t;

typedef struct edge_standing_t {
    edge_leaf_t live;
    edge_leaf_t staged;
    edge_state_t state;
    edge_deployment_t deployment;
    int order_kept;
    edge_request_t requests[EDGE_REQUEST_VERBS]; /* what somebody asked for */
    int state_damaged; /* what is in the store in the place of `state` */
} edge_standing_t;

/** Read it, and touch nothing. What is there and cannot be read counts as not
 * there and is logged. Any process that can read the store; the worker calls
 * edge_store_order_load before, for what a crash left half done, and
 * edge_state_set_aside after it for a damaged state. */
void edge_standing_read(edge_standing_t *standing, const edge_store_t *store,
                        const edge_cert_t *cert, apr_time_t now,
                        const ae_log_t *log, apr_pool_t *ptemp);

typedef enum edge_settled_t {
    EDGE_SETTLED_NOTHING, /* the state is as it was */
    EDGE_SETTLED_CHANGED, /* it must be written down */
    EDGE_SETTLED_REFUSED  /* the same, and a refusal was counted */
} edge_settled_t;

/** Bring the state in line with what was read: forget failures of another
 * configuration, count a refused deployment once, take notice of a set that
 * was staged by a worker that could not say so any more, let a failure that
 * needs a person be tried again after a restart, draw the moment of renewal
 * where there is none. */
edge_settled_t edge_standing_settle(edge_standing_t *standing,
                                    const edge_cert_t *cert, apr_time_t now,
                                    apr_uint32_t random, apr_pool_t *ptemp);

/** Read again what somebody asked for. The worker, once in a while.
 * @return whether it is another thing now */
int edge_standing_ask(edge_standing_t *standing, const edge_store_t *store,
                      const edge_cert_t *cert, apr_pool_t *ptemp);

/** Take notice that a certificate was revoked: a live one does not fit any
 * more, a staged one is gone.
 * @return whether it is one of these */
int edge_standing_revoked(edge_standing_t *standing,
                          const edge_revocation_t *revocation,
                          apr_pool_t *ptemp);

/** Take notice of a set that was staged just now. */
void edge_standing_staged(edge_standing_t *standing,
                          const ae_cert_facts_t *facts);

/** The live certificate's lifetime, 0 where none is live. */
apr_interval_time_t edge_standing_lifetime(const edge_standing_t *standing);

/** Whether there is none in use, or it expires soon (edge_policy_warn_at). */
int edge_standing_urgent(const edge_standing_t *standing,
                         const edge_cert_t *cert, apr_time_t now);

/** Say it as the source of a status; `source` borrows from both. */
void edge_standing_source(edge_status_source_t *source,
                          const edge_standing_t *standing,
                          const edge_cert_t *cert);

#endif
