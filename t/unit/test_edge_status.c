/* What an administrator reads of one certificate. */

#include "edge_scene.h"
#include "edge_status.h"
#include "edge_tally.h"
#include "support.h"

#include <apr_strings.h>
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define LIFETIME (90 * DAY)

static ae_cert_facts_t live, staged;
static edge_state_t state;
static edge_deployment_t deployment;
static edge_status_source_t source;
static edge_status_t status;

static void setup(void)
{
    scene_setup();
    setenv("TZ", "UTC", 1);
    tzset();
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
    source.cert = scene_cert("a.example b.example", "ca other");
    source.state = &state;
    source.deployment = &deployment;
    source.restarts_itself = 1;
}

static void teardown(void)
{
    unsetenv("TZ");
    tzset();
    t_teardown();
}

static void derive(void)
{
    memset(&status, 0x5a, sizeof(status));
    edge_status_derive(&status, &source, SCENE_NOW);
}

START_TEST(nothing_yet)
{
    derive();
    ck_assert_str_eq(status.name, "a.example");
    ck_assert_str_eq(status.names, "a.example b.example");
    ck_assert_str_eq(status.provider, "ca");
    ck_assert_int_eq(status.phase, EDGE_PHASE_WAITING);
    ck_assert_int_eq(status.action, EDGE_ACTION_SIGN);
    ck_assert_int_eq(status.not_after, 0);
    ck_assert_str_eq(status.serial, "");
    ck_assert_int_eq(status.signed_outcome, EDGE_OUTCOME_NEVER);
    ck_assert_int_eq(status.deployed_outcome, EDGE_OUTCOME_NEVER);
}
END_TEST

START_TEST(no_pointers_at_all)
{
    source.state = NULL;
    source.deployment = NULL;
    derive();
    ck_assert_int_eq(status.phase, EDGE_PHASE_WAITING);
}
END_TEST

START_TEST(a_valid_one)
{
    source.live = &live;
    state.last_sign_at = SCENE_NOW - 2 * DAY;
    state.last_sign_ok = 1;
    strcpy(state.renew_serial, "aa");
    deployment.at = SCENE_NOW - DAY;
    deployment.ok = 1;
    strcpy(deployment.serial, "aa");
    derive();
    ck_assert_int_eq(status.phase, EDGE_PHASE_VALID);
    ck_assert_str_eq(status.serial, "aa");
    ck_assert_int_eq(status.not_before, live.not_before);
    ck_assert_int_eq(status.not_after, live.not_after);
    ck_assert_int_eq(status.action, EDGE_ACTION_RENEW);
    ck_assert_int_eq(status.signed_outcome, EDGE_OUTCOME_DONE);
    ck_assert_int_eq(status.signed_at, SCENE_NOW - 2 * DAY);
    ck_assert_ptr_nonnull(
        strstr(status.signed_text, "issued by CN=Test CA, valid until 2027"));
    ck_assert_int_eq(status.deployed_outcome, EDGE_OUTCOME_DONE);
    ck_assert_int_eq(status.deployed_at, SCENE_NOW - DAY);
    ck_assert_ptr_nonnull(strstr(status.deployed_text, "aa"));
}
END_TEST

START_TEST(a_failing_one)
{
    source.live = &live;
    state.attempts = 2;
    state.provider = 1;
    state.next_attempt = SCENE_NOW + MINUTE;
    state.last_sign_at = SCENE_NOW - MINUTE;
    strcpy(state.last_step, "challenge");
    ae_error_set(&state.error, AE_EREMOTE, "the CA could not validate");
    state.cause = EDGE_CAUSE_DNS;
    derive();
    ck_assert_int_eq(status.phase, EDGE_PHASE_FAILING);
    ck_assert_str_eq(status.provider, "other");
    ck_assert_uint_eq(status.attempts, 2);
    ck_assert_int_eq(status.signed_outcome, EDGE_OUTCOME_FAILED);
    ck_assert_str_eq(status.signed_text,
                     "challenge: the CA could not validate");
    ck_assert_int_eq(status.cause, EDGE_CAUSE_DNS);
    live.not_after = SCENE_NOW;
    derive();
    ck_assert_int_eq(status.phase, EDGE_PHASE_EXPIRED);
    edge_tally_forget(&state, "another");
    derive();
    ck_assert_int_eq(status.signed_outcome, EDGE_OUTCOME_FAILED);
    ck_assert_str_eq(status.signed_text,
                     "that was with another configuration");
}
END_TEST

