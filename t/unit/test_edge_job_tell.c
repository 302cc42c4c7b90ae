/* What is told of an attempt while it gets on, and afterwards. */

#include "edge_progress.h"
#include "edge_request.h"
#include "edge_world.h"
#include "support.h"

#include <apr_strings.h>
#include <check.h>
#include <string.h>

Suite *suite_edge_job_tell(void);

static world_t *w;

static void setup(void)
{
    scene_setup();
    w = world_begin("a.example b.example", "ca");
}

static const edge_status_t *status(void)
{
    return &w->statuses[0];
}

/* The words of all steps told, blank-separated. */
static const char *steps(void)
{
    const char *text = "";
    int i;

    for (i = 0; i < EDGE_STATUS_STEPS && status()->steps[i].word[0]; i++) {
        text = apr_pstrcat(t_pool, text, i ? " " : "", status()->steps[i].word,
                           NULL);
    }
    return text;
}

static edge_progress_t progress(void)
{
    edge_progress_t told;

    edge_progress_load(&told, scene_store(),
                       APR_ARRAY_IDX(w->config.certs, 0, const edge_cert_t *),
                       t_pool);
    return told;
}

static const edge_progress_name_t *name_at(const edge_progress_t *told, int i)
{
    ck_assert_int_lt(i, told->names->nelts);
    return &APR_ARRAY_IDX(told->names, i, edge_progress_name_t);
}

START_TEST(each_step_with_its_moment)
{
    apr_time_t begun = w->now;
    int i;

    w->ca->validate_polls = 2;
    world_run_until(0, EDGE_PHASE_STAGED, MINUTE);
    ck_assert_str_eq(steps(), "newOrder authorization challenge order "
                              "finalize certificate issued");
    ck_assert_int_ge(status()->steps[0].at, begun);
    for (i = 1; i < 7; i++) {
        ck_assert_int_ge(status()->steps[i].at, status()->steps[i - 1].at);
    }
    ck_assert_int_gt(status()->steps[4].at, status()->steps[3].at);
    ck_assert_int_eq(status()->steps[6].at, status()->signed_at);
    ck_assert_int_eq(status()->succeeded_at, status()->signed_at);
}
END_TEST

START_TEST(each_name_under_way)
{
    w->ca->validate_polls = 3;
    ck_assert_int_eq(status()->name_states[0], EDGE_NAME_UNKNOWN);
    world_go_to("challenge");
    ck_assert_int_eq(status()->phase, EDGE_PHASE_ORDERING);
    ck_assert_int_eq(status()->name_states[0], EDGE_NAME_PENDING);
    ck_assert_int_eq(status()->name_states[1], EDGE_NAME_PENDING);
    ck_assert_int_eq(status()->name_states[2], EDGE_NAME_UNKNOWN);
    world_run_until(0, EDGE_PHASE_STAGED, MINUTE);
    ck_assert_int_eq(status()->name_states[0], EDGE_NAME_VALID);
    ck_assert_int_eq(status()->name_states[1], EDGE_NAME_VALID);
    ck_assert_int_eq(status()->name_states[2], EDGE_NAME_UNKNOWN);
}
END_TEST

START_TEST(known_after_the_restart)
{
    const char *told;

    world_run_until(0, EDGE_PHASE_STAGED, MINUTE);
    told = steps();
    world_deploy();
    ck_assert_int_eq(status()->phase, EDGE_PHASE_VALID);
    ck_assert_str_eq(steps(), told);
    ck_assert_int_eq(status()->name_states[1], EDGE_NAME_VALID);
    ck_assert_int_eq(status()->succeeded_at, status()->signed_at);
}
END_TEST

/* Nobody asked for it, and yet each name's reason can be read. */
START_TEST(which_name_failed)
{
    edge_progress_t told;

    w->ca->bad_name = "b.example";
    w->ca->bad_problem =
        "{\"type\":\"urn:ietf:params:acme:error:unauthorized\","
        "\"detail\":\"it says 404\"}";
    world_run_until(0, EDGE_PHASE_FAILING, MINUTE);
    ck_assert_int_eq(status()->name_states[1], EDGE_NAME_INVALID);
    ck_assert_int_eq(status()->succeeded_at, 0);
    ck_assert_str_eq(strrchr(steps(), ' '), " failed");
    told = progress();
    ck_assert_str_eq(told.step, "failed");
    ck_assert_int_eq(told.at, status()->signed_at);
    ck_assert_str_eq(name_at(&told, 0)->why, "");
    ck_assert_str_eq(name_at(&told, 1)->name, "b.example");
    ck_assert_str_eq(name_at(&told, 1)->status, "invalid");
    ck_assert_ptr_nonnull(strstr(name_at(&told, 1)->why, "it says 404"));
    world_restart();
    ck_assert_int_eq(status()->name_states[1], EDGE_NAME_INVALID);
}
END_TEST

START_TEST(a_success_writes_nothing_more)
{
    world_run_until(0, EDGE_PHASE_STAGED, MINUTE);
    ck_assert_int_eq(progress().at, 0);
}
END_TEST

/* What stands in the way of a beginning is an attempt as well. */
START_TEST(one_that_cannot_begin)
{
    world_stop();
    scene_break("accounts/ca");
    world_start();
    world_run_until(0, EDGE_PHASE_FAILING, MINUTE);
    ck_assert_str_eq(steps(), "failed");
    ck_assert_int_eq(status()->name_states[0], EDGE_NAME_UNKNOWN);
}
END_TEST

/* The next order begins with nothing. */
START_TEST(a_new_order_is_told_anew)
{
    w->ca->bad_name = "b.example";
    world_run_until(0, EDGE_PHASE_FAILING, MINUTE);
    w->ca->bad_name = NULL;
    world_run_until(0, EDGE_PHASE_ORDERING, DAY);
    ck_assert_int_eq(status()->name_states[1], EDGE_NAME_UNKNOWN);
    ck_assert_ptr_null(strstr(steps(), "failed"));
}
END_TEST

Suite *suite_edge_job_tell(void)
{
    Suite *suite = suite_create("edge_job_tell");
    TCase *tc = tcase_create("tell");

    tcase_add_checked_fixture(tc, setup, t_teardown);
    tcase_add_test(tc, each_step_with_its_moment);
    tcase_add_test(tc, each_name_under_way);
    tcase_add_test(tc, known_after_the_restart);
    tcase_add_test(tc, which_name_failed);
    tcase_add_test(tc, a_success_writes_nothing_more);
    tcase_add_test(tc, one_that_cannot_begin);
    tcase_add_test(tc, a_new_order_is_told_anew);
    suite_add_tcase(suite, tc);
    return suite;
}
