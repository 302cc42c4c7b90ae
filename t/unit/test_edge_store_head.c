#include "edge_store_head.h"
#include "support.h"
#include "test_store.h"

#include <apr_strings.h>
#include <check.h>
#include <string.h>
#include <sys/stat.h>

Suite *suite_edge_store_head(void);

static const char *path_of(const char *name)
{
    return apr_pstrcat(t_pool, t_dir(), "/", name, NULL);
}

static int open_each_other(const ae_seal_t *a, const ae_seal_t *b)
{
    ae_bytes_t plain = {(const unsigned char *)"secret", 6};
    ae_bytes_t sealed, opened;
    ae_error_t err;

    ck_status(ae_seal_close(&sealed, a, "x", plain, &err, t_pool), APR_SUCCESS,
              &err);
    return ae_seal_open(&opened, b, "x", sealed, &err, t_pool) == APR_SUCCESS;
}

START_TEST(test_make_and_read)
{
    const ae_seal_t *made, *other, *back;
    struct stat info;
    ae_error_t err;

    ck_status(edge_store_head_make(&made, path_of("a"), 1, &err, t_pool),
              APR_SUCCESS, &err);
    ck_status(edge_store_head_make(&other, path_of("b"), 1, &err, t_pool),
              APR_SUCCESS, &err);
    ck_status(edge_store_head_read(&back, path_of("a"), 1, &err, t_pool),
              APR_SUCCESS, &err);
    ck_assert(open_each_other(made, back));
    ck_assert(!open_each_other(made, other));
    ck_assert_int_eq(stat(path_of("a"), &info), 0);
    ck_assert_uint_eq(info.st_mode & 0777, 0600);
}
END_TEST

START_TEST(test_versions)
{
    const ae_seal_t *seal;
    ae_error_t err;

    ck_status(edge_store_head_make(&seal, path_of("a"), 2, &err, t_pool),
              APR_SUCCESS, &err);
    ck_status(edge_store_head_read(&seal, path_of("a"), 1, &err, t_pool),
              AE_EVERSION, &err);
    ck_status(edge_store_head_read(&seal, path_of("a"), 2, &err, t_pool),
              APR_SUCCESS, &err);
}
END_TEST

START_TEST(test_missing)
{
    const ae_seal_t *seal;
    ae_error_t err;

    ck_status(edge_store_head_read(&seal, path_of("a"), 1, &err, t_pool),
              APR_ENOENT, &err);
}
END_TEST

Suite *suite_edge_store_head(void)
{
    Suite *suite = suite_create("edge_store_head");
    TCase *tc = tcase_create("head");

    tcase_add_checked_fixture(tc, t_setup, t_teardown);
    tcase_add_test(tc, test_make_and_read);
    tcase_add_test(tc, test_versions);
    tcase_add_test(tc, test_missing);
    suite_add_tcase(suite, tc);
    return suite;
}
