/* What the store tells of one certificate in full. */

#include "edge_detail.h"
#include "support.h"
#include "test_store.h"

#include <check.h>
#include <string.h>

Suite *suite_edge_detail(void);

static test_store_t *t;
static edge_detail_t detail;

static void setup(void)
{
    t_setup();
    t = test_store_make();
}

static void load(void)
{
    memset(&detail, 0x55, sizeof(detail));
    edge_detail_read(&detail, t->store, t->cert, t_pool);
}

static void save_failure(apr_time_t at)
{
    edge_state_t state = {.attempts = 1, .last_sign_at = at};
    ae_error_t err;

    ae_error_set(&state.error, AE_EREMOTE, "The CA refused");
    ck_status(edge_state_save(&state, t->store, t->cert, &err, t_pool),
              APR_SUCCESS, &err);
}

static void save_progress(apr_time_t at)
{
    const edge_progress_t progress = {
        at, "failed", apr_array_make(t_pool, 1, sizeof(edge_progress_name_t))};
    ae_error_t err;

    ck_status(edge_progress_save(&progress, t->store, t->cert, &err, t_pool),
              APR_SUCCESS, &err);
}

START_TEST(test_nothing_there)
{
    load();
    ck_assert_int_eq(detail.state.error.status, 0);
    ck_assert_int_eq(detail.progress.at, 0);
    ck_assert_int_eq(detail.history->nelts, 0);
}
END_TEST

START_TEST(test_the_last_failure)
{
    save_failure(t->now);
    save_progress(t->now);
    load();
    ck_assert_str_eq(detail.state.error.what, "The CA refused");
    ck_assert_int_eq(detail.progress.at, t->now);
}
END_TEST

/* It stays where an order that nobody followed succeeded later. */
START_TEST(test_the_names_of_an_order_before)
{
    save_failure(t->now);
    save_progress(t->now - 1);
    load();
    ck_assert_int_eq(detail.progress.at, 0);
}
END_TEST

START_TEST(test_the_newest_is_first)
{
    edge_history_t history = {0};
    edge_event_t event = {.kind = EDGE_EVENT_STAGED, .at = t->now};
    ae_error_t err;

    history.events = apr_array_make(t_pool, 2, sizeof(edge_event_t));
    ae_error_set(&event.text, APR_SUCCESS, "staged");
    edge_history_add(&history, &event);
    event.kind = EDGE_EVENT_DEPLOYED;
    event.at++;
    edge_history_add(&history, &event);
    ck_status(
        edge_history_save(&history, t->store, t->cert->dir, &err, t_pool),
        APR_SUCCESS, &err);
    load();
    ck_assert_int_eq(detail.history->nelts, 2);
    ck_assert_int_eq(APR_ARRAY_IDX(detail.history, 0, edge_event_t).kind,
                     EDGE_EVENT_DEPLOYED);
    ck_assert_int_eq(APR_ARRAY_IDX(detail.history, 1, edge_event_t).kind,
                     EDGE_EVENT_STAGED);
}
END_TEST

START_TEST(test_what_is_damaged_tells_nothing)
{
    test_store_put(t, "state/www.example.org.json", "{\"attempts\":-1}");
    test_store_put(t, "state/www.example.org.progress", "[");
    test_store_put(t, "state/www.example.org.history", "{\"events\":7}");
    load();
    ck_assert_int_eq(detail.state.error.status, 0);
    ck_assert_int_eq(detail.progress.at, 0);
    ck_assert_int_eq(detail.history->nelts, 0);
}
END_TEST

Suite *suite_edge_detail(void)
{
    Suite *suite = suite_create("edge_detail");
    TCase *tc = tcase_create("detail");

    tcase_add_checked_fixture(tc, setup, t_teardown);
    tcase_add_test(tc, test_nothing_there);
    tcase_add_test(tc, test_the_last_failure);
    tcase_add_test(tc, test_the_names_of_an_order_before);
    tcase_add_test(tc, test_the_newest_is_first);
    tcase_add_test(tc, test_what_is_damaged_tells_nothing);
    suite_add_tcase(suite, tc);
    return suite;
}
