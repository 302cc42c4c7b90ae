#include "edge_explain.h"

#include "fixture.h"
#include "support.h"

#include <apr_strings.h>
#include <check.h>
#include <string.h>

#define URN "urn:ietf:params:acme:error:"

START_TEST(test_every_type_has_a_cause)
{
    acme_problem_t problem = {.kind = (acme_problem_kind_t)_i,
                              .type = "urn:x",
                              .detail = "",
                              .subproblems =
                                  apr_array_make(t_pool, 1, sizeof(void *))};

    ck_assert_str_ne(edge_cause_word(edge_explain_problem(&problem, NULL)),
                     "");
}
END_TEST

/* The name is the one that the CA says; without any, no redirect is seen. */
START_TEST(test_whose_host)
{
    json_t *json = ae_json_keep(
        json_pack("{s:s, s:s, s:{s:s, s:s}}", "type", URN "unauthorized",
                  "detail",
                  "192.0.2.7: Invalid response from http://b.example/x: 404",
                  "identifier", "type", "dns", "value", "b.example"),
        t_pool);
    const acme_problem_t *problem = acme_problem_read(json, t_pool);

    ck_assert_int_eq(edge_explain_problem(problem, "a.example"),
                     EDGE_CAUSE_ANSWER_404);
    problem = t_problem("unauthorized", problem->detail);
    ck_assert_int_eq(edge_explain_problem(problem, NULL),
                     EDGE_CAUSE_ANSWER_404);
    ck_assert_int_eq(edge_explain_problem(problem, "b.exampl"),
                     EDGE_CAUSE_REDIRECT_HOST);
}
END_TEST

/* RFC 8555 section 6.7.1 */
START_TEST(test_subproblem_decides)
{
    const char *text =
        "{\"type\":\"" URN "malformed\",\"detail\":\"2 errors\","
        "\"subproblems\":[{\"type\":\"" URN "rateLimited\",\"detail\":\"x\"},"
        "{\"type\":\"" URN "userActionRequired\",\"detail\":\"new terms\"}]}";
    json_t *json = ae_json_keep(json_loads(text, 0, NULL), t_pool);

    ck_assert_int_eq(
        edge_explain_problem(acme_problem_read(json, t_pool), NULL),
        EDGE_CAUSE_TERMS_CHANGED);
}
END_TEST

static edge_cause_t failure_of(acme_obstacle_t obstacle, apr_status_t status)
{
    acme_failure_t failure = {.step = "directory", .obstacle = obstacle};
    ae_error_t err;

    ae_error_set(&err, status, "It failed");
    return edge_explain_failure(&failure, &err);
}

START_TEST(test_what_we_meet)
{
    static const struct {
        apr_status_t status;
        edge_cause_t cause;
    } all[] = {
        {APR_ECONNREFUSED, EDGE_CAUSE_CA_REFUSED},
        {APR_TIMEUP, EDGE_CAUSE_CA_TIMEOUT},
        {AE_ENOHOST, EDGE_CAUSE_CA_NAME},
        {AE_EDISTRUST, EDGE_CAUSE_CA_UNTRUSTED},
        {AE_ECLOCK, EDGE_CAUSE_CLOCK},
        {AE_ETOOBIG, EDGE_CAUSE_CA_ODD},
        {APR_EACCES, EDGE_CAUSE_TRUST_FILE},
        {APR_EGENERAL, EDGE_CAUSE_CA_UNREACHABLE},
    };
    size_t i;

    for (i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
        ck_assert_int_eq(failure_of(ACME_OBSTACLE_TRANSPORT, all[i].status),
                         all[i].cause);
    }
}
END_TEST

START_TEST(test_obstacles)
{
    int i;

    for (i = ACME_OBSTACLE_NONE + 1; i <= ACME_OBSTACLE_MISFIT; i++) {
        ck_assert_int_ne(failure_of((acme_obstacle_t)i, AE_EREMOTE),
                         EDGE_CAUSE_OTHER);
    }
    ck_assert_int_eq(failure_of(ACME_OBSTACLE_NONE, AE_EREMOTE),
                     EDGE_CAUSE_OTHER);
}
END_TEST

