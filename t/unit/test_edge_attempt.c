/* What becomes of an attempt that fails: when the next comes, what is
 * kept, what is said. */

#include "ae_time.h"
#include "edge_world.h"
#include "support.h"

#include <apr_strings.h>
#include <check.h>
#include <string.h>

static world_t *w;

static const edge_status_t *status(void)
{
    return &w->statuses[0];
}

static unsigned orders(void)
{
    return ca_count(w->ca, "newOrder");
}

static void break_newly(unsigned nth, unsigned times)
{
    world_spoil("newOrder", nth, times, 500, "serverInternal", NULL);
}

/* --- failures ------------------------------------------------------------ */

static const apr_interval_time_t ladder[] = {MINUTE, 10 * MINUTE, 100 * MINUTE,
                                             DAY, DAY};

START_TEST(one_ten_hundred_minutes_then_daily)
{
    static const apr_uint32_t draws[] = {0, 0x80000000u, 0xffffffffu};
    int i;

    w = world_begin("a.example", "ca");
    w->random = draws[_i];
    break_newly(1, 5);
    for (i = 0; i < 5; i++) {
        apr_time_t failed;

        world_run_until(0, EDGE_PHASE_FAILING, SECOND);
        failed = status()->signed_at;
        ck_assert_uint_eq(orders(), (unsigned)i + 1);
        ck_assert_int_ge(status()->action_at, failed + ladder[i]);
        ck_assert_int_le(status()->action_at, failed + ladder[i] * 5 / 4);
        /* It is kept in the store. */
        world_restart();
        ck_assert_uint_eq(status()->attempts, (unsigned)i + 1);
        world_run(status()->action_at - 1 - w->now);
        ck_assert_uint_eq(orders(), (unsigned)i + 1);
        world_run(1);
    }
    world_run_until(0, EDGE_PHASE_STAGED, MINUTE);
    ck_assert_uint_eq(status()->attempts, 0);
}
END_TEST

START_TEST(a_failure_says_all)
{
    w = world_begin("a.example", "ca");
    break_newly(1, 1);
    world_run_until(0, EDGE_PHASE_FAILING, MINUTE);
    ck_assert_int_eq(scene_logged("error: AE040: a.example: "), 1);
    ck_assert_ptr_nonnull(strstr(scene_log_line("AE040"), "not today"));
    ck_assert_ptr_nonnull(
        strstr(scene_log_line("AE040"),
               apr_psprintf(t_pool, "next attempt %s",
                            ae_time_print(status()->action_at, t_pool))));
    ck_assert_ptr_nonnull(strstr(status()->signed_text, "newOrder: "));
    ck_assert_ptr_nonnull(strstr(status()->signed_text, "not today"));
    ck_assert_ptr_nonnull(strstr(status()->action_reason, "attempt 1 failed"));
}
END_TEST

/* With plenty of time left, it is a warning. */
START_TEST(a_failed_renewal_is_a_warning)
{
    w = world_begin("a.example", "ca");
    world_run_until(0, EDGE_PHASE_STAGED, MINUTE);
    world_deploy();
    break_newly(2, 10);
    world_run_until(0, EDGE_PHASE_FAILING, 70 * DAY);
    ck_assert_int_eq(scene_logged("warning: AE040: a.example: "), 1);
    world_run(40 * DAY);
    ck_assert_int_eq(status()->phase, EDGE_PHASE_STAGED);
}
END_TEST

START_TEST(an_expiry_is_an_error)
{
    w = world_begin("a.example", "ca");
    world_run_until(0, EDGE_PHASE_STAGED, MINUTE);
    world_deploy();
    break_newly(2, 1000);
    world_run_until(0, EDGE_PHASE_EXPIRED, 91 * DAY);
    ck_assert_int_eq(scene_logged("error: AE051: a.example: "), 1);
    ck_assert_int_ge(scene_logged("error: AE040: a.example: "), 1);
    world_run(DAY - MINUTE);
    ck_assert_int_eq(scene_logged("error: AE051: a.example: "), 1);
    world_run(2 * MINUTE);
    ck_assert_int_eq(scene_logged("error: AE051: a.example: "), 2);
}
END_TEST

