#include "fixture.h"
#include "scripted_drive.h"
#include "support.h"

#include <apr_strings.h>
#include <check.h>
#include <string.h>

/* The states of an order and how it is polled (RFC 8555 sections 7.1.3 and
 * 7.1.6). */

static drive_t *drive;
static ca_t *ca;

static void set_up(void)
{
    t_setup();
    drive = drive_make();
    ca = drive->ca;
    ca->issue_polls = 1;
}

static void done(const char *a, const char *b)
{
    drive_one(drive, b ? t_names(a, b, NULL) : t_names(a, NULL));
    drive_check_done(drive, 0);
}

static acme_order_t *order(void)
{
    return drive->orders[0].order;
}

static const acme_authorization_state_t *state(int i)
{
    return &APR_ARRAY_IDX(acme_order_authorizations(order()), i,
                          const acme_authorization_state_t);
}

/* -- RFC 8555 sections 7.1.3 and 7.1.6 -- */

START_TEST(test_wildcard_and_apex_are_two_authorizations)
{
    done("example.org", "*.example.org");
    ck_assert_str_eq(state(0)->name, "example.org");
    ck_assert_str_eq(state(1)->name, "*.example.org");
    ck_assert_str_eq(state(1)->status, "valid");
    ck_assert_int_eq(acme_order_tokens(order())->nelts, 2);
}
END_TEST

START_TEST(test_order_that_is_ready_at_once)
{
    ca->reuse = 1;
    done("a.example", NULL);
    ck_assert_int_eq(drive->orders[0].provisions, 0);
    ck_assert_uint_eq(ca_count(ca, "challenge"), 0);
    ck_assert_uint_eq(ca_count(ca, "authorization"), 0);
    ck_assert_str_eq(state(0)->status, "valid");
}
END_TEST

/* The order is pending though its authorizations are valid: the CA has not
 * looked yet. */
START_TEST(test_valid_authorizations_of_a_pending_order)
{
    ca->reuse = 1;
    ca_spoil(ca,
             (ca_fault_t){.step = "newOrder",
                          .nth = 1,
                          .done = 1,
                          .content_type = "application/json",
                          .body = "{\"status\":\"pending\",\"authorizations\":"
                                  "[\"https://ca.test/authz/1-0\"],\"finalize"
                                  "\":\"https://ca.test/finalize/1\"}"});
    done("a.example", NULL);
    ck_assert_uint_eq(ca_count(ca, "authorization"), 1);
    ck_assert_uint_eq(ca_count(ca, "challenge"), 0);
    ck_assert_int_eq(drive->orders[0].provisions, 0);
}
END_TEST

START_TEST(test_order_without_any_authorization)
{
    ca->reuse = 1;
    ca_spoil(ca, (ca_fault_t){.step = "newOrder",
                              .nth = 1,
                              .done = 1,
                              .content_type = "application/json",
                              .body = "{\"status\":\"pending\"}"});
    done("a.example", NULL);
    ck_assert_uint_eq(ca_count(ca, "authorization"), 0);
}
END_TEST

START_TEST(test_new_order_that_is_processing)
{
    ca->reuse = 1;
    ca_spoil(ca, (ca_fault_t){.step = "newOrder",
                              .nth = 1,
                              .done = 1,
                              .content_type = "application/json",
                              .body = "{\"status\":\"processing\"}"});
    done("a.example", NULL);
}
END_TEST

/* The CA gives out what it issued before. */
START_TEST(test_new_order_that_is_valid)
{
    ca->reuse = 1;
    ca_spoil(ca, (ca_fault_t){.step = "newOrder",
                              .nth = 1,
                              .done = 1,
                              .content_type = "application/json",
                              .body = "{\"status\":\"valid\",\"certificate\":"
                                      "\"https://ca.test/cert/1\"}"});
    drive_add(drive, t_names("a.example", NULL));
    while (ca->orders->nelts == 0) {
        drive_step(drive);
    }
    ca_order(ca, 0)->chain = ca_issue(ca, ca_order(ca, 0), drive->csr);
    drive_run(drive);
    drive_check_done(drive, 0);
    ck_assert_uint_eq(ca_count(ca, "finalize"), 0);
    ck_assert_str_eq(state(0)->status, "valid");
}
END_TEST

