#include "edge_store_sealed.h"
#include "support.h"
#include "test_store.h"

#include <check.h>
#include <string.h>
#include <sys/stat.h>

Suite *suite_edge_store_sealed(void);

#define FILE_NAME "accounts/a.key"

static ae_key_t *make(const test_store_t *t)
{
    ae_key_t *key;
    ae_error_t err;

    ck_status(edge_store_sealed_make(&key, AE_KEY_ECDSA_P256, t->store,
                                     test_store_at(t, FILE_NAME), "a", &err,
                                     t_pool),
              APR_SUCCESS, &err);
    return key;
}

static apr_status_t read_as(ae_key_t **key, const test_store_t *t,
                            const char *purpose)
{
    ae_error_t err;

    return edge_store_sealed_read(key, t->store, test_store_at(t, FILE_NAME),
                                  purpose, &err, t_pool);
}

START_TEST(test_round_trip)
{
    test_store_t *t = test_store_make();
    ae_key_t *key = make(t);
    struct stat info;
    ae_key_t *back;

    ck_assert_int_eq(read_as(&back, t, "a"), APR_SUCCESS);
    ck_assert_int_eq(EVP_PKEY_eq(ae_key_evp(key), ae_key_evp(back)), 1);
    ck_assert_int_eq(stat(test_store_at(t, FILE_NAME), &info), 0);
    ck_assert_uint_eq(info.st_mode & 0777, 0600);
    ck_assert_ptr_null(strstr(test_store_get(t, FILE_NAME), "PRIVATE"));
}
END_TEST

START_TEST(test_bad)
{
    test_store_t *t = test_store_make();
    ae_key_t *key;

    ck_assert_int_eq(read_as(&key, t, "a"), APR_ENOENT);
    make(t);
    ck_assert_int_eq(read_as(&key, t, "b"), AE_ESEAL);
    test_store_put(t, FILE_NAME, "");
    ck_assert_int_eq(read_as(&key, t, "a"), AE_ESEAL);
    test_store_put(t, FILE_NAME, "-----BEGIN PRIVATE KEY-----");
    ck_assert_int_eq(read_as(&key, t, "a"), AE_ESEAL);
}
END_TEST

Suite *suite_edge_store_sealed(void)
{
    Suite *suite = suite_create("edge_store_sealed");
    TCase *tc = tcase_create("sealed");

    tcase_add_checked_fixture(tc, t_setup, t_teardown);
    tcase_add_test(tc, test_round_trip);
    tcase_add_test(tc, test_bad);
    suite_add_tcase(suite, tc);
    return suite;
}
