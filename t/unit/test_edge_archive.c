#include "edge_archive.h"
#include "edge_live.h"
#include "support.h"
#include "test_store.h"

#include <apr_strings.h>
#include <check.h>
#include <string.h>

Suite *suite_edge_archive(void);

#define DIR_NAME "archive/www.example.org/"
#define DAY apr_time_from_sec(86400)

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
    ck_assert_str_eq(next(t), test_store_at(t, DIR_NAME "0042"));
}
END_TEST

static void put_whole(const test_store_t *t, const char *name)
{
    edge_promotion_t promotion;
    ae_error_t err;

    test_store_stage(t);
    ck_status(edge_live_promote(&promotion, t->store, t->cert, EDGE_BY_RESTART,
                                t->now, &err, t_pool),
              APR_SUCCESS, &err);
    test_store_copy(t, "live/www.example.org",
                    apr_pstrcat(t_pool, DIR_NAME, name, NULL));
}

START_TEST(test_newest_that_is_whole)
{
    test_store_t *t = test_store_make();

    put(t, 1);
    ck_assert_ptr_null(edge_archive_newest(t->store, t->cert, t_pool));
    put_whole(t, "0002");
    put_whole(t, "0003");
    put(t, 4);
    ck_assert_str_eq(edge_archive_newest(t->store, t->cert, t_pool),
                     test_store_at(t, DIR_NAME "0003"));
    test_store_put(t, DIR_NAME "0003/ecdsa-p256.key", "rubbish");
    /* Of another type, from before the configuration was changed: */
    t->cert->key_type = AE_KEY_RSA_2048;
    ck_assert_str_eq(edge_archive_newest(t->store, t->cert, t_pool),
                     test_store_at(t, DIR_NAME "0002"));
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
    edge_archive_prune(t->store, t->cert, t->now, t_pool);
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
    edge_archive_prune(t->store, t->cert, t->now, t_pool);
    ck_assert(!test_store_has(t, DIR_NAME "0003"));
    for (i = 4; i <= 13; i++) {
        ck_assert(
            test_store_has(t, apr_psprintf(t_pool, DIR_NAME "%04d/file", i)));
    }
    ck_assert(test_store_has(t, DIR_NAME "README"));
}
END_TEST

/* Beside the last ten, the newest of each month: here of the one before. */
START_TEST(test_prune_keeps_one_of_a_month)
{
    test_store_t *t = test_store_make();
    int i;

    t->now -= 20 * DAY;
    put_whole(t, "0001");
    put_whole(t, "0002");
    t->now += 20 * DAY;
    test_store_remove(t, DIR_NAME "0002/ecdsa-p256.seen");
    for (i = 3; i <= 14; i++) {
        put(t, i);
    }
    edge_archive_prune(t->store, t->cert, t->now, t_pool);
    ck_assert(!test_store_has(t, DIR_NAME "0001"));
    ck_assert(test_store_has(t, DIR_NAME "0002"));
    ck_assert(!test_store_has(t, DIR_NAME "0004"));
    ck_assert(test_store_has(t, DIR_NAME "0005"));
}
END_TEST

START_TEST(test_list)
{
    test_store_t *t = test_store_make();
    const apr_array_header_t *list =
        edge_archive_list(t->store, t->cert, t_pool);
    edge_archived_t entry;

    ck_assert_int_eq(list->nelts, 0);
    put(t, 9999);
    put(t, 10000);
    put_whole(t, "0002");
    test_store_put(t, DIR_NAME "README", "not one of ours");
    t->cert->key_type = AE_KEY_RSA_2048;
    list = edge_archive_list(t->store, t->cert, t_pool);
    ck_assert_int_eq(list->nelts, 3);
    ck_assert_int_eq(APR_ARRAY_IDX(list, 0, edge_archived_t).number, 10000);
    ck_assert_int_eq(APR_ARRAY_IDX(list, 1, edge_archived_t).number, 9999);
    entry = APR_ARRAY_IDX(list, 2, edge_archived_t);
    ck_assert_int_eq(entry.type, AE_KEY_ECDSA_P256);
    ck_assert_str_eq(entry.path, test_store_at(t, DIR_NAME "0002"));
    ck_assert_str_eq(entry.cert,
                     test_store_at(t, DIR_NAME "0002/ecdsa-p256.cert"));
    ck_assert_str_eq(entry.key,
                     test_store_at(t, DIR_NAME "0002/ecdsa-p256.key"));
}
END_TEST

Suite *suite_edge_archive(void)
{
    Suite *suite = suite_create("edge_archive");
    TCase *tc = tcase_create("archive");

    tcase_add_checked_fixture(tc, t_setup, t_teardown);
    tcase_add_test(tc, test_numbers);
    tcase_add_test(tc, test_newest_that_is_whole);
    tcase_add_test(tc, test_beyond_four_digits);
    tcase_add_test(tc, test_prune);
    tcase_add_test(tc, test_prune_keeps_one_of_a_month);
    tcase_add_test(tc, test_list);
    suite_add_tcase(suite, tc);
    return suite;
}
