#include "ae_json.h"

#include "support.h"

#include <apr_strings.h>
#include <check.h>
#include <string.h>

static ae_error_t err;

static json_t *parse(const char *text)
{
    json_t *json = NULL;

    ck_assert_int_eq(ae_json_parse(&json, text, strlen(text), &err, t_pool),
                     APR_SUCCESS);
    return json;
}

static void refuse(const char *text, apr_size_t len, apr_status_t status)
{
    json_t *json = NULL;

    ck_assert_int_eq(ae_json_parse(&json, text, len, &err, t_pool), status);
    ck_assert_int_eq(err.status, status);
    ck_assert_ptr_null(json);
}

START_TEST(typed_members)
{
    json_t *json = parse("{\"s\":\"text\",\"i\":-7,\"b\":true,\"f\":false,"
                         "\"o\":{\"s\":\"in\"},\"a\":[1]}");
    const json_t *inner = ae_json_get_object(json, "o");

    ck_assert_str_eq(ae_json_get_string(json, "s", t_pool), "text");
    ck_assert_int_eq(ae_json_get_int(json, "i", 1), -7);
    ck_assert_int_eq(ae_json_get_bool(json, "b", 0), 1);
    ck_assert_int_eq(ae_json_get_bool(json, "f", 1), 0);
    ck_assert_str_eq(ae_json_get_string(inner, "s", t_pool), "in");
    ck_assert_uint_eq(json_array_size(ae_json_get_array(json, "a")), 1);
}
END_TEST

/* Whatever a CA puts there: absent, null or of another type, it is not
 * there. */
START_TEST(members_of_other_types)
{
    json_t *json = parse("{\"null\":null,\"s\":\"1\",\"r\":1.5,\"o\":{},"
                         "\"a\":[]}");

    ck_assert_ptr_null(ae_json_get_string(json, "absent", t_pool));
    ck_assert_ptr_null(ae_json_get_string(json, "null", t_pool));
    ck_assert_ptr_null(ae_json_get_string(json, "r", t_pool));
    ck_assert_int_eq(ae_json_get_int(json, "absent", 9), 9);
    ck_assert_int_eq(ae_json_get_int(json, "s", 9), 9);
    ck_assert_int_eq(ae_json_get_int(json, "r", 9), 9);
    ck_assert_int_eq(ae_json_get_bool(json, "null", 1), 1);
    ck_assert_int_eq(ae_json_get_bool(json, "s", 0), 0);
    ck_assert_ptr_null(ae_json_get_object(json, "a"));
    ck_assert_ptr_null(ae_json_get_object(json, "absent"));
    ck_assert_ptr_null(ae_json_get_array(json, "o"));
    ck_assert_ptr_null(ae_json_get_string(NULL, "s", t_pool));
    ck_assert_int_eq(ae_json_get_int(json_object_get(json, "a"), "i", 3), 3);
}
END_TEST

START_TEST(errors_have_a_place)
{
    const char *text = "{\n  \"a\": 1,\n  \"b\" 2\n}";

    refuse(text, strlen(text), AE_EFORMAT);
    ck_assert_ptr_nonnull(strstr(err.why, "line 3, column 7"));
}
END_TEST

/* A document may hold a key; the error goes to a log. */
START_TEST(errors_do_not_quote)
{
    const char *text = "{\"key\": \"c2VjcmV0\" \"c2VjcmV0\"}";

    refuse(text, strlen(text), AE_EFORMAT);
    ck_assert_ptr_null(strstr(err.what, "c2VjcmV0"));
    ck_assert_ptr_null(strstr(err.why, "c2VjcmV0"));
}
END_TEST

static const struct {
    const char *text;
    const char *why;
} broken[] = {
    {"", ""},
    {" ", ""},
    {"{", "ends too early"},
    {"{} {}", "follows its end"},
    {"<html>", ""},
    {"{'a': 1}", ""},
    {"{\"a\": 1,}", ""},
    {"{\"a\": 1, \"a\": 2}", "there twice"},
    {"{\"a\": \"\xff\"}", "UTF-8"},
    {"{\"a\": 99999999999999999999}", "too large"},
    {"{\"a\": \"b\\u0000c\"}", "NUL"},
    {"{\"a\\u0000b\": 1}", "NUL"},
    {"[]", "something else"},
    {"\"text\"", "something else"},
    {"null", "something else"},
};

START_TEST(refused)
{
    refuse(broken[_i].text, strlen(broken[_i].text), AE_EFORMAT);
    ck_assert_msg(strstr(err.why, broken[_i].why) != NULL, "%s: %s",
                  broken[_i].text, err.why);
    ck_assert_ptr_nonnull(strstr(err.why, "line 1, column"));
}
END_TEST

