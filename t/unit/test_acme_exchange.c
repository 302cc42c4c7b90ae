#include "fixture.h"
#include "scripted_drive.h"
#include "support.h"

#include <apr_strings.h>
#include <check.h>
#include <string.h>

/* The policy that all exchanges share, seen from outside: what the CA answers
 * and what becomes of the order. */

#define URN "urn:ietf:params:acme:error:"
#define PROBLEM(word) "{\"type\":\"" URN word "\",\"detail\":\"CA's words\"}"
#define BAD_NONCE PROBLEM("badNonce")
#define HTML "<html><body>Please log in</body></html>"

static drive_t *drive;

static void set_up(void)
{
    t_setup();
    drive = drive_make();
    drive->ca->issue_polls = 1;
}

static const acme_failure_t *spoiled(ca_fault_t fault)
{
    ca_spoil(drive->ca, fault);
    drive_one(drive, t_names("a.example", NULL));
    return drive_check_failed(drive, 0);
}

static const ae_error_t *error(void)
{
    return drive_explained(drive, 0);
}

/* Something that may pass: the order is kept and can be taken up again. */
static void check_transient(const acme_failure_t *failure, const char *step)
{
    ck_assert_int_eq(failure->retry, ACME_RETRY_BACKOFF);
    ck_assert_int_eq(failure->order_lost, 0);
    ck_assert_str_eq(failure->step, step);
}

/* RFC 8555 section 6.5 */
START_TEST(test_five_bad_nonces_are_no_alarm)
{
    ca_spoil(drive->ca, (ca_fault_t){.step = "newOrder",
                                     .nth = 1,
                                     .times = 5,
                                     .code = 400,
                                     .body = BAD_NONCE});
    drive_one(drive, t_names("a.example", NULL));
    drive_check_done(drive, 0);
    ck_assert_uint_eq(ca_count(drive->ca, "newOrder"), 6);
    ck_assert_uint_eq(ca_count(drive->ca, "newNonce"), 1);
}
END_TEST

START_TEST(test_six_bad_nonces_fail_the_attempt)
{
    check_transient(spoiled((ca_fault_t){.step = "newOrder",
                                         .nth = 1,
                                         .times = 6,
                                         .code = 400,
                                         .body = BAD_NONCE}),
                    "newOrder");
    ck_assert_uint_eq(ca_count(drive->ca, "newOrder"), 6);
}
END_TEST

START_TEST(test_bad_nonce_without_a_new_one)
{
    ca_spoil(drive->ca, (ca_fault_t){.step = "authorization",
                                     .nth = 1,
                                     .code = 400,
                                     .body = BAD_NONCE,
                                     .no_nonce = 1});
    drive_one(drive, t_names("a.example", NULL));
    drive_check_done(drive, 0);
    ck_assert_uint_eq(ca_count(drive->ca, "newNonce"), 2);
}
END_TEST

START_TEST(test_bad_nonce_at_every_step)
{
    static const char *const steps[] = {
        "newAccount", "newOrder", "authorization", "challenge",
        "order",      "finalize", "certificate"};
    size_t i;

    for (i = 0; i < sizeof(steps) / sizeof(steps[0]); i++) {
        ca_spoil(drive->ca, (ca_fault_t){.step = steps[i],
                                         .nth = 1,
                                         .code = 400,
                                         .body = BAD_NONCE});
    }
    drive_one(drive, t_names("a.example", NULL));
    drive_check_done(drive, 0);
    ck_assert_uint_eq(drive->ca->requests, 10 + 7);
    ck_assert_int_eq(drive->ca->orders->nelts, 1);
}
END_TEST

START_TEST(test_no_answer_ever_brings_a_nonce)
{
    static const char *const steps[] = {"newAccount",    "newOrder",
                                        "authorization", "challenge",
                                        "order",         "finalize"};
    size_t i;

    for (i = 0; i < sizeof(steps) / sizeof(steps[0]); i++) {
        ca_spoil(drive->ca, (ca_fault_t){.step = steps[i],
                                         .nth = 1,
                                         .times = 9,
                                         .done = 1,
                                         .no_nonce = 1});
    }
    drive_one(drive, t_names("a.example", NULL));
    drive_check_done(drive, 0);
    ck_assert_uint_eq(ca_count(drive->ca, "newNonce"), 8);
}
END_TEST

