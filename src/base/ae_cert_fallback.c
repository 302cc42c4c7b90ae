#include "ae_cert.h"
#include "ae_random.h"
#include "ae_san.h"

#include <apr_strings.h>
#include <openssl/bio.h>
#include <openssl/bn.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <string.h>

/* RFC 5280 section 4.1.2.2 allows 20. */
#define SERIAL_BYTES 16

/* ub-common-name of RFC 5280 appendix A.1. */
#define COMMON_NAME_MAX 64

static const char organization[] = "mod_acme_edge fallback, not trusted";

static int serial_set(X509 *x509, unsigned char *bytes)
{
    BIGNUM *number;
    int good;

    /* Positive (RFC 5280 section 4.1.2.2), and always of the same length. */
    bytes[0] = (bytes[0] & 0x7f) | 0x40;
    number = BN_bin2bn(bytes, SERIAL_BYTES, NULL);
    good = number &&
           BN_to_ASN1_INTEGER(number, X509_get_serialNumber(x509)) != NULL;
    BN_free(number);
    return good;
}

static int entry_add(X509_NAME *name, const char *field, const char *text)
{
    return X509_NAME_add_entry_by_txt(name, field, MBSTRING_UTF8,
                                      (const unsigned char *)text, -1, -1,
                                      0) == 1;
}

/* The organization keeps the name from being empty, which RFC 5280 section
 * 4.1.2.4 forbids an issuer, and tells people what they look at. */
static int subject_set(X509 *x509, const char *first)
{
    X509_NAME *name = X509_get_subject_name(x509);

    if (!entry_add(name, "O", organization)) {
        return 0;
    }
    if (strlen(first) <= COMMON_NAME_MAX && !entry_add(name, "CN", first)) {
        return 0;
    }
    return X509_set_issuer_name(x509, name) == 1;
}

static int dates_set(X509 *x509, apr_time_t not_before, apr_time_t not_after)
{
    return ASN1_TIME_set(X509_getm_notBefore(x509),
                         (time_t)apr_time_sec(not_before)) &&
           ASN1_TIME_set(X509_getm_notAfter(x509),
                         (time_t)apr_time_sec(not_after));
}

static int extensions_set(X509 *x509, const apr_array_header_t *names)
{
    BASIC_CONSTRAINTS *basic = BASIC_CONSTRAINTS_new();
    GENERAL_NAMES *san = ae_san_make(names);
    int good = basic && san &&
               X509_add1_ext_i2d(x509, NID_basic_constraints, basic, 1,
                                 X509V3_ADD_DEFAULT) == 1 &&
               X509_add1_ext_i2d(x509, NID_subject_alt_name, san, 0,
                                 X509V3_ADD_DEFAULT) == 1;

    BASIC_CONSTRAINTS_free(basic);
    GENERAL_NAMES_free(san);
    return good;
}

static int pem_take(ae_bytes_t *pem, X509 *x509, apr_pool_t *p)
{
    BIO *bio = BIO_new(BIO_s_mem());
    int good = bio && PEM_write_bio_X509(bio, x509) == 1;
    char *data;

    if (good) {
        pem->len = (apr_size_t)BIO_get_mem_data(bio, &data);
        pem->data = apr_pmemdup(p, data, pem->len);
    }
    BIO_free(bio);
    return good;
}

apr_status_t ae_cert_make_fallback(ae_bytes_t *pem, const ae_key_t *key,
                                   const apr_array_header_t *names,
                                   apr_time_t not_before, apr_time_t not_after,
                                   ae_error_t *err, apr_pool_t *p)
{
    unsigned char serial[SERIAL_BYTES];
    apr_status_t status = ae_random_bytes(serial, sizeof(serial), err);
    EVP_PKEY *evp = ae_key_evp(key);
    X509 *x509;
    int good;

    if (status != APR_SUCCESS) {
        return status;
    }
    x509 = X509_new();
    good = x509 && names->nelts > 0 &&
           X509_set_version(x509, X509_VERSION_3) == 1 &&
           serial_set(x509, serial) &&
           subject_set(x509, APR_ARRAY_IDX(names, 0, const char *)) &&
           dates_set(x509, not_before, not_after) &&
           X509_set_pubkey(x509, evp) == 1 && extensions_set(x509, names) &&
           X509_sign(x509, evp, EVP_sha256()) > 0 && pem_take(pem, x509, p);
    X509_free(x509);
    if (!good) {
        ae_error_set(err, AE_ECRYPTO, "Cannot make the fallback certificate");
        return ae_error_why_openssl(err);
    }
    return APR_SUCCESS;
}
