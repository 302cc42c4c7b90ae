#include "edge_cause.h"
#include "fixture.h"
#include "scripted_drive.h"
#include "support.h"

#include <apr_strings.h>
#include <check.h>
#include <string.h>

/* Authorizations and their challenges, and what an administrator learns where
 * they fail (RFC 8555 sections 7.1.4, 7.5.1, 8.1, 8.3). */

#define URN "urn:ietf:params:acme:error:"
#define PROBLEM(word, detail)                                                 \
    "{\"type\":\"" URN word "\",\"detail\":\"" detail "\"}"

static drive_t *drive;
static ca_t *ca;

static void set_up(void)
{
    t_setup();
    drive = drive_make();
    ca = drive->ca;
    ca->issue_polls = 1;
}

static const acme_failure_t *fails(const char *a, const char *b)
{
    drive_one(drive, b ? t_names(a, b, NULL) : t_names(a, NULL));
    return drive_check_failed(drive, 0);
}

static const ae_error_t *error(void)
{
    return drive_explained(drive, 0);
}

static const acme_authorization_state_t *state(int i)
{
    return &APR_ARRAY_IDX(acme_order_authorizations(drive->orders[0].order), i,
                          const acme_authorization_state_t);
}

static void check_word(const char *text, const char *word)
{
    ck_assert_msg(strstr(text, word) != NULL, "no \"%s\" in: %s", word, text);
}

static void give(const char *step, const char *body)
{
    ca_spoil(ca, (ca_fault_t){.step = step,
                              .nth = 1,
                              .code = 200,
                              .content_type = "application/json",
                              .body = body});
}

/* -- a name that the CA cannot validate -- */

START_TEST(test_why_a_name_failed)
{
    const acme_failure_t *failure;

    ca->bad_name = "a.example";
    ca->bad_problem = PROBLEM("connection", "192.0.2.1: Timeout");
    failure = fails("a.example", NULL);
    ck_assert_int_eq(failure->order_lost, 1);
    ck_assert_int_eq(failure->retry, ACME_RETRY_BACKOFF);
    ck_assert_str_eq(failure->step, "challenge");
    ck_assert_int_eq(failure->problem->kind, ACME_PROBLEM_CONNECTION);
    ck_assert_str_eq(error()->what, "The CA could not validate a.example");
    ck_assert_str_eq(error()->why,
                     "a.example: 192.0.2.1: Timeout (" URN "connection)");
    ck_assert_str_eq(
        error()->next,
        apr_pstrcat(
            t_pool, edge_cause_meaning(EDGE_CAUSE_CONNECTION, AE_ENGLISH), " ",
            edge_cause_remedy(EDGE_CAUSE_CONNECTION, AE_ENGLISH), NULL));
    ck_assert_str_eq(failure->name, "a.example");
    ck_assert_str_eq(state(0)->status, "invalid");
    ck_assert_str_eq(state(0)->problem->detail, "192.0.2.1: Timeout");
}
END_TEST

START_TEST(test_each_name_keeps_its_own_error)
{
    ca->bad_name = "b.example";
    ca->bad_problem = PROBLEM("dns", "NXDOMAIN");
    (void)fails("a.example", "b.example");
    ck_assert_str_eq(error()->what, "The CA could not validate b.example");
    ck_assert_str_eq(state(0)->status, "valid");
    ck_assert_ptr_null(state(0)->problem);
    ck_assert_str_eq(state(1)->status, "invalid");
    ck_assert_int_eq(state(1)->problem->kind, ACME_PROBLEM_DNS);
}
END_TEST

/* Apex and wildcard are told apart by `wildcard` (section 7.1.3). */
START_TEST(test_two_names_fail)
{
    ca->bad_name = "a.example";
    ca->bad_problem = PROBLEM("caa", "CAA forbids");
    ck_assert_int_eq(fails("a.example", "*.a.example")->retry,
                     ACME_RETRY_DAILY);
    ck_assert_str_eq(error()->what,
                     "The CA could not validate a.example and 1 more");
    check_word(error()->why, "*.a.example: CAA forbids");
    ck_assert_str_eq(state(1)->status, "invalid");
}
END_TEST

