#include "ae_cert_chain.h"
#include "ae_san.h"

#include <openssl/err.h>
#include <openssl/x509v3.h>

static apr_status_t other_key(ae_error_t *err, const ae_cert_t *cert,
                              const char *what)
{
    ERR_clear_error();
    ae_error_set(err, AE_EMISMATCH,
                 "The %s does not belong to the certificate", what);
    return ae_error_why(err,
                        "the certificate (serial %s) was issued for "
                        "another key",
                        cert->facts.serial);
}

apr_status_t ae_cert_check_key(const ae_cert_t *cert, const ae_key_t *key,
                               ae_error_t *err)
{
    EVP_PKEY *leaf = X509_get0_pubkey(cert->chain[0]);

    return leaf && ae_key_proves(key, leaf)
               ? APR_SUCCESS
               : other_key(err, cert, "private key");
}

apr_status_t ae_cert_check_csr(const ae_cert_t *cert, const ae_csr_t *csr,
                               ae_error_t *err)
{
    EVP_PKEY *leaf = X509_get0_pubkey(cert->chain[0]);

    return leaf && EVP_PKEY_eq(leaf, ae_csr_evp(csr)) == 1
               ? APR_SUCCESS
               : other_key(err, cert, "request");
}

static int name_is_covered(const apr_array_header_t *names, const char *wanted)
{
    int i;

    for (i = 0; i < names->nelts; i++) {
        if (ae_san_covers(APR_ARRAY_IDX(names, i, const char *), wanted)) {
            return 1;
        }
    }
    return 0;
}

apr_status_t ae_cert_facts_check_names(const ae_cert_facts_t *facts,
                                       const apr_array_header_t *names,
                                       ae_error_t *err)
{
    int i;

    for (i = 0; i < names->nelts; i++) {
        const char *wanted = APR_ARRAY_IDX(names, i, const char *);

        if (!name_is_covered(facts->names, wanted)) {
            ae_error_set(err, AE_EMISMATCH,
                         "The certificate does not cover %s", wanted);
            return ae_error_why(err,
                                "it is none of the %d names in the "
                                "certificate (serial %s)",
                                facts->names->nelts, facts->serial);
        }
    }
    return APR_SUCCESS;
}

apr_status_t ae_cert_check_names(const ae_cert_t *cert,
                                 const apr_array_header_t *names,
                                 ae_error_t *err)
{
    return ae_cert_facts_check_names(&cert->facts, names, err);
}

static apr_status_t dates_mismatch(ae_error_t *err, const char *what,
                                   apr_time_t t)
{
    char text[APR_RFC822_DATE_LEN];

    apr_rfc822_date(text, t);
    ae_error_set(err, AE_EMISMATCH, "The certificate is not valid now");
    return ae_error_why(err, "%s %s", what, text);
}

/* RFC 5280 section 4.1.2.5: both ends belong to the time of validity, and are
 * seconds. */
apr_status_t ae_cert_facts_check_dates(const ae_cert_facts_t *facts,
                                       apr_time_t now, ae_error_t *err)
{
    if (apr_time_sec(now) < apr_time_sec(facts->not_before)) {
        return dates_mismatch(err, "it begins on", facts->not_before);
    }
    if (apr_time_sec(now) > apr_time_sec(facts->not_after)) {
        return dates_mismatch(err, "it ended on", facts->not_after);
    }
    return APR_SUCCESS;
}

apr_status_t ae_cert_check_dates(const ae_cert_t *cert, apr_time_t now,
                                 ae_error_t *err)
{
    return ae_cert_facts_check_dates(&cert->facts, now, err);
}

static int is_signed_by(X509 *x509, X509 *issuer)
{
    EVP_PKEY *evp = X509_get0_pubkey(issuer);
    int good = evp && X509_verify(x509, evp) == 1;

    ERR_clear_error();
    return good;
}

static apr_status_t chain_mismatch(ae_error_t *err, const char *why)
{
    ae_error_set(err, AE_EMISMATCH, "The certificate chain is not complete");
    return ae_error_why(err, "%s", why);
}

static apr_status_t link_check(X509 *x509, X509 *issuer, int place,
                               ae_error_t *err)
{
    int named = X509_check_issued(issuer, x509);

    if (named != X509_V_OK) {
        chain_mismatch(err, "");
        return ae_error_why(err,
                            "certificate %d was not issued by the one "
                            "after it (%s)",
                            place, X509_verify_cert_error_string(named));
    }
    if (X509_check_ca(issuer) != 1) {
        chain_mismatch(err, "");
        return ae_error_why(err, "certificate %d is not that of a CA",
                            place + 1);
    }
    if (!is_signed_by(x509, issuer)) {
        chain_mismatch(err, "");
        return ae_error_why(err,
                            "the signature of certificate %d is not by "
                            "the one after it",
                            place);
    }
    return APR_SUCCESS;
}

apr_status_t ae_cert_check_chain(const ae_cert_t *cert, ae_error_t *err)
{
    int i;

    if (is_signed_by(cert->chain[0], cert->chain[0])) {
        return chain_mismatch(err, "the leaf is signed by itself, by no CA");
    }
    if (cert->length == 1) {
        chain_mismatch(err, "it holds the leaf alone, without the "
                            "certificate of the CA that issued it");
        return ae_error_next(err, "it must go on with the CA's intermediate "
                                  "certificate, which clients need");
    }
    for (i = 0; i + 1 < cert->length; i++) {
        apr_status_t status =
            link_check(cert->chain[i], cert->chain[i + 1], i + 1, err);

        if (status != APR_SUCCESS) {
            return status;
        }
    }
    return APR_SUCCESS;
}
