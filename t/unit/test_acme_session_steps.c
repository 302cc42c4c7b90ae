#include "ae_json.h"
#include "fixture.h"
#include "scripted_drive.h"
#include "support.h"

#include <apr_strings.h>
#include <check.h>
#include <string.h>

/* The directory and the account (RFC 8555 sections 7.1.1 and 7.3). */

#define URN "urn:ietf:params:acme:error:"

static drive_t *drive;

static void set_up(void)
{
    t_setup();
    drive = drive_make();
    drive->ca->issue_polls = 1;
}

static const apr_array_header_t *name(int i)
{
    return t_names(apr_psprintf(t_pool, "n%d.example", i), NULL);
}

static const acme_failure_t *fails(void)
{
    drive_one(drive, name(drive->count));
    return drive_check_failed(drive, drive->count - 1);
}

static const ae_error_t *error(void)
{
    return drive_explained(drive, drive->count - 1);
}

static void check_word(const char *text, const char *word)
{
    ck_assert_msg(strstr(text, word) != NULL, "no \"%s\" in: %s", word, text);
}

static void give_directory(const char *body)
{
    ca_spoil(drive->ca, (ca_fault_t){.step = "directory",
                                     .nth = 1,
                                     .code = 200,
                                     .content_type = "application/json",
                                     .body = body});
}

/* -- RFC 8555 section 7.1.1: the directory -- */

START_TEST(test_directory_without_meta)
{
    drive->ca->meta = NULL;
    drive_one(drive, name(0));
    drive_check_done(drive, 0);
    ck_assert_ptr_null(acme_session_terms(drive->session));
}
END_TEST

START_TEST(test_directory_whose_meta_is_null)
{
    drive->ca->meta = json_null();
    drive_one(drive, name(0));
    drive_check_done(drive, 0);
}
END_TEST

START_TEST(test_directory_whose_members_of_meta_are_null)
{
    drive->ca->meta =
        ae_json_keep(json_pack("{s:n,s:n,s:[i]}", "termsOfService",
                               "externalAccountRequired", "caaIdentities", 1),
                     t_pool);
    drive_one(drive, name(0));
    drive_check_done(drive, 0);
}
END_TEST

START_TEST(test_no_shape_of_urls_is_assumed)
{
    drive->ca->relative = 1;
    drive_one(drive, name(0));
    drive_check_done(drive, 0);
    ck_assert_str_eq(acme_session_account_url(drive->session),
                     "https://ca.test/account/1");
}
END_TEST

START_TEST(test_directory_without_new_order)
{
    give_directory("{\"newNonce\":\"https://ca.test/newNonce\","
                   "\"newAccount\":\"https://ca.test/newAccount\"}");
    (void)fails();
    ck_assert_str_eq(error()->what, "The CA's directory cannot be read");
    check_word(error()->why, "newOrder");
    check_word(error()->why, CA_DIRECTORY);
    check_word(error()->next, "ACMEProvider");
}
END_TEST

/* RFC 8555 section 6.1: https only. */
START_TEST(test_directory_that_leads_elsewhere)
{
    give_directory("{\"newNonce\":\"http://ca.test/newNonce\","
                   "\"newAccount\":\"file:///etc/passwd\","
                   "\"newOrder\":\"https://ca.test/newOrder\"}");
    (void)fails();
    check_word(error()->why, "newNonce");
    ck_assert_uint_eq(drive->ca->requests, 1);
}
END_TEST

START_TEST(test_directory_that_is_an_array)
{
    give_directory("[1,2]");
    (void)fails();
    check_word(error()->why, CA_DIRECTORY);
}
END_TEST

/* -- RFC 8555 section 7.3: the account -- */

START_TEST(test_account_is_asked_for_as_configured)
{
    drive_one(drive, name(0));
    ck_assert_str_eq(ae_json_print(drive->ca->account, t_pool),
                     "{\"contact\":[\"mailto:admin@example.org\"],"
                     "\"termsOfServiceAgreed\":true}");
    ck_assert_str_eq(acme_session_terms(drive->session),
                     "https://ca.test/terms");
}
END_TEST

START_TEST(test_account_without_contact)
{
    drive->config.contacts = apr_array_make(t_pool, 1, sizeof(char *));
    drive_new_session(drive);
    drive_one(drive, name(0));
    drive_check_done(drive, 0);
    ck_assert_str_eq(ae_json_print(drive->ca->account, t_pool),
                     "{\"termsOfServiceAgreed\":true}");
}
END_TEST

