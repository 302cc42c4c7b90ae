#include "edge_staged.h"
#include "support.h"
#include "test_store.h"

#include <check.h>
#include <string.h>
#include <unistd.h>

Suite *suite_edge_staged(void);

#define STAGING "staging/www.example.org"
#define SET STAGING "/set"
#define REFUSED STAGING "/refused"
#define BIN "archive/.staged-www.example.org"

static apr_status_t open_set(edge_staged_t **staged, const test_store_t *t)
{
    ae_error_t err;

    return edge_staged_open(staged, t->store, t->cert, &err, t_pool);
}

START_TEST(test_none)
{
    test_store_t *t = test_store_make();
    edge_staged_t *staged;

    ck_assert_int_eq(open_set(&staged, t), APR_ENOENT);
    test_store_put(t, STAGING "/order/order.json", "{}");
    ck_assert_int_eq(open_set(&staged, t), APR_ENOENT);
}
END_TEST

START_TEST(test_remove)
{
    test_store_t *t = test_store_make();
    edge_staged_t *staged;

    test_store_put(t, SET "/file", "x");
    test_store_put(t, BIN "/file", "left by a crash");
    ck_assert_int_eq(open_set(&staged, t), APR_SUCCESS);
    edge_staged_remove(staged, t_pool);
    ck_assert(!test_store_has(t, SET));
    ck_assert(!test_store_has(t, BIN));
}
END_TEST

START_TEST(test_refuse)
{
    test_store_t *t = test_store_make();
    edge_staged_t *staged;

    test_store_put(t, SET "/file", "new");
    test_store_put(t, REFUSED "/file", "old");
    test_store_put(t, REFUSED "/other", "old");
    ck_assert_int_eq(open_set(&staged, t), APR_SUCCESS);
    ck_assert(edge_staged_refuse(staged, t_pool));
    ck_assert(!test_store_has(t, SET));
    ck_assert(!test_store_has(t, REFUSED "/other"));
    ck_assert_str_eq(test_store_get(t, REFUSED "/file"), "new");
}
END_TEST

/* The worker staged another set while root looked at the first. */
START_TEST(test_replaced_meanwhile)
{
    test_store_t *t = test_store_make();
    edge_staged_t *staged;

    test_store_put(t, SET "/file", "looked at");
    ck_assert_int_eq(open_set(&staged, t), APR_SUCCESS);
    test_store_move(t, SET, STAGING "/set.old");
    test_store_put(t, SET "/file", "newer");
    edge_staged_remove(staged, t_pool);
    ck_assert_str_eq(test_store_get(t, SET "/file"), "newer");
    ck_assert(!edge_staged_refuse(staged, t_pool));
    ck_assert_str_eq(test_store_get(t, SET "/file"), "newer");
    ck_assert(!test_store_has(t, REFUSED));
}
END_TEST

/* Root is led nowhere else. */
START_TEST(test_links)
{
    test_store_t *t = test_store_make();
    edge_staged_t *staged;

    test_store_put(t, "elsewhere/set/file", "x");
    ck_assert_int_eq(symlink("../elsewhere", test_store_at(t, STAGING)), 0);
    ck_assert_int_eq(open_set(&staged, t), AE_EUNSAFE);
    test_store_remove(t, STAGING);
    test_store_put(t, STAGING "/file", "x");
    ck_assert_int_eq(symlink("../../elsewhere/set", test_store_at(t, SET)), 0);
    ck_assert_int_eq(open_set(&staged, t), APR_SUCCESS);
    edge_staged_remove(staged, t_pool);
    ck_assert(!test_store_has(t, SET));
    ck_assert(test_store_has(t, "elsewhere/set/file"));
}
END_TEST

/* The directory is exchanged for a link after it was opened. */
START_TEST(test_link_slipped_in)
{
    test_store_t *t = test_store_make();
    edge_staged_t *staged;

    test_store_put(t, SET "/file", "x");
    test_store_put(t, "elsewhere/set/file", "x");
    ck_assert_int_eq(open_set(&staged, t), APR_SUCCESS);
    test_store_move(t, STAGING, "staging/moved");
    ck_assert_int_eq(symlink("../elsewhere", test_store_at(t, STAGING)), 0);
    edge_staged_remove(staged, t_pool);
    ck_assert(test_store_has(t, "elsewhere/set/file"));
    ck_assert(!test_store_has(t, "staging/moved/set"));
}
END_TEST

Suite *suite_edge_staged(void)
{
    Suite *suite = suite_create("edge_staged");
    TCase *tc = tcase_create("staged");

    tcase_add_checked_fixture(tc, t_setup, t_teardown);
    tcase_add_test(tc, test_none);
    tcase_add_test(tc, test_remove);
    tcase_add_test(tc, test_refuse);
    tcase_add_test(tc, test_replaced_meanwhile);
    tcase_add_test(tc, test_links);
    tcase_add_test(tc, test_link_slipped_in);
    suite_add_tcase(suite, tc);
    return suite;
}