START_TEST(refused_with_bytes_after_a_nul)
{
    refuse("{}\0{}", 5, AE_EFORMAT);
}
END_TEST

START_TEST(deep_nesting_is_refused)
{
    char *text = apr_palloc(t_pool, 200001);

    memcpy(text, "{\"a\":", 5);
    memset(text + 5, '[', 199995);
    refuse(text, 200000, AE_EFORMAT);
    ck_assert_ptr_nonnull(strstr(err.why, "nested"));
}
END_TEST

START_TEST(size_is_bounded)
{
    char *text = apr_palloc(t_pool, AE_JSON_BYTES_MAX + 1);
    json_t *json;

    memset(text, ' ', AE_JSON_BYTES_MAX + 1);
    memcpy(text, "{}", 2);
    ck_assert_int_eq(
        ae_json_parse(&json, text, AE_JSON_BYTES_MAX, &err, t_pool),
        APR_SUCCESS);
    refuse(text, AE_JSON_BYTES_MAX + 1, AE_ETOOBIG);
}
END_TEST

START_TEST(strings_are_bounded)
{
    char *text = apr_pcalloc(t_pool, AE_JSON_STRING_MAX + 2);
    json_t *json = ae_json_keep(json_object(), t_pool);

    memset(text, 'a', AE_JSON_STRING_MAX);
    json_object_set_new(json, "fits", json_string(text));
    text[AE_JSON_STRING_MAX] = 'a';
    json_object_set_new(json, "long", json_string(text));
    json_object_set_new(json, "nul", json_stringn("a\0b", 3));
    ck_assert_ptr_nonnull(ae_json_get_string(json, "fits", t_pool));
    ck_assert_ptr_null(ae_json_get_string(json, "long", t_pool));
    ck_assert_ptr_null(ae_json_get_string(json, "nul", t_pool));
}
END_TEST

START_TEST(strings_outlive_the_document)
{
    apr_pool_t *pool;
    json_t *json;
    const char *text;

    ck_assert_int_eq(apr_pool_create(&pool, t_pool), APR_SUCCESS);
    ck_assert_int_eq(ae_json_parse(&json, "{\"s\":\"kept\"}", 12, &err, pool),
                     APR_SUCCESS);
    text = ae_json_get_string(json, "s", t_pool);
    apr_pool_destroy(pool);
    ck_assert_str_eq(text, "kept");
}
END_TEST

START_TEST(kept_by_a_pool)
{
    apr_pool_t *pool;
    json_t *json = json_object();

    json_incref(json);
    ck_assert_int_eq(apr_pool_create(&pool, t_pool), APR_SUCCESS);
    ck_assert_ptr_eq(ae_json_keep(json, pool), json);
    ck_assert_ptr_null(ae_json_keep(NULL, pool));
    ck_assert_uint_eq(json->refcount, 2);
    apr_pool_destroy(pool);
    ck_assert_uint_eq(json->refcount, 1);
    json_decref(json);
}
END_TEST

START_TEST(print_is_compact_and_sorted)
{
    json_t *json = parse("{ \"b\" : [ 1, \"\\u00fc\" ],\n \"a\" : {} }");

    ck_assert_str_eq(ae_json_print(json, t_pool),
                     "{\"a\":{},\"b\":[1,\"\xc3\xbc\"]}");
    ck_assert_str_eq(ae_json_print(json_object_get(json, "b"), t_pool),
                     "[1,\"\xc3\xbc\"]");
}
END_TEST

Suite *suite_ae_json(void)
{
    Suite *suite = suite_create("ae_json");
    TCase *tc = tcase_create("json");

    tcase_add_checked_fixture(tc, t_setup, t_teardown);
    tcase_add_test(tc, typed_members);
    tcase_add_test(tc, members_of_other_types);
    tcase_add_test(tc, errors_have_a_place);
    tcase_add_test(tc, errors_do_not_quote);
    tcase_add_loop_test(tc, refused, 0, sizeof(broken) / sizeof(broken[0]));
    tcase_add_test(tc, refused_with_bytes_after_a_nul);
    tcase_add_test(tc, deep_nesting_is_refused);
    tcase_add_test(tc, size_is_bounded);
    tcase_add_test(tc, strings_are_bounded);
    tcase_add_test(tc, strings_outlive_the_document);
    tcase_add_test(tc, kept_by_a_pool);
    tcase_add_test(tc, print_is_compact_and_sorted);
    suite_add_tcase(suite, tc);
    return suite;
}
