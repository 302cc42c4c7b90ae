#include "acme_errand.h"
#include "ae_json.h"
#include "fixture.h"
#include "scripted_drive.h"
#include "support.h"

#include <apr_strings.h>
#include <check.h>
#include <string.h>

/* RFC 8555 section 7.6, and what all errands have in common. */

static drive_t *drive;
static const unsigned char der[] = {0x30, 0x82, 0xfb, 0xff};

static void set_up(void)
{
    t_setup();
    drive = drive_make();
}

static int add(acme_reason_t reason, const ae_key_t *key)
{
    const ae_bytes_t bytes = {der, sizeof(der)};
    acme_errand_t *errand;

    ck_assert_int_eq(acme_errand_revoke(&errand, drive->session, bytes, reason,
                                        key, t_pool),
                     APR_SUCCESS);
    return drive_add_errand(drive, errand);
}

static const drive_order_t *run(const ae_key_t *key)
{
    int index = add(ACME_REASON_SUPERSEDED, key);

    drive_run(drive);
    ck_assert_msg(drive->ca->violation == NULL, "%s", drive->ca->violation);
    return &drive->orders[index];
}

static void check_done(const drive_order_t *one, int before)
{
    ck_assert_msg(one->ended && one->end == ACME_DONE, "%s: %s", one->err.what,
                  one->err.why);
    ck_assert_int_eq(acme_errand_was_done(one->errand), before);
}

static const acme_failure_t *check_failed(const drive_order_t *one,
                                          const char *why, const char *next)
{
    ck_assert(one->ended && one->end == ACME_FAILED);
    ck_assert_str_eq(one->err.what, "The certificate was not revoked");
    ck_assert_msg(strstr(one->err.why, why) != NULL, "%s", one->err.why);
    ck_assert_msg(strstr(one->err.next, next) != NULL, "%s", one->err.next);
    return acme_errand_failure(one->errand);
}

START_TEST(test_revoked_by_the_account)
{
    const drive_order_t *one = run(NULL);

    check_done(one, 0);
    ck_assert_str_eq(acme_errand_step(one->errand), "revokeCert");
    ck_assert_str_eq(ae_json_print(drive->ca->revoked, t_pool),
                     "{\"certificate\":\"MIL7_w\",\"reason\":4}");
    ck_assert_uint_eq(ca_count(drive->ca, "newAccount"), 1);
}
END_TEST

/* The account plays no part, and none is opened. */
START_TEST(test_revoked_by_the_key_of_the_certificate)
{
    static const char *const keys[] = {"key_rsa2048.pem", "key_p256.pem",
                                       "key_p384.pem"};
    size_t i;

    for (i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
        t_teardown();
        set_up();
        drive->ca->foreign = 1;
        drive->ca->cert_key = t_key(keys[i]);
        check_done(run(drive->ca->cert_key), 0);
        ck_assert_uint_eq(ca_count(drive->ca, "newAccount"), 0);
        ck_assert_uint_eq(ca_count(drive->ca, "revokeCert"), 1);
    }
}
END_TEST

START_TEST(test_what_is_revoked_already_is_done)
{
    check_done(run(NULL), 0);
    check_done(run(NULL), 1);
    ck_assert_uint_eq(ca_count(drive->ca, "revokeCert"), 2);
}
END_TEST

START_TEST(test_refused_by_the_ca)
{
    const acme_failure_t *failure;

    drive->ca->foreign = 1;
    failure = check_failed(run(NULL), "not of this account", "");
    ck_assert_str_eq(failure->step, "revokeCert");
    ck_assert_int_eq(failure->problem->kind, ACME_PROBLEM_UNAUTHORIZED);
}
END_TEST

START_TEST(test_a_ca_without_revocation)
{
    drive->ca->no_revoke = 1;
    ck_assert_int_eq(
        check_failed(run(NULL), "names no revokeCert", "Ask the CA")->retry,
        ACME_RETRY_PERSON);
    ck_assert_uint_eq(ca_count(drive->ca, "revokeCert"), 0);
}
END_TEST

static void spoil(const char *step, ca_fault_t fault)
{
    fault.step = step;
    fault.nth = 1;
    ca_spoil(drive->ca, fault);
}

/* RFC 8555 section 6.5 */
START_TEST(test_bad_nonces)
{
    spoil("revokeCert",
          (ca_fault_t){.times = 3,
                       .code = 400,
                       .body = "{\"type\":\"urn:ietf:params:acme:error:"
                               "badNonce\"}"});
    check_done(run(NULL), 0);
    ck_assert_uint_eq(ca_count(drive->ca, "revokeCert"), 4);
}
END_TEST

START_TEST(test_no_answer)
{
    const acme_failure_t *failure;

    spoil("revokeCert", (ca_fault_t){.status = APR_ECONNRESET});
    failure = check_failed(run(NULL), "Connection reset", "");
    ck_assert_int_eq(failure->obstacle, ACME_OBSTACLE_TRANSPORT);
    ck_assert_int_eq(failure->retry, ACME_RETRY_BACKOFF);
    check_done(run(NULL), 0);
}
END_TEST