/* RFC 8555 section 6.6 */
START_TEST(retry_after_over_all)
{
    w = world_begin("a.example", "ca");
    world_spoil("newOrder", 1, 1, 429, "rateLimited", "7200");
    world_run_until(0, EDGE_PHASE_FAILING, MINUTE);
    ck_assert_int_ge(status()->action_at, status()->signed_at + 120 * MINUTE);
    world_restart();
    world_run(119 * MINUTE);
    ck_assert_uint_eq(orders(), 1);
    world_run_until(0, EDGE_PHASE_STAGED, 3 * MINUTE);
}
END_TEST

START_TEST(what_cannot_mend_waits_for_the_day)
{
    w = world_begin("a.example", "ca");
    world_spoil("newOrder", 1, 1, 403, "rejectedIdentifier", NULL);
    world_run_until(0, EDGE_PHASE_FAILING, MINUTE);
    ck_assert_int_ge(status()->action_at, status()->signed_at + DAY);
}
END_TEST

START_TEST(a_person_must_act)
{
    w = world_begin("a.example", "ca");
    world_spoil("newAccount", 1, 1, 403, "userActionRequired", NULL);
    world_run_until(0, EDGE_PHASE_FAILING, MINUTE);
    ck_assert_int_eq(status()->action, EDGE_ACTION_NONE);
    ck_assert_int_eq(status()->action_at, 0);
    ck_assert_int_eq(scene_logged("error: AE041: a.example: "), 1);
    world_run(30 * DAY);
    ck_assert_uint_eq(ca_count(w->ca, "newAccount"), 1);
    /* Somebody did, and restarts. */
    world_restart();
    world_run_until(0, EDGE_PHASE_STAGED, MINUTE);
}
END_TEST

/* The server's own restarts are no act of a person. */
START_TEST(a_quick_restart_is_no_person)
{
    w = world_begin("a.example", "ca");
    world_spoil("newAccount", 1, 1, 403, "userActionRequired", NULL);
    world_run_until(0, EDGE_PHASE_FAILING, MINUTE);
    world_run(MINUTE);
    world_restart();
    world_run(DAY);
    ck_assert_uint_eq(ca_count(w->ca, "newAccount"), 1);
}
END_TEST

/* The CA looks more than once, also after the first success. */
START_TEST(tokens_stay_until_the_order_is_final)
{
    static const char *const steps[] = {"order", "finalize", "certificate"};
    int i;

    w = world_begin("a.example b.example", "ca");
    w->ca->validate_polls = 2;
    w->ca->issue_polls = 2;
    for (i = 0; i < 3; i++) {
        world_go_to(steps[i]);
        ck_assert_int_eq(scene_challenges_open(), 2);
    }
    world_run_until(0, EDGE_PHASE_STAGED, MINUTE);
    ck_assert_int_eq(scene_challenges_open(), 0);
}
END_TEST

/* RFC 8555 section 11.1: account keys and certificate keys differ. */
START_TEST(the_account_key_is_no_certificate_key)
{
    const edge_cert_t *cert;
    ae_key_t *account, *key;
    const char *jwks[2];
    ae_error_t err;

    w = world_begin("a.example", "ca");
    cert = APR_ARRAY_IDX(w->config.certs, 0, const edge_cert_t *);
    world_go_to("finalize");
    ck_assert_int_eq(
        edge_store_account_key(&account, w->config.store, "ca", &err, t_pool),
        APR_SUCCESS);
    ck_assert_int_eq(
        edge_store_order_key(&key, w->config.store, cert, &err, t_pool),
        APR_SUCCESS);
    ck_assert_int_eq(acme_jwk(&jwks[0], account, &err, t_pool), APR_SUCCESS);
    ck_assert_int_eq(acme_jwk(&jwks[1], key, &err, t_pool), APR_SUCCESS);
    ck_assert_str_ne(jwks[0], jwks[1]);
}
END_TEST

