#include "edge_state.h"
#include "support.h"
#include "test_store.h"

#include <check.h>
#include <string.h>

Suite *suite_edge_state(void);

#define FILE_NAME "state/www.example.org.json"
#define DAMAGED FILE_NAME ".damaged"

static apr_status_t load(edge_state_t *state, const test_store_t *t)
{
    ae_error_t err;

    memset(state, 0x55, sizeof(*state));
    return edge_state_load(state, t->store, t->cert, &err, t_pool);
}

static void save(const edge_state_t *state, const test_store_t *t)
{
    ae_error_t err;

    ck_status(edge_state_save(state, t->store, t->cert, &err, t_pool),
              APR_SUCCESS, &err);
}

static int is_zero(const edge_state_t *state)
{
    static const edge_state_t zero;

    return memcmp(state, &zero, sizeof(zero)) == 0;
}

START_TEST(test_absent)
{
    test_store_t *t = test_store_make();
    edge_state_t state;

    ck_assert_int_eq(load(&state, t), APR_SUCCESS);
    ck_assert(is_zero(&state));
}
END_TEST

START_TEST(test_round_trip)
{
    test_store_t *t = test_store_make();
    edge_state_t state, back;

    memset(&state, 0, sizeof(state));
    memset(state.fingerprint, 'f', 64);
    state.attempts = 7;
    state.provider = 1;
    state.next_attempt = t->now + 123456;
    state.retry = ACME_RETRY_PERSON;
    state.last_sign_at = t->now;
    state.last_sign_ok = 1;
    strcpy(state.last_step, "newOrder");
    ae_error_set(&state.error, AE_EREMOTE, "The CA refused the order");
    ae_error_why(&state.error, "%s", "too many");
    state.cause = EDGE_CAUSE_RATE_LIMIT;
    strcpy(state.renew_serial, "2a00");
    state.renew_at = t->now + 1;
    state.succeeded_at = t->now - 1;
    edge_course_step(&state.course, "newOrder", t->now);
    edge_course_issued(&state.course, 2);
    save(&state, t);
    ck_assert_int_eq(load(&back, t), APR_SUCCESS);
    ck_assert_str_eq(back.fingerprint, state.fingerprint);
    ck_assert_uint_eq(back.attempts, 7);
    ck_assert_uint_eq(back.provider, 1);
    ck_assert_int_eq(back.next_attempt, state.next_attempt);
    ck_assert_int_eq(back.retry, ACME_RETRY_PERSON);
    ck_assert_int_eq(back.last_sign_at, t->now);
    ck_assert_int_eq(back.last_sign_ok, 1);
    ck_assert_str_eq(back.last_step, "newOrder");
    ck_assert_int_eq(back.error.status, AE_EREMOTE);
    ck_assert_str_eq(back.error.why, "too many");
    ck_assert_int_eq(back.cause, EDGE_CAUSE_RATE_LIMIT);
    ck_assert_str_eq(back.renew_serial, "2a00");
    ck_assert_int_eq(back.renew_at, state.renew_at);
    ck_assert_int_eq(back.succeeded_at, t->now - 1);
    ck_assert_mem_eq(&back.course, &state.course, sizeof(state.course));
}
END_TEST

/* Before 0.1.0 nothing said when it last succeeded, nor how. */
START_TEST(test_of_an_earlier_version)
{
    static const edge_course_t nothing;
    test_store_t *t = test_store_make();
    edge_state_t state;

    test_store_put(t, FILE_NAME, "{\"lastSignAt\":5,\"lastSignOk\":true}");
    ck_assert_int_eq(load(&state, t), APR_SUCCESS);
    ck_assert_int_eq(state.succeeded_at, 5);
    ck_assert_mem_eq(&state.course, &nothing, sizeof(nothing));
    test_store_put(t, FILE_NAME, "{\"lastSignAt\":5,\"lastSignOk\":false}");
    ck_assert_int_eq(load(&state, t), APR_SUCCESS);
    ck_assert_int_eq(state.succeeded_at, 0);
}
END_TEST

START_TEST(test_zero_round_trip)
{
    test_store_t *t = test_store_make();
    edge_state_t state;

    memset(&state, 0, sizeof(state));
    save(&state, t);
    ck_assert_int_eq(load(&state, t), APR_SUCCESS);
    ck_assert(is_zero(&state));
}
END_TEST