START_TEST(test_processing_while_it_validates)
{
    ca_spoil(ca, (ca_fault_t){.step = "order",
                              .nth = 1,
                              .times = 2,
                              .code = 200,
                              .content_type = "application/json",
                              .body = "{\"status\":\"processing\"}"});
    done("a.example", NULL);
    ck_assert_uint_eq(ca_count(ca, "order"), 4);
}
END_TEST

START_TEST(test_finalize_that_says_ready)
{
    ca_spoil(ca, (ca_fault_t){.step = "finalize",
                              .nth = 1,
                              .code = 200,
                              .content_type = "application/json",
                              .body = "{\"status\":\"ready\"}"});
    done("a.example", NULL);
    ck_assert_uint_eq(ca_count(ca, "finalize"), 2);
    ck_assert_int_eq(ca_order(ca, 0)->finalized, 1);
    /* it was looked at in between: validated, still ready, issued */
    ck_assert_uint_eq(ca_count(ca, "order"), 3);
}
END_TEST

/* RFC 8555 section 7.4 */
START_TEST(test_order_not_ready)
{
    ca->not_ready = 2;
    done("a.example", NULL);
    ck_assert_uint_eq(ca_count(ca, "finalize"), 3);
    ck_assert_int_eq(ca_order(ca, 0)->finalized, 1);
}
END_TEST

START_TEST(test_order_never_ready)
{
    ca->not_ready = 1000;
    drive_one(drive, t_names("a.example", NULL));
    ck_assert_int_eq(drive_check_failed(drive, 0)->order_lost, 0);
    ck_assert_uint_le(ca_count(ca, "finalize"), 6);
}
END_TEST

START_TEST(test_order_ready_for_ever)
{
    ca_spoil(ca, (ca_fault_t){.step = "finalize",
                              .nth = 1,
                              .times = 99,
                              .code = 200,
                              .content_type = "application/json",
                              .body = "{\"status\":\"ready\"}"});
    drive_one(drive, t_names("a.example", NULL));
    ck_assert_int_eq(drive_check_failed(drive, 0)->order_lost, 0);
    ck_assert_uint_eq(ca_count(ca, "finalize"), 5);
}
END_TEST

/* -- polling -- */

START_TEST(test_polls_grow_apart)
{
    ca->validate_polls = 12;
    done("a.example", NULL);
    /* 0.2, 0.3, 0.5, 0.7, 1.0, 1.5, 2.3, 3.4, 5.1, 7.7, then every 10 s */
    ck_assert_int_gt(drive->now - DRIVE_EPOCH, apr_time_from_sec(40));
    ck_assert_int_lt(drive->now - DRIVE_EPOCH, apr_time_from_sec(65));
}
END_TEST

/* A CA that took some 2.7 s is not waited for twice as long. */
START_TEST(test_polls_keep_up_with_the_ca)
{
    ca->validate_polls = 5;
    done("a.example", NULL);
    ck_assert_int_gt(drive->now - DRIVE_EPOCH, apr_time_from_msec(2700));
    ck_assert_int_lt(drive->now - DRIVE_EPOCH, apr_time_from_msec(2 * 2700));
}
END_TEST

START_TEST(test_polls_as_the_ca_says)
{
    ca->validate_polls = 3;
    ca->retry_after = "7";
    done("a.example", NULL);
    ck_assert_int_gt(drive->now - DRIVE_EPOCH, apr_time_from_sec(3 * 7));
    ck_assert_int_lt(drive->now - DRIVE_EPOCH, apr_time_from_sec(5 * 7));
    ck_assert_uint_eq(ca_count(ca, "order"), 5);
}
END_TEST

/* RFC 8555 section 8.2 */
START_TEST(test_challenge_says_when_to_look)
{
    ca_spoil(ca, (ca_fault_t){.step = "challenge",
                              .nth = 1,
                              .done = 1,
                              .retry_after = "30"});
    done("a.example", NULL);
    ck_assert_int_gt(drive->now - DRIVE_EPOCH, apr_time_from_sec(30));
    ck_assert_uint_eq(ca_count(ca, "order"), 2);
}
END_TEST

