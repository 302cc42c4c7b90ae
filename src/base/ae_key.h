#ifndef AE_KEY_H
#define AE_KEY_H

/** Private keys. */

#include "ae_bytes.h"
#include "ae_error.h"

#include <openssl/evp.h>

typedef enum ae_key_type_t {
    AE_KEY_ECDSA_P256,
    AE_KEY_ECDSA_P384,
    AE_KEY_RSA_2048,
    AE_KEY_RSA_3072,
    AE_KEY_RSA_4096,
    AE_KEY_TYPES
} ae_key_type_t;

typedef struct ae_key_t ae_key_t;

/** The public half, big-endian: x and y padded to the curve's size, or n and e
 * without leading zeros. `curve` is "P-256", "P-384" or NULL for RSA. */
typedef struct ae_key_public_t {
    const char *curve;
    ae_bytes_t x, y;
    ae_bytes_t n, e;
} ae_key_public_t;

/** The word of a type, "ecdsa-p256". */
const char *ae_key_type_word(ae_key_type_t type);

/** The type of a word. @return APR_SUCCESS or AE_EFORMAT. */
AE_CHECKED apr_status_t ae_key_type_parse(ae_key_type_t *type,
                                          const char *word);

/** The type of OpenSSL's object, private or public.
 * @return whether it is one of those above */
int ae_key_type_of(ae_key_type_t *type, const EVP_PKEY *evp);

/** Make a new key; it lives in `p`. @return APR_SUCCESS or AE_ECRYPTO. */
AE_CHECKED apr_status_t ae_key_generate(ae_key_t **key, ae_key_type_t type,
                                        ae_error_t *err, apr_pool_t *p);

/** Read an unencrypted PKCS#8 (or SEC1, PKCS#1) PEM of at most 64 kB.
 * @return APR_SUCCESS; AE_EFORMAT, also for a kind that has no type above. */
AE_CHECKED apr_status_t ae_key_parse(ae_key_t **key, ae_bytes_t pem,
                                     ae_error_t *err, apr_pool_t *p);

/** Print as PKCS#8 PEM into `p`; cleansed when `p` is cleared.
 * @return APR_SUCCESS or AE_ECRYPTO. */
AE_CHECKED apr_status_t ae_key_print(ae_bytes_t *pem, const ae_key_t *key,
                                     ae_error_t *err, apr_pool_t *p);

ae_key_type_t ae_key_type(const ae_key_t *key);

/** The public half, from `p`. @return APR_SUCCESS or AE_ECRYPTO. */
AE_CHECKED apr_status_t ae_key_public(ae_key_public_t *pub,
                                      const ae_key_t *key, ae_error_t *err,
                                      apr_pool_t *p);

/** Sign for a JWS (RFC 7518 section 3): RSASSA-PKCS1-v1_5 with SHA-256, or
 * ECDSA with SHA-256 or SHA-384 as R || S. @return APR_SUCCESS or
 * AE_ECRYPTO. */
AE_CHECKED apr_status_t ae_key_sign(ae_bytes_t *signature, const ae_key_t *key,
                                    ae_bytes_t data, ae_error_t *err,
                                    apr_pool_t *p);

/** Whether it is the private half of this public key, by a signature: public
 * halves alone may lie. */
int ae_key_proves(const ae_key_t *key, EVP_PKEY *public);

/** OpenSSL's object, borrowed; lives as long as the key. */
EVP_PKEY *ae_key_evp(const ae_key_t *key);

#endif
