#include "acme_engine.h"
#include "ae_json.h"
#include "fixture.h"
#include "scripted_drive.h"
#include "support.h"

#include <apr_strings.h>
#include <check.h>
#include <string.h>

/* What all orders of a session share: nonces, pauses, what survives. */

#define URN "urn:ietf:params:acme:error:"
#define PROBLEM(word) "{\"type\":\"" URN word "\",\"detail\":\"CA's words\"}"

static drive_t *drive;

static void set_up(void)
{
    t_setup();
    drive = drive_make();
    drive->ca->issue_polls = 1;
}

static const apr_array_header_t *name(int i)
{
    return t_names(apr_psprintf(t_pool, "n%d.example", i), NULL);
}

static const acme_failure_t *fails(void)
{
    drive_one(drive, name(drive->count));
    return drive_check_failed(drive, drive->count - 1);
}

/* -- RFC 8555 section 6.5: nonces, and how few requests there are -- */

START_TEST(test_seven_requests_for_the_next_certificate)
{
    drive_one(drive, name(0));
    ck_assert_uint_eq(drive->ca->requests, 10);
    drive_one(drive, name(1));
    drive_check_done(drive, 1);
    ck_assert_uint_eq(drive->ca->requests, 17);
}
END_TEST

START_TEST(test_saved_account_is_not_asked_for_again)
{
    drive_one(drive, name(0));
    drive_new_session(drive);
    ck_assert_str_eq(acme_session_account_url(drive->session),
                     "https://ca.test/account/1");
    drive_one(drive, name(1));
    drive_check_done(drive, 1);
    ck_assert_uint_eq(ca_count(drive->ca, "newAccount"), 1);
    ck_assert_uint_eq(ca_count(drive->ca, "directory"), 2);
}
END_TEST

START_TEST(test_fifty_orders_share_a_session)
{
    int i;

    for (i = 0; i < 50; i++) {
        drive_add(drive, name(i));
    }
    drive_run(drive);
    for (i = 0; i < 50; i++) {
        drive_check_done(drive, i);
    }
    ck_assert_uint_eq(ca_count(drive->ca, "directory"), 1);
    ck_assert_uint_eq(ca_count(drive->ca, "newAccount"), 1);
    ck_assert_uint_le(ca_count(drive->ca, "newNonce"), 10);
    ck_assert_uint_eq(ca_count(drive->ca, "newOrder"), 50);
    ck_assert_uint_le(drive->in_flight_max, 10);
    ck_assert_uint_gt(drive->in_flight_max, 5);
    ck_assert_uint_le(drive->ca->requests, 2 + 10 + 50 * 7);
    /* 350 exchanges of 50 ms, ten at a time, and two polls */
    ck_assert_int_lt(drive->now - DRIVE_EPOCH, apr_time_from_sec(15));
}
END_TEST

START_TEST(test_many_orders_at_a_slow_ca)
{
    int i;

    drive->latency = apr_time_from_sec(5);
    for (i = 0; i < 20; i++) {
        drive_add(drive, name(i));
    }
    drive_run(drive);
    for (i = 0; i < 20; i++) {
        drive_check_done(drive, i);
    }
    ck_assert_uint_le(ca_count(drive->ca, "newNonce"), 10);
    ck_assert_uint_le(drive->in_flight_max, 10);
}
END_TEST

/* Nobody waits long for the nonce that somebody else's slow exchange holds. */
START_TEST(test_a_slow_exchange_holds_nobody)
{
    apr_time_t begun;
    int quick;

    drive_one(drive, name(0));
    drive_add(drive, name(1));
    drive->latency = apr_time_from_sec(30);
    drive_ask(drive);
    drive->latency = apr_time_from_msec(50);
    begun = drive->now;
    quick = drive_add(drive, name(2));
    for (drive_ask(drive); !drive->orders[quick].ended; drive_ask(drive)) {
        drive_step(drive);
    }
    drive_check_done(drive, quick);
    ck_assert_int_lt(drive->now - begun, apr_time_from_sec(5));
    ck_assert_uint_eq(ca_count(drive->ca, "newNonce"), 2);
}
END_TEST

/* -- pauses -- */

START_TEST(test_a_failed_step_pauses_for_a_minute)
{
    int waiting;
    apr_time_t begun = drive->now;

    ca_spoil(drive->ca, (ca_fault_t){.step = "directory",
                                     .nth = 1,
                                     .status = APR_ECONNREFUSED});
    (void)fails();
    ck_assert_int_eq(acme_session_paused_until(drive->session, drive->now),
                     drive->now + apr_time_from_sec(60));
    waiting = drive_add(drive, name(1));
    drive_run(drive);
    drive_check_done(drive, waiting);
    ck_assert_int_ge(drive->now, begun + apr_time_from_sec(60));
    ck_assert_int_eq(acme_session_paused_until(drive->session, drive->now), 0);
}
END_TEST

