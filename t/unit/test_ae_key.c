#include "ae_key.h"

#include "fixture.h"
#include "support.h"

#include <apr_strings.h>
#include <check.h>
#include <openssl/bn.h>
#include <openssl/ec.h>
#include <openssl/err.h>
#include <string.h>
#include <unistd.h>

static ae_error_t err;

static const struct {
    const char *word;
    ae_key_type_t type;
} words[] = {
    {"ecdsa-p256", AE_KEY_ECDSA_P256}, {"ecdsa-p384", AE_KEY_ECDSA_P384},
    {"rsa-2048", AE_KEY_RSA_2048},     {"rsa-3072", AE_KEY_RSA_3072},
    {"rsa-4096", AE_KEY_RSA_4096},
};

START_TEST(type_words)
{
    ae_key_type_t type = AE_KEY_TYPES;

    ck_assert_str_eq(ae_key_type_word(words[_i].type), words[_i].word);
    ck_assert_int_eq(ae_key_type_parse(&type, words[_i].word), APR_SUCCESS);
    ck_assert_int_eq(type, words[_i].type);
}
END_TEST

START_TEST(type_words_refused)
{
    ae_key_type_t type = AE_KEY_RSA_3072;

    ck_assert_int_eq(ae_key_type_parse(&type, ""), AE_EFORMAT);
    ck_assert_int_eq(ae_key_type_parse(&type, "rsa"), AE_EFORMAT);
    ck_assert_int_eq(ae_key_type_parse(&type, "rsa-1024"), AE_EFORMAT);
    ck_assert_int_eq(ae_key_type_parse(&type, "ecdsa-p256 "), AE_EFORMAT);
    ck_assert_int_eq(type, AE_KEY_RSA_3072);
}
END_TEST

/* What is made can be printed, and what is printed is the same key. */
START_TEST(generate)
{
    ae_key_type_t type = words[_i].type;
    ae_key_t *made, *read;
    ae_bytes_t pem;

    ck_assert_int_eq(ae_key_generate(&made, type, &err, t_pool), APR_SUCCESS);
    ck_assert_int_eq(ae_key_type(made), type);
    ck_assert_int_eq(ae_key_print(&pem, made, &err, t_pool), APR_SUCCESS);
    ck_assert_mem_eq(pem.data, "-----BEGIN PRIVATE KEY-----\n", 28);
    ck_assert_int_eq(ae_key_parse(&read, pem, &err, t_pool), APR_SUCCESS);
    ck_assert_int_eq(ae_key_type(read), type);
    ck_assert_int_eq(EVP_PKEY_eq(ae_key_evp(made), ae_key_evp(read)), 1);
}
END_TEST

START_TEST(generate_differs)
{
    ae_key_t *a, *b;

    ck_assert_int_eq(ae_key_generate(&a, AE_KEY_ECDSA_P256, &err, t_pool),
                     APR_SUCCESS);
    ck_assert_int_eq(ae_key_generate(&b, AE_KEY_ECDSA_P256, &err, t_pool),
                     APR_SUCCESS);
    ck_assert_int_ne(EVP_PKEY_eq(ae_key_evp(a), ae_key_evp(b)), 1);
}
END_TEST

START_TEST(parse_all_encodings)
{
    ae_key_t *ec = t_key("key_p256.pem");
    ae_key_t *rsa = t_key("key_rsa2048.pem");

    ck_assert_int_eq(ae_key_type(ec), AE_KEY_ECDSA_P256);
    ck_assert_int_eq(ae_key_type(rsa), AE_KEY_RSA_2048);
    ck_assert_int_eq(ae_key_type(t_key("key_p384.pem")), AE_KEY_ECDSA_P384);
    ck_assert_int_eq(
        EVP_PKEY_eq(ae_key_evp(ec), ae_key_evp(t_key("key_p256_sec1.pem"))),
        1);
    ck_assert_int_eq(EVP_PKEY_eq(ae_key_evp(rsa),
                                 ae_key_evp(t_key("key_rsa2048_pkcs1.pem"))),
                     1);
}
END_TEST

START_TEST(print_is_pkcs8)
{
    ae_bytes_t pem;

    ck_assert_int_eq(
        ae_key_print(&pem, t_key("key_p256_sec1.pem"), &err, t_pool),
        APR_SUCCESS);
    ck_assert_uint_eq(pem.len, t_pem("key_p256.pem", NULL).len);
    ck_assert_mem_eq(pem.data, t_pem("key_p256.pem", NULL).data, pem.len);
}
END_TEST

