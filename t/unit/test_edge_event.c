#include "edge_event.h"
#include "support.h"

#include <check.h>
#include <string.h>

Suite *suite_edge_event(void);

#define MOMENT apr_time_from_sec(1795000000)

static edge_event_t failure(void)
{
    edge_event_t event = {.kind = EDGE_EVENT_FAILED,
                          .certificate = "www.example.org",
                          .provider = "letsencrypt",
                          .at = MOMENT,
                          .since = MOMENT - apr_time_from_sec(60),
                          .serial = "2a",
                          .not_after = MOMENT + apr_time_from_sec(60),
                          .cause = "rate-limit",
                          .attempts = 3};

    ae_error_set(&event.text, APR_EGENERAL, "The CA refused");
    ae_error_why(&event.text, "\"too many\"");
    ae_error_next(&event.text, "wait");
    return event;
}

START_TEST(test_words)
{
    edge_event_kind_t kind;

    ck_assert(edge_event_find(&kind, edge_event_word((edge_event_kind_t)_i)));
    ck_assert_int_eq(kind, _i);
    ck_assert(!edge_event_find(&kind, "exploded"));
}
END_TEST

/* A receiver drops what it had by this: it must tell each apart. */
START_TEST(test_id)
{
    edge_event_t event = failure();
    const char *id = edge_event_id(&event, t_pool);

    ck_assert_str_eq(id, "www.example.org/failed/1795000000000000");
    event.is_told = 1;
    ck_assert_str_eq(edge_event_id(&event, t_pool), id);
    event.at++;
    ck_assert_str_ne(edge_event_id(&event, t_pool), id);
    event = failure();
    event.is_over = 1;
    ck_assert_str_ne(edge_event_id(&event, t_pool), id);
    event.certificate[0] = '\0';
    event.kind = EDGE_EVENT_ACCOUNT_CREATED;
    event.is_over = 0;
    ck_assert_str_eq(edge_event_id(&event, t_pool),
                     "letsencrypt/account-created/1795000000000000");
}
END_TEST

START_TEST(test_line)
{
    edge_event_t event = failure();

    ck_assert_str_eq(edge_event_line(&event, t_pool),
                     "www.example.org: The CA refused: \"too many\"; wait");
}
END_TEST

START_TEST(test_json)
{
    edge_event_t event = failure();

    ck_assert_str_eq(
        ae_json_print(edge_event_json(&event, t_pool), t_pool),
        "{\"at\":\"2026-11-18T11:06:40Z\",\"attempts\":3,"
        "\"cause\":\"rate-limit\",\"event\":\"failed\","
        "\"id\":\"www.example.org/failed/1795000000000000\","
        "\"line\":\"www.example.org: The CA refused: \\\"too many\\\"; "
        "wait\",\"name\":\"www.example.org\",\"next\":\"wait\","
        "\"notAfter\":\"2026-11-18T11:07:40Z\",\"over\":false,"
        "\"provider\":\"letsencrypt\",\"serial\":\"2a\","
        "\"since\":\"2026-11-18T11:05:40Z\",\"version\":1,"
        "\"what\":\"The CA refused\",\"why\":\"\\\"too many\\\"\"}");
}
END_TEST

START_TEST(test_json_without)
{
    edge_event_t event = {.kind = EDGE_EVENT_REVOKED, .at = MOMENT};

    ae_error_set(&event.text, APR_SUCCESS, "It was revoked");
    ck_assert_str_eq(
        ae_json_print(edge_event_json(&event, t_pool), t_pool),
        "{\"at\":\"2026-11-18T11:06:40Z\",\"attempts\":0,"
        "\"event\":\"revoked\",\"id\":\"/revoked/1795000000000000\","
        "\"line\":\"It was revoked\",\"over\":false,\"version\":1,"
        "\"what\":\"It was revoked\"}");
}
END_TEST

Suite *suite_edge_event(void)
{
    Suite *suite = suite_create("edge_event");
    TCase *tc = tcase_create("edge_event");

    tcase_add_checked_fixture(tc, t_setup, t_teardown);
    tcase_add_loop_test(tc, test_words, 0, EDGE_EVENTS);
    tcase_add_test(tc, test_id);
    tcase_add_test(tc, test_line);
    tcase_add_test(tc, test_json);
    tcase_add_test(tc, test_json_without);
    suite_add_tcase(suite, tc);
    return suite;
}
