#include "edge_deployment.h"
#include "support.h"
#include "test_store.h"

#include <check.h>
#include <string.h>

Suite *suite_edge_deployment(void);

#define FILE_NAME "deploy/www.example.org.json"

static edge_deployment_t load(const test_store_t *t)
{
    edge_deployment_t d;

    memset(&d, 0x55, sizeof(d));
    edge_live_deployment(&d, t->store, t->cert, t_pool);
    return d;
}

static void save(const edge_deployment_t *d, const test_store_t *t)
{
    ae_error_t err;

    ck_status(edge_deployment_save(d, t->store, t->cert, &err, t_pool),
              APR_SUCCESS, &err);
}

START_TEST(test_round_trip)
{
    test_store_t *t = test_store_make();
    edge_deployment_t d = load(t);

    ck_assert_int_eq(d.at, 0);
    d.at = t->now;
    d.ok = 1;
    strcpy(d.serial, "2a");
    save(&d, t);
    d = load(t);
    ck_assert_int_eq(d.at, t->now);
    ck_assert_int_eq(d.ok, 1);
    ck_assert_str_eq(d.serial, "2a");
    ck_assert_int_eq(d.error.status, APR_SUCCESS);
    d.ok = 0;
    ae_error_set(&d.error, AE_EMISMATCH, "The set was refused");
    save(&d, t);
    d = load(t);
    ck_assert_int_eq(d.ok, 0);
    ck_assert_int_eq(d.error.status, AE_EMISMATCH);
    ck_assert_str_eq(d.error.what, "The set was refused");
}
END_TEST

/* Told once, and in nobody's way. */
static void expect_set_aside(const test_store_t *t, apr_status_t expected)
{
    ae_error_t err;

    ck_status(edge_deployment_check(t->store, t->cert, &err, t_pool), expected,
              &err);
    ck_assert_ptr_nonnull(strstr(ae_error_line(&err, t_pool), FILE_NAME));
    ck_assert_ptr_nonnull(strstr(err.next, ".damaged"));
    ck_assert(!test_store_has(t, FILE_NAME));
    ck_status(edge_deployment_check(t->store, t->cert, &err, t_pool),
              APR_SUCCESS, &err);
}

START_TEST(test_damaged)
{
    static const char *const texts[] = {"", "{", "{\"at\":-1}",
                                        "{\"at\":5,\"serial\":5}"};
    test_store_t *t = test_store_make();
    edge_deployment_t d = {0};

    test_store_put(t, FILE_NAME, texts[_i]);
    ck_assert_int_eq(load(t).at, 0);
    expect_set_aside(t, AE_EFORMAT);
    ck_assert_str_eq(test_store_get(t, FILE_NAME ".damaged"), texts[_i]);
    save(&d, t);
}
END_TEST

START_TEST(test_directory)
{
    test_store_t *t = test_store_make();
    edge_deployment_t d = {0};
    ae_error_t err;

    ck_status(edge_deployment_check(t->store, t->cert, &err, t_pool),
              APR_SUCCESS, &err);
    test_store_put(t, FILE_NAME "/file", "in a directory");
    ck_assert_int_ne(edge_deployment_save(&d, t->store, t->cert, &err, t_pool),
                     APR_SUCCESS);
    ck_assert_ptr_nonnull(strstr(ae_error_line(&err, t_pool), FILE_NAME));
    expect_set_aside(t, AE_EUNSAFE);
    save(&d, t);
}
END_TEST

Suite *suite_edge_deployment(void)
{
    Suite *suite = suite_create("edge_deployment");
    TCase *tc = tcase_create("deployment");

    tcase_add_checked_fixture(tc, t_setup, t_teardown);
    tcase_add_test(tc, test_round_trip);
    tcase_add_loop_test(tc, test_damaged, 0, 4);
    tcase_add_test(tc, test_directory);
    suite_add_tcase(suite, tc);
    return suite;
}
