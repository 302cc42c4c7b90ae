#include "ae_error.h"

#include "fixture.h"
#include "support.h"

#include <check.h>
#include <errno.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <string.h>

static ae_error_t err;

START_TEST(set_starts_anew)
{
    memset(&err, 'x', sizeof(err));
    ck_assert_int_eq(
        ae_error_set(&err, AE_EFORMAT, "Cannot read %s", "a.example"),
        AE_EFORMAT);
    ck_assert_int_eq(err.status, AE_EFORMAT);
    ck_assert_str_eq(err.what, "Cannot read a.example");
    ck_assert_str_eq(err.why, "");
    ck_assert_str_eq(err.next, "");
}
END_TEST

START_TEST(parts_return_the_status)
{
    ae_error_set(&err, AE_ETOOBIG, "What");
    ck_assert_int_eq(ae_error_why(&err, "%d of %d", 2, 1), AE_ETOOBIG);
    ck_assert_int_eq(ae_error_next(&err, "next"), AE_ETOOBIG);
    ck_assert_int_eq(ae_error_why_status(&err, ENOENT), AE_ETOOBIG);
    ck_assert_int_eq(ae_error_why_openssl(&err), AE_ETOOBIG);
    ck_assert_str_eq(err.next, "next");
}
END_TEST

START_TEST(may_speak_of_itself)
{
    ae_error_set(&err, AE_EFORMAT, "inner");
    ae_error_why(&err, "because");
    ae_error_set(&err, AE_EREMOTE, "outer (%s: %s)", err.what, err.why);
    ck_assert_str_eq(err.what, "outer (inner: because)");
}
END_TEST

START_TEST(line_leaves_out_what_is_empty)
{
    ae_error_set(&err, AE_EFORMAT, "What");
    ck_assert_str_eq(ae_error_line(&err, t_pool), "What");
    ae_error_next(&err, "next");
    ck_assert_str_eq(ae_error_line(&err, t_pool), "What; next");
    ae_error_why(&err, "why");
    ck_assert_str_eq(ae_error_line(&err, t_pool), "What: why; next");
    ae_error_set(&err, AE_EFORMAT, "%s", "");
    ae_error_why(&err, "why");
    ck_assert_str_eq(ae_error_line(&err, t_pool), "why");
}
END_TEST

START_TEST(line_outlives_the_error)
{
    const char *line;

    ae_error_set(&err, AE_EFORMAT, "What");
    line = ae_error_line(&err, t_pool);
    ae_error_set(&err, AE_EFORMAT, "else");
    ck_assert_str_eq(line, "What");
}
END_TEST

START_TEST(system_words)
{
    ae_error_set(&err, ENOSPC, "Cannot write");
    ae_error_why_status(&err, ENOSPC);
    ck_assert_str_eq(err.why, strerror(ENOSPC));
}
END_TEST

START_TEST(own_words)
{
    apr_status_t status;

    for (status = AE_EFORMAT; status <= AE_EUNSAFE; status++) {
        ae_error_set(&err, status, "What");
        ae_error_why_status(&err, status);
        ck_assert_ptr_null(strstr(err.why, "APR"));
        ck_assert_uint_gt(strlen(err.why), 10);
    }
}
END_TEST

START_TEST(openssl_words)
{
    ERR_clear_error();
    ck_assert_ptr_null(EVP_MD_fetch(NULL, "no-such-digest", NULL));
    ae_error_set(&err, AE_ECRYPTO, "What");
    ae_error_why_openssl(&err);
    ck_assert_ptr_nonnull(strstr(err.why, "unsupported"));
    ck_assert_uint_eq(ERR_peek_error(), 0);
}
END_TEST

START_TEST(openssl_without_words)
{
    ERR_clear_error();
    ae_error_set(&err, AE_ECRYPTO, "What");
    ae_error_why_openssl(&err);
    ck_assert_str_eq(err.why, "OpenSSL gives no reason");
}
END_TEST

