#include "ae_time.h"
#include "edge_schedule.h"
#include "support.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

Suite *suite_edge_schedule(void);

#define BERLIN "Europe/Berlin"
#define NEW_YORK "America/New_York"
#define TOKYO "Asia/Tokyo"
#define LORD_HOWE "Australia/Lord_Howe"

/* Asked at `now`, the next window is open from `begin` to `end`. */
typedef struct row_t {
    const char *zone, *words, *now, *begin, *end;
} row_t;

static const row_t rows[] = {
    /* Plain weeks. */
    {BERLIN, "Mon-Fri 03:00-04:30", "2026-01-10T12:00:00+01:00",
     "2026-01-12T03:00:00+01:00", "2026-01-12T04:30:00+01:00"},
    {BERLIN, "Mon-Fri 03:00-04:30", "2026-01-12T04:30:00+01:00",
     "2026-01-13T03:00:00+01:00", "2026-01-13T04:30:00+01:00"},
    {BERLIN, "Mon-Fri 03:00-04:30", "2026-01-16T05:00:00+01:00",
     "2026-01-19T03:00:00+01:00", "2026-01-19T04:30:00+01:00"},
    {BERLIN, "Sun 02:00", "2026-01-11T03:00:00+01:00",
     "2026-01-18T02:00:00+01:00", "2026-01-18T03:00:00+01:00"},
    {TOKYO, "Sun 02:00", "2026-03-07T12:00:00Z", "2026-03-08T02:00:00+09:00",
     "2026-03-08T03:00:00+09:00"},
    {TOKYO, "Sun 02:00", "2026-03-07T18:00:00Z", "2026-03-15T02:00:00+09:00",
     "2026-03-15T03:00:00+09:00"},
    {NEW_YORK, "sat-MON 00:00-24:00", "2026-01-09T23:59:59-05:00",
     "2026-01-10T00:00:00-05:00", "2026-01-11T00:00:00-05:00"},
    {NEW_YORK, "Sat-Mon 12:00", "2026-01-12T13:00:00-05:00",
     "2026-01-17T12:00:00-05:00", "2026-01-17T13:00:00-05:00"},
    /* Several. */
    {BERLIN, "Mon-Fri 03:00-04:30 Sun 02:00", "2026-01-10T12:00:00+01:00",
     "2026-01-11T02:00:00+01:00", "2026-01-11T03:00:00+01:00"},
    {BERLIN, "Wed 20:00 06:00-06:10", "2026-01-14T06:10:00+01:00",
     "2026-01-14T20:00:00+01:00", "2026-01-14T21:00:00+01:00"},
    /* Over midnight, the turn of the year, a leap day. */
    {BERLIN, "Fri 22:30-02:15", "2026-01-16T22:00:00+01:00",
     "2026-01-16T22:30:00+01:00", "2026-01-17T02:15:00+01:00"},
    {BERLIN, "Thu 23:30", "2026-12-31T12:00:00+01:00",
     "2026-12-31T23:30:00+01:00", "2027-01-01T00:30:00+01:00"},
    {BERLIN, "Tue 03:00", "2028-02-28T12:00:00+01:00",
     "2028-02-29T03:00:00+01:00", "2028-02-29T04:00:00+01:00"},
    {TOKYO, "Tue 23:00-01:00", "2028-02-28T12:00:00+09:00",
     "2028-02-29T23:00:00+09:00", "2028-03-01T01:00:00+09:00"},
    {NEW_YORK, "Wed 03:00", "2028-02-28T12:00:00-05:00",
     "2028-03-01T03:00:00-05:00", "2028-03-01T04:00:00-05:00"},
    {NEW_YORK, "Mon 03:00", "2027-02-28T12:00:00-05:00",
     "2027-03-01T03:00:00-05:00", "2027-03-01T04:00:00-05:00"},
    /* An hour is skipped. */
    {BERLIN, "Sun 02:00", "2026-03-28T12:00:00+01:00",
     "2026-03-29T03:00:00+02:00", "2026-03-29T04:00:00+02:00"},
    {BERLIN, "Sun 02:00-03:00", "2026-03-28T12:00:00+01:00",
     "2026-03-29T03:00:00+02:00", "2026-03-29T04:00:00+02:00"},
    {BERLIN, "Sun 02:15-02:45", "2026-03-28T12:00:00+01:00",
     "2026-03-29T03:00:00+02:00", "2026-03-29T03:30:00+02:00"},
    {BERLIN, "Sun 02:30-03:30", "2026-03-28T12:00:00+01:00",
     "2026-03-29T03:00:00+02:00", "2026-03-29T03:30:00+02:00"},
    {BERLIN, "Sun 01:00-02:30", "2026-03-28T12:00:00+01:00",
     "2026-03-29T01:00:00+01:00", "2026-03-29T03:00:00+02:00"},
    {BERLIN, "Sun 01:30-04:00", "2026-03-28T12:00:00+01:00",
     "2026-03-29T01:30:00+01:00", "2026-03-29T04:00:00+02:00"},
    {BERLIN, "Sat 22:00-03:30", "2026-03-28T12:00:00+01:00",
     "2026-03-28T22:00:00+01:00", "2026-03-29T03:30:00+02:00"},
    {BERLIN, "Mon 02:00", "2026-03-28T12:00:00+01:00",
     "2026-03-30T02:00:00+02:00", "2026-03-30T03:00:00+02:00"},
    {NEW_YORK, "Sun 02:00", "2026-03-07T12:00:00-05:00",
     "2026-03-08T03:00:00-04:00", "2026-03-08T04:00:00-04:00"},
    {NEW_YORK, "Sun 01:59-03:01", "2026-03-07T12:00:00-05:00",
     "2026-03-08T01:59:00-05:00", "2026-03-08T03:01:00-04:00"},
    {LORD_HOWE, "Sun 02:00", "2026-10-03T12:00:00+10:30",
     "2026-10-04T02:30:00+11:00", "2026-10-04T03:30:00+11:00"},
    {LORD_HOWE, "Sun 02:15-02:45", "2026-10-03T12:00:00+10:30",
     "2026-10-04T02:30:00+11:00", "2026-10-04T02:45:00+11:00"},
    /* An hour comes twice: the first counts. */
    {BERLIN, "Sun 02:00", "2026-10-24T12:00:00+02:00",
     "2026-10-25T02:00:00+02:00", "2026-10-25T02:00:00+01:00"},
    {BERLIN, "Sun 02:00-03:00", "2026-10-24T12:00:00+02:00",
     "2026-10-25T02:00:00+02:00", "2026-10-25T03:00:00+01:00"},
    {BERLIN, "Sun 02:15-02:45", "2026-10-24T12:00:00+02:00",
     "2026-10-25T02:15:00+02:00", "2026-10-25T02:45:00+02:00"},
    {BERLIN, "Sun 02:15-02:45", "2026-10-25T02:15:00+01:00",
     "2026-11-01T02:15:00+01:00", "2026-11-01T02:45:00+01:00"},
    {BERLIN, "Sat 23:00-02:30", "2026-10-24T12:00:00+02:00",
     "2026-10-24T23:00:00+02:00", "2026-10-25T02:30:00+02:00"},
    {BERLIN, "Sun 03:00-04:00", "2026-10-24T12:00:00+02:00",
     "2026-10-25T03:00:00+01:00", "2026-10-25T04:00:00+01:00"},
    {NEW_YORK, "Sun 01:30", "2026-10-31T12:00:00-04:00",
     "2026-11-01T01:30:00-04:00", "2026-11-01T01:30:00-05:00"},
    {LORD_HOWE, "Sun 01:30-02:00", "2026-04-04T12:00:00+11:00",
     "2026-04-05T01:30:00+11:00", "2026-04-05T02:00:00+10:30"},
    {LORD_HOWE, "Sun 01:45-01:50", "2026-04-04T12:00:00+11:00",
     "2026-04-05T01:45:00+11:00", "2026-04-05T01:50:00+11:00"},
};

