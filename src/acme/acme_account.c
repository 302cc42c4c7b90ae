#include "acme_engine.h"

#include <apr_strings.h>
#include <string.h>

/* Who the CA can write to about an account (RFC 8555 sections 7.1.2 and
 * 7.3.2). What it was told is kept beside the account. */

static const char *contact_at(const apr_array_header_t *contacts, int i)
{
    return APR_ARRAY_IDX(contacts, i, const char *);
}

static int has(const apr_array_header_t *contacts, const char *contact)
{
    int i;

    for (i = 0; i < contacts->nelts; i++) {
        if (strcmp(contact_at(contacts, i), contact) == 0) {
            return 1;
        }
    }
    return 0;
}

/* Each is there once. */
static int same(const apr_array_header_t *a, const apr_array_header_t *b)
{
    int i;

    for (i = 0; a->nelts == b->nelts && i < a->nelts; i++) {
        if (!has(b, contact_at(a, i))) {
            return 0;
        }
    }
    return a->nelts == b->nelts;
}

json_t *acme_account_print(const apr_array_header_t *contacts)
{
    json_t *list = json_array();
    int i;

    for (i = 0; contacts && i < contacts->nelts; i++) {
        json_array_append_new(list, json_string(contact_at(contacts, i)));
    }
    return list;
}

void acme_account_told(acme_session_t *session,
                       const apr_array_header_t *contacts)
{
    apr_array_header_t *told = apr_array_make(session->p, 1, sizeof(char *));
    int i;

    for (i = 0; contacts && i < contacts->nelts; i++) {
        APR_ARRAY_PUSH(told, const char *) =
            apr_pstrdup(session->p, contact_at(contacts, i));
    }
    session->told = told;
    session->revision++;
}

void acme_account_load(acme_session_t *session, const json_t *object)
{
    const json_t *list = ae_json_get_array(object, "contact");
    apr_array_header_t *told = apr_array_make(session->p, 1, sizeof(char *));
    size_t i;

    for (i = 0; i < json_array_size(list); i++) {
        const char *contact = json_string_value(json_array_get(list, i));

        if (contact == NULL) {
            list = NULL;
        } else {
            APR_ARRAY_PUSH(told, const char *) =
                apr_pstrdup(session->p, contact);
        }
    }
    session->told = list ? told : NULL;
    session->revision++;
}

/* Where nobody knows what the CA was told, a configuration without contacts
 * is no reason to take those away that it may have. */
int acme_account_is_outdated(const acme_session_t *session)
{
    const apr_array_header_t *wanted = session->config.contacts;

    if (session->tell_failed || session->config.keeps_contacts) {
        return 0;
    }
    if (wanted == NULL || wanted->nelts == 0) {
        return session->told && session->told->nelts > 0;
    }
    return session->told == NULL || !same(session->told, wanted);
}

void acme_account_fail(acme_session_t *session, const acme_fault_t *fault)
{
    session->tell_failed = 1;
    session->tell_error = fault->err;
    session->tell_failure.step = fault->step;
    session->tell_failure.obstacle = fault->obstacle;
    session->tell_failure.problem =
        fault->problem ? acme_problem_copy(fault->problem, session->p) : NULL;
}

int acme_session_take_warning(ae_error_t *warning, acme_failure_t *failure,
                              acme_session_t *session)
{
    if (session->tell_error.status == APR_SUCCESS) {
        return 0;
    }
    *warning = session->tell_error;
    *failure = session->tell_failure;
    memset(&session->tell_error, 0, sizeof(session->tell_error));
    return 1;
}

/* -- RFC 8555 section 7.3.2: the account object with what changes -- */

static apr_status_t build_update(acme_exchange_t *exchange,
                                 acme_fault_t *fault)
{
    const acme_session_t *session = exchange->session;
    json_t *payload = ae_json_keep(json_object(), exchange->p);

    (void)fault;
    json_object_set_new(payload, "contact",
                        acme_account_print(session->config.contacts));
    exchange->url = apr_pstrdup(exchange->p, session->account_url);
    exchange->payload = ae_json_print(payload, exchange->p);
    return APR_SUCCESS;
}

/* The answer is the account; what a CA makes of an address is its own. */
static apr_status_t read_update(acme_exchange_t *exchange,
                                const acme_answer_t *answer, apr_time_t now,
                                acme_fault_t *fault)
{
    (void)answer;
    (void)now;
    (void)fault;
    acme_account_told(exchange->session, exchange->session->config.contacts);
    return APR_SUCCESS;
}