/* RFC 8555 section 6.6 */
START_TEST(test_the_moment_of_the_ca_is_told)
{
    const acme_failure_t *failure;

    spoil("revokeCert",
          (ca_fault_t){.code = 429,
                       .retry_after = "120",
                       .body = "{\"type\":\"urn:ietf:params:acme:error:"
                               "rateLimited\"}"});
    failure = check_failed(run(NULL), "", "");
    ck_assert_int_eq(failure->retry_after,
                     drive->now + apr_time_from_sec(120));
}
END_TEST

START_TEST(test_an_account_that_is_lost_is_made_anew)
{
    check_done(run(NULL), 0);
    drive->ca->revoked = NULL;
    drive->ca->forget_account = 1;
    check_done(run(NULL), 0);
    ck_assert_uint_eq(ca_count(drive->ca, "newAccount"), 2);
}
END_TEST

static void fail_directory(const char *retry_after)
{
    spoil("directory", (ca_fault_t){.code = 503,
                                    .retry_after = retry_after,
                                    .body = "{\"detail\":\"busy\"}"});
    ck_assert_int_eq(run(NULL)->end, ACME_FAILED);
}

START_TEST(test_a_short_pause_is_waited_for)
{
    apr_time_t paused = 0;

    fail_directory("600");
    paused = acme_session_paused_until(drive->session, drive->now);
    check_done(run(NULL), 0);
    ck_assert_int_ge(drive->now, paused);
}
END_TEST

START_TEST(test_a_long_pause_is_not)
{
    apr_time_t begun;
    const acme_failure_t *failure;

    fail_directory("3600");
    begun = drive->now;
    failure = check_failed(run(NULL), "left alone until", "Try again then");
    ck_assert_int_eq(failure->retry_after,
                     acme_session_paused_until(drive->session, drive->now));
    ck_assert_int_eq(drive->now, begun);
    ck_assert_uint_eq(drive->ca->requests, 1);
}
END_TEST

/* What the account is refused for is no matter to the certificate's key. */
START_TEST(test_the_key_where_no_account_can_be_opened)
{
    drive->config.terms_accepted = 0;
    ck_assert_int_eq(
        acme_session_create(&drive->session, &drive->config, t_pool),
        APR_SUCCESS);
    ck_assert_ptr_nonnull(strstr(run(NULL)->err.why, "terms of service"));
    drive->ca->cert_key = t_key("key_p256.pem");
    check_done(run(drive->ca->cert_key), 0);
    ck_assert_uint_eq(ca_count(drive->ca, "newAccount"), 0);
}
END_TEST

START_TEST(test_beside_orders)
{
    int i;

    for (i = 0; i < 4; i++) {
        drive_add(drive,
                  t_names(apr_psprintf(t_pool, "n%d.example", i), NULL));
    }
    check_done(run(NULL), 0);
    for (i = 0; i < 4; i++) {
        drive_check_done(drive, i);
    }
    ck_assert_uint_eq(ca_count(drive->ca, "newAccount"), 1);
}
END_TEST

/* It may carry what the session needs: others go on without it. */
START_TEST(test_killed_after_each_reply)
{
    unsigned replies;

    for (replies = 0; replies < 4; replies++) {
        t_teardown();
        set_up();
        add(ACME_REASON_SUPERSEDED, NULL);
        drive_until(drive, replies);
        drive_ask(drive);
        drive_kill(drive, 0);
        drive_add(drive, t_names("a.example", NULL));
        check_done(run(NULL), 0);
        drive_check_done(drive, 1);
    }
}
END_TEST

/* Damaged answers end it in some way, and soon. */
START_TEST(test_damaged_answers)
{
    unsigned seed;

    for (seed = 1; seed <= 200; seed++) {
        t_teardown();
        set_up();
        drive->ca->mangle = seed;
        add(ACME_REASON_SUPERSEDED, NULL);
        drive_run(drive);
        ck_assert(drive->orders[0].ended);
    }
}
END_TEST

Suite *suite_acme_errand(void);

Suite *suite_acme_errand(void)
{
    Suite *suite = suite_create("acme_errand");
    TCase *tc = tcase_create("errand");

    tcase_add_checked_fixture(tc, set_up, t_teardown);
    tcase_add_test(tc, test_revoked_by_the_account);
    tcase_add_test(tc, test_revoked_by_the_key_of_the_certificate);
    tcase_add_test(tc, test_what_is_revoked_already_is_done);
    tcase_add_test(tc, test_refused_by_the_ca);
    tcase_add_test(tc, test_a_ca_without_revocation);
    tcase_add_test(tc, test_bad_nonces);
    tcase_add_test(tc, test_no_answer);
    tcase_add_test(tc, test_the_moment_of_the_ca_is_told);
    tcase_add_test(tc, test_an_account_that_is_lost_is_made_anew);
    tcase_add_test(tc, test_a_short_pause_is_waited_for);
    tcase_add_test(tc, test_a_long_pause_is_not);
    tcase_add_test(tc, test_the_key_where_no_account_can_be_opened);
    tcase_add_test(tc, test_beside_orders);
    tcase_add_test(tc, test_killed_after_each_reply);
    tcase_add_test(tc, test_damaged_answers);
    suite_add_tcase(suite, tc);
    return suite;
}