static const char *const damaged[] = {
    "",
    "{\"attempts\":",
    "[]",
    "{\"attempts\":-1}",
    "{\"attempts\":99999999999}",
    "{\"attempts\":1000001}",
    "{\"provider\":-1}",
    "{\"provider\":1001}",
    "{\"retry\":\"never\"}",
    "{\"nextAttempt\":-5}",
    "{\"nextAttempt\":9000000000000000000}",
    "{\"renewAt\":\"tomorrow\"}",
    "{\"lastStep\":\"a step with a name that is longer than any\"}",
    "{\"renewSerial\":7}",
};

/* Told, and not touched: whoever reads it need not be the worker. */
START_TEST(test_damaged)
{
    test_store_t *t = test_store_make();
    edge_state_t state;

    test_store_put(t, FILE_NAME, damaged[_i]);
    ck_assert_int_eq(load(&state, t), AE_EFORMAT);
    ck_assert(is_zero(&state));
    ck_assert_int_eq(load(&state, t), AE_EFORMAT);
    ck_assert_str_eq(test_store_get(t, FILE_NAME), damaged[_i]);
}
END_TEST

START_TEST(test_set_aside)
{
    test_store_t *t = test_store_make();
    edge_state_t state;
    ae_error_t err;

    test_store_put(t, FILE_NAME, damaged[0]);
    test_store_put(t, DAMAGED, "an older one");
    ck_status(edge_state_set_aside(t->store, t->cert, &err, t_pool),
              APR_SUCCESS, &err);
    ck_assert_str_eq(test_store_get(t, DAMAGED), damaged[0]);
    ck_assert_int_eq(load(&state, t), APR_SUCCESS);
    ck_assert(is_zero(&state));
}
END_TEST

START_TEST(test_unknown_members)
{
    test_store_t *t = test_store_make();
    edge_state_t state;

    test_store_put(t, FILE_NAME, "{\"attempts\":3,\"colour\":\"blue\"}");
    ck_assert_int_eq(load(&state, t), APR_SUCCESS);
    ck_assert_uint_eq(state.attempts, 3);
}
END_TEST

/* Of an earlier version, of a later one, and of nobody. */
START_TEST(test_other_causes)
{
    static const struct {
        const char *text;
        edge_cause_t cause;
    } all[] = {
        {"{\"attempts\":1}", EDGE_CAUSE_NONE},
        {"{\"cause\":\"\"}", EDGE_CAUSE_NONE},
        {"{\"cause\":\"caa\"}", EDGE_CAUSE_CAA},
        {"{\"cause\":\"phase-of-the-moon\"}", EDGE_CAUSE_OTHER},
        {"{\"cause\":7}", EDGE_CAUSE_NONE},
    };
    test_store_t *t = test_store_make();
    edge_state_t state;

    test_store_put(t, FILE_NAME, all[_i].text);
    ck_assert_int_eq(load(&state, t), APR_SUCCESS);
    ck_assert_int_eq(state.cause, all[_i].cause);
}
END_TEST

START_TEST(test_full_disk)
{
    test_store_t *t = test_store_make();
    edge_state_t state, back;
    ae_error_t err;
    apr_status_t status;

    memset(&state, 0, sizeof(state));
    state.attempts = 1;
    save(&state, t);
    state.attempts = 2;
    test_store_fill_disk();
    status = edge_state_save(&state, t->store, t->cert, &err, t_pool);
    test_store_free_disk();
    ck_assert_int_ne(status, APR_SUCCESS);
    ck_assert_int_eq(load(&back, t), APR_SUCCESS);
    ck_assert_uint_eq(back.attempts, 1);
}
END_TEST

Suite *suite_edge_state(void)
{
    Suite *suite = suite_create("edge_state");
    TCase *tc = tcase_create("state");

    tcase_add_checked_fixture(tc, t_setup, t_teardown);
    tcase_add_test(tc, test_absent);
    tcase_add_test(tc, test_round_trip);
    tcase_add_test(tc, test_of_an_earlier_version);
    tcase_add_test(tc, test_zero_round_trip);
    tcase_add_loop_test(tc, test_damaged, 0,
                        sizeof(damaged) / sizeof(damaged[0]));
    tcase_add_test(tc, test_set_aside);
    tcase_add_test(tc, test_unknown_members);
    tcase_add_loop_test(tc, test_other_causes, 0, 5);
    tcase_add_test(tc, test_full_disk);
    suite_add_tcase(suite, tc);
    return suite;
}
