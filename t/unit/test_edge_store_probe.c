#include "edge_store.h"
#include "support.h"
#include "test_store.h"

#include <check.h>
#include <string.h>
#include <unistd.h>

Suite *suite_edge_store_probe(void);

static const char *const dirs[] = {"accounts", "staging", "state"};

START_TEST(test_good)
{
    test_store_t *t = test_store_make();
    ae_error_t err;
    int i;

    ck_status(edge_store_probe(t->store, &err, t_pool), APR_SUCCESS, &err);
    for (i = 0; i < 3; i++) {
        /* An empty directory can be removed, one with a file in it not. */
        ck_assert_int_eq(rmdir(test_store_at(t, dirs[i])), 0);
    }
}
END_TEST

START_TEST(test_full_disk)
{
    test_store_t *t = test_store_make();
    ae_error_t err;
    apr_status_t status;

    test_store_fill_disk();
    status = edge_store_probe(t->store, &err, t_pool);
    test_store_free_disk();
    ck_assert_int_ne(status, APR_SUCCESS);
    ck_assert_str_ne(err.why, "");
    ck_assert_ptr_nonnull(strstr(err.next, test_store_at(t, "accounts")));
}
END_TEST

START_TEST(test_missing_dir)
{
    test_store_t *t = test_store_make();
    ae_error_t err;

    test_store_remove(t, dirs[_i]);
    ck_status(edge_store_probe(t->store, &err, t_pool), APR_ENOENT, &err);
    ck_assert_ptr_nonnull(strstr(err.next, test_store_at(t, dirs[_i])));
}
END_TEST

Suite *suite_edge_store_probe(void)
{
    Suite *suite = suite_create("edge_store_probe");
    TCase *tc = tcase_create("probe");

    tcase_add_checked_fixture(tc, t_setup, t_teardown);
    tcase_add_test(tc, test_good);
    tcase_add_test(tc, test_full_disk);
    tcase_add_loop_test(tc, test_missing_dir, 0, 3);
    suite_add_tcase(suite, tc);
    return suite;
}
