#include "acme_errand.h"
#include "ae_json.h"
#include "fixture.h"
#include "scripted_drive.h"
#include "support.h"

#include <apr_strings.h>
#include <check.h>
#include <string.h>

/* RFC 8555 section 7.3.2: the CA is told new contacts. */

static drive_t *drive;

static void set_up(void)
{
    t_setup();
    drive = drive_make();
}

static void contacts(const char *first, const char *second)
{
    drive->config.contacts = t_names(first, second, NULL);
    drive_new_session(drive);
}

static void issue(void)
{
    drive_one(drive, t_names(apr_psprintf(t_pool, "n%d.example", drive->count),
                             NULL));
    drive_check_done(drive, drive->count - 1);
}

static void check_known(const char *json)
{
    ck_assert_str_eq(
        ae_json_print(ae_json_keep(json_incref(json_object_get(
                                       drive->ca->account, "contact")),
                                   t_pool),
                      t_pool),
        json);
}

static unsigned updates(void)
{
    return ca_count(drive->ca, "updateAccount");
}

static const char *warning(void)
{
    ae_error_t err;
    acme_failure_t failure;

    return acme_session_take_warning(&err, &failure, drive->session)
               ? ae_error_line(&err, t_pool)
               : NULL;
}

START_TEST(test_nothing_to_tell)
{
    issue();
    contacts("mailto:admin@example.org", NULL);
    issue();
    ck_assert_uint_eq(updates(), 0);
}
END_TEST

START_TEST(test_another_contact_is_told_once)
{
    issue();
    contacts("mailto:root@example.org", NULL);
    issue();
    check_known("[\"mailto:root@example.org\"]");
    issue();
    drive_new_session(drive);
    issue();
    ck_assert_uint_eq(updates(), 1);
    ck_assert_uint_eq(ca_count(drive->ca, "newAccount"), 1);
}
END_TEST

START_TEST(test_the_order_of_contacts_says_nothing)
{
    issue();
    contacts("mailto:a@example.org", "mailto:b@example.org");
    issue();
    contacts("mailto:b@example.org", "mailto:a@example.org");
    issue();
    ck_assert_uint_eq(updates(), 1);
}
END_TEST

START_TEST(test_no_contact_any_more)
{
    issue();
    contacts(NULL, NULL);
    issue();
    check_known("[]");
    drive->config.contacts = NULL;
    drive_new_session(drive);
    issue();
    ck_assert_uint_eq(updates(), 1);
}
END_TEST

START_TEST(test_contacts_that_are_kept)
{
    issue();
    drive->config.keeps_contacts = 1;
    contacts(NULL, NULL);
    issue();
    ck_assert_uint_eq(updates(), 0);
    check_known("[\"mailto:admin@example.org\"]");
}
END_TEST

/* RFC 8555 section 7.3.1: newAccount changes no account that is there. */
START_TEST(test_an_account_that_was_found_again)
{
    issue();
    drive->config.contacts = t_names("mailto:root@example.org", NULL);
    ck_assert_int_eq(
        acme_session_create(&drive->session, &drive->config, t_pool),
        APR_SUCCESS);
    issue();
    ck_assert_uint_eq(ca_count(drive->ca, "newAccount"), 2);
    ck_assert_uint_eq(drive->ca->accounts, 1);
    ck_assert_uint_eq(updates(), 1);
    check_known("[\"mailto:root@example.org\"]");
}
END_TEST

/* Some CAs keep addresses and do not show them. */
START_TEST(test_an_account_that_hides_its_contacts)
{
    drive->ca->hides_contacts = 1;
    issue();
    ck_assert_int_eq(
        acme_session_create(&drive->session, &drive->config, t_pool),
        APR_SUCCESS);
    issue();
    issue();
    ck_assert_uint_eq(updates(), 1);
}
END_TEST

/* A record of an earlier version says nothing about contacts. */
START_TEST(test_unknown_contacts)
{
    json_t *saved;

    issue();
    saved = acme_session_save(drive->session, t_pool);
    json_object_del(saved, "contact");
    ck_assert_int_eq(
        acme_session_create(&drive->session, &drive->config, t_pool),
        APR_SUCCESS);
    acme_session_load(drive->session, saved);
    issue();
    ck_assert_uint_eq(updates(), 1);
    json_object_set_new(saved, "contact", json_pack("[i]", 7));
    drive->config.contacts = NULL;
    ck_assert_int_eq(
        acme_session_create(&drive->session, &drive->config, t_pool),
        APR_SUCCESS);
    acme_session_load(drive->session, saved);
    issue();
    ck_assert_uint_eq(updates(), 1);
}
END_TEST

