#include "scripted_ca.h"

#include "fixture.h"
#include "support.h"

#include <apr_strings.h>
#include <check.h>
#include <openssl/bio.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>
#include <string.h>

#define LIFE (90L * 24 * 3600)

static void name_it(X509 *cert)
{
    X509_NAME *name = X509_NAME_new();

    X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC,
                               (const unsigned char *)"Scripted CA", -1, -1,
                               0);
    X509_set_issuer_name(cert, name);
    X509_NAME_free(name);
}

const char *ca_type_of(const char *name)
{
    return strchr(name, ':') || strspn(name, "0123456789.") == strlen(name)
               ? "ip"
               : "dns";
}

static void add_names(X509 *cert, const ca_order_t *order)
{
    const char *text = "";
    X509_EXTENSION *ext;
    int i;

    for (i = 0; i < order->authorizations->nelts; i++) {
        const ca_authorization_t *one =
            &APR_ARRAY_IDX(order->authorizations, i, const ca_authorization_t);
        text = apr_pstrcat(t_pool, text, i ? "," : "",
                           *ca_type_of(one->name) == 'i' ? "IP:" : "DNS:",
                           one->wildcard ? "*." : "", one->name, NULL);
    }
    ext = X509V3_EXT_conf_nid(NULL, NULL, NID_subject_alt_name, text);
    X509_add_ext(cert, ext, -1);
    X509_EXTENSION_free(ext);
}

static EVP_PKEY *key_of(ae_bytes_t csr)
{
    const unsigned char *der = csr.data;
    X509_REQ *request = d2i_X509_REQ(NULL, &der, (long)csr.len);
    EVP_PKEY *key = request ? X509_REQ_get_pubkey(request) : NULL;

    X509_REQ_free(request);
    return key;
}

const char *ca_issue(const ca_t *ca, const ca_order_t *order, ae_bytes_t csr)
{
    EVP_PKEY *key = key_of(csr);
    X509 *cert = X509_new();
    BIO *bio = BIO_new(BIO_s_mem());
    time_t from = apr_time_sec(ca->now), to = from + LIFE;
    const char *pem;
    char *data;
    long len;

    if (!key) {
        X509_free(cert);
        BIO_free(bio);
        return NULL;
    }
    X509_set_version(cert, 2);
    ASN1_INTEGER_set(X509_get_serialNumber(cert), order->id);
    name_it(cert);
    ASN1_TIME_set(X509_getm_notBefore(cert), from);
    ASN1_TIME_set(X509_getm_notAfter(cert), to);
    X509_set_pubkey(cert, ca->other_key ? ae_key_evp(ca->other_key) : key);
    add_names(cert, order);
    ck_assert_int_ne(X509_sign(cert, ae_key_evp(ca->key), EVP_sha256()), 0);
    PEM_write_bio_X509(bio, cert);
    len = BIO_get_mem_data(bio, &data);
    pem = apr_pstrcat(t_pool, apr_pstrmemdup(t_pool, data, (size_t)len),
                      t_pem("intermediate.pem", NULL).data, NULL);
    BIO_free(bio);
    X509_free(cert);
    EVP_PKEY_free(key);
    return pem;
}
