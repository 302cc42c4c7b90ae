/* What people are told of a certificate, over years and restarts. */

#include "edge_history.h"
#include "edge_world.h"
#include "support.h"

#include <check.h>
#include <string.h>
#include <unistd.h>

Suite *suite_edge_job_event(void);

#define REFUSED "rejectedIdentifier"
#define HISTORY "state/a.example.history"

static world_t *w;
static edge_cert_t *cert;

static void setup(void)
{
    scene_setup();
    cert = scene_cert("a.example", "ca");
    w = world_make(scene_certs(cert, NULL));
}

static void begin_live(void)
{
    world_start();
    world_run_until(0, EDGE_PHASE_STAGED, MINUTE);
    world_deploy();
    world_settle();
    world_told();
}

static edge_history_t history(const char *dir)
{
    edge_history_t found;
    ae_error_t err;

    ck_assert(edge_history_load(&found, scene_store(), dir, &err, t_pool) ==
              APR_SUCCESS);
    return found;
}

static const edge_event_t *last_event(void)
{
    edge_history_t found = history("a.example");

    ck_assert_int_gt(found.events->nelts, 0);
    return &APR_ARRAY_IDX(found.events, found.events->nelts - 1, edge_event_t);
}

/* What was told before the first event of this kind. */
static const edge_event_t *event_before(const char *kind)
{
    edge_history_t found = history("a.example");
    int i = 0;

    while (i + 1 < found.events->nelts &&
           strcmp(edge_event_word(
                      APR_ARRAY_IDX(found.events, i + 1, edge_event_t).kind),
                  kind) != 0) {
        i++;
    }
    ck_assert_int_lt(i + 1, found.events->nelts);
    return &APR_ARRAY_IDX(found.events, i, edge_event_t);
}

START_TEST(a_year_without_trouble)
{
    const edge_event_t *event;

    world_start();
    world_run_until(0, EDGE_PHASE_STAGED, MINUTE);
    ck_assert_str_eq(world_told(), "account-created staged");
    world_settle();
    world_deploy();
    ck_assert_str_eq(world_told(), "deployed");
    world_settle();
    world_run_until(0, EDGE_PHASE_STAGED, 70 * DAY);
    event = last_event();
    ck_assert_str_eq(event->certificate, "a.example");
    ck_assert_int_eq(event->not_after, w->statuses[0].staged_not_after);
    world_settle();
    world_deploy();
    ck_assert_str_eq(world_told(), "staged renewed");
    event = last_event();
    ck_assert_int_eq(event->kind, EDGE_EVENT_RENEWED);
    ck_assert_str_eq(event->serial, w->statuses[0].serial);
    ck_assert_int_eq(event->not_after, w->statuses[0].not_after);
    ck_assert_ptr_nonnull(strstr(event->text.why, "it replaced the one"));
}
END_TEST

START_TEST(a_failure_first_then_daily_then_over)
{
    begin_live();
    world_spoil("newOrder", 2, 200, 403, REFUSED, NULL);
    world_run_until(0, EDGE_PHASE_FAILING, 70 * DAY);
    ck_assert_str_eq(world_told(), "failed");
    ck_assert_ptr_nonnull(strstr(last_event()->text.why, "not today"));
    ck_assert_ptr_nonnull(strstr(last_event()->text.next, "next attempt "));
    ck_assert_uint_eq(last_event()->attempts, 1);
    world_run(3 * DAY + MINUTE);
    ck_assert_str_eq(world_told(), "failed failed failed");
    ck_assert_uint_gt(last_event()->attempts, 1);
    ck_assert_int_lt(last_event()->since, last_event()->at);
    ca_spoil(w->ca, (ca_fault_t){0});
    world_settle();
}
END_TEST

START_TEST(over_is_told_once)
{
    world_start();
    world_spoil("newOrder", 1, 1, 403, REFUSED, NULL);
    world_run_until(0, EDGE_PHASE_FAILING, MINUTE);
    ck_assert_str_eq(world_told(), "account-created failed");
    world_run_until(0, EDGE_PHASE_STAGED, 3 * DAY);
    ck_assert_str_eq(world_told(), "staged failed/over");
    ck_assert(last_event()->is_over);
    world_settle();
    world_deploy();
    world_run(10 * DAY);
    ck_assert_str_eq(world_told(), "deployed");
}
END_TEST

