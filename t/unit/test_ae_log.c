#include "ae_log.h"

#include "support.h"

#include <apr_strings.h>
#include <check.h>
#include <string.h>

typedef struct sink_t {
    int lines;
    ae_log_level_t level;
    const char *line;
} sink_t;

static void sink_write(void *ctx, ae_log_level_t level, const char *line)
{
    sink_t *sink = ctx;

    sink->lines++;
    sink->level = level;
    sink->line = apr_pstrdup(t_pool, line);
}

START_TEST(one_line)
{
    sink_t sink = {0};
    ae_log_t log = {sink_write, &sink};

    ae_log(&log, AE_LOG_WARNING, "AE%03d: %s is full", 17, "the store");
    ck_assert_int_eq(sink.lines, 1);
    ck_assert_int_eq(sink.level, AE_LOG_WARNING);
    ck_assert_str_eq(sink.line, "AE017: the store is full");
}
END_TEST

START_TEST(one_line_whatever_it_holds)
{
    sink_t sink = {0};
    ae_log_t log = {sink_write, &sink};

    ae_log(&log, AE_LOG_INFO, "the CA says: %s", "no\n[error] forged\x1b[2J");
    ck_assert_int_eq(sink.lines, 1);
    ck_assert_str_eq(sink.line, "the CA says: no?[error] forged?[2J");
}
END_TEST

START_TEST(at_most_two_kilobytes)
{
    static char text[10000];
    sink_t sink = {0};
    ae_log_t log = {sink_write, &sink};

    memset(text, 'a', sizeof(text) - 1);
    ae_log(&log, AE_LOG_DEBUG, "%s", text);
    ck_assert_uint_eq(strlen(sink.line), 2047);
}
END_TEST

Suite *suite_ae_log(void)
{
    Suite *suite = suite_create("ae_log");
    TCase *tc = tcase_create("log");

    tcase_add_checked_fixture(tc, t_setup, t_teardown);
    tcase_add_test(tc, one_line);
    tcase_add_test(tc, one_line_whatever_it_holds);
    tcase_add_test(tc, at_most_two_kilobytes);
    suite_add_tcase(suite, tc);
    return suite;
}
