#include "acme_engine.h"

#include <apr_strings.h>
#include <strings.h>

#define TAKEN                                                                 \
    "unspecified, keyCompromise, affiliationChanged, superseded or "          \
    "cessationOfOperation"

typedef struct row_t {
    const char *word; /* RFC 5280 section 5.3.1; NULL: not assigned */
    int taken;        /* from customers; the others are a CA's own */
} row_t;

static const row_t rows[] = {
    [ACME_REASON_UNSPECIFIED] = {"unspecified", 1},
    [ACME_REASON_KEY_COMPROMISE] = {"keyCompromise", 1},
    [2] = {"cACompromise", 0},
    [ACME_REASON_AFFILIATION_CHANGED] = {"affiliationChanged", 1},
    [ACME_REASON_SUPERSEDED] = {"superseded", 1},
    [ACME_REASON_CESSATION_OF_OPERATION] = {"cessationOfOperation", 1},
    [6] = {"certificateHold", 0},
    [8] = {"removeFromCRL", 0},
    [9] = {"privilegeWithdrawn", 0},
    [10] = {"aACompromise", 0},
};

static apr_status_t refuse(ae_error_t *err, const char *word, const char *why)
{
    ae_error_set(err, AE_EFORMAT, "\"%s\" cannot be the reason", word);
    ae_error_why(err, "%s", why);
    return ae_error_next(err, "give one of " TAKEN);
}

apr_status_t acme_reason_parse(acme_reason_t *reason, const char *word,
                               ae_error_t *err)
{
    apr_size_t i;

    for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        if (rows[i].word == NULL || strcasecmp(rows[i].word, word) != 0) {
            continue;
        }
        if (!rows[i].taken) {
            return refuse(err, word, "it is for CAs alone to give");
        }
        *reason = (acme_reason_t)i;
        return APR_SUCCESS;
    }
    return refuse(err, word, "it is none of those of RFC 5280");
}

const char *acme_reason_word(acme_reason_t reason)
{
    return rows[reason].word;
}

/* RFC 8555 section 7.6: the reason is optional, and RFC 5280 section 5.3.1
 * wants none rather than "unspecified". */
const char *acme_revoke_payload(ae_bytes_t der, acme_reason_t reason,
                                apr_pool_t *p)
{
    json_t *payload = ae_json_keep(json_object(), p);

    json_object_set_new(payload, "certificate",
                        json_string(acme_base64url_encode(der, p)));
    if (reason != ACME_REASON_UNSPECIFIED) {
        json_object_set_new(payload, "reason", json_integer(reason));
    }
    return ae_json_print(payload, p);
}

/* -- the step: 200 says nothing more -- */

typedef struct revocation_t {
    ae_bytes_t der;
    acme_reason_t reason;
} revocation_t;

static apr_status_t refuse_unable(acme_fault_t *fault)
{
    fault->retry = ACME_RETRY_PERSON;
    fault->err.status = AE_EREMOTE;
    ae_error_why(&fault->err, "the CA's directory names no revokeCert");
    return ae_error_next(&fault->err,
                         "Ask the CA how it revokes certificates.");
}

static apr_status_t build_revoke(acme_exchange_t *exchange,
                                 acme_fault_t *fault)
{
    const acme_session_t *session = exchange->session;
    const revocation_t *what = exchange->errand->data;

    if (session->revoke_cert == NULL) {
        return refuse_unable(fault);
    }
    exchange->url = session->revoke_cert;
    exchange->payload =
        acme_revoke_payload(what->der, what->reason, exchange->p);
    return APR_SUCCESS;
}

static apr_status_t read_revoke(acme_exchange_t *exchange,
                                const acme_answer_t *answer, apr_time_t now,
                                acme_fault_t *fault)
{
    (void)exchange;
    (void)answer;
    (void)now;
    (void)fault;
    return APR_SUCCESS;
}

/* RFC 8555 section 7.6: alreadyRevoked. That is what was wanted. */
static int mend_revoke(acme_exchange_t *exchange, const acme_answer_t *answer,
                       apr_time_t now, acme_fault_t *fault)
{
    (void)now;
    (void)fault;
    if (answer->problem == NULL ||
        answer->problem->kind != ACME_PROBLEM_ALREADY_REVOKED) {
        return 0;
    }
    exchange->errand->done_before = 1;
    return 1;
}

const acme_step_t acme_step_revoke_cert = {
    .name = "revokeCert",
    .failed = "The certificate was not revoked",
    .method = "POST",
    .signing = ACME_SIGNED_BY_KID,
    .media = ACME_MEDIA_NONE,
    .build = build_revoke,
    .read = read_revoke,
    .mend = mend_revoke,
};

apr_status_t acme_errand_revoke(acme_errand_t **errand,
                                acme_session_t *session,
                                ae_bytes_t certificate, acme_reason_t reason,
                                const ae_key_t *cert_key, apr_pool_t *p)
{
    revocation_t *what;
    apr_status_t rv = acme_errand_create(errand, session,
                                         &acme_step_revoke_cert, cert_key, p);

    if (rv != APR_SUCCESS) {
        return rv;
    }
    what = apr_pcalloc((*errand)->p, sizeof(*what));
    what->der.data =
        apr_pmemdup((*errand)->p, certificate.data, certificate.len);
    what->der.len = certificate.len;
    what->reason = reason;
    (*errand)->data = what;
    return APR_SUCCESS;
}