START_TEST(test_account_keys_of_each_type)
{
    static const char *const keys[] = {"key_p256.pem", "key_p384.pem",
                                       "key_rsa2048.pem"};

    drive->config.account_key = t_key(keys[_i]);
    drive_new_session(drive);
    drive_one(drive, name(0));
    drive_check_done(drive, 0);
}
END_TEST

/* RFC 8555 section 7.3.1: 200 is the account that this key has already. */
START_TEST(test_account_that_exists)
{
    drive_one(drive, name(0));
    ck_assert_int_eq(
        acme_session_create(&drive->session, &drive->config, t_pool),
        APR_SUCCESS);
    drive_one(drive, name(1));
    drive_check_done(drive, 1);
    ck_assert_uint_eq(ca_count(drive->ca, "newAccount"), 2);
    ck_assert_uint_eq(drive->ca->accounts, 1);
}
END_TEST

START_TEST(test_account_without_location)
{
    ca_spoil(drive->ca,
             (ca_fault_t){
                 .step = "newAccount", .nth = 1, .done = 1, .no_location = 1});
    (void)fails();
    ck_assert_str_eq(error()->what, "No account can be opened at the CA");
    check_word(error()->why, "Location");
}
END_TEST

START_TEST(test_account_that_was_deactivated)
{
    ca_spoil(drive->ca, (ca_fault_t){.step = "newAccount",
                                     .nth = 1,
                                     .done = 1,
                                     .content_type = "application/json",
                                     .body = "{\"status\":\"deactivated\"}"});
    ck_assert_int_eq(fails()->retry, ACME_RETRY_DAILY);
    check_word(error()->why, "deactivated");
}
END_TEST

START_TEST(test_terms_that_nobody_accepted)
{
    drive->config.terms_accepted = 0;
    drive_new_session(drive);
    ck_assert_int_eq(fails()->retry, ACME_RETRY_DAILY);
    check_word(error()->why, "https://ca.test/terms");
    check_word(error()->next, "ACMETermsOfService accepted");
    ck_assert_uint_eq(drive->ca->requests, 1);
}
END_TEST

START_TEST(test_no_terms_to_accept)
{
    drive->ca->meta = NULL;
    drive->config.terms_accepted = 0;
    drive_new_session(drive);
    drive_one(drive, name(0));
    drive_check_done(drive, 0);
    ck_assert_ptr_null(
        json_object_get(drive->ca->account, "termsOfServiceAgreed"));
}
END_TEST

/* RFC 8555 section 7.3.4: seen before newAccount is sent. */
START_TEST(test_external_account_required)
{
    drive->ca->meta =
        ae_json_keep(json_pack("{s:b}", "externalAccountRequired", 1), t_pool);
    ck_assert_int_eq(fails()->retry, ACME_RETRY_DAILY);
    check_word(error()->next, "ACMEExternalAccount");
    check_word(error()->next, "ACMEProvider");
    ck_assert_uint_eq(drive->ca->requests, 1);
}
END_TEST

START_TEST(test_external_account_given)
{
    const acme_eab_t eab = {"customer-7", "HS256", t_bytes("secret")};

    drive->config.eab = &eab;
    drive->ca->meta =
        ae_json_keep(json_pack("{s:b}", "externalAccountRequired", 1), t_pool);
    drive_new_session(drive);
    drive_one(drive, name(0));
    drive_check_done(drive, 0);
    ck_assert(json_is_string(json_object_get(
        json_object_get(drive->ca->account, "externalAccountBinding"),
        "signature")));
}
END_TEST

/* The CA says no more than that it is not convinced. */
START_TEST(test_external_account_that_is_wrong)
{
    const acme_eab_t eab = {"customer-7", "HS256", t_bytes("secret")};

    drive->config.eab = &eab;
    drive_new_session(drive);
    ca_spoil(drive->ca, (ca_fault_t){.step = "newAccount",
                                     .nth = 1,
                                     .code = 403,
                                     .body = "{\"type\":\"" URN
                                             "unauthorized\",\"detail\":"
                                             "\"CA's words\"}"});
    ck_assert_int_eq(fails()->retry, ACME_RETRY_DAILY);
    check_word(error()->why, "CA's words");
    check_word(error()->next, "ACMEExternalAccount");
    check_word(error()->what, "customer-7");
    ck_assert_uint_eq(ca_count(drive->ca, "newAccount"), 1);
}
END_TEST