START_TEST(a_failed_validation_names_the_name)
{
    w = world_begin("a.example b.example", "ca");
    w->ca->bad_name = "b.example";
    w->ca->bad_problem =
        "{\"type\":\"urn:ietf:params:acme:error:unauthorized\","
        "\"detail\":\"it says 404\"}";
    world_run_until(0, EDGE_PHASE_FAILING, MINUTE);
    ck_assert_ptr_nonnull(strstr(status()->signed_text, "b.example"));
    ck_assert_ptr_nonnull(strstr(status()->signed_text, "it says 404"));
    /* The order is lost, its tokens go. */
    ck_assert_int_eq(scene_challenges_open(), 0);
    ck_assert_int_eq(ae_file_exists(scene_path("staging/a.example/order")), 0);
}
END_TEST

START_TEST(a_chain_of_other_names)
{
    w = world_begin("a.example b.example", "ca");
    w->other_names = "a.example";
    world_run_until(0, EDGE_PHASE_FAILING, MINUTE);
    ck_assert_int_eq(scene_logged("error: AE042: a.example: "), 1);
    ck_assert_ptr_nonnull(strstr(status()->signed_text, "b.example"));
    ck_assert_int_ge(status()->action_at, status()->signed_at + DAY);
    ck_assert_int_eq(ae_file_exists(scene_path("staging/a.example/set")), 0);
    world_run(DAY - MINUTE);
    ck_assert_uint_eq(orders(), 1);
}
END_TEST

START_TEST(a_full_challenge_store)
{
    w = world_begin("a.example", "ca");
    scene_challenges_break(1);
    world_run_until(0, EDGE_PHASE_FAILING, MINUTE);
    ck_assert_ptr_nonnull(
        strstr(status()->signed_text, "the challenge store is full"));
    ck_assert_uint_eq(ca_count(w->ca, "challenge"), 0);
    scene_challenges_break(0);
    world_run_until(0, EDGE_PHASE_STAGED, 2 * MINUTE);
    ck_assert_uint_eq(orders(), 1);
}
END_TEST

/* --- providers ----------------------------------------------------------- */

START_TEST(the_next_provider_at_once)
{
    w = world_begin("a.example", "dead ca");
    world_run_until(0, EDGE_PHASE_STAGED, MINUTE);
    ck_assert_int_eq(scene_logged("at once, with the next provider"), 1);
    ck_assert_int_eq(ae_file_exists(scene_path("accounts/ca/account.key")), 1);
    /* The first in the list is the first again. */
    ck_assert_str_eq(status()->provider, "dead");
}
END_TEST

START_TEST(after_a_round_the_ladder)
{
    w = world_begin("a.example", "dead gone");
    world_run(SECOND);
    ck_assert_uint_eq(status()->attempts, 2);
    ck_assert_int_ge(status()->action_at, status()->signed_at + MINUTE);
    ck_assert_int_le(status()->action_at,
                     status()->signed_at + 5 * MINUTE / 4);
}
END_TEST

START_TEST(another_provider_takes_no_order_over)
{
    w = world_begin("a.example", "ca dead");
    w->ca->validate_polls = 100;
    world_spoil("order", 2, 1, 500, "serverInternal", NULL);
    world_run_until(0, EDGE_PHASE_ORDERING, MINUTE);
    while (status()->attempts == 0) {
        world_run(SECOND);
    }
    world_run(10 * SECOND);
    ck_assert_uint_eq(status()->attempts, 2);
    ck_assert_int_eq(scene_challenges_open(), 0);
}
END_TEST

/* RFC 8555 section 6.6, also where another provider fails for other reasons,
 * and after a restart. */
START_TEST(retry_after_with_two_providers)
{
    w = world_begin("a.example", "ca dead");
    world_spoil("newOrder", 1, 1, 429, "rateLimited", "21600");
    world_run(60 * MINUTE);
    ck_assert_uint_ge(status()->attempts, 3);
    world_restart();
    world_run(240 * MINUTE);
    ck_assert_uint_eq(orders(), 1);
    world_run_until(0, EDGE_PHASE_STAGED, 2 * DAY);
}
END_TEST

/* --- many ---------------------------------------------------------------- */