static void refuse(ae_bytes_t pem, const char *words_of_err)
{
    ae_key_t *key = NULL;

    ck_assert_int_eq(ae_key_parse(&key, pem, &err, t_pool), AE_EFORMAT);
    ck_assert_ptr_null(key);
    ck_assert_int_eq(err.status, AE_EFORMAT);
    ck_assert_msg(strstr(ae_error_line(&err, t_pool), words_of_err) != NULL,
                  "%s", ae_error_line(&err, t_pool));
    ck_assert_uint_eq(ERR_peek_error(), 0);
}

START_TEST(parse_refuses_other_kinds)
{
    refuse(t_pem("key_secp256k1.pem", NULL), "EC keys of 256 bits");
    refuse(t_pem("key_rsa1024.pem", NULL), "RSA keys of 1024 bits");
    refuse(t_pem("key_ed25519.pem", NULL), "use ECDSA on P-256");
}
END_TEST

/* Without asking for the passphrase, though it is there to be read: without
 * a terminal OpenSSL would ask standard input. */
START_TEST(parse_refuses_a_passphrase)
{
    int before = dup(STDIN_FILENO);
    int ends[2];

    ck_assert_int_eq(pipe(ends), 0);
    ck_assert_int_eq(write(ends[1], "secret\n", 7), 7);
    close(ends[1]);
    dup2(ends[0], STDIN_FILENO);
    close(ends[0]);
    refuse(t_pem("key_p256_encrypted.pem", NULL), "without a passphrase");
    dup2(before, STDIN_FILENO);
    close(before);
}
END_TEST

START_TEST(parse_refuses_what_is_no_key)
{
    ae_bytes_t key = t_pem("key_p256.pem", NULL);
    ae_bytes_t half = {key.data, key.len / 2};

    refuse(t_bytes(""), "empty");
    refuse(t_bytes("no key"), "Cannot read the private key");
    refuse(t_pem("leaf.pem", NULL), "Cannot read the private key");
    refuse(half, "Cannot read the private key");
}
END_TEST

START_TEST(parse_is_bounded)
{
    char *text = apr_pcalloc(t_pool, 64 * 1024 + 2);
    ae_bytes_t key = t_pem("key_p256.pem", NULL);

    memset(text, '\n', 64 * 1024 + 1);
    memcpy(text, key.data, key.len);
    refuse(t_bytes(text), "64 kB");
}
END_TEST

/* The values of "openssl pkey -text"; x of the one and y of the other begin
 * with a zero byte (RFC 7518 section 6.2.1.2: the full size of a
 * coordinate). */
START_TEST(public_ec)
{
    ae_key_public_t pub;

    ck_assert_int_eq(ae_key_public(&pub, t_key("key_p256.pem"), &err, t_pool),
                     APR_SUCCESS);
    ck_assert_str_eq(pub.curve, "P-256");
    ck_assert_str_eq(t_hex(pub.x), "00292656f0b6718c44b34a9417340413"
                                   "bf67029512c07bac77cd440419de8c30");
    ck_assert_str_eq(t_hex(pub.y), "19b59f915918bdf64a45db70b3f7e1aa"
                                   "b27fd98e8b3abc0d5d773e4ea5476472");
    ck_assert_uint_eq(pub.n.len, 0);
    ck_assert_uint_eq(pub.e.len, 0);

    ck_assert_int_eq(ae_key_public(&pub, t_key("key_p384.pem"), &err, t_pool),
                     APR_SUCCESS);
    ck_assert_str_eq(pub.curve, "P-384");
    ck_assert_str_eq(t_hex(pub.x),
                     "4ff40a273909f3dbf35885e4e805cdd4fc88e2b713d90755"
                     "f3d4b1b070bacdb5d84f45e860aedcf4513b63bd286d22f4");
    ck_assert_str_eq(t_hex(pub.y),
                     "00793058df9faa32a89bd621d00b2933cff8d27418a441a5"
                     "df8fb85c71860460eb95022c07c39914387526ba8141afad");
}
END_TEST

static const char rsa_modulus[] =
    "ca4794553ef6beb2d6bb321e0fa66decdf1076b6a0b0f4de25278f603e2f27d0"
    "929b55a48a9e9d51e05c2135a52553ba85575d8896c4810d07abaafa905553d6"
    "c5b329c94406408ae2aca2ee401302460c2cf4ea3a0c66ce36ad3c38917f78d5"
    "32a6d4cf359322780a8ccd232afa628350c0f8b25797e5fc83dd6668e89e75e1"
    "9539866be4921cde0224ee8ef98ad6fa5da280887409f055fa129223774eb915"
    "fed38953f67fac84454893dd8fcc6316ae6b6c2db9782131a238dffaa38acdb3"
    "691f5e76483bd8952372771a5cabd10981fe4e82f754a58e94377d0325bf4bdf"
    "2115e2bfa0af11d7be75c010edbd3660e2f4c2f81804a1f738d446029e00588d";

