#include "ae_cert.h"
#include "ae_json.h"
#include "fixture.h"
#include "scripted_drive.h"
#include "support.h"

#include <apr_strings.h>
#include <check.h>
#include <string.h>

/* One order from newOrder to the certificate (RFC 8555 sections 7.1.3, 7.1.6,
 * 7.4 and 7.5). */

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

static const char *payload(int transcript_line)
{
    return APR_ARRAY_IDX(ca->transcript, transcript_line, const char *);
}

/* -- the course -- */

START_TEST(test_first_certificate_takes_ten_requests)
{
    static const char *const steps[] = {
        "directory", "newNonce", "newAccount", "newOrder", "authorization",
        "challenge", "order",    "finalize",   "order",    "certificate"};
    size_t i;

    done("www.example.org", NULL);
    ck_assert_uint_eq(ca->requests, 10);
    for (i = 0; i < 10; i++) {
        ck_assert(!strncmp(payload((int)i), steps[i], strlen(steps[i])));
    }
    ck_assert_int_eq(drive->orders[0].provisions, 1);
    ck_assert_int_lt(drive->now - DRIVE_EPOCH, apr_time_from_sec(4));
}
END_TEST

START_TEST(test_nine_where_finalize_brings_the_certificate)
{
    ca->issue_polls = 0;
    done("www.example.org", NULL);
    ck_assert_uint_eq(ca->requests, 9);
}
END_TEST

START_TEST(test_requests_for_many_names)
{
    apr_array_header_t *names = apr_array_make(t_pool, 25, sizeof(char *));
    unsigned before;
    int i;

    for (i = 0; i < 25; i++) {
        APR_ARRAY_PUSH(names, const char *) =
            apr_psprintf(t_pool, "n%d.example", i);
    }
    done("a.example", "b.example");
    ck_assert_uint_eq(ca->requests, 3 + 2 * 2 + 5);
    drive_one(drive, names);
    drive_check_done(drive, 1);
    ck_assert_uint_le(ca_count(ca, "newNonce"), 10);
    before = ca->requests;
    drive->csr_names = NULL;
    drive_one(drive, names);
    drive_check_done(drive, 2);
    ck_assert_uint_eq(ca->requests - before, 2 * 25 + 5);
    /* in parallel, but never more than ten */
    ck_assert_uint_gt(drive->in_flight_max, 5);
    ck_assert_uint_le(drive->in_flight_max, 10);
}
END_TEST

START_TEST(test_the_chain_is_the_certificates)
{
    const acme_token_t *token;
    ae_error_t err;
    ae_cert_t *cert;

    done("a.example", "b.example");
    ck_assert_int_eq(
        ae_cert_parse(&cert, t_bytes(acme_order_chain(order())), &err, t_pool),
        APR_SUCCESS);
    ck_assert_int_eq(ae_cert_check_names(
                         cert, t_names("a.example", "b.example", NULL), &err),
                     APR_SUCCESS);
    ck_assert_str_eq(state(0)->name, "a.example");
    ck_assert_str_eq(state(1)->status, "valid");
    ck_assert_int_eq(acme_order_tokens(order())->nelts, 2);
    token = &APR_ARRAY_IDX(acme_order_tokens(order()), 1, acme_token_t);
    ck_assert_str_eq(token->name, "b.example");
    ck_assert_int_gt(token->expires, drive->now);
}
END_TEST

START_TEST(test_the_bodies_are_the_rfcs)
{
    done("a.example", "*.example");
    ck_assert_str_eq(ca->violation ? ca->violation : "", "");
    /* {"identifiers":[{"type":"dns","value":"a.example"},...]} */
    ck_assert_ptr_nonnull(
        strstr(payload(3), "eyJpZGVudGlmaWVycyI6W3sidHlwZSI6ImRucyIsInZhbHVlI"
                           "joiYS5leGFtcGxlIn0seyJ0eXBlIjoiZG5zIiwidmFsdWUiOi"
                           "IqLmV4YW1wbGUifV19"));
}
END_TEST