/* For too many of them there is no error of its own. */
static void advise_contacts(const acme_answer_t *answer, acme_fault_t *fault)
{
    if (answer->problem && answer->problem->kind == ACME_PROBLEM_MALFORMED) {
        ae_error_next(&fault->err, "Check the addresses of ACMEEmail, and how "
                                   "many there are for this CA.");
    }
}

/* An account that is lost is made anew, with the contacts. */
static int mend_update(acme_exchange_t *exchange, const acme_answer_t *answer,
                       apr_time_t now, acme_fault_t *fault)
{
    acme_problem_kind_t kind =
        answer->problem ? answer->problem->kind : ACME_PROBLEM_OTHER;

    (void)now;
    advise_contacts(answer, fault);
    return kind == ACME_PROBLEM_ACCOUNT_DOES_NOT_EXIST &&
           acme_session_lose_account(exchange->session, exchange);
}

const acme_step_t acme_step_update_account = {
    .name = "updateAccount",
    .failed = "The CA was not told the account's new contacts",
    .method = "POST",
    .signing = ACME_SIGNED_BY_KID,
    .media = ACME_MEDIA_JSON,
    .build = build_update,
    .read = read_update,
    .mend = mend_update,
};

/* -- the same asked for by a person: what fails is told to whoever asked -- */

static int mend_tell(acme_exchange_t *exchange, const acme_answer_t *answer,
                     apr_time_t now, acme_fault_t *fault)
{
    (void)exchange;
    (void)now;
    advise_contacts(answer, fault);
    return 0;
}

const acme_step_t acme_step_tell_account = {
    .name = "updateAccount",
    .failed = "The CA was not told the account's contacts",
    .method = "POST",
    .signing = ACME_SIGNED_BY_KID,
    .media = ACME_MEDIA_JSON,
    .build = build_update,
    .read = read_update,
    .mend = mend_tell,
};

/* The session's own update would only say the same before it. */
apr_status_t acme_errand_update(acme_errand_t **errand,
                                acme_session_t *session, apr_pool_t *p)
{
    session->tell_failed = 1;
    return acme_errand_create(errand, session, &acme_step_tell_account, NULL,
                              p);
}

/* -- RFC 8555 section 7.3.6 -- */

static apr_status_t build_deactivate(acme_exchange_t *exchange,
                                     acme_fault_t *fault)
{
    (void)fault;
    exchange->url = apr_pstrdup(exchange->p, exchange->session->account_url);
    exchange->payload = "{\"status\":\"deactivated\"}";
    return APR_SUCCESS;
}

static apr_status_t read_deactivate(acme_exchange_t *exchange,
                                    const acme_answer_t *answer,
                                    apr_time_t now, acme_fault_t *fault)
{
    const char *status =
        ae_json_get_string(answer->json, "status", exchange->p);

    (void)now;
    return status == NULL || strcmp(status, "deactivated") == 0
               ? APR_SUCCESS
               : acme_fault_odd(fault, exchange,
                                "that the account is \"%.40s\"", status);
}

/* RFC 8555 section 7.3.6: requests of a deactivated account are answered
 * unauthorized. Neither that nor an account that is gone is a failure. */
static int mend_deactivate(acme_exchange_t *exchange,
                           const acme_answer_t *answer, apr_time_t now,
                           acme_fault_t *fault)
{
    acme_problem_kind_t kind =
        answer->problem ? answer->problem->kind : ACME_PROBLEM_OTHER;

    (void)now;
    (void)fault;
    if (kind != ACME_PROBLEM_UNAUTHORIZED &&
        kind != ACME_PROBLEM_ACCOUNT_DOES_NOT_EXIST) {
        return 0;
    }
    exchange->errand->done_before = 1;
    return 1;
}

const acme_step_t acme_step_deactivate = {
    .name = "deactivateAccount",
    .failed = "The account was not deactivated",
    .method = "POST",
    .signing = ACME_SIGNED_BY_KID,
    .media = ACME_MEDIA_JSON,
    .build = build_deactivate,
    .read = read_deactivate,
    .mend = mend_deactivate,
};

apr_status_t acme_errand_deactivate(acme_errand_t **errand,
                                    acme_session_t *session, apr_pool_t *p)
{
    session->tell_failed = 1; /* whom to write to matters no more */
    return acme_errand_create(errand, session, &acme_step_deactivate, NULL, p);
}