START_TEST(test_what_cannot_be_read_explains_nothing)
{
    ca->bad_name = "a.example";
    ca->bad_problem = PROBLEM("dns", "NXDOMAIN");
    ca->order_error = PROBLEM("unauthorized", "Order failed");
    ca_spoil(ca, (ca_fault_t){.step = "authorization",
                              .nth = 2,
                              .status = APR_ECONNRESET});
    ck_assert_int_eq(fails("a.example", NULL)->order_lost, 1);
    ck_assert_str_eq(error()->what, "The CA gave up the order");
    check_word(error()->why, "Order failed");
}
END_TEST

START_TEST(test_failure_while_it_issues)
{
    const acme_failure_t *failure;

    ca->order_error = PROBLEM("caa", "CAA record forbids it now");
    failure = fails("a.example", NULL);
    ck_assert_int_eq(failure->order_lost, 1);
    ck_assert_int_eq(failure->retry, ACME_RETRY_DAILY);
    ck_assert_str_eq(failure->step, "order");
    ck_assert_uint_eq(ca_count(ca, "authorization"), 1);
    check_word(error()->why, "CAA record forbids it now");
}
END_TEST

START_TEST(test_invalid_without_any_reason)
{
    ca->order_error = "{}";
    ck_assert_int_eq(fails("a.example", NULL)->order_lost, 1);
}
END_TEST

START_TEST(test_authorization_that_is_over_when_it_is_read)
{
    give("authorization",
         "{\"status\":\"deactivated\",\"identifier\":{\"type\":\"dns\","
         "\"value\":\"a.example\"},\"challenges\":[]}");
    ck_assert_int_eq(fails("a.example", NULL)->order_lost, 1);
    check_word(error()->why, "a.example: the authorization is deactivated");
    ck_assert_int_eq(drive->orders[0].provisions, 0);
}
END_TEST

/* -- what the CA refuses at once -- */

START_TEST(test_rejected_identifiers)
{
    ca_spoil(ca,
             (ca_fault_t){.step = "newOrder",
                          .nth = 1,
                          .code = 400,
                          .body = "{\"type\":\"" URN "malformed\",\"detail\":"
                                  "\"Some names\",\"subproblems\":[{\"type\":"
                                  "\"" URN "rejectedIdentifier\",\"detail\":"
                                  "\"Not that one\",\"identifier\":{\"type\":"
                                  "\"dns\",\"value\":\"b.example\"}}]}"});
    ck_assert_int_eq(fails("a.example", "b.example")->retry, ACME_RETRY_DAILY);
    check_word(error()->why, "b.example: Not that one");
    ck_assert_int_eq(acme_order_failure(drive->orders[0].order)
                         ->problem->subproblems->nelts,
                     1);
}
END_TEST

START_TEST(test_a_paused_account)
{
    const acme_failure_t *failure;

    ca_spoil(ca,
             (ca_fault_t){.step = "newOrder",
                          .nth = 1,
                          .code = 429,
                          .body = PROBLEM("rateLimited",
                                          "See https://ca.test/unpause?jwt=x"),
                          .retry_after = "60"});
    failure = fails("a.example", NULL);
    ck_assert_int_eq(failure->retry, ACME_RETRY_PERSON);
    ck_assert_str_eq(failure->problem->unpause,
                     "https://ca.test/unpause?jwt=x");
    check_word(error()->next, "https://ca.test/unpause?jwt=x");
}
END_TEST

/* -- challenges -- */

START_TEST(test_wildcard_without_http_01)
{
    ca->dns_only_wildcards = 1;
    ck_assert_int_eq(fails("a.example", "*.a.example")->retry,
                     ACME_RETRY_DAILY);
    ck_assert_str_eq(error()->what,
                     "The CA offers no http-01 for *.a.example");
    check_word(error()->why, "dns-01");
    check_word(error()->next, "wildcard");
    ck_assert_uint_eq(ca_count(ca, "challenge"), 0);
}
END_TEST

