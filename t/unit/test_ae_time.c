#include "ae_time.h"

#include "support.h"

#include <check.h>

#define SEC(n) apr_time_from_sec((apr_int64_t)(n))
#define DAY SEC(86400)
#define ROWS(table) (sizeof(table) / sizeof((table)[0]))

/* The first five are RFC 3339's own examples (section 5.8); their seconds
 * are from date(1). */
static const struct {
    const char *text;
    apr_time_t t;
} moments[] = {
    {"1985-04-12T23:20:50.52Z", SEC(482196050) + 520000},
    {"1996-12-19T16:39:57-08:00", SEC(851042397)},
    {"1990-12-31T23:59:60Z", SEC(662688000)},
    {"1990-12-31T15:59:60-08:00", SEC(662688000)},
    {"1937-01-01T12:00:27.87+00:20", SEC(-1041337173) + 870000},
    {"1970-01-01T00:00:00Z", 0},
    {"2026-11-21T03:00:00.25+01:00", SEC(1795226400) + 250000},
    {"2024-02-29T00:00:00Z", SEC(1709164800)},
    {"2000-02-29T23:59:59Z", SEC(951868799)},
    {"2038-01-19T03:14:08Z", SEC(2147483648)},
    {"2026-11-21t03:00:00z", SEC(1795230000)},
    {"2026-11-21T03:00:00.123456789Z", SEC(1795230000) + 123456},
    {"2026-11-21T03:00:00-00:00", SEC(1795230000)},
    /* What a CA written in Go says for no time at all. */
    {"0001-01-01T00:00:00Z", SEC(-62135596800)},
    {"9999-12-31T23:59:59Z", SEC(253402300799)},
};

START_TEST(parse)
{
    apr_time_t t = 1;

    ck_assert_int_eq(ae_time_parse(&t, moments[_i].text), APR_SUCCESS);
    ck_assert_int_eq(t, moments[_i].t);
}
END_TEST

static const char *const no_moments[] = {
    "",
    "2026",
    "2026-11-21",
    "2026-11-21T03:00:00",
    "2026-11-21 03:00:00Z",
    "2026-11-21T03:00Z",
    "2026-11-21T03:00:00.Z",
    "2026-11-21T03:00:00,5Z",
    "2026-11-21T03:00:00Z ",
    " 2026-11-21T03:00:00Z",
    "2026-11-21T03:00:00+01",
    "2026-11-21T03:00:00+0100",
    "2026-11-21T03:00:00+24:00",
    "2026-11-21T03:00:00+01:60",
    "2026-11-21T24:00:00Z",
    "2026-11-21T03:60:00Z",
    "2026-11-21T03:00:61Z",
    "2026-00-21T03:00:00Z",
    "2026-13-21T03:00:00Z",
    "2026-11-00T03:00:00Z",
    "2026-11-31T03:00:00Z",
    "2025-02-29T03:00:00Z",
    "1900-02-29T03:00:00Z",
    "26-11-21T03:00:00Z",
    "+026-11-21T03:00:00Z",
    "Sat, 21 Nov 2026 03:00:00 GMT",
};

START_TEST(parse_refuses)
{
    apr_time_t t = 42;

    ck_assert_int_eq(ae_time_parse(&t, no_moments[_i]), AE_EFORMAT);
    ck_assert_int_eq(t, 42);
}
END_TEST

START_TEST(print)
{
    ck_assert_str_eq(ae_time_print(0, t_pool), "-");
    ck_assert_str_eq(ae_time_print(SEC(1795230000) + 999999, t_pool),
                     "2026-11-21T03:00:00Z");
    ck_assert_str_eq(ae_time_print(SEC(1709210096), t_pool),
                     "2024-02-29T12:34:56Z");
    ck_assert_str_eq(ae_time_print(SEC(-62135596800), t_pool),
                     "0001-01-01T00:00:00Z");
    ck_assert_str_eq(ae_time_print(-1, t_pool), "1969-12-31T23:59:59Z");
}
END_TEST

