#include "acme_engine.h"
#include "acme_url.h"

#include <apr_strings.h>
#include <string.h>

/* What a session sends and what it takes from the answers (RFC 8555 sections
 * 7.1 to 7.3); acme_order_steps.c goes on from there. */

/* A member that is a URL, resolved, into the exchange's pool. */
static const char *get_url(const json_t *object, const char *key,
                           const acme_exchange_t *exchange,
                           const acme_answer_t *answer)
{
    return acme_url_resolve(answer->url,
                            ae_json_get_string(object, key, exchange->p),
                            exchange->p);
}

/* -- RFC 8555 section 7.1.1: the directory, a plain GET -- */

static apr_status_t build_directory(acme_exchange_t *exchange,
                                    acme_fault_t *fault)
{
    (void)fault;
    exchange->url = exchange->session->config.directory_url;
    return APR_SUCCESS;
}

/* Unknown members are ignored; `meta` and what is in it may be missing. */
static apr_status_t read_directory(acme_exchange_t *exchange,
                                   const acme_answer_t *answer, apr_time_t now,
                                   acme_fault_t *fault)
{
    acme_session_t *session = exchange->session;
    const json_t *meta = ae_json_get_object(answer->json, "meta");
    const char *nonce = get_url(answer->json, "newNonce", exchange, answer);
    const char *account =
        get_url(answer->json, "newAccount", exchange, answer);
    const char *order = get_url(answer->json, "newOrder", exchange, answer);

    (void)now;
    if (!nonce || !account || !order) {
        return acme_fault_odd(fault, exchange,
                              "a directory without an https URL for %s",
                              !nonce     ? "newNonce"
                              : !account ? "newAccount"
                                         : "newOrder");
    }
    session->new_nonce = apr_pstrdup(session->p, nonce);
    session->new_account = apr_pstrdup(session->p, account);
    session->new_order = apr_pstrdup(session->p, order);
    session->revoke_cert = apr_pstrdup(
        session->p, get_url(answer->json, "revokeCert", exchange, answer));
    session->key_change = apr_pstrdup(
        session->p, get_url(answer->json, "keyChange", exchange, answer));
    session->external_account_required =
        ae_json_get_bool(meta, "externalAccountRequired", 0);
    acme_session_set_terms(
        session, ae_json_get_string(meta, "termsOfService", exchange->p));
    return APR_SUCCESS;
}

const acme_step_t acme_step_directory = {
    .name = "directory",
    .failed = "The CA's directory cannot be read",
    .method = "GET",
    .signing = ACME_UNSIGNED,
    .media = ACME_MEDIA_JSON,
    .build = build_directory,
    .read = read_directory,
};

/* -- RFC 8555 section 7.2: a nonce, by HEAD -- */

static apr_status_t build_new_nonce(acme_exchange_t *exchange,
                                    acme_fault_t *fault)
{
    (void)fault;
    exchange->url = exchange->session->new_nonce;
    return APR_SUCCESS;
}

static apr_status_t read_new_nonce(acme_exchange_t *exchange,
                                   const acme_answer_t *answer, apr_time_t now,
                                   acme_fault_t *fault)
{
    (void)now;
    return answer->brought_nonce
               ? APR_SUCCESS
               : acme_fault_odd(fault, exchange, "without a Replay-Nonce");
}

const acme_step_t acme_step_new_nonce = {
    .name = "newNonce",
    .failed = "The CA gives no nonce, the number that each request must carry",
    .method = "HEAD",
    .signing = ACME_UNSIGNED,
    .media = ACME_MEDIA_NONE,
    .build = build_new_nonce,
    .read = read_new_nonce,
};

/* -- RFC 8555 section 7.3: the account -- */

static apr_status_t refuse_terms(const acme_session_t *session,
                                 acme_fault_t *fault)
{
    ae_error_why(&fault->err,
                 "the CA asks to accept its terms of service, %.400s",
                 session->terms);
    fault->retry = ACME_RETRY_DAILY;
    fault->err.status = AE_EREMOTE;
    fault->obstacle = ACME_OBSTACLE_TERMS;
    return fault->err.status;
}

