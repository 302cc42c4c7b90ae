#include "acme_engine.h"
#include "acme_url.h"
#include "ae_time.h"

#include <apr_strings.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#define JSON "application/json"
#define PROBLEM "application/problem+json"
#define CHAIN "application/pem-certificate-chain"
#define JOSE "application/jose+json"

static const char *const media_words[] = {
    [ACME_MEDIA_NONE] = NULL,
    [ACME_MEDIA_JSON] = JSON,
    [ACME_MEDIA_CHAIN] = CHAIN,
};

acme_exchange_t *acme_exchange_queue(acme_exchange_t **list,
                                     const acme_step_t *step,
                                     acme_session_t *session,
                                     acme_carrier_t *owner, apr_pool_t *parent)
{
    acme_exchange_t *exchange;
    apr_pool_t *p;

    apr_pool_create(&p, parent);
    exchange = apr_pcalloc(p, sizeof(*exchange));
    exchange->p = p;
    apr_pool_create(&exchange->wire, p);
    exchange->step = step;
    exchange->session = session;
    exchange->owner = owner;
    if (step->signing != ACME_UNSIGNED) {
        session->waiting++;
    }
    while (*list) {
        list = &(*list)->next;
    }
    *list = exchange;
    return exchange;
}

/* Counts are kept here alone: launch, land and drop. */
static void land(acme_exchange_t *exchange)
{
    acme_session_t *session = exchange->session;

    exchange->carrier->carried--;
    exchange->carrier = NULL;
    session->in_flight--;
    if (exchange->step == &acme_step_new_nonce) {
        session->nonces_coming--;
    }
    if (exchange->step->signing != ACME_UNSIGNED) {
        session->waiting++;
    }
}

void acme_exchange_drop(acme_exchange_t **list, acme_exchange_t *exchange)
{
    if (exchange->carrier) {
        land(exchange);
    }
    if (exchange->step->signing != ACME_UNSIGNED) {
        exchange->session->waiting--;
    }
    while (*list != exchange) {
        list = &(*list)->next;
    }
    *list = exchange->next;
    apr_pool_destroy(exchange->p);
}

acme_exchange_t *acme_exchange_queued(acme_exchange_t *list)
{
    while (list && list->carrier) {
        list = list->next;
    }
    return list;
}

void acme_fault_begin(acme_fault_t *fault, const acme_step_t *step,
                      apr_status_t status)
{
    memset(fault, 0, sizeof(*fault));
    fault->step = step->name;
    fault->retry = ACME_RETRY_BACKOFF;
    ae_error_set(&fault->err, status, "%s", step->failed);
}

apr_status_t acme_fault_odd(acme_fault_t *fault,
                            const acme_exchange_t *exchange, const char *fmt,
                            ...)
{
    char words[400];
    va_list args;

    va_start(args, fmt);
    vsnprintf(words, sizeof(words), fmt, args);
    va_end(args);
    acme_fault_begin(fault, exchange->step, AE_EFORMAT);
    fault->obstacle = ACME_OBSTACLE_ODD;
    return ae_error_why(&fault->err, "%.300s answered %s", exchange->url,
                        words);
}

apr_status_t acme_exchange_build(acme_exchange_t *exchange,
                                 acme_fault_t *fault)
{
    if (exchange->url) {
        return APR_SUCCESS;
    }
    acme_fault_begin(fault, exchange->step, APR_SUCCESS);
    return exchange->step->build(exchange, fault);
}

static apr_status_t sign(acme_exchange_t *exchange, const char *nonce,
                         ae_error_t *err)
{
    const acme_session_t *session = exchange->session;
    acme_request_t *request = &exchange->request;
    acme_jws_header_t header = {.url = exchange->url, .nonce = nonce};
    const ae_key_t *key = session->config.account_key;
    apr_status_t rv;

    /* RFC 8555 section 6.2: jwk in newAccount, and in revokeCert by the
     * certificate's key; kid everywhere else. */
    if (exchange->signer) {
        header.jwk = 1;
        key = exchange->signer;
    } else if (exchange->step->signing == ACME_SIGNED_BY_JWK) {
        header.jwk = 1;
    } else {
        header.kid = session->account_url;
    }
    rv = acme_jws_sign(&request->body, key, &header, exchange->payload, err,
                       exchange->wire);
    if (rv == APR_SUCCESS) {
        /* RFC 8555 section 6.2 */
        request->content_type = JOSE;
        request->body_len = strlen(request->body);
    }
    return rv;
}

