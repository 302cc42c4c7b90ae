#include "ae_cert.h"

#include "ae_cert_chain.h"
#include "ae_pem.h"

#include <apr_strings.h>
#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/pem.h>

static apr_status_t chain_free(void *ctx)
{
    ae_cert_t *cert = ctx;
    int i;

    for (i = 0; i < cert->length; i++) {
        X509_free(cert->chain[i]);
    }
    return APR_SUCCESS;
}

static apr_status_t chain_read(ae_cert_t *cert, BIO *bio, ae_error_t *err)
{
    X509 *x509;

    while ((x509 = PEM_read_bio_X509(bio, NULL, NULL, NULL)) != NULL) {
        if (cert->length == AE_CERT_CHAIN_LENGTH_MAX) {
            X509_free(x509);
            ae_error_set(err, AE_ETOOBIG, "The certificate chain is too long");
            return ae_error_why(err, "it has more than %d certificates",
                                AE_CERT_CHAIN_LENGTH_MAX);
        }
        cert->chain[cert->length++] = x509;
    }
    if (ERR_GET_REASON(ERR_peek_last_error()) != PEM_R_NO_START_LINE) {
        ae_error_set(err, AE_EFORMAT,
                     "Cannot read certificate %d of the chain",
                     cert->length + 1);
        return ae_error_why_openssl(err);
    }
    ERR_clear_error();
    if (cert->length == 0) {
        ae_error_set(err, AE_EFORMAT, "There is no certificate in the chain");
        return ae_error_why(err, "it is empty");
    }
    return APR_SUCCESS;
}

/* RFC 8555 section 9.1: no explanatory text, and nothing but certificates,
 * so that no key of somebody else's comes in with them. */
static apr_status_t pem_check(ae_bytes_t pem, ae_error_t *err)
{
    int wrong;

    if (pem.len > AE_CERT_CHAIN_BYTES_MAX) {
        ae_error_set(err, AE_ETOOBIG, "The certificate chain is too large");
        return ae_error_why(err, "it has %lu bytes, the limit is %d",
                            (unsigned long)pem.len, AE_CERT_CHAIN_BYTES_MAX);
    }
    wrong = ae_pem_wrong_line(pem, "CERTIFICATE");
    if (wrong) {
        ae_error_set(err, AE_EFORMAT, "Cannot read the certificate chain");
        return ae_error_why(err, "line %d is not part of a PEM certificate",
                            wrong);
    }
    return APR_SUCCESS;
}

apr_status_t ae_cert_parse(ae_cert_t **cert, ae_bytes_t pem, ae_error_t *err,
                           apr_pool_t *p)
{
    ae_cert_t *read = apr_pcalloc(p, sizeof(*read));
    apr_status_t status = pem_check(pem, err);
    BIO *bio;

    if (status != APR_SUCCESS) {
        return status;
    }
    bio = BIO_new_mem_buf(pem.len ? (const void *)pem.data : "", (int)pem.len);
    if (bio == NULL) {
        ae_error_set(err, AE_EFORMAT, "Cannot read the certificate chain");
        return ae_error_why_openssl(err);
    }
    apr_pool_cleanup_register(p, read, chain_free, apr_pool_cleanup_null);
    /* What others left there would pass for the reason. */
    ERR_clear_error();
    status = chain_read(read, bio, err);
    BIO_free(bio);
    if (status == APR_SUCCESS) {
        status = ae_cert_facts_read(read, err, p);
    }
    if (status == APR_SUCCESS) {
        *cert = read;
    }
    return status;
}

apr_status_t ae_cert_print(ae_bytes_t *pem, const ae_cert_t *cert,
                           ae_error_t *err, apr_pool_t *p)
{
    BIO *bio = BIO_new(BIO_s_mem());
    int good = bio != NULL;
    char *data;
    int i;

    for (i = 0; good && i < cert->length; i++) {
        good = PEM_write_bio_X509(bio, cert->chain[i]) == 1;
    }
    if (!good) {
        BIO_free(bio);
        ae_error_set(err, AE_ECRYPTO, "Cannot print the certificate chain");
        return ae_error_why_openssl(err);
    }
    pem->len = (apr_size_t)BIO_get_mem_data(bio, &data);
    pem->data = apr_pmemdup(p, data, pem->len);
    BIO_free(bio);
    return APR_SUCCESS;
}

apr_status_t ae_cert_der(ae_bytes_t *der, const ae_cert_t *cert,
                         ae_error_t *err, apr_pool_t *p)
{
    unsigned char *bytes = NULL;
    int len = i2d_X509(cert->chain[0], &bytes);

    if (len <= 0) {
        ae_error_set(err, AE_ECRYPTO, "Cannot print the certificate");
        return ae_error_why_openssl(err);
    }
    der->data = apr_pmemdup(p, bytes, (apr_size_t)len);
    der->len = (apr_size_t)len;
    OPENSSL_free(bytes);
    return APR_SUCCESS;
}

const ae_cert_facts_t *ae_cert_facts(const ae_cert_t *cert)
{
    return &cert->facts;
}
