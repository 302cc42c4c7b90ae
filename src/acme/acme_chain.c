#include "acme_engine.h"
#include "ae_cert.h"

#include <openssl/bio.h>
#include <openssl/pem.h>
#include <openssl/x509.h>

static int same_key(ae_bytes_t pem, ae_bytes_t csr)
{
    const unsigned char *der = csr.data;
    X509_REQ *request = d2i_X509_REQ(NULL, &der, (long)csr.len);
    BIO *bio = BIO_new_mem_buf(pem.data, (int)pem.len);
    X509 *leaf = bio ? PEM_read_bio_X509(bio, NULL, NULL, NULL) : NULL;
    int same = request && leaf &&
               EVP_PKEY_eq(X509_get0_pubkey(leaf),
                           X509_REQ_get0_pubkey(request)) == 1;

    X509_free(leaf);
    BIO_free(bio);
    X509_REQ_free(request);
    return same;
}

apr_status_t acme_chain_check(ae_bytes_t pem, ae_bytes_t csr, ae_error_t *err,
                              apr_pool_t *ptemp)
{
    ae_cert_t *cert;
    /* RFC 8555 section 9.1: certificates and nothing else. */
    apr_status_t rv = ae_cert_parse(&cert, pem, err, ptemp);

    if (rv == APR_SUCCESS && !same_key(pem, csr)) {
        ae_error_set(err, AE_EMISMATCH, "The CA sent another certificate");
        rv = ae_error_why(err, "its key is not the key of the request");
    }
    return rv;
}
