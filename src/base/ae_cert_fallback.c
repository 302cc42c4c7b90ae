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

/* Reading a public key is what costs most, so it is set once: a certificate
 * is the one before it with another serial, subject and names. */
struct ae_cert_mint_t {
    X509 *x509;
    EVP_PKEY *evp;
};

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
    X509_NAME *name = X509_NAME_new();
    int good =
        name && entry_add(name, "O", organization) &&
        (strlen(first) > COMMON_NAME_MAX || entry_add(name, "CN", first)) &&
        X509_set_subject_name(x509, name) == 1 &&
        X509_set_issuer_name(x509, name) == 1;

    X509_NAME_free(name);
    return good;
}

static int dates_set(X509 *x509, apr_time_t not_before, apr_time_t not_after)
{
    return ASN1_TIME_set(X509_getm_notBefore(x509),
                         (time_t)apr_time_sec(not_before)) &&
           ASN1_TIME_set(X509_getm_notAfter(x509),
                         (time_t)apr_time_sec(not_after));
}

static int is_leaf_set(X509 *x509)
{
    BASIC_CONSTRAINTS *basic = BASIC_CONSTRAINTS_new();
    int good = basic && X509_add1_ext_i2d(x509, NID_basic_constraints, basic,
                                          1, X509V3_ADD_DEFAULT) == 1;

    BASIC_CONSTRAINTS_free(basic);
    return good;
}

static int names_set(X509 *x509, const apr_array_header_t *names)
{
    GENERAL_NAMES *san = ae_san_make(names);
    int good = san && X509_add1_ext_i2d(x509, NID_subject_alt_name, san, 0,
                                        X509V3_ADD_REPLACE) == 1;

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

static apr_status_t mint_failed(ae_error_t *err)
{
    ae_error_set(err, AE_ECRYPTO, "Cannot make the fallback certificate");
    return ae_error_why_openssl(err);
}

static apr_status_t mint_free(void *data)
{
    X509_free(data);
    return APR_SUCCESS;
}

apr_status_t ae_cert_mint_make(ae_cert_mint_t **mint, const ae_key_t *key,
                               apr_time_t not_before, apr_time_t not_after,
                               ae_error_t *err, apr_pool_t *p)
{
    X509 *x509 = X509_new();

    if (x509 == NULL || X509_set_version(x509, X509_VERSION_3) != 1 ||
        !dates_set(x509, not_before, not_after) ||
        X509_set_pubkey(x509, ae_key_evp(key)) != 1 || !is_leaf_set(x509)) {
        X509_free(x509);
        return mint_failed(err);
    }
    apr_pool_cleanup_register(p, x509, mint_free, apr_pool_cleanup_null);
    *mint = apr_palloc(p, sizeof(**mint));
    (*mint)->x509 = x509;
    (*mint)->evp = ae_key_evp(key);
    return APR_SUCCESS;
}

apr_status_t ae_cert_mint_fallback(ae_bytes_t *pem, const ae_cert_mint_t *mint,
                                   const apr_array_header_t *names,
                                   ae_error_t *err, apr_pool_t *p)
{
    unsigned char serial[SERIAL_BYTES];
    apr_status_t status = ae_random_bytes(serial, sizeof(serial), err);

    if (status != APR_SUCCESS) {
        return status;
    }
    if (names->nelts == 0 || !serial_set(mint->x509, serial) ||
        !subject_set(mint->x509, APR_ARRAY_IDX(names, 0, const char *)) ||
        !names_set(mint->x509, names) ||
        X509_sign(mint->x509, mint->evp, EVP_sha256()) <= 0 ||
        !pem_take(pem, mint->x509, p)) {
        return mint_failed(err);
    }
    return APR_SUCCESS;
}