static void live_in(const char *zone)
{
    setenv("TZ", zone, 1);
    tzset();
}

static void teardown(void)
{
    unsetenv("TZ");
    tzset();
    t_teardown();
}

static apr_time_t moment(const char *text)
{
    apr_time_t t = 0;

    ck_assert_int_eq(ae_time_parse(&t, text), APR_SUCCESS);
    return t;
}

static edge_schedule_t parse(const char *words)
{
    edge_schedule_t schedule;
    ae_error_t err;
    apr_status_t status = edge_schedule_parse(&schedule, words, &err);

    ck_assert_msg(status == APR_SUCCESS, "%s: %s", words,
                  status == APR_SUCCESS ? "" : ae_error_line(&err, t_pool));
    return schedule;
}

static void is_moment(apr_time_t found, const char *expected, const row_t *row)
{
    ck_assert_msg(found == moment(expected), "%s in %s at %s: %s, not %s",
                  row->words, row->zone, row->now,
                  ae_time_print(found, t_pool),
                  ae_time_print(moment(expected), t_pool));
}

START_TEST(windows_open_and_shut)
{
    const row_t *row = &rows[_i];
    edge_schedule_t schedule;
    apr_time_t since, begin = moment(row->begin), end = moment(row->end);

    live_in(row->zone);
    schedule = parse(row->words);
    ck_assert_int_eq(edge_schedule_open(&schedule, NULL, moment(row->now)), 0);
    is_moment(edge_schedule_next(&schedule, moment(row->now)), row->begin,
              row);
    ck_assert(!edge_schedule_open(&schedule, &since, begin - 1));
    ck_assert_int_eq(since, 0);
    ck_assert(edge_schedule_open(&schedule, &since, begin));
    is_moment(since, row->begin, row);
    ck_assert(edge_schedule_open(&schedule, &since, end - 1));
    is_moment(since, row->begin, row);
    ck_assert_int_eq(edge_schedule_next(&schedule, end - 1), end - 1);
    if (strstr(row->words, "24:00") == NULL) {
        ck_assert_msg(!edge_schedule_open(&schedule, NULL, end),
                      "%s in %s is open after %s", row->words, row->zone,
                      row->end);
        ck_assert_int_gt(edge_schedule_next(&schedule, end), end);
    }
}
END_TEST