START_TEST(an_order_under_way)
{
    source.order_step = "finalize";
    derive();
    ck_assert_int_eq(status.phase, EDGE_PHASE_ORDERING);
    ck_assert_str_eq(status.step, "finalize");
    ck_assert_int_eq(status.action, EDGE_ACTION_FOLLOW);
}
END_TEST

START_TEST(a_staged_one)
{
    source.live = &live;
    source.staged = &staged;
    derive();
    ck_assert_int_eq(status.phase, EDGE_PHASE_STAGED);
    ck_assert_str_eq(status.serial, "aa");
    ck_assert_int_eq(status.action, EDGE_ACTION_DEPLOY);
}
END_TEST

START_TEST(moments_of_a_live_one)
{
    derive();
    ck_assert_int_eq(status.renew_at, 0);
    source.live = &live;
    strcpy(state.renew_serial, "aa");
    state.renew_at = live.not_before + 60 * DAY + DAY / 2;
    state.succeeded_at = SCENE_NOW - DAY;
    derive();
    ck_assert_int_eq(status.renew_at, state.renew_at);
    ck_assert_int_eq(status.succeeded_at, SCENE_NOW - DAY);
    ck_assert_int_eq(status.staged_not_after, 0);
    ck_assert_str_eq(status.staged_serial, "");
    ck_assert_int_eq(status.deploy_at, 0);
}
END_TEST

/* SCENE_NOW is a Wednesday, 2026-11-18T11:06:40Z. */
START_TEST(moments_of_a_staged_one)
{
    edge_cert_t *cert = scene_cert("a.example", "ca");
    ae_error_t err;

    source.cert = cert;
    source.live = &live;
    source.staged = &staged;
    staged.not_after += DAY;
    strcpy(state.renew_serial, "bb");
    state.renew_at = staged.not_before + 61 * DAY;
    derive();
    ck_assert_str_eq(status.staged_serial, "bb");
    ck_assert_int_eq(status.staged_not_after, staged.not_after);
    ck_assert_int_eq(status.renew_at, state.renew_at);
    ck_assert_int_eq(status.deploy_at, 0); /* at once */
    ck_assert_int_eq(
        edge_schedule_parse(&cert->deploy, "Mon-Sun 11:07-11:08", &err),
        APR_SUCCESS);
    derive();
    ck_assert_int_eq(status.deploy_at, SCENE_NOW + 20 * SECOND);
    source.approved_at = SCENE_NOW;
    derive();
    ck_assert_int_eq(status.deploy_at, 0);
    source.staged_misfit = "of another key";
    derive();
    ck_assert_str_eq(status.staged_serial, "");
    ck_assert_int_eq(status.staged_not_after, 0);
}
END_TEST

START_TEST(what_goes_live)
{
    edge_cert_t *cert = scene_cert("a.example", "ca");
    ae_error_t err;

    source.cert = cert;
    source.live = &live;
    derive();
    ck_assert(!edge_status_goes_live(&status, SCENE_NOW)); /* nothing staged */
    source.staged = &staged;
    state.last_sign_at = SCENE_NOW - SECOND;
    strcpy(state.renew_serial, "bb");
    state.renew_at = staged.not_before + 61 * DAY;
    derive();
    ck_assert(edge_status_goes_live(&status, SCENE_NOW));
    source.restarts_itself = 0;
    derive();
    ck_assert(!edge_status_goes_live(&status, SCENE_NOW));
    source.restarts_itself = 1;
    ck_assert_int_eq(
        edge_schedule_parse(&cert->deploy, "Mon-Sun 11:07-11:08", &err),
        APR_SUCCESS);
    derive();
    ck_assert(!edge_status_goes_live(&status, SCENE_NOW));
    ck_assert(edge_status_goes_live(&status, SCENE_NOW + 20 * SECOND));
    source.approved_at = SCENE_NOW;
    derive();
    ck_assert(edge_status_goes_live(&status, SCENE_NOW));
}
END_TEST

