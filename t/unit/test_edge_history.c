#include "edge_history.h"
#include "support.h"
#include "test_store.h"

#include <apr_strings.h>
#include <check.h>
#include <string.h>

Suite *suite_edge_history(void);

#define DIR_NAME "www.example.org"
#define FILE_NAME "state/www.example.org.history"

static edge_history_t load(const test_store_t *t)
{
    edge_history_t history;
    ae_error_t err;

    ck_status(edge_history_load(&history, t->store, DIR_NAME, &err, t_pool),
              APR_SUCCESS, &err);
    return history;
}

static void save(const edge_history_t *history, const test_store_t *t)
{
    ae_error_t err;

    ck_status(edge_history_save(history, t->store, DIR_NAME, &err, t_pool),
              APR_SUCCESS, &err);
}

static edge_event_t event_at(apr_time_t at)
{
    edge_event_t event = {.kind = EDGE_EVENT_FAILED,
                          .certificate = "www.example.org",
                          .provider = "letsencrypt",
                          .at = at,
                          .since = 4,
                          .serial = "2a",
                          .not_after = 9,
                          .cause = "timeout",
                          .attempts = 3};

    ae_error_set(&event.text, APR_EGENERAL, "It failed");
    return event;
}

static const edge_event_t *event_of(const edge_history_t *history, int index)
{
    return &APR_ARRAY_IDX(history->events, index, edge_event_t);
}

START_TEST(test_round_trip)
{
    test_store_t *t = test_store_make();
    edge_history_t history = load(t);
    edge_event_t event = event_at(5);

    ck_assert(history.is_new);
    ck_assert_int_eq(history.events->nelts, 0);
    edge_history_add(&history, &event);
    history.marks.conditions[EDGE_EVENT_FAILED] = (edge_mark_t){4, 5};
    history.marks.deployed_at = 6;
    apr_cpystrn(history.marks.staged, "2b", sizeof(history.marks.staged));
    apr_cpystrn(history.marks.revoked, "2c", sizeof(history.marks.revoked));
    save(&history, t);
    history = load(t);
    ck_assert(!history.is_new);
    ck_assert_int_eq(history.marks.conditions[EDGE_EVENT_FAILED].since, 4);
    ck_assert_int_eq(history.marks.conditions[EDGE_EVENT_FAILED].told_at, 5);
    ck_assert_int_eq(history.marks.conditions[EDGE_EVENT_EXPIRING].since, 0);
    ck_assert_int_eq(history.marks.deployed_at, 6);
    ck_assert_str_eq(history.marks.staged, "2b");
    ck_assert_str_eq(history.marks.revoked, "2c");
    ck_assert_int_eq(history.events->nelts, 1);
    ck_assert_str_eq(
        ae_json_print(edge_event_json(&event, t_pool), t_pool),
        ae_json_print(edge_event_json(event_of(&history, 0), t_pool), t_pool));
    ck_assert(!event_of(&history, 0)->is_told);
}
END_TEST

/* The longest texts there are, fifty times, must be read again. */
START_TEST(test_bounds)
{
    test_store_t *t = test_store_make();
    edge_history_t history = load(t);
    char quotes[1200];
    int i;

    memset(quotes, '"', sizeof(quotes));
    quotes[sizeof(quotes) - 1] = '\0';
    for (i = 0; i < EDGE_HISTORY_MAX + 7; i++) {
        edge_event_t event = event_at(i + 1);

        ae_error_set(&event.text, APR_EGENERAL, "%s", quotes);
        ae_error_why(&event.text, "%s", quotes);
        ae_error_next(&event.text, "%s", quotes);
        edge_history_add(&history, &event);
    }
    save(&history, t);
    history = load(t);
    ck_assert_int_eq(history.events->nelts, EDGE_HISTORY_MAX);
    ck_assert_int_eq(event_of(&history, 0)->at, 8);
    ck_assert_int_eq(event_of(&history, EDGE_HISTORY_MAX - 1)->at,
                     EDGE_HISTORY_MAX + 7);
}
END_TEST

START_TEST(test_told)
{
    test_store_t *t = test_store_make();
    edge_history_t history = load(t);
    edge_event_t first = event_at(5), second = event_at(6);
    ae_error_t err;

    edge_history_add(&history, &first);
    edge_history_add(&history, &second);
    save(&history, t);
    ck_status(edge_history_told(t->store, DIR_NAME,
                                edge_event_id(&second, t_pool), &err, t_pool),
              APR_SUCCESS, &err);
    history = load(t);
    ck_assert(!event_of(&history, 0)->is_told);
    ck_assert(event_of(&history, 1)->is_told);
    ck_status(edge_history_told(t->store, DIR_NAME, "none", &err, t_pool),
              APR_SUCCESS, &err);
}
END_TEST

START_TEST(test_damaged)
{
    static const char *const texts[] = {
        "",
        "{",
        "[]",
        "{\"deployedAt\":-1}",
        "{\"staged\":5}",
        "{\"conditions\":{\"failed\":{\"since\":\"now\"}}}"};
    test_store_t *t = test_store_make();
    edge_history_t history;
    ae_error_t err;

    test_store_put(t, FILE_NAME, texts[_i]);
    ck_assert_int_eq(
        edge_history_load(&history, t->store, DIR_NAME, &err, t_pool),
        AE_EFORMAT);
    ck_assert(strstr(err.what, "is damaged") != NULL);
    ck_assert(history.is_new);
    ck_assert_int_eq(history.marks.deployed_at, 0);
    ck_assert_int_eq(history.events->nelts, 0);
    ck_status(edge_history_set_aside(t->store, DIR_NAME, &err, t_pool),
              APR_SUCCESS, &err);
    ck_assert(test_store_has(t, FILE_NAME ".damaged"));
    load(t);
}
END_TEST

/* One event that cannot be right is no reason to lose the others. */
START_TEST(test_strange_events)
{
    test_store_t *t = test_store_make();
    edge_history_t history;

    test_store_put(t, FILE_NAME,
                   "{\"events\":[5,{\"kind\":\"exploded\"},"
                   "{\"kind\":\"failed\",\"at\":-3},"
                   "{\"kind\":\"failed\",\"attempts\":-1},"
                   "{\"kind\":\"revoked\",\"at\":3,"
                   "\"text\":{\"what\":\"a\\u001bb\"}}]}");
    history = load(t);
    ck_assert_int_eq(history.events->nelts, 1);
    ck_assert_str_eq(event_of(&history, 0)->text.what, "a?b");
    ck_assert(event_of(&history, 0)->is_told);
}
END_TEST

Suite *suite_edge_history(void)
{
    Suite *suite = suite_create("edge_history");
    TCase *tc = tcase_create("edge_history");

    tcase_add_checked_fixture(tc, t_setup, t_teardown);
    tcase_add_test(tc, test_round_trip);
    tcase_add_test(tc, test_bounds);
    tcase_add_test(tc, test_told);
    tcase_add_loop_test(tc, test_damaged, 0, 6);
    tcase_add_test(tc, test_strange_events);
    suite_add_tcase(suite, tc);
    return suite;
}
