#ifndef EDGE_GIVEN_H
#define EDGE_GIVEN_H

/** What ACMECSR gives: a request, and the file with its key. */

#include "ae_csr.h"

/** Read and check both: the request is whole, signed and names something; the
 * key is in a file that nobody else may read, and is the request's. The key is
 * not kept. Without a key file only the request is looked at. It lives in `p`.
 * @param key_path absolute, or NULL
 * @return APR_SUCCESS; AE_EFORMAT, AE_EMISMATCH, AE_ETOOBIG, AE_EUNSAFE; the
 * system's status. err says what to do. */
AE_CHECKED apr_status_t edge_given_read(const ae_csr_t **csr,
                                        const char *csr_path,
                                        const char *key_path, ae_error_t *err,
                                        apr_pool_t *p);

/** The names of a certificate for a request: those that are configured, then
 * the other ones of the request, const char *, from `p`. */
const apr_array_header_t *edge_given_names(const ae_csr_t *csr,
                                           const apr_array_header_t *names,
                                           apr_pool_t *p);

/** Check that a request asks for all of these names.
 * @return APR_SUCCESS or AE_EMISMATCH, which tells the first that is missing
 * and what to do. */
AE_CHECKED apr_status_t edge_given_check(const ae_csr_t *csr,
                                         const apr_array_header_t *names,
                                         ae_error_t *err);

#endif