START_TEST(test_new_nonce_without_a_nonce)
{
    check_transient(
        spoiled((ca_fault_t){
            .step = "newNonce", .nth = 1, .done = 1, .no_nonce = 1}),
        "newNonce");
    ck_assert_ptr_nonnull(strstr(error()->why, "Replay-Nonce"));
}
END_TEST

/* RFC 8555 section 6.6: as seconds or as a date. */
START_TEST(test_retry_after_in_seconds)
{
    const acme_failure_t *failure =
        spoiled((ca_fault_t){.step = "newOrder",
                             .nth = 1,
                             .code = 503,
                             .body = PROBLEM("serverInternal"),
                             .retry_after = "3600"});

    check_transient(failure, "newOrder");
    ck_assert_int_eq(failure->retry_after,
                     drive->now + apr_time_from_sec(3600));
    ck_assert_int_eq(failure->problem->kind, ACME_PROBLEM_SERVER_INTERNAL);
    ck_assert_ptr_nonnull(strstr(error()->why, "CA's words"));
}
END_TEST

START_TEST(test_retry_after_as_a_date)
{
    char date[APR_RFC822_DATE_LEN];
    apr_time_t then = DRIVE_EPOCH + apr_time_from_sec(7200);
    const acme_failure_t *failure;

    apr_rfc822_date(date, then);
    failure = spoiled((ca_fault_t){.step = "newOrder",
                                   .nth = 1,
                                   .code = 429,
                                   .body = PROBLEM("rateLimited"),
                                   .retry_after = date});
    check_transient(failure, "newOrder");
    ck_assert_int_eq(failure->retry_after, then);
}
END_TEST

START_TEST(test_retry_after_is_bounded)
{
    const acme_failure_t *failure =
        spoiled((ca_fault_t){.step = "newOrder",
                             .nth = 1,
                             .code = 429,
                             .body = PROBLEM("rateLimited"),
                             .retry_after = "99999999"});

    ck_assert_int_eq(failure->retry_after,
                     drive->now + apr_time_from_sec(7 * 24 * 3600));
}
END_TEST

START_TEST(test_retry_after_that_is_neither)
{
    const acme_failure_t *failure =
        spoiled((ca_fault_t){.step = "newOrder",
                             .nth = 1,
                             .code = 429,
                             .body = PROBLEM("rateLimited"),
                             .retry_after = "soon"});

    check_transient(failure, "newOrder");
    ck_assert_int_eq(failure->retry_after, 0);
}
END_TEST

START_TEST(test_html_with_retry_after)
{
    const acme_failure_t *failure =
        spoiled((ca_fault_t){.step = "order",
                             .nth = 1,
                             .code = 503,
                             .body = HTML,
                             .content_type = "text/html",
                             .retry_after = "120"});

    check_transient(failure, "order");
    ck_assert_int_eq(failure->retry_after,
                     drive->now + apr_time_from_sec(120));
    ck_assert_ptr_null(failure->problem);
    ck_assert_str_eq(error()->what, "The order cannot be read from the CA");
    ck_assert_ptr_nonnull(strstr(error()->why, "503"));
    ck_assert_ptr_nonnull(strstr(error()->why, "text/html"));
}
END_TEST

/* A fault of the server may pass, whatever it calls itself. */
START_TEST(test_a_500_that_says_malformed)
{
    check_transient(spoiled((ca_fault_t){.step = "finalize",
                                         .nth = 1,
                                         .code = 500,
                                         .body = PROBLEM("malformed")}),
                    "finalize");
}
END_TEST

START_TEST(test_problem_as_plain_json)
{
    const acme_failure_t *failure =
        spoiled((ca_fault_t){.step = "newOrder",
                             .nth = 1,
                             .code = 400,
                             .body = PROBLEM("rejectedIdentifier"),
                             .content_type = "application/json"});

    ck_assert_int_eq(failure->retry, ACME_RETRY_DAILY);
    ck_assert_int_eq(failure->problem->kind, ACME_PROBLEM_REJECTED_IDENTIFIER);
}
END_TEST

