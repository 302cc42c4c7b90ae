/* What is logged and listed of a configuration. */

#include "edge_finding.h"
#include "support.h"

#include <check.h>

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

Suite *suite_edge_finding(void)
{
    Suite *suite = suite_create("edge_finding");
    TCase *tc = tcase_create("findings");

    tcase_add_checked_fixture(tc, t_setup, t_teardown);
    tcase_add_test(tc, test_they_are_kept_in_their_order);
    tcase_add_test(tc, test_one_is_a_line);
    tcase_add_test(tc, test_one_is_found_by_id_and_name);
    suite_add_tcase(suite, tc);
    return suite;
}
