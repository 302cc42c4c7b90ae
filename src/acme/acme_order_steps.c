#include "acme_engine.h"
#include "acme_identifier.h"
#include "acme_url.h"
#include "ae_time.h"

#include <apr_strings.h>
#include <string.h>

/* What an order sends and what it takes from the answers, from newOrder to the
 * certificate (RFC 8555 sections 7.4 and 7.5). */

static const char *print(json_t *payload, acme_exchange_t *exchange)
{
    return ae_json_print(ae_json_keep(payload, exchange->p), exchange->p);
}

/* -- RFC 8555 section 7.1.3: the order object, in several answers -- */

static const char *const status_words[] = {
    [ACME_STATUS_PENDING] = "pending",       [ACME_STATUS_READY] = "ready",
    [ACME_STATUS_PROCESSING] = "processing", [ACME_STATUS_VALID] = "valid",
    [ACME_STATUS_INVALID] = "invalid",
};

_Static_assert(sizeof(status_words) / sizeof(status_words[0]) ==
                   ACME_ORDER_STATUSES,
               "a word for each status");

static apr_status_t read_status(acme_order_status_t *status,
                                const acme_exchange_t *exchange,
                                const acme_answer_t *answer,
                                acme_fault_t *fault)
{
    const char *word = ae_json_get_string(answer->json, "status", exchange->p);
    int i;

    for (i = 0; word && i < ACME_ORDER_STATUSES; i++) {
        if (!strcmp(word, status_words[i])) {
            *status = (acme_order_status_t)i;
            return APR_SUCCESS;
        }
    }
    return acme_fault_odd(fault, exchange,
                          "an order with the unknown status \"%.40s\"",
                          word ? word : "");
}

/* A URL of the order that may still be absent; kept once. */
static apr_status_t keep_url(const char **kept, const char *key,
                             const acme_exchange_t *exchange,
                             const acme_answer_t *answer, acme_fault_t *fault)
{
    const char *sent = ae_json_get_string(answer->json, key, exchange->p);
    const char *url = acme_url_resolve(answer->url, sent, exchange->p);

    if (!sent) {
        return APR_SUCCESS;
    }
    if (!url) {
        return acme_fault_odd(fault, exchange,
                              "an order whose %s is no https URL", key);
    }
    if (!*kept || strcmp(*kept, url) != 0) {
        *kept = apr_pstrdup(exchange->order->p, url);
    }
    return APR_SUCCESS;
}

static apr_status_t read_authorizations(const acme_exchange_t *exchange,
                                        const acme_answer_t *answer,
                                        acme_fault_t *fault)
{
    acme_order_t *order = exchange->order;
    const json_t *list = ae_json_get_array(answer->json, "authorizations");
    size_t i;

    if (order->authorizations->nelts > 0) {
        return APR_SUCCESS;
    }
    if (json_array_size(list) > ACME_AUTHORIZATIONS_MAX) {
        return acme_fault_odd(fault, exchange,
                              "an order with more than %d authorizations",
                              ACME_AUTHORIZATIONS_MAX);
    }
    for (i = 0; i < json_array_size(list); i++) {
        acme_authorization_t *one;
        const char *url = acme_url_resolve(
            answer->url, json_string_value(json_array_get(list, i)),
            exchange->p);
        if (!url) {
            return acme_fault_odd(
                fault, exchange,
                "an order with an authorization that is no https URL");
        }
        one = apr_array_push(order->authorizations);
        memset(one, 0, sizeof(*one));
        one->url = apr_pstrdup(order->p, url);
    }
    return APR_SUCCESS;
}

static void read_expires(const acme_exchange_t *exchange,
                         const acme_answer_t *answer)
{
    acme_order_t *order = exchange->order;
    const char *text =
        ae_json_get_string(answer->json, "expires", exchange->p);
    apr_time_t expires;

    if (text && ae_time_parse(&expires, text) == APR_SUCCESS &&
        expires != order->expires) {
        order->expires = expires;
        order->revision++;
    }
}

static apr_status_t read_order(acme_exchange_t *exchange,
                               const acme_answer_t *answer, apr_time_t now,
                               acme_fault_t *fault)
{
    acme_order_t *order = exchange->order;
    const json_t *error = ae_json_get_object(answer->json, "error");
    acme_order_status_t status = ACME_STATUS_INVALID;
    apr_status_t rv = read_status(&status, exchange, answer, fault);

    if (rv == APR_SUCCESS) {
        rv = keep_url(&order->finalize, "finalize", exchange, answer, fault);
    }
    if (rv == APR_SUCCESS) {
        rv = keep_url(&order->certificate, "certificate", exchange, answer,
                      fault);
    }
    if (rv == APR_SUCCESS) {
        rv = read_authorizations(exchange, answer, fault);
    }
    if (rv != APR_SUCCESS) {
        return rv;
    }
    read_expires(exchange, answer);
    if (status == ACME_STATUS_INVALID && error) {
        order->problem = acme_problem_read(error, order->p);
    }
    return acme_order_follow(exchange, status, answer->retry_after, now,
                             fault);
}

