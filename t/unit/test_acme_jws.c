#include "acme_jws.h"

#include "ae_json.h"
#include "fixture.h"
#include "scripted_jws.h"
#include "support.h"

#include <apr_strings.h>
#include <check.h>
#include <string.h>

#define PAYLOAD                                                               \
    "eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFt"        \
    "cGxlLmNvbS9pc19yb290Ijp0cnVlfQ"

/* RFC 7515 appendix A.1 */
#define A1_KEY                                                                \
    "AyM1SysPpbyDfgZld3umj1qzKObwVMkoqQ-EstJQLr_T-1qS0gZH75"                  \
    "aKtMN3Yj0iPS4hcgUuTwjAzZr1Z9CAow"
#define A1_PROTECTED "eyJ0eXAiOiJKV1QiLA0KICJhbGciOiJIUzI1NiJ9"
#define A1_SIGNATURE "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"

/* RFC 7515 appendix A.2 */
#define A2_PROTECTED "eyJhbGciOiJSUzI1NiJ9"
#define A2_SIGNATURE                                                          \
    "cC4hiUPoj9Eetdgtv3hF80EGrhuB__dzERat0XF9g2VtQgr9PJbu3XOiZj5RZmh7"        \
    "AAuHIm4Bh-0Qc_lF5YKt_O8W2Fp5jujGbds9uJdbF9CUAr7t1dnZcAcQjbKBYNX4"        \
    "BAynRFdiuB--f_nZLgrnbyTyWzO75vRK5h6xBArLIARNPvkSjtQBMHlb1L07Qe7K"        \
    "0GarZRmB_eSN9383LcOLn6_dO--xi12jzDwusC-eOkHWEsqtFZESc6BfI7noOPqv"        \
    "hJ1phCnvWh6IeYI2w9QOYEUipUTI8np6LbgGY9Fs98rqVt5AXLIhWkWywlVmtVrB"        \
    "p0igcN_IoypGlUPQGe77Rw"

/* RFC 7515 appendix A.3 */
#define A3_PROTECTED "eyJhbGciOiJFUzI1NiJ9"
#define A3_JWK                                                                \
    "{\"crv\":\"P-256\",\"kty\":\"EC\","                                      \
    "\"x\":\"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU\","                  \
    "\"y\":\"x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0\"}"
#define A3_SIGNATURE                                                          \
    "DtEhU3ljbEg8L38VWAfUAqOyKAM6-Xx-F4GawxaepmXFCgfTjDxw5djxLa8ISlSA"        \
    "pmWQxfKTUJqPP3-Kg6NU1Q"

/* RFC 7638 section 3.1 */
#define RFC7638_N                                                             \
    "0vx7agoebGcQSuuPiLJXZptN9nndrQmbXEps2aiAFbWhM78LhWx4cbbfAAtVT86z"        \
    "wu1RK7aPFFxuhDR1L6tSoc_BJECPebWKRXjBZCiFV4n3oknjhMstn64tZ_2W-5Js"        \
    "GY4Hc5n9yBXArwl93lqt7_RN5w6Cf0h4QyQ5v-65YGjQR0_FDW2QvzqY368QQMic"        \
    "AtaSqzs8KJZgnYb9c7d0zgdAZHzu6qMQvRL5hajrn1n91CbOpbISD08qNLyrdkt-"        \
    "bFTWhAI4vMQFh6WeZu0fM4lFd2NcRwr3XPksINHaQ-G_xBniIqbw0Ls1jF44-csF"        \
    "Cur-kEgU8awapJzKnqDKgw"

static ae_error_t err;

static json_t *json_of(const char *text)
{
    json_t *json = ae_json_keep(json_loads(text, 0, NULL), t_pool);

    ck_assert_ptr_nonnull(json);
    return json;
}

static const char *text_of(const json_t *json, const char *key)
{
    return json_string_value(json_object_get(json, key));
}

static json_t *jwk_of(const ae_key_t *key)
{
    const char *jwk;

    ck_assert_int_eq(acme_jwk(&jwk, key, &err, t_pool), APR_SUCCESS);
    return json_of(jwk);
}

static ae_bytes_t decode(const char *text)
{
    ae_bytes_t bytes;

    ck_assert_int_eq(acme_base64url_decode(&bytes, text, t_pool), APR_SUCCESS);
    return bytes;
}

