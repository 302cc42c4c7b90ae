#include "edge_record.h"
#include "support.h"
#include "test_store.h"

#include <apr_strings.h>
#include <check.h>
#include <string.h>

Suite *suite_edge_record(void);

static json_t *parse(const char *text)
{
    json_t *json;
    ae_error_t err;

    ck_status(ae_json_parse(&json, text, strlen(text), &err, t_pool),
              APR_SUCCESS, &err);
    return json;
}

static apr_status_t read_text(const char *text, ae_error_t *err)
{
    const char *path = apr_pstrcat(t_pool, t_dir(), "/record", NULL);
    ae_file_owner_t writer = {(uid_t)-1, (gid_t)-1};
    ae_bytes_t bytes = {(const unsigned char *)text, strlen(text)};
    json_t *json;

    ck_status(ae_file_write(path, bytes, 0600, writer, AE_FILE_VOLATILE, err,
                            t_pool),
              APR_SUCCESS, err);
    return edge_record_read(&json, path, err, t_pool);
}

START_TEST(test_round_trip)
{
    const char *path = apr_pstrcat(t_pool, t_dir(), "/record", NULL);
    json_t *json = parse("{\"a\":1,\"b\":[\"c\"]}");
    json_t *back;
    ae_error_t err;

    ck_status(edge_record_read(&back, path, &err, t_pool), APR_ENOENT, &err);
    ck_status(
        edge_record_write(path, json, 0640, AE_FILE_DURABLE, &err, t_pool),
        APR_SUCCESS, &err);
    ck_status(edge_record_read(&back, path, &err, t_pool), APR_SUCCESS, &err);
    ck_assert(json_equal(json, back));
}
END_TEST

START_TEST(test_damaged)
{
    char *large = apr_pcalloc(t_pool, 300 * 1024);
    ae_error_t err;

    ck_status(read_text("", &err), AE_EFORMAT, &err);
    ck_assert_ptr_nonnull(strstr(err.why, "empty"));
    ck_status(read_text("{\"a\":", &err), AE_EFORMAT, &err);
    ck_assert_ptr_nonnull(strstr(err.what, "/record"));
    memset(large, ' ', 300 * 1024 - 1);
    ck_status(read_text(large, &err), AE_ETOOBIG, &err);
    ck_assert(edge_record_is_bad(AE_ETOOBIG));
    ck_assert(edge_record_is_bad(AE_EFORMAT));
    ck_assert(!edge_record_is_bad(APR_SUCCESS));
    ck_assert(!edge_record_is_bad(APR_ENOENT));
    ck_assert(!edge_record_is_bad(APR_EACCES));
}
END_TEST

START_TEST(test_errors)
{
    json_t *json = ae_json_keep(json_object(), t_pool);
    ae_error_t error, back;

    memset(&error, 0, sizeof(error));
    edge_record_put_error(json, "error", &error);
    ck_assert_uint_eq(json_object_size(json), 0);
    edge_record_get_error(&back, json, "error", t_pool);
    ck_assert_int_eq(back.status, APR_SUCCESS);
    ae_error_set(&error, AE_EREMOTE, "The CA refused \"%s\"", "a");
    ae_error_why(&error, "%s", "why");
    ae_error_next(&error, "%s", "next");
    edge_record_put_error(json, "error", &error);
    edge_record_get_error(&back, json, "error", t_pool);
    ck_assert_int_eq(back.status, AE_EREMOTE);
    ck_assert_str_eq(back.what, "The CA refused \"a\"");
    ck_assert_str_eq(back.why, "why");
    ck_assert_str_eq(back.next, "next");
}
END_TEST

/* What somebody wrote by hand is never a success, nor breaks a log line. */
START_TEST(test_odd_errors)
{
    ae_error_t back;

    edge_record_get_error(&back,
                          parse("{\"e\":{\"status\":0,\"what\":\"a\\nb\"}}"),
                          "e", t_pool);
    ck_assert_int_ne(back.status, APR_SUCCESS);
    ck_assert_str_eq(back.what, "a?b");
    edge_record_get_error(&back, parse("{\"e\":7}"), "e", t_pool);
    ck_assert_int_eq(back.status, APR_SUCCESS);
}
END_TEST

START_TEST(test_times)
{
    json_t *json =
        parse("{\"good\":1800000000123456,\"low\":-1,\"text\":\"1\","
              "\"late\":300000000000000000,\"real\":1.5}");
    apr_time_t t;

    ck_assert(edge_record_get_time(&t, json, "good"));
    ck_assert_int_eq(t, APR_INT64_C(1800000000123456));
    ck_assert(edge_record_get_time(&t, json, "absent"));
    ck_assert_int_eq(t, 0);
    ck_assert(!edge_record_get_time(&t, json, "low"));
    ck_assert(!edge_record_get_time(&t, json, "late"));
    ck_assert(!edge_record_get_time(&t, json, "text"));
    ck_assert(!edge_record_get_time(&t, json, "real"));
}
END_TEST

START_TEST(test_texts)
{
    json_t *json = parse("{\"fits\":\"1234567\",\"long\":\"12345678\","
                         "\"number\":1}");
    char buf[8];

    ck_assert(edge_record_get_text(buf, sizeof(buf), json, "fits"));
    ck_assert_str_eq(buf, "1234567");
    ck_assert(edge_record_get_text(buf, sizeof(buf), json, "absent"));
    ck_assert_str_eq(buf, "");
    ck_assert(!edge_record_get_text(buf, sizeof(buf), json, "long"));
    ck_assert(!edge_record_get_text(buf, sizeof(buf), json, "number"));
}
END_TEST

Suite *suite_edge_record(void)
{
    Suite *suite = suite_create("edge_record");
    TCase *tc = tcase_create("record");

    tcase_add_checked_fixture(tc, t_setup, t_teardown);
    tcase_add_test(tc, test_round_trip);
    tcase_add_test(tc, test_damaged);
    tcase_add_test(tc, test_errors);
    tcase_add_test(tc, test_odd_errors);
    tcase_add_test(tc, test_times);
    tcase_add_test(tc, test_texts);
    suite_add_tcase(suite, tc);
    return suite;
}
