#include "edge_store.h"
#include "support.h"
#include "test_store.h"

#include <check.h>
#include <signal.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

Suite *suite_edge_store_lock(void);

START_TEST(test_one_at_a_time)
{
    test_store_t *t = test_store_make();
    edge_store_t *again;
    apr_pool_t *first;
    ae_error_t err;

    apr_pool_create(&first, t_pool);
    ck_status(edge_store_lock(t->store, &err, first), APR_SUCCESS, &err);
    ck_status(edge_store_lock(t->store, &err, t_pool), APR_EBUSY, &err);
    /* The parent may look after the store meanwhile. */
    ck_status(edge_store_prepare(&again, edge_store_dir(t->store),
                                 edge_store_worker(t->store), &err, t_pool),
              APR_SUCCESS, &err);
    ck_status(edge_store_lock(again, &err, t_pool), APR_EBUSY, &err);
    ck_assert_ptr_nonnull(strstr(err.why, "another worker"));
    apr_pool_destroy(first);
    ck_status(edge_store_lock(t->store, &err, t_pool), APR_SUCCESS, &err);
}
END_TEST

START_TEST(test_missing_and_link)
{
    test_store_t *t = test_store_make();
    ae_error_t err;

    test_store_remove(t, "lock");
    ck_status(edge_store_lock(t->store, &err, t_pool), APR_ENOENT, &err);
    ck_assert_str_ne(err.next, "");
    ck_assert_int_eq(symlink("store.json", test_store_at(t, "lock")), 0);
    ck_assert_int_ne(edge_store_lock(t->store, &err, t_pool), APR_SUCCESS);
}
END_TEST

/* Of two parents one waits; that a child of the first lives on, which has its
 * descriptors too, holds up nobody. */
START_TEST(test_parents_enter_one_by_one)
{
    test_store_t *t = test_store_make();
    const char *dir = edge_store_dir(t->store);
    edge_store_t *again;
    apr_pool_t *first;
    ae_error_t err;
    pid_t child;

    apr_pool_create(&first, t_pool);
    ck_status(edge_store_enter(dir, &err, first), APR_SUCCESS, &err);
    ck_status(edge_store_enter(dir, &err, t_pool), APR_EBUSY, &err);
    ck_assert_str_ne(err.next, "");
    ck_status(edge_store_prepare(&again, dir, edge_store_worker(t->store),
                                 &err, t_pool),
              APR_EBUSY, &err);
    child = fork();
    if (child == 0) {
        pause();
        _exit(0);
    }
    apr_pool_destroy(first);
    ck_status(edge_store_enter(dir, &err, t_pool), APR_SUCCESS, &err);
    kill(child, SIGKILL);
    ck_assert_int_eq(waitpid(child, NULL, 0), child);
}
END_TEST

START_TEST(test_nothing_to_enter)
{
    ae_error_t err;

    ck_status(edge_store_enter("/nowhere/at/all", &err, t_pool), APR_ENOENT,
              &err);
}
END_TEST

/* Who looks for somebody keeps out the next, and nobody else. */
START_TEST(test_one_looks_at_a_time)
{
    test_store_t *t = test_store_make();
    apr_pool_t *first;
    ae_error_t err;

    apr_pool_create(&first, t_pool);
    ck_status(edge_store_enter_requests(t->store, &err, first), APR_SUCCESS,
              &err);
    ck_status(edge_store_enter_requests(t->store, &err, t_pool), APR_EBUSY,
              &err);
    ck_assert_ptr_nonnull(strstr(err.why, "somebody else"));
    ck_status(edge_store_lock(t->store, &err, t_pool), APR_SUCCESS, &err);
    apr_pool_destroy(first);
    ck_status(edge_store_enter_requests(t->store, &err, t_pool), APR_SUCCESS,
              &err);
}
END_TEST

Suite *suite_edge_store_lock(void)
{
    Suite *suite = suite_create("edge_store_lock");
    TCase *tc = tcase_create("lock");

    tcase_add_checked_fixture(tc, t_setup, t_teardown);
    tcase_add_test(tc, test_one_at_a_time);
    tcase_add_test(tc, test_missing_and_link);
    tcase_add_test(tc, test_parents_enter_one_by_one);
    tcase_add_test(tc, test_nothing_to_enter);
    tcase_add_test(tc, test_one_looks_at_a_time);
    suite_add_tcase(suite, tc);
    return suite;
}
