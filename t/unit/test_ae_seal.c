#include "ae_seal.h"

#include "fixture.h"
#include "support.h"

#include <apr_strings.h>
#include <check.h>
#include <string.h>

#define PURPOSE "staging/a.example/key"

static const unsigned char key_a[AE_SEAL_KEY_BYTES] = {1};
static const unsigned char key_b[AE_SEAL_KEY_BYTES] = {2};

static ae_error_t err;

static ae_bytes_t seal_with(const unsigned char *key, const char *text)
{
    ae_bytes_t sealed = {NULL, 0};

    ck_assert_int_eq(ae_seal_close(&sealed, ae_seal_create(key, t_pool),
                                   PURPOSE, t_bytes(text), &err, t_pool),
                     APR_SUCCESS);
    return sealed;
}

static void refuse(const unsigned char *key, const char *purpose,
                   ae_bytes_t sealed)
{
    ae_bytes_t plain = {NULL, 0};

    ck_assert_int_eq(ae_seal_open(&plain, ae_seal_create(key, t_pool), purpose,
                                  sealed, &err, t_pool),
                     AE_ESEAL);
    ck_assert_int_eq(err.status, AE_ESEAL);
    ck_assert_ptr_nonnull(strstr(err.what, purpose));
    ck_assert_ptr_null(plain.data);
}

static const char *const plains[] = {"", "x", "-----BEGIN PRIVATE KEY-----"};

START_TEST(what_is_sealed_can_be_opened)
{
    ae_bytes_t sealed = seal_with(key_a, plains[_i]);
    ae_bytes_t plain;

    ck_assert_int_eq(ae_seal_open(&plain, ae_seal_create(key_a, t_pool),
                                  PURPOSE, sealed, &err, t_pool),
                     APR_SUCCESS);
    ck_assert_uint_eq(plain.len, strlen(plains[_i]));
    ck_assert_mem_eq(plain.data, plains[_i], plain.len);
}
END_TEST

/* Version, nonce, ciphertext, tag. */
START_TEST(format)
{
    ae_bytes_t sealed = seal_with(key_a, "secret");

    ck_assert_uint_eq(sealed.len, 1 + 12 + 6 + 16);
    ck_assert_int_eq(sealed.data[0], 1);
    ck_assert_mem_ne(sealed.data + 13, "secret", 6);
}
END_TEST

START_TEST(never_the_same_twice)
{
    ae_bytes_t a = seal_with(key_a, "secret");
    ae_bytes_t b = seal_with(key_a, "secret");

    ck_assert_mem_ne(a.data + 1, b.data + 1, 12);
    ck_assert_mem_ne(a.data + 13, b.data + 13, 6);
}
END_TEST

/* Sealed by another program (Python's cryptography) under key 01 00 00 ... */
START_TEST(known_answer)
{
    static const unsigned char bytes[] = {
        0x01, 0x00, 0x01, 0x02, 0x03, 0x04, 0x05, 0x06, 0x07, 0x08, 0x09, 0x0a,
        0x0b, 0xdf, 0xc6, 0xd2, 0x5f, 0xa2, 0x97, 0x4b, 0x1f, 0x7e, 0x79, 0x1a,
        0x82, 0x8d, 0x40, 0x06, 0x7d, 0xe0, 0x19, 0xb9, 0x8c, 0x04, 0x78,
    };
    ae_bytes_t sealed = {bytes, sizeof(bytes)};
    ae_bytes_t plain;

    ck_assert_int_eq(ae_seal_open(&plain, ae_seal_create(key_a, t_pool),
                                  PURPOSE, sealed, &err, t_pool),
                     APR_SUCCESS);
    ck_assert_uint_eq(plain.len, 6);
    ck_assert_mem_eq(plain.data, "secret", 6);
}
END_TEST

START_TEST(another_key)
{
    refuse(key_b, PURPOSE, seal_with(key_a, "secret"));
}
END_TEST

START_TEST(another_purpose)
{
    refuse(key_a, "staging/b.example/key", seal_with(key_a, "secret"));
    refuse(key_a, "", seal_with(key_a, "secret"));
}
END_TEST

START_TEST(damage_anywhere)
{
    ae_bytes_t sealed = seal_with(key_a, "secret");
    apr_size_t i;

    for (i = 0; i < sealed.len; i++) {
        unsigned char *copy =
            memcpy(apr_palloc(t_pool, sealed.len), sealed.data, sealed.len);
        ae_bytes_t damaged = {copy, sealed.len};

        copy[i] ^= 0x10;
        refuse(key_a, PURPOSE, damaged);
    }
}
END_TEST

START_TEST(cut_anywhere)
{
    ae_bytes_t sealed = seal_with(key_a, "secret");
    apr_size_t len;

    for (len = 0; len < sealed.len; len++) {
        ae_bytes_t cut = {
            memcpy(apr_palloc(t_pool, len + 1), sealed.data, len), len};

        refuse(key_a, PURPOSE, cut);
    }
}
END_TEST

START_TEST(key_is_copied)
{
    unsigned char key[AE_SEAL_KEY_BYTES];
    ae_seal_t *seal;
    ae_bytes_t plain;

    memcpy(key, key_a, sizeof(key));
    seal = ae_seal_create(key, t_pool);
    memset(key, 0, sizeof(key));
    ck_assert_int_eq(ae_seal_open(&plain, seal, PURPOSE,
                                  seal_with(key_a, "secret"), &err, t_pool),
                     APR_SUCCESS);
}
END_TEST

static const unsigned char *witness(const unsigned char *key,
                                    const char *purpose, const char *text)
{
    unsigned char *mac = apr_palloc(t_pool, AE_SEAL_MAC_BYTES);

    ck_assert_int_eq(
        ae_seal_witness(mac, ae_seal_create(key, t_pool), purpose, text, &err),
        APR_SUCCESS);
    return mac;
}

START_TEST(witness_is_of_key_purpose_and_text)
{
    const unsigned char *mac = witness(key_a, PURPOSE, "x");

    ck_assert_mem_eq(mac, witness(key_a, PURPOSE, "x"), AE_SEAL_MAC_BYTES);
    ck_assert_mem_ne(mac, witness(key_b, PURPOSE, "x"), AE_SEAL_MAC_BYTES);
    ck_assert_mem_ne(mac, witness(key_a, "x", "x"), AE_SEAL_MAC_BYTES);
    ck_assert_mem_ne(mac, witness(key_a, PURPOSE, ""), AE_SEAL_MAC_BYTES);
}
END_TEST

Suite *suite_ae_seal(void)
{
    Suite *suite = suite_create("ae_seal");
    TCase *tc = tcase_create("seal");

    tcase_add_checked_fixture(tc, t_setup, t_teardown);
    tcase_add_loop_test(tc, what_is_sealed_can_be_opened, 0,
                        sizeof(plains) / sizeof(plains[0]));
    tcase_add_test(tc, format);
    tcase_add_test(tc, never_the_same_twice);
    tcase_add_test(tc, known_answer);
    tcase_add_test(tc, another_key);
    tcase_add_test(tc, another_purpose);
    tcase_add_test(tc, damage_anywhere);
    tcase_add_test(tc, cut_anywhere);
    tcase_add_test(tc, key_is_copied);
    tcase_add_test(tc, witness_is_of_key_purpose_and_text);
    suite_add_tcase(suite, tc);
    return suite;
}