/* -- RFC 8555 section 7.4: a new order -- */

static apr_status_t build_new_order(acme_exchange_t *exchange,
                                    acme_fault_t *fault)
{
    const apr_array_header_t *names = exchange->order->names;
    json_t *identifiers = json_array();
    int i;

    (void)fault;
    for (i = 0; i < names->nelts; i++) {
        json_array_append_new(identifiers, acme_identifier_print(APR_ARRAY_IDX(
                                               names, i, const char *)));
    }
    exchange->url = exchange->session->new_order;
    exchange->payload =
        print(json_pack("{s:o}", "identifiers", identifiers), exchange);
    return APR_SUCCESS;
}

/* The order's URL is in Location, here and nowhere else. */
static apr_status_t read_new_order(acme_exchange_t *exchange,
                                   const acme_answer_t *answer, apr_time_t now,
                                   acme_fault_t *fault)
{
    acme_order_t *order = exchange->order;
    const char *url =
        acme_url_resolve(answer->url, answer->response->location, exchange->p);

    if (!url) {
        return acme_fault_odd(fault, exchange,
                              "an order without an https URL in Location");
    }
    order->url = apr_pstrdup(order->p, url);
    order->account = apr_pstrdup(order->p, exchange->session->account_url);
    order->revision++;
    exchange->session->accounts_lost = 0; /* this one works */
    return read_order(exchange, answer, now, fault);
}

/* Nothing was validated yet: it is the account that may not order. */
static int mend_new_order(acme_exchange_t *exchange,
                          const acme_answer_t *answer, apr_time_t now,
                          acme_fault_t *fault)
{
    (void)exchange;
    (void)now;
    if (answer->problem &&
        answer->problem->kind == ACME_PROBLEM_UNAUTHORIZED &&
        answer->problem->subproblems->nelts == 0) {
        fault->obstacle = ACME_OBSTACLE_FORBIDDEN;
    }
    return 0;
}

const acme_step_t acme_step_new_order = {
    .name = "newOrder",
    .failed = "The CA did not take the order",
    .method = "POST",
    .signing = ACME_SIGNED_BY_KID,
    .media = ACME_MEDIA_JSON,
    .build = build_new_order,
    .read = read_new_order,
    .mend = mend_new_order,
};

/* What belongs to an order and is gone takes the order along: it would be
 * asked for in vain every day. */
static int mend_gone(acme_exchange_t *exchange, const acme_answer_t *answer,
                     apr_time_t now, acme_fault_t *fault)
{
    int code = answer->response->code;

    (void)exchange;
    (void)now;
    if (answer->response->status == APR_SUCCESS &&
        (code == 404 || code == 410)) {
        fault->order_lost = 1;
        fault->retry = ACME_RETRY_BACKOFF;
        fault->obstacle = ACME_OBSTACLE_GONE;
    }
    return 0;
}

/* -- RFC 8555 section 7.5: an authorization, by POST-as-GET -- */

static apr_status_t build_authorization(acme_exchange_t *exchange,
                                        acme_fault_t *fault)
{
    (void)fault;
    exchange->url =
        acme_order_authorization(exchange->order, exchange->index)->url;
    exchange->payload = ""; /* RFC 8555 section 6.3 */
    return APR_SUCCESS;
}

static apr_status_t read_authorization(acme_exchange_t *exchange,
                                       const acme_answer_t *answer,
                                       apr_time_t now, acme_fault_t *fault)
{
    return acme_authorization_read(exchange, answer->json, answer->url, now,
                                   fault);
}

const acme_step_t acme_step_authorization = {
    .name = "authorization",
    .failed = "The CA does not say how a name is to be validated",
    .method = "POST",
    .signing = ACME_SIGNED_BY_KID,
    .media = ACME_MEDIA_JSON,
    .build = build_authorization,
    .read = read_authorization,
    .mend = mend_gone,
};

/* -- RFC 8555 section 7.5.1: the CA may look at a challenge now -- */

static apr_status_t build_challenge(acme_exchange_t *exchange,
                                    acme_fault_t *fault)
{
    (void)fault;
    exchange->url = acme_order_authorization(exchange->order, exchange->index)
                        ->challenge_url;
    exchange->payload = "{}"; /* RFC 8555 section 8.3 */
    return APR_SUCCESS;
}

/* How it went is told by the order; only when to look is taken from here
 * (RFC 8555 section 8.2). */
static apr_status_t read_challenge(acme_exchange_t *exchange,
                                   const acme_answer_t *answer, apr_time_t now,
                                   acme_fault_t *fault)
{
    acme_order_t *order = exchange->order;

    (void)now;
    (void)fault;
    if (answer->retry_after > order->poll_at) {
        order->poll_at = answer->retry_after;
    }
    return APR_SUCCESS;
}