START_TEST(test_a_refusal_holds_up_nothing)
{
    static const ca_fault_t faults[] = {
        {.code = 400,
         .body = "{\"type\":\"urn:ietf:params:acme:error:invalidContact\","
                 "\"detail\":\"CA's words\"}"},
        {.code = 503, .retry_after = "3600", .body = "{}"},
        {.status = APR_ECONNREFUSED},
        {.code = 200, .content_type = "text/html", .body = "<p>"}};
    size_t i;

    for (i = 0; i < sizeof(faults) / sizeof(faults[0]); i++) {
        ca_fault_t fault = faults[i];
        apr_time_t begun;

        t_teardown();
        set_up();
        issue();
        contacts("mailto:root@example.org", NULL);
        fault.step = "updateAccount";
        fault.nth = 1;
        ca_spoil(drive->ca, fault);
        begun = drive->now;
        issue();
        ck_assert_int_lt(drive->now - begun, apr_time_from_sec(20));
        ck_assert_int_eq(acme_session_paused_until(drive->session, drive->now),
                         0);
        ck_assert_ptr_nonnull(strstr(warning(), "contacts"));
        ck_assert_ptr_null(warning());
        issue();
        ck_assert_uint_eq(updates(), 1);
        drive_new_session(drive);
        issue();
        ck_assert_uint_eq(updates(), 2);
        ck_assert_ptr_null(warning());
        check_known("[\"mailto:root@example.org\"]");
    }
}
END_TEST

START_TEST(test_a_bad_nonce_is_no_failure)
{
    issue();
    contacts("mailto:root@example.org", NULL);
    ca_spoil(drive->ca,
             (ca_fault_t){.step = "updateAccount",
                          .nth = 1,
                          .code = 400,
                          .body = "{\"type\":\"urn:ietf:params:acme:error:"
                                  "badNonce\"}"});
    issue();
    ck_assert_uint_eq(updates(), 2);
    ck_assert_ptr_null(warning());
}
END_TEST

/* It is made anew, with the contacts. */
START_TEST(test_an_account_that_is_lost)
{
    issue();
    contacts("mailto:root@example.org", NULL);
    drive->ca->forget_account = 1;
    issue();
    ck_assert_uint_eq(ca_count(drive->ca, "newAccount"), 2);
    ck_assert_ptr_null(warning());
}
END_TEST

START_TEST(test_many_orders_and_one_update)
{
    int i;

    issue();
    contacts("mailto:root@example.org", NULL);
    for (i = 1; i < 30; i++) {
        drive_add(drive,
                  t_names(apr_psprintf(t_pool, "n%d.example", i), NULL));
    }
    drive_run(drive);
    for (i = 1; i < 30; i++) {
        drive_check_done(drive, i);
    }
    ck_assert_uint_eq(updates(), 1);
}
END_TEST

/* Another order takes up what the one that carried it left. */
START_TEST(test_the_carrier_is_killed)
{
    issue();
    contacts("mailto:root@example.org", NULL);
    drive_add(drive, t_names("n1.example", NULL));
    while (updates() == 0) {
        ck_assert(drive_step(drive));
        if (strstr(APR_ARRAY_IDX(drive->ca->transcript,
                                 drive->ca->transcript->nelts - 1,
                                 const char *),
                   "newNonce ") != NULL) {
            break;
        }
    }
    drive_ask(drive);
    drive_kill(drive, 1);
    drive_add(drive, t_names("n2.example", NULL));
    drive_run(drive);
    drive_check_done(drive, 2);
    ck_assert_uint_eq(updates(), 1);
    check_known("[\"mailto:root@example.org\"]");
}
END_TEST

/* -- asked for by a person -- */

static const drive_order_t *run_errand(apr_status_t (*make)(acme_errand_t **,
                                                            acme_session_t *,
                                                            apr_pool_t *))
{
    acme_errand_t *errand;
    int index;

    ck_assert_int_eq(make(&errand, drive->session, t_pool), APR_SUCCESS);
    index = drive_add_errand(drive, errand);
    drive_run(drive);
    ck_assert_msg(drive->ca->violation == NULL, "%s", drive->ca->violation);
    return &drive->orders[index];
}

static void check_end(const drive_order_t *one, int before)
{
    ck_assert_msg(one->ended && one->end == ACME_DONE, "%s: %s", one->err.what,
                  one->err.why);
    ck_assert_int_eq(acme_errand_was_done(one->errand), before);
}