START_TEST(fields_are_bounded)
{
    static char text[5000];

    memset(text, 'a', sizeof(text) - 1);
    ae_error_set(&err, AE_EFORMAT, "%s", text);
    ae_error_why(&err, "%s", text);
    ae_error_next(&err, "%s", text);
    ck_assert_uint_eq(strlen(err.what), sizeof(err.what) - 1);
    ck_assert_uint_eq(strlen(err.why), sizeof(err.why) - 1);
    ck_assert_uint_eq(strlen(err.next), sizeof(err.next) - 1);
}
END_TEST

/* What a CA or a file says must not begin a line of its own in a log. */
static const struct {
    const char *in;
    const char *out;
} texts[] = {
    {"", ""},
    {"plain", "plain"},
    {"a\nb\r\tc\x1b[0m\x7f", "a?b??c?[0m?"},
    {"gr\xc3\xbc\xc3\x9f", "gr\xc3\xbc\xc3\x9f"},
    {"\xe2\x82\xac \xf0\x9f\x94\x92", "\xe2\x82\xac \xf0\x9f\x94\x92"},
    {"C1 \xc2\x85.", "C1 ?."},
    {"alone \x80.", "alone ?."},
    {"cut short \xe2\x82", "cut short ??"},
    {"cut short \xe2.", "cut short ?."},
    /* RFC 3629 section 3: overlong forms, surrogates, beyond U+10FFFF. */
    {"\xc0\xaf", "??"},
    {"\xe0\x80\xaf", "???"},
    {"\xed\xa0\x80", "???"},
    {"\xf4\x90\x80\x80", "????"},
    {"\xf8\x88\x80\x80\x80\xff", "??????"},
};

START_TEST(text_is_cleaned)
{
    char buf[64];

    ae_text_copy(buf, sizeof(buf), texts[_i].in);
    ck_assert_str_eq(buf, texts[_i].out);
}
END_TEST

START_TEST(a_text_among_others)
{
    const apr_array_header_t *names = t_names("a.example", "b.example", NULL);

    ck_assert(ae_text_is_among(names, "b.example"));
    ck_assert(!ae_text_is_among(names, "b.exampl"));
    ck_assert(!ae_text_is_among(t_names(NULL), "b.example"));
}
END_TEST

START_TEST(text_is_cut_between_characters)
{
    char buf[8];

    ae_text_copy(buf, 1, "abc");
    ck_assert_str_eq(buf, "");
    ae_text_copy(buf, 4, "abc");
    ck_assert_str_eq(buf, "abc");
    ae_text_copy(buf, 4, "ab\xc3\xbc");
    ck_assert_str_eq(buf, "ab");
    ae_text_copy(buf, 5,
                 "ab\xc3\xbc"
                 "c");
    ck_assert_str_eq(buf, "ab\xc3\xbc");
}
END_TEST

START_TEST(text_is_copied)
{
    ck_assert_str_eq(ae_text_clean("a\x1b\xff", 100, t_pool), "a??");
    ck_assert_str_eq(ae_text_clean("ab\xc3\xbc", 4, t_pool), "ab");
    ck_assert_str_eq(ae_text_clean("", 4, t_pool), "");
}
END_TEST

Suite *suite_ae_error(void)
{
    Suite *suite = suite_create("ae_error");
    TCase *tc = tcase_create("error");

    tcase_add_checked_fixture(tc, t_setup, t_teardown);
    tcase_add_test(tc, set_starts_anew);
    tcase_add_test(tc, parts_return_the_status);
    tcase_add_test(tc, may_speak_of_itself);
    tcase_add_test(tc, line_leaves_out_what_is_empty);
    tcase_add_test(tc, line_outlives_the_error);
    tcase_add_test(tc, system_words);
    tcase_add_test(tc, own_words);
    tcase_add_test(tc, openssl_words);
    tcase_add_test(tc, openssl_without_words);
    tcase_add_test(tc, fields_are_bounded);
    tcase_add_loop_test(tc, text_is_cleaned, 0,
                        sizeof(texts) / sizeof(texts[0]));
    tcase_add_test(tc, text_is_cut_between_characters);
    tcase_add_test(tc, text_is_copied);
    tcase_add_test(tc, a_text_among_others);
    suite_add_tcase(suite, tc);
    return suite;
}
