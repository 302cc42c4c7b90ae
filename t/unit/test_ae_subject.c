#include "ae_subject.h"

#include "ae_x509.h"
#include "support.h"

#include <apr_strings.h>
#include <check.h>
#include <openssl/err.h>
#include <string.h>

Suite *suite_ae_subject(void);

static ae_error_t err;

static const char *put(const char *text)
{
    X509_NAME *name = X509_NAME_new();
    const char *printed;

    ck_assert_msg(ae_subject_put(name, text, &err) == APR_SUCCESS, "%s: %s",
                  text, err.why);
    printed = ae_x509_name_print(name, t_pool);
    X509_NAME_free(name);
    return printed;
}

/* RFC 2253 prints the last attribute first. */
static const struct {
    const char *text;
    const char *printed;
} good[] = {
    {"C=DE", "C=DE"},
    {"O=Example,C=DE", "C=DE,O=Example"},
    {"o=Example , c=DE", "C=DE,O=Example"},
    {"O=Example\\, Inc.,C=US", "C=US,O=Example\\, Inc."},
    {"O=a\\\\b\\=c", "O=a\\\\b=c"},
    {"O=x\\ ", "O=x\\ "},
    {"O=K\303\266ln", "O=K\\C3\\B6ln"},
    {"OU=a,OU=b", "OU=b,OU=a"},
    {"street=1 Way,L=Town,ST=Land,postalCode=12345",
     "postalCode=12345,ST=Land,L=Town,street=1 Way"},
    {"serialNumber=HRB 1,businessCategory=Private Organization",
     "businessCategory=Private Organization,serialNumber=HRB 1"},
};

START_TEST(what_is_a_subject)
{
    ck_assert_str_eq(put(good[_i].text), good[_i].printed);
    ck_assert_int_eq(ae_subject_check(good[_i].text, &err), APR_SUCCESS);
}
END_TEST

static const struct {
    const char *text;
    const char *why;
} bad[] = {
    {"", "\"\" has no value"},
    {"Example", "\"Example\" has no value"},
    {"O=Example,", "\"\" has no value"},
    {"O=Example,,C=DE", "\"\" has no value"},
    {"CN=www.example.org", "\"CN\" is not the word of an attribute"},
    {"emailAddress=a", "\"emailAddress\" is not the word of an attribute"},
    {"O =a", "\"O \" is not the word of an attribute"},
    {"O=", "the value of O is empty"},
    {"O=  ,C=DE", "the value of O is empty"},
    {"O=a\\", "it ends in a backslash"},
    {"O=a,O=b", "O stands in it twice"},
    {"C=DEU", "the value of C is too long"},
    {"C=D", "\"D\" is not the code of a country"},
    {"C=de", "\"de\" is not the code of a country"},
    {"C=D1", "\"D1\" is not the code of a country"},
    {"O=a\tb", "the value of O is not UTF-8, or has control characters"},
    {"O=K\366ln", "the value of O is not UTF-8, or has control characters"},
    {"serialNumber=a_b",
     "the value of serialNumber has characters that it may not have"},
};

START_TEST(what_is_none)
{
    apr_status_t status = ae_subject_check(bad[_i].text, &err);

    ck_assert_int_eq(status, AE_EFORMAT);
    ck_assert_str_eq(err.why, bad[_i].why);
    ck_assert_str_ne(err.next, "");
    ck_assert_uint_eq(ERR_peek_error(), 0);
}
END_TEST

static const char *repeat(const char *what, int count)
{
    const char *text = "";

    while (count-- > 0) {
        text = apr_pstrcat(t_pool, text, what, NULL);
    }
    return text;
}

/* X.520 counts characters, not bytes. */
START_TEST(bounds)
{
    static const struct {
        const char *word;
        int most;
    } rows[] = {{"O", 64}, {"L", 128}, {"postalCode", 40}};
    const char *word = rows[_i].word;
    const char *umlauts = repeat("\303\266", rows[_i].most);

    ck_assert_int_eq(
        ae_subject_check(apr_pstrcat(t_pool, word, "=", umlauts, NULL), &err),
        APR_SUCCESS);
    ck_assert_int_eq(
        ae_subject_check(apr_pstrcat(t_pool, word, "=", umlauts, "x", NULL),
                         &err),
        AE_EFORMAT);
    ck_assert_str_eq(
        err.why, apr_psprintf(t_pool, "the value of %s is too long", word));
    ck_assert_int_eq(
        ae_subject_check(
            apr_pstrcat(t_pool, word, "=", repeat("x", 5000), NULL), &err),
        AE_EFORMAT);
}
END_TEST

START_TEST(not_too_many)
{
    ck_assert_int_eq(ae_subject_check(repeat(",OU=x", 16) + 1, &err),
                     APR_SUCCESS);
    ck_assert_int_eq(ae_subject_check(repeat(",OU=x", 17) + 1, &err),
                     AE_EFORMAT);
    ck_assert_str_eq(err.why, "it has more than 16 attributes");
}
END_TEST

Suite *suite_ae_subject(void)
{
    Suite *suite = suite_create("ae_subject");
    TCase *tc = tcase_create("subject");

    tcase_add_checked_fixture(tc, t_setup, t_teardown);
    tcase_add_loop_test(tc, what_is_a_subject, 0,
                        sizeof(good) / sizeof(good[0]));
    tcase_add_loop_test(tc, what_is_none, 0, sizeof(bad) / sizeof(bad[0]));
    tcase_add_loop_test(tc, bounds, 0, 3);
    tcase_add_test(tc, not_too_many);
    suite_add_tcase(suite, tc);
    return suite;
}
