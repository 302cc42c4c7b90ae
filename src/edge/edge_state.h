#ifndef EDGE_STATE_H
#define EDGE_STATE_H

/** What the worker remembers of one certificate beyond the files themselves:
 * state/<cert>.json. It never repeats what is derived from the store. Moments
 * are integers there, microseconds since 1970; the rest are plain words. */

#include "acme_problem.h"
#include "edge_cause.h"
#include "edge_course.h"
#include "edge_store.h"

/* More providers than these are not remembered singly. */
#define EDGE_STATE_PROVIDERS 8

typedef struct edge_state_t {
    char fingerprint[72]; /* edge_cert_fingerprint of the attempts below */
    unsigned attempts;    /* failures in a row */
    unsigned provider;    /* index of the provider to try next */
    /* By index: the moment before which a provider must not be asked for this
     * certificate (RFC 8555 section 6.6), or 0 */
    apr_time_t quiet[EDGE_STATE_PROVIDERS];
    apr_time_t next_attempt; /* 0: as the certificate says, or never */
    acme_retry_t retry;      /* of the last failure */
    apr_time_t last_sign_at; /* 0: never */
    int last_sign_ok;
    char last_step[32];    /* where the last failure happened */
    ae_error_t error;      /* the last failure; status 0 for none */
    edge_cause_t cause;    /* none where an older version failed */
    char renew_serial[64]; /* the certificate that renew_at was drawn for */
    apr_time_t renew_at;
    apr_time_t succeeded_at; /* the last success; 0: never */
    edge_course_t course;    /* of the order of the last attempt */
    /* What edge_barrier.h found last: who does not answer challenges, and what
     * mends it; none where everybody does, or nobody was asked */
    edge_cause_t unanswered;
    ae_error_t unanswered_error;
} edge_state_t;

/** Read it, and touch nothing; any process may. Absent gives zeros, and so
 * does a damaged file, with err telling so.
 * @return APR_SUCCESS; AE_EFORMAT (state is usable all the same); system's
 * status. */
AE_CHECKED apr_status_t edge_state_load(edge_state_t *state,
                                        const edge_store_t *store,
                                        const edge_cert_t *cert,
                                        ae_error_t *err, apr_pool_t *p);

/** Worker: keep a damaged file as <cert>.json.damaged, in the place of an older
 * one. @return APR_SUCCESS; system's status. */
AE_CHECKED apr_status_t edge_state_set_aside(const edge_store_t *store,
                                             const edge_cert_t *cert,
                                             ae_error_t *err, apr_pool_t *p);

AE_CHECKED apr_status_t edge_state_save(const edge_state_t *state,
                                        const edge_store_t *store,
                                        const edge_cert_t *cert,
                                        ae_error_t *err, apr_pool_t *p);

#endif
