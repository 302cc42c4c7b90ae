#include "edge_cert.h"

#include "ae_address.h"
#include "edge_digest.h"

#include <apr_strings.h>
#include <string.h>

static const char *name_at(const edge_cert_t *cert, int i)
{
    return APR_ARRAY_IDX(cert->names, i, const char *);
}

static const edge_provider_t *provider_at(const edge_cert_t *cert, int i)
{
    return APR_ARRAY_IDX(cert->providers, i, const edge_provider_t *);
}

void edge_cert_call(edge_cert_t *cert, ae_key_type_t type, int is_further,
                    apr_pool_t *p)
{
    const char *word = ae_key_type_word(type);

    cert->key_type = type;
    cert->is_further = is_further;
    cert->name = name_at(cert, 0);
    cert->dir = edge_name_to_dir(cert->name, p);
    if (is_further) {
        cert->name = apr_pstrcat(p, cert->name, "+", word, NULL);
        cert->dir = apr_pstrcat(p, cert->dir, "+", word, NULL);
    }
}

static apr_status_t check_count(const edge_cert_t *cert, ae_error_t *err)
{
    int i;

    if (cert->names == NULL || cert->names->nelts == 0) {
        ae_error_set(err, AE_EFORMAT, "A certificate has no names");
        return ae_error_next(err, "write at least one name");
    }
    for (i = 0; i < cert->providers->nelts; i++) {
        const edge_provider_t *provider = provider_at(cert, i);

        if ((unsigned)cert->names->nelts > provider->names_max) {
            ae_error_set(err, AE_EFORMAT, "The certificate %s has %d names",
                         name_at(cert, 0), cert->names->nelts);
            ae_error_why(err, "%s takes at most %u in one certificate",
                         provider->name, provider->names_max);
            return ae_error_next(err, "spread the names over several "
                                      "certificates");
        }
    }
    return APR_SUCCESS;
}

/* Who has accepted no terms and wants nothing ordered imports what others
 * issued. */
static int is_ordered(const edge_cert_t *cert)
{
    return !cert->renews_by_hand || cert->terms_accepted;
}

static apr_status_t check_address(const edge_cert_t *cert, const char *name,
                                  ae_error_t *err)
{
    int i;

    if (!is_ordered(cert) || !ae_address_is(name)) {
        return APR_SUCCESS;
    }
    for (i = 0; i < cert->providers->nelts; i++) {
        const edge_provider_t *provider = provider_at(cert, i);

        if (provider->no_addresses != NULL) {
            ae_error_set(err, AE_EFORMAT,
                         "%s issues no certificate for the address %s",
                         provider->name, name);
            ae_error_why(err, "%s", provider->no_addresses);
            return ae_error_next(err, "write a DNS name, or another "
                                      "ACMEProvider for this certificate");
        }
    }
    return APR_SUCCESS;
}

/* A hundred names at most: every pair is soon compared. */
static apr_status_t check_distinct(const edge_cert_t *cert, int i,
                                   ae_error_t *err)
{
    int j;

    for (j = 0; j < i; j++) {
        if (strcmp(name_at(cert, i), name_at(cert, j)) == 0) {
            ae_error_set(err, AE_EFORMAT,
                         "The certificate %s has the name %s twice",
                         name_at(cert, 0), name_at(cert, i));
            return ae_error_next(err, "write each name once");
        }
    }
    return APR_SUCCESS;
}

apr_status_t edge_cert_check(const edge_cert_t *cert, ae_error_t *err)
{
    apr_status_t status = check_count(cert, err);
    int i;

    for (i = 0; status == APR_SUCCESS && i < cert->names->nelts; i++) {
        status = edge_name_check(name_at(cert, i), err);
        if (status == APR_SUCCESS) {
            status = check_address(cert, name_at(cert, i), err);
        }
        if (status == APR_SUCCESS) {
            status = check_distinct(cert, i, err);
        }
    }
    return status;
}

/* Each item with its length, so that no two configurations read alike. */
static const char *add(const char *text, const char *item, apr_pool_t *p)
{
    return apr_psprintf(p, "%s%" APR_SIZE_T_FMT ":%s\n", text, strlen(item),
                        item);
}

static const char *add_list(const char *text, const apr_array_header_t *list,
                            apr_pool_t *p)
{
    int nelts = list ? list->nelts : 0;
    int i;

    text = apr_psprintf(p, "%s%d\n", text, nelts);
    for (i = 0; i < nelts; i++) {
        text = add(text, APR_ARRAY_IDX(list, i, const char *), p);
    }
    return text;
}

/* Nothing where there is none: failures of earlier versions are known yet. */
static const char *add_external(const char *text, const edge_cert_t *cert,
                                const edge_provider_t *provider, apr_pool_t *p)
{
    const edge_external_t *external =
        edge_external_find(cert->externals, provider);

    return external == NULL
               ? text
               : add(add(text, external->eab.kid, p), external->digest, p);
}

/* Nothing where neither is configured, as above. */
static const char *add_request(const char *text, const edge_cert_t *cert,
                               apr_pool_t *p)
{
    if (cert->csr != NULL) {
        return add(add(text, "csr", p),
                   edge_digest_bytes(ae_csr_der(cert->csr), p), p);
    }
    return cert->subject != NULL
               ? add(add(text, "subject", p), cert->subject, p)
               : text;
}

/* Nothing for what earlier versions did, as above. */
static const char *add_probing(const char *text, const edge_cert_t *cert,
                               apr_pool_t *p)
{
    int peers = cert->peers ? cert->peers->nelts : 0;
    int i;

    if (cert->probing == EDGE_PROBING_REQUIRED) {
        text = add(text, edge_probing_word(cert->probing), p);
    }
    for (i = 0; i < peers; i++) {
        text = add(
            text,
            edge_peer_print(&APR_ARRAY_IDX(cert->peers, i, edge_peer_t), p),
            p);
    }
    return text;
}

const char *edge_cert_fingerprint(const edge_cert_t *cert, apr_pool_t *p)
{
    apr_pool_t *ptemp;
    const char *text = "";
    const char *fingerprint;
    int i;

    if (cert->fingerprint != NULL) {
        return cert->fingerprint;
    }
    apr_pool_create(&ptemp, p);
    text = add_list(text, cert->names, ptemp);
    for (i = 0; i < cert->providers->nelts; i++) {
        text = add(text, provider_at(cert, i)->directory_url, ptemp);
        text = add_external(text, cert, provider_at(cert, i), ptemp);
    }
    text = add_list(text, cert->contacts, ptemp);
    text = add(text, cert->terms_accepted ? "accepted" : "", ptemp);
    text = add(text, ae_key_type_word(cert->key_type), ptemp);
    text = add_request(text, cert, ptemp);
    text = add_probing(text, cert, ptemp);
    fingerprint = edge_digest_text(text, p);
    apr_pool_destroy(ptemp);
    return fingerprint;
}
