/* Each notice in each language. */

#include "show_notice.h"
#include "support.h"

#include <check.h>

Suite *suite_show_notice(void);

START_TEST(test_each_is_there)
{
    const char *english = show_notice((show_notice_t)_i, AE_ENGLISH);
    const char *japanese = show_notice((show_notice_t)_i, AE_JAPANESE);

    ck_assert_ptr_nonnull(english);
    ck_assert_ptr_nonnull(japanese);
    ck_assert_str_ne(english, "");
    ck_assert_str_ne(japanese, "");
    ck_assert_str_ne(japanese, english);
}
END_TEST

Suite *suite_show_notice(void)
{
    Suite *suite = suite_create("show_notice");
    TCase *tc = tcase_create("notice");

    tcase_add_checked_fixture(tc, t_setup, t_teardown);
    tcase_add_loop_test(tc, test_each_is_there, 0, SHOW_NOTICES);
    suite_add_tcase(suite, tc);
    return suite;
}