/* It is over as what it was, and yet nothing is well. */
START_TEST(it_fails_in_another_way)
{
    world_start();
    world_spoil("newOrder", 1, 1, 403, REFUSED, NULL);
    world_run_until(0, EDGE_PHASE_FAILING, MINUTE);
    ck_assert_str_eq(world_told(), "account-created failed");
    w->ca->bad_name = "a.example";
    w->ca->bad_problem = "{\"type\":\"urn:ietf:params:acme:error:connection\","
                         "\"detail\":\"refused\"}";
    world_run(2 * DAY);
    ck_assert_ptr_nonnull(
        strstr(world_told(), "failed/over challenge-unreachable"));
    ck_assert_str_eq(event_before("challenge-unreachable")->text.what,
                     "The attempts fail in another way now");
}
END_TEST

static void chain_of_another(void)
{
    w->other_names = "b.example";
}

static void no_place_for_the_answer(void)
{
    scene_challenges_break(1);
}

static void nobody_listens(void)
{
    w->ca->bad_name = "a.example";
    w->ca->bad_problem = "{\"type\":\"urn:ietf:params:acme:error:connection\","
                         "\"detail\":\"192.0.2.7: Connection refused\"}";
}

static void too_many(void)
{
    world_spoil("newOrder", 1, 1, 429, "rateLimited", NULL);
}

static const struct {
    void (*spoil)(void);
    edge_event_kind_t kind;
    const char *cause;
} failures[] = {
    {chain_of_another, EDGE_EVENT_FAILED, "misfit"},
    {no_place_for_the_answer, EDGE_EVENT_FAILED, "challenge-store"},
    {nobody_listens, EDGE_EVENT_CHALLENGE_UNREACHABLE, "connection-refused"},
    {too_many, EDGE_EVENT_FAILED, "rate-limit"},
};

START_TEST(a_failure_has_its_cause)
{
    world_start();
    failures[_i].spoil();
    world_run_until(0, EDGE_PHASE_FAILING, MINUTE);
    world_run(SECOND);
    ck_assert_int_eq(last_event()->kind, failures[_i].kind);
    ck_assert_str_eq(last_event()->cause, failures[_i].cause);
    ck_assert_str_eq(edge_cause_word(w->statuses[0].cause),
                     failures[_i].cause);
}
END_TEST

/* A worker every minute, for a day. */
START_TEST(restarts_repeat_nothing)
{
    int i;

    begin_live();
    world_spoil("newOrder", 2, 200, 403, REFUSED, NULL);
    world_run_until(0, EDGE_PHASE_FAILING, 70 * DAY);
    world_settle();
    world_told();
    for (i = 0; i < 24 * 60 - 1; i++) {
        world_restart();
        world_run(MINUTE);
    }
    ck_assert_str_eq(world_told(), "");
    world_run(2 * MINUTE);
    ck_assert_str_eq(world_told(), "failed");
}
END_TEST

/* kill -9 between the event and the command: handed over again, once. */
START_TEST(what_nobody_was_handed_is_told_again)
{
    begin_live();
    world_spoil("newOrder", 2, 200, 403, REFUSED, NULL);
    world_run_until(0, EDGE_PHASE_FAILING, 70 * DAY);
    ck_assert_str_eq(world_told(), "failed");
    world_restart();
    ck_assert_str_eq(world_told(), "failed");
    world_settle();
    world_restart();
    ck_assert_str_eq(world_told(), "");
}
END_TEST

/* Nothing that is told began after it was told. */
START_TEST(the_clock_was_set_back)
{
    begin_live();
    world_spoil("newOrder", 2, 200, 403, REFUSED, NULL);
    world_run_until(0, EDGE_PHASE_FAILING, 70 * DAY);
    world_settle();
    world_told();
    w->now -= DAY;
    world_restart();
    world_run(MINUTE);
    ck_assert_str_eq(world_told(), "failed");
    ck_assert_int_eq(last_event()->since, last_event()->at);
}
END_TEST

START_TEST(nobody_to_be_notified)
{
    w->config.notify = NULL;
    world_start();
    world_run_until(0, EDGE_PHASE_STAGED, MINUTE);
    ck_assert(last_event()->is_told);
    w->config.notify = NULL;
    world_deploy();
    ck_assert_int_eq(history("a.example").events->nelts, 2);
}
END_TEST

START_TEST(by_hand)
{
    begin_live();
    cert->renews_by_hand = 1;
    world_restart();
    world_run(59 * DAY);
    ck_assert_str_eq(world_told(), "");
    world_run(2 * DAY);
    world_settle();
    ck_assert_str_eq(world_told(), "renewal-due");
    ck_assert_int_eq(scene_logged("AE054"), 1);
    ck_assert_ptr_nonnull(
        strstr(last_event()->text.next, "acme-edge sign a.example"));
    /* The log keeps to the same moment. */
    world_restart();
    world_restart();
    ck_assert_int_eq(scene_logged("AE054"), 1);
    world_run(DAY);
    ck_assert_int_eq(scene_logged("AE054"), 2);
    ck_assert_str_eq(world_told(), "renewal-due");
    cert->renews_by_hand = 0;
    world_restart();
    world_run_until(0, EDGE_PHASE_STAGED, MINUTE);
    ck_assert_str_eq(world_told(), "renewal-due staged renewal-due/over");
}
END_TEST

