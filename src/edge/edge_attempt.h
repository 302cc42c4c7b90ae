#ifndef EDGE_ATTEMPT_H
#define EDGE_ATTEMPT_H

/** One try to get one certificate: key and request, the order, its challenges,
 * until the chain was checked and staged. What must survive is in the store
 * before the request that makes it true is handed out. One thread. */

#include "acme_exchange.h"
#include "edge_challenge.h"
#include "edge_door.h"
#include "edge_lookout.h"
#include "edge_meter.h"
#include "edge_progress.h"
#include "edge_session.h"
#include "edge_tally.h"

typedef struct edge_attempt_t edge_attempt_t;

/** The step of a failure to stage what was issued: the next call of
 * edge_store_order_load may stage it yet. */
#define EDGE_STEP_STAGE "stage"

/** Borrowed; must outlive the attempt. */
typedef struct edge_attempt_config_t {
    const edge_store_t *store;
    const edge_cert_t *cert;
    const edge_provider_t *provider;
    edge_session_t *session;
    const edge_challenge_store_t *challenges;
    const edge_lookout_t *lookout;
    const edge_door_t *door; /* or NULL */
    const ae_log_t *log;
    edge_meter_t *meter; /* or NULL */
} edge_attempt_config_t;

typedef enum edge_attempt_next_t {
    EDGE_ATTEMPT_SEND,   /* put the request on the wire; ask again at once */
    EDGE_ATTEMPT_WAIT,   /* nothing before `wake`, or, where that is 0, before
                            a reply to this or another of the session */
    EDGE_ATTEMPT_ISSUED, /* the set is staged: edge_attempt_facts */
    EDGE_ATTEMPT_FAILED  /* edge_attempt_failure */
} edge_attempt_next_t;

/** Begin: probe the store, make or find the key, take up the order that is in
 * the store where it fits and drop it where not. The attempt lives in `p`.
 * @return APR_SUCCESS; the system's status and others of edge_store.h: nothing
 * was sent and nothing begun. */
AE_CHECKED apr_status_t edge_attempt_begin(edge_attempt_t **attempt,
                                           const edge_attempt_config_t *config,
                                           ae_error_t *err, apr_pool_t *p);

/** Say what comes next. After ISSUED or FAILED do not ask again. */
edge_attempt_next_t edge_attempt_next(edge_attempt_t *attempt, apr_time_t now,
                                      const acme_request_t **request,
                                      apr_time_t *wake, apr_pool_t *ptemp);

/** Tell what came back, also after it has ended. */
void edge_attempt_reply(edge_attempt_t *attempt, const acme_request_t *request,
                        const acme_response_t *response, apr_time_t now,
                        apr_pool_t *ptemp);

/** Requests handed out and not replied to yet. */
unsigned edge_attempt_pending(const edge_attempt_t *attempt);

/** The step of the order, for people. */
const char *edge_attempt_step(const edge_attempt_t *attempt);

/** How each name stands with the CA, edge_progress_name_t, from `p`. */
const apr_array_header_t *edge_attempt_names(const edge_attempt_t *attempt,
                                             apr_pool_t *p);

/** After ISSUED: the new leaf; lives as long as the attempt. */
const ae_cert_facts_t *edge_attempt_facts(const edge_attempt_t *attempt);

/** After FAILED. */
const edge_failure_t *edge_attempt_failure(const edge_attempt_t *attempt);

/** Whether everybody answered the challenges before the CA was told to look:
 * a failure without a cause where they did, NULL where nobody was asked. */
const edge_failure_t *edge_attempt_probed(const edge_attempt_t *attempt);

/** Drop what the order holds; call it before its pool is destroyed. No request
 * may be on the wire any more. */
void edge_attempt_end(edge_attempt_t *attempt);

#endif