START_TEST(whole_days_have_no_gap)
{
    edge_schedule_t schedule = parse("Sun-Sat 00:00-24:00");
    apr_time_t at = moment("2026-10-24T00:00:00Z");
    int hour;

    live_in(BERLIN);
    for (hour = 0; hour < 400 * 24; hour++) {
        ck_assert(edge_schedule_open(&schedule, NULL, at));
        at += apr_time_from_sec(3600);
    }
}
END_TEST

START_TEST(immediately_is_always)
{
    edge_schedule_t schedule = parse("Immediately");
    static const edge_schedule_t zero;
    apr_time_t since = 1;

    ck_assert_int_eq(memcmp(&schedule, &zero, sizeof(zero)), 0);
    ck_assert(edge_schedule_open(&schedule, &since, 1000));
    ck_assert_int_eq(since, 0);
    ck_assert_int_eq(edge_schedule_next(&schedule, 1000), 1000);
    ck_assert_str_eq(edge_schedule_words(&schedule, 1000, t_pool), "");
}
END_TEST

START_TEST(manual_is_never)
{
    edge_schedule_t schedule = parse("manual");

    ck_assert(!edge_schedule_open(&schedule, NULL, 1000));
    ck_assert_int_eq(edge_schedule_next(&schedule, 1000), 0);
    ck_assert_str_eq(edge_schedule_words(&schedule, 1000, t_pool), "");
}
END_TEST