/* RFC 8738: the scripted CA holds each identifier to its type. */
START_TEST(test_addresses)
{
    done("192.0.2.1", "2001:db8::1");
    ck_assert_str_eq(ca->violation ? ca->violation : "", "");
    ck_assert_str_eq(state(0)->name, "192.0.2.1");
    ck_assert_str_eq(state(1)->name, "2001:db8::1");
    ck_assert_str_eq(state(1)->status, "valid");
}
END_TEST

/* The whole course of an order, byte for byte, in a second run. */
START_TEST(test_a_second_run_is_the_same_to_the_byte)
{
    const apr_array_header_t *names =
        t_names("a.example", "*.a.example", "b.example", NULL);
    const apr_array_header_t *first;
    const char *chain;
    ae_bytes_t csr;
    int i;

    ca->validate_polls = 2;
    drive_one(drive, names);
    drive_check_done(drive, 0);
    first = ca->transcript;
    chain = acme_order_chain(order());
    csr = drive->csr;

    drive = drive_make();
    ca = drive->ca;
    ca->issue_polls = 1;
    ca->validate_polls = 2;
    drive->csr = csr;
    drive->csr_names = names;
    drive_one(drive, names);
    drive_check_done(drive, 0);
    ck_assert_int_eq(ca->transcript->nelts, first->nelts);
    for (i = 0; i < first->nelts; i++) {
        ck_assert_str_eq(payload(i), APR_ARRAY_IDX(first, i, const char *));
    }
    ck_assert_str_eq(acme_order_chain(order()), chain);
}
END_TEST

START_TEST(test_many_orders_interleaved)
{
    int i;

    ca->validate_polls = 2;
    ca->issue_polls = 2;
    ca->bad_name = "n7.example";
    ca->bad_problem = "{\"type\":\"urn:ietf:params:acme:error:dns\"}";
    for (i = 0; i < 20; i++) {
        drive_add(drive,
                  t_names(apr_psprintf(t_pool, "n%d.example", i),
                          apr_psprintf(t_pool, "m%d.example", i), NULL));
    }
    drive_run(drive);
    for (i = 0; i < 20; i++) {
        if (i == 7) {
            (void)drive_check_failed(drive, i);
        } else {
            drive_check_done(drive, i);
        }
    }
    ck_assert_int_eq(ca->orders->nelts, 20);
}
END_TEST

/* -- the certificate -- */

/* RFC 8555 section 7.4.2: they may repeat and be relative. */
START_TEST(test_alternates)
{
    ca->links[0] = "<https://ca.test/cert/1/1>;rel=\"alternate\"";
    ca->links[1] = "</cert/1/2>;rel=\"alternate\", <3>;rel=alternate";
    ca->links[2] = "<https://ca.test/directory>;rel=\"index\"";
    done("a.example", NULL);
    ck_assert_str_eq(
        apr_array_pstrcat(t_pool, acme_order_alternates(order()), ' '),
        "https://ca.test/cert/1/1 https://ca.test/cert/1/2 "
        "https://ca.test/cert/3");
}
END_TEST

START_TEST(test_relative_urls_everywhere)
{
    ca->relative = 1;
    done("a.example", "*.a.example");
}
END_TEST

START_TEST(test_certificate_for_another_key)
{
    ca->other_key = t_key("key_p384.pem");
    drive_one(drive, t_names("a.example", NULL));
    ck_assert_int_eq(drive_check_failed(drive, 0)->order_lost, 1);
    ck_assert_ptr_nonnull(strstr(drive->orders[0].err.why, "key"));
}
END_TEST

START_TEST(test_no_alternates)
{
    done("a.example", NULL);
    ck_assert_str_eq(acme_order_step(order()), "certificate");
    ck_assert_ptr_nonnull(acme_order_alternates(order()));
    ck_assert_int_eq(acme_order_alternates(order())->nelts, 0);
}
END_TEST

