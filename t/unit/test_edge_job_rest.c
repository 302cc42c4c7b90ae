/* What a certificate does between its attempts: it waits for its window, for
 * an approval, or for somebody to ask. */

#include "edge_probe.h"
#include "edge_staged.h"
#include "edge_world.h"
#include "support.h"

#include <apr_strings.h>
#include <check.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

static world_t *w;
static edge_cert_t *cert;

static void setup(void)
{
    scene_setup();
    setenv("TZ", "UTC", 1);
    tzset();
    cert = scene_cert("a.example", "ca");
    w = world_make(scene_certs(cert, NULL));
}

static void teardown(void)
{
    unsetenv("TZ");
    tzset();
    t_teardown();
}

static void schedule(const char *words)
{
    ae_error_t err;

    ck_assert_int_eq(edge_schedule_parse(&cert->deploy, words, &err),
                     APR_SUCCESS);
}

static const edge_status_t *status(void)
{
    return &w->statuses[0];
}

static void says(const char *words)
{
    ck_assert_msg(strstr(status()->action_reason, words) != NULL,
                  "\"%s\" is not in: %s", words, status()->action_reason);
}

static const char *staged_serial(void)
{
    edge_state_t state;
    ae_error_t err;

    ck_assert_int_eq(
        edge_state_load(&state, scene_store(), cert, &err, t_pool),
        APR_SUCCESS);
    return apr_pstrdup(t_pool, state.renew_serial);
}

static unsigned orders(void)
{
    return ca_count(w->ca, "newOrder");
}

START_TEST(a_set_waits_for_its_approval)
{
    const char *serial;

    schedule("manual");
    world_start();
    world_run_until(0, EDGE_PHASE_STAGED, MINUTE);
    ck_assert_int_eq(scene_logged("it waits for `acme-edge deploy a.example`"),
                     1);
    world_run(DAY);
    world_deploy();
    says("it waits for `acme-edge deploy a.example`");
    ck_assert_int_eq(status()->action_at, 0);
    serial = staged_serial();
    world_ask(cert, EDGE_REQUEST_DEPLOY, "aa");
    world_run(SECOND);
    ck_assert(!world_is_asked(cert, EDGE_REQUEST_DEPLOY));
    ck_assert_uint_eq(w->deploys, 0);
    world_ask(cert, EDGE_REQUEST_DEPLOY, serial);
    world_run(SECOND);
    ck_assert_int_ge(w->deploys, 1);
    /* It has waited for a person, not for restarts that did nothing. */
    ck_assert_int_eq(w->deploy_gap, MINUTE);
    says("which the server does by itself");
    ck_assert(world_is_asked(cert, EDGE_REQUEST_DEPLOY));
    world_deploy();
    world_run(SECOND);
    ck_assert_int_eq(status()->phase, EDGE_PHASE_VALID);
    ck_assert(!world_is_asked(cert, EDGE_REQUEST_DEPLOY));
    ck_assert_uint_eq(orders(), 1);
}
END_TEST

START_TEST(a_set_waits_for_its_window)
{
    schedule("Sun 02:00");
    world_start();
    world_run_until(0, EDGE_PHASE_STAGED, MINUTE);
    says("it waits for the window Sun 02:00");
    ck_assert_int_gt(status()->action_at, w->now);
    ck_assert_int_eq(status()->action_at,
                     edge_schedule_next(&cert->deploy, w->now));
    world_run(status()->action_at - w->now - 3 * SECOND);
    ck_assert_uint_eq(w->deploys, 0);
    world_deploy();
    ck_assert_int_eq(status()->phase, EDGE_PHASE_STAGED);
    world_run(3 * SECOND);
    ck_assert_int_ge(w->deploys, 1);
    ck_assert_int_eq(w->deploy_gap, MINUTE);
    world_deploy();
    ck_assert_int_eq(status()->phase, EDGE_PHASE_VALID);
}
END_TEST

START_TEST(a_missed_window_comes_again)
{
    apr_time_t first;

    w->config.restarts_itself = 0;
    schedule("Sun 02:00");
    world_start();
    world_run_until(0, EDGE_PHASE_STAGED, MINUTE);
    first = status()->action_at;
    world_run(first - w->now + SECOND);
    says("`apachectl graceful` deploys it");
    world_run(62 * MINUTE);
    says("it waits for the window Sun 02:00");
    ck_assert_int_eq(status()->action_at, first + 7 * DAY);
    ck_assert_uint_eq(w->deploys, 0);
}
END_TEST