START_TEST(the_course_of_the_last_order)
{
    edge_course_t course = {0};

    state.attempts = 1;
    edge_course_step(&state.course, "failed", SCENE_NOW);
    state.course.names[1] = EDGE_NAME_INVALID;
    source.live = &live;
    derive();
    ck_assert_str_eq(status.steps[0].word, "failed");
    ck_assert_int_eq(status.name_states[0], EDGE_NAME_UNKNOWN);
    ck_assert_int_eq(status.name_states[1], EDGE_NAME_INVALID);
    source.order_step = "newOrder";
    source.course = &course;
    edge_course_step(&course, "newOrder", SCENE_NOW);
    derive();
    ck_assert_str_eq(status.steps[0].word, "newOrder");
    ck_assert_int_eq(status.name_states[1], EDGE_NAME_UNKNOWN);
    state.attempts = 0; /* a renewal */
    derive();
    ck_assert_int_eq(status.name_states[1], EDGE_NAME_UNKNOWN);
}
END_TEST

/* Nothing remembers the order, but all names are in the certificate. */
START_TEST(names_of_what_was_issued)
{
    source.live = &live;
    derive();
    ck_assert_int_eq(status.name_states[0], EDGE_NAME_VALID);
    ck_assert_int_eq(status.name_states[1], EDGE_NAME_VALID);
    ck_assert_int_eq(status.name_states[2], EDGE_NAME_UNKNOWN);
    source.live_misfit = "it has not all names";
    derive();
    ck_assert_int_eq(status.name_states[0], EDGE_NAME_UNKNOWN);
    source.staged = &staged;
    derive();
    ck_assert_int_eq(status.name_states[0], EDGE_NAME_VALID);
}
END_TEST

START_TEST(a_refused_deployment)
{
    deployment.at = SCENE_NOW;
    ae_error_set(&deployment.error, AE_EMISMATCH, "the key does not fit");
    derive();
    ck_assert_int_eq(status.deployed_outcome, EDGE_OUTCOME_FAILED);
    ck_assert_str_eq(status.deployed_text, "the key does not fit");
}
END_TEST

static void deploy(edge_deployed_by_t by, apr_time_t served_at)
{
    source.live = &live;
    deployment.at = SCENE_NOW - DAY;
    deployment.ok = 1;
    strcpy(deployment.serial, "aa");
    deployment.by = by;
    deployment.served_at = served_at;
    deployment.waits = served_at == 0;
    derive();
}

START_TEST(how_it_went_live)
{
    deploy(EDGE_BY_RESTART, SCENE_NOW - DAY);
    ck_assert_int_eq(status.phase, EDGE_PHASE_VALID);
    ck_assert_int_eq(status.live_since, SCENE_NOW - DAY);
    ck_assert_int_eq(status.live_by, EDGE_BY_RESTART);
    ck_assert_str_eq(status.deployed_text, "serial aa went live");
    deploy(EDGE_BY_HOT, SCENE_NOW - MINUTE);
    ck_assert_int_eq(status.live_since, SCENE_NOW - MINUTE);
    ck_assert_int_eq(status.live_by, EDGE_BY_HOT);
    ck_assert_str_eq(status.deployed_text,
                     "serial aa went live, with no restart");
    /* What was refused since then took nobody's place. */
    deployment.ok = 0;
    strcpy(deployment.serial, "bb");
    ae_error_set(&deployment.error, AE_EMISMATCH, "the key does not fit");
    derive();
    ck_assert_int_eq(status.live_since, SCENE_NOW - MINUTE);
    /* What came back from the archive, nobody wrote down. */
    deployment.ok = 1;
    derive();
    ck_assert_int_eq(status.live_since, 0);
}
END_TEST