START_TEST(expiry)
{
    begin_live();
    world_spoil("newOrder", 2, 2000, 403, REFUSED, NULL);
    world_run(80 * DAY);
    ck_assert_int_eq(scene_logged("AE066"), 0);
    world_told();
    world_run(DAY + 2 * MINUTE);
    ck_assert_int_eq(scene_logged("error: AE066: a.example: "), 1);
    ck_assert_ptr_nonnull(strstr(world_told(), "expiring"));
    world_settle();
    world_restart();
    world_run(DAY);
    ck_assert_int_eq(scene_logged("error: AE066: a.example: "), 2);
    world_run(30 * DAY);
    ck_assert_int_eq(scene_logged("error: AE066: a.example: "), 9);
    ck_assert_int_ge(scene_logged("error: AE051: a.example: "), 20);
}
END_TEST

/* The window is the administrator's. */
START_TEST(expiry_by_a_window)
{
    begin_live();
    cert->warn_window = (edge_span_t){5 * DAY, 0};
    world_restart();
    world_spoil("newOrder", 2, 2000, 403, REFUSED, NULL);
    world_run(84 * DAY);
    ck_assert_int_eq(scene_logged("AE066"), 0);
    world_run(2 * DAY);
    ck_assert_int_ge(scene_logged("AE066"), 1);
}
END_TEST

/* A server that was away for a month has a new one within seconds. */
START_TEST(no_alarm_where_it_is_staged)
{
    begin_live();
    world_stop();
    w->now += 100 * DAY;
    world_start();
    world_run_until(0, EDGE_PHASE_STAGED, MINUTE);
    world_run(MINUTE);
    ck_assert_str_eq(world_told(), "staged");
    world_run(20 * MINUTE);
    ck_assert_str_eq(world_told(), "expiring");
}
END_TEST

START_TEST(a_person_is_needed)
{
    world_start();
    world_spoil("newOrder", 1, 200, 403, "userActionRequired", NULL);
    world_run(10 * MINUTE);
    ck_assert_str_eq(world_told(), "account-created action-required");
    ck_assert_ptr_nonnull(strstr(last_event()->text.next, "somebody acted"));
}
END_TEST

/* One from before there were histories is no news. */
START_TEST(an_old_deployment)
{
    begin_live();
    w->now += 2 * 60 * MINUTE;
    world_stop();
    ck_assert_int_eq(unlink(scene_path(HISTORY)), 0);
    world_start();
    ck_assert_str_eq(world_told(), "");
}
END_TEST

START_TEST(a_damaged_history)
{
    static const ae_bytes_t rubbish = {(const unsigned char *)"rubbish", 7};

    begin_live();
    world_stop();
    scene_write(HISTORY, rubbish);
    world_start();
    ck_assert_int_eq(scene_logged("warning: AE068: a.example: "), 1);
    ck_assert(ae_file_exists(scene_path(HISTORY ".damaged")));
}
END_TEST

Suite *suite_edge_job_event(void)
{
    Suite *suite = suite_create("edge_job_event");
    TCase *tc = tcase_create("edge_job_event");

    tcase_add_checked_fixture(tc, setup, t_teardown);
    tcase_add_test(tc, a_year_without_trouble);
    tcase_add_test(tc, a_failure_first_then_daily_then_over);
    tcase_add_test(tc, over_is_told_once);
    tcase_add_test(tc, it_fails_in_another_way);
    tcase_add_loop_test(tc, a_failure_has_its_cause, 0,
                        sizeof(failures) / sizeof(failures[0]));
    tcase_add_test(tc, restarts_repeat_nothing);
    tcase_add_test(tc, what_nobody_was_handed_is_told_again);
    tcase_add_test(tc, the_clock_was_set_back);
    tcase_add_test(tc, nobody_to_be_notified);
    tcase_add_test(tc, by_hand);
    tcase_add_test(tc, expiry);
    tcase_add_test(tc, expiry_by_a_window);
    tcase_add_test(tc, no_alarm_where_it_is_staged);
    tcase_add_test(tc, a_person_is_needed);
    tcase_add_test(tc, an_old_deployment);
    tcase_add_test(tc, a_damaged_history);
    suite_add_tcase(suite, tc);
    return suite;
}
