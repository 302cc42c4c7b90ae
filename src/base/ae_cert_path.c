#include "ae_cert_path.h"

#include "ae_cert_chain.h"
#include "ae_file.h"

#include <apr_strings.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509_vfy.h>
#include <openssl/x509v3.h>
#include <string.h>
#include <strings.h>

/* 112 bits. */
#define SECURITY_LEVEL 2

#define URL_MAX 1024

struct ae_cert_trust_t {
    X509_STORE *store;
};

static apr_status_t trust_free(void *data)
{
    X509_STORE_free(data);
    return APR_SUCCESS;
}

static apr_status_t no_memory(ae_error_t *err)
{
    ae_error_set(err, AE_ECRYPTO, "Cannot verify the certificate");
    return ae_error_why_openssl(err);
}

/* --- who is trusted ------------------------------------------------------ */

static int add_all(X509_STORE *store, ae_bytes_t pem)
{
    BIO *bio = BIO_new_mem_buf(pem.data, (int)pem.len);
    X509 *x509;
    int count = 0;

    while (bio && (x509 = PEM_read_bio_X509(bio, NULL, NULL, NULL)) != NULL) {
        count += X509_STORE_add_cert(store, x509) == 1;
        X509_free(x509);
    }
    BIO_free(bio);
    ERR_clear_error();
    return count;
}

static apr_status_t add_file(X509_STORE *store, const char *file,
                             ae_error_t *err, apr_pool_t *p)
{
    ae_bytes_t pem;
    apr_status_t status =
        ae_file_read(&pem, file, AE_CERT_TRUST_BYTES_MAX, err, p);

    if (status == APR_SUCCESS && (pem.len == 0 || add_all(store, pem) == 0)) {
        ae_error_set(err, AE_EFORMAT, "Cannot use %s", file);
        return ae_error_why(err, "there is no certificate in it");
    }
    return status;
}

apr_status_t ae_cert_trust_load(ae_cert_trust_t **trust, const char *file,
                                ae_error_t *err, apr_pool_t *p)
{
    ae_cert_trust_t *made = apr_palloc(p, sizeof(*made));
    apr_status_t status = APR_SUCCESS;

    made->store = X509_STORE_new();
    if (made->store == NULL) {
        return no_memory(err);
    }
    apr_pool_cleanup_register(p, made->store, trust_free,
                              apr_pool_cleanup_null);
    if (file) {
        status = add_file(made->store, file, err, p);
    } else if (X509_STORE_set_default_paths(made->store) != 1) {
        status = no_memory(err);
    }
    *trust = made;
    return status;
}

/* --- what is missing ----------------------------------------------------- */

static int is_http(const char *url)
{
    return strncasecmp(url, "http://", 7) == 0 ||
           strncasecmp(url, "https://", 8) == 0;
}

/* Printable ASCII only: it goes into messages, and to curl. */
static const char *take_url(const ASN1_IA5STRING *text, apr_pool_t *p)
{
    const unsigned char *data = ASN1_STRING_get0_data(text);
    int len = ASN1_STRING_length(text);
    char *url;
    int i;

    if (len <= 0 || len > URL_MAX) {
        return NULL;
    }
    for (i = 0; i < len; i++) {
        if (data[i] <= ' ' || data[i] > '~') {
            return NULL;
        }
    }
    url = apr_pstrmemdup(p, (const char *)data, (apr_size_t)len);
    return is_http(url) ? url : NULL;
}

static const char *issuer_url(X509 *x509, apr_pool_t *p)
{
    AUTHORITY_INFO_ACCESS *list =
        X509_get_ext_d2i(x509, NID_info_access, NULL, NULL);
    const char *url = NULL;
    int i;

    for (i = 0; url == NULL && i < sk_ACCESS_DESCRIPTION_num(list); i++) {
        ACCESS_DESCRIPTION *access = sk_ACCESS_DESCRIPTION_value(list, i);

        if (OBJ_obj2nid(access->method) == NID_ad_ca_issuers &&
            access->location->type == GEN_URI) {
            url = take_url(access->location->d.uniformResourceIdentifier, p);
        }
    }
    AUTHORITY_INFO_ACCESS_free(list);
    ERR_clear_error();
    return url;
}

static const char *name_of(const X509_NAME *name, apr_pool_t *p)
{
    char *line = X509_NAME_oneline(name, NULL, 0);
    const char *text = apr_pstrdup(p, line ? line : "");

    OPENSSL_free(line);
    return text;
}

/* --- the way ------------------------------------------------------------- */

static int is_own_issuer(X509 *x509)
{
    return X509_NAME_cmp(X509_get_subject_name(x509),
                         X509_get_issuer_name(x509)) == 0;
}

