#include "acme_jws.h"
#include "ae_json.h"
#include "ae_secret.h"

#include <apr_strings.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <string.h>

static const char alphabet[] =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

const char *acme_base64url_encode(ae_bytes_t bytes, apr_pool_t *p)
{
    char *text = apr_palloc(p, bytes.len / 3 * 4 + 5), *out = text;
    unsigned held = 0, bits = 0;
    apr_size_t i;

    for (i = 0; i < bytes.len; i++) {
        held = (held & 0xff) << 8 | bytes.data[i];
        for (bits += 8; bits >= 6; bits -= 6) {
            *out++ = alphabet[held >> (bits - 6) & 0x3f];
        }
    }
    if (bits > 0) {
        *out++ = alphabet[held << (6 - bits) & 0x3f];
    }
    *out = '\0';
    return text;
}

apr_status_t acme_base64url_decode(ae_bytes_t *bytes, const char *text,
                                   apr_pool_t *p)
{
    apr_size_t len = strlen(text), n = 0, i;
    unsigned char *out = ae_secret_alloc(len / 4 * 3 + 3, p);
    unsigned held = 0, bits = 0;

    for (i = 0; i < len; i++) {
        const char *at = strchr(alphabet, text[i]);
        if (!at) {
            return AE_EFORMAT;
        }
        held = (held & 0xff) << 6 | (unsigned)(at - alphabet);
        bits += 6;
        if (bits >= 8) {
            bits -= 8;
            out[n++] = (unsigned char)(held >> bits);
        }
    }
    /* One spelling for each value: a lone character and bits left over are
     * refused (RFC 4648 section 3.5). */
    if (len % 4 == 1 || (held & ((1u << bits) - 1)) != 0) {
        return AE_EFORMAT;
    }
    bytes->data = out;
    bytes->len = n;
    return APR_SUCCESS;
}

apr_size_t acme_base64url_length(const char *text)
{
    return strspn(text, alphabet);
}

int acme_token_valid(const char *token, apr_size_t len)
{
    apr_size_t i;

    if (len < 1 || len > ACME_TOKEN_LENGTH_MAX) {
        return 0;
    }
    for (i = 0; i < len; i++) {
        if (!token[i] || !strchr(alphabet, token[i])) {
            return 0;
        }
    }
    return 1;
}

static ae_bytes_t bytes_of(const char *text)
{
    ae_bytes_t bytes = {(const unsigned char *)text, strlen(text)};
    return bytes;
}

static const char *encode_text(const char *text, apr_pool_t *p)
{
    return acme_base64url_encode(bytes_of(text), p);
}

apr_status_t acme_jwk(const char **jwk, const ae_key_t *key, ae_error_t *err,
                      apr_pool_t *p)
{
    ae_key_public_t pub;
    apr_status_t rv = ae_key_public(&pub, key, err, p);

    if (rv != APR_SUCCESS) {
        return rv;
    }
    /* RFC 7638 section 3.2: the required members only, in the order of their
     * names, without white space. */
    if (pub.curve) {
        *jwk = apr_psprintf(
            p, "{\"crv\":\"%s\",\"kty\":\"EC\",\"x\":\"%s\",\"y\":\"%s\"}",
            pub.curve, acme_base64url_encode(pub.x, p),
            acme_base64url_encode(pub.y, p));
    } else {
        *jwk = apr_psprintf(p, "{\"e\":\"%s\",\"kty\":\"RSA\",\"n\":\"%s\"}",
                            acme_base64url_encode(pub.e, p),
                            acme_base64url_encode(pub.n, p));
    }
    return APR_SUCCESS;
}

apr_status_t acme_jwk_thumbprint(const char **thumbprint, const ae_key_t *key,
                                 ae_error_t *err, apr_pool_t *p)
{
    unsigned char digest[EVP_MAX_MD_SIZE];
    unsigned len = 0;
    const char *jwk;
    apr_status_t rv = acme_jwk(&jwk, key, err, p);

    if (rv != APR_SUCCESS) {
        return rv;
    }
    if (!EVP_Digest(jwk, strlen(jwk), digest, &len, EVP_sha256(), NULL)) {
        ae_error_set(err, AE_ECRYPTO,
                     "cannot compute the account key's thumbprint");
        return ae_error_why_openssl(err);
    }
    *thumbprint = acme_base64url_encode((ae_bytes_t){digest, len}, p);
    return APR_SUCCESS;
}

static const char *key_algorithm(const ae_key_t *key)
{
    switch (ae_key_type(key)) {
    case AE_KEY_ECDSA_P256:
        return "ES256";
    case AE_KEY_ECDSA_P384:
        return "ES384";
    case AE_KEY_RSA_2048:
    case AE_KEY_RSA_3072:
    case AE_KEY_RSA_4096:
    case AE_KEY_TYPES:
        break;
    }
    return "RS256";
}

