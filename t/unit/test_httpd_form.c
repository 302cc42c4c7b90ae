/* What a button of the manager page sends, and what it does not. */

#include "fixture.h"
#include "httpd_form.h"
#include "support.h"

#include <apr_strings.h>
#include <check.h>
#include <string.h>

Suite *suite_httpd_form(void);

static httpd_form_t form;
static ae_error_t err;

static apr_status_t read_form(const char *body)
{
    return httpd_form_read(&form, t_bytes(body), &err, t_pool);
}

START_TEST(test_fields)
{
    ck_assert_int_eq(read_form("nonce=1f&name=a.example%2Brsa-2048&lang=ja&"
                               "serial=0A&do=deploy"),
                     APR_SUCCESS);
    ck_assert_str_eq(form.verb, "deploy");
    ck_assert_str_eq(form.name, "a.example+rsa-2048");
    ck_assert_str_eq(form.serial, "0A");
    ck_assert_str_eq(form.nonce, "1f");
    ck_assert_str_eq(form.lang, "ja");
}
END_TEST

START_TEST(test_absent)
{
    ck_assert_int_eq(read_form(""), APR_SUCCESS);
    ck_assert_str_eq(form.verb, "");
    ck_assert_str_eq(form.nonce, "");
    ck_assert_int_eq(read_form("do=&&name=a+b%c3%bc&"), APR_SUCCESS);
    ck_assert_str_eq(form.name, "a b\xc3\xbc");
}
END_TEST

typedef struct bad_t {
    const char *body;
    const char *why;
} bad_t;

static const bad_t bad[] = {
    {"do=sign&do=sign", "twice"},
    {"do=sign&d%6f=discard", "twice"},
    {"do", "no value"},
    {"{\"do\": \"sign\"}", "no value"},
    {"do=%", "not encoded"},
    {"do=%4", "not encoded"},
    {"do=%zz", "not encoded"},
    {"name=%00", "not encoded"},
    {"name=a%0d%0ab", "not encoded"},
    {"name=a\nb", "not encoded"},
    {"do=sign&all=1", "the page has not"},
    {"=sign", "the page has not"},
};

START_TEST(test_bad)
{
    ck_assert_int_eq(read_form(bad[_i].body), AE_EFORMAT);
    ck_assert_ptr_nonnull(strstr(err.why, bad[_i].why));
}
END_TEST

START_TEST(test_bounds)
{
    char *body = apr_pcalloc(t_pool, HTTPD_FORM_BYTES_MAX + 2);
    ae_bytes_t bytes = {(unsigned char *)body, 8};

    memcpy(body, "do=\0sign", 8);
    ck_assert_int_eq(httpd_form_read(&form, bytes, &err, t_pool), AE_EFORMAT);
    memset(body, 'x', HTTPD_FORM_BYTES_MAX + 1);
    memcpy(body, "name=", 5);
    ck_assert_int_eq(read_form(body), AE_ETOOBIG);
    body[HTTPD_FORM_BYTES_MAX] = '\0';
    ck_assert_int_eq(read_form(body), APR_SUCCESS);
    ck_assert_uint_eq(strlen(form.name), HTTPD_FORM_BYTES_MAX - 5);
}
END_TEST

Suite *suite_httpd_form(void)
{
    Suite *suite = suite_create("httpd_form");
    TCase *tc = tcase_create("form");

    tcase_add_checked_fixture(tc, t_setup, t_teardown);
    tcase_add_test(tc, test_fields);
    tcase_add_test(tc, test_absent);
    tcase_add_loop_test(tc, test_bad, 0, sizeof(bad) / sizeof(bad[0]));
    tcase_add_test(tc, test_bounds);
    suite_add_tcase(suite, tc);
    return suite;
}