START_TEST(test_all_that_wait_fail_with_the_same_words)
{
    int i;

    for (i = 0; i < 5; i++) {
        drive_add(drive, name(i));
    }
    ca_spoil(drive->ca, (ca_fault_t){.step = "newAccount",
                                     .nth = 1,
                                     .code = 429,
                                     .body = PROBLEM("rateLimited"),
                                     .retry_after = "3600"});
    drive_run(drive);
    for (i = 0; i < 5; i++) {
        const acme_failure_t *failure = drive_check_failed(drive, i);
        ck_assert_str_eq(failure->step, "newAccount");
        ck_assert_int_eq(failure->problem->kind, ACME_PROBLEM_RATE_LIMITED);
        ck_assert_int_eq(failure->retry_after,
                         drive->now + apr_time_from_sec(3600));
        ck_assert_str_eq(drive->orders[i].err.why, drive->orders[0].err.why);
    }
    ck_assert_uint_eq(ca_count(drive->ca, "newAccount"), 1);
}
END_TEST

START_TEST(test_a_pause_survives_a_restart)
{
    apr_time_t until;
    int order;

    ca_spoil(drive->ca, (ca_fault_t){.step = "newAccount",
                                     .nth = 1,
                                     .code = 503,
                                     .body = PROBLEM("serverInternal"),
                                     .retry_after = "7200"});
    (void)fails();
    until = drive->now + apr_time_from_sec(7200);
    drive_new_session(drive);
    ck_assert_int_ge(acme_session_paused_until(drive->session, drive->now),
                     until);
    order = drive_add(drive, name(1));
    drive_until(drive, drive->replies + 1);
    ck_assert_int_ge(drive->now, until);
    drive_run(drive);
    drive_check_done(drive, order);
}
END_TEST

/* An order that is under way needs nothing from the session but nonces. */
START_TEST(test_a_pause_does_not_stop_what_is_under_way)
{
    int i, failed = 0;

    drive->ca->validate_polls = 3;
    drive_add(drive, name(0));
    drive_to_poll(drive, 0);
    ca_spoil(drive->ca, (ca_fault_t){.step = "newNonce",
                                     .nth = 2,
                                     .times = 10,
                                     .code = 503,
                                     .body = PROBLEM("serverInternal"),
                                     .retry_after = "600"});
    for (i = 1; i < 10; i++) {
        drive_add(drive, name(i));
    }
    drive_run(drive);
    drive_check_done(drive, 0);
    for (i = 1; i < 10; i++) {
        failed += drive->orders[i].end == ACME_FAILED &&
                  !strcmp(drive_check_failed(drive, i)->step, "newNonce");
    }
    ck_assert_int_gt(failed, 0);
}
END_TEST

/* It waits for the end of the pause where it needs a nonce. */
START_TEST(test_a_pause_when_the_nonces_are_gone)
{
    drive->ca->validate_polls = 1;
    ca_spoil(
        drive->ca,
        (ca_fault_t){.step = "challenge", .nth = 1, .done = 1, .no_nonce = 1});
    drive_add(drive, name(0));
    drive_to_poll(drive, 0);
    ca_spoil(drive->ca, (ca_fault_t){.step = "newNonce",
                                     .nth = 2,
                                     .code = 503,
                                     .body = PROBLEM("serverInternal"),
                                     .retry_after = "600",
                                     .no_nonce = 1});
    drive_add(drive, name(1));
    drive_run(drive);
    ck_assert_str_eq(drive_check_failed(drive, 1)->step, "newNonce");
    drive_check_done(drive, 0);
    ck_assert_int_gt(drive->now - DRIVE_EPOCH, apr_time_from_sec(600));
}
END_TEST

