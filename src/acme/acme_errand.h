#ifndef ACME_ERRAND_H
#define ACME_ERRAND_H

/** One request to a CA that belongs to no order: a revocation, or one about
 * the account. Driven as an order is, beside the orders of its session: no I/O,
 * it says what it wants next and is told what came back. It waits for a pause
 * that is short and fails for a longer one. One thread. */

#include "acme_exchange.h"
#include "acme_revoke.h"
#include "acme_session.h"

typedef struct acme_errand_t acme_errand_t;

/** Revoke a certificate (RFC 8555 section 7.6), with a pool of its own below
 * `p`.
 * @param certificate DER of the leaf alone, copied
 * @param cert_key the certificate's key, which then signs, and no account is
 * needed; NULL for the session's account. Borrowed, must outlive the errand.
 * @return APR_SUCCESS, else no memory */
AE_CHECKED apr_status_t acme_errand_revoke(
    acme_errand_t **errand, acme_session_t *session, ae_bytes_t certificate,
    acme_reason_t reason, const ae_key_t *cert_key, apr_pool_t *p);

/** Tell the CA the session's contacts (RFC 8555 section 7.3.2), whatever it was
 * told before. */
AE_CHECKED apr_status_t acme_errand_update(acme_errand_t **errand,
                                           acme_session_t *session,
                                           apr_pool_t *p);

/** Give the account another key (RFC 8555 section 7.3.5), with which the
 * session signs from then on: no order of it may be under way, for their key
 * authorizations are of the old one. Where it fails after acme_errand_was_sent,
 * only acme_errand_find can tell which key the CA knows.
 * @param new_key in the store already; borrowed, must outlive the session */
AE_CHECKED apr_status_t acme_errand_rollover(acme_errand_t **errand,
                                             acme_session_t *session,
                                             const ae_key_t *new_key,
                                             apr_pool_t *p);

/** Ask whether the CA has an account of this key (RFC 8555 section 7.3.1), and
 * open none. Where it has, acme_errand_was_done, and account and key are the
 * session's from then on; the same holds as for a rollover.
 * @param key borrowed, must outlive the session */
AE_CHECKED apr_status_t acme_errand_find(acme_errand_t **errand,
                                         acme_session_t *session,
                                         const ae_key_t *key, apr_pool_t *p);

/** Deactivate the account (RFC 8555 section 7.3.6), for good; one that the CA
 * does not accept any more was. The session is of no use then. */
AE_CHECKED apr_status_t acme_errand_deactivate(acme_errand_t **errand,
                                               acme_session_t *session,
                                               apr_pool_t *p);

/** Say what comes next: never ACME_PROVISION.
 * @param request set for ACME_SEND; lives until its reply
 * @param wake set for ACME_WAIT: a moment, or 0: ask again after the next
 * reply to, or the end of, this or any order or errand of the session
 * @param err written for ACME_FAILED */
acme_next_t acme_errand_next(acme_errand_t *errand, apr_time_t now,
                             const acme_request_t **request, apr_time_t *wake,
                             ae_error_t *err);

/** Tell what came back for a request of this errand (the session's own among
 * them). The response is read during the call only. */
void acme_errand_reply(acme_errand_t *errand, const acme_request_t *request,
                       const acme_response_t *response, apr_time_t now);

/** The step's name as in the CA's directory: "revokeCert". */
const char *acme_errand_step(const acme_errand_t *errand);

/** After ACME_DONE: whether the CA said that it had been done before. */
int acme_errand_was_done(const acme_errand_t *errand);

/** Whether its own request ever went out: where it failed, the CA may have done
 * it all the same. */
int acme_errand_was_sent(const acme_errand_t *errand);

/** After ACME_FAILED. `order_lost` says nothing. */
const acme_failure_t *acme_errand_failure(const acme_errand_t *errand);

/** Drop it with its pool. As with acme_order_destroy: take what it sent off
 * the wire before, where it has not ended. */
void acme_errand_destroy(acme_errand_t *errand);

#endif
