/* Moments, and how far away they are. */

#include "show_draw.h"
#include "show_scene.h"
#include "support.h"

#include <check.h>
#include <string.h>

Suite *suite_show_moment(void);

#define SECONDS(n) apr_time_from_sec(n)
#define HOURS(n) SECONDS((n)*3600)
#define DAYS(n) HOURS((n)*24)

static show_scene_t *scene;
static show_query_t query;

static void setup(void)
{
    t_setup();
    scene = show_scene_make(0);
    memset(&query, 0, sizeof(query));
}

static const char *drawn(show_piece_t piece)
{
    const show_view_t view = show_scene_view(scene, &query);

    show_put_piece(&view, piece);
    return show_scene_take(scene);
}

static const struct {
    apr_interval_time_t span;
    const char *english;
    const char *japanese;
} spans[] = {
    {0, "now", "今"},
    {SECONDS(1), "now", "今"},
    {-SECONDS(1), "now", "今"},
    {SECONDS(2), "in 2 seconds", "2秒後"},
    {-SECONDS(119), "119 seconds ago", "119秒前"},
    {SECONDS(120), "in 2 minutes", "2分後"},
    {-HOURS(2) + 1, "119 minutes ago", "119分前"},
    {-HOURS(2), "2 hours ago", "2時間前"},
    {HOURS(47), "in 47 hours", "47時間後"},
    {DAYS(2), "in 2 days", "2日後"},
    {DAYS(59) + HOURS(23), "in 59 days", "59日後"},
    {-DAYS(400), "400 days ago", "400日前"},
};
#define SPANS ((int)(sizeof(spans) / sizeof(spans[0])))

START_TEST(test_distance)
{
    apr_time_t at = SHOW_SCENE_NOW + spans[_i].span;

    ck_assert_str_eq(drawn(show_distance_text(at)), spans[_i].english);
    query.language = AE_JAPANESE;
    ck_assert_str_eq(drawn(show_distance_text(at)), spans[_i].japanese);
}
END_TEST

#define TIME "<time datetime=\"2027-01-15T08:00:05Z\">"
#define AWAY(text) " <span class=\"hint away\">(" text ")</span>"

START_TEST(test_time)
{
    apr_time_t at = SHOW_SCENE_NOW + SECONDS(5);

    ck_assert_str_eq(drawn(show_time(at)), TIME "2027-01-15 08:00 UTC</time>");
    ck_assert_str_eq(drawn(show_when(at)),
                     TIME "2027-01-15 08:00 UTC</time>" AWAY("in 5 seconds"));
    ck_assert_str_eq(drawn(show_second(at)), TIME "08:00:05 UTC</time>");
    ck_assert_str_eq(drawn(show_distance(at)), TIME "in 5 seconds</time>");
    ck_assert_str_eq(drawn(show_time_text(at)), "2027-01-15 08:00 UTC");
}
END_TEST

START_TEST(test_day)
{
    ck_assert_str_eq(drawn(show_day(SHOW_SCENE_NOW + DAYS(2))),
                     "<time datetime=\"2027-01-17T08:00:00Z\">2027-01-17"
                     "</time>" AWAY("in 2 days"));
    ck_assert_str_eq(drawn(show_day(SHOW_SCENE_NOW + HOURS(47))),
                     "<time datetime=\"2027-01-17T07:00:00Z\">2027-01-17 "
                     "07:00 UTC</time>" AWAY("in 47 hours"));
}
END_TEST

START_TEST(test_no_moment)
{
    ck_assert_str_eq(drawn(show_time(0)), "\xe2\x80\x93");
    ck_assert_str_eq(drawn(show_when(0)), "\xe2\x80\x93");
    ck_assert_str_eq(drawn(show_day(0)), "\xe2\x80\x93");
    ck_assert_str_eq(drawn(show_time_text(0)), "\xe2\x80\x93");
}
END_TEST

Suite *suite_show_moment(void)
{
    Suite *suite = suite_create("show_moment");
    TCase *tc = tcase_create("moment");

    tcase_add_checked_fixture(tc, setup, t_teardown);
    tcase_add_loop_test(tc, test_distance, 0, SPANS);
    tcase_add_test(tc, test_time);
    tcase_add_test(tc, test_day);
    tcase_add_test(tc, test_no_moment);
    suite_add_tcase(suite, tc);
    return suite;
}
