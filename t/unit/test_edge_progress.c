#include "edge_progress.h"
#include "support.h"
#include "test_store.h"

#include <apr_strings.h>
#include <check.h>
#include <string.h>

Suite *suite_edge_progress(void);

#define FILE_NAME "state/www.example.org.progress"

static void add_name(edge_progress_t *progress, const char *name,
                     const char *status, const char *why)
{
    edge_progress_name_t one = {name, status, why};
    apr_array_header_t *names = apr_array_copy(t_pool, progress->names);

    APR_ARRAY_PUSH(names, edge_progress_name_t) = one;
    progress->names = names;
}

static edge_progress_t make(void)
{
    edge_progress_t progress = {.at = 5, .step = "challenge"};

    progress.names = apr_array_make(t_pool, 2, sizeof(edge_progress_name_t));
    add_name(&progress, "www.example.org", "pending", "");
    return progress;
}

static edge_progress_t load(const test_store_t *t)
{
    edge_progress_t progress;

    edge_progress_load(&progress, t->store, t->cert, t_pool);
    return progress;
}

START_TEST(test_round_trip)
{
    test_store_t *t = test_store_make();
    edge_progress_t progress = make();
    edge_progress_t found = load(t);
    ae_error_t err;

    ck_assert_int_eq(found.at, 0);
    add_name(&progress, "example.org", "invalid", "no such host");
    ck_status(edge_progress_save(&progress, t->store, t->cert, &err, t_pool),
              APR_SUCCESS, &err);
    found = load(t);
    ck_assert_int_eq(found.at, 5);
    ck_assert(edge_progress_is_same(&found, &progress));
}
END_TEST

START_TEST(test_same)
{
    edge_progress_t a = make();
    edge_progress_t b = make();

    b.at = 7;
    ck_assert(edge_progress_is_same(&a, &b));
    b.step = "order";
    ck_assert(!edge_progress_is_same(&a, &b));
    b = make();
    add_name(&b, "example.org", "valid", "");
    ck_assert(!edge_progress_is_same(&a, &b));
    add_name(&a, "example.org", "pending", "");
    ck_assert(!edge_progress_is_same(&a, &b));
}
END_TEST

START_TEST(test_why)
{
    edge_progress_t progress = make();

    add_name(&progress, "example.org", "invalid", "no such host");
    ck_assert_str_eq(edge_progress_why(&progress, "example.org"),
                     "no such host");
    ck_assert_str_eq(edge_progress_why(&progress, "www.example.org"), "");
    ck_assert_str_eq(edge_progress_why(&progress, "example.net"), "");
    progress.at = 0;
    ck_assert_str_eq(edge_progress_why(&progress, "example.org"), "");
    ck_assert_str_eq(edge_progress_why(NULL, "example.org"), "");
}
END_TEST

START_TEST(test_damaged)
{
    static const char *const texts[] = {"", "{", "{\"at\":-1}", "[]"};
    test_store_t *t = test_store_make();
    edge_progress_t found;

    test_store_put(t, FILE_NAME, texts[_i]);
    found = load(t);
    ck_assert_int_eq(found.at, 0);
    ck_assert_int_eq(found.names->nelts, 0);
}
END_TEST

/* It is printed to terminals, and the worker may have been taken over. */
START_TEST(test_hostile)
{
    test_store_t *t = test_store_make();
    edge_progress_t found;

    test_store_put(t, FILE_NAME,
                   "{\"at\":5,\"step\":\"a\\u001b[2J\",\"names\":[7,"
                   "{\"name\":\"b\\u0007\",\"status\":[],\"why\":null}]}");
    found = load(t);
    ck_assert_str_eq(found.step, "a?[2J");
    ck_assert_int_eq(found.names->nelts, 2);
    ck_assert_str_eq(APR_ARRAY_IDX(found.names, 1, edge_progress_name_t).name,
                     "b?");
    ck_assert_str_eq(
        APR_ARRAY_IDX(found.names, 1, edge_progress_name_t).status, "");
}
END_TEST

Suite *suite_edge_progress(void)
{
    Suite *suite = suite_create("edge_progress");
    TCase *tc = tcase_create("progress");

    tcase_add_checked_fixture(tc, t_setup, t_teardown);
    tcase_add_test(tc, test_round_trip);
    tcase_add_test(tc, test_same);
    tcase_add_test(tc, test_why);
    tcase_add_loop_test(tc, test_damaged, 0, 4);
    tcase_add_test(tc, test_hostile);
    suite_add_tcase(suite, tc);
    return suite;
}
