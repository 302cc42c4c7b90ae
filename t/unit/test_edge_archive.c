#include "edge_archive.h"
#include "support.h"
#include "test_store.h"

#include <apr_strings.h>
#include <check.h>
#include <string.h>

Suite *suite_edge_archive(void);

#define DIR_NAME "archive/www.example.org/"

static const char *next(const test_store_t *t)
{
    const char *path;
    ae_error_t err;

    ck_status(edge_archive_next(&path, t->store, t->cert, &err, t_pool),
              APR_SUCCESS, &err);
    return path;
}

static void put(const test_store_t *t, int number)
{
    test_store_put(t, apr_psprintf(t_pool, DIR_NAME "%04d/file", number), "x");
}

START_TEST(test_numbers)
{
    test_store_t *t = test_store_make();

    ck_assert_ptr_null(edge_archive_newest(t->store, t->cert, t_pool));
    ck_assert_str_eq(next(t), test_store_at(t, DIR_NAME "0001"));
    put(t, 1);
    put(t, 41);
    test_store_put(t, DIR_NAME "README", "not one of ours");
    test_store_put(t, DIR_NAME "99999999999999999999", "neither");
    ck_assert_str_eq(edge_archive_newest(t->store, t->cert, t_pool),
                     test_store_at(t, DIR_NAME "0041"));
    ck_assert_str_eq(next(t), test_store_at(t, DIR_NAME "0042"));
}
END_TEST

/* Certificates of a minute come here within a week. */
START_TEST(test_beyond_four_digits)
{
    test_store_t *t = test_store_make();

    put(t, 9999);
    ck_assert_str_eq(next(t), test_store_at(t, DIR_NAME "10000"));
    put(t, 10000);
    ck_assert_str_eq(next(t), test_store_at(t, DIR_NAME "10001"));
    edge_archive_prune(t->store, t->cert, t_pool);
    ck_assert(test_store_has(t, DIR_NAME "9999"));
}
END_TEST

START_TEST(test_prune)
{
    test_store_t *t = test_store_make();
    int i;

    for (i = 1; i <= 13; i++) {
        put(t, i);
    }
    test_store_put(t, DIR_NAME "README", "not one of ours");
    edge_archive_prune(t->store, t->cert, t_pool);
    ck_assert(!test_store_has(t, DIR_NAME "0003"));
    for (i = 4; i <= 13; i++) {
        ck_assert(
            test_store_has(t, apr_psprintf(t_pool, DIR_NAME "%04d/file", i)));
    }
    ck_assert(test_store_has(t, DIR_NAME "README"));
}
END_TEST

Suite *suite_edge_archive(void)
{
    Suite *suite = suite_create("edge_archive");
    TCase *tc = tcase_create("archive");

    tcase_add_checked_fixture(tc, t_setup, t_teardown);
    tcase_add_test(tc, test_numbers);
    tcase_add_test(tc, test_beyond_four_digits);
    tcase_add_test(tc, test_prune);
    suite_add_tcase(suite, tc);
    return suite;
}