START_TEST(test_told_on_demand)
{
    issue();
    check_end(run_errand(acme_errand_update), 0);
    ck_assert_uint_eq(updates(), 1);
    contacts("mailto:root@example.org", NULL);
    check_end(run_errand(acme_errand_update), 0);
    ck_assert_uint_eq(updates(), 2);
    check_known("[\"mailto:root@example.org\"]");
    issue();
    ck_assert_uint_eq(updates(), 2);
}
END_TEST

START_TEST(test_a_refusal_is_told_to_who_asked)
{
    const drive_order_t *one;

    issue();
    ca_spoil(drive->ca,
             (ca_fault_t){.step = "updateAccount",
                          .nth = 1,
                          .code = 400,
                          .body = "{\"type\":\"urn:ietf:params:acme:error:"
                                  "malformed\",\"detail\":\"too many\"}"});
    one = run_errand(acme_errand_update);
    ck_assert(one->ended && one->end == ACME_FAILED);
    ck_assert_ptr_nonnull(strstr(one->err.why, "too many"));
    ck_assert_ptr_nonnull(strstr(one->err.next, "ACMEEmail"));
    ck_assert_ptr_null(warning());
}
END_TEST

/* RFC 8555 section 7.3.6: what is not accepted any more is deactivated. */
START_TEST(test_deactivated)
{
    issue();
    check_end(run_errand(acme_errand_deactivate), 0);
    ck_assert_int_eq(drive->ca->deactivated, 1);
    check_end(run_errand(acme_errand_deactivate), 1);
    ck_assert_uint_eq(drive->ca->accounts, 1);
}
END_TEST

/* None is opened only to be deactivated. */
START_TEST(test_deactivated_where_the_ca_forgot_it)
{
    issue();
    drive->ca->forget_account = 1;
    check_end(run_errand(acme_errand_deactivate), 1);
    ck_assert_uint_eq(drive->ca->accounts, 1);
}
END_TEST

START_TEST(test_a_ca_that_does_not_deactivate)
{
    static const char *const words[] = {
        "answered that the account is \"valid\"", "Connection reset"};
    const drive_order_t *one;

    issue();
    ca_spoil(drive->ca, _i == 0
                            ? (ca_fault_t){.step = "deactivateAccount",
                                           .nth = 1,
                                           .code = 200,
                                           .content_type = "application/json",
                                           .body = "{\"status\":\"valid\"}"}
                            : (ca_fault_t){.step = "deactivateAccount",
                                           .nth = 1,
                                           .status = APR_ECONNRESET});
    one = run_errand(acme_errand_deactivate);
    ck_assert(one->ended && one->end == ACME_FAILED);
    ck_assert_msg(strstr(one->err.why, words[_i]) != NULL, "%s", one->err.why);
}
END_TEST

Suite *suite_acme_account(void);

Suite *suite_acme_account(void)
{
    Suite *suite = suite_create("acme_account");
    TCase *tc = tcase_create("contacts");

    tcase_add_checked_fixture(tc, set_up, t_teardown);
    tcase_add_test(tc, test_nothing_to_tell);
    tcase_add_test(tc, test_another_contact_is_told_once);
    tcase_add_test(tc, test_the_order_of_contacts_says_nothing);
    tcase_add_test(tc, test_no_contact_any_more);
    tcase_add_test(tc, test_contacts_that_are_kept);
    tcase_add_test(tc, test_an_account_that_was_found_again);
    tcase_add_test(tc, test_an_account_that_hides_its_contacts);
    tcase_add_test(tc, test_unknown_contacts);
    tcase_add_test(tc, test_a_refusal_holds_up_nothing);
    tcase_add_test(tc, test_a_bad_nonce_is_no_failure);
    tcase_add_test(tc, test_an_account_that_is_lost);
    tcase_add_test(tc, test_many_orders_and_one_update);
    tcase_add_test(tc, test_the_carrier_is_killed);
    suite_add_tcase(suite, tc);
    tc = tcase_create("on demand");
    tcase_add_checked_fixture(tc, set_up, t_teardown);
    tcase_add_test(tc, test_told_on_demand);
    tcase_add_test(tc, test_a_refusal_is_told_to_who_asked);
    tcase_add_test(tc, test_deactivated);
    tcase_add_test(tc, test_deactivated_where_the_ca_forgot_it);
    tcase_add_loop_test(tc, test_a_ca_that_does_not_deactivate, 0, 2);
    suite_add_tcase(suite, tc);
    return suite;
}
