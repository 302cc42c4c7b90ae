#ifndef AE_CSR_H
#define AE_CSR_H

/** Certificate signing requests (PKCS#10, RFC 2986). */

#include "ae_key.h"

#include <apr_tables.h>

/** Make a request in DER, without a common name (RFC 8555 section 7.4 lets the
 * CA take the names from subjectAltName alone).
 * @param names const char *, DNS names in lower case
 * @return APR_SUCCESS or AE_ECRYPTO. */
AE_CHECKED apr_status_t ae_csr_make(ae_bytes_t *der, const ae_key_t *key,
                                    const apr_array_header_t *names,
                                    ae_error_t *err, apr_pool_t *p);

#endif
