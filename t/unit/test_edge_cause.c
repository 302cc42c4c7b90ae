#include "edge_cause.h"

#include "ae_error.h"
#include "support.h"

#include <check.h>
#include <string.h>

#define WORD_CHARS "abcdefghijklmnopqrstuvwxyz0123456789-"

static void is_sentence(const char *text, const char *end)
{
    size_t len = strlen(text);

    ck_assert_uint_gt(len, strlen(end));
    ck_assert_str_eq(text + len - strlen(end), end);
    ck_assert_ptr_null(strpbrk(text, "\n\t<>"));
    ck_assert_ptr_null(strstr(text, "  "));
}

/* A cause that no row has is "" everywhere, and fails here. */
START_TEST(test_each_has_its_row)
{
    edge_cause_t cause = (edge_cause_t)_i;
    const char *word = edge_cause_word(cause);
    ae_error_t err;

    ck_assert_str_ne(word, "");
    ck_assert_uint_eq(strspn(word, WORD_CHARS), strlen(word));
    ck_assert_int_eq(edge_cause_find(word), cause);
    is_sentence(edge_cause_meaning(cause, AE_ENGLISH), ".");
    is_sentence(edge_cause_remedy(cause, AE_ENGLISH), ".");
    is_sentence(edge_cause_meaning(cause, AE_JAPANESE), "。");
    is_sentence(edge_cause_remedy(cause, AE_JAPANESE), "。");
    ck_assert_uint_lt(strlen(edge_cause_meaning(cause, AE_ENGLISH)) + 1 +
                          strlen(edge_cause_remedy(cause, AE_ENGLISH)),
                      sizeof(err.next));
}
END_TEST

START_TEST(test_none_says_nothing)
{
    ck_assert_str_eq(edge_cause_word(EDGE_CAUSE_NONE), "");
    ck_assert_str_eq(edge_cause_meaning(EDGE_CAUSE_NONE, AE_ENGLISH), "");
    ck_assert_str_eq(edge_cause_remedy(EDGE_CAUSE_NONE, AE_JAPANESE), "");
    ck_assert_int_eq(edge_cause_find(""), EDGE_CAUSE_NONE);
}
END_TEST

/* As of a later version's state. */
START_TEST(test_unknown_word)
{
    ck_assert_int_eq(edge_cause_find("phase-of-the-moon"), EDGE_CAUSE_OTHER);
    ck_assert_int_eq(edge_cause_find("Connection-Refused"), EDGE_CAUSE_OTHER);
}
END_TEST

Suite *suite_edge_cause(void)
{
    Suite *suite = suite_create("edge_cause");
    TCase *tc = tcase_create("cause");

    tcase_add_loop_test(tc, test_each_has_its_row, EDGE_CAUSE_NONE + 1,
                        EDGE_CAUSES);
    tcase_add_test(tc, test_none_says_nothing);
    tcase_add_test(tc, test_unknown_word);
    suite_add_tcase(suite, tc);
    return suite;
}
