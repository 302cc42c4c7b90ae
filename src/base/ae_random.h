#ifndef AE_RANDOM_H
#define AE_RANDOM_H

/** Unpredictable numbers, from OpenSSL. */

#include "ae_error.h"

/** Fill `len` bytes. @return APR_SUCCESS or AE_ECRYPTO. */
AE_CHECKED apr_status_t ae_random_bytes(unsigned char *bytes, apr_size_t len,
                                        ae_error_t *err);

/** A number for spreading moments in time; 0 where OpenSSL has none.
 * Not for keys. */
apr_uint32_t ae_random_u32(void);

#endif
