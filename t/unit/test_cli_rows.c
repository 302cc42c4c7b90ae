#include "cli_rows.h"
#include "support.h"

#include "ae_json.h"

#include <check.h>
#include <string.h>

Suite *suite_cli_rows(void);

static json_t *rows;
static ae_error_t err;

static void setup(void)
{
    t_setup();
    rows = ae_json_keep(json_array(), t_pool);
}

static apr_status_t take(const char *text)
{
    ae_bytes_t bytes = {(const unsigned char *)text, strlen(text)};

    return cli_rows_take(rows, bytes, &err, t_pool);
}

static const char *text_at(size_t i, const char *key)
{
    return json_string_value(json_object_get(json_array_get(rows, i), key));
}

START_TEST(test_counts)
{
    cli_rows_add(rows, CLI_PASSED, "clock", "well", "");
    cli_rows_add(rows, CLI_MISSED, "DNS", "ill", "mend it");
    cli_rows_add(rows, CLI_MISSED, "CAA", "ill", "mend it");
    cli_rows_add(rows, CLI_OPEN, "port 80", "nobody looked", "");
    ck_assert_int_eq(cli_rows_count(rows, CLI_PASSED), 1);
    ck_assert_int_eq(cli_rows_count(rows, CLI_MISSED), 2);
    ck_assert_int_eq(cli_rows_count(rows, CLI_OPEN), 1);
    ck_assert_str_eq(text_at(1, "next"), "mend it");
}
END_TEST

START_TEST(test_errors)
{
    ae_error_t own;

    ae_error_set(&own, APR_EGENERAL, "It fails");
    ae_error_why(&own, "so it is");
    cli_rows_add_error(rows, CLI_MISSED, "a", &own, "do this", t_pool);
    ae_error_next(&own, "do that");
    cli_rows_add_error(rows, CLI_MISSED, "b", &own, "do this", t_pool);
    ck_assert_str_eq(text_at(0, "found"), "It fails: so it is");
    ck_assert_str_eq(text_at(0, "next"), "do this");
    ck_assert_str_eq(text_at(1, "next"), "do that");
}
END_TEST

START_TEST(test_takes)
{
    ck_assert_int_eq(take("{\"rows\":[{\"result\":\"failed\",\"about\":\"a\","
                          "\"found\":\"b\",\"next\":\"c\"},"
                          "{\"result\":\"open\"}]}"),
                     APR_SUCCESS);
    ck_assert_int_eq(json_array_size(rows), 2);
    ck_assert_str_eq(text_at(0, "found"), "b");
    ck_assert_str_eq(text_at(1, "about"), "");
    ck_assert_int_eq(take("{}"), APR_SUCCESS);
}
END_TEST

/* It has read what strangers sent, and may be in their hands. */
START_TEST(test_hostile)
{
    ck_assert_int_eq(take("{\"rows\":[{\"result\":\"passed\",\"about\":\"\","
                          "\"found\":\"a\\u001b[2J\\n\",\"next\":7}]}"),
                     APR_SUCCESS);
    ck_assert_str_eq(text_at(0, "found"), "a?[2J?");
    ck_assert_str_eq(text_at(0, "next"), "");
    ck_assert_int_eq(take("{\"rows\":[{\"result\":\"well\"}]}"), AE_EFORMAT);
    ck_assert_int_eq(take("{\"rows\":[7]}"), AE_EFORMAT);
    ck_assert_int_eq(take(""), AE_EFORMAT);
    ck_assert_int_eq(take("[]"), AE_EFORMAT);
}
END_TEST

Suite *suite_cli_rows(void)
{
    Suite *suite = suite_create("cli_rows");
    TCase *tc = tcase_create("rows");

    tcase_add_checked_fixture(tc, setup, t_teardown);
    tcase_add_test(tc, test_counts);
    tcase_add_test(tc, test_errors);
    tcase_add_test(tc, test_takes);
    tcase_add_test(tc, test_hostile);
    suite_add_tcase(suite, tc);
    return suite;
}