START_TEST(test_a_redirect_is_not_followed)
{
    check_transient(spoiled((ca_fault_t){.step = "newOrder",
                                         .nth = 1,
                                         .code = 301,
                                         .body = HTML,
                                         .content_type = "text/html"}),
                    "newOrder");
}
END_TEST

START_TEST(test_too_big)
{
    char *big = apr_pcalloc(t_pool, ACME_BODY_BYTES_MAX + 2);

    memset(big, ' ', ACME_BODY_BYTES_MAX + 1);
    check_transient(spoiled((ca_fault_t){.step = "order",
                                         .nth = 1,
                                         .done = 1,
                                         .body = big,
                                         .content_type = "application/json"}),
                    "order");
    ck_assert_int_eq(error()->status, AE_ETOOBIG);
}
END_TEST

/* Each fault at each step fails the attempt only: from what was saved the same
 * order comes to its end. */
static const ca_fault_t passing[] = {
    {.status = APR_ECONNRESET},
    {.status = APR_TIMEUP, .done = 1},
    {.code = 500, .body = PROBLEM("serverInternal")},
    {.code = 503, .body = HTML, .content_type = "text/html"},
    {.code = 429, .body = PROBLEM("rateLimited"), .retry_after = "9"},
    {.code = 500, .body = ""},
    {.code = 200, .body = HTML, .content_type = "text/html"},
    {.code = 200, .body = "{}", .content_type = "application/octet-stream"},
    {.done = 1, .cut = 1},
};

#define PASSING (sizeof(passing) / sizeof(passing[0]))

static void check_passes(const char *step, const ca_fault_t *kind)
{
    const apr_array_header_t *names = t_names("a.example", "b.example", NULL);
    ca_fault_t fault = *kind;
    const json_t *saved;

    drive = drive_make();
    drive->ca->issue_polls = 1;
    fault.step = step;
    fault.nth = 1;
    ca_spoil(drive->ca, fault);
    drive_one(drive, names);
    check_transient(drive_check_failed(drive, 0), step);
    ck_assert_int_ne(error()->status, APR_SUCCESS);
    saved = acme_order_save(drive->orders[0].order, t_pool);
    acme_order_destroy(drive->orders[0].order);
    drive->orders[0].order = NULL;
    drive_new_session(drive);
    drive_load(drive, names, saved);
    drive_run(drive);
    drive_check_done(drive, 1);
    if (strcmp(step, "newOrder") != 0) {
        ck_assert_int_eq(drive->ca->orders->nelts, 1);
    }
}

START_TEST(test_what_passes_fails_the_attempt_only)
{
    static const char *const steps[] = {"newOrder",  "authorization",
                                        "challenge", "order",
                                        "finalize",  "certificate"};

    check_passes(steps[(size_t)_i / PASSING], &passing[(size_t)_i % PASSING]);
}
END_TEST

/* The same at the session's own steps: it pauses, and then goes on. */
START_TEST(test_what_passes_at_the_session)
{
    static const char *const steps[] = {"directory", "newNonce", "newAccount"};
    const char *step = steps[(size_t)_i / PASSING];
    ca_fault_t fault = passing[(size_t)_i % PASSING];

    fault.step = step;
    fault.nth = 1;
    if (!strcmp(step, "newNonce") && (fault.cut || fault.code == 200)) {
        return; /* it has no body */
    }
    check_transient(spoiled(fault), step);
    drive_one(drive, t_names("a.example", NULL));
    drive_check_done(drive, 1);
}
END_TEST

