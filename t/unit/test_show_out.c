/* What text becomes on its way into a page. */

#include "show_out.h"
#include "support.h"

#include <check.h>
#include <string.h>

Suite *suite_show_out(void);

typedef struct buffer_t {
    char text[4096];
    apr_size_t len;
} buffer_t;

static void collect(void *ctx, const char *bytes, apr_size_t len)
{
    buffer_t *buffer = ctx;

    ck_assert_uint_lt(buffer->len + len, sizeof(buffer->text));
    memcpy(buffer->text + buffer->len, bytes, len);
    buffer->len += len;
    buffer->text[buffer->len] = '\0';
}

typedef void put_t(const show_out_t *out, const char *text);

static const char *through(put_t *put, const char *text)
{
    static buffer_t buffer;
    const show_out_t out = {collect, &buffer};

    memset(&buffer, 0, sizeof(buffer));
    put(&out, text);
    return buffer.text;
}

#define FFFD "\xef\xbf\xbd"

START_TEST(test_markup_becomes_text)
{
    ck_assert_str_eq(through(show_out_html, "<script>alert('&\"')</script>"),
                     "&lt;script&gt;alert(&#39;&amp;&quot;&#39;)&lt;/script"
                     "&gt;");
    ck_assert_str_eq(through(show_out_html, "plain, \xe8\xaa\x9e"),
                     "plain, \xe8\xaa\x9e");
    ck_assert_str_eq(through(show_out_html, ""), "");
}
END_TEST

START_TEST(test_controls_are_replaced)
{
    ck_assert_str_eq(through(show_out_html, "a\x01\x1b[31m\x7f\xc2\x85z"),
                     "a" FFFD FFFD "[31m" FFFD FFFD "z");
    ck_assert_str_eq(through(show_out_html, "two\nlines\tand"),
                     "two lines and");
    ck_assert_str_eq(through(show_out_label, "a\tb\rc"),
                     "a" FFFD "b" FFFD "c");
}
END_TEST

/* RFC 3629 section 3: what is no UTF-8 must not come out as any. */
static const char *const invalid[] = {
    "\x80",
    "\xc0\xaf",
    "\xc1\xbf",
    "\xe0\x80\xaf",
    "\xff",
    "\xed\xa0\x80",
    "\xf0\x80\x80\xaf",
    "\xf4\x90\x80\x80",
    "\xe8\xaa",
    "\xf0\x9f\x98\x3c",
    "\xc3",
};

START_TEST(test_invalid_utf8_is_replaced)
{
    const char *text = through(show_out_html, invalid[_i]);

    ck_assert_int_eq(strncmp(text, FFFD, 3), 0);
    ck_assert_ptr_null(strstr(text, invalid[_i]));
    ck_assert_ptr_null(strchr(text, '<'));
}
END_TEST

START_TEST(test_label)
{
    ck_assert_str_eq(through(show_out_label, "a\"b\\c\nd<e>"),
                     "a\\\"b\\\\c\\nd<e>");
}
END_TEST

START_TEST(test_query)
{
    ck_assert_str_eq(through(show_out_query, "a+b&c=d e/\xe8-._~9"),
                     "a%2Bb%26c%3Dd%20e%2F%E8-._~9");
}
END_TEST

START_TEST(test_format)
{
    buffer_t buffer = {.len = 0};
    const show_out_t out = {collect, &buffer};

    show_out_format(&out, "%d of %s", 3, "five");
    show_out_put(&out, "!");
    ck_assert_str_eq(buffer.text, "3 of five!");
}
END_TEST

Suite *suite_show_out(void)
{
    const int invalids = sizeof(invalid) / sizeof(invalid[0]);
    Suite *suite = suite_create("show_out");
    TCase *tc = tcase_create("out");

    tcase_add_checked_fixture(tc, t_setup, t_teardown);
    tcase_add_test(tc, test_markup_becomes_text);
    tcase_add_test(tc, test_controls_are_replaced);
    tcase_add_loop_test(tc, test_invalid_utf8_is_replaced, 0, invalids);
    tcase_add_test(tc, test_label);
    tcase_add_test(tc, test_query);
    tcase_add_test(tc, test_format);
    suite_add_tcase(suite, tc);
    return suite;
}