static json_t *json_text(const char *text, apr_pool_t *p)
{
    return ae_json_keep(json_loads(text, 0, NULL), p);
}

/* RFC 8555 section 6.2: alg, nonce and url, and either kid or jwk. */
static const char *print_header(const char *alg,
                                const acme_jws_header_t *header,
                                const char *jwk, apr_pool_t *p)
{
    json_t *object = ae_json_keep(json_object(), p);

    json_object_set_new(object, "alg", json_string(alg));
    json_object_set_new(object, "url", json_string(header->url));
    if (header->nonce) {
        json_object_set_new(object, "nonce", json_string(header->nonce));
    }
    if (header->kid) {
        json_object_set_new(object, "kid", json_string(header->kid));
    }
    if (jwk) {
        json_object_set(object, "jwk", json_text(jwk, p));
    }
    return ae_json_print(object, p);
}

/* The flattened serialization of RFC 7515 section 7.2.2. */
static const char *print_jws(const char *protected, const char *payload,
                             ae_bytes_t signature, apr_pool_t *p)
{
    return apr_psprintf(
        p, "{\"payload\":\"%s\",\"protected\":\"%s\",\"signature\":\"%s\"}",
        payload, protected, acme_base64url_encode(signature, p));
}

apr_status_t acme_jws_sign(const char **jws, const ae_key_t *key,
                           const acme_jws_header_t *header,
                           const char *payload, ae_error_t *err, apr_pool_t *p)
{
    const char *jwk = NULL, *protected, *encoded;
    ae_bytes_t signature;
    apr_status_t rv = APR_SUCCESS;

    if (header->jwk) {
        rv = acme_jwk(&jwk, key, err, p);
    }
    if (rv != APR_SUCCESS) {
        return rv;
    }
    protected =
        encode_text(print_header(key_algorithm(key), header, jwk, p), p);
    encoded = encode_text(payload, p);
    rv = ae_key_sign(&signature, key,
                     bytes_of(apr_pstrcat(p, protected, ".", encoded, NULL)),
                     err, p);
    if (rv == APR_SUCCESS) {
        *jws = print_jws(protected, encoded, signature, p);
    }
    return rv;
}

/* RFC 8555 section 7.3.5: the new jwk and the outer url, no nonce; the payload
 * names the account and the key that it has. */
apr_status_t acme_jws_roll(const char **jws, const ae_key_t *new_key,
                           const ae_key_t *old_key, const char *account,
                           const char *url, ae_error_t *err, apr_pool_t *p)
{
    const acme_jws_header_t header = {.url = url, .jwk = 1};
    json_t *payload = ae_json_keep(json_object(), p);
    const char *jwk;
    apr_status_t rv = acme_jwk(&jwk, old_key, err, p);

    if (rv != APR_SUCCESS) {
        return rv;
    }
    json_object_set_new(payload, "account", json_string(account));
    json_object_set(payload, "oldKey", json_text(jwk, p));
    return acme_jws_sign(jws, new_key, &header, ae_json_print(payload, p), err,
                         p);
}

static const EVP_MD *mac_digest(const char *alg)
{
    if (!strcmp(alg, "HS256")) {
        return EVP_sha256();
    }
    if (!strcmp(alg, "HS384")) {
        return EVP_sha384();
    }
    return strcmp(alg, "HS512") ? NULL : EVP_sha512();
}

apr_status_t acme_jws_bind(const char **jws, const acme_eab_t *eab,
                           const ae_key_t *account_key, const char *url,
                           ae_error_t *err, apr_pool_t *p)
{
    const acme_jws_header_t header = {.url = url, .kid = eab->kid};
    const EVP_MD *digest = mac_digest(eab->alg);
    unsigned char mac[EVP_MAX_MD_SIZE];
    unsigned len = 0;
    const char *jwk, *protected, *encoded, *input;
    apr_status_t rv;

    if (!digest) {
        ae_error_set(err, AE_EFORMAT, "cannot bind the external account");
        ae_error_why(err, "the algorithm %s is not known", eab->alg);
        return ae_error_next(err, "use HS256, HS384 or HS512");
    }
    rv = acme_jwk(&jwk, account_key, err, p);
    if (rv != APR_SUCCESS) {
        return rv;
    }
    /* RFC 8555 section 7.3.4: no nonce, the outer url, the account's public
     * key as payload. */
    protected = encode_text(print_header(eab->alg, &header, NULL, p), p);
    encoded = encode_text(jwk, p);
    input = apr_pstrcat(p, protected, ".", encoded, NULL);
    if (!HMAC(digest, eab->hmac_key.data, (int)eab->hmac_key.len,
              (const unsigned char *)input, strlen(input), mac, &len)) {
        ae_error_set(err, AE_ECRYPTO, "cannot bind the external account");
        return ae_error_why_openssl(err);
    }
    *jws = print_jws(protected, encoded, (ae_bytes_t){mac, len}, p);
    return APR_SUCCESS;
}
