#include "ae_csr.h"

#include "ae_san.h"

#include <openssl/x509.h>

static int names_set(X509_REQ *req, const apr_array_header_t *names)
{
    STACK_OF(X509_EXTENSION) *extensions = NULL;
    GENERAL_NAMES *san = ae_san_make(names);
    int good = san &&
               X509V3_add1_i2d(&extensions, NID_subject_alt_name, san, 0,
                               X509V3_ADD_DEFAULT) == 1 &&
               X509_REQ_add_extensions(req, extensions) == 1;

    sk_X509_EXTENSION_pop_free(extensions, X509_EXTENSION_free);
    GENERAL_NAMES_free(san);
    return good;
}

static int der_take(ae_bytes_t *der, X509_REQ *req, apr_pool_t *p)
{
    int len = i2d_X509_REQ(req, NULL);
    unsigned char *bytes;
    unsigned char *end;

    if (len <= 0) {
        return 0;
    }
    bytes = end = apr_palloc(p, (apr_size_t)len);
    der->data = bytes;
    der->len = (apr_size_t)len;
    return i2d_X509_REQ(req, &end) == len;
}

apr_status_t ae_csr_make(ae_bytes_t *der, const ae_key_t *key,
                         const apr_array_header_t *names, ae_error_t *err,
                         apr_pool_t *p)
{
    X509_REQ *req = X509_REQ_new();
    EVP_PKEY *evp = ae_key_evp(key);
    int good = req && X509_REQ_set_version(req, X509_REQ_VERSION_1) == 1 &&
               X509_REQ_set_pubkey(req, evp) == 1 && names_set(req, names) &&
               X509_REQ_sign(req, evp, EVP_sha256()) > 0 &&
               der_take(der, req, p);

    X509_REQ_free(req);
    if (!good) {
        ae_error_set(err, AE_ECRYPTO,
                     "Cannot make the certificate signing request");
        return ae_error_why_openssl(err);
    }
    return APR_SUCCESS;
}
