/* A store as the command uses it: as it is, or not at all. */

#include "support.h"
#include "test_store.h"

#include <apr_strings.h>
#include <check.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

Suite *suite_edge_store_open(void);

static apr_status_t open_store(edge_store_t **store, const char *dir,
                               ae_error_t *err)
{
    return edge_store_open(store, dir, err, t_pool);
}

static void expect_refusal(const char *dir, apr_status_t expected)
{
    edge_store_t *store = NULL;
    ae_error_t err;

    ck_status(open_store(&store, dir, &err), expected, &err);
    ck_assert_ptr_null(store);
    ck_assert_ptr_nonnull(strstr(err.what, dir));
    ck_assert_str_ne(err.next, "");
}

START_TEST(test_open)
{
    test_store_t *t = test_store_make();
    const char *dir = edge_store_dir(t->store);
    edge_store_t *store;
    ae_error_t err;

    test_store_stage(t);
    ck_status(open_store(&store, apr_pstrcat(t_pool, dir, "/", NULL), &err),
              APR_SUCCESS, &err);
    ck_assert_str_eq(edge_store_dir(store), dir);
    ck_assert_uint_eq(edge_store_worker(store).uid, geteuid());
    t->store = store;
    test_store_stage(t); /* with the same seal */
}
END_TEST

/* A look changes no mode, which a start would. */
START_TEST(test_nothing_is_changed)
{
    test_store_t *t = test_store_make();
    const char *head = test_store_at(t, "store.json");
    edge_store_t *store;
    struct stat info;
    ae_error_t err;

    ck_assert_int_eq(chmod(head, 0640), 0);
    test_store_remove(t, "deploy");
    ck_status(open_store(&store, edge_store_dir(t->store), &err), APR_SUCCESS,
              &err);
    ck_assert_int_eq(stat(head, &info), 0);
    ck_assert_uint_eq(info.st_mode & 0777, 0640);
    ck_assert(!test_store_has(t, "deploy"));
}
END_TEST

START_TEST(test_absent)
{
    const char *dir = apr_pstrcat(t_pool, t_dir(), "/none", NULL);

    expect_refusal(dir, APR_ENOENT);
    ck_assert_int_eq(access(dir, F_OK), -1);
    expect_refusal(t_dir(), APR_ENOENT);
}
END_TEST

START_TEST(test_other_versions)
{
    test_store_t *t = test_store_make();

    test_store_put(t, "store.json", "{\"version\":2}");
    expect_refusal(edge_store_dir(t->store), AE_EVERSION);
    test_store_put(t, "store.json", "{}");
    expect_refusal(edge_store_dir(t->store), AE_EFORMAT);
}
END_TEST

START_TEST(test_links)
{
    test_store_t *t = test_store_make();
    ae_error_t err;
    edge_store_t *store;

    test_store_remove(t, "live");
    ck_assert_int_eq(symlink("/tmp", test_store_at(t, "live")), 0);
    ck_status(open_store(&store, edge_store_dir(t->store), &err), AE_EUNSAFE,
              &err);
}
END_TEST

/* Another user's, which only root can make. */
START_TEST(test_of_another_user)
{
    test_store_t *t = test_store_make();

    if (geteuid() != 0) {
        return;
    }
    ck_assert_int_eq(chown(edge_store_dir(t->store), 65534, 65534), 0);
    expect_refusal(edge_store_dir(t->store), APR_EACCES);
}
END_TEST

Suite *suite_edge_store_open(void)
{
    Suite *suite = suite_create("edge_store_open");
    TCase *tc = tcase_create("open");

    tcase_add_checked_fixture(tc, t_setup, t_teardown);
    tcase_add_test(tc, test_open);
    tcase_add_test(tc, test_nothing_is_changed);
    tcase_add_test(tc, test_absent);
    tcase_add_test(tc, test_other_versions);
    tcase_add_test(tc, test_links);
    tcase_add_test(tc, test_of_another_user);
    suite_add_tcase(suite, tc);
    return suite;
}