/* RFC 8555 section 8.3: a token is base64url, and never used unchecked. */
START_TEST(test_tokens_that_are_none)
{
    static const char *const tokens[] = {
        "../../etc/passwd", "a b", "", "<script>", "dG9rZW4=",
    };

    give("authorization",
         apr_psprintf(t_pool,
                      "{\"status\":\"pending\",\"identifier\":{\"type\":"
                      "\"dns\",\"value\":\"a.example\"},\"challenges\":["
                      "{\"type\":\"http-01\",\"url\":\"https://ca.test/c\","
                      "\"token\":\"%s\"}]}",
                      tokens[_i]));
    ck_assert_int_eq(fails("a.example", NULL)->retry, ACME_RETRY_BACKOFF);
    check_word(error()->why, "token");
    ck_assert_int_eq(acme_order_tokens(drive->orders[0].order)->nelts, 0);
}
END_TEST

/* RFC 8555 section 6.1, and answers that nobody wrote down. */
START_TEST(test_odd_answers)
{
    static const struct {
        const char *step;
        const char *body;
        const char *word;
    } odd[] = {
        {"newOrder", "{}", "unknown status"},
        {"newOrder", "{\"status\":\"sleeping\"}", "\"sleeping\""},
        {"newOrder", "{\"status\":\"ready\"}", "without finalize"},
        {"newOrder", "{\"status\":\"valid\"}", "without certificate"},
        {"newOrder", "{\"status\":\"ready\",\"finalize\":\"http://x/\"}",
         "finalize is no https URL"},
        {"newOrder",
         "{\"status\":\"pending\",\"authorizations\":"
         "[\"file:///etc/passwd\"]}",
         "authorization that is no https URL"},
        {"newOrder", "{\"status\":\"pending\",\"authorizations\":[7]}",
         "authorization that is no https URL"},
        {"order", "{\"status\":\"valid\",\"certificate\":\"ftp://x/\"}",
         "certificate is no https URL"},
        {"order", "{\"status\":null}", "unknown status"},
        {"authorization", "{}", "unknown status"},
        {"authorization", "{\"status\":\"new\"}", "\"new\""},
        {"authorization", "{\"status\":\"pending\"}", "identifier"},
        {"authorization",
         "{\"status\":\"pending\",\"identifier\":{\"value\":"
         "\"a.example\"},\"challenges\":[{\"type\":"
         "\"http-01\",\"token\":\"abc\"}]}",
         "https URL"},
        {"authorization",
         "{\"status\":\"pending\",\"identifier\":{\"value\":"
         "\"a.example\"},\"challenges\":[{\"type\":"
         "\"http-01\",\"token\":\"abc\",\"status\":\"odd\","
         "\"url\":\"https://ca.test/c\"}]}",
         "\"odd\""},
        {"authorization",
         "{\"status\":\"pending\",\"identifier\":{\"value\":"
         "\"a.example\"},\"challenges\":{}}",
         "it offers nothing"},
    };
    const acme_failure_t *failure;

    ck_assert_int_lt(_i, (int)(sizeof(odd) / sizeof(odd[0])));
    ca_spoil(ca, (ca_fault_t){.step = odd[_i].step,
                              .nth = 1,
                              .done = 1,
                              .content_type = "application/json",
                              .body = odd[_i].body});
    failure = fails("a.example", NULL);
    ck_assert_str_eq(failure->step, odd[_i].step);
    check_word(error()->why, odd[_i].word);
}
END_TEST

#define ODD 15

START_TEST(test_new_order_without_location)
{
    ca_spoil(ca,
             (ca_fault_t){
                 .step = "newOrder", .nth = 1, .done = 1, .no_location = 1});
    (void)fails("a.example", NULL);
    check_word(error()->why, "Location");
}
END_TEST

START_TEST(test_too_many_authorizations)
{
    const char *urls = "\"/a\"";
    int i;

    for (i = 0; i < 10; i++) {
        urls = apr_pstrcat(t_pool, urls, ",", urls, NULL);
    }
    give("newOrder", apr_psprintf(t_pool,
                                  "{\"status\":\"pending\",\"authorizations\":"
                                  "[%s]}",
                                  urls));
    APR_ARRAY_IDX(ca->faults, 0, ca_fault_t).done = 1;
    (void)fails("a.example", NULL);
    check_word(error()->why, "more than 1000 authorizations");
}
END_TEST

