#ifndef AE_CERT_H
#define AE_CERT_H

/** Certificates and chains. */

#include "ae_csr.h"

#include <apr_tables.h>
#include <apr_time.h>

#define AE_CERT_CHAIN_BYTES_MAX (256 * 1024)
#define AE_CERT_CHAIN_LENGTH_MAX 10

/** A chain, leaf first. */
typedef struct ae_cert_t ae_cert_t;

/** What people are told of a leaf. Text lives as long as the certificate. */
typedef struct ae_cert_facts_t {
    const char *subject; /* RFC 2253 */
    const char *issuer;  /* RFC 2253 */
    const char *serial;  /* hexadecimal, lower case */
    const char *sha256;  /* fingerprint, hexadecimal */
    apr_time_t not_before;
    apr_time_t not_after;
    const apr_array_header_t *names; /* const char *, DNS and addresses,
                                        each in its one spelling */
} ae_cert_facts_t;

/** Read a PEM chain; nothing but certificates may be in it
 * (RFC 8555 section 9.1). It lives in `p`.
 * @return APR_SUCCESS; AE_ETOOBIG; AE_EFORMAT. */
AE_CHECKED apr_status_t ae_cert_parse(ae_cert_t **cert, ae_bytes_t pem,
                                      ae_error_t *err, apr_pool_t *p);

/** The same of a PEM chain, or of a single certificate in DER.
 * @return as ae_cert_parse. */
AE_CHECKED apr_status_t ae_cert_parse_any(ae_cert_t **cert, ae_bytes_t bytes,
                                          ae_error_t *err, apr_pool_t *p);

/** Print the chain as PEM into `p`, certificates only.
 * @return APR_SUCCESS or AE_ECRYPTO. */
AE_CHECKED apr_status_t ae_cert_print(ae_bytes_t *pem, const ae_cert_t *cert,
                                      ae_error_t *err, apr_pool_t *p);

/** The leaf alone in DER, into `p`. @return APR_SUCCESS or AE_ECRYPTO. */
AE_CHECKED apr_status_t ae_cert_der(ae_bytes_t *der, const ae_cert_t *cert,
                                    ae_error_t *err, apr_pool_t *p);

const ae_cert_facts_t *ae_cert_facts(const ae_cert_t *cert);

/** One certificate of a chain, as people are shown it. */
typedef struct ae_cert_link_t {
    const char *subject; /* RFC 2253 */
    const char *issuer;  /* RFC 2253 */
    const char *serial;  /* hexadecimal, lower case, as the fingerprints */
    const char *sha256;
    const char *sha1;
    const char *key; /* as ACMEKeyType has it, or OpenSSL's word */
    apr_time_t not_before;
    apr_time_t not_after;
} ae_cert_link_t;

/** How many certificates are in the chain; 1 at least. */
int ae_cert_length(const ae_cert_t *cert);

/** OpenSSL's object of the one at `i`, 0 for the leaf; borrowed, lives as long
 * as the certificate. */
X509 *ae_cert_x509(const ae_cert_t *cert, int i);

/** Tell of the one at `i`, 0 for the leaf; text lives in `p`. */
void ae_cert_link(ae_cert_link_t *link, const ae_cert_t *cert, int i,
                  apr_pool_t *p);

/** Check that the key is the leaf's. @return APR_SUCCESS or AE_EMISMATCH. */
AE_CHECKED apr_status_t ae_cert_check_key(const ae_cert_t *cert,
                                          const ae_key_t *key,
                                          ae_error_t *err);

/** Check that the leaf is for the key of this request.
 * @return APR_SUCCESS or AE_EMISMATCH. */
AE_CHECKED apr_status_t ae_cert_check_csr(const ae_cert_t *cert,
                                          const ae_csr_t *csr,
                                          ae_error_t *err);

/** Check that the leaf covers every name, by wildcard too
 * (RFC 9525 section 6.3). @return APR_SUCCESS or AE_EMISMATCH naming the
 * first that is missing. */
AE_CHECKED apr_status_t ae_cert_check_names(const ae_cert_t *cert,
                                            const apr_array_header_t *names,
                                            ae_error_t *err);

/** The same of what is told of a leaf. */
AE_CHECKED apr_status_t
ae_cert_facts_check_names(const ae_cert_facts_t *facts,
                          const apr_array_header_t *names, ae_error_t *err);

/** Check that `now` lies within the leaf's validity.
 * @return APR_SUCCESS or AE_EMISMATCH. */
AE_CHECKED apr_status_t ae_cert_check_dates(const ae_cert_t *cert,
                                            apr_time_t now, ae_error_t *err);

/** The same of what is told of a leaf. */
AE_CHECKED apr_status_t ae_cert_facts_check_dates(const ae_cert_facts_t *facts,
                                                  apr_time_t now,
                                                  ae_error_t *err);

/** Check that each certificate is signed by the one after it, that issuers
 * are CAs, and that a self-signed leaf does not pass.
 * @return APR_SUCCESS or AE_EMISMATCH. */
AE_CHECKED apr_status_t ae_cert_check_chain(const ae_cert_t *cert,
                                            ae_error_t *err);

/** Makes certificates of one key that no client trusts. */
typedef struct ae_cert_mint_t ae_cert_mint_t;

/** @param key must outlive it @return APR_SUCCESS or AE_ECRYPTO. */
AE_CHECKED apr_status_t ae_cert_mint_make(ae_cert_mint_t **mint,
                                          const ae_key_t *key,
                                          apr_time_t not_before,
                                          apr_time_t not_after,
                                          ae_error_t *err, apr_pool_t *p);

/** Make a self-signed certificate, as a PEM.
 * @param names const char *, what it shall cover, at least one
 * @return APR_SUCCESS or AE_ECRYPTO. */
AE_CHECKED apr_status_t ae_cert_mint_fallback(ae_bytes_t *pem,
                                              const ae_cert_mint_t *mint,
                                              const apr_array_header_t *names,
                                              ae_error_t *err, apr_pool_t *p);

#endif