/* The step tells whose "unauthorized" it is, unless the words tell more. */
START_TEST(test_account_may_not_order)
{
    acme_failure_t failure = {
        .step = "newOrder",
        .obstacle = ACME_OBSTACLE_FORBIDDEN,
        .problem = t_problem("unauthorized", "no"),
    };
    ae_error_t err;

    ae_error_set(&err, AE_EREMOTE, "It failed");
    ck_assert_int_eq(edge_explain_failure(&failure, &err),
                     EDGE_CAUSE_ACCOUNT_FORBIDDEN);
    failure.problem = t_problem("unauthorized", "The account is deactivated");
    ck_assert_int_eq(edge_explain_failure(&failure, &err),
                     EDGE_CAUSE_ACCOUNT_CLOSED);
}
END_TEST

START_TEST(test_own_trouble)
{
    ae_error_t err;

    ae_error_set(&err, APR_ENOSPC, "It cannot be written");
    ck_assert_int_eq(edge_explain_trouble(&err, "store"),
                     EDGE_CAUSE_DISK_FULL);
    err.status = APR_EACCES;
    ck_assert_int_eq(edge_explain_trouble(&err, "prepare"), EDGE_CAUSE_STORE);
    ck_assert_int_eq(edge_explain_trouble(&err, EDGE_STEP_CHALLENGE),
                     EDGE_CAUSE_CHALLENGE_STORE_PASSWORD);
    err.status = APR_TIMEUP;
    ck_assert_int_eq(edge_explain_trouble(&err, EDGE_STEP_CHALLENGE),
                     EDGE_CAUSE_CHALLENGE_STORE);
}
END_TEST

START_TEST(test_chain)
{
    ae_cert_t *chain = t_cert("leaf.pem", NULL);
    const ae_cert_facts_t *facts = ae_cert_facts(chain);

    ck_assert_int_eq(edge_explain_chain(NULL, 0), EDGE_CAUSE_MISFIT);
    ck_assert_int_eq(edge_explain_chain(chain, facts->not_before),
                     EDGE_CAUSE_MISFIT);
    ck_assert_int_eq(
        edge_explain_chain(chain, facts->not_before - APR_USEC_PER_SEC),
        EDGE_CAUSE_CLOCK);
}
END_TEST

static void check_next(const ae_error_t *err, const char *first,
                       const char *second)
{
    ck_assert_str_eq(err->next, apr_pstrcat(t_pool, first, second, NULL));
}

START_TEST(test_remedy)
{
    ae_error_t err;

    ae_error_set(&err, AE_EREMOTE, "It failed");
    edge_explain_next(&err, EDGE_CAUSE_CAA, 0);
    check_next(&err, edge_cause_remedy(EDGE_CAUSE_CAA, AE_ENGLISH), "");
    edge_explain_next(&err, EDGE_CAUSE_DNS, 0);
    check_next(&err, edge_cause_remedy(EDGE_CAUSE_CAA, AE_ENGLISH), "");
}
END_TEST

START_TEST(test_meaning_before_the_remedy)
{
    const char *meaning = edge_cause_meaning(EDGE_CAUSE_PAUSED, AE_ENGLISH);
    char address[sizeof(((ae_error_t *)0)->next)];
    ae_error_t err;

    ae_error_set(&err, AE_EREMOTE, "It failed");
    ae_error_next(&err, "Open https://ca.test/.");
    edge_explain_next(&err, EDGE_CAUSE_PAUSED, 1);
    check_next(&err, meaning, " Open https://ca.test/.");
    memset(address, 'a', sizeof(address) - 1);
    address[sizeof(address) - 1] = '\0';
    ae_error_next(&err, "%s", address);
    edge_explain_next(&err, EDGE_CAUSE_PAUSED, 1);
    check_next(&err, address, "");
}
END_TEST

Suite *suite_edge_explain(void)
{
    Suite *suite = suite_create("edge_explain");
    TCase *tc = tcase_create("explain");

    tcase_add_checked_fixture(tc, t_setup, t_teardown);
    tcase_add_loop_test(tc, test_every_type_has_a_cause, 0,
                        ACME_PROBLEM_KINDS);
    tcase_add_test(tc, test_whose_host);
    tcase_add_test(tc, test_subproblem_decides);
    tcase_add_test(tc, test_what_we_meet);
    tcase_add_test(tc, test_obstacles);
    tcase_add_test(tc, test_account_may_not_order);
    tcase_add_test(tc, test_own_trouble);
    tcase_add_test(tc, test_chain);
    tcase_add_test(tc, test_remedy);
    tcase_add_test(tc, test_meaning_before_the_remedy);
    suite_add_tcase(suite, tc);
    return suite;
}