/* Challenges that the CA works on or has done with are not answered again. */
START_TEST(test_challenge_that_is_processing)
{
    ca_spoil(ca,
             (ca_fault_t){
                 .step = "authorization",
                 .nth = 1,
                 .code = 200,
                 .content_type = "application/json",
                 .body = "{\"status\":\"pending\",\"identifier\":{\"value\""
                         ":\"a.example\"},\"challenges\":[{\"type\":"
                         "\"http-01\",\"token\":\"abc\",\"status\":"
                         "\"processing\",\"url\":\"https://ca.test/c\"}]}"});
    ca_spoil(ca, (ca_fault_t){.step = "order",
                              .nth = 1,
                              .code = 200,
                              .content_type = "application/json",
                              .body = "{\"status\":\"invalid\"}"});
    (void)fails("a.example", NULL);
    ck_assert_uint_eq(ca_count(ca, "challenge"), 0);
    ck_assert_int_eq(drive->orders[0].provisions, 1);
}
END_TEST

/* The CA may authorize by a name above (RFC 8555 section 7.4). */
START_TEST(test_authorization_of_another_name)
{
    ca_spoil(ca, (ca_fault_t){
                     .step = "authorization",
                     .nth = 1,
                     .code = 200,
                     .content_type = "application/json",
                     .body = "{\"status\":\"valid\",\"identifier\":{\"value\":"
                             "\"example\"}}"});
    ca_spoil(ca, (ca_fault_t){.step = "order",
                              .nth = 1,
                              .code = 200,
                              .content_type = "application/json",
                              .body = "{\"status\":\"invalid\"}"});
    (void)fails("a.example", NULL);
    ck_assert_str_eq(state(0)->name, "a.example");
    ck_assert_str_eq(state(0)->status, "unknown");
    ck_assert_uint_eq(ca_count(ca, "challenge"), 0);
}
END_TEST

START_TEST(test_names_in_any_case)
{
    drive_one(drive, t_names("WWW.Example", NULL));
    drive_check_done(drive, 0);
    ck_assert_str_eq(state(0)->status, "valid");
}
END_TEST

START_TEST(test_states_before_anything_is_known)
{
    drive_add(drive, t_names("a.example", "b.example", NULL));
    ck_assert_int_eq(acme_order_authorizations(drive->orders[0].order)->nelts,
                     2);
    ck_assert_str_eq(state(1)->name, "b.example");
    ck_assert_str_eq(state(1)->status, "unknown");
    ck_assert_str_eq(acme_order_step(drive->orders[0].order), "newOrder");
}
END_TEST

Suite *suite_acme_authorization(void)
{
    Suite *suite = suite_create("acme_authorization");
    TCase *tc = tcase_create("authorization");

    tcase_add_checked_fixture(tc, set_up, t_teardown);
    tcase_set_timeout(tc, 30);
    tcase_add_test(tc, test_why_a_name_failed);
    tcase_add_test(tc, test_each_name_keeps_its_own_error);
    tcase_add_test(tc, test_two_names_fail);
    tcase_add_test(tc, test_what_cannot_be_read_explains_nothing);
    tcase_add_test(tc, test_failure_while_it_issues);
    tcase_add_test(tc, test_invalid_without_any_reason);
    tcase_add_test(tc, test_authorization_that_is_over_when_it_is_read);
    tcase_add_test(tc, test_rejected_identifiers);
    tcase_add_test(tc, test_a_paused_account);
    tcase_add_test(tc, test_wildcard_without_http_01);
    tcase_add_loop_test(tc, test_tokens_that_are_none, 0, 5);
    tcase_add_loop_test(tc, test_odd_answers, 0, ODD);
    tcase_add_test(tc, test_new_order_without_location);
    tcase_add_test(tc, test_too_many_authorizations);
    tcase_add_test(tc, test_challenge_that_is_processing);
    tcase_add_test(tc, test_authorization_of_another_name);
    tcase_add_test(tc, test_names_in_any_case);
    tcase_add_test(tc, test_states_before_anything_is_known);
    suite_add_tcase(suite, tc);
    return suite;
}