/* The caller may destroy a failed order: nothing is on the wire any more. */
START_TEST(test_failure_waits_for_what_is_on_the_wire)
{
    apr_array_header_t *names = apr_array_make(t_pool, 20, sizeof(char *));
    unsigned nonces;
    int i;

    for (i = 0; i < 20; i++) {
        APR_ARRAY_PUSH(names, const char *) =
            apr_psprintf(t_pool, "n%d.example", i);
    }
    ca_spoil(ca, (ca_fault_t){.step = "authorization",
                              .nth = 3,
                              .code = 400,
                              .body = "{\"type\":\"urn:ietf:params:acme:"
                                      "error:malformed\"}"});
    drive_one(drive, names);
    ck_assert_int_eq(drive_check_failed(drive, 0)->retry, ACME_RETRY_DAILY);
    ck_assert_int_eq(drive->wire->nelts, 0);
    ck_assert_uint_lt(ca_count(ca, "authorization"), 15);
    ck_assert_uint_gt(ca_count(ca, "authorization"), 3);
    acme_order_destroy(order());
    drive->orders[0].order = NULL;
    nonces = ca_count(ca, "newNonce");
    drive_one(drive, t_names("a.example", NULL));
    drive_check_done(drive, 1);
    ck_assert_uint_eq(ca_count(ca, "newNonce"), nonces);
}
END_TEST

/* Publishing may take its time: nothing is asked for or sent meanwhile. */
START_TEST(test_provision_is_told_once)
{
    const acme_request_t *request;
    apr_time_t wake;
    ae_error_t err;
    acme_next_t next;

    drive_add(drive, t_names("a.example", NULL));
    do {
        next = acme_order_next(order(), drive->now, &request, &wake, &err);
        if (next == ACME_SEND) {
            acme_order_reply(order(), request,
                             ca_answer(ca, request, NULL, drive->now),
                             drive->now);
        }
    } while (next == ACME_SEND);
    ck_assert_int_eq(next, ACME_PROVISION);
    ck_assert_int_eq(acme_order_tokens(order())->nelts, 1);
    ck_assert_int_eq(
        acme_order_next(order(), drive->now, &request, &wake, &err),
        ACME_WAIT);
    ck_assert_int_eq(wake, 0);
    acme_order_provisioned(order());
    ck_assert_int_eq(
        acme_order_next(order(), drive->now, &request, &wake, &err),
        ACME_SEND);
    ck_assert_str_eq(request->step, "challenge");
}
END_TEST

/* A CA that takes long costs time, not memory. */
START_TEST(test_polling_does_not_grow)
{
    unsigned revision;

    ca->validate_polls = 60;
    drive_add(drive, t_names("a.example", NULL));
    drive_to_poll(drive, 0);
    revision = acme_order_revision(order());
    drive_until(drive, drive->replies + 40);
    ck_assert_uint_eq(acme_order_revision(order()), revision);
    ck_assert_str_eq(acme_order_step(order()), "order");
    drive_run(drive);
    drive_check_done(drive, 0);
}
END_TEST

Suite *suite_acme_order(void)
{
    Suite *suite = suite_create("acme_order");
    TCase *tc = tcase_create("course");

    tcase_add_checked_fixture(tc, set_up, t_teardown);
    tcase_set_timeout(tc, 60);
    tcase_add_test(tc, test_first_certificate_takes_ten_requests);
    tcase_add_test(tc, test_nine_where_finalize_brings_the_certificate);
    tcase_add_test(tc, test_requests_for_many_names);
    tcase_add_test(tc, test_the_chain_is_the_certificates);
    tcase_add_test(tc, test_the_bodies_are_the_rfcs);
    tcase_add_test(tc, test_addresses);
    tcase_add_test(tc, test_a_second_run_is_the_same_to_the_byte);
    tcase_add_test(tc, test_many_orders_interleaved);
    tcase_add_test(tc, test_alternates);
    tcase_add_test(tc, test_relative_urls_everywhere);
    tcase_add_test(tc, test_certificate_for_another_key);
    tcase_add_test(tc, test_no_alternates);
    tcase_add_test(tc, test_failure_waits_for_what_is_on_the_wire);
    tcase_add_test(tc, test_provision_is_told_once);
    tcase_add_test(tc, test_polling_does_not_grow);
    suite_add_tcase(suite, tc);
    return suite;
}
