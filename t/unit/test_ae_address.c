#include "ae_address.h"

#include "support.h"

#include <check.h>
#include <string.h>

Suite *suite_ae_address(void);

/* RFC 5952 section 4: one spelling of each. */
static const struct {
    const char *text;
    const char *spelled;
} good[] = {
    {"192.0.2.1", "192.0.2.1"},
    {"0.0.0.0", "0.0.0.0"},
    {"255.255.255.255", "255.255.255.255"},
    {"::", "::"},
    {"::1", "::1"},
    {"0:0:0:0:0:0:0:1", "::1"},
    {"2001:DB8::1", "2001:db8::1"},
    {"2001:0db8:0000:0000:0000:0000:0000:0001", "2001:db8::1"},
    {"2001:db8:0:0:1:0:0:1", "2001:db8::1:0:0:1"},
    {"2001:db8:0:1:1:1:1:1", "2001:db8:0:1:1:1:1:1"},
    {"2001:db8:0:0:0::1", "2001:db8::1"},
    {"::ffff:c000:201", "::ffff:192.0.2.1"},
};

static const char *const bad[] = {
    "",           "192.0.2",           "192.0.2.1.", "192.0.2.256",
    "192.0.2.1 ", "192.0.02.1",        " 192.0.2.1", "3221225985",
    "0xc0000201", "192.0.2.1:80",      "[::1]",      "::1%lo",
    "fe80::1%25", "2001:db8:::1",      "1::2::3",    "2001:db8::12345",
    ":",          "a.example",         "::1/128",    "1:2:3:4:5:6:7",
    "::g",        "1:2:3:4:5:6:7:8:9",
};

START_TEST(spelled)
{
    ae_address_t address;

    ck_assert_msg(ae_address_read(&address, good[_i].text), "%s is refused",
                  good[_i].text);
    ck_assert_str_eq(ae_address_print(&address, t_pool), good[_i].spelled);
    ck_assert_int_eq(address.len, strchr(good[_i].text, ':') ? 16 : 4);
}
END_TEST

START_TEST(refused)
{
    ck_assert_msg(!ae_address_is(bad[_i]), "\"%s\" is taken", bad[_i]);
}
END_TEST

static ae_address_t read_address(const char *text)
{
    ae_address_t address;

    ck_assert(ae_address_read(&address, text));
    return address;
}

/* RFC 4291 section 2.5.5. */
START_TEST(mixed)
{
    static const char *const mixed_ones[] = {"::ffff:192.0.2.1", "::192.0.2.1",
                                             "::ffff:0:0"};
    static const char *const others[] = {
        "192.0.2.1",         "::", "::1", "::ffff", "2001:db8::192.0.2.1",
        "64:ff9b::192.0.2.1"};
    ae_address_t address;
    apr_size_t i;

    for (i = 0; i < sizeof(mixed_ones) / sizeof(mixed_ones[0]); i++) {
        address = read_address(mixed_ones[i]);
        ck_assert_msg(ae_address_is_mixed(&address), "%s", mixed_ones[i]);
    }
    for (i = 0; i < sizeof(others) / sizeof(others[0]); i++) {
        address = read_address(others[i]);
        ck_assert_msg(!ae_address_is_mixed(&address), "%s", others[i]);
    }
}
END_TEST

START_TEST(any)
{
    ae_address_t v4 = read_address("0.0.0.0"), v6 = read_address("::"),
                 some = read_address("0.0.0.1");

    ck_assert(ae_address_is_any(&v4));
    ck_assert(ae_address_is_any(&v6));
    ck_assert(!ae_address_is_any(&some));
}
END_TEST

/* RFC 3986 section 3.2.2. */
START_TEST(host)
{
    ck_assert_str_eq(ae_address_host("2001:db8::1", t_pool), "[2001:db8::1]");
    ck_assert_str_eq(ae_address_host("192.0.2.1", t_pool), "192.0.2.1");
    ck_assert_str_eq(ae_address_host("a.example", t_pool), "a.example");
    ck_assert_str_eq(ae_address_host("a:b", t_pool), "a:b");
}
END_TEST

Suite *suite_ae_address(void)
{
    Suite *suite = suite_create("ae_address");
    TCase *tc = tcase_create("address");

    tcase_add_checked_fixture(tc, t_setup, t_teardown);
    tcase_add_loop_test(tc, spelled, 0, sizeof(good) / sizeof(good[0]));
    tcase_add_loop_test(tc, refused, 0, sizeof(bad) / sizeof(bad[0]));
    tcase_add_test(tc, mixed);
    tcase_add_test(tc, any);
    tcase_add_test(tc, host);
    suite_add_tcase(suite, tc);
    return suite;
}
