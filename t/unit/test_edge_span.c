#include "edge_policy.h"
#include "support.h"

#include <check.h>
#include <string.h>

Suite *suite_edge_span(void);

START_TEST(test_times)
{
    static const struct {
        const char *word;
        apr_int64_t seconds;
    } rows[] = {{"30d", 2592000}, {"12h", 43200},       {"45m", 2700},
                {"90s", 90},      {"7", 604800},        {"1s", 1},
                {"007d", 604800}, {"3650d", 315360000}, {"87600h", 315360000}};
    edge_span_t span;
    ae_error_t err;
    apr_size_t i;

    for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        ck_assert_int_eq(edge_span_parse(&span, rows[i].word, &err),
                         APR_SUCCESS);
        ck_assert_int_eq(apr_time_sec(span.time), rows[i].seconds);
        ck_assert_uint_eq(span.percent, 0);
    }
}
END_TEST

START_TEST(test_shares)
{
    edge_span_t span;
    ae_error_t err;

    ck_assert_int_eq(edge_span_parse(&span, "33%", &err), APR_SUCCESS);
    ck_assert_uint_eq(span.percent, 33);
    ck_assert_int_eq(span.time, 0);
    ck_assert_int_eq(edge_span_parse(&span, "1%", &err), APR_SUCCESS);
    ck_assert_int_eq(edge_span_parse(&span, "99%", &err), APR_SUCCESS);
}
END_TEST

START_TEST(test_refused)
{
    static const char *const words[] = {
        "",      "d",      "%",    "0",     "0d",
        "0%",    "100%",   "-1d",  "+1d",   "1.5d",
        " 1d",   "1d ",    "1 d",  "1D",    "1w",
        "1dd",   "1d2h",   "33%%", "3651d", "99999999999999999999d",
        "month", "87601h", "1e3d", "0x10",  "18446744073709551617s"};
    edge_span_t span;
    ae_error_t err;
    apr_size_t i;

    for (i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
        ck_assert_msg(edge_span_parse(&span, words[i], &err) == AE_EFORMAT,
                      "\"%s\" is taken", words[i]);
        ck_assert_str_ne(err.why, "");
        ck_assert_ptr_nonnull(strstr(err.next, "33%"));
    }
}
END_TEST

Suite *suite_edge_span(void)
{
    Suite *suite = suite_create("edge_span");
    TCase *tc = tcase_create("parse");

    tcase_add_test(tc, test_times);
    tcase_add_test(tc, test_shares);
    tcase_add_test(tc, test_refused);
    suite_add_tcase(suite, tc);
    return suite;
}
