/* Which verb the words on the command line call. */

#include "cli_verb.h"
#include "support.h"

#include <check.h>
#include <string.h>

Suite *suite_cli_verbs(void);

static const char *found(const char *word, const char *second)
{
    const cli_verb_t *verb = cli_verb_find(word, second);

    return verb ? verb->name : "";
}

START_TEST(test_one_word)
{
    ck_assert_str_eq(found("status", NULL), "status");
    ck_assert_str_eq(found("status", "www.example.org"), "status");
    ck_assert_str_eq(found("status", "list"), "status");
    ck_assert_int_eq(cli_verb_words(cli_verb_find("status", NULL)), 1);
    ck_assert(!cli_verb_begins("status"));
}
END_TEST

START_TEST(test_two_words)
{
    ck_assert_str_eq(found("account", "list"), "account list");
    ck_assert_int_eq(cli_verb_words(cli_verb_find("account", "list")), 2);
    ck_assert(cli_verb_begins("account"));
    ck_assert(cli_verb_belongs(cli_verb_find("account", "list"), "account"));
}
END_TEST

START_TEST(test_no_verb)
{
    static const char *const words[][2] = {
        {"staus", NULL},        {"account", NULL},   {"account", "lis"},
        {"account", "listing"}, {"accoun", "list"},  {"", NULL},
        {"account list", NULL}, {"list", "account"},
    };
    ae_error_t err;
    const char *const *two = words[_i];

    ck_assert_str_eq(found(two[0], two[1]), "");
    ck_assert_int_eq(cli_verb_refuse(&err, two[0], two[1], t_pool),
                     AE_EFORMAT);
    ck_assert_str_ne(err.why, "");
}
END_TEST

START_TEST(test_what_may_follow)
{
    ae_error_t err;

    cli_verb_refuse(&err, "account", "lis", t_pool);
    ck_assert_str_eq(err.what, "account lis");
    ck_assert_ptr_nonnull(strstr(err.why, "account list"));
    cli_verb_refuse(&err, "staus", NULL, t_pool);
    ck_assert_str_eq(err.what, "staus");
    ck_assert_str_eq(err.why, "there is no such verb");
}
END_TEST

Suite *suite_cli_verbs(void)
{
    Suite *suite = suite_create("cli_verbs");
    TCase *tc = tcase_create("verbs");

    tcase_add_checked_fixture(tc, t_setup, t_teardown);
    tcase_add_test(tc, test_one_word);
    tcase_add_test(tc, test_two_words);
    tcase_add_loop_test(tc, test_no_verb, 0, 8);
    tcase_add_test(tc, test_what_may_follow);
    suite_add_tcase(suite, tc);
    return suite;
}
