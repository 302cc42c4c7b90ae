#include "edge_errand_own.h"
#include "edge_kept.h"
#include "edge_staged.h"

#include <apr_strings.h>
#include <string.h>

/* Revocation (RFC 8555 section 7.6), by whichever way the CA takes: by the
 * account, which issued it or not; by the same once it has authorizations for
 * all names; by the certificate's own key. */

typedef enum way_t {
    BY_ACCOUNT,
    AUTHORIZE,
    BY_AUTHORIZATIONS,
    BY_KEY
} way_t;

typedef struct revocation_t {
    way_t way;
    ae_cert_t *chain;
    ae_bytes_t der;
    acme_reason_t reason;
    ae_key_t *key;    /* the certificate's, or NULL */
    ae_error_t first; /* what the account was refused for */
} revocation_t;

static const ae_cert_facts_t *facts_of(const edge_errand_t *errand)
{
    const revocation_t *what = errand->data;

    return ae_cert_facts(what->chain);
}

static const char *label(const edge_errand_t *errand)
{
    const ae_cert_facts_t *facts = facts_of(errand);

    return facts->names->nelts > 0
               ? APR_ARRAY_IDX(facts->names, 0, const char *)
               : facts->subject;
}

/* --- what is asked ------------------------------------------------------- */

static apr_status_t take_certificate(edge_errand_t *errand, ae_error_t *err)
{
    revocation_t *what = errand->data;
    const char *text =
        ae_json_get_string(errand->asked, "certificate", errand->p);
    ae_bytes_t pem = {(const unsigned char *)text, text ? strlen(text) : 0};
    apr_status_t status = ae_cert_parse(&what->chain, pem, err, errand->p);

    return status == APR_SUCCESS
               ? ae_cert_der(&what->der, what->chain, err, errand->p)
               : status;
}

static apr_status_t take_key(edge_errand_t *errand, ae_error_t *err)
{
    revocation_t *what = errand->data;
    ae_bytes_t pem;
    apr_status_t status;

    if (json_object_get(errand->asked, "key") == NULL) {
        return APR_SUCCESS;
    }
    status = edge_errand_unseal(&pem, errand->asked, "key",
                                errand->config->store, err, errand->p);
    if (status == APR_SUCCESS) {
        status = ae_key_parse(&what->key, pem, err, errand->p);
    }
    return status == APR_SUCCESS
               ? ae_cert_check_key(what->chain, what->key, err)
               : status;
}

static apr_status_t take_reason(edge_errand_t *errand, ae_error_t *err)
{
    revocation_t *what = errand->data;
    const char *word = ae_json_get_string(errand->asked, "reason", errand->p);

    return acme_reason_parse(&what->reason, word ? word : "", err);
}

/* --- ways ---------------------------------------------------------------- */

static apr_status_t revoke_by(edge_errand_t *errand, way_t way,
                              const ae_key_t *key, ae_error_t *err)
{
    revocation_t *what = errand->data;
    apr_status_t status = acme_errand_revoke(
        &errand->request, edge_session_acme(errand->session), what->der,
        what->reason, key, errand->p);

    what->way = way;
    if (status != APR_SUCCESS) {
        ae_error_set(err, status, "The revocation cannot be begun");
        return ae_error_why_status(err, status);
    }
    return APR_SUCCESS;
}

/* As for the configured certificate that has its first name; where nothing is
 * configured for that, nobody is asked. */
static const edge_cert_t *cert_like(const edge_errand_t *errand)
{
    const apr_array_header_t *certs = errand->config->certs;
    edge_cert_t *made = apr_pcalloc(errand->p, sizeof(*made));
    int i;

    made->name = label(errand);
    made->probing = EDGE_PROBING_OFF;
    for (i = certs->nelts - 1; i >= 0; i--) {
        const edge_cert_t *cert = APR_ARRAY_IDX(certs, i, const edge_cert_t *);

        if (ae_text_is_among(cert->names, made->name)) {
            made->probing = cert->probing;
            made->peers = cert->peers;
        }
    }
    return made;
}