START_TEST(nothing_is_ordered_unasked)
{
    cert->renews_by_hand = 1;
    world_start();
    world_run(3 * DAY);
    ck_assert_uint_eq(w->requests, 0);
    says("waits for `acme-edge sign a.example`; there is no certificate yet");
    ck_assert_int_eq(status()->action, EDGE_ACTION_NONE);
    ck_assert_int_ge(scene_logged("warning: AE054: a.example"), 3);
    ck_assert_int_le(scene_logged("warning: AE054: a.example"), 4);
    world_ask(cert, EDGE_REQUEST_SIGN, "");
    world_run_until(0, EDGE_PHASE_STAGED, MINUTE);
    ck_assert(!world_is_asked(cert, EDGE_REQUEST_SIGN));
    world_deploy();
    scene_log_forget();
    world_run(59 * DAY);
    ck_assert_int_eq(scene_logged("AE054"), 0);
    world_run(3 * DAY);
    ck_assert_int_ge(scene_logged("warning: AE054: a.example"), 2);
    says("two thirds of its lifetime are over");
    ck_assert_uint_eq(orders(), 1);
}
END_TEST

START_TEST(a_failure_by_hand_is_not_repeated)
{
    cert->renews_by_hand = 1;
    world_start();
    world_spoil("newOrder", 1, 1, 403,
                "urn:ietf:params:acme:error:rejectedIdentifier", NULL);
    world_run(SECOND);
    world_ask(cert, EDGE_REQUEST_SIGN, "");
    world_run(3 * DAY);
    ck_assert_uint_eq(orders(), 1);
    ck_assert(!world_is_asked(cert, EDGE_REQUEST_SIGN));
    says("attempt 1 failed");
    ck_assert_int_ge(scene_logged("only after `acme-edge sign a.example`"), 1);
    world_ask(cert, EDGE_REQUEST_SIGN, "");
    world_run_until(0, EDGE_PHASE_STAGED, MINUTE);
    ck_assert_uint_eq(orders(), 2);
}
END_TEST

START_TEST(who_asks_waits_for_no_backoff)
{
    world_start();
    world_spoil("newOrder", 1, 1, 403,
                "urn:ietf:params:acme:error:rejectedIdentifier", NULL);
    world_run_until(0, EDGE_PHASE_FAILING, MINUTE / 2);
    world_ask(cert, EDGE_REQUEST_SIGN, "");
    world_run_until(0, EDGE_PHASE_STAGED, 10 * SECOND);
    ck_assert_uint_eq(orders(), 2);
}
END_TEST

START_TEST(who_asks_meanwhile_joins)
{
    world_start();
    world_go_to("newOrder");
    world_ask(cert, EDGE_REQUEST_SIGN, "");
    world_run_until(0, EDGE_PHASE_STAGED, MINUTE);
    world_run(MINUTE);
    ck_assert(!world_is_asked(cert, EDGE_REQUEST_SIGN));
    ck_assert_uint_eq(orders(), 1);
}
END_TEST

START_TEST(a_request_from_before_a_start_is_found)
{
    cert->renews_by_hand = 1;
    world_start();
    world_stop();
    world_start();
    world_ask(cert, EDGE_REQUEST_SIGN, "");
    world_restart();
    world_run_until(0, EDGE_PHASE_STAGED, MINUTE);
    ck_assert_uint_eq(orders(), 1);
}
END_TEST

static void discard(const char *serial)
{
    edge_staged_t *staged;
    ae_error_t err;

    ck_assert_int_eq(
        edge_staged_open(&staged, scene_store(), cert, &err, t_pool),
        APR_SUCCESS);
    edge_staged_remove(staged, t_pool);
    world_ask(cert, EDGE_REQUEST_DISCARD, serial);
}

START_TEST(another_than_the_discarded_is_ordered_tomorrow)
{
    schedule("manual");
    world_start();
    world_run_until(0, EDGE_PHASE_STAGED, MINUTE);
    discard(staged_serial());
    world_run(DAY / 2);
    says("somebody discarded it");
    ck_assert(!world_is_asked(cert, EDGE_REQUEST_DISCARD));
    ck_assert_uint_eq(orders(), 1);
    world_run(DAY);
    ck_assert_uint_eq(orders(), 2);
}
END_TEST

START_TEST(a_set_that_is_staged_was_not_discarded)
{
    schedule("manual");
    world_start();
    world_run_until(0, EDGE_PHASE_STAGED, MINUTE);
    world_ask(cert, EDGE_REQUEST_DISCARD, staged_serial());
    world_run(SECOND);
    ck_assert(!world_is_asked(cert, EDGE_REQUEST_DISCARD));
    says("it waits for `acme-edge deploy a.example`");
    ck_assert_int_eq(status()->phase, EDGE_PHASE_STAGED);
}
END_TEST

/* httpd's page cannot do it, the worker does. */
START_TEST(the_worker_removes_what_it_is_asked_to)
{
    schedule("manual");
    world_start();
    world_run_until(0, EDGE_PHASE_STAGED, MINUTE);
    world_ask(cert, EDGE_REQUEST_REMOVE, staged_serial());
    world_run(SECOND);
    ck_assert(!world_is_asked(cert, EDGE_REQUEST_REMOVE));
    ck_assert(!ae_file_exists(edge_store_path(scene_store(), t_pool, "staging",
                                              cert->dir, "set", NULL)));
    says("somebody discarded it");
    world_run(DAY / 2);
    ck_assert_uint_eq(orders(), 1);
    world_run(DAY);
    ck_assert_uint_eq(orders(), 2);
}
END_TEST