/* For a long pause it gives its place to others, and keeps its order. */
START_TEST(test_a_long_pause_when_the_nonces_are_gone)
{
    const acme_failure_t *failure;

    drive->ca->validate_polls = 1;
    ca_spoil(
        drive->ca,
        (ca_fault_t){.step = "challenge", .nth = 1, .done = 1, .no_nonce = 1});
    drive_add(drive, name(0));
    drive_to_poll(drive, 0);
    ca_spoil(drive->ca, (ca_fault_t){.step = "newNonce",
                                     .nth = 2,
                                     .code = 503,
                                     .body = PROBLEM("serverInternal"),
                                     .retry_after = "86400",
                                     .no_nonce = 1});
    drive_add(drive, name(1));
    drive_run(drive);
    failure = drive_check_failed(drive, 0);
    ck_assert_int_eq(failure->order_lost, 0);
    ck_assert_int_eq(failure->retry_after,
                     acme_session_paused_until(drive->session, drive->now));
    ck_assert_ptr_nonnull(strstr(drive->orders[0].err.why, "left alone"));
    ck_assert_int_lt(drive->now - DRIVE_EPOCH, apr_time_from_sec(60));
}
END_TEST

/* Nobody asks a dead CA every minute for all its orders. */
START_TEST(test_pauses_grow)
{
    static const int pauses[] = {60, 600, 6000, 6000};
    size_t i;

    ca_spoil(drive->ca, (ca_fault_t){.step = "directory",
                                     .nth = 1,
                                     .times = 4,
                                     .status = APR_ECONNREFUSED});
    for (i = 0; i < sizeof(pauses) / sizeof(pauses[0]); i++) {
        (void)fails();
        ck_assert_int_eq(acme_session_paused_until(drive->session, drive->now),
                         drive->now + apr_time_from_sec(pauses[i]));
    }
    drive_one(drive, name(10));
    drive_check_done(drive, drive->count - 1);
}
END_TEST

/* What the CA refuses for good it refuses to all orders, and is not asked by
 * each. */
START_TEST(test_a_refusal_is_the_answer_to_all)
{
    int i;

    ca_spoil(drive->ca, (ca_fault_t){.step = "newAccount",
                                     .nth = 1,
                                     .times = 2,
                                     .code = 400,
                                     .body = PROBLEM("invalidContact")});
    for (i = 0; i < 5; i++) {
        ck_assert_int_eq(fails()->retry, ACME_RETRY_DAILY);
        ck_assert_str_eq(drive->orders[i].err.why, drive->orders[0].err.why);
    }
    ck_assert_uint_eq(ca_count(drive->ca, "newAccount"), 1);
    drive->now += apr_time_from_sec(3 * 3600);
    (void)fails();
    ck_assert_uint_eq(ca_count(drive->ca, "newAccount"), 2);
    /* A restart is how somebody says that it was mended. */
    drive_new_session(drive);
    drive_one(drive, name(9));
    drive_check_done(drive, drive->count - 1);
}
END_TEST

START_TEST(test_a_pause_when_the_clock_is_set_back)
{
    const apr_interval_time_t year = apr_time_from_sec(365 * 86400);
    apr_time_t until;

    ca_spoil(drive->ca, (ca_fault_t){.step = "newAccount",
                                     .nth = 1,
                                     .code = 503,
                                     .body = PROBLEM("serverInternal"),
                                     .retry_after = "3600"});
    (void)fails();
    until = acme_session_paused_until(drive->session, drive->now);
    drive->now -= year;
    ck_assert_int_eq(acme_session_paused_until(drive->session, drive->now),
                     until - year);
    /* A session that is loaded cannot know how long it was to be. */
    drive->now -= year;
    drive_new_session(drive);
    drive->now -= year;
    ck_assert_int_eq(acme_session_paused_until(drive->session, drive->now), 0);
}
END_TEST

START_TEST(test_many_orders_when_the_account_is_lost)
{
    int i;

    drive_one(drive, name(0));
    drive->ca->accounts = 2; /* it knows the key by another one */
    for (i = 1; i < 12; i++) {
        drive_add(drive, name(i));
    }
    drive_run(drive);
    for (i = 1; i < 12; i++) {
        drive_check_done(drive, i);
    }
    ck_assert_uint_eq(ca_count(drive->ca, "newAccount"), 2);
}
END_TEST

START_TEST(test_an_order_that_goes_takes_its_requests_along)
{
    int waiting, replies;

    for (replies = 0; replies < 3; replies++) {
        drive = drive_make();
        drive_add(drive, name(0));
        waiting = drive_add(drive, name(1));
        drive_until(drive, (unsigned)replies);
        /* the directory, the nonce or the account is on the wire now */
        drive_ask(drive);
        drive_kill(drive, 0);
        drive_run(drive);
        drive_check_done(drive, waiting);
    }
}
END_TEST

/* -- what survives -- */

static const char *thumbprint(void)
{
    const char *words;
    ae_error_t err;

    ck_assert_int_eq(acme_session_thumbprint(&words, drive->session, &err),
                     APR_SUCCESS);
    return words;
}

