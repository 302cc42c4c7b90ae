#include "edge_run.h"
#include "support.h"
#include "test_store.h"

#include <check.h>
#include <string.h>
#include <unistd.h>

Suite *suite_edge_run(void);

#define FILE_NAME "deploy/www.example.org.run"

static edge_run_t load(const test_store_t *t)
{
    edge_run_t run;

    memset(&run, 0x55, sizeof(run));
    edge_run_load(&run, t->store, t->cert, t_pool);
    return run;
}

static void save(const edge_run_t *run, const test_store_t *t)
{
    ae_error_t err;

    ck_status(edge_run_save(run, t->store, t->cert, &err, t_pool), APR_SUCCESS,
              &err);
}

static void expect_none(const test_store_t *t)
{
    edge_run_t run = load(t);

    ck_assert_str_eq(run.serial, "");
    ck_assert_int_eq(run.begun_at, 0);
    ck_assert_int_eq(run.told, 0);
    ck_assert_int_eq(run.output->nelts, 0);
}

START_TEST(test_round_trip)
{
    test_store_t *t = test_store_make();
    apr_array_header_t *lines = apr_array_make(t_pool, 2, sizeof(char *));
    edge_run_t run = {.serial = "2a", .begun_at = 5, .ended_at = 7, .told = 1};

    expect_none(t);
    APR_ARRAY_PUSH(lines, const char *) = "one";
    APR_ARRAY_PUSH(lines, const char *) = "";
    run.output = lines;
    ae_error_set(&run.error, APR_TIMEUP, "It was killed");
    save(&run, t);
    run = load(t);
    ck_assert_str_eq(run.serial, "2a");
    ck_assert_int_eq(run.begun_at, 5);
    ck_assert_int_eq(run.ended_at, 7);
    ck_assert_int_eq(run.told, 1);
    ck_assert_str_eq(run.error.what, "It was killed");
    ck_assert_int_eq(run.output->nelts, 2);
    ck_assert_str_eq(APR_ARRAY_IDX(run.output, 0, const char *), "one");
}
END_TEST

START_TEST(test_damaged)
{
    static const char *const texts[] = {
        "", "{", "{\"serial\":5}", "{\"serial\":\"2a\",\"begunAt\":-1}",
        "{\"serial\":\"2a\",\"endedAt\":\"now\"}"};
    test_store_t *t = test_store_make();

    test_store_put(t, FILE_NAME, texts[_i]);
    expect_none(t);
}
END_TEST

START_TEST(test_strange_lines)
{
    test_store_t *t = test_store_make();
    edge_run_t run;

    test_store_put(t, FILE_NAME,
                   "{\"serial\":\"2a\",\"output\":[5,null,\"a\\u001bb\"]}");
    run = load(t);
    ck_assert_int_eq(run.output->nelts, 3);
    ck_assert_str_eq(APR_ARRAY_IDX(run.output, 2, const char *), "a?b");
}
END_TEST

START_TEST(test_one_at_a_time)
{
    test_store_t *t = test_store_make();
    ae_error_t err;
    int first, second;

    ck_status(edge_run_enter(&first, t->store, &err, t_pool), APR_SUCCESS,
              &err);
    ck_assert_int_eq(edge_run_enter(&second, t->store, &err, t_pool),
                     APR_EBUSY);
    close(first);
    ck_status(edge_run_enter(&second, t->store, &err, t_pool), APR_SUCCESS,
              &err);
    close(second);
    test_store_remove(t, "deploy");
    ck_assert(
        APR_STATUS_IS_ENOENT(edge_run_enter(&first, t->store, &err, t_pool)));
}
END_TEST

Suite *suite_edge_run(void)
{
    Suite *suite = suite_create("edge_run");
    TCase *tc = tcase_create("run");

    tcase_add_checked_fixture(tc, t_setup, t_teardown);
    tcase_add_test(tc, test_round_trip);
    tcase_add_loop_test(tc, test_damaged, 0, 5);
    tcase_add_test(tc, test_strange_lines);
    tcase_add_test(tc, test_one_at_a_time);
    suite_add_tcase(suite, tc);
    return suite;
}