/* Whatever comes back: an end that is explained, and nothing on the wire. */
START_TEST(test_mangled_answers)
{
    unsigned seed;

    for (seed = 1; seed <= 40; seed++) {
        drive = drive_make();
        drive->ca->issue_polls = 1;
        drive->ca->mangle = (unsigned)_i * 1000 + seed;
        drive_one(drive, t_names("a.example", "*.a.example", NULL));
        ck_assert_int_eq(drive->wire->nelts, 0);
        if (drive->orders[0].end == ACME_FAILED) {
            ck_assert_str_ne(error()->what, "");
            ck_assert_str_ne(error()->why, "");
            ck_assert_str_ne(error()->next, "");
        }
    }
}
END_TEST

/* RFC 8555 sections 6.2, 6.3, 7.1.1, 7.4.2 */
START_TEST(test_requests)
{
    int order = drive_add(drive, t_names("a.example", NULL));
    const acme_request_t *request;
    apr_time_t wake;
    ae_error_t err;

    ck_assert_int_eq(acme_order_next(drive->orders[order].order, drive->now,
                                     &request, &wake, &err),
                     ACME_SEND);
    ck_assert_str_eq(request->step, "directory");
    ck_assert_str_eq(request->method, "GET");
    ck_assert_str_eq(request->url, CA_DIRECTORY);
    ck_assert_str_eq(request->accept, "application/json");
    ck_assert_ptr_null(request->content_type);
    ck_assert_ptr_null(request->body);
    ck_assert_int_eq(request->follow_redirects, 1);
    acme_order_reply(drive->orders[order].order, request,
                     ca_answer(drive->ca, request, NULL, drive->now),
                     drive->now);
    ck_assert_int_eq(acme_order_next(drive->orders[order].order, drive->now,
                                     &request, &wake, &err),
                     ACME_SEND);
    ck_assert_str_eq(request->method, "HEAD");
    ck_assert_int_eq(request->follow_redirects, 0);
}
END_TEST

START_TEST(test_errors_hold_no_secrets)
{
    const acme_token_t *token;
    const char *line;

    (void)spoiled((ca_fault_t){.step = "challenge",
                               .nth = 1,
                               .code = 400,
                               .body = PROBLEM("malformed")});
    token = &APR_ARRAY_IDX(acme_order_tokens(drive->orders[0].order), 0,
                           acme_token_t);
    line = ae_error_line(error(), t_pool);
    ck_assert_ptr_null(strstr(line, token->key_authorization));
    ck_assert_ptr_null(strstr(line, "nonce-"));
}
END_TEST

Suite *suite_acme_exchange(void)
{
    Suite *suite = suite_create("acme_exchange");
    TCase *tc = tcase_create("policy");

    tcase_add_checked_fixture(tc, set_up, t_teardown);
    tcase_set_timeout(tc, 30);
    tcase_add_test(tc, test_five_bad_nonces_are_no_alarm);
    tcase_add_test(tc, test_six_bad_nonces_fail_the_attempt);
    tcase_add_test(tc, test_bad_nonce_without_a_new_one);
    tcase_add_test(tc, test_bad_nonce_at_every_step);
    tcase_add_test(tc, test_no_answer_ever_brings_a_nonce);
    tcase_add_test(tc, test_new_nonce_without_a_nonce);
    tcase_add_test(tc, test_retry_after_in_seconds);
    tcase_add_test(tc, test_retry_after_as_a_date);
    tcase_add_test(tc, test_retry_after_is_bounded);
    tcase_add_test(tc, test_retry_after_that_is_neither);
    tcase_add_test(tc, test_html_with_retry_after);
    tcase_add_test(tc, test_a_500_that_says_malformed);
    tcase_add_test(tc, test_problem_as_plain_json);
    tcase_add_test(tc, test_a_redirect_is_not_followed);
    tcase_add_test(tc, test_too_big);
    tcase_add_loop_test(tc, test_what_passes_fails_the_attempt_only, 0,
                        6 * (int)PASSING);
    tcase_add_loop_test(tc, test_what_passes_at_the_session, 0,
                        3 * (int)PASSING);
    tcase_add_loop_test(tc, test_mangled_answers, 0, 4);
    tcase_add_test(tc, test_requests);
    tcase_add_test(tc, test_errors_hold_no_secrets);
    suite_add_tcase(suite, tc);
    return suite;
}