/* RFC 8555 section 7.3.3 */
START_TEST(test_user_action_required)
{
    const acme_failure_t *failure;

    ca_spoil(drive->ca,
             (ca_fault_t){.step = "newOrder",
                          .nth = 1,
                          .code = 403,
                          .body = "{\"type\":\"" URN "userActionRequired\","
                                  "\"detail\":\"Terms have changed\","
                                  "\"instance\":\"https://ca.test/agree\"}",
                          .link = "</terms/2>;rel=\"terms-of-service\""});
    failure = fails();
    ck_assert_int_eq(failure->retry, ACME_RETRY_PERSON);
    ck_assert_str_eq(failure->problem->instance, "https://ca.test/agree");
    check_word(error()->next, "https://ca.test/agree");
    check_word(error()->next, "https://ca.test/terms/2");
}
END_TEST

/* The CA lost the account: it is made anew, once. */
START_TEST(test_account_that_the_ca_lost)
{
    drive_one(drive, name(0));
    drive->ca->forget_account = 1;
    drive_one(drive, name(1));
    drive_check_done(drive, 1);
    ck_assert_uint_eq(drive->ca->accounts, 1);
    ck_assert_uint_eq(ca_count(drive->ca, "newAccount"), 2);
}
END_TEST

/* Once for each account that worked, not once for the life of a worker. */
START_TEST(test_account_that_the_ca_loses_again_later)
{
    int i;

    for (i = 0; i < 3; i++) {
        drive->ca->forget_account = i > 0;
        drive_one(drive, name(i));
        drive_check_done(drive, i);
    }
    ck_assert_uint_eq(ca_count(drive->ca, "newAccount"), 3);
}
END_TEST

/* An account that was deactivated has nothing to do with the DNS. */
START_TEST(test_account_that_may_not_order)
{
    ca_spoil(drive->ca,
             (ca_fault_t){.step = "newOrder",
                          .nth = 1,
                          .code = 401,
                          .body = "{\"type\":\"" URN "unauthorized\","
                                  "\"detail\":\"account deactivated\"}"});
    ck_assert_int_eq(fails()->retry, ACME_RETRY_BACKOFF);
    check_word(error()->why, "account deactivated");
    check_word(error()->next, "accounts/");
    ck_assert_ptr_null(strstr(error()->next, "DNS"));
}
END_TEST

START_TEST(test_account_that_the_ca_keeps_losing)
{
    unsigned requests;

    drive_one(drive, name(0));
    drive->ca->forget_account = 100;
    requests = drive->ca->requests;
    ck_assert_int_eq(fails()->retry, ACME_RETRY_DAILY);
    ck_assert_uint_eq(drive->ca->requests, requests + 3);
}
END_TEST

static TCase *account_case(void)
{
    TCase *tc = tcase_create("account");

    tcase_add_checked_fixture(tc, set_up, t_teardown);
    tcase_add_test(tc, test_directory_without_meta);
    tcase_add_test(tc, test_directory_whose_meta_is_null);
    tcase_add_test(tc, test_directory_whose_members_of_meta_are_null);
    tcase_add_test(tc, test_no_shape_of_urls_is_assumed);
    tcase_add_test(tc, test_directory_without_new_order);
    tcase_add_test(tc, test_directory_that_leads_elsewhere);
    tcase_add_test(tc, test_directory_that_is_an_array);
    tcase_add_test(tc, test_account_is_asked_for_as_configured);
    tcase_add_test(tc, test_account_without_contact);
    tcase_add_loop_test(tc, test_account_keys_of_each_type, 0, 3);
    tcase_add_test(tc, test_account_that_exists);
    tcase_add_test(tc, test_account_without_location);
    tcase_add_test(tc, test_account_that_was_deactivated);
    tcase_add_test(tc, test_terms_that_nobody_accepted);
    tcase_add_test(tc, test_no_terms_to_accept);
    tcase_add_test(tc, test_external_account_required);
    tcase_add_test(tc, test_external_account_given);
    tcase_add_test(tc, test_external_account_that_is_wrong);
    tcase_add_test(tc, test_user_action_required);
    tcase_add_test(tc, test_account_that_the_ca_lost);
    tcase_add_test(tc, test_account_that_the_ca_loses_again_later);
    tcase_add_test(tc, test_account_that_may_not_order);
    tcase_add_test(tc, test_account_that_the_ca_keeps_losing);
    return tc;
}

Suite *suite_acme_session_steps(void)
{
    Suite *suite = suite_create("acme_session_steps");

    suite_add_tcase(suite, account_case());
    return suite;
}
