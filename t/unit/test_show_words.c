/* Each word in each language, with the same places. */

#include "show_words.h"
#include "support.h"

#include <check.h>
#include <string.h>

Suite *suite_show_words(void);

START_TEST(test_each_is_there)
{
    int language;

    for (language = 0; language < AE_LANGUAGES; language++) {
        const char *text = show_word((show_word_t)_i, (ae_language_t)language);

        ck_assert_msg(text != NULL && text[0] != '\0',
                      "word %d has nothing in language %d", _i, language);
    }
}
END_TEST

/* A place that one language forgot would hide what is told. */
START_TEST(test_the_same_places)
{
    static const char *const places[] = {"{1}", "{2}", "{3}"};
    const char *english = show_word((show_word_t)_i, AE_ENGLISH);
    const char *japanese = show_word((show_word_t)_i, AE_JAPANESE);
    int i;

    for (i = 0; i < 3; i++) {
        ck_assert_msg(!strstr(english, places[i]) ==
                          !strstr(japanese, places[i]),
                      "%s: %s: %s", places[i], english, japanese);
    }
}
END_TEST

/* They go into attributes, too. */
START_TEST(test_no_markup)
{
    int language;

    for (language = 0; language < AE_LANGUAGES; language++) {
        const char *text = show_word((show_word_t)_i, (ae_language_t)language);

        ck_assert_msg(strpbrk(text, "<>&\"'") == NULL, "%s", text);
    }
}
END_TEST

START_TEST(test_codes)
{
    ck_assert_str_eq(show_language_code(AE_ENGLISH), "en");
    ck_assert_str_eq(show_language_code(AE_JAPANESE), "ja");
}
END_TEST

Suite *suite_show_words(void)
{
    Suite *suite = suite_create("show_words");
    TCase *tc = tcase_create("words");

    tcase_add_checked_fixture(tc, t_setup, t_teardown);
    tcase_add_loop_test(tc, test_each_is_there, 0, SHOW_WORDS);
    tcase_add_loop_test(tc, test_the_same_places, 0, SHOW_WORDS);
    tcase_add_loop_test(tc, test_no_markup, 0, SHOW_WORDS);
    tcase_add_test(tc, test_codes);
    suite_add_tcase(suite, tc);
    return suite;
}