START_TEST(live_on_the_disk_alone)
{
    deploy(EDGE_BY_HOT, 0);
    ck_assert_int_eq(status.phase, EDGE_PHASE_STAGED);
    ck_assert_int_eq(status.live_since, 0);
    ck_assert_int_eq(status.deployed_outcome, EDGE_OUTCOME_DONE);
    ck_assert_ptr_nonnull(strstr(status.deployed_text, "not served yet"));
    ae_error_set(&deployment.error, AE_ETOOBIG, "It is too large");
    derive();
    ck_assert_int_eq(status.deployed_outcome, EDGE_OUTCOME_FAILED);
    ck_assert_ptr_nonnull(strstr(status.deployed_text, "It is too large"));
    ck_assert_int_eq(status.phase, EDGE_PHASE_STAGED);
}
END_TEST

START_TEST(queued_is_waiting)
{
    source.queued = 1;
    source.order_kept = 1;
    derive();
    ck_assert_int_eq(status.phase, EDGE_PHASE_WAITING);
}
END_TEST

/* Whole names, and how many are missing. */
START_TEST(many_names_are_cut)
{
    const char *names = "a.example";
    const char *tail;
    int i, left;

    for (i = 0; i < 99; i++) {
        names =
            apr_psprintf(t_pool, "%s host%02d.some.domain.example", names, i);
    }
    source.cert = scene_cert(names, "ca");
    derive();
    tail = strstr(status.names, " ... and ");
    ck_assert_ptr_nonnull(tail);
    ck_assert_int_eq(sscanf(tail, " ... and %d more", &left), 1);
    for (i = 1; status.names[0] != '\0' && tail > status.names; tail--) {
        i += tail[-1] == ' ';
    }
    ck_assert_int_eq(i + left, 100);
}
END_TEST

/* It is compared as memory. */
START_TEST(the_same_to_the_last_byte)
{
    edge_status_t other;

    source.live = &live;
    derive();
    memset(&other, 0xa5, sizeof(other));
    edge_status_derive(&other, &source, SCENE_NOW);
    ck_assert_mem_eq(&status, &other, sizeof(status));
}
END_TEST

START_TEST(read_from_an_empty_store)
{
    edge_status_read(&status, scene_store(), source.cert, 1, 0, SCENE_NOW,
                     t_pool);
    ck_assert_int_eq(status.phase, EDGE_PHASE_WAITING);
    ck_assert_int_eq(status.action, EDGE_ACTION_SIGN);
}
END_TEST

START_TEST(words)
{
    ck_assert_str_eq(edge_phase_word(EDGE_PHASE_VALID), "valid");
    ck_assert_str_eq(edge_action_word(EDGE_ACTION_RENEW), "renew");
    ck_assert_str_eq(edge_outcome_word(EDGE_OUTCOME_DONE), "done");
}
END_TEST

Suite *suite_edge_status(void);

Suite *suite_edge_status(void)
{
    Suite *suite = suite_create("edge_status");
    TCase *tc = tcase_create("status");

    tcase_add_checked_fixture(tc, setup, teardown);
    tcase_add_test(tc, nothing_yet);
    tcase_add_test(tc, no_pointers_at_all);
    tcase_add_test(tc, a_valid_one);
    tcase_add_test(tc, a_failing_one);
    tcase_add_test(tc, an_order_under_way);
    tcase_add_test(tc, a_staged_one);
    tcase_add_test(tc, moments_of_a_live_one);
    tcase_add_test(tc, moments_of_a_staged_one);
    tcase_add_test(tc, what_goes_live);
    tcase_add_test(tc, the_course_of_the_last_order);
    tcase_add_test(tc, names_of_what_was_issued);
    tcase_add_test(tc, a_refused_deployment);
    tcase_add_test(tc, how_it_went_live);
    tcase_add_test(tc, live_on_the_disk_alone);
    tcase_add_test(tc, queued_is_waiting);
    tcase_add_test(tc, many_names_are_cut);
    tcase_add_test(tc, the_same_to_the_last_byte);
    tcase_add_test(tc, read_from_an_empty_store);
    tcase_add_test(tc, words);
    suite_add_tcase(suite, tc);
    return suite;
}