START_TEST(another_set_than_was_seen_is_not_removed)
{
    schedule("manual");
    world_start();
    world_run_until(0, EDGE_PHASE_STAGED, MINUTE);
    world_ask(cert, EDGE_REQUEST_REMOVE, "1234");
    world_run(SECOND);
    ck_assert(!world_is_asked(cert, EDGE_REQUEST_REMOVE));
    ck_assert_int_eq(status()->phase, EDGE_PHASE_STAGED);
    says("it waits for `acme-edge deploy a.example`");
}
END_TEST

START_TEST(what_the_command_stages_is_seen)
{
    schedule("manual");
    cert->renews_by_hand = 1;
    world_start();
    world_run(MINUTE);
    ck_assert_int_eq(status()->phase, EDGE_PHASE_WAITING);
    world_stage(cert);
    world_ask(cert, EDGE_REQUEST_LOOK, "");
    world_run(SECOND);
    ck_assert_int_eq(status()->phase, EDGE_PHASE_STAGED);
    says("it waits for `acme-edge deploy a.example`");
    ck_assert(!world_is_asked(cert, EDGE_REQUEST_LOOK));
    world_run(DAY);
    ck_assert_uint_eq(orders() + w->deploys, 0);
}
END_TEST

/* The request is put before the set, and again after it. */
START_TEST(what_the_command_approves_goes_live)
{
    const char *serial;

    schedule("manual");
    cert->renews_by_hand = 1;
    world_start();
    world_run(MINUTE);
    world_ask(cert, EDGE_REQUEST_DEPLOY, "aa");
    world_run(2 * SECOND);
    ck_assert(!world_is_asked(cert, EDGE_REQUEST_DEPLOY));
    serial = world_stage(cert);
    world_ask(cert, EDGE_REQUEST_DEPLOY, serial);
    world_run(SECOND);
    ck_assert_int_ge(w->deploys, 1);
    world_deploy();
    ck_assert_int_eq(status()->phase, EDGE_PHASE_VALID);
    world_run(30 * DAY);
    ck_assert_uint_eq(orders(), 0);
}
END_TEST

/* As if nothing had come to requests/ for an hour. */
static void let_requests_age(void)
{
    const struct timespec then = {apr_time_sec(w->now) - 3600, 0};
    const struct timespec times[] = {then, then};

    ck_assert_int_eq(
        utimensat(AT_FDCWD,
                  edge_store_path(scene_store(), t_pool, "requests", NULL),
                  times, 0),
        0);
}

START_TEST(a_challenge_store_that_comes_back)
{
    edge_probe_t probe;
    ae_error_t err;

    world_start();
    ck_assert_int_eq(
        edge_probe_put(&probe, scene_store(), w->now, &err, t_pool),
        APR_SUCCESS);
    let_requests_age();
    scene_challenges_break(1);
    edge_scheduler_ask(w->scheduler, w->now);
    edge_scheduler_ask(w->scheduler, w->now);
    scene_challenges_break(0);
    edge_scheduler_ask(w->scheduler, w->now);
    ck_assert(edge_probe_is_published(scene_store(), &probe, t_pool));
}
END_TEST

Suite *suite_edge_job_rest(void);

Suite *suite_edge_job_rest(void)
{
    Suite *suite = suite_create("edge_job_rest");
    TCase *tc = tcase_create("rest");

    tcase_add_checked_fixture(tc, setup, teardown);
    tcase_set_timeout(tc, 60);
    tcase_add_test(tc, a_set_waits_for_its_approval);
    tcase_add_test(tc, a_set_waits_for_its_window);
    tcase_add_test(tc, a_missed_window_comes_again);
    tcase_add_test(tc, nothing_is_ordered_unasked);
    tcase_add_test(tc, a_failure_by_hand_is_not_repeated);
    tcase_add_test(tc, who_asks_waits_for_no_backoff);
    tcase_add_test(tc, who_asks_meanwhile_joins);
    tcase_add_test(tc, a_request_from_before_a_start_is_found);
    tcase_add_test(tc, a_challenge_store_that_comes_back);
    tcase_add_test(tc, another_than_the_discarded_is_ordered_tomorrow);
    tcase_add_test(tc, a_set_that_is_staged_was_not_discarded);
    tcase_add_test(tc, the_worker_removes_what_it_is_asked_to);
    tcase_add_test(tc, another_set_than_was_seen_is_not_removed);
    tcase_add_test(tc, what_the_command_stages_is_seen);
    tcase_add_test(tc, what_the_command_approves_goes_live);
    suite_add_tcase(suite, tc);
    return suite;
}
