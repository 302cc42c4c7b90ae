/* What a request's query and headers ask for. */

#include "show_query.h"
#include "support.h"

#include <apr_strings.h>
#include <check.h>
#include <string.h>

Suite *suite_show_query(void);

static show_query_t query;
static ae_error_t err;

static apr_status_t ask(const char *args, const char *accept,
                        const char *language)
{
    return show_query_read(&query, args, accept, language, &err, t_pool);
}

static void check_refused(const char *args, const char *line)
{
    ck_assert_int_eq(ask(args, NULL, NULL), AE_EFORMAT);
    ck_assert_str_eq(ae_error_line(&err, t_pool), line);
}

START_TEST(test_nothing_asked)
{
    ck_assert_int_eq(ask(NULL, NULL, NULL), APR_SUCCESS);
    ck_assert_int_eq(query.format, SHOW_HTML);
    ck_assert_int_eq(query.language, AE_ENGLISH);
    ck_assert_int_eq(query.page, 1);
    ck_assert_int_eq(query.states, 0);
    ck_assert_ptr_null(query.name);
    ck_assert_ptr_null(query.cert);
}
END_TEST

/* A form sends what was left empty too, and pages are reached from others. */
START_TEST(test_what_says_nothing)
{
    ck_assert_int_eq(
        ask("&&state=&name=&page=&cert=&lang=&format=&done=sign&x&=&cert",
            NULL, NULL),
        APR_SUCCESS);
    ck_assert_int_eq(query.page, 1);
    ck_assert_int_eq(query.states, 0);
    ck_assert_ptr_null(query.name);
    ck_assert_ptr_null(query.cert);
}
END_TEST

/* --- RFC 9110 section 12.5.1 -------------------------------------------- */

static const struct {
    const char *accept;
    show_format_t format;
} accepts[] = {
    {"", SHOW_HTML},
    {"*/*", SHOW_HTML},
    {"application/json", SHOW_JSON},
    {"Application/JSON;charset=utf-8", SHOW_JSON},
    {"application/*", SHOW_JSON},
    {"text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8",
     SHOW_HTML},
    {"application/json, text/html", SHOW_HTML},
    {"text/html;q=0.5, application/json;q=0.7", SHOW_JSON},
    {"text/html;q=0.501, application/json;q=0.5", SHOW_HTML},
    /* The most specific range counts, wherever it stands. */
    {"*/*, text/html;q=0.1", SHOW_JSON},
    {"text/html;q=0.1, */*", SHOW_JSON},
    {"application/*;q=0.2, application/json;q=0.9, text/*;q=0.5", SHOW_JSON},
    {"application/json;q=0, */*;q=0.1", SHOW_HTML},
    {"text/html;q=0, application/json;q=0, */*", SHOW_METRICS},
    /* A scraper's. */
    {"application/openmetrics-text;version=1.0.0;q=0.75,"
     "text/plain;version=0.0.4;q=0.5,*/*;q=0.1",
     SHOW_METRICS},
    /* Section 5.6.4: a comma in quotes separates nothing. */
    {"text/html;a=\"b,application/json\\\",c\";q=0.1, application/json;q=0.2",
     SHOW_JSON},
    /* What is none is passed over. */
    {"text/html;q=2, application/json;q=0.1", SHOW_JSON},
    {"text/html;q=, application/json;q=0.1", SHOW_JSON},
    {"text/html;q=0.1234, application/json;q=0.1", SHOW_JSON},
    {"text/html;q=1.001, application/json;q=0.1", SHOW_JSON},
    {"text/html;q=0x1, application/json;q=0.1", SHOW_JSON},
    {",, ;q=1, application/json ;\tQ=0.3 ,", SHOW_JSON},
    {"text", SHOW_HTML},
    {"image/png", SHOW_HTML},
    {"application/json;q=0", SHOW_HTML},
};

START_TEST(test_accept)
{
    ck_assert_int_eq(ask(NULL, accepts[_i].accept, NULL), APR_SUCCESS);
    ck_assert_int_eq(query.format, accepts[_i].format);
}
END_TEST

/* --- RFC 9110 section 12.5.4 -------------------------------------------- */

static const struct {
    const char *accept;
    ae_language_t language;
} languages[] = {
    {"", AE_ENGLISH},
    {"ja", AE_JAPANESE},
    {"ja-JP", AE_JAPANESE},
    {"JA-jp", AE_JAPANESE},
    {"jav", AE_ENGLISH},
    {"ja,en-US;q=0.7,en;q=0.3", AE_JAPANESE},
    {"en-US,en;q=0.9,ja;q=0.8", AE_ENGLISH},
    {"en;q=0.8,ja;q=0.9", AE_JAPANESE},
    {"ja;q=0.9,en;q=0.9", AE_JAPANESE},
    {"en;q=0.9,ja;q=0.9", AE_ENGLISH},
    {"ja;q=0.1,ja-JP;q=0.9,en;q=0.5", AE_JAPANESE},
    {"de,ja;q=0.2", AE_JAPANESE},
    {"de", AE_ENGLISH},
    {"*", AE_ENGLISH},
    {"de,*;q=0.1", AE_ENGLISH},
    {"en;q=0.1,*", AE_JAPANESE},
    {"*,en;q=0.1", AE_JAPANESE},
    {"*;q=0.5,ja;q=0", AE_ENGLISH},
    {"en;q=0,*", AE_JAPANESE},
    {"ja;q=nothing", AE_ENGLISH},
};