/* Clients have the root. But a chain is never the leaf alone. */
static apr_status_t print_way(ae_cert_t **whole, STACK_OF(X509) * way,
                              ae_error_t *err, apr_pool_t *p)
{
    int length = sk_X509_num(way);
    BIO *bio = BIO_new(BIO_s_mem());
    int good = bio != NULL;
    apr_status_t status;
    ae_bytes_t pem;
    char *data;
    int i;

    if (length > 2 && is_own_issuer(sk_X509_value(way, length - 1))) {
        length--;
    }
    for (i = 0; good && i < length; i++) {
        good = PEM_write_bio_X509(bio, sk_X509_value(way, i)) == 1;
    }
    if (!good) {
        BIO_free(bio);
        return no_memory(err);
    }
    pem.len = (apr_size_t)BIO_get_mem_data(bio, &data);
    pem.data = (const unsigned char *)data;
    status = ae_cert_parse(whole, pem, err, p);
    BIO_free(bio);
    return status;
}

static int is_missing(int error)
{
    return error == X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT ||
           error == X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY ||
           error == X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE;
}

static apr_status_t explain(X509_STORE_CTX *ctx, const char **url,
                            ae_error_t *err, apr_pool_t *p)
{
    int error = X509_STORE_CTX_get_error(ctx);
    X509 *x509 = X509_STORE_CTX_get_current_cert(ctx);
    const char *words = X509_verify_cert_error_string(error);

    if (x509 && is_missing(error)) {
        *url = issuer_url(x509, p);
        ae_error_set(err, APR_INCOMPLETE,
                     "The certificate chain is not complete");
        return ae_error_why(err, "nobody knows the issuer of %s, which is %s",
                            name_of(X509_get_subject_name(x509), p),
                            name_of(X509_get_issuer_name(x509), p));
    }
    ae_error_set(err, AE_EMISMATCH, "The certificate cannot be verified");
    return ae_error_why(err, "%s%s%s",
                        x509 ? name_of(X509_get_subject_name(x509), p) : "",
                        x509 ? ": " : "", words);
}

static apr_status_t verify(ae_cert_t **whole, const char **url,
                           X509_STORE_CTX *ctx, apr_time_t now,
                           ae_error_t *err, apr_pool_t *p)
{
    X509_VERIFY_PARAM *param = X509_STORE_CTX_get0_param(ctx);
    int verified;

    X509_VERIFY_PARAM_set_time(param, (time_t)apr_time_sec(now));
    X509_VERIFY_PARAM_set_auth_level(param, SECURITY_LEVEL);
    X509_VERIFY_PARAM_set_purpose(param, X509_PURPOSE_SSL_SERVER);
    X509_VERIFY_PARAM_set_flags(param, X509_V_FLAG_TRUSTED_FIRST |
                                           X509_V_FLAG_PARTIAL_CHAIN);
    X509_VERIFY_PARAM_set_depth(param, AE_CERT_CHAIN_LENGTH_MAX);
    verified = X509_verify_cert(ctx) == 1;
    ERR_clear_error();
    return verified ? print_way(whole, X509_STORE_CTX_get0_chain(ctx), err, p)
                    : explain(ctx, url, err, p);
}

static int push_all(STACK_OF(X509) * stack, const ae_cert_t *cert, int first)
{
    int good = 1;
    int i;

    for (i = first; good && i < cert->length; i++) {
        good = sk_X509_push(stack, cert->chain[i]) > 0;
    }
    return good;
}

static int collect(STACK_OF(X509) * stack, const ae_cert_t *cert,
                   const apr_array_header_t *others)
{
    int good = push_all(stack, cert, 1);
    int i;

    for (i = 0; good && i < others->nelts; i++) {
        good = push_all(stack, APR_ARRAY_IDX(others, i, const ae_cert_t *), 0);
    }
    return good;
}

apr_status_t ae_cert_path(ae_cert_t **whole, const char **url,
                          const ae_cert_t *cert,
                          const apr_array_header_t *others,
                          const ae_cert_trust_t *trust, apr_time_t now,
                          ae_error_t *err, apr_pool_t *p)
{
    STACK_OF(X509) *stack = sk_X509_new_null();
    X509_STORE_CTX *ctx = X509_STORE_CTX_new();
    apr_status_t status;

    *url = NULL;
    if (stack == NULL || ctx == NULL || !collect(stack, cert, others) ||
        X509_STORE_CTX_init(ctx, trust->store, cert->chain[0], stack) != 1) {
        status = no_memory(err);
    } else {
        status = verify(whole, url, ctx, now, err, p);
    }
    X509_STORE_CTX_free(ctx);
    sk_X509_free(stack);
    return status;
}