/* Without a request to be signed: an order that is never finalized. */
static apr_status_t authorize(edge_errand_t *errand, ae_error_t *err)
{
    static const ae_bytes_t none = {NULL, 0};
    revocation_t *what = errand->data;
    apr_status_t status =
        acme_order_create(&errand->order, edge_session_acme(errand->session),
                          facts_of(errand)->names, none, errand->p);

    what->way = AUTHORIZE;
    errand->cert = cert_like(errand);
    if (status != APR_SUCCESS) {
        ae_error_set(err, status, "The authorizations cannot be begun");
        return ae_error_why_status(err, status);
    }
    ae_log(errand->config->log, AE_LOG_INFO,
           "%s: %s is asked for authorizations, to revoke a certificate",
           label(errand), errand->provider->name);
    return APR_SUCCESS;
}

static apr_status_t begin(edge_errand_t *errand, apr_time_t now,
                          ae_error_t *err)
{
    apr_status_t status;

    (void)now;
    errand->data = apr_pcalloc(errand->p, sizeof(revocation_t));
    status = take_certificate(errand, err);
    if (status == APR_SUCCESS) {
        status = take_reason(errand, err);
    }
    if (status == APR_SUCCESS) {
        status = take_key(errand, err);
    }
    return status == APR_SUCCESS ? revoke_by(errand, BY_ACCOUNT, NULL, err)
                                 : status;
}

/* Whether it is this account that the CA does not want to hear: it is another
 * one's certificate, or there is none. */
static int is_about_account(const edge_errand_t *errand)
{
    const acme_problem_t *problem = errand->failure.problem;
    const char *step = errand->failure.step ? errand->failure.step : "";

    return strcmp(step, "newAccount") == 0 ||
           (problem && (problem->kind == ACME_PROBLEM_UNAUTHORIZED ||
                        problem->kind == ACME_PROBLEM_ACCOUNT_DOES_NOT_EXIST));
}

static int has_account(const edge_errand_t *errand)
{
    return acme_session_account_url(edge_session_acme(errand->session)) !=
           NULL;
}

static void explain(const edge_errand_t *errand, ae_error_t *err)
{
    const revocation_t *what = errand->data;
    ae_error_t last = *err;

    if (what->first.status != APR_SUCCESS) {
        *err = what->first;
        if (what->way != BY_ACCOUNT) {
            ae_error_why(err, "%s; and %s: %s", what->first.why,
                         what->way == AUTHORIZE
                             ? "authorizations for its names were not given"
                         : what->way == BY_KEY ? "its key was refused"
                                               : "with authorizations for its "
                                                 "names, too",
                         last.why);
        }
    }
    if (what->key == NULL && what->first.status != APR_SUCCESS) {
        ae_error_next(err, "Give the certificate's key with --key, or name "
                           "the CA that issued it with --provider.");
    }
}

/* @return whether another way was begun */
static int try_another(edge_errand_t *errand, ae_error_t *err)
{
    revocation_t *what = errand->data;
    ae_error_t trouble;

    if (what->way == BY_ACCOUNT && !is_about_account(errand)) {
        return 0;
    }
    if (what->way == BY_ACCOUNT) {
        what->first = *err;
        if (has_account(errand) && facts_of(errand)->names->nelts > 0 &&
            authorize(errand, &trouble) == APR_SUCCESS) {
            return 1;
        }
    }
    return what->way != BY_KEY && what->key &&
           revoke_by(errand, BY_KEY, what->key, &trouble) == APR_SUCCESS;
}

/* --- the end ------------------------------------------------------------- */

static int is_same(const ae_cert_facts_t *a, const ae_cert_facts_t *b)
{
    return strcmp(a->serial, b->serial) == 0 &&
           strcmp(a->issuer, b->issuer) == 0;
}

/* What is staged of it will never go live. What cannot be removed, the parent
 * refuses. */