/* RFC 8555 section 6.6: fifty orders meet a limit, and each asks once. */
START_TEST(fifty_meet_a_limit)
{
    int i;

    w = world_make(scene_many(50, "ca"));
    world_spoil("newOrder", 1, 50, 429, "rateLimited", "21600");
    world_start();
    world_run(MINUTE);
    ck_assert_uint_eq(orders(), 50);
    for (i = 0; i < 50; i++) {
        ck_assert_int_eq(w->statuses[i].phase, EDGE_PHASE_FAILING);
        ck_assert_int_ge(w->statuses[i].action_at,
                         w->statuses[i].signed_at + 360 * MINUTE);
    }
    world_restart();
    world_run(358 * MINUTE);
    ck_assert_uint_eq(orders(), 50);
    world_run(5 * MINUTE);
    for (i = 0; i < 50; i++) {
        ck_assert_int_eq(w->statuses[i].phase, EDGE_PHASE_STAGED);
    }
    ck_assert_uint_eq(orders(), 100);
}
END_TEST

/* A CA that is down for a day is asked by a thousand no more often than by
 * one, or nearly so. */
START_TEST(a_thousand_and_a_dead_ca)
{
    int i;

    w = world_make(scene_many(1000, "dead"));
    world_start();
    world_run(DAY);
    ck_assert_uint_ge(w->requests, 4);
    ck_assert_uint_le(w->requests, 20);
    for (i = 0; i < 1000; i++) {
        ck_assert_msg(w->statuses[i].attempts > 0 ||
                          strstr(w->statuses[i].action_reason, "left alone"),
                      "%s", w->statuses[i].action_reason);
    }
}
END_TEST

/* An account that the CA refuses is not asked for by each of many. */
START_TEST(many_and_a_refused_account)
{
    w = world_make(scene_many(60, "ca"));
    world_spoil("newAccount", 1, 10000, 400, "invalidContact", NULL);
    world_start();
    world_run(DAY - MINUTE);
    ck_assert_uint_eq(ca_count(w->ca, "newAccount"), 1);
    ck_assert_int_eq(scene_logged("error: AE040: host59.example: "), 1);
    world_run(3 * DAY);
    ck_assert_uint_le(ca_count(w->ca, "newAccount"), 1 + 3 * 4);
}
END_TEST

START_TEST(many_and_a_person)
{
    w = world_make(scene_many(60, "ca"));
    world_spoil("newAccount", 1, 10000, 403, "userActionRequired", NULL);
    world_start();
    world_run(30 * DAY);
    ck_assert_uint_eq(ca_count(w->ca, "newAccount"), 1);
    ck_assert_int_eq(scene_logged("error: AE041: "), 60);
}
END_TEST

/* A pause of one CA that a restart finds in the store is no reason for the
 * certificates of another one to wait. */
START_TEST(a_pause_holds_up_nobody_else)
{
    apr_array_header_t *certs = scene_many(60, "dead");
    unsigned asked;

    APR_ARRAY_PUSH(certs, const edge_cert_t *) = scene_cert("a.example", "ca");
    w = world_make(certs);
    w->config.certs = scene_many(1, "dead");
    world_start();
    world_run_until(0, EDGE_PHASE_FAILING, SECOND);
    world_stop();
    w->config.certs = certs;
    world_start();
    world_run_until(60, EDGE_PHASE_STAGED, 30 * SECOND);
    asked = w->requests;
    ck_assert_ptr_nonnull(strstr(w->statuses[59].action_reason, "left alone"));
    world_run(MINUTE);
    ck_assert_uint_gt(w->requests, asked);
}
END_TEST

/* A provider that is left alone is passed over where there is another. */
START_TEST(many_and_the_next_provider)
{
    int i;

    w = world_make(scene_many(60, "dead ca"));
    w->config.restarts_itself = 0;
    world_start();
    world_run(30 * SECOND);
    for (i = 0; i < 60; i++) {
        ck_assert_int_eq(w->statuses[i].phase, EDGE_PHASE_STAGED);
        ck_assert_str_eq(w->statuses[i].provider, "dead");
    }
    ck_assert_uint_eq(orders(), 60);
    ck_assert_int_le(scene_logged("AE040"), 2);
}
END_TEST

