#include "httpd_check.h"

#include "ae_file_system.h"
#include "httpd_certs.h"
#include "httpd_conf.h"

#include <apr_strings.h>

/* What is said of one is said of those with other types of key, too. */
static const apr_array_header_t *without_further(
    const apr_array_header_t *certs, apr_pool_t *p)
{
    apr_array_header_t *left =
        apr_array_make(p, certs->nelts, sizeof(const edge_cert_t *));
    int i;

    for (i = 0; i < certs->nelts; i++) {
        const edge_cert_t *cert = APR_ARRAY_IDX(certs, i, const edge_cert_t *);

        if (!cert->is_further) {
            APR_ARRAY_PUSH(left, const edge_cert_t *) = cert;
        }
    }
    return left;
}

apr_hash_t *httpd_check_index(const apr_array_header_t *certs, apr_pool_t *p)
{
    apr_hash_t *by_name = apr_hash_make(p);
    int i, n;

    for (i = 0; i < certs->nelts; i++) {
        const edge_cert_t *cert = APR_ARRAY_IDX(certs, i, const edge_cert_t *);

        for (n = 0; n < cert->names->nelts; n++) {
            apr_hash_set(by_name, APR_ARRAY_IDX(cert->names, n, const char *),
                         APR_HASH_KEY_STRING, cert);
        }
    }
    return by_name;
}

httpd_check_t *httpd_check_make(const apr_array_header_t *servers,
                                const apr_array_header_t *certs,
                                const char *store_dir,
                                apr_array_header_t *findings,
                                apr_pool_t *ptemp)
{
    httpd_check_t *check = apr_pcalloc(ptemp, sizeof(*check));

    check->servers = servers;
    check->certs = without_further(certs, ptemp);
    check->by_name = httpd_check_index(check->certs, ptemp);
    check->store_dir = store_dir;
    check->findings = findings;
    check->ptemp = ptemp;
    return check;
}

const edge_cert_t *httpd_check_cert_of(const httpd_check_t *check,
                                       const char *name)
{
    return apr_hash_get(check->by_name, name, APR_HASH_KEY_STRING);
}

static const edge_cert_t *cert_of_any_spelling(const httpd_check_t *check,
                                               const char *name)
{
    return httpd_check_cert_of(check, edge_name_spell(name, check->ptemp));
}

const edge_cert_t *httpd_check_cert_for(const httpd_check_t *check,
                                        const server_rec *s)
{
    const edge_cert_t *cert = cert_of_any_spelling(check, s->server_hostname);
    int i;

    for (i = 0; cert == NULL && s->names && i < s->names->nelts; i++) {
        cert = cert_of_any_spelling(check,
                                    APR_ARRAY_IDX(s->names, i, const char *));
    }
    return cert;
}

int httpd_check_is_ordered(const edge_cert_t *cert)
{
    return !cert->renews_by_hand || cert->terms_accepted ||
           cert->contacts->nelts > 0;
}

int httpd_check_is_one_of(const ap_directive_t *directive,
                          const char *const names[])
{
    int i;

    for (i = 0; names[i]; i++) {
        if (ap_cstr_casecmp(directive->directive, names[i]) == 0) {
            return 1;
        }
    }
    return 0;
}

const char *httpd_check_place(const ap_directive_t *directive, apr_pool_t *p)
{
    return httpd_conf_place(directive->filename, directive->line_num, p);
}

static int lacks_terms(const edge_cert_t *cert)
{
    return httpd_check_is_ordered(cert) && !cert->terms_accepted;
}

static int lacks_contact(const edge_cert_t *cert)
{
    return httpd_check_is_ordered(cert) && cert->contacts->nelts == 0;
}

void httpd_check_tell(const httpd_check_t *check, ae_log_level_t level,
                      const char *id, const apr_array_header_t *names,
                      const char *text)
{
    const char *first =
        names->nelts ? APR_ARRAY_IDX(names, 0, const char *) : "";

    if (names->nelts < 2) {
        edge_finding_add(check->findings, level, id, first, "%s", text);
    } else {
        edge_finding_add(check->findings, level, id, "", "%s: %s",
                         httpd_certs_list(names, check->ptemp), text);
    }
}

static void tell_lacking(const httpd_check_t *check,
                         int (*lacks)(const edge_cert_t *cert), const char *id,
                         const char *text)
{
    apr_array_header_t *names =
        apr_array_make(check->ptemp, 16, sizeof(const char *));
    int i;

    for (i = 0; i < check->certs->nelts; i++) {
        const edge_cert_t *cert =
            APR_ARRAY_IDX(check->certs, i, const edge_cert_t *);

        if (lacks(cert)) {
            APR_ARRAY_PUSH(names, const char *) = cert->name;
        }
    }
    if (names->nelts > 0) {
        httpd_check_tell(check, AE_LOG_WARNING, id, names, text);
    }
}

void httpd_check_account(const httpd_check_t *check)
{
    tell_lacking(check, lacks_terms, "AE016",
                 "no account can be made with a CA that has terms of service; "
                 "write ACMETermsOfService accepted once you have read and "
                 "accepted them");
    tell_lacking(check, lacks_contact, "AE017",
                 "the CA could not reach anybody about the account; write "
                 "ACMEEmail with an address that is read");
}

void httpd_check_store(const httpd_check_t *check)
{
    const char *kind = ae_file_system_far(check->store_dir, check->ptemp);

    if (kind != NULL) {
        edge_finding_add(check->findings, AE_LOG_WARNING, "AE027", "",
                         "ACMEStore %s lies on %s, where locks and renames "
                         "may not hold as they do on a local disk, and where "
                         "httpd may have to wait at its start; name a "
                         "directory on a local disk",
                         check->store_dir, kind);
    }
}