START_TEST(test_base64url_as_in_rfc_7515_appendix_c)
{
    static const unsigned char bytes[] = {3, 236, 255, 224, 193};

    ck_assert_str_eq(
        acme_base64url_encode((ae_bytes_t){bytes, sizeof(bytes)}, t_pool),
        "A-z_4ME");
    ck_assert_str_eq(t_hex(decode("A-z_4ME")), "03ecffe0c1");
}
END_TEST

START_TEST(test_base64url_of_every_length)
{
    unsigned char bytes[64];
    size_t len;

    memset(bytes, 0xfb, sizeof(bytes));
    for (len = 0; len <= sizeof(bytes); len++) {
        const char *text =
            acme_base64url_encode((ae_bytes_t){bytes, len}, t_pool);
        ae_bytes_t back = decode(text);
        ck_assert_uint_eq(back.len, len);
        ck_assert(len == 0 || !memcmp(back.data, bytes, len));
        ck_assert_ptr_null(strpbrk(text, "=+/"));
    }
}
END_TEST

START_TEST(test_base64url_decodes_strictly)
{
    static const char *const bad[] = {"A",    "A=",      "AA==",  "A A",
                                      "AA\n", "A+z/",    "AAAAA", "AB",
                                      "AAB",  "\xc3\xa4"};
    ae_bytes_t bytes;
    size_t i;

    for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        ck_assert_msg(acme_base64url_decode(&bytes, bad[i], t_pool) ==
                          AE_EFORMAT,
                      "%s was taken", bad[i]);
    }
}
END_TEST

/* RFC 8555 section 8.3 */
START_TEST(test_tokens)
{
    char longest[ACME_TOKEN_LENGTH_MAX + 2];

    ck_assert(
        acme_token_valid("evaGxfADs6pSRb2LAv9IZf17Dt3juxGJ-PCt92wr-oA", 43));
    ck_assert(acme_token_valid("a", 1));
    ck_assert(!acme_token_valid("", 0));
    ck_assert(!acme_token_valid("a/b", 3));
    ck_assert(!acme_token_valid("..", 2));
    ck_assert(!acme_token_valid("a=", 2));
    ck_assert(!acme_token_valid("a\0b", 3));
    ck_assert(!acme_token_valid("a%41", 4));
    memset(longest, 'a', sizeof(longest));
    ck_assert(acme_token_valid(longest, ACME_TOKEN_LENGTH_MAX));
    ck_assert(!acme_token_valid(longest, ACME_TOKEN_LENGTH_MAX + 1));
}
END_TEST

START_TEST(test_verifier_knows_the_vectors)
{
    json_t *oct = ae_json_keep(
        json_pack("{s:s,s:s}", "kty", "oct", "k", A1_KEY), t_pool);
    json_t *rsa = jwk_of(t_key("key_rfc7515_a2.pem"));

    ck_assert(scripted_jws_verify("HS256", oct, A1_PROTECTED, PAYLOAD,
                                  A1_SIGNATURE));
    ck_assert(scripted_jws_verify("RS256", rsa, A2_PROTECTED, PAYLOAD,
                                  A2_SIGNATURE));
    ck_assert(scripted_jws_verify("ES256", json_of(A3_JWK), A3_PROTECTED,
                                  PAYLOAD, A3_SIGNATURE));
    ck_assert(!scripted_jws_verify("RS256", rsa, A3_PROTECTED, PAYLOAD,
                                   A2_SIGNATURE));
}
END_TEST

/* RSASSA-PKCS1-v1_5 gives one signature: the RFC's. */
START_TEST(test_rs256_signs_as_in_appendix_a2)
{
    ae_bytes_t signature;

    ck_assert_int_eq(ae_key_sign(&signature, t_key("key_rfc7515_a2.pem"),
                                 t_bytes(A2_PROTECTED "." PAYLOAD), &err,
                                 t_pool),
                     APR_SUCCESS);
    ck_assert_str_eq(acme_base64url_encode(signature, t_pool), A2_SIGNATURE);
}
END_TEST