const acme_step_t acme_step_challenge = {
    .name = "challenge",
    .failed = "The CA cannot be asked to validate a name",
    .method = "POST",
    .signing = ACME_SIGNED_BY_KID,
    .media = ACME_MEDIA_JSON,
    .build = build_challenge,
    .read = read_challenge,
    .mend = mend_gone,
};

/* -- RFC 8555 section 7.4: how the order stands, by POST-as-GET -- */

static apr_status_t build_order(acme_exchange_t *exchange, acme_fault_t *fault)
{
    (void)fault;
    exchange->url = exchange->order->url;
    exchange->payload = "";
    return APR_SUCCESS;
}

/* An order that the CA does not show to this account any more cannot be taken
 * up again. */
static int mend_order(acme_exchange_t *exchange, const acme_answer_t *answer,
                      apr_time_t now, acme_fault_t *fault)
{
    int refused = answer->problem &&
                  (answer->problem->kind == ACME_PROBLEM_MALFORMED ||
                   answer->problem->kind == ACME_PROBLEM_UNAUTHORIZED);

    if (refused && exchange->order->state == ACME_ORDER_TAKE_UP) {
        fault->order_lost = 1;
        fault->retry = ACME_RETRY_BACKOFF;
        fault->obstacle = ACME_OBSTACLE_GONE;
    }
    return mend_gone(exchange, answer, now, fault);
}

const acme_step_t acme_step_order = {
    .name = "order",
    .failed = "The order cannot be read from the CA",
    .method = "POST",
    .signing = ACME_SIGNED_BY_KID,
    .media = ACME_MEDIA_JSON,
    .build = build_order,
    .read = read_order,
    .mend = mend_order,
};

/* -- RFC 8555 section 7.4: finalize -- */

static apr_status_t build_finalize(acme_exchange_t *exchange,
                                   acme_fault_t *fault)
{
    acme_order_t *order = exchange->order;

    (void)fault;
    exchange->url = order->finalize;
    exchange->payload =
        print(json_pack("{s:s}", "csr",
                        acme_base64url_encode(order->csr, exchange->p)),
              exchange);
    return APR_SUCCESS;
}

/* RFC 8555 section 7.4: orderNotReady means to look at the order again. */
static int mend_finalize(acme_exchange_t *exchange,
                         const acme_answer_t *answer, apr_time_t now,
                         acme_fault_t *fault)
{
    if (answer->problem &&
        answer->problem->kind == ACME_PROBLEM_ORDER_NOT_READY &&
        exchange->order->finalized < ACME_FINALIZES_MAX) {
        acme_order_poll(exchange->order, answer->retry_after, now);
        return 1;
    }
    return mend_gone(exchange, answer, now, fault);
}

const acme_step_t acme_step_finalize = {
    .name = "finalize",
    .failed = "The CA did not take the certificate signing request",
    .method = "POST",
    .signing = ACME_SIGNED_BY_KID,
    .media = ACME_MEDIA_JSON,
    .build = build_finalize,
    .read = read_order,
    .mend = mend_finalize,
};

/* -- RFC 8555 section 7.4.2: the certificate, by POST-as-GET -- */

static apr_status_t build_certificate(acme_exchange_t *exchange,
                                      acme_fault_t *fault)
{
    (void)fault;
    exchange->url = exchange->order->certificate;
    exchange->payload = "";
    return APR_SUCCESS;
}

static apr_status_t read_certificate(acme_exchange_t *exchange,
                                     const acme_answer_t *answer,
                                     apr_time_t now, acme_fault_t *fault)
{
    acme_order_t *order = exchange->order;
    const acme_response_t *response = answer->response;
    const ae_bytes_t pem = {(const unsigned char *)response->body,
                            response->body_len};
    ae_error_t cause;
    apr_status_t rv = acme_chain_check(pem, order->csr, &cause, exchange->p);

    (void)now;
    if (rv != APR_SUCCESS) {
        acme_fault_begin(fault, exchange->step, rv);
        ae_error_why(&fault->err, "%.300s: %s", cause.what, cause.why);
        fault->order_lost = rv == AE_EMISMATCH;
        fault->obstacle =
            fault->order_lost ? ACME_OBSTACLE_MISFIT : ACME_OBSTACLE_ODD;
        return rv;
    }
    order->chain =
        apr_pstrmemdup(order->p, response->body, response->body_len);
    order->alternates =
        acme_url_links(response->links, "alternate", answer->url, order->p);
    acme_order_move(order, ACME_ORDER_READY);
    return APR_SUCCESS;
}

const acme_step_t acme_step_certificate = {
    .name = "certificate",
    .failed = "The certificate cannot be downloaded from the CA",
    .method = "POST",
    .signing = ACME_SIGNED_BY_KID,
    .media = ACME_MEDIA_CHAIN,
    .build = build_certificate,
    .read = read_certificate,
    .mend = mend_gone,
};
