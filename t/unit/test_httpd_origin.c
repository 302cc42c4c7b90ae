/* From which page a form was sent. */

#include "httpd_origin.h"
#include "support.h"

#include <check.h>
#include <string.h>

Suite *suite_httpd_origin(void);

#define HOST "www.example.org:8443"
#define OWN "https://" HOST

static const httpd_origin_t good[] = {
    {"https", HOST, OWN, NULL, NULL},
    {"https", HOST, OWN, NULL, "same-origin"},
    {"https", HOST, OWN, "https://evil.example/", "same-origin"},
    {"https", HOST, NULL, OWN "/acme?cert=a.example", NULL},
    {"https", HOST, NULL, OWN, NULL},
    {"https", "www.example.org", "https://www.example.org:443", NULL, NULL},
    {"https", "www.example.org:443", "https://www.example.org", NULL, NULL},
    {"http", "WWW.example.org", "http://www.example.ORG", NULL, NULL},
    {"https", "[2001:db8::1]:8443", "https://[2001:db8::1]:8443", NULL, NULL},
};

START_TEST(test_good)
{
    ck_assert_ptr_null(httpd_origin_refuse(&good[_i], t_pool));
}
END_TEST

static const httpd_origin_t bad[] = {
    {"https", HOST, NULL, NULL, NULL},
    {"https", HOST, NULL, NULL, "same-origin"},
    {"https", HOST, OWN, NULL, "cross-site"},
    {"https", HOST, OWN, NULL, "same-site"},
    {"https", HOST, OWN, NULL, "none"},
    {"https", HOST, "null", NULL, NULL},
    {"https", HOST, "", NULL, NULL},
    {"https", HOST, "null", OWN "/", NULL},
    {"https", HOST, "https://evil.example", OWN "/", NULL},
    {"https", HOST, "http://" HOST, NULL, NULL},
    {"https", HOST, "https://www.example.org", NULL, NULL},
    {"https", HOST, "https://www.example.org:8444", NULL, NULL},
    {"https", HOST, OWN ".evil.example", NULL, NULL},
    {"https", HOST, "https://www.example.org:8443@evil.example", NULL, NULL},
    {"https", HOST, "https://evil.example@www.example.org:8443", NULL, NULL},
    {"https", HOST, NULL, "https://evil.example/" OWN "/", NULL},
    {"https", HOST, NULL, "/acme", NULL},
    {"https", NULL, OWN, NULL, NULL},
    {"https", "", "https://", NULL, NULL},
    {"https", "evil.example/", OWN, NULL, NULL},
};

START_TEST(test_bad)
{
    const char *why = httpd_origin_refuse(&bad[_i], t_pool);

    ck_assert_ptr_nonnull(why);
    ck_assert_int_eq(strncmp(why, "the", 3) && strncmp(why, "it", 2), 0);
}
END_TEST

Suite *suite_httpd_origin(void)
{
    Suite *suite = suite_create("httpd_origin");
    TCase *tc = tcase_create("origin");

    tcase_add_checked_fixture(tc, t_setup, t_teardown);
    tcase_add_loop_test(tc, test_good, 0, sizeof(good) / sizeof(good[0]));
    tcase_add_loop_test(tc, test_bad, 0, sizeof(bad) / sizeof(bad[0]));
    suite_add_tcase(suite, tc);
    return suite;
}