START_TEST(the_open_window_is_named)
{
    static const char *const words[][3] = {
        {"mon-fri 03:00-04:30 sun 02:00", "2026-01-12T04:00:00+01:00",
         "Mon-Fri 03:00-04:30"},
        {"mon-fri 03:00-04:30 sun 02:00", "2026-01-11T02:59:59+01:00",
         "Sun 02:00"},
        {"mon-fri 03:00-04:30 sun 02:00", "2026-01-11T03:00:00+01:00", ""},
        {"Fri 22:30-02:15", "2026-01-17T02:00:00+01:00", "Fri 22:30-02:15"},
        {"Fri-Fri 22:30-24:00", "2026-01-16T23:00:00+01:00",
         "Fri 22:30-24:00"},
    };
    edge_schedule_t schedule = parse(words[_i][0]);

    live_in(BERLIN);
    ck_assert_str_eq(
        edge_schedule_words(&schedule, moment(words[_i][1]), t_pool),
        words[_i][2]);
}
END_TEST

static const char *const wrong[] = {
    "",
    "  ",
    "now",
    "daily 03:00",
    "immediately manual",
    "03:00",
    "Sun",
    "Sun Mon 03:00",
    "Sun 03:00 Mon",
    "Sunday 03:00",
    "Su 03:00",
    "Mon-Funday 03:00",
    "Mon- 03:00",
    "Mon,Tue 03:00",
    "Mon-Tue-Wed 03:00",
    "Sun 3:00",
    "Sun 03.00",
    "Sun 24:00",
    "Sun 03:60",
    "Sun 03:00-24:01",
    "Sun 03:00-25:00",
    "Sun 03:00-",
    "Sun 03:00-03:00",
    "Sun 03:00-04:00-05:00",
    "Sun 03:00:00",
    "Sun 0",
    "Sun 1234567890123456789012345678901234567890123456789012345678901234567",
};

START_TEST(what_makes_no_sense_is_refused)
{
    edge_schedule_t schedule;
    ae_error_t err;

    ck_assert_msg(edge_schedule_parse(&schedule, wrong[_i], &err) ==
                      AE_EFORMAT,
                  "%s", wrong[_i]);
    ck_assert_ptr_nonnull(strstr(err.next, "Mon-Fri 03:00-04:30 Sun 02:00"));
}
END_TEST

START_TEST(there_is_room_for_32_windows)
{
    char words[256] = "Mon";
    edge_schedule_t schedule;
    ae_error_t err;
    int i;

    for (i = 0; i < EDGE_WINDOWS_MAX; i++) {
        strcat(words, " 03:00");
    }
    schedule = parse(words);
    ck_assert_int_eq(schedule.count, EDGE_WINDOWS_MAX);
    strcat(words, " 04:00");
    ck_assert_int_eq(edge_schedule_parse(&schedule, words, &err), AE_EFORMAT);
    ck_assert_ptr_nonnull(strstr(err.why, "more than 32"));
}
END_TEST

Suite *suite_edge_schedule(void)
{
    Suite *s = suite_create("edge_schedule");
    TCase *tc = tcase_create("schedule");

    tcase_add_checked_fixture(tc, t_setup, teardown);
    tcase_add_loop_test(tc, windows_open_and_shut, 0,
                        (int)(sizeof(rows) / sizeof(rows[0])));
    tcase_add_test(tc, whole_days_have_no_gap);
    tcase_add_test(tc, immediately_is_always);
    tcase_add_test(tc, manual_is_never);
    tcase_add_loop_test(tc, the_open_window_is_named, 0, 5);
    tcase_add_loop_test(tc, what_makes_no_sense_is_refused, 0,
                        (int)(sizeof(wrong) / sizeof(wrong[0])));
    tcase_add_test(tc, there_is_room_for_32_windows);
    suite_add_tcase(s, tc);
    return s;
}