/* RFC 8555 section 7.3.4: seen before newAccount is sent. */
static apr_status_t refuse_unbound(acme_fault_t *fault)
{
    ae_error_why(&fault->err, "the CA opens accounts only for customers whom "
                              "it gave credentials (externalAccountRequired)");
    fault->retry = ACME_RETRY_DAILY;
    fault->err.status = AE_EREMOTE;
    fault->obstacle = ACME_OBSTACLE_UNBOUND;
    return fault->err.status;
}

static apr_status_t build_new_account(acme_exchange_t *exchange,
                                      acme_fault_t *fault)
{
    const acme_session_t *session = exchange->session;
    const acme_session_config_t *config = &session->config;
    json_t *payload = ae_json_keep(json_object(), exchange->p);
    const char *binding;
    apr_status_t rv;

    if (session->terms && !config->terms_accepted) {
        return refuse_terms(session, fault);
    }
    if (session->external_account_required && !config->eab) {
        return refuse_unbound(fault);
    }
    if (config->contacts && config->contacts->nelts > 0) {
        json_object_set_new(payload, "contact",
                            acme_account_print(config->contacts));
    }
    if (config->terms_accepted) {
        json_object_set_new(payload, "termsOfServiceAgreed", json_true());
    }
    if (config->eab) {
        rv = acme_jws_bind(&binding, config->eab, config->account_key,
                           session->new_account, &fault->err, exchange->p);
        if (rv != APR_SUCCESS) {
            return rv;
        }
        json_object_set_new(payload, "externalAccountBinding",
                            json_loads(binding, 0, NULL));
    }
    exchange->url = session->new_account;
    exchange->payload = ae_json_print(payload, exchange->p);
    return APR_SUCCESS;
}

/* RFC 8555 section 7.3: 201 for a new account, 200 for one that this key has
 * already (section 7.3.1), with the contacts it had; the URL is in Location. */
static apr_status_t read_new_account(acme_exchange_t *exchange,
                                     const acme_answer_t *answer,
                                     apr_time_t now, acme_fault_t *fault)
{
    const char *status =
        ae_json_get_string(answer->json, "status", exchange->p);
    const char *url =
        acme_url_resolve(answer->url, answer->response->location, exchange->p);

    (void)now;
    if (!url) {
        return acme_fault_odd(fault, exchange,
                              "an account without an https URL in Location");
    }
    if (status && strcmp(status, "valid") != 0) {
        acme_fault_begin(fault, exchange->step, AE_EREMOTE);
        fault->retry = ACME_RETRY_DAILY;
        fault->obstacle = ACME_OBSTACLE_CLOSED;
        return ae_error_why(&fault->err,
                            "the account of this key is \"%.40s\"", status);
    }
    acme_session_set_account(exchange->session, url);
    if (answer->response->code == 201) {
        exchange->session->is_created = 1;
        acme_account_told(exchange->session,
                          exchange->session->config.contacts);
    } else {
        acme_account_load(exchange->session, answer->json);
    }
    return APR_SUCCESS;
}

/* RFC 8555 section 7.3.4 names no error of its own for a wrong binding. */
static int mend_new_account(acme_exchange_t *exchange,
                            const acme_answer_t *answer, apr_time_t now,
                            acme_fault_t *fault)
{
    acme_problem_kind_t kind =
        answer->problem ? answer->problem->kind : ACME_PROBLEM_OTHER;

    (void)now;
    if (exchange->session->config.eab &&
        (kind == ACME_PROBLEM_UNAUTHORIZED || kind == ACME_PROBLEM_MALFORMED ||
         kind == ACME_PROBLEM_EXTERNAL_ACCOUNT_REQUIRED)) {
        fault->retry = ACME_RETRY_DAILY;
        fault->obstacle = ACME_OBSTACLE_BINDING;
        ae_text_copy(fault->err.what, sizeof(fault->err.what),
                     apr_psprintf(exchange->p,
                                  "%s with the key identifier %.80s",
                                  exchange->step->failed,
                                  exchange->session->config.eab->kid));
    }
    return 0;
}

const acme_step_t acme_step_new_account = {
    .name = "newAccount",
    .failed = "No account can be opened at the CA",
    .method = "POST",
    .signing = ACME_SIGNED_BY_JWK,
    .media = ACME_MEDIA_JSON,
    .build = build_new_account,
    .read = read_new_account,
    .mend = mend_new_account,
};
