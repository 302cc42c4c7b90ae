#include "edge_cert.h"
#include "fixture.h"
#include "support.h"

#include <apr_strings.h>
#include <check.h>
#include <string.h>

Suite *suite_edge_name(void);

#define LABEL_63                                                              \
    "abcdefghijklmnopqrstuvwxyzabcdefghijklmnopqrstuvwxyzabcdefghijk"

START_TEST(test_good)
{
    static const char *const names[] = {
        "www.example.org",
        "example.org",
        "a.b",
        "xn--bcher-kva.example",
        "1and1.com",
        "0.1.example",
        "a--b.example",
        LABEL_63 ".example",
        "192.0.2.1",
        "2001:db8::1",
        "::1",
        "10.0.0.1",
    };
    ae_error_t err;
    apr_size_t i;

    for (i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        ck_assert_msg(edge_name_check(names[i], &err) == APR_SUCCESS,
                      "%s is refused", names[i]);
    }
}
END_TEST

/* The word that tells the administrator what is wrong, or what to do. */
static const struct {
    const char *name;
    const char *told;
} bad[] = {
    {"", "empty"},
    {"localhost", "one label"},
    {"example.org.", "without the dot"},
    {".example.org", "empty label"},
    {"www..example.org", "empty label"},
    {"192.0.2", "no whole IP address"},
    {"192.0.2.256", "no whole IP address"},
    {"192.0.2.1.", "no whole IP address"},
    {"2001:db8:::1", "no whole IP address"},
    {"2001", "an IPv6 address stands in ServerAlias"},
    {"[2001:db8::1]", "one label"},
    {"fe80::1%eth0", "one label"},
    {"0.0.0.0", "no one's address"},
    {"::", "no one's address"},
    {"::ffff:192.0.2.1", "write the IPv4 address"},
    {"host.123", "number"},
    {"*.example.org", "http-01 cannot validate a wildcard"},
    {"www.*.org", "characters other"},
    {"my_host.example.org", "underscore"},
    {"b\xc3\xbc"
     "cher.example",
     "xn--"},
    {"-a.example", "hyphen"},
    {"a-.example", "hyphen"},
    {"a.example-", "hyphen"},
    {"a b.example", "characters other"},
    {"a.example:80", "characters other"},
    {"https://a.example", "characters other"},
    {"a/../b.example", "characters other"},
    {"a.example\n", "characters other"},
    {"x" LABEL_63 ".example", "63"},
    {LABEL_63 "." LABEL_63 "." LABEL_63 "." LABEL_63, "253"},
};

/* RFC 1035 section 2.3, RFC 1123 section 2.1, RFC 5890 section 2.3. */
START_TEST(test_bad)
{
    ae_error_t err;

    ck_assert_msg(edge_name_check(bad[_i].name, &err) == AE_EFORMAT,
                  "%s is taken", bad[_i].name);
    ck_assert_msg(strstr(ae_error_line(&err, t_pool), bad[_i].told) != NULL,
                  "%s", ae_error_line(&err, t_pool));
    ck_assert_str_ne(err.next, "");
}
END_TEST

START_TEST(test_length)
{
    char name[256];
    ae_error_t err;

    memset(name, 'a', sizeof(name));
    name[50] = name[100] = name[150] = name[200] = '.';
    name[253] = '\0';
    ck_assert_int_eq(edge_name_check(name, &err), APR_SUCCESS);
    name[253] = 'a';
    name[254] = '\0';
    ck_assert_int_eq(edge_name_check(name, &err), AE_EFORMAT);
}
END_TEST

/* Of a mail address, and the like. */
START_TEST(test_dns_names_alone)
{
    ae_error_t err;

    ck_assert_int_eq(edge_name_check_dns("example.org", &err), APR_SUCCESS);
    ck_assert_int_eq(edge_name_check_dns("192.0.2.1", &err), AE_EFORMAT);
    ck_assert_int_eq(edge_name_check_dns("2001:db8::1", &err), AE_EFORMAT);
}
END_TEST

START_TEST(test_spelling)
{
    static const char *const pairs[][2] = {
        {"WWW.Example.org", "www.example.org"},
        {"192.0.2.1", "192.0.2.1"},
        {"2001:DB8:0:0::1", "2001:db8::1"},
        {"[2001:DB8::1]", "2001:db8::1"},
        /* What these are is for edge_name_check to say. */
        {"[192.0.2.1]", "[192.0.2.1]"},
        {"[2001", "[2001"},
        {"[A:b]", "[a:b]"},
        {"[]", "[]"},
        {"", ""},
    };
    apr_size_t i;

    for (i = 0; i < sizeof(pairs) / sizeof(pairs[0]); i++) {
        ck_assert_str_eq(edge_name_spell(pairs[i][0], t_pool), pairs[i][1]);
    }
}
END_TEST

START_TEST(test_dir)
{
    ck_assert_str_eq(edge_name_to_dir("www.example.org", t_pool),
                     "www.example.org");
    ck_assert_str_eq(edge_name_to_dir("*.example.org", t_pool),
                     "_wildcard.example.org");
    ck_assert_str_eq(edge_name_to_dir("192.0.2.1", t_pool), "192.0.2.1");
    ck_assert_str_eq(edge_name_to_dir("2001:db8::1", t_pool),
                     "ipv6-2001-db8--1");
    ck_assert_str_eq(edge_name_to_dir("::1", t_pool), "ipv6---1");
}
END_TEST

/* With ".incoming-" before it or ".json.damaged" after it, it is still a name
 * for a file. */
START_TEST(test_dir_of_a_long_name)
{
    char name[254];
    const char *dir;

    memset(name, 'a', sizeof(name));
    name[253] = '\0';
    dir = edge_name_to_dir(name, t_pool);
    ck_assert_uint_le(strlen(dir), 200);
    name[252] = 'b';
    ck_assert_str_ne(edge_name_to_dir(name, t_pool), dir);
}
END_TEST

Suite *suite_edge_name(void)
{
    Suite *suite = suite_create("edge_name");
    TCase *tc = tcase_create("name");

    tcase_add_checked_fixture(tc, t_setup, t_teardown);
    tcase_add_test(tc, test_good);
    tcase_add_loop_test(tc, test_bad, 0, sizeof(bad) / sizeof(bad[0]));
    tcase_add_test(tc, test_length);
    tcase_add_test(tc, test_dns_names_alone);
    tcase_add_test(tc, test_spelling);
    tcase_add_test(tc, test_dir);
    tcase_add_test(tc, test_dir_of_a_long_name);
    suite_add_tcase(suite, tc);
    return suite;
}
