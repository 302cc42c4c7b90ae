#ifndef AE_SEAL_H
#define AE_SEAL_H

/** Secrets at rest: AES-256-GCM under one key, which children inherit. */

#include "ae_bytes.h"
#include "ae_error.h"

#define AE_SEAL_KEY_BYTES 32
#define AE_SEAL_MAC_BYTES 32

typedef struct ae_seal_t ae_seal_t;

/** Take a key of AE_SEAL_KEY_BYTES; copied, and cleansed with `p`. */
ae_seal_t *ae_seal_create(const unsigned char *key, apr_pool_t *p);

/** Seal into `p`. What is sealed under one `purpose` ("staging/a.example/key")
 * cannot be opened under another. @return APR_SUCCESS or AE_ECRYPTO. */
AE_CHECKED apr_status_t ae_seal_close(ae_bytes_t *sealed,
                                      const ae_seal_t *seal,
                                      const char *purpose, ae_bytes_t plain,
                                      ae_error_t *err, apr_pool_t *p);

/** Open into `p`, cleansed when `p` is cleared. @return APR_SUCCESS;
 * AE_ESEAL for another key, another purpose or damaged bytes. */
AE_CHECKED apr_status_t ae_seal_open(ae_bytes_t *plain, const ae_seal_t *seal,
                                     const char *purpose, ae_bytes_t sealed,
                                     ae_error_t *err, apr_pool_t *p);

/** Bear witness to a text: HMAC-SHA-256 under the key and the purpose, which
 * nobody without the key can make.
 * @return APR_SUCCESS or AE_ECRYPTO. */
AE_CHECKED apr_status_t ae_seal_witness(unsigned char mac[AE_SEAL_MAC_BYTES],
                                        const ae_seal_t *seal,
                                        const char *purpose, const char *text,
                                        ae_error_t *err);

#endif
