/* An order at the barrier, before the CA is told to look. */

#include "edge_world.h"
#include "lookout_scene.h"
#include "support.h"

#include <apr_strings.h>
#include <check.h>
#include <string.h>

Suite *suite_edge_attempt_probe(void);

#define V4 "192.0.2.1"
#define V6 "2001:db8::1"

static world_t *w;
static edge_cert_t *cert;

static const edge_status_t *status(void)
{
    return &w->statuses[0];
}

static void begin(edge_probing_t probing)
{
    cert = scene_cert("a.example b.example", "ca");
    cert->probing = probing;
    w = world_make(scene_certs(cert, NULL));
    w->config.lookout = *lookout_make();
    lookout_name("a.example", V4 " " V6);
    lookout_name("b.example", V4);
    world_start();
}

static int has_step(const char *word)
{
    int i;

    for (i = 0; i < EDGE_STATUS_STEPS; i++) {
        if (strcmp(status()->steps[i].word, word) == 0) {
            return 1;
        }
    }
    return 0;
}

START_TEST(all_answer)
{
    begin(EDGE_PROBING_REQUIRED);
    world_run_until(0, EDGE_PHASE_STAGED, MINUTE);
    ck_assert_uint_eq(lookout_count(V4), 2);
    ck_assert_uint_eq(lookout_count(V6), 1);
    ck_assert(has_step("probe"));
    ck_assert_str_eq(world_told(), "account-created staged");
}
END_TEST

START_TEST(off)
{
    begin(EDGE_PROBING_OFF);
    world_run_until(0, EDGE_PHASE_STAGED, MINUTE);
    ck_assert_uint_eq(lookout_count("a.example"), 0);
    ck_assert(!has_step("probe"));
}
END_TEST

/* No challenge is answered before, so the CA can have failed none. */
START_TEST(required_keeps_the_order)
{
    begin(EDGE_PROBING_REQUIRED);
    lookout_says(V6, "404");
    world_run_until(0, EDGE_PHASE_FAILING, MINUTE);
    ck_assert_uint_eq(ca_count(w->ca, "challenge"), 0);
    ck_assert_int_eq(scene_logged("error: AE092: a.example: The challenge for "
                                  "a.example at " V6 " is not answered"),
                     1);
    ck_assert_int_eq((int)status()->cause, EDGE_CAUSE_PROBE_ADDRESS);
    ck_assert(has_step("probe"));
    ck_assert_int_eq(scene_challenges_open(), 2);
    ck_assert_str_eq(world_told(), "account-created challenge-unreachable");
    lookout_says(V6, "");
    world_run_until(0, EDGE_PHASE_STAGED, 2 * MINUTE);
    ck_assert_uint_eq(ca_count(w->ca, "newOrder"), 1);
    ck_assert_str_eq(world_told(), "staged challenge-unreachable/over");
}
END_TEST

/* The CA gets through, and may not the next time. */
START_TEST(advisory_goes_on_and_tells)
{
    unsigned asked;

    begin(EDGE_PROBING_ADVISORY);
    lookout_says(V6, "404");
    world_run_until(0, EDGE_PHASE_STAGED, MINUTE);
    ck_assert_int_eq(scene_logged("AE091: "), 1);
    ck_assert_str_eq(world_told(),
                     "account-created staged challenge-unreachable");
    world_settle();
    world_deploy();
    ck_assert_str_eq(world_told(), "deployed");
    asked = lookout_count(V6);
    world_run(DAY + MINUTE);
    ck_assert_str_eq(world_told(), "challenge-unreachable");
    ck_assert_uint_gt(lookout_count(V6), asked);
    ck_assert_int_eq(scene_challenges_open(), 0);
    ck_assert_int_eq(scene_logged("AE091: "), 1);
    /* What was mended is told of within a day, and no order needed. */
    lookout_says(V6, "");
    world_run(DAY);
    ck_assert_str_eq(world_told(), "challenge-unreachable/over");
    ck_assert_uint_eq(ca_count(w->ca, "newOrder"), 1);
    ck_assert_int_eq(scene_challenges_open(), 0);
    world_settle();
    world_restart();
    world_run(2 * DAY);
    ck_assert_str_eq(world_told(), "");
}
END_TEST

