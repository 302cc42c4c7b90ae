#ifndef AE_CERT_PATH_H
#define AE_CERT_PATH_H

/** The way from a leaf to a root: found, completed and verified as a client
 * would (RFC 5280 section 6.1). */

#include "ae_cert.h"

#define AE_CERT_TRUST_BYTES_MAX (4 * 1024 * 1024)

/** Those who are trusted. */
typedef struct ae_cert_trust_t ae_cert_trust_t;

/** Take the certificates of a PEM file, or NULL for the system's; lives in `p`.
 * Text around them is passed over, as in the files that systems have.
 * @return APR_SUCCESS; AE_EFORMAT where there is none in it; AE_ETOOBIG,
 * AE_EUNSAFE, APR_ENOENT; AE_ECRYPTO. */
AE_CHECKED apr_status_t ae_cert_trust_load(ae_cert_trust_t **trust,
                                           const char *file, ae_error_t *err,
                                           apr_pool_t *p);

/** Find the way from the leaf of `cert` to somebody trusted, by what else is in
 * `cert` and in `others`, in any order. Signatures that are too weak for today
 * are none (112 bits, so no SHA-1 and no RSA below 2048).
 * @param whole set on success: the leaf and those that clients need, without
 * the root unless it issued the leaf itself; from `p`
 * @param url set on APR_INCOMPLETE: where the last that was found says that its
 * issuer can be had (caIssuers, RFC 5280 section 4.2.2.1), http or https; NULL
 * where it does not say. From `p`
 * @param others const ae_cert_t *
 * @return APR_SUCCESS; APR_INCOMPLETE where an issuer is missing; AE_EMISMATCH
 * for all else that is wrong; AE_ECRYPTO. err tells, but not what helps. */
AE_CHECKED apr_status_t ae_cert_path(ae_cert_t **whole, const char **url,
                                     const ae_cert_t *cert,
                                     const apr_array_header_t *others,
                                     const ae_cert_trust_t *trust,
                                     apr_time_t now, ae_error_t *err,
                                     apr_pool_t *p);

#endif
