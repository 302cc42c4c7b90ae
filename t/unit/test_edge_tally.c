/* The ladder of failures, and providers in turn. */

#include "edge_scene.h"
#include "edge_tally.h"
#include "support.h"

#include <check.h>
#include <string.h>

#define LIFETIME (90 * DAY)

static edge_failure_t failure(acme_retry_t retry, apr_time_t retry_after)
{
    edge_failure_t made = {0};

    made.id = "AE040";
    ae_error_set(&made.error, AE_EREMOTE, "the CA refused");
    strcpy(made.step, "newOrder");
    made.retry = retry;
    made.retry_after = retry_after;
    return made;
}

static apr_interval_time_t count_failure(edge_state_t *state,
                                         unsigned providers,
                                         acme_retry_t retry,
                                         apr_uint32_t random)
{
    edge_failure_t one = failure(retry, 0);

    edge_tally_failed(state, &one, providers, 0, SCENE_NOW, random);
    return state->next_attempt - SCENE_NOW;
}

START_TEST(one_ten_hundred_minutes_then_daily)
{
    edge_state_t state = {0};

    ck_assert_int_eq(count_failure(&state, 1, ACME_RETRY_BACKOFF, 0), MINUTE);
    ck_assert_int_eq(count_failure(&state, 1, ACME_RETRY_BACKOFF, 0),
                     10 * MINUTE);
    ck_assert_int_eq(count_failure(&state, 1, ACME_RETRY_BACKOFF, 0),
                     100 * MINUTE);
    ck_assert_int_eq(count_failure(&state, 1, ACME_RETRY_BACKOFF, 0), DAY);
    ck_assert_int_eq(count_failure(&state, 1, ACME_RETRY_BACKOFF, 0), DAY);
    ck_assert_uint_eq(state.attempts, 5);
}
END_TEST

START_TEST(what_is_remembered)
{
    edge_state_t state = {0};

    count_failure(&state, 1, ACME_RETRY_BACKOFF, 0);
    ck_assert_int_eq(state.last_sign_at, SCENE_NOW);
    ck_assert_int_eq(state.last_sign_ok, 0);
    ck_assert_str_eq(state.last_step, "newOrder");
    ck_assert_str_eq(state.error.what, "the CA refused");
}
END_TEST

START_TEST(a_person_is_waited_for)
{
    edge_state_t state = {0};

    count_failure(&state, 1, ACME_RETRY_PERSON, 0);
    ck_assert_int_eq(state.next_attempt, 0);
}
END_TEST

START_TEST(the_next_provider_is_tried_at_once)
{
    edge_state_t state = {0};

    ck_assert_int_eq(count_failure(&state, 3, ACME_RETRY_PERSON, 0), 0);
    ck_assert_uint_eq(state.provider, 1);
    ck_assert_int_eq(count_failure(&state, 3, ACME_RETRY_DAILY, 0), 0);
    ck_assert_uint_eq(state.provider, 2);
    ck_assert_int_eq(count_failure(&state, 3, ACME_RETRY_BACKOFF, 0), MINUTE);
    ck_assert_uint_eq(state.provider, 0);
}
END_TEST

START_TEST(a_rung_of_the_ladder_for_each_round)
{
    edge_state_t state = {0};

    count_failure(&state, 2, ACME_RETRY_BACKOFF, 0);
    ck_assert_int_eq(count_failure(&state, 2, ACME_RETRY_BACKOFF, 0), MINUTE);
    count_failure(&state, 2, ACME_RETRY_BACKOFF, 0);
    ck_assert_int_eq(count_failure(&state, 2, ACME_RETRY_BACKOFF, 0),
                     10 * MINUTE);
}
END_TEST

/* The other provider may have been out of order for a moment only. */
START_TEST(two_providers_never_wait_for_a_person)
{
    edge_state_t state = {0};

    count_failure(&state, 2, ACME_RETRY_BACKOFF, 0);
    ck_assert_int_eq(count_failure(&state, 2, ACME_RETRY_PERSON, 0), DAY);
}
END_TEST

START_TEST(retry_after_wins)
{
    edge_state_t state = {0};
    edge_failure_t one = failure(ACME_RETRY_BACKOFF, SCENE_NOW + 2 * DAY);

    edge_tally_failed(&state, &one, 1, LIFETIME, SCENE_NOW, 0);
    ck_assert_int_eq(state.next_attempt, SCENE_NOW + 2 * DAY);
}
END_TEST

START_TEST(a_refusal_waits_for_the_day)
{
    edge_state_t state = {0};
    ae_error_t error;

    ae_error_set(&error, AE_EMISMATCH, "not of this key");
    edge_tally_refused(&state, EDGE_CAUSE_NOT_DEPLOYED, &error,
                       SCENE_NOW - MINUTE, 0, SCENE_NOW, 0);
    ck_assert_uint_eq(state.attempts, 1);
    ck_assert_int_eq(state.next_attempt, SCENE_NOW + DAY);
    ck_assert_str_eq(state.error.what, "not of this key");
    ck_assert_int_eq(state.cause, EDGE_CAUSE_NOT_DEPLOYED);
}
END_TEST

/* It is known to be counted by not being newer. */
START_TEST(a_refusal_in_the_future_counts_once)
{
    edge_state_t state = {0};
    ae_error_t error;

    ae_error_set(&error, AE_EMISMATCH, "not of this key");
    edge_tally_refused(&state, EDGE_CAUSE_NOT_DEPLOYED, &error,
                       SCENE_NOW + DAY, 0, SCENE_NOW, 0);
    ck_assert_int_ge(state.last_sign_at, SCENE_NOW + DAY);
}
END_TEST

