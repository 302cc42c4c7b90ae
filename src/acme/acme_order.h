#ifndef ACME_ORDER_H
#define ACME_ORDER_H

/** One certificate's way through RFC 8555 section 7.4: order,
 * authorizations, challenges, finalize, download. No I/O: it says what it
 * wants next and is told what came back. One thread. */

#include "acme_exchange.h"
#include "acme_problem.h"
#include "acme_session.h"

typedef struct acme_order_t acme_order_t;

/** An open http-01 challenge (RFC 8555 section 8.3). */
typedef struct acme_token_t {
    const char *name;
    const char *token;
    const char *key_authorization;
    apr_time_t expires;
} acme_token_t;

/** How one name stands, for status. */
typedef struct acme_authorization_state_t {
    const char *name;
    const char *status; /* RFC 8555's word, or "unknown" before it was read */
    const acme_problem_t *problem; /* why it failed, or NULL */
} acme_authorization_state_t;

/** Create an order for DNS `names` in `session`, with a pool of its own below
 * `p`. All is borrowed and must outlive the order.
 * @param csr DER, sent with finalize; empty for one that ends as soon as all
 * names are authorized, without a certificate */
apr_status_t acme_order_create(acme_order_t **order, acme_session_t *session,
                               const apr_array_header_t *names, ae_bytes_t csr,
                               apr_pool_t *p);

/** As acme_order_create, but take up what acme_order_save told.
 * @return APR_SUCCESS; AE_EFORMAT where it cannot be this order: other names
 * or another directory or account; create a new one then. */
AE_CHECKED apr_status_t acme_order_load(acme_order_t **order,
                                        acme_session_t *session,
                                        const apr_array_header_t *names,
                                        ae_bytes_t csr, const json_t *saved,
                                        ae_error_t *err, apr_pool_t *p);

/** What must survive: URLs, state, tokens with key authorizations and expiry
 * (member "tokens": name, token, keyAuthorization, expires in RFC 3339).
 * Never the certificate's key. In `p`. */
json_t *acme_order_save(const acme_order_t *order, apr_pool_t *p);

/** Grows whenever acme_order_save would tell something new: write it down
 * before the next request goes out. */
unsigned acme_order_revision(const acme_order_t *order);

/** Say what comes next.
 * @param request set for ACME_SEND; lives until its reply
 * @param wake set for ACME_WAIT: a moment, or 0: ask again after the next
 * reply to, or the end of, this or any other order of the session
 * @param err written for ACME_FAILED */
acme_next_t acme_order_next(acme_order_t *order, apr_time_t now,
                            const acme_request_t **request, apr_time_t *wake,
                            ae_error_t *err);

/** Tell what came back for a request of this order (the session's own among
 * them). The response is read during the call only. */
void acme_order_reply(acme_order_t *order, const acme_request_t *request,
                      const acme_response_t *response, apr_time_t now);

/** The tokens that must be answered until the order is final, acme_token_t. */
const apr_array_header_t *acme_order_tokens(const acme_order_t *order);

/** Tell that all tokens are published everywhere. */
void acme_order_provisioned(acme_order_t *order);

/** How each name stands, acme_authorization_state_t, in the order of names. */
const apr_array_header_t *acme_order_authorizations(const acme_order_t *order);

/** The step the order is at, in one word of RFC 8555 for status and log. */
const char *acme_order_step(const acme_order_t *order);

/** The chain in PEM after ACME_DONE, NULL for an order without a csr; lives as
 * long as the order. */
const char *acme_order_chain(const acme_order_t *order);

/** URLs of other chains the CA offered (RFC 8555 section 7.4.2), const char *,
 * absolute, after ACME_DONE. */
const apr_array_header_t *acme_order_alternates(const acme_order_t *order);

/** After ACME_FAILED. */
const acme_failure_t *acme_order_failure(const acme_order_t *order);

/** Drop it with its pool. No request of it may be on the wire any more: after
 * ACME_DONE and ACME_FAILED there is none; before, take them off the wire
 * first, also those that it sent for the session. The other orders of the
 * session then go on at their next acme_order_next. */
void acme_order_destroy(acme_order_t *order);

#endif
