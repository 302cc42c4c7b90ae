#include "scripted_jws.h"

#include "ae_json.h"
#include "support.h"

#include <apr_strings.h>
#include <check.h>
#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/ecdsa.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/param_build.h>
#include <string.h>

ae_bytes_t scripted_base64url(const char *text)
{
    size_t len = strlen(text), padded = (len + 3) / 4 * 4, i;
    char *plain = apr_palloc(t_pool, padded + 1);
    unsigned char *out = apr_palloc(t_pool, padded);
    int n;

    ck_assert_msg(len % 4 != 1, "base64url of odd length: %s", text);
    for (i = 0; i < padded; i++) {
        char c = i < len ? text[i] : '=';
        ck_assert_msg(i >= len || (c != '+' && c != '/' && c != '='),
                      "not base64url: %s", text);
        plain[i] = (char)(c == '-' ? '+' : c == '_' ? '/' : c);
    }
    plain[padded] = '\0';
    n = EVP_DecodeBlock(out, (const unsigned char *)plain, (int)padded);
    ck_assert_msg(n >= 0, "not base64url: %s", text);
    return (ae_bytes_t){out, (size_t)n - (padded - len)};
}

json_t *scripted_json(const char *text)
{
    ae_bytes_t bytes = scripted_base64url(text);
    json_t *json = ae_json_keep(
        json_loadb((const char *)bytes.data, bytes.len, 0, NULL), t_pool);

    ck_assert_ptr_nonnull(json);
    return json;
}

static const char *member(const json_t *jwk, const char *key)
{
    const char *text = json_string_value(json_object_get(jwk, key));

    ck_assert_msg(text != NULL, "no %s in the JWK", key);
    return text;
}

static BIGNUM *number(const json_t *jwk, const char *key)
{
    ae_bytes_t bytes = scripted_base64url(member(jwk, key));

    return BN_bin2bn(bytes.data, (int)bytes.len, NULL);
}

static EVP_PKEY *import_key(const char *kind, OSSL_PARAM_BLD *build)
{
    OSSL_PARAM *params = OSSL_PARAM_BLD_to_param(build);
    EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_from_name(NULL, kind, NULL);
    EVP_PKEY *key = NULL;

    ck_assert_int_eq(EVP_PKEY_fromdata_init(ctx), 1);
    ck_assert_int_eq(EVP_PKEY_fromdata(ctx, &key, EVP_PKEY_PUBLIC_KEY, params),
                     1);
    EVP_PKEY_CTX_free(ctx);
    OSSL_PARAM_free(params);
    OSSL_PARAM_BLD_free(build);
    return key;
}

static EVP_PKEY *rsa_key(const json_t *jwk)
{
    OSSL_PARAM_BLD *build = OSSL_PARAM_BLD_new();
    BIGNUM *n = number(jwk, "n"), *e = number(jwk, "e");
    EVP_PKEY *key;

    OSSL_PARAM_BLD_push_BN(build, OSSL_PKEY_PARAM_RSA_N, n);
    OSSL_PARAM_BLD_push_BN(build, OSSL_PKEY_PARAM_RSA_E, e);
    key = import_key("RSA", build);
    BN_free(n);
    BN_free(e);
    return key;
}

static EVP_PKEY *ec_key(const json_t *jwk)
{
    OSSL_PARAM_BLD *build = OSSL_PARAM_BLD_new();
    ae_bytes_t x = scripted_base64url(member(jwk, "x"));
    ae_bytes_t y = scripted_base64url(member(jwk, "y"));
    unsigned char point[1 + 2 * 66] = {4};

    memcpy(point + 1, x.data, x.len);
    memcpy(point + 1 + x.len, y.data, y.len);
    OSSL_PARAM_BLD_push_utf8_string(build, OSSL_PKEY_PARAM_GROUP_NAME,
                                    member(jwk, "crv"), 0);
    OSSL_PARAM_BLD_push_octet_string(build, OSSL_PKEY_PARAM_PUB_KEY, point,
                                     1 + x.len + y.len);
    return import_key("EC", build);
}