/* --- deployment ---------------------------------------------------------- */

static void damage_staged(void)
{
    ae_key_t *key;
    ae_error_t err;

    ck_assert_int_eq(ae_key_generate(&key, AE_KEY_ECDSA_P256, &err, t_pool),
                     APR_SUCCESS);
    scene_write("staging/a.example/set/ecdsa-p256.cert",
                test_pki_issue(w->pki, key, "a.example", w->now, w->now + DAY,
                               t_pool));
}

START_TEST(a_refused_set_is_not_ordered_in_a_loop)
{
    int i;

    w = world_begin("a.example", "ca");
    world_run_until(0, EDGE_PHASE_STAGED, MINUTE);
    damage_staged();
    world_deploy();
    ck_assert_int_eq(status()->phase, EDGE_PHASE_FAILING);
    ck_assert_int_eq(status()->deployed_outcome, EDGE_OUTCOME_FAILED);
    ck_assert_int_eq(scene_logged("AE052: a.example: "), 1);
    for (i = 0; i < 5; i++) {
        world_restart();
        world_run(MINUTE);
        ck_assert_uint_eq(status()->attempts, 1);
    }
    world_run(DAY - 10 * MINUTE);
    ck_assert_uint_eq(orders(), 1);
    world_run_until(0, EDGE_PHASE_STAGED, DAY / 2);
    world_deploy();
    ck_assert_int_eq(status()->phase, EDGE_PHASE_VALID);
    ck_assert_int_eq(scene_logged("AE052: a.example: "), 1);
}
END_TEST

START_TEST(a_damaged_live_certificate_is_replaced)
{
    w = world_begin("a.example", "ca");
    world_run_until(0, EDGE_PHASE_STAGED, MINUTE);
    world_deploy();
    scene_break("live/a.example/ecdsa-p256.cert");
    world_restart();
    ck_assert_int_eq(scene_logged("warning: AE045: a.example: "), 1);
    world_run_until(0, EDGE_PHASE_STAGED, MINUTE);
}
END_TEST

Suite *suite_edge_attempt(void);

Suite *suite_edge_attempt(void)
{
    Suite *suite = suite_create("edge_attempt");
    TCase *tc = tcase_create("attempt");

    tcase_add_checked_fixture(tc, scene_setup, t_teardown);
    tcase_set_timeout(tc, 60);
    tcase_add_loop_test(tc, one_ten_hundred_minutes_then_daily, 0, 3);
    tcase_add_test(tc, a_failure_says_all);
    tcase_add_test(tc, a_failed_renewal_is_a_warning);
    tcase_add_test(tc, an_expiry_is_an_error);
    tcase_add_test(tc, retry_after_over_all);
    tcase_add_test(tc, what_cannot_mend_waits_for_the_day);
    tcase_add_test(tc, a_person_must_act);
    tcase_add_test(tc, a_quick_restart_is_no_person);
    tcase_add_test(tc, tokens_stay_until_the_order_is_final);
    tcase_add_test(tc, the_account_key_is_no_certificate_key);
    tcase_add_test(tc, a_failed_validation_names_the_name);
    tcase_add_test(tc, a_chain_of_other_names);
    tcase_add_test(tc, a_full_challenge_store);
    tcase_add_test(tc, the_next_provider_at_once);
    tcase_add_test(tc, after_a_round_the_ladder);
    tcase_add_test(tc, another_provider_takes_no_order_over);
    tcase_add_test(tc, retry_after_with_two_providers);
    tcase_add_test(tc, fifty_meet_a_limit);
    tcase_add_test(tc, a_thousand_and_a_dead_ca);
    tcase_add_test(tc, many_and_a_refused_account);
    tcase_add_test(tc, many_and_a_person);
    tcase_add_test(tc, a_pause_holds_up_nobody_else);
    tcase_add_test(tc, many_and_the_next_provider);
    tcase_add_test(tc, a_refused_set_is_not_ordered_in_a_loop);
    tcase_add_test(tc, a_damaged_live_certificate_is_replaced);
    suite_add_tcase(suite, tc);
    return suite;
}