START_TEST(test_accept_language)
{
    ck_assert_int_eq(ask(NULL, NULL, languages[_i].accept), APR_SUCCESS);
    ck_assert_int_eq(query.language, languages[_i].language);
}
END_TEST

/* --- the query ---------------------------------------------------------- */

START_TEST(test_query_wins)
{
    ck_assert_int_eq(
        ask("format=metrics&lang=ja", "application/json", "en-US"),
        APR_SUCCESS);
    ck_assert_int_eq(query.format, SHOW_METRICS);
    ck_assert_int_eq(query.language, AE_JAPANESE);
    ck_assert_int_eq(ask("format=html", "application/json", NULL),
                     APR_SUCCESS);
    ck_assert_int_eq(query.format, SHOW_HTML);
    ck_assert_int_eq(ask("format=css&lang=EN", NULL, "ja"), APR_SUCCESS);
    ck_assert_int_eq(query.format, SHOW_STYLE);
    ck_assert_int_eq(query.language, AE_ENGLISH);
}
END_TEST

START_TEST(test_states)
{
    const int both = 1 << EDGE_PHASE_FAILING | 1 << EDGE_PHASE_EXPIRED;

    ck_assert_int_eq(ask("state=failing", NULL, NULL), APR_SUCCESS);
    ck_assert_int_eq(query.states, 1 << EDGE_PHASE_FAILING);
    ck_assert_int_eq(ask("state=failing%2Cexpired", NULL, NULL), APR_SUCCESS);
    ck_assert_int_eq(query.states, both);
    ck_assert_int_eq(ask("state=,failing,+expired,", NULL, NULL), APR_SUCCESS);
    ck_assert_int_eq(query.states, both);
    ck_assert_int_eq(ask("state=failing&state=EXPIRED", NULL, NULL),
                     APR_SUCCESS);
    ck_assert_int_eq(query.states, both);
}
END_TEST

START_TEST(test_page)
{
    ck_assert_int_eq(ask("page=999999", NULL, NULL), APR_SUCCESS);
    ck_assert_int_eq(query.page, 999999);
}
END_TEST

START_TEST(test_names)
{
    ck_assert_int_eq(
        ask("name=+WWW.Example%2eorg+&cert=a.example+rsa2048", NULL, NULL),
        APR_SUCCESS);
    ck_assert_str_eq(query.name, "www.example.org");
    ck_assert_str_eq(query.cert, "a.example+rsa2048");
    ck_assert_int_eq(ask("cert=a.example%2Brsa2048", NULL, NULL), APR_SUCCESS);
    ck_assert_str_eq(query.cert, "a.example+rsa2048");
}
END_TEST

START_TEST(test_refused)
{
    check_refused("format=xml", "format=xml is nothing that could be shown; "
                                "write html, json, metrics, css or icon");
    check_refused("lang=%65n%",
                  "lang=%65n% is nothing that could be shown; write %25 for "
                  "a percent sign, and no %00");
    check_refused("lang=de", "lang=de is nothing that could be shown; write "
                             "en or ja");
    check_refused("state=valid,failed",
                  "state=failed is nothing that could be shown; write "
                  "waiting, ordering, staged, valid, failing or expired, or "
                  "several of these with commas");
}
END_TEST

static const char *const bad_pages[] = {
    "page=0",       "page=-1",      "page=1x",
    "page=x",       "page=1000000", "page=99999999999999999999",
    "page=%31%2E5",
};

START_TEST(test_bad_page)
{
    ck_assert_int_eq(ask(bad_pages[_i], NULL, NULL), AE_EFORMAT);
    ck_assert_str_eq(err.next, "write a number from 1 to 999999");
}
END_TEST

static const char *const bad_escapes[] = {
    "name=%", "name=%4", "name=%4g", "name=%00", "cert=a%00b", "state=%zz",
};

START_TEST(test_bad_escape)
{
    ck_assert_int_eq(ask(bad_escapes[_i], NULL, NULL), AE_EFORMAT);
    ck_assert_str_eq(err.next, "write %25 for a percent sign, and no %00");
}
END_TEST

#define ADD_EACH(tc, test, list)                                              \
    tcase_add_loop_test(tc, test, 0, (int)(sizeof(list) / sizeof((list)[0])))

Suite *suite_show_query(void)
{
    Suite *suite = suite_create("show_query");
    TCase *tc = tcase_create("query");

    tcase_add_checked_fixture(tc, t_setup, t_teardown);
    tcase_add_test(tc, test_nothing_asked);
    tcase_add_test(tc, test_what_says_nothing);
    ADD_EACH(tc, test_accept, accepts);
    ADD_EACH(tc, test_accept_language, languages);
    tcase_add_test(tc, test_query_wins);
    tcase_add_test(tc, test_states);
    tcase_add_test(tc, test_page);
    tcase_add_test(tc, test_names);
    tcase_add_test(tc, test_refused);
    ADD_EACH(tc, test_bad_page, bad_pages);
    ADD_EACH(tc, test_bad_escape, bad_escapes);
    suite_add_tcase(suite, tc);
    return suite;
}