START_TEST(success_forgets_failures)
{
    edge_state_t state = {0};
    ae_cert_facts_t facts = {0};
    edge_span_t third = {0, 33};

    facts.serial = "2a";
    facts.not_before = SCENE_NOW;
    facts.not_after = SCENE_NOW + LIFETIME;
    strcpy(state.fingerprint, "f");
    count_failure(&state, 2, ACME_RETRY_BACKOFF, 0);
    edge_tally_issued(&state, &facts, third, SCENE_NOW + MINUTE, 0);
    ck_assert_uint_eq(state.attempts, 0);
    ck_assert_uint_eq(state.provider, 0);
    ck_assert_int_eq(state.next_attempt, 0);
    ck_assert_int_eq(state.error.status, 0);
    ck_assert_int_eq(state.last_sign_at, SCENE_NOW + MINUTE);
    ck_assert_int_eq(state.last_sign_ok, 1);
    ck_assert_int_eq(state.succeeded_at, SCENE_NOW + MINUTE);
    ck_assert_str_eq(state.renew_serial, "2a");
    ck_assert_str_eq(state.fingerprint, "f");
    ck_assert_int_ge(state.renew_at, SCENE_NOW + 60 * DAY);
    ck_assert_int_le(state.renew_at, SCENE_NOW + 61 * DAY);
}
END_TEST

/* RFC 8555 section 6.6: another provider's failure is no end of a pause. */
START_TEST(each_provider_is_left_alone_as_it_said)
{
    edge_failure_t limited = failure(ACME_RETRY_BACKOFF, SCENE_NOW + 7 * DAY);
    edge_failure_t down = failure(ACME_RETRY_BACKOFF, 0);
    edge_state_t state = {0};

    edge_tally_failed(&state, &limited, 2, 0, SCENE_NOW, 0);
    ck_assert_int_eq(state.next_attempt, SCENE_NOW);
    /* The one that is only down does not wait for the other. */
    edge_tally_failed(&state, &down, 2, 0, SCENE_NOW, 0);
    ck_assert_int_eq(state.next_attempt, SCENE_NOW + MINUTE);
    ck_assert_int_eq(edge_tally_quiet(&state, 0), SCENE_NOW + 7 * DAY);
    ck_assert_int_eq(edge_tally_quiet(&state, 1), 0);
    edge_tally_forget(&state, "x");
    ck_assert_int_eq(edge_tally_quiet(&state, 0), 0);
}
END_TEST

static edge_state_t failed_now(const char *step)
{
    edge_failure_t one = failure(ACME_RETRY_BACKOFF, SCENE_NOW + 7 * DAY);
    edge_state_t state = {0};

    strcpy(one.step, step);
    edge_tally_failed(&state, &one, 1, 0, SCENE_NOW, 0);
    return state;
}

START_TEST(a_clock_set_back)
{
    edge_state_t state = failed_now("order");

    ck_assert_int_eq(edge_tally_rebase(&state, SCENE_NOW), 0);
    ck_assert_int_eq(edge_tally_rebase(&state, SCENE_NOW + DAY), 0);
    ck_assert_int_eq(state.next_attempt, SCENE_NOW + 7 * DAY);
    ck_assert_int_eq(edge_tally_rebase(&state, SCENE_NOW - 365 * DAY), 1);
    ck_assert_int_eq(state.next_attempt, SCENE_NOW - 358 * DAY);
    ck_assert_int_eq(edge_tally_quiet(&state, 0), SCENE_NOW - 358 * DAY);
    ck_assert_int_eq(edge_tally_rebase(&state, SCENE_NOW - 365 * DAY), 0);
}
END_TEST

/* A refusal keeps its moment, or it would be counted again. */
START_TEST(a_clock_set_back_after_a_refusal)
{
    edge_state_t state = {0};
    ae_error_t error;

    ae_error_set(&error, AE_EMISMATCH, "the set is another one");
    edge_tally_refused(&state, EDGE_CAUSE_NOT_DEPLOYED, &error, SCENE_NOW, 0,
                       SCENE_NOW, 0);
    ck_assert_int_eq(edge_tally_rebase(&state, SCENE_NOW - 100 * DAY), 1);
    ck_assert_int_eq(state.last_sign_at, SCENE_NOW);
    ck_assert_int_le(state.next_attempt, SCENE_NOW - 98 * DAY);
    ck_assert_int_eq(edge_tally_rebase(&state, SCENE_NOW - 100 * DAY), 0);
}
END_TEST

Suite *suite_edge_tally(void);

Suite *suite_edge_tally(void)
{
    Suite *suite = suite_create("edge_tally");
    TCase *tc = tcase_create("tally");

    tcase_add_checked_fixture(tc, scene_setup, t_teardown);
    tcase_add_test(tc, one_ten_hundred_minutes_then_daily);
    tcase_add_test(tc, what_is_remembered);
    tcase_add_test(tc, a_person_is_waited_for);
    tcase_add_test(tc, the_next_provider_is_tried_at_once);
    tcase_add_test(tc, a_rung_of_the_ladder_for_each_round);
    tcase_add_test(tc, two_providers_never_wait_for_a_person);
    tcase_add_test(tc, retry_after_wins);
    tcase_add_test(tc, a_refusal_waits_for_the_day);
    tcase_add_test(tc, a_refusal_in_the_future_counts_once);
    tcase_add_test(tc, success_forgets_failures);
    tcase_add_test(tc, each_provider_is_left_alone_as_it_said);
    tcase_add_test(tc, a_clock_set_back);
    tcase_add_test(tc, a_clock_set_back_after_a_refusal);
    suite_add_tcase(suite, tc);
    return suite;
}
