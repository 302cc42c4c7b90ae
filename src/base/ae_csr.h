#ifndef AE_CSR_H
#define AE_CSR_H

/** Certificate signing requests (PKCS#10, RFC 2986). */

#include "ae_key.h"

#include <apr_tables.h>

#define AE_CSR_BYTES_MAX (128 * 1024)

/** A request. What was read is kept byte for byte. */
typedef struct ae_csr_t ae_csr_t;

/** What people are told of a request; lives as long as it. */
typedef struct ae_csr_facts_t {
    const char *subject;             /* RFC 2253; empty for none */
    const char *key;                 /* as ACMEKeyType has it */
    ae_key_type_t type;              /* the same */
    const apr_array_header_t *names; /* const char *, DNS and addresses, each
                                        in its one spelling: of
                                        subjectAltName, then the common name
                                        where it is not among them */
} ae_csr_facts_t;

/** Make a request, without a common name (RFC 8555 section 7.4 lets the CA
 * take the names from subjectAltName alone).
 * @param names const char *, DNS names in lower case, and addresses as
 * ae_address_print has them
 * @param subject as ae_subject.h has it; NULL or empty for none
 * @return APR_SUCCESS or AE_ECRYPTO; AE_EFORMAT for the subject. */
AE_CHECKED apr_status_t ae_csr_make(ae_csr_t **csr, const ae_key_t *key,
                                    const apr_array_header_t *names,
                                    const char *subject, ae_error_t *err,
                                    apr_pool_t *p);

/** Read a PEM with one request and nothing else in it: signed by its own key,
 * which is RSA or elliptic, and with nothing but DNS names and addresses, if
 * any.
 * @return APR_SUCCESS; AE_ETOOBIG; AE_EFORMAT. */
AE_CHECKED apr_status_t ae_csr_parse(ae_csr_t **csr, ae_bytes_t pem,
                                     ae_error_t *err, apr_pool_t *p);

/** Print it as a PEM, from `p`. @return APR_SUCCESS or AE_ECRYPTO. */
AE_CHECKED apr_status_t ae_csr_print(ae_bytes_t *pem, const ae_csr_t *csr,
                                     ae_error_t *err, apr_pool_t *p);

/** The bytes that a CA is sent; they live as long as the request. */
ae_bytes_t ae_csr_der(const ae_csr_t *csr);

/** OpenSSL's public key, borrowed; lives as long as the request. */
EVP_PKEY *ae_csr_evp(const ae_csr_t *csr);

const ae_csr_facts_t *ae_csr_facts(const ae_csr_t *csr);

/** Check that the key is the request's. @return APR_SUCCESS or
 * AE_EMISMATCH. */
AE_CHECKED apr_status_t ae_csr_check_key(const ae_csr_t *csr,
                                         const ae_key_t *key, ae_error_t *err);

/** Check that it asks for these names, all and only, with this subject.
 * @return APR_SUCCESS or AE_EMISMATCH, which tells what is otherwise. */
AE_CHECKED apr_status_t ae_csr_check(const ae_csr_t *csr,
                                     const apr_array_header_t *names,
                                     const char *subject, ae_error_t *err);

#endif