/* A poll that was a second away does not go a day away. */
START_TEST(test_polls_when_the_clock_is_set_back)
{
    ca->validate_polls = 3;
    drive_add(drive, t_names("a.example", NULL));
    drive_to_poll(drive, 0);
    drive->now -= apr_time_from_sec(86400);
    drive_run(drive);
    drive_check_done(drive, 0);
    ck_assert_int_lt(drive->now, DRIVE_EPOCH);
}
END_TEST

START_TEST(test_patience_ends)
{
    ca->validate_polls = 100000;
    drive_one(drive, t_names("a.example", NULL));
    ck_assert_int_eq(drive_check_failed(drive, 0)->order_lost, 0);
    ck_assert_int_eq(acme_order_failure(order())->retry, ACME_RETRY_BACKOFF);
    ck_assert_int_lt(drive->now - DRIVE_EPOCH, apr_time_from_sec(16 * 60));
    ck_assert_int_gt(drive->now - DRIVE_EPOCH, apr_time_from_sec(14 * 60));
    ck_assert_str_eq(drive->orders[0].err.what,
                     "The CA takes too long over the order");
    ck_assert_ptr_nonnull(strstr(drive->orders[0].err.why, "15 min"));
}
END_TEST

START_TEST(test_patience_is_not_kept_waiting)
{
    const acme_failure_t *failure;

    ca->validate_polls = 2;
    ca->retry_after = "7200";
    drive_one(drive, t_names("a.example", NULL));
    failure = drive_check_failed(drive, 0);
    ck_assert_int_eq(failure->order_lost, 0);
    ck_assert_int_eq(failure->retry_after,
                     drive->now + apr_time_from_sec(7200));
    ck_assert_int_lt(drive->now - DRIVE_EPOCH, apr_time_from_sec(60));
}
END_TEST

START_TEST(test_order_expires_while_it_is_polled)
{
    ca->validate_polls = 1000;
    ca->life = 60;
    drive_one(drive, t_names("a.example", NULL));
    ck_assert_int_eq(drive_check_failed(drive, 0)->order_lost, 1);
    ck_assert_str_eq(drive->orders[0].err.what,
                     "The order has expired at the CA");
    ck_assert_int_le(drive->now - DRIVE_EPOCH, apr_time_from_sec(61));
}
END_TEST

static TCase *states_case(void)
{
    TCase *tc = tcase_create("states");

    tcase_add_checked_fixture(tc, set_up, t_teardown);
    tcase_add_test(tc, test_wildcard_and_apex_are_two_authorizations);
    tcase_add_test(tc, test_order_that_is_ready_at_once);
    tcase_add_test(tc, test_valid_authorizations_of_a_pending_order);
    tcase_add_test(tc, test_order_without_any_authorization);
    tcase_add_test(tc, test_new_order_that_is_processing);
    tcase_add_test(tc, test_new_order_that_is_valid);
    tcase_add_test(tc, test_processing_while_it_validates);
    tcase_add_test(tc, test_finalize_that_says_ready);
    tcase_add_test(tc, test_order_not_ready);
    tcase_add_test(tc, test_order_never_ready);
    tcase_add_test(tc, test_order_ready_for_ever);
    tcase_add_test(tc, test_polls_grow_apart);
    tcase_add_test(tc, test_polls_keep_up_with_the_ca);
    tcase_add_test(tc, test_polls_as_the_ca_says);
    tcase_add_test(tc, test_challenge_says_when_to_look);
    tcase_add_test(tc, test_polls_when_the_clock_is_set_back);
    tcase_add_test(tc, test_patience_ends);
    tcase_add_test(tc, test_patience_is_not_kept_waiting);
    tcase_add_test(tc, test_order_expires_while_it_is_polled);
    return tc;
}

Suite *suite_acme_order_state(void)
{
    Suite *suite = suite_create("acme_order_state");

    suite_add_tcase(suite, states_case());
    return suite;
}
