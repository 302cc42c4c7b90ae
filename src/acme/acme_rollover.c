#include "acme_engine.h"
#include "acme_url.h"

#include <apr_strings.h>
#include <string.h>

/* Another key for the account, and how to find out afterwards whether the CA
 * has taken it. */

/* What such an errand is about. */
typedef struct rollover_t {
    const ae_key_t *key;
} rollover_t;

static const ae_key_t *new_key(const acme_exchange_t *exchange)
{
    const rollover_t *rollover = exchange->errand->data;

    return rollover->key;
}

/* -- RFC 8555 section 7.3.5: signed by the old key, and within by the new -- */

static apr_status_t refuse_unable(acme_fault_t *fault)
{
    fault->retry = ACME_RETRY_PERSON;
    fault->err.status = AE_EREMOTE;
    ae_error_why(&fault->err, "the CA's directory names no keyChange");
    return ae_error_next(&fault->err,
                         "Ask the CA how an account gets another key.");
}

static apr_status_t build_key_change(acme_exchange_t *exchange,
                                     acme_fault_t *fault)
{
    const acme_session_t *session = exchange->session;
    apr_status_t rv;

    if (session->key_change == NULL) {
        return refuse_unable(fault);
    }
    rv = acme_jws_roll(&exchange->payload, new_key(exchange),
                       session->config.account_key, session->account_url,
                       session->key_change, &fault->err, exchange->p);
    if (rv == APR_SUCCESS) {
        exchange->url = session->key_change;
    }
    return rv;
}

/* RFC 8555 section 7.3.5: 200; the account object may come with it. */
static apr_status_t read_key_change(acme_exchange_t *exchange,
                                    const acme_answer_t *answer,
                                    apr_time_t now, acme_fault_t *fault)
{
    (void)answer;
    (void)now;
    (void)fault;
    acme_session_set_key(exchange->session, new_key(exchange));
    return APR_SUCCESS;
}

/* RFC 8555 section 7.3.5: 409 names the account that has the key. An account
 * that is lost is made anew, and then named anew in what is signed. */
static int mend_key_change(acme_exchange_t *exchange,
                           const acme_answer_t *answer, apr_time_t now,
                           acme_fault_t *fault)
{
    const acme_response_t *response = answer->response;

    (void)now;
    exchange->url = NULL;
    if (response->status == APR_SUCCESS && response->code == 409) {
        fault->retry = ACME_RETRY_BACKOFF;
        ae_error_why(&fault->err,
                     "the CA has the new key for another account, %.400s",
                     response->location ? response->location
                                        : "which it does not name");
        ae_error_next(&fault->err, "Try again: a new key is made then.");
    } else if (answer->problem &&
               answer->problem->kind == ACME_PROBLEM_MALFORMED) {
        ae_error_next(&fault->err, "The account keeps its key. Report the "
                                   "CA's words as a bug of this module.");
    }
    return 0;
}

const acme_step_t acme_step_key_change = {
    .name = "keyChange",
    .failed = "The account was not given another key",
    .method = "POST",
    .signing = ACME_SIGNED_BY_KID,
    .media = ACME_MEDIA_NONE,
    .build = build_key_change,
    .read = read_key_change,
    .mend = mend_key_change,
};

static apr_status_t with_key(acme_errand_t **errand, acme_session_t *session,
                             const acme_step_t *step, const ae_key_t *key,
                             const ae_key_t *signer, apr_pool_t *p)
{
    apr_status_t rv = acme_errand_create(errand, session, step, signer, p);
    rollover_t *rollover;

    if (rv == APR_SUCCESS) {
        rollover = apr_palloc((*errand)->p, sizeof(*rollover));
        rollover->key = key;
        (*errand)->data = rollover;
    }
    return rv;
}

apr_status_t acme_errand_rollover(acme_errand_t **errand,
                                  acme_session_t *session,
                                  const ae_key_t *new_key, apr_pool_t *p)
{
    return with_key(errand, session, &acme_step_key_change, new_key, NULL, p);
}

/* -- RFC 8555 section 7.3.1: onlyReturnExisting -- */

static apr_status_t build_find(acme_exchange_t *exchange, acme_fault_t *fault)
{
    (void)fault;
    exchange->url = exchange->session->new_account;
    exchange->payload = "{\"onlyReturnExisting\":true}";
    return APR_SUCCESS;
}

static apr_status_t read_find(acme_exchange_t *exchange,
                              const acme_answer_t *answer, apr_time_t now,
                              acme_fault_t *fault)
{
    acme_session_t *session = exchange->session;
    const char *url =
        acme_url_resolve(answer->url, answer->response->location, exchange->p);

    (void)now;
    if (url == NULL) {
        return acme_fault_odd(fault, exchange,
                              "an account without an https URL in Location");
    }
    acme_session_set_key(session, new_key(exchange));
    acme_session_set_account(session, url);
    acme_account_load(session, answer->json);
    exchange->errand->done_before = 1;
    return APR_SUCCESS;
}

/* RFC 8555 section 7.3.1: accountDoesNotExist is an answer like the other; and
 * section 7.3.6: unauthorized says that the account of this key is
 * deactivated. */
static int mend_find(acme_exchange_t *exchange, const acme_answer_t *answer,
                     apr_time_t now, acme_fault_t *fault)
{
    acme_problem_kind_t kind =
        answer->problem ? answer->problem->kind : ACME_PROBLEM_OTHER;

    (void)now;
    (void)fault;
    if (kind == ACME_PROBLEM_UNAUTHORIZED) {
        acme_session_set_key(exchange->session, new_key(exchange));
        exchange->errand->done_before = 1;
        return 1;
    }
    return kind == ACME_PROBLEM_ACCOUNT_DOES_NOT_EXIST;
}

const acme_step_t acme_step_find_account = {
    .name = "newAccount",
    .failed = "The CA does not tell which key the account has",
    .method = "POST",
    .signing = ACME_SIGNED_BY_JWK,
    .media = ACME_MEDIA_JSON,
    .build = build_find,
    .read = read_find,
    .mend = mend_find,
};

apr_status_t acme_errand_find(acme_errand_t **errand, acme_session_t *session,
                              const ae_key_t *key, apr_pool_t *p)
{
    return with_key(errand, session, &acme_step_find_account, key, key, p);
}
