#include "ae_cert_chain.h"
#include "ae_san.h"
#include "ae_x509.h"

#include <apr_lib.h>
#include <apr_strings.h>
#include <openssl/bio.h>
#include <openssl/bn.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/objects.h>
#include <string.h>

static const char *hex_print(const unsigned char *bytes, apr_size_t len,
                             apr_pool_t *p)
{
    char *text = apr_pcalloc(p, 2 * len + 1);
    apr_size_t i;

    for (i = 0; i < len; i++) {
        apr_snprintf(text + 2 * i, 3, "%02x", bytes[i]);
    }
    return text;
}

static const char *serial_print(const ASN1_INTEGER *serial, apr_pool_t *p)
{
    BIGNUM *number = ASN1_INTEGER_to_BN(serial, NULL);
    unsigned char *bytes;
    int len;
    const char *text;

    if (number == NULL) {
        return NULL;
    }
    len = BN_num_bytes(number);
    bytes = apr_palloc(p, (apr_size_t)len);
    BN_bn2bin(number, bytes);
    text = hex_print(bytes, (apr_size_t)len, p);
    BN_free(number);
    return text;
}

static const char *fingerprint_print(const X509 *x509, const EVP_MD *md,
                                     apr_pool_t *p)
{
    unsigned char digest[EVP_MAX_MD_SIZE];
    unsigned int len = 0;

    if (X509_digest(x509, md, digest, &len) != 1) {
        return NULL;
    }
    return hex_print(digest, len, p);
}

static int time_read(apr_time_t *t, const ASN1_TIME *time)
{
    ASN1_TIME *epoch = ASN1_TIME_set(NULL, 0);
    int days, seconds;
    int good = epoch && ASN1_TIME_diff(&days, &seconds, epoch, time) == 1;

    ASN1_TIME_free(epoch);
    if (good) {
        *t = apr_time_from_sec((apr_int64_t)days * 86400 + seconds);
    }
    return good;
}

static apr_status_t facts_failed(ae_error_t *err, const char *why)
{
    ae_error_set(err, AE_EFORMAT, "Cannot read the certificate");
    return ae_error_why(err, "%s", why);
}

apr_status_t ae_cert_facts_read(ae_cert_t *cert, ae_error_t *err,
                                apr_pool_t *p)
{
    const X509 *leaf = cert->chain[0];
    ae_cert_facts_t *facts = &cert->facts;

    facts->subject = ae_x509_name_print(X509_get_subject_name(leaf), p);
    facts->issuer = ae_x509_name_print(X509_get_issuer_name(leaf), p);
    if (facts->subject == NULL || facts->issuer == NULL) {
        return facts_failed(err, "its subject or issuer is damaged");
    }
    facts->serial = serial_print(X509_get0_serialNumber(leaf), p);
    facts->sha256 = fingerprint_print(leaf, EVP_sha256(), p);
    if (facts->serial == NULL || facts->sha256 == NULL) {
        return facts_failed(err, "its serial or fingerprint cannot be told");
    }
    if (!time_read(&facts->not_before, X509_get0_notBefore(leaf)) ||
        !time_read(&facts->not_after, X509_get0_notAfter(leaf))) {
        return facts_failed(err, "its dates are damaged");
    }
    facts->names = ae_san_read(leaf, p);
    if (facts->names == NULL) {
        return facts_failed(err, "its subject alternative names are damaged "
                                 "or hold forbidden characters");
    }
    return APR_SUCCESS;
}

int ae_cert_length(const ae_cert_t *cert)
{
    return cert->length;
}

X509 *ae_cert_x509(const ae_cert_t *cert, int i)
{
    return cert->chain[i];
}

static const char *or_unknown(const char *text)
{
    return text ? text : "unknown";
}

void ae_cert_link(ae_cert_link_t *link, const ae_cert_t *cert, int i,
                  apr_pool_t *p)
{
    const X509 *x509 = cert->chain[i];

    memset(link, 0, sizeof(*link));
    link->subject =
        or_unknown(ae_x509_name_print(X509_get_subject_name(x509), p));
    link->issuer =
        or_unknown(ae_x509_name_print(X509_get_issuer_name(x509), p));
    link->serial = or_unknown(serial_print(X509_get0_serialNumber(x509), p));
    link->sha256 = or_unknown(fingerprint_print(x509, EVP_sha256(), p));
    link->sha1 = or_unknown(fingerprint_print(x509, EVP_sha1(), p));
    link->key = ae_x509_key_print(X509_get0_pubkey(x509), p);
    if (!time_read(&link->not_before, X509_get0_notBefore(x509)) ||
        !time_read(&link->not_after, X509_get0_notAfter(x509))) {
        link->not_before = link->not_after = 0;
    }
}
