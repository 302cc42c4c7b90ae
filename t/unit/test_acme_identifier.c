#include "acme_identifier.h"

#include "ae_json.h"
#include "support.h"

#include <check.h>
#include <string.h>

Suite *suite_acme_identifier(void);

static const char *print(const char *name)
{
    return ae_json_print(ae_json_keep(acme_identifier_print(name), t_pool),
                         t_pool);
}

static const char *read_value(const char *value)
{
    return acme_identifier_read(
        ae_json_keep(json_pack("{s:s,s:s}", "type", "dns", "value", value),
                     t_pool),
        t_pool);
}

/* RFC 8555 section 9.7.7, RFC 8738 section 3. */
START_TEST(test_print)
{
    ck_assert_str_eq(print("a.example"),
                     "{\"type\":\"dns\",\"value\":\"a.example\"}");
    ck_assert_str_eq(print("192.0.2.1"),
                     "{\"type\":\"ip\",\"value\":\"192.0.2.1\"}");
    ck_assert_str_eq(print("2001:db8::1"),
                     "{\"type\":\"ip\",\"value\":\"2001:db8::1\"}");
}
END_TEST

START_TEST(test_read)
{
    char text[300];

    ck_assert_str_eq(read_value("A.example"), "A.example");
    ck_assert_str_eq(read_value("192.0.2.1"), "192.0.2.1");
    ck_assert_str_eq(read_value("2001:0DB8:0:0::1"), "2001:db8::1");
    ck_assert_str_eq(read_value("a\nb"), "a?b");
    ck_assert_ptr_null(read_value(""));
    ck_assert_ptr_null(acme_identifier_read(NULL, t_pool));
    memset(text, 'a', sizeof(text));
    text[255] = '\0';
    ck_assert_str_eq(read_value(text), text);
    text[255] = 'a';
    text[256] = '\0';
    ck_assert_ptr_null(read_value(text));
}
END_TEST

Suite *suite_acme_identifier(void)
{
    Suite *suite = suite_create("acme_identifier");
    TCase *tc = tcase_create("identifier");

    tcase_add_checked_fixture(tc, t_setup, t_teardown);
    tcase_add_test(tc, test_print);
    tcase_add_test(tc, test_read);
    suite_add_tcase(suite, tc);
    return suite;
}
