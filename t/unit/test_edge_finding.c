/* What is logged and listed of a configuration. */

#include "edge_finding.h"
#include "support.h"

#include <apr_strings.h>
#include <check.h>
#include <string.h>

Suite *suite_edge_finding(void);

static apr_array_header_t *two_findings(void)
{
    apr_array_header_t *findings = edge_findings_make(t_pool);
    char name[] = "www.example.org";

    edge_finding_add(findings, AE_LOG_WARNING, "AE018", "",
                     "nothing listens on port %d", 80);
    edge_finding_add(findings, AE_LOG_NOTICE, "AE025", name, "100%% well");
    name[0] = 'x';
    return findings;
}

static const char *line_at(const apr_array_header_t *findings, int i)
{
    return edge_finding_line(
        APR_ARRAY_IDX(findings, i, const edge_finding_t *), t_pool);
}

START_TEST(test_they_are_kept_in_their_order)
{
    const apr_array_header_t *findings = two_findings();
    const edge_finding_t *second =
        APR_ARRAY_IDX(findings, 1, const edge_finding_t *);

    ck_assert_int_eq(findings->nelts, 2);
    ck_assert_int_eq(second->level, AE_LOG_NOTICE);
    ck_assert_str_eq(second->id, "AE025");
    ck_assert_str_eq(second->name, "www.example.org");
    ck_assert_str_eq(second->text, "100% well");
}
END_TEST

START_TEST(test_one_is_a_line)
{
    const apr_array_header_t *findings = two_findings();

    ck_assert_str_eq(line_at(findings, 0),
                     "AE018: nothing listens on port 80");
    ck_assert_str_eq(line_at(findings, 1),
                     "AE025: www.example.org: 100% well");
}
END_TEST

START_TEST(test_one_is_found_by_id_and_name)
{
    const apr_array_header_t *findings = two_findings();

    ck_assert(edge_finding_is_there(findings, "AE018", ""));
    ck_assert(edge_finding_is_there(findings, "AE025", "www.example.org"));
    ck_assert(!edge_finding_is_there(findings, "AE018", "www.example.org"));
    ck_assert(!edge_finding_is_there(findings, "AE025", ""));
}
END_TEST

START_TEST(test_those_about_one)
{
    apr_array_header_t *findings = two_findings();

    edge_finding_add(findings, AE_LOG_WARNING, "AE013", "a.example.org", "x");
    ck_assert_int_eq(edge_findings_about(findings, NULL, t_pool)->nelts, 3);
    ck_assert_int_eq(edge_findings_about(NULL, NULL, t_pool)->nelts, 0);
    findings = edge_findings_about(findings, "a.example.org", t_pool);
    ck_assert_int_eq(findings->nelts, 2);
    ck_assert(edge_finding_is_there(findings, "AE018", ""));
    ck_assert(edge_finding_is_there(findings, "AE013", "a.example.org"));
}
END_TEST

START_TEST(test_what_is_no_text_is_made_some)
{
    apr_array_header_t *findings = edge_findings_make(t_pool);
    char *much = apr_pcalloc(t_pool, 5000);
    const edge_finding_t *made;

    memset(much, 'x', 4999);
    made = edge_finding_add(findings, AE_LOG_WARNING, "AE022", "a\x1b",
                            "\xff\n %s", much);
    ck_assert_str_eq(made->name, "a?");
    ck_assert_int_eq(strncmp(made->text, "?? x", 4), 0);
    ck_assert_uint_eq(strlen(made->text), 2047);
}
END_TEST

START_TEST(test_json_and_back)
{
    json_t *list = ae_json_keep(edge_findings_print(two_findings()), t_pool);
    const apr_array_header_t *back = edge_findings_take(list, t_pool);

    ck_assert_str_eq(ae_json_print(list, t_pool),
                     "[{\"id\":\"AE018\",\"level\":\"warning\",\"name\":null,"
                     "\"text\":\"nothing listens on port 80\"},"
                     "{\"id\":\"AE025\",\"level\":\"notice\","
                     "\"name\":\"www.example.org\",\"text\":\"100% well\"}]");
    ck_assert_int_eq(back->nelts, 2);
    ck_assert_str_eq(line_at(back, 0), line_at(two_findings(), 0));
    ck_assert_str_eq(line_at(back, 1), line_at(two_findings(), 1));
    ck_assert_int_eq(APR_ARRAY_IDX(back, 1, const edge_finding_t *)->level,
                     AE_LOG_NOTICE);
}
END_TEST

static const char *const not_findings[] = {
    "{}",
    "[{}]",
    "[7]",
    "[{\"id\":\"A\",\"level\":\"notice\",\"name\":\"\"}]",
    "[{\"id\":\"A\",\"level\":\"notice\",\"name\":\"\",\"text\":7}]",
    "[{\"id\":\"A\",\"level\":\"notice\",\"name\":\"\",\"text\":\"\\u001b\"}]",
    "[{\"id\":\"A\",\"level\":\"notice\",\"name\":\"\\u0000\",\"text\":\"\"}]",
};

START_TEST(test_what_is_no_list_of_them)
{
    const char *text = not_findings[_i];
    json_t *list = json_loads(text, JSON_ALLOW_NUL, NULL);

    ck_assert_ptr_nonnull(list);
    ck_assert_ptr_null(edge_findings_take(ae_json_keep(list, t_pool), t_pool));
}
END_TEST

Suite *suite_edge_finding(void)
{
    const int wrong = (int)(sizeof(not_findings) / sizeof(not_findings[0]));
    Suite *suite = suite_create("edge_finding");
    TCase *tc = tcase_create("findings");

    tcase_add_checked_fixture(tc, t_setup, t_teardown);
    tcase_add_test(tc, test_they_are_kept_in_their_order);
    tcase_add_test(tc, test_one_is_a_line);
    tcase_add_test(tc, test_one_is_found_by_id_and_name);
    tcase_add_test(tc, test_those_about_one);
    tcase_add_test(tc, test_what_is_no_text_is_made_some);
    tcase_add_test(tc, test_json_and_back);
    tcase_add_loop_test(tc, test_what_is_no_list_of_them, 0, wrong);
    suite_add_tcase(suite, tc);
    return suite;
}