START_TEST(test_save_tells_what_must_survive)
{
    unsigned revision = acme_session_revision(drive->session);

    drive_one(drive, name(0));
    ck_assert_uint_gt(acme_session_revision(drive->session), revision);
    ck_assert_str_eq(
        ae_json_print(acme_session_save(drive->session, t_pool), t_pool),
        apr_pstrcat(t_pool,
                    "{\"account\":\"https://ca.test/account/1\","
                    "\"contact\":[\"mailto:admin@example.org\"],"
                    "\"directory\":\"" CA_DIRECTORY "\",\"key\":\"",
                    thumbprint(), "\",\"terms\":\"https://ca.test/terms\"}",
                    NULL));
}
END_TEST

/* The key was moved away, or restored from a backup: an account of another one
 * would have each request refused. */
START_TEST(test_account_of_another_key_is_not_taken)
{
    json_t *saved = ae_json_keep(
        json_pack("{s:s,s:s,s:s}", "directory", CA_DIRECTORY, "account",
                  "https://ca.test/account/9", "key", "of another"),
        t_pool);

    acme_session_load(drive->session, saved);
    ck_assert_ptr_null(acme_session_account_url(drive->session));
    json_object_set_new(saved, "key", json_string(thumbprint()));
    acme_session_load(drive->session, saved);
    ck_assert_str_eq(acme_session_account_url(drive->session),
                     "https://ca.test/account/9");
}
END_TEST

START_TEST(test_account_of_another_ca_is_not_taken)
{
    json_t *saved = ae_json_keep(json_pack("{s:s,s:s}", "directory",
                                           "https://other.test/dir", "account",
                                           "https://other.test/account/9"),
                                 t_pool);

    acme_session_load(drive->session, saved);
    ck_assert_ptr_null(acme_session_account_url(drive->session));
}
END_TEST

START_TEST(test_damaged_state_is_ignored)
{
    static const char *const damaged[] = {
        "{}", "{\"directory\":7}",
        "{\"directory\":\"" CA_DIRECTORY "\",\"account\":\"http://x/\","
        "\"pausedUntil\":\"soon\",\"terms\":[]}",
        "{\"directory\":\"" CA_DIRECTORY "\",\"account\":null}"};
    size_t i;

    for (i = 0; i < sizeof(damaged) / sizeof(damaged[0]); i++) {
        acme_session_load(
            drive->session,
            ae_json_keep(json_loads(damaged[i], 0, NULL), t_pool));
    }
    ck_assert_ptr_null(acme_session_account_url(drive->session));
    ck_assert_int_eq(acme_session_paused_until(drive->session, drive->now), 0);
    drive_one(drive, name(0));
    drive_check_done(drive, 0);
}
END_TEST

Suite *suite_acme_session(void)
{
    Suite *suite = suite_create("acme_session");
    TCase *tc = tcase_create("session");

    tcase_add_checked_fixture(tc, set_up, t_teardown);
    tcase_set_timeout(tc, 60);
    tcase_add_test(tc, test_seven_requests_for_the_next_certificate);
    tcase_add_test(tc, test_saved_account_is_not_asked_for_again);
    tcase_add_test(tc, test_fifty_orders_share_a_session);
    tcase_add_test(tc, test_many_orders_at_a_slow_ca);
    tcase_add_test(tc, test_a_slow_exchange_holds_nobody);
    tcase_add_test(tc, test_a_failed_step_pauses_for_a_minute);
    tcase_add_test(tc, test_all_that_wait_fail_with_the_same_words);
    tcase_add_test(tc, test_a_pause_survives_a_restart);
    tcase_add_test(tc, test_a_pause_does_not_stop_what_is_under_way);
    tcase_add_test(tc, test_a_pause_when_the_nonces_are_gone);
    tcase_add_test(tc, test_a_long_pause_when_the_nonces_are_gone);
    tcase_add_test(tc, test_pauses_grow);
    tcase_add_test(tc, test_a_refusal_is_the_answer_to_all);
    tcase_add_test(tc, test_a_pause_when_the_clock_is_set_back);
    tcase_add_test(tc, test_many_orders_when_the_account_is_lost);
    tcase_add_test(tc, test_an_order_that_goes_takes_its_requests_along);
    tcase_add_test(tc, test_save_tells_what_must_survive);
    tcase_add_test(tc, test_account_of_another_ca_is_not_taken);
    tcase_add_test(tc, test_account_of_another_key_is_not_taken);
    tcase_add_test(tc, test_damaged_state_is_ignored);
    suite_add_tcase(suite, tc);
    return suite;
}