apr_status_t acme_exchange_launch(acme_exchange_t *exchange,
                                  acme_carrier_t *carrier, const char *nonce,
                                  acme_fault_t *fault)
{
    acme_session_t *session = exchange->session;
    acme_request_t *request = &exchange->request;

    apr_pool_clear(exchange->wire);
    memset(request, 0, sizeof(*request));
    request->step = exchange->step->name;
    request->method = exchange->step->method;
    request->url = exchange->url;
    request->accept = media_words[exchange->step->media];
    request->follow_redirects = exchange->step == &acme_step_directory;
    request->exchange = exchange;
    if (exchange->step->signing != ACME_UNSIGNED) {
        acme_fault_begin(fault, exchange->step, APR_SUCCESS);
        if (sign(exchange, nonce, &fault->err) != APR_SUCCESS) {
            return fault->err.status;
        }
        session->waiting--;
    }
    exchange->account = session->account;
    exchange->asked = 0;
    exchange->nonce[0] = '\0';
    exchange->carrier = carrier;
    carrier->carried++;
    session->in_flight++;
    if (exchange->step == &acme_step_new_nonce) {
        session->nonces_coming++;
    }
    return APR_SUCCESS;
}

/* Parameters do not matter (RFC 8555 section 7.4.2). */
static int media_is(const char *content_type, const char *media)
{
    apr_size_t len = strlen(media);

    return content_type && !strncasecmp(content_type, media, len) &&
           strchr("; \t", content_type[len]);
}

/* What stands between may answer in the CA's place. */
static acme_obstacle_t obstacle_of(const acme_response_t *response)
{
    return response->code >= 500 ? ACME_OBSTACLE_FAULT : ACME_OBSTACLE_ODD;
}

static acme_verdict_t refuse_transport(acme_fault_t *fault,
                                       const acme_exchange_t *exchange,
                                       const acme_response_t *response)
{
    acme_fault_begin(fault, exchange->step, response->status);
    ae_error_why(
        &fault->err, "no usable answer from %.300s: %.400s", exchange->url,
        response->reason ? response->reason : "the reason is unknown");
    fault->obstacle = ACME_OBSTACLE_TRANSPORT;
    return ACME_REFUSED;
}

static acme_verdict_t refuse_media(acme_fault_t *fault,
                                   const acme_exchange_t *exchange,
                                   const acme_response_t *response,
                                   const char *wanted)
{
    acme_fault_begin(fault, exchange->step, AE_EREMOTE);
    ae_error_why(&fault->err, "%.300s answered %d with %.80s instead of %s",
                 exchange->url, response->code,
                 response->content_type ? response->content_type
                                        : "no content type",
                 wanted);
    fault->obstacle = obstacle_of(response);
    return ACME_REFUSED;
}

/* RFC 8555 section 7.1.1: the directory may redirect, and it alone. */
static acme_verdict_t refuse_redirect(acme_fault_t *fault,
                                      const acme_exchange_t *exchange,
                                      const acme_response_t *response)
{
    acme_fault_begin(fault, exchange->step, AE_EREMOTE);
    ae_error_why(&fault->err,
                 "%.300s answered %d, a redirect to %.300s; none is expected "
                 "there",
                 exchange->url, response->code,
                 response->location ? response->location : "nowhere");
    fault->obstacle = obstacle_of(response);
    return ACME_REFUSED;
}

/* As errors to HEAD, which have no body, do. */
static acme_verdict_t refuse_silence(acme_fault_t *fault,
                                     const acme_exchange_t *exchange,
                                     const acme_response_t *response)
{
    acme_fault_begin(fault, exchange->step, AE_EREMOTE);
    ae_error_why(&fault->err, "%.300s answered %d without an explanation",
                 exchange->url, response->code);
    fault->obstacle = obstacle_of(response);
    return ACME_REFUSED;
}

static acme_verdict_t refuse_json(acme_fault_t *fault,
                                  const acme_exchange_t *exchange,
                                  const acme_response_t *response,
                                  const ae_error_t *cause)
{
    acme_fault_begin(fault, exchange->step, AE_EREMOTE);
    ae_error_why(&fault->err,
                 "%.300s answered %d with JSON that cannot be read: %s",
                 exchange->url, response->code, cause->why);
    fault->obstacle = obstacle_of(response);
    return ACME_REFUSED;
}

/* RFC 8555 section 7.3.3: the terms are in a Link header. */
static void point_to_terms(acme_fault_t *fault,
                           const acme_exchange_t *exchange,
                           const acme_answer_t *answer)
{
    const apr_array_header_t *terms = acme_url_links(
        answer->response->links, "terms-of-service", answer->url, exchange->p);
    const char *instance = answer->problem->instance;

    if (terms->nelts > 0) {
        fault->obstacle = ACME_OBSTACLE_NEW_TERMS;
        ae_error_next(&fault->err,
                      "%s%.200s%sThe terms of service are at %.200s. Then "
                      "restart httpd gracefully.",
                      instance ? "Open " : "", instance ? instance : "",
                      instance ? " and do what the CA asks there. " : "",
                      APR_ARRAY_IDX(terms, 0, const char *));
    }
}