static const struct {
    apr_interval_time_t span;
    const char *text;
} spans[] = {
    {0, "0 s"},
    {999999, "0 s"},
    {SEC(45), "45 s"},
    {SEC(60), "1 min"},
    {SEC(61), "1 min 1 s"},
    {SEC(3600), "1 h"},
    {SEC(3659), "1 h"},
    {SEC(3600 + 25 * 60 + 59), "1 h 25 min"},
    {2 * DAY + SEC(3 * 3600 + 59 * 60), "2 d 3 h"},
    {60 * DAY + SEC(59), "60 d"},
    {-(2 * DAY + SEC(3 * 3600)), "-2 d 3 h"},
};

START_TEST(print_span)
{
    ck_assert_str_eq(ae_time_print_span(spans[_i].span, t_pool),
                     spans[_i].text);
}
END_TEST

/* RFC 9110 section 10.2.3; "now" is 1999-12-31T23:00:00Z. */
#define NOW (SEC(946681200) + 1)

static const struct {
    const char *text;
    apr_time_t t;
} waits[] = {
    {"120", NOW + SEC(120)},
    {" 120\t", NOW + SEC(120)},
    {"Fri, 31 Dec 1999 23:59:59 GMT", SEC(946684799)},
    {"Friday, 31-Dec-99 23:59:59 GMT", SEC(946684799)},
    {"Fri Dec 31 23:59:59 1999", SEC(946684799)},
    /* Bounded below: no CA is asked again at once. */
    {"0", NOW + SEC(1)},
    {"1", NOW + SEC(1)},
    {"Fri, 31 Dec 1999 22:00:00 GMT", NOW + SEC(1)},
    {"Sun, 06 Nov 1994 08:49:37 GMT", NOW + SEC(1)},
    /* Bounded above: no answer puts renewal off for ever. */
    {"604800", NOW + 7 * DAY},
    {"604801", NOW + 7 * DAY},
    {"18446744073709551617", NOW + 7 * DAY},
    {"99999999999999999999999999999999999999", NOW + 7 * DAY},
    {"Sat, 31 Dec 2050 23:59:59 GMT", NOW + 7 * DAY},
};

START_TEST(retry_after)
{
    apr_time_t t = 0;

    ck_assert_int_eq(ae_time_parse_retry_after(&t, waits[_i].text, NOW),
                     APR_SUCCESS);
    ck_assert_int_eq(t, waits[_i].t);
}
END_TEST

static const char *const no_waits[] = {
    "",
    " ",
    "-1",
    "+1",
    "1.5",
    "1 2",
    "12x",
    "soon",
    "0x10",
    "Fri, 31",
    "Fri, 31 Foo 1999 23:59:59 GMT",
    "1999-12-31T23:59:59Z",
};

START_TEST(retry_after_refuses)
{
    apr_time_t t = 42;

    ck_assert_int_eq(ae_time_parse_retry_after(&t, no_waits[_i], NOW),
                     AE_EFORMAT);
    ck_assert_int_eq(t, 42);
}
END_TEST

Suite *suite_ae_time(void)
{
    Suite *suite = suite_create("ae_time");
    TCase *tc = tcase_create("time");

    tcase_add_checked_fixture(tc, t_setup, t_teardown);
    tcase_add_loop_test(tc, parse, 0, ROWS(moments));
    tcase_add_loop_test(tc, parse_refuses, 0, ROWS(no_moments));
    tcase_add_test(tc, print);
    tcase_add_loop_test(tc, print_span, 0, ROWS(spans));
    tcase_add_loop_test(tc, retry_after, 0, ROWS(waits));
    tcase_add_loop_test(tc, retry_after_refuses, 0, ROWS(no_waits));
    suite_add_tcase(suite, tc);
    return suite;
}