START_TEST(public_rsa)
{
    ae_key_public_t pub;

    ck_assert_int_eq(
        ae_key_public(&pub, t_key("key_rsa2048.pem"), &err, t_pool),
        APR_SUCCESS);
    ck_assert_ptr_null(pub.curve);
    ck_assert_uint_eq(pub.x.len, 0);
    ck_assert_uint_eq(pub.y.len, 0);
    ck_assert_str_eq(t_hex(pub.e), "010001");
    ck_assert_str_eq(t_hex(pub.n), rsa_modulus);
}
END_TEST

static int verify(EVP_PKEY *evp, const char *digest, ae_bytes_t signature,
                  ae_bytes_t data)
{
    EVP_MD_CTX *ctx = EVP_MD_CTX_new();
    int good = EVP_DigestVerifyInit_ex(ctx, NULL, digest, NULL, NULL, evp,
                                       NULL) == 1 &&
               EVP_DigestVerify(ctx, signature.data, signature.len, data.data,
                                data.len) == 1;

    EVP_MD_CTX_free(ctx);
    return good;
}

/* R || S back into the DER that OpenSSL verifies. */
static ae_bytes_t der_of(ae_bytes_t flat)
{
    int half = (int)(flat.len / 2);
    ECDSA_SIG *pair = ECDSA_SIG_new();
    unsigned char *data = apr_palloc(t_pool, 256);
    unsigned char *end = data;
    ae_bytes_t der = {data, 0};

    ck_assert_int_eq(ECDSA_SIG_set0(pair, BN_bin2bn(flat.data, half, NULL),
                                    BN_bin2bn(flat.data + half, half, NULL)),
                     1);
    der.len = (apr_size_t)i2d_ECDSA_SIG(pair, &end);
    ECDSA_SIG_free(pair);
    return der;
}

/* One R or S in 256 begins with a zero byte, which must not get lost. */
static void sign_many(const char *fixture, const char *digest, apr_size_t len)
{
    ae_key_t *key = t_key(fixture);
    ae_bytes_t data = t_bytes("header.payload");
    int i;

    for (i = 0; i < 500; i++) {
        ae_bytes_t signature;

        ck_assert_int_eq(ae_key_sign(&signature, key, data, &err, t_pool),
                         APR_SUCCESS);
        ck_assert_uint_eq(signature.len, len);
        ck_assert(verify(ae_key_evp(key), digest, der_of(signature), data));
    }
}

/* RFC 7518 section 3.4. */
START_TEST(sign_es256)
{
    sign_many("key_p256.pem", "SHA256", 64);
}
END_TEST

START_TEST(sign_es384)
{
    sign_many("key_p384.pem", "SHA384", 96);
}
END_TEST

/* RFC 7518 section 3.3. */
START_TEST(sign_rs256)
{
    ae_key_t *key = t_key("key_rsa2048.pem");
    ae_bytes_t data = t_bytes("header.payload");
    ae_bytes_t signature, again;

    ck_assert_int_eq(ae_key_sign(&signature, key, data, &err, t_pool),
                     APR_SUCCESS);
    ck_assert_uint_eq(signature.len, 256);
    ck_assert(verify(ae_key_evp(key), "SHA256", signature, data));
    /* PKCS #1 v1.5 has no chance in it, PSS has. */
    ck_assert_int_eq(ae_key_sign(&again, key, data, &err, t_pool),
                     APR_SUCCESS);
    ck_assert_mem_eq(signature.data, again.data, 256);
}
END_TEST

Suite *suite_ae_key(void)
{
    Suite *suite = suite_create("ae_key");
    TCase *tc = tcase_create("key");

    tcase_add_checked_fixture(tc, t_setup, t_teardown);
    tcase_set_timeout(tc, 60);
    tcase_add_loop_test(tc, type_words, 0, AE_KEY_TYPES);
    tcase_add_test(tc, type_words_refused);
    tcase_add_loop_test(tc, generate, 0, AE_KEY_TYPES);
    tcase_add_test(tc, generate_differs);
    tcase_add_test(tc, parse_all_encodings);
    tcase_add_test(tc, print_is_pkcs8);
    tcase_add_test(tc, parse_refuses_other_kinds);
    tcase_add_test(tc, parse_refuses_a_passphrase);
    tcase_add_test(tc, parse_refuses_what_is_no_key);
    tcase_add_test(tc, parse_is_bounded);
    tcase_add_test(tc, public_ec);
    tcase_add_test(tc, public_rsa);
    tcase_add_test(tc, sign_es256);
    tcase_add_test(tc, sign_es384);
    tcase_add_test(tc, sign_rs256);
    suite_add_tcase(suite, tc);
    return suite;
}