START_TEST(test_jwk_as_in_appendix_a3)
{
    const char *jwk;

    ck_assert_int_eq(acme_jwk(&jwk, t_key("key_rfc7515_a3.pem"), &err, t_pool),
                     APR_SUCCESS);
    ck_assert_str_eq(jwk, A3_JWK);
}
END_TEST

START_TEST(test_thumbprint_as_in_rfc_7638)
{
    static const char *const keys[] = {"key_rfc7515_a2.pem", "key_p256.pem",
                                       "key_p384.pem", "key_rsa2048.pem"};
    json_t *example = ae_json_keep(
        json_pack("{s:s,s:s,s:s}", "kty", "RSA", "e", "AQAB", "n", RFC7638_N),
        t_pool);
    const char *thumbprint;
    size_t i;

    ck_assert_str_eq(scripted_thumbprint(example),
                     "NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs");
    for (i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
        const ae_key_t *key = t_key(keys[i]);
        ck_assert_int_eq(acme_jwk_thumbprint(&thumbprint, key, &err, t_pool),
                         APR_SUCCESS);
        ck_assert_str_eq(thumbprint, scripted_thumbprint(jwk_of(key)));
        ck_assert_uint_eq(strlen(thumbprint), 43);
    }
}
END_TEST

static void check_signed(const char *fixture, const char *alg)
{
    const acme_jws_header_t header = {.url = "https://ca.test/order/1",
                                      .nonce = "n0nce",
                                      .kid = "https://ca.test/account/1"};
    const ae_key_t *key = t_key(fixture);
    json_t *jws, *protected;
    const char *text;

    ck_assert_int_eq(acme_jws_sign(&text, key, &header, "", &err, t_pool),
                     APR_SUCCESS);
    jws = json_of(text);
    ck_assert_uint_eq(json_object_size(jws), 3);
    ck_assert_str_eq(text_of(jws, "payload"), "");
    protected = scripted_json(text_of(jws, "protected"));
    ck_assert_uint_eq(json_object_size(protected), 4);
    ck_assert_str_eq(text_of(protected, "alg"), alg);
    ck_assert_str_eq(text_of(protected, "nonce"), "n0nce");
    ck_assert_str_eq(text_of(protected, "url"), header.url);
    ck_assert_str_eq(text_of(protected, "kid"), header.kid);
    ck_assert(scripted_jws_verify(alg, jwk_of(key), text_of(jws, "protected"),
                                  text_of(jws, "payload"),
                                  text_of(jws, "signature")));
}

/* RFC 8555 section 6.2 */
START_TEST(test_signed_with_kid)
{
    check_signed("key_rsa2048.pem", "RS256");
    check_signed("key_p256.pem", "ES256");
    check_signed("key_p384.pem", "ES384");
}
END_TEST

START_TEST(test_signed_with_jwk)
{
    const acme_jws_header_t header = {
        .url = "https://ca.test/newAccount", .nonce = "n0nce", .jwk = 1};
    const ae_key_t *key = t_key("key_p256.pem");
    json_t *jws, *protected;
    const char *text;

    ck_assert_int_eq(
        acme_jws_sign(&text, key, &header, "{\"a\":1}", &err, t_pool),
        APR_SUCCESS);
    jws = json_of(text);
    protected = scripted_json(text_of(jws, "protected"));
    ck_assert(json_equal(json_object_get(protected, "jwk"), jwk_of(key)));
    ck_assert_ptr_null(json_object_get(protected, "kid"));
    ck_assert(json_equal(scripted_json(text_of(jws, "payload")),
                         json_of("{\"a\":1}")));
}
END_TEST