static acme_verdict_t refuse_problem(acme_fault_t *fault,
                                     const acme_exchange_t *exchange,
                                     const acme_answer_t *answer)
{
    acme_fault_begin(fault, exchange->step, AE_EREMOTE);
    acme_problem_explain(&fault->err, answer->problem);
    fault->problem = answer->problem;
    fault->retry_after = answer->retry_after;
    fault->retry = acme_problem_retry(answer->problem);
    /* Whatever it calls itself: a fault of the server may pass. */
    if (answer->response->code >= 500) {
        fault->retry = ACME_RETRY_BACKOFF;
        fault->obstacle = answer->problem->kind == ACME_PROBLEM_OTHER
                              ? ACME_OBSTACLE_FAULT
                              : ACME_OBSTACLE_NONE;
    }
    if (answer->problem->kind == ACME_PROBLEM_USER_ACTION_REQUIRED) {
        point_to_terms(fault, exchange, answer);
    }
    return ACME_REFUSED;
}

/* RFC 8555 section 6.7: errors SHOULD bring a problem document; some CAs call
 * it plain JSON, and what stands between may send anything. */
static acme_verdict_t judge_error(acme_answer_t *answer, acme_fault_t *fault,
                                  acme_exchange_t *exchange)
{
    const acme_response_t *response = answer->response;
    ae_error_t cause;
    acme_verdict_t verdict;

    if (response->code >= 300 && response->code < 400) {
        verdict = refuse_redirect(fault, exchange, response);
    } else if (!media_is(response->content_type, PROBLEM) &&
               !media_is(response->content_type, JSON)) {
        verdict =
            refuse_media(fault, exchange, response, "a problem document");
    } else if (response->body_len == 0) {
        verdict = refuse_silence(fault, exchange, response);
    } else if (ae_json_parse(&answer->json, response->body, response->body_len,
                             &cause, exchange->p) != APR_SUCCESS) {
        verdict = refuse_json(fault, exchange, response, &cause);
    } else {
        answer->problem = acme_problem_read(answer->json, exchange->p);
        /* RFC 8555 section 6.5: retry with a fresh nonce, without alarm. */
        if (answer->problem->kind == ACME_PROBLEM_BAD_NONCE &&
            exchange->step->signing != ACME_UNSIGNED &&
            exchange->nonces_refused < ACME_BAD_NONCES_MAX) {
            exchange->nonces_refused++;
            return ACME_AGAIN;
        }
        verdict = refuse_problem(fault, exchange, answer);
    }
    fault->retry_after = answer->retry_after;
    return verdict;
}

static acme_verdict_t judge_success(acme_answer_t *answer, acme_fault_t *fault,
                                    acme_exchange_t *exchange)
{
    const acme_response_t *response = answer->response;
    const char *wanted = media_words[exchange->step->media];
    ae_error_t cause;

    if (wanted && !media_is(response->content_type, wanted)) {
        return refuse_media(fault, exchange, response, wanted);
    }
    if (exchange->step->media == ACME_MEDIA_JSON &&
        ae_json_parse(&answer->json, response->body, response->body_len,
                      &cause, exchange->p) != APR_SUCCESS) {
        return refuse_json(fault, exchange, response, &cause);
    }
    return ACME_ANSWERED;
}

/* RFC 8555 section 6.5: nonces are taken from every response; the one of a
 * badNonce reply is for the same request. */
static void keep_nonce(acme_answer_t *answer, acme_exchange_t *exchange,
                       acme_verdict_t verdict)
{
    const char *nonce = answer->response->replay_nonce;

    if (answer->response->status != APR_SUCCESS || !acme_nonce_valid(nonce)) {
        return;
    }
    answer->brought_nonce = 1;
    if (verdict == ACME_AGAIN) {
        memcpy(exchange->nonce, nonce, strlen(nonce) + 1);
    } else {
        acme_nonces_push(&exchange->session->nonces, nonce);
    }
}

acme_verdict_t acme_exchange_judge(acme_answer_t *answer, acme_fault_t *fault,
                                   acme_exchange_t *exchange,
                                   const acme_response_t *response,
                                   apr_time_t now)
{
    acme_verdict_t verdict;

    land(exchange);
    memset(answer, 0, sizeof(*answer));
    answer->response = response;
    answer->url =
        acme_url_valid(response->url) ? response->url : exchange->url;
    /* RFC 8555 section 6.6: seconds or a date, in every answer. */
    if (!response->retry_after ||
        ae_time_parse_retry_after(&answer->retry_after, response->retry_after,
                                  now) != APR_SUCCESS) {
        answer->retry_after = 0;
    }
    if (response->status != APR_SUCCESS) {
        verdict = refuse_transport(fault, exchange, response);
    } else if (response->body_len > ACME_BODY_BYTES_MAX) {
        acme_fault_begin(fault, exchange->step, AE_ETOOBIG);
        ae_error_why(&fault->err, "%.300s answered more than %d bytes",
                     exchange->url, ACME_BODY_BYTES_MAX);
        fault->obstacle = ACME_OBSTACLE_ODD;
        verdict = ACME_REFUSED;
    } else if (response->code >= 200 && response->code < 300) {
        verdict = judge_success(answer, fault, exchange);
    } else {
        verdict = judge_error(answer, fault, exchange);
    }
    keep_nonce(answer, exchange, verdict);
    return verdict;
}