/* A look under way ends with the worker, and where an order is due. */
START_TEST(a_look_again_that_is_cut_off)
{
    begin(EDGE_PROBING_ADVISORY);
    lookout_says(V6, "404");
    world_run_until(0, EDGE_PHASE_STAGED, MINUTE);
    world_settle();
    world_deploy();
    lookout_says(V6, "hangs");
    world_run(DAY - 10 * MINUTE + 5 * SECOND);
    ck_assert_uint_gt(lookout_open(), 0);
    ck_assert_int_eq(scene_challenges_open(), 1);
    world_restart();
    ck_assert_uint_eq(lookout_open(), 0);
    ck_assert_int_eq(scene_challenges_open(), 0);
    world_run(5 * SECOND);
    ck_assert_uint_gt(lookout_open(), 0);
    lookout_says(V6, "");
    world_run(5 * SECOND);
    ck_assert_uint_eq(lookout_open(), 0);
    ck_assert_ptr_nonnull(strstr(world_told(), "challenge-unreachable/over"));
}
END_TEST

/* Who does not want to know of it any more says so. */
START_TEST(switched_off_it_is_over)
{
    begin(EDGE_PROBING_ADVISORY);
    lookout_says(V6, "404");
    world_run_until(0, EDGE_PHASE_STAGED, MINUTE);
    world_settle();
    (void)world_told();
    cert->probing = EDGE_PROBING_OFF;
    world_restart();
    world_run(MINUTE);
    ck_assert_str_eq(world_told(), "challenge-unreachable/over");
}
END_TEST

START_TEST(the_event_says_all)
{
    edge_event_t *event;

    begin(EDGE_PROBING_ADVISORY);
    lookout_says(V6, "404");
    world_run_until(0, EDGE_PHASE_STAGED, MINUTE);
    event = &APR_ARRAY_IDX(w->events, w->events->nelts - 1, edge_event_t);
    ck_assert_str_eq(event->cause, "probe-address");
    ck_assert_ptr_nonnull(strstr(event->text.what, V6));
    ck_assert_str_eq(event->text.why, "status 404 came back");
    ck_assert_ptr_nonnull(strstr(event->text.next, "port 80"));
}
END_TEST

/* The next worker begins with the tokens that are there, and asks anew. */
START_TEST(a_restart_at_the_barrier)
{
    begin(EDGE_PROBING_REQUIRED);
    lookout_says(V4, "hangs");
    world_run(5 * SECOND);
    ck_assert_str_eq(status()->step, "probe");
    ck_assert_uint_gt(lookout_open(), 0);
    world_stop();
    ck_assert_uint_eq(lookout_open(), 0);
    lookout_says(V4, "");
    world_start();
    world_run_until(0, EDGE_PHASE_STAGED, MINUTE);
    ck_assert_uint_eq(ca_count(w->ca, "newOrder"), 1);
}
END_TEST

/* One order that waits holds up no other. */
START_TEST(each_for_itself)
{
    edge_cert_t *other = scene_cert("c.example", "ca");

    cert = scene_cert("a.example", "ca");
    cert->probing = EDGE_PROBING_REQUIRED;
    other->probing = EDGE_PROBING_REQUIRED;
    w = world_make(scene_certs(cert, other, NULL));
    w->config.lookout = *lookout_make();
    lookout_name("a.example", V6);
    lookout_says(V6, "hangs");
    lookout_name("c.example", V4);
    world_start();
    world_run_until(1, EDGE_PHASE_STAGED, 10 * SECOND);
    ck_assert_str_eq(status()->step, "probe");
}
END_TEST

Suite *suite_edge_attempt_probe(void)
{
    Suite *suite = suite_create("edge_attempt_probe");
    TCase *tc = tcase_create("probe");

    tcase_add_checked_fixture(tc, scene_setup, t_teardown);
    tcase_set_timeout(tc, 30);
    tcase_add_test(tc, all_answer);
    tcase_add_test(tc, off);
    tcase_add_test(tc, required_keeps_the_order);
    tcase_add_test(tc, advisory_goes_on_and_tells);
    tcase_add_test(tc, a_look_again_that_is_cut_off);
    tcase_add_test(tc, switched_off_it_is_over);
    tcase_add_test(tc, the_event_says_all);
    tcase_add_test(tc, a_restart_at_the_barrier);
    tcase_add_test(tc, each_for_itself);
    suite_add_tcase(suite, tc);
    return suite;
}
