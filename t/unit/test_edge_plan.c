/* What is due when, from the administrator's view. */

#include "edge_plan.h"
#include "edge_scene.h"
#include "support.h"

#include <check.h>
#include <string.h>

#define LIFETIME (90 * DAY)

static ae_cert_facts_t live, staged;
static edge_state_t state;
static edge_deployment_t deployment;
static edge_status_source_t source;
static edge_plan_t plan;

static void setup(void)
{
    scene_setup();
    memset(&live, 0, sizeof(live));
    live.serial = "aa";
    live.issuer = "CN=Test CA";
    live.not_before = SCENE_NOW - DAY;
    live.not_after = live.not_before + LIFETIME;
    staged = live;
    staged.serial = "bb";
    memset(&state, 0, sizeof(state));
    memset(&deployment, 0, sizeof(deployment));
    memset(&source, 0, sizeof(source));
    source.cert = scene_cert("a.example b.example", "ca");
    source.state = &state;
    source.deployment = &deployment;
    source.restarts_itself = 1;
}

static void decide(void)
{
    edge_plan(&plan, &source, SCENE_NOW);
}

static void has(const char *words)
{
    ck_assert_msg(strstr(plan.reason, words) != NULL, "\"%s\" is not in: %s",
                  words, plan.reason);
}

START_TEST(the_first_certificate_is_due_now)
{
    decide();
    ck_assert_int_eq(plan.action, EDGE_ACTION_SIGN);
    ck_assert_int_eq(plan.at, SCENE_NOW);
    has("the first certificate is ordered");
}
END_TEST

START_TEST(a_live_one_is_due_at_two_thirds)
{
    source.live = &live;
    strcpy(state.renew_serial, "aa");
    state.renew_at = live.not_before + 2 * LIFETIME / 3 + 9 * 60 * MINUTE;
    decide();
    ck_assert_int_eq(plan.action, EDGE_ACTION_RENEW);
    /* 33 percent are left a little after two thirds. */
    ck_assert_int_ge(plan.at, live.not_before + 2 * LIFETIME / 3);
    ck_assert_int_le(plan.at, live.not_before + 2 * LIFETIME / 3 + 2 * DAY);
    has("two thirds of its lifetime are over at 2027-01-");
}
END_TEST

START_TEST(the_drawn_moment_is_kept)
{
    source.live = &live;
    strcpy(state.renew_serial, "aa");
    state.renew_at =
        edge_policy_renew_at(live.not_before, live.not_after,
                             source.cert->renew_window, 0x9abcdef0);
    decide();
    ck_assert_int_eq(plan.at, state.renew_at);
}
END_TEST

START_TEST(a_changed_window_holds_at_once)
{
    edge_cert_t *cert = scene_cert("a.example", "ca");

    source.live = &live;
    source.cert = cert;
    strcpy(state.renew_serial, "aa");
    state.renew_at = live.not_before + 2 * LIFETIME / 3 + DAY;
    cert->renew_window.percent = 0;
    cert->renew_window.time = 50 * DAY;
    decide();
    ck_assert_int_eq(plan.at, live.not_after - 50 * DAY);
    has("50 d are left at ");
}
END_TEST

START_TEST(changed_names_are_due_now)
{
    source.live = &live;
    source.live_misfit = "the certificate does not cover b.example";
    decide();
    ck_assert_int_eq(plan.action, EDGE_ACTION_RENEW);
    ck_assert_int_eq(plan.at, SCENE_NOW);
    has("does not cover b.example");
}
END_TEST

START_TEST(an_expired_one_is_due)
{
    source.live = &live;
    live.not_after = SCENE_NOW - 1;
    live.not_before = live.not_after - LIFETIME;
    decide();
    ck_assert_int_eq(plan.action, EDGE_ACTION_RENEW);
    ck_assert_int_le(plan.at, SCENE_NOW);
    has("it expired at ");
}
END_TEST

START_TEST(a_failure_waits_for_its_moment)
{
    source.live = &live;
    state.attempts = 3;
    state.next_attempt = SCENE_NOW + 100 * MINUTE;
    ae_error_set(&state.error, AE_EREMOTE, "the CA could not validate");
    ae_error_why(&state.error, "no answer");
    ae_error_next(&state.error, "open port 80");
    decide();
    ck_assert_int_eq(plan.action, EDGE_ACTION_RETRY);
    ck_assert_int_eq(plan.at, SCENE_NOW + 100 * MINUTE);
    has("attempt 3 failed: the CA could not validate: no answer; "
        "open port 80");
}
END_TEST

START_TEST(a_person_must_act)
{
    state.attempts = 1;
    state.retry = ACME_RETRY_PERSON;
    ae_error_set(&state.error, AE_EREMOTE, "the terms changed");
    ae_error_next(&state.error, "agree to them");
    decide();
    ck_assert_int_eq(plan.action, EDGE_ACTION_NONE);
    ck_assert_int_eq(plan.at, 0);
    has("somebody must act");
    has("`apachectl graceful`");
    has("agree to them");
}
END_TEST

START_TEST(a_staged_set_goes_live)
{
    source.live = &live;
    source.staged = &staged;
    state.last_sign_at = SCENE_NOW - MINUTE;
    decide();
    ck_assert_int_eq(plan.action, EDGE_ACTION_DEPLOY);
    ck_assert_int_eq(plan.at, SCENE_NOW - MINUTE);
    has("by itself");
    ck_assert_int_eq(edge_plan_deployable(&source, SCENE_NOW), 1);
}
END_TEST

