#ifndef SCRIPTED_JWS_H
#define SCRIPTED_JWS_H

/** The other side of JSON Web Signatures, written against the RFCs without
 * anything from src/acme. All from t_pool; what cannot be decoded fails the
 * test. */

#include "ae_bytes.h"

#include <jansson.h>

/** Decode base64url (RFC 7515 section 2). */
ae_bytes_t scripted_base64url(const char *text);

/** Decode base64url that is a JSON object. */
json_t *scripted_json(const char *text);

/** Whether the signature over `protected "." payload` is good.
 * @param jwk RSA, EC or, for HS256 to HS512, oct */
int scripted_jws_verify(const char *alg, const json_t *jwk,
                        const char *protected, const char *payload,
                        const char *signature);

/** RFC 7638 section 3. */
const char *scripted_thumbprint(const json_t *jwk);

#endif