static void drop_staged(const edge_errand_t *errand)
{
    const apr_array_header_t *certs = errand->config->certs;
    const edge_store_t *store = errand->config->store;
    ae_error_t ignored;
    int i;

    for (i = 0; i < certs->nelts; i++) {
        const edge_cert_t *cert = APR_ARRAY_IDX(certs, i, const edge_cert_t *);
        edge_staged_t *staged;
        ae_cert_t *chain;
        ae_key_t *key;

        if (edge_store_set_load(&key, &chain, store, cert, &ignored,
                                errand->p) == APR_SUCCESS &&
            is_same(ae_cert_facts(chain), facts_of(errand)) &&
            edge_staged_open(&staged, store, cert, &ignored, errand->p) ==
                APR_SUCCESS) {
            edge_staged_remove(staged, errand->p);
        }
    }
}

/* Orders to come must not have a key that others know. What ACMECSR names is
 * not ours to take away. */
static void drop_kept(const edge_errand_t *errand)
{
    const apr_array_header_t *certs = errand->config->certs;
    const edge_store_t *store = errand->config->store;
    const revocation_t *what = errand->data;
    ae_error_t err;
    int i;

    for (i = 0; i < certs->nelts; i++) {
        const edge_cert_t *cert = APR_ARRAY_IDX(certs, i, const edge_cert_t *);
        const ae_csr_t *csr;
        ae_key_t *key;

        if (edge_kept_load(&key, &csr, store, cert, &err, errand->p) ==
                APR_SUCCESS &&
            ae_cert_check_key(what->chain, key, &err) == APR_SUCCESS &&
            edge_kept_drop(store, cert, &err, errand->p) != APR_SUCCESS) {
            ae_log(errand->config->log, AE_LOG_WARNING,
                   "AE059: %s: the key of a certificate that was revoked as "
                   "compromised is kept for the next order: %s",
                   cert->name, ae_error_line(&err, errand->p));
        }
    }
}

static const char *way_words(const edge_errand_t *errand)
{
    const revocation_t *what = errand->data;

    switch (what->way) {
    case BY_ACCOUNT:
        return "by the account";
    case BY_AUTHORIZATIONS:
        return "by the account, with authorizations for its names";
    case BY_KEY:
        return "by its own key";
    case AUTHORIZE:
        break;
    }
    return "";
}

static void note(edge_errand_t *errand, apr_time_t now, ae_error_t *err)
{
    const revocation_t *what = errand->data;
    const ae_cert_facts_t *facts = facts_of(errand);
    const char *reason = acme_reason_word(what->reason);
    edge_revocation_t *revoked = &errand->revoked;

    revoked->at = now;
    ae_text_copy(revoked->reason, sizeof(revoked->reason), reason);
    ae_text_copy(revoked->serial, sizeof(revoked->serial), facts->serial);
    errand->answer =
        errand->was_done
            ? apr_psprintf(errand->p,
                           "%s: serial %s is revoked: %s says that it had "
                           "been before",
                           label(errand), facts->serial,
                           errand->provider->name)
            : apr_psprintf(errand->p, "%s: serial %s is revoked (%s) %s at %s",
                           label(errand), facts->serial, reason,
                           way_words(errand), errand->provider->name);
    drop_staged(errand);
    if (what->reason == ACME_REASON_KEY_COMPROMISE) {
        drop_kept(errand);
    }
    if (edge_revoked_note(errand->config->store, facts, reason, now, err,
                          errand->p) != APR_SUCCESS) {
        ae_error_next(err, "It is revoked, and this server may serve it "
                           "again: make room in ACMEStore, then revoke it "
                           "again.");
    }
}

static int follow(edge_errand_t *errand, apr_time_t now, ae_error_t *err)
{
    revocation_t *what = errand->data;

    if (err->status != APR_SUCCESS) {
        if (try_another(errand, err)) {
            return 1;
        }
        explain(errand, err);
        return 0;
    }
    if (what->way == AUTHORIZE) {
        return revoke_by(errand, BY_AUTHORIZATIONS, NULL, err) == APR_SUCCESS;
    }
    note(errand, now, err);
    return 0;
}

const edge_errand_kind_t edge_errand_revoke = {
    .word = "revoke",
    .begin = begin,
    .follow = follow,
};