/* RFC 8555 section 7.3.5: byte for byte but for the signature. */
START_TEST(test_key_change)
{
    const ae_key_t *new_key = t_key("key_p256.pem");
    const ae_key_t *old_key = t_key("key_rsa2048.pem");
    const char *url = "https://ca.test/keyChange", *text, *new_jwk, *old_jwk;
    ae_bytes_t bytes;
    json_t *jws;

    ck_assert_int_eq(acme_jwk(&new_jwk, new_key, &err, t_pool), APR_SUCCESS);
    ck_assert_int_eq(acme_jwk(&old_jwk, old_key, &err, t_pool), APR_SUCCESS);
    ck_assert_int_eq(acme_jws_roll(&text, new_key, old_key,
                                   "https://ca.test/account/1", url, &err,
                                   t_pool),
                     APR_SUCCESS);
    jws = json_of(text);
    bytes = scripted_base64url(text_of(jws, "protected"));
    ck_assert_str_eq(
        apr_pstrmemdup(t_pool, (const char *)bytes.data, bytes.len),
        apr_psprintf(t_pool,
                     "{\"alg\":\"ES256\",\"jwk\":%s,"
                     "\"url\":\"%s\"}",
                     new_jwk, url));
    bytes = scripted_base64url(text_of(jws, "payload"));
    ck_assert_str_eq(
        apr_pstrmemdup(t_pool, (const char *)bytes.data, bytes.len),
        apr_psprintf(t_pool,
                     "{\"account\":\"https://ca.test/account/1\","
                     "\"oldKey\":%s}",
                     old_jwk));
    ck_assert(scripted_jws_verify(
        "ES256", jwk_of(new_key), text_of(jws, "protected"),
        text_of(jws, "payload"), text_of(jws, "signature")));
}
END_TEST

static void check_bound(const char *alg)
{
    const acme_eab_t eab = {"kid-\"1\"", alg, decode(A1_KEY)};
    const ae_key_t *key = t_key("key_p256.pem");
    json_t *oct = ae_json_keep(
        json_pack("{s:s,s:s}", "kty", "oct", "k", A1_KEY), t_pool);
    json_t *jws, *protected;
    const char *text;

    ck_assert_int_eq(acme_jws_bind(&text, &eab, key,
                                   "https://ca.test/newAccount", &err, t_pool),
                     APR_SUCCESS);
    jws = json_of(text);
    protected = scripted_json(text_of(jws, "protected"));
    ck_assert_uint_eq(json_object_size(protected), 3);
    ck_assert_str_eq(text_of(protected, "alg"), alg);
    ck_assert_str_eq(text_of(protected, "kid"), "kid-\"1\"");
    ck_assert_str_eq(text_of(protected, "url"), "https://ca.test/newAccount");
    ck_assert(json_equal(scripted_json(text_of(jws, "payload")), jwk_of(key)));
    ck_assert(scripted_jws_verify(alg, oct, text_of(jws, "protected"),
                                  text_of(jws, "payload"),
                                  text_of(jws, "signature")));
}

/* RFC 8555 section 7.3.4 */
START_TEST(test_external_account_binding)
{
    check_bound("HS256");
    check_bound("HS384");
    check_bound("HS512");
}
END_TEST

START_TEST(test_binding_by_another_algorithm)
{
    const acme_eab_t eab = {"kid", "none", t_bytes("secret")};
    const char *text;

    ck_assert_int_eq(acme_jws_bind(&text, &eab, t_key("key_p256.pem"),
                                   "https://ca.test/newAccount", &err, t_pool),
                     AE_EFORMAT);
    ck_assert_str_eq(err.next, "use HS256, HS384 or HS512");
    ck_assert_ptr_null(strstr(ae_error_line(&err, t_pool), "secret"));
}
END_TEST

Suite *suite_acme_jws(void)
{
    Suite *suite = suite_create("acme_jws");
    TCase *tc = tcase_create("jws");

    tcase_add_checked_fixture(tc, t_setup, t_teardown);
    tcase_add_test(tc, test_base64url_as_in_rfc_7515_appendix_c);
    tcase_add_test(tc, test_base64url_of_every_length);
    tcase_add_test(tc, test_base64url_decodes_strictly);
    tcase_add_test(tc, test_tokens);
    tcase_add_test(tc, test_verifier_knows_the_vectors);
    tcase_add_test(tc, test_rs256_signs_as_in_appendix_a2);
    tcase_add_test(tc, test_jwk_as_in_appendix_a3);
    tcase_add_test(tc, test_thumbprint_as_in_rfc_7638);
    tcase_add_test(tc, test_signed_with_kid);
    tcase_add_test(tc, test_signed_with_jwk);
    tcase_add_test(tc, test_key_change);
    tcase_add_test(tc, test_external_account_binding);
    tcase_add_test(tc, test_binding_by_another_algorithm);
    suite_add_tcase(suite, tc);
    return suite;
}
