#include "edge_key_types.h"

#include "support.h"

#include <check.h>

Suite *suite_edge_key_types(void);

#define ALL "ecdsa-p256, ecdsa-p384, rsa-2048, rsa-3072 or rsa-4096"

static const struct {
    const char *words;
    int count;
    ae_key_type_t first, last;
} good[] = {
    {"ecdsa-p256", 1, AE_KEY_ECDSA_P256, AE_KEY_ECDSA_P256},
    {"RSA-2048 ecdsa-P256", 2, AE_KEY_RSA_2048, AE_KEY_ECDSA_P256},
    {"rsa-4096  rsa-3072 rsa-2048 ecdsa-p384 ecdsa-p256 ", 5, AE_KEY_RSA_4096,
     AE_KEY_ECDSA_P256},
};

START_TEST(what_is_taken)
{
    edge_key_types_t types;
    ae_error_t err;

    ck_assert_int_eq(edge_key_types_parse(&types, good[_i].words, &err),
                     APR_SUCCESS);
    ck_assert_int_eq(types.count, good[_i].count);
    ck_assert_int_eq(types.types[0], good[_i].first);
    ck_assert_int_eq(types.types[types.count - 1], good[_i].last);
}
END_TEST

static const struct {
    const char *words;
    const char *line;
} bad[] = {
    {"", "\"\" is not a type of key: the word is unknown; write " ALL},
    {"dsa", "\"dsa\" is not a type of key: the word is unknown; write " ALL},
    {"rsa-2048 rsa",
     "\"rsa\" is not a type of key: the word is unknown; write " ALL},
    {"rsa-2048,rsa-3072", "\"rsa-2048,rsa-3072\" is not a type of key: the "
                          "word is unknown; write " ALL},
    {"rsa-2048 ecdsa-p256 RSA-2048",
     "a type of key is written twice: rsa-2048 stands there already; "
     "write each type once"},
};

START_TEST(what_is_refused)
{
    edge_key_types_t types;
    ae_error_t err;

    ck_assert_int_eq(edge_key_types_parse(&types, bad[_i].words, &err),
                     AE_EFORMAT);
    ck_assert_str_eq(ae_error_line(&err, t_pool), bad[_i].line);
}
END_TEST

Suite *suite_edge_key_types(void)
{
    Suite *suite = suite_create("edge_key_types");
    TCase *tc = tcase_create("key_types");

    tcase_add_checked_fixture(tc, t_setup, t_teardown);
    tcase_add_loop_test(tc, what_is_taken, 0, sizeof(good) / sizeof(good[0]));
    tcase_add_loop_test(tc, what_is_refused, 0, sizeof(bad) / sizeof(bad[0]));
    suite_add_tcase(suite, tc);
    return suite;
}