/* RFC 7518 section 3.4: R || S; OpenSSL wants DER. */
static ae_bytes_t to_der(ae_bytes_t raw)
{
    int half = (int)raw.len / 2;
    ECDSA_SIG *sig = ECDSA_SIG_new();
    unsigned char *out = apr_palloc(t_pool, 256), *end = out;

    ECDSA_SIG_set0(sig, BN_bin2bn(raw.data, half, NULL),
                   BN_bin2bn(raw.data + half, half, NULL));
    i2d_ECDSA_SIG(sig, &end);
    ECDSA_SIG_free(sig);
    return (ae_bytes_t){out, (size_t)(end - out)};
}

static int verify(EVP_PKEY *key, const EVP_MD *digest, const char *input,
                  ae_bytes_t signature)
{
    EVP_MD_CTX *ctx = EVP_MD_CTX_new();
    int good;

    ck_assert_int_eq(EVP_DigestVerifyInit(ctx, NULL, digest, NULL, key), 1);
    good = EVP_DigestVerify(ctx, signature.data, signature.len,
                            (const unsigned char *)input, strlen(input)) == 1;
    EVP_MD_CTX_free(ctx);
    EVP_PKEY_free(key);
    return good;
}

static int verify_mac(const json_t *jwk, const EVP_MD *digest,
                      const char *input, ae_bytes_t signature)
{
    ae_bytes_t key = scripted_base64url(member(jwk, "k"));
    unsigned char mac[EVP_MAX_MD_SIZE];
    unsigned len = 0;

    HMAC(digest, key.data, (int)key.len, (const unsigned char *)input,
         strlen(input), mac, &len);
    return len == signature.len && !memcmp(mac, signature.data, len);
}

int scripted_jws_verify(const char *alg, const json_t *jwk,
                        const char *protected, const char *payload,
                        const char *signature)
{
    const char *input = apr_pstrcat(t_pool, protected, ".", payload, NULL);
    ae_bytes_t sig = scripted_base64url(signature);
    const char *kty = member(jwk, "kty");
    const EVP_MD *digest = !strcmp(alg + 2, "256")   ? EVP_sha256()
                           : !strcmp(alg + 2, "384") ? EVP_sha384()
                                                     : EVP_sha512();

    if (!strncmp(alg, "HS", 2) && !strcmp(kty, "oct")) {
        return verify_mac(jwk, digest, input, sig);
    }
    if (!strncmp(alg, "RS", 2) && !strcmp(kty, "RSA")) {
        return verify(rsa_key(jwk), digest, input, sig);
    }
    if (!strncmp(alg, "ES", 2) && !strcmp(kty, "EC")) {
        size_t want = strcmp(alg, "ES256") ? 96 : 64;
        return sig.len == want &&
               verify(ec_key(jwk), digest, input, to_der(sig));
    }
    return 0;
}

static const char *encode(const unsigned char *bytes, size_t len)
{
    unsigned char *out = apr_palloc(t_pool, len / 3 * 4 + 5);
    char *c;

    EVP_EncodeBlock(out, bytes, (int)len);
    for (c = (char *)out; *c; c++) {
        *c = (char)(*c == '+' ? '-' : *c == '/' ? '_' : *c == '=' ? 0 : *c);
        if (!*c) {
            break;
        }
    }
    return (const char *)out;
}

const char *scripted_thumbprint(const json_t *jwk)
{
    unsigned char digest[EVP_MAX_MD_SIZE];
    unsigned len = 0;
    const char *text;

    if (!strcmp(member(jwk, "kty"), "RSA")) {
        text =
            apr_psprintf(t_pool, "{\"e\":\"%s\",\"kty\":\"RSA\",\"n\":\"%s\"}",
                         member(jwk, "e"), member(jwk, "n"));
    } else {
        text = apr_psprintf(
            t_pool,
            "{\"crv\":\"%s\",\"kty\":\"EC\",\"x\":\"%s\",\"y\":\"%s\"}",
            member(jwk, "crv"), member(jwk, "x"), member(jwk, "y"));
    }
    EVP_Digest(text, strlen(text), digest, &len, EVP_sha256(), NULL);
    return encode(digest, len);
}
