#include "edge_scene.h"
#include "edge_teller.h"
#include "support.h"

#include <check.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

Suite *suite_edge_teller(void);

static edge_teller_t teller;
static edge_marks_t marks;
static unsigned notified;

static void count(void *ctx, const char *dir, const edge_event_t *event)
{
    ck_assert_ptr_eq(ctx, &teller);
    ck_assert_str_eq(dir, "a.example");
    ck_assert_int_eq(event->kind, EDGE_EVENT_STAGED);
    notified++;
}

static void setup(void)
{
    scene_setup();
    memset(&teller, 0, sizeof(teller));
    memset(&marks, 0, sizeof(marks));
    notified = 0;
    teller.store = scene_store();
    teller.log = scene_log();
    teller.notify = count;
    teller.ctx = &teller;
}

static void tell(apr_time_t at)
{
    edge_event_t event = {.kind = EDGE_EVENT_STAGED, .at = at};

    edge_teller_tell(&teller, &marks, "a.example", &event, t_pool);
}

static void recall(void)
{
    notified = 0;
    memset(&marks, 0, sizeof(marks));
    edge_teller_recall(&marks, &teller, "a.example", t_pool);
}

START_TEST(one_event_once)
{
    tell(5);
    tell(5);
    tell(6);
    ck_assert_uint_eq(notified, 2);
    recall();
    ck_assert_uint_eq(notified, 2);
}
END_TEST

START_TEST(marks_come_with_it)
{
    ck_assert(edge_teller_recall(&marks, &teller, "a.example", t_pool));
    marks.deployed_at = 7;
    tell(5);
    recall();
    ck_assert_int_eq(marks.deployed_at, 7);
    ck_assert(!edge_teller_recall(&marks, &teller, "a.example", t_pool));
}
END_TEST

/* What is not written is told all the same, and the trouble once. */
START_TEST(no_place_for_the_history)
{
    const char *state = scene_path("state"), *away = scene_path("away");

    ck_assert_int_eq(rename(state, away), 0);
    tell(5);
    tell(6);
    ck_assert_uint_eq(notified, 2);
    ck_assert_int_eq(scene_logged("warning: AE068: a.example: "), 1);
    ck_assert_int_eq(rename(away, state), 0);
    tell(7);
    ck_assert_int_eq(rename(state, away), 0);
    tell(8);
    ck_assert_int_eq(scene_logged("warning: AE068: a.example: "), 2);
}
END_TEST

Suite *suite_edge_teller(void)
{
    Suite *suite = suite_create("edge_teller");
    TCase *tc = tcase_create("edge_teller");

    tcase_add_checked_fixture(tc, setup, t_teardown);
    tcase_add_test(tc, one_event_once);
    tcase_add_test(tc, marks_come_with_it);
    tcase_add_test(tc, no_place_for_the_history);
    suite_add_tcase(suite, tc);
    return suite;
}
