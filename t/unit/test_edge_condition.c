#include "edge_condition.h"
#include "support.h"

#include <check.h>
#include <string.h>

Suite *suite_edge_condition(void);

#define MINUTE apr_time_from_sec(60)
#define DAY apr_time_from_sec(86400)
#define START apr_time_from_sec(1795000000)

static edge_mark_t mark;

static void setup(void)
{
    t_setup();
    memset(&mark, 0, sizeof(mark));
}

/* A year of looks at every minute. @return how often it was told */
static unsigned tellings(apr_time_t from, apr_time_t to, int holds)
{
    unsigned count = 0;
    apr_time_t now;

    for (now = from; now < to; now += MINUTE) {
        count += edge_condition_step(&mark, holds, 0, now) == EDGE_TELL_NOW;
    }
    return count;
}

START_TEST(first_then_daily_then_over)
{
    ck_assert_uint_eq(tellings(START, START + MINUTE, 1), 1);
    ck_assert_uint_eq(tellings(START + MINUTE, START + DAY, 1), 0);
    ck_assert_uint_eq(tellings(START + DAY, START + 365 * DAY, 1), 364);
    ck_assert_int_eq(mark.since, START);
    ck_assert_int_eq(edge_condition_step(&mark, 0, 0, START + 365 * DAY),
                     EDGE_TELL_OVER);
    ck_assert_int_eq(edge_condition_step(&mark, 0, 0, START + 365 * DAY + 1),
                     EDGE_TELL_NOTHING);
    ck_assert_uint_eq(tellings(START + 366 * DAY, START + 400 * DAY, 0), 0);
}
END_TEST

START_TEST(wakes_for_the_next)
{
    ck_assert_int_eq(edge_condition_wake(&mark), 0);
    edge_condition_step(&mark, 1, 0, START);
    ck_assert_int_eq(edge_condition_wake(&mark), START + DAY);
    edge_condition_step(&mark, 1, 0, START + DAY);
    ck_assert_int_eq(edge_condition_wake(&mark), START + 2 * DAY);
    edge_condition_step(&mark, 0, 0, START + 3 * DAY);
    ck_assert_int_eq(edge_condition_wake(&mark), 0);
}
END_TEST

/* What happens to it meanwhile is told once, and the day counts from there. */
START_TEST(news_at_once)
{
    apr_time_t news = START + 60 * MINUTE;

    edge_condition_step(&mark, 1, news, START);
    ck_assert_int_eq(edge_condition_step(&mark, 1, news, news - 1),
                     EDGE_TELL_NOTHING);
    ck_assert_int_eq(edge_condition_step(&mark, 1, news, news), EDGE_TELL_NOW);
    ck_assert_int_eq(edge_condition_step(&mark, 1, news, news + MINUTE),
                     EDGE_TELL_NOTHING);
    ck_assert_int_eq(edge_condition_step(&mark, 1, news, news + DAY),
                     EDGE_TELL_NOW);
    ck_assert_int_eq(mark.since, START);
}
END_TEST

/* A clock that was a year ahead does not make it silent for a year. */
START_TEST(clock_set_back)
{
    edge_condition_step(&mark, 1, 0, START + 365 * DAY);
    ck_assert_int_eq(edge_condition_step(&mark, 1, 0, START), EDGE_TELL_NOW);
    ck_assert_int_eq(mark.since, START);
    ck_assert_uint_eq(tellings(START + MINUTE, START + DAY, 1), 0);
}
END_TEST

Suite *suite_edge_condition(void)
{
    Suite *suite = suite_create("edge_condition");
    TCase *tc = tcase_create("edge_condition");

    tcase_add_checked_fixture(tc, setup, t_teardown);
    tcase_add_test(tc, first_then_daily_then_over);
    tcase_add_test(tc, wakes_for_the_next);
    tcase_add_test(tc, news_at_once);
    tcase_add_test(tc, clock_set_back);
    suite_add_tcase(suite, tc);
    return suite;
}
