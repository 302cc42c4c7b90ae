/* Columns of text. */

#include "show_columns.h"
#include "support.h"

#include <check.h>

Suite *suite_show_columns(void);

START_TEST(test_columns)
{
    static const char *const rows[][3] = {
        {"NAME", "STATE", "AT"},
        {"www.example.org", "valid", "-"},
        {"a", "ordering", "soon"},
    };
    show_columns_t *table = show_columns_make(3, t_pool);
    int i;

    for (i = 0; i < 3; i++) {
        show_columns_add(table, rows[i]);
    }
    ck_assert_str_eq(show_columns_print(table),
                     "NAME             STATE     AT\n"
                     "www.example.org  valid     -\n"
                     "a                ordering  soon\n");
}
END_TEST

START_TEST(test_empty_cells)
{
    static const char *const rows[][3] = {
        {"", "b", ""}, {"a", "", "c"}, {"", "", ""}};
    show_columns_t *table = show_columns_make(3, t_pool);
    int i;

    for (i = 0; i < 3; i++) {
        show_columns_add(table, rows[i]);
    }
    ck_assert_str_eq(show_columns_print(table), "   b\na     c\n\n");
}
END_TEST

/* A character may be several bytes. */
START_TEST(test_width)
{
    static const char *const rows[][2] = {{"b\xc3\xbc", "x"}, {"bue", "y"}};
    show_columns_t *table = show_columns_make(2, t_pool);

    show_columns_add(table, rows[0]);
    show_columns_add(table, rows[1]);
    ck_assert_str_eq(show_columns_print(table), "b\xc3\xbc   x\nbue  y\n");
}
END_TEST

START_TEST(test_texts)
{
    apr_array_header_t *texts = apr_array_make(t_pool, 2, sizeof(char *));
    show_columns_t *table = show_columns_make(2, t_pool);

    show_columns_add_texts(table, "none", texts);
    APR_ARRAY_PUSH(texts, const char *) = "a.example";
    APR_ARRAY_PUSH(texts, const char *) = "b.example";
    show_columns_add_texts(table, "names", texts);
    ck_assert_str_eq(show_columns_print(table),
                     "names  a.example\n       b.example\n");
}
END_TEST

START_TEST(test_no_rows)
{
    ck_assert_str_eq(show_columns_print(show_columns_make(2, t_pool)), "");
}
END_TEST

Suite *suite_show_columns(void)
{
    Suite *suite = suite_create("show_columns");
    TCase *tc = tcase_create("table");

    tcase_add_checked_fixture(tc, t_setup, t_teardown);
    tcase_add_test(tc, test_columns);
    tcase_add_test(tc, test_empty_cells);
    tcase_add_test(tc, test_width);
    tcase_add_test(tc, test_texts);
    tcase_add_test(tc, test_no_rows);
    suite_add_tcase(suite, tc);
    return suite;
}
