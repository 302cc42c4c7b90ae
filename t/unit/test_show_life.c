/* Where things are on the line of a certificate's life. */

#include "show_life.h"
#include "show_scene.h"
#include "support.h"

#include <check.h>
#include <string.h>

Suite *suite_show_life(void);

#define DAYS(n) apr_time_from_sec((n)*86400)
#define NOW SHOW_SCENE_NOW

static edge_status_t status;
static show_life_t life;

static void live(int since, int until)
{
    memset(&status, 0, sizeof(status));
    status.not_before = NOW - DAYS(since);
    status.not_after = NOW + DAYS(until);
    status.renew_at =
        status.not_before + (status.not_after - status.not_before) / 3 * 2;
    ck_assert_int_eq(show_life_span(&life, &status, NOW), 1);
}

START_TEST(test_in_the_middle)
{
    live(30, 60);
    ck_assert_int_eq(show_life_place(&life, status.not_before), 0);
    ck_assert_int_eq(show_life_place(&life, NOW), 333);
    ck_assert_int_eq(show_life_place(&life, status.renew_at), 666);
    ck_assert_int_eq(show_life_place(&life, status.not_after), 1000);
}
END_TEST

/* Now is not left out where it is outside of the lifetime. */
START_TEST(test_expired)
{
    live(100, -10);
    ck_assert_int_eq(show_life_place(&life, status.not_before), 0);
    ck_assert_int_eq(show_life_place(&life, status.not_after), 900);
    ck_assert_int_eq(show_life_place(&life, NOW), 1000);
}
END_TEST

START_TEST(test_not_yet_valid)
{
    live(-10, 100);
    ck_assert_int_eq(show_life_place(&life, NOW), 0);
    ck_assert_int_eq(show_life_place(&life, status.not_before), 100);
    ck_assert_int_eq(show_life_place(&life, status.not_after), 1000);
}
END_TEST

/* A life of ninety days must not become a dot. */
START_TEST(test_expired_long_ago)
{
    live(4000, -3910);
    ck_assert_int_eq(show_life_place(&life, status.not_after), 666);
    ck_assert_int_eq(show_life_place(&life, NOW), 1000);
    live(-3910, 4000);
    ck_assert_int_eq(show_life_place(&life, NOW), 0);
    ck_assert_int_eq(show_life_place(&life, status.not_before), 333);
}
END_TEST

START_TEST(test_a_window_after_the_end)
{
    live(90, 0);
    status.deploy_at = NOW + DAYS(10);
    ck_assert_int_eq(show_life_span(&life, &status, NOW), 1);
    ck_assert_int_eq(show_life_place(&life, status.not_after), 900);
    ck_assert_int_eq(show_life_place(&life, status.deploy_at), 1000);
}
END_TEST

START_TEST(test_nothing_live)
{
    memset(&status, 0, sizeof(status));
    ck_assert_int_eq(show_life_span(&life, &status, NOW), 0);
    status.not_after = status.not_before = NOW;
    ck_assert_int_eq(show_life_span(&life, &status, NOW), 0);
    status.not_before = NOW + DAYS(1);
    ck_assert_int_eq(show_life_span(&life, &status, NOW), 0);
}
END_TEST

/* --- the drawing -------------------------------------------------------- */

static const char *draw(void)
{
    show_scene_t *scene = show_scene_make(0);
    const show_query_t query = {.page = 1};
    const show_view_t view = show_scene_view(scene, &query);

    show_life_draw(&view, &status);
    return show_scene_take(scene);
}

START_TEST(test_drawing)
{
    const char *text;

    live(30, 60);
    status.deploy_at = NOW + DAYS(33);
    text = draw();
    ck_assert_ptr_nonnull(strstr(text, "role=\"img\""));
    ck_assert_ptr_nonnull(strstr(
        text, "Valid from 2026-12-16 08:00 UTC (30 days ago); Renewal "
              "2027-02-14 08:00 UTC (in 30 days); Deployment 2027-02-17 "
              "08:00 UTC (in 33 days); Expires 2027-03-16 08:00 UTC (in 60 "
              "days); Now 2027-01-15 08:00 UTC</desc>"));
    ck_assert_ptr_nonnull(strstr(text, "<rect class=\"past\" y=\"34\" "
                                       "height=\"10\" x=\"0.0%\" "
                                       "width=\"33.3%\"/>"));
    ck_assert_ptr_nonnull(strstr(text, "<rect class=\"last\" y=\"34\" "
                                       "height=\"10\" x=\"66.6%\" "
                                       "width=\"33.4%\"/>"));
}
END_TEST

START_TEST(test_drawing_of_nothing)
{
    memset(&status, 0, sizeof(status));
    ck_assert_str_eq(draw(), "");
}
END_TEST

/* Marks are in the order of time, also where the plan is odd. */
START_TEST(test_drawing_of_a_late_window)
{
    const char *text;

    live(60, 30);
    status.renew_at = 0;
    status.deploy_at = NOW + DAYS(31);
    text = draw();
    ck_assert_ptr_null(strstr(text, "Renewal"));
    ck_assert(strstr(text, "Expires") < strstr(text, "Deployment"));
}
END_TEST

Suite *suite_show_life(void)
{
    Suite *suite = suite_create("show_life");
    TCase *tc = tcase_create("life");

    tcase_add_checked_fixture(tc, t_setup, t_teardown);
    tcase_add_test(tc, test_in_the_middle);
    tcase_add_test(tc, test_expired);
    tcase_add_test(tc, test_not_yet_valid);
    tcase_add_test(tc, test_expired_long_ago);
    tcase_add_test(tc, test_a_window_after_the_end);
    tcase_add_test(tc, test_nothing_live);
    tcase_add_test(tc, test_drawing);
    tcase_add_test(tc, test_drawing_of_nothing);
    tcase_add_test(tc, test_drawing_of_a_late_window);
    suite_add_tcase(suite, tc);
    return suite;
}
