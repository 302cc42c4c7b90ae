#ifndef ACME_JWS_H
#define ACME_JWS_H

/** JSON Web Signatures as ACME uses them (RFC 7515, 7517, 7638; RFC 8555
 * section 6.2). */

#include "ae_key.h"

#define ACME_TOKEN_LENGTH_MAX 128

/** base64url without padding (RFC 7515 section 2), into `p`. */
const char *acme_base64url_encode(ae_bytes_t bytes, apr_pool_t *p);

/** Decode strictly: no padding, white space or other alphabet. It may be a
 * key, so it is cleansed with `p`.
 * @return APR_SUCCESS or AE_EFORMAT. */
AE_CHECKED apr_status_t acme_base64url_decode(ae_bytes_t *bytes,
                                              const char *text, apr_pool_t *p);

/** How many characters at the beginning are of the base64url alphabet. */
apr_size_t acme_base64url_length(const char *text);

/** Whether a token may be served and stored: 1 to ACME_TOKEN_LENGTH_MAX
 * characters of the base64url alphabet (RFC 8555 section 8.3). */
int acme_token_valid(const char *token, apr_size_t len);

/** The public key as canonical JWK (RFC 7638 section 3.2), into `p`. */
AE_CHECKED apr_status_t acme_jwk(const char **jwk, const ae_key_t *key,
                                 ae_error_t *err, apr_pool_t *p);

/** base64url(SHA-256(JWK)) (RFC 7638 section 3), into `p`. */
AE_CHECKED apr_status_t acme_jwk_thumbprint(const char **thumbprint,
                                            const ae_key_t *key,
                                            ae_error_t *err, apr_pool_t *p);

/** What goes into the protected header. Exactly one of `kid` and `jwk`
 * (RFC 8555 section 6.2) is set; `nonce` is NULL only inside another JWS. */
typedef struct acme_jws_header_t {
    const char *url;
    const char *nonce;
    const char *kid; /* account URL */
    int jwk;         /* true: the key itself */
} acme_jws_header_t;

/** Sign `payload` ("" for POST-as-GET) as a flattened JWS, into `p`.
 * @return APR_SUCCESS or AE_ECRYPTO. */
AE_CHECKED apr_status_t acme_jws_sign(const char **jws, const ae_key_t *key,
                                      const acme_jws_header_t *header,
                                      const char *payload, ae_error_t *err,
                                      apr_pool_t *p);

/** Say by the new key which account it shall have: the inner JWS for keyChange
 * at `url` (RFC 8555 section 7.3.5), into `p`.
 * @param account its URL @return APR_SUCCESS or AE_ECRYPTO. */
AE_CHECKED apr_status_t acme_jws_roll(const char **jws,
                                      const ae_key_t *new_key,
                                      const ae_key_t *old_key,
                                      const char *account, const char *url,
                                      ae_error_t *err, apr_pool_t *p);

/** External account binding credentials (RFC 8555 section 7.3.4). */
typedef struct acme_eab_t {
    const char *kid;
    const char *alg; /* HS256, HS384 or HS512 */
    ae_bytes_t hmac_key;
} acme_eab_t;

/** Bind an account key to an external account: the inner JWS for newAccount at
 * `url`, into `p`. @return APR_SUCCESS; AE_EFORMAT for another alg;
 * AE_ECRYPTO. */
AE_CHECKED apr_status_t acme_jws_bind(const char **jws, const acme_eab_t *eab,
                                      const ae_key_t *account_key,
                                      const char *url, ae_error_t *err,
                                      apr_pool_t *p);

#endif