START_TEST(a_hot_deployment_waits_for_no_restart)
{
    source.staged = &staged;
    state.last_sign_at = SCENE_NOW - MINUTE;
    source.is_hot = 1;
    decide();
    ck_assert_int_eq(plan.action, EDGE_ACTION_DEPLOY);
    ck_assert_int_eq(plan.at, SCENE_NOW - MINUTE);
    has("within seconds, with no restart");
    source.restarts_itself = 0;
    decide();
    has("`apachectl graceful` deploys it");
}
END_TEST

START_TEST(without_reload_the_administrator_deploys)
{
    source.staged = &staged;
    source.restarts_itself = 0;
    decide();
    ck_assert_int_eq(plan.action, EDGE_ACTION_DEPLOY);
    ck_assert_int_eq(plan.at, 0);
    has("`apachectl graceful` deploys it");
}
END_TEST

START_TEST(a_staged_set_of_other_names_is_ordered_anew)
{
    source.staged = &staged;
    source.staged_misfit = "the certificate does not cover c.example";
    decide();
    ck_assert_int_eq(plan.action, EDGE_ACTION_SIGN);
    ck_assert_int_eq(edge_plan_deployable(&source, SCENE_NOW), 0);
}
END_TEST

START_TEST(an_expired_staged_set_is_ordered_anew)
{
    source.staged = &staged;
    staged.not_after = SCENE_NOW;
    decide();
    ck_assert_int_eq(plan.action, EDGE_ACTION_SIGN);
    ck_assert_int_eq(edge_plan_deployable(&source, SCENE_NOW), 0);
}
END_TEST

/* Nobody restarted for two months. */
START_TEST(a_staged_set_gets_old_too)
{
    source.staged = &staged;
    source.restarts_itself = 0;
    staged.not_before = SCENE_NOW - 80 * DAY;
    staged.not_after = staged.not_before + LIFETIME;
    source.live = &staged;
    decide();
    ck_assert_int_eq(plan.action, EDGE_ACTION_RENEW);
    ck_assert_int_le(plan.at, SCENE_NOW);
}
END_TEST

START_TEST(an_order_in_the_store_is_taken_up)
{
    source.order_kept = 1;
    decide();
    ck_assert_int_eq(plan.action, EDGE_ACTION_FOLLOW);
    ck_assert_int_eq(plan.at, SCENE_NOW);
    state.attempts = 1;
    state.next_attempt = SCENE_NOW + MINUTE;
    decide();
    ck_assert_int_eq(plan.action, EDGE_ACTION_RETRY);
    ck_assert_int_eq(plan.at, SCENE_NOW + MINUTE);
}
END_TEST

START_TEST(an_order_under_way)
{
    source.order_step = "finalize";
    decide();
    ck_assert_int_eq(plan.action, EDGE_ACTION_FOLLOW);
    has("finalize");
}
END_TEST

START_TEST(many_wait_for_their_turn)
{
    source.queued = 1;
    decide();
    ck_assert_int_eq(plan.action, EDGE_ACTION_SIGN);
    has("waits for its turn: the first certificate");
}
END_TEST

/* RFC 8555 section 6.6 */
START_TEST(the_ca_asked_for_quiet)
{
    source.paused_until = SCENE_NOW + DAY;
    decide();
    ck_assert_int_eq(plan.action, EDGE_ACTION_SIGN);
    ck_assert_int_eq(plan.at, SCENE_NOW + DAY);
    has("the CA is left alone until then");
    /* One in the store waits too, one under way does not. */
    source.order_kept = 1;
    decide();
    ck_assert_int_eq(plan.action, EDGE_ACTION_FOLLOW);
    ck_assert_int_eq(plan.at, SCENE_NOW + DAY);
    source.order_step = "order";
    decide();
    ck_assert_int_eq(plan.at, 0);
    source.order_step = NULL;
    source.order_kept = 0;
    source.paused_until = SCENE_NOW;
    decide();
    ck_assert_int_eq(plan.at, SCENE_NOW);
}
END_TEST

Suite *suite_edge_plan(void);

Suite *suite_edge_plan(void)
{
    Suite *suite = suite_create("edge_plan");
    TCase *tc = tcase_create("plan");

    tcase_add_checked_fixture(tc, setup, t_teardown);
    tcase_add_test(tc, the_first_certificate_is_due_now);
    tcase_add_test(tc, a_live_one_is_due_at_two_thirds);
    tcase_add_test(tc, the_drawn_moment_is_kept);
    tcase_add_test(tc, a_changed_window_holds_at_once);
    tcase_add_test(tc, changed_names_are_due_now);
    tcase_add_test(tc, an_expired_one_is_due);
    tcase_add_test(tc, a_failure_waits_for_its_moment);
    tcase_add_test(tc, a_person_must_act);
    tcase_add_test(tc, a_staged_set_goes_live);
    tcase_add_test(tc, a_hot_deployment_waits_for_no_restart);
    tcase_add_test(tc, without_reload_the_administrator_deploys);
    tcase_add_test(tc, a_staged_set_of_other_names_is_ordered_anew);
    tcase_add_test(tc, an_expired_staged_set_is_ordered_anew);
    tcase_add_test(tc, a_staged_set_gets_old_too);
    tcase_add_test(tc, an_order_in_the_store_is_taken_up);
    tcase_add_test(tc, an_order_under_way);
    tcase_add_test(tc, many_wait_for_their_turn);
    tcase_add_test(tc, the_ca_asked_for_quiet);
    suite_add_tcase(suite, tc);
    return suite;
}
