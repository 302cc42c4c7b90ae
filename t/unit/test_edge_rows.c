#include "edge_rows.h"
#include "support.h"

#include "ae_json.h"

#include <check.h>
#include <string.h>

Suite *suite_edge_rows(void);

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

    return edge_rows_take(rows, bytes, &err, t_pool);
}

static const char *text_at(size_t i, const char *key)
{
    return json_string_value(json_object_get(json_array_get(rows, i), key));
}

START_TEST(test_counts)
{
    edge_rows_add(rows, EDGE_ROW_PASSED, "clock", "well", "");
    edge_rows_add(rows, EDGE_ROW_FAILED, "DNS", "ill", "mend it");
    edge_rows_add(rows, EDGE_ROW_FAILED, "CAA", "ill", "mend it");
    edge_rows_add(rows, EDGE_ROW_OPEN, "port 80", "nobody looked", "");
    ck_assert_int_eq(edge_rows_count(rows, EDGE_ROW_PASSED), 1);
    ck_assert_int_eq(edge_rows_count(rows, EDGE_ROW_FAILED), 2);
    ck_assert_int_eq(edge_rows_count(rows, EDGE_ROW_OPEN), 1);
    ck_assert_str_eq(text_at(1, "next"), "mend it");
}
END_TEST

START_TEST(test_errors)
{
    ae_error_t own;

    ae_error_set(&own, APR_EGENERAL, "It fails");
    ae_error_why(&own, "so it is");
    edge_rows_add_error(rows, EDGE_ROW_FAILED, "a", &own, "do this", t_pool);
    ae_error_next(&own, "do that");
    edge_rows_add_error(rows, EDGE_ROW_FAILED, "b", &own, "do this", t_pool);
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

/* The remedy below what it is for. */
START_TEST(test_text)
{
    ck_assert_str_eq(edge_rows_text(rows, t_pool), "");
    edge_rows_add(rows, EDGE_ROW_PASSED, "clock", "well", "");
    edge_rows_add(rows, EDGE_ROW_FAILED, "DNS", "ill", "mend it");
    ck_assert_str_eq(edge_rows_text(rows, t_pool), "passed  clock: well\n"
                                                   "failed  DNS: ill\n"
                                                   "        mend it\n");
}
END_TEST

Suite *suite_edge_rows(void)
{
    Suite *suite = suite_create("edge_rows");
    TCase *tc = tcase_create("rows");

    tcase_add_checked_fixture(tc, setup, t_teardown);
    tcase_add_test(tc, test_counts);
    tcase_add_test(tc, test_errors);
    tcase_add_test(tc, test_takes);
    tcase_add_test(tc, test_hostile);
    tcase_add_test(tc, test_text);
    suite_add_tcase(suite, tc);
    return suite;
}
