#include "ae_cert.h"

#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509.h>

/* How a SEQUENCE begins, and no PEM. */
#define SEQUENCE 0x30

static apr_status_t refuse(ae_error_t *err, const char *why)
{
    ERR_clear_error();
    ae_error_set(err, AE_EFORMAT, "Cannot read the certificate");
    return ae_error_why(err, "%s", why);
}

/* The way of a PEM is the one that is checked. */
static apr_status_t parse_as_pem(ae_cert_t **cert, X509 *x509, ae_error_t *err,
                                 apr_pool_t *p)
{
    BIO *bio = BIO_new(BIO_s_mem());
    apr_status_t status;
    ae_bytes_t pem;
    char *data;

    if (bio == NULL || PEM_write_bio_X509(bio, x509) != 1) {
        BIO_free(bio);
        return refuse(err, "it cannot be printed as PEM");
    }
    pem.len = (apr_size_t)BIO_get_mem_data(bio, &data);
    pem.data = (const unsigned char *)data;
    status = ae_cert_parse(cert, pem, err, p);
    BIO_free(bio);
    return status;
}

static apr_status_t parse_der(ae_cert_t **cert, ae_bytes_t bytes,
                              ae_error_t *err, apr_pool_t *p)
{
    const unsigned char *at = bytes.data;
    X509 *x509 = d2i_X509(NULL, &at, (long)bytes.len);
    apr_status_t status;

    if (x509 == NULL) {
        return refuse(err, "it is neither PEM nor one certificate in DER");
    }
    status = at == bytes.data + bytes.len
                 ? parse_as_pem(cert, x509, err, p)
                 : refuse(err, "something else follows behind it");
    X509_free(x509);
    return status;
}

apr_status_t ae_cert_parse_any(ae_cert_t **cert, ae_bytes_t bytes,
                               ae_error_t *err, apr_pool_t *p)
{
    int is_der = bytes.len > 0 && bytes.data[0] == SEQUENCE &&
                 bytes.len <= AE_CERT_CHAIN_BYTES_MAX;

    return is_der ? parse_der(cert, bytes, err, p)
                  : ae_cert_parse(cert, bytes, err, p);
}
