#include "acme_errand.h"
#include "ae_json.h"
#include "fixture.h"
#include "scripted_drive.h"
#include "scripted_jws.h"
#include "support.h"

#include <apr_strings.h>
#include <check.h>
#include <string.h>

/* Another key for an account (RFC 8555 section 7.3.5), and what is asked for
 * where nobody knows whether the CA has taken it. */

static drive_t *drive;
static const ae_key_t *new_key;

static void set_up(void)
{
    t_setup();
    drive = drive_make();
    new_key = t_key("key_p256.pem");
}

static const drive_order_t *run_errand(acme_errand_t *errand)
{
    int index = drive_add_errand(drive, errand);

    drive_run(drive);
    ck_assert_msg(drive->ca->violation == NULL, "%s", drive->ca->violation);
    return &drive->orders[index];
}

static const drive_order_t *roll(void)
{
    acme_errand_t *errand;

    ck_assert_int_eq(
        acme_errand_rollover(&errand, drive->session, new_key, t_pool),
        APR_SUCCESS);
    return run_errand(errand);
}

static const drive_order_t *ask_for(const ae_key_t *key)
{
    acme_errand_t *errand;

    ck_assert_int_eq(acme_errand_find(&errand, drive->session, key, t_pool),
                     APR_SUCCESS);
    return run_errand(errand);
}

static void check_done(const drive_order_t *one, int before)
{
    ck_assert_msg(one->ended && one->end == ACME_DONE, "%s: %s", one->err.what,
                  one->err.why);
    ck_assert_int_eq(acme_errand_was_done(one->errand), before);
}

static void check_failed(const drive_order_t *one, const char *why, int sent)
{
    ck_assert(one->ended && one->end == ACME_FAILED);
    ck_assert_msg(strstr(one->err.why, why) != NULL, "%s", one->err.why);
    ck_assert_int_eq(acme_errand_was_sent(one->errand), sent);
}

/* The thumbprint of the key that the session says the account has. */
static const char *saved_key(void)
{
    return ae_json_get_string(acme_session_save(drive->session, t_pool), "key",
                              t_pool);
}

static const char *thumbprint(const ae_key_t *key)
{
    const char *text;
    ae_error_t err;

    ck_assert_int_eq(acme_jwk_thumbprint(&text, key, &err, t_pool),
                     APR_SUCCESS);
    return text;
}

static void order_one(void)
{
    int index = drive_add(drive, t_names("www.example.org", NULL));

    drive_run(drive);
    drive_check_done(drive, index);
}

/* The CA holds each signature, and each key authorization, against the key
 * that the account has. */
START_TEST(test_orders_go_on_with_the_new_key)
{
    const char *account;

    order_one();
    account = acme_session_account_url(drive->session);
    check_done(roll(), 0);
    ck_assert_str_eq(saved_key(), thumbprint(new_key));
    ck_assert_str_eq(acme_session_account_url(drive->session), account);
    order_one();
    ck_assert_uint_eq(drive->ca->accounts, 1);
    ck_assert_uint_eq(ca_count(drive->ca, "newAccount"), 1);
    ck_assert_str_eq(scripted_thumbprint(drive->ca->jwk), thumbprint(new_key));
}
END_TEST

/* What is saved now is the new key's: a worker with the old one takes no
 * account from it. */
START_TEST(test_what_is_saved)
{
    json_t *saved;

    check_done(roll(), 0);
    saved = acme_session_save(drive->session, t_pool);
    drive->config.account_key = new_key;
    drive_new_session(drive);
    ck_assert_ptr_nonnull(acme_session_account_url(drive->session));
    drive->config.account_key = t_key("key_rsa2048.pem");
    drive_new_session(drive);
    acme_session_load(drive->session, saved);
    ck_assert_ptr_null(acme_session_account_url(drive->session));
}
END_TEST

START_TEST(test_refused)
{
    const drive_order_t *one;

    drive->ca->key_taken = "https://ca.test/account/7";
    one = roll();
    check_failed(one, "for another account, https://ca.test/account/7", 1);
    ck_assert_ptr_nonnull(strstr(one->err.next, "a new key"));
    ck_assert_str_eq(saved_key(), thumbprint(t_key("key_rsa2048.pem")));
    order_one();
}
END_TEST

START_TEST(test_misunderstood)
{
    const drive_order_t *one;

    ca_spoil(drive->ca,
             (ca_fault_t){.step = "keyChange",
                          .nth = 1,
                          .code = 400,
                          .body = "{\"type\":\"urn:ietf:params:acme:error:"
                                  "malformed\"}"});
    one = roll();
    check_failed(one, "malformed", 1);
    ck_assert_ptr_nonnull(strstr(one->err.next, "keeps its key"));
}
END_TEST

START_TEST(test_a_ca_without_it)
{
    drive->ca->no_key_change = 1;
    check_failed(roll(), "names no keyChange", 0);
    ck_assert_uint_eq(ca_count(drive->ca, "keyChange"), 0);
}
END_TEST

/* The answer was lost: only the CA knows. */
START_TEST(test_found_out)
{
    const char *account;
    int taken = _i;

    order_one();
    account = acme_session_account_url(drive->session);
    ca_spoil(drive->ca, (ca_fault_t){.step = "keyChange",
                                     .nth = 1,
                                     .done = taken,
                                     .status = APR_ECONNRESET});
    check_failed(roll(), "Connection reset", 1);
    check_done(ask_for(new_key), taken);
    ck_assert_str_eq(saved_key(),
                     thumbprint(taken ? new_key : t_key("key_rsa2048.pem")));
    ck_assert_str_eq(acme_session_account_url(drive->session), account);
    order_one();
    ck_assert_uint_eq(drive->ca->accounts, 1);
}
END_TEST

/* To ask opens no account, and none is needed. */
START_TEST(test_asked_of_a_ca_that_knows_nothing)
{
    check_done(ask_for(new_key), 0);
    ck_assert_uint_eq(drive->ca->accounts, 0);
    ck_assert_ptr_null(acme_session_account_url(drive->session));
    ca_spoil(drive->ca, (ca_fault_t){.step = "newAccount",
                                     .nth = 2,
                                     .status = APR_ECONNRESET});
    check_failed(ask_for(new_key), "Connection reset", 1);
}
END_TEST

START_TEST(test_asked_for_the_key_that_it_has)
{
    order_one();
    check_done(ask_for(drive->config.account_key), 1);
    ck_assert_uint_eq(drive->ca->accounts, 1);
    ck_assert_str_eq(
        ae_json_print(acme_session_save(drive->session, t_pool), t_pool),
        ae_json_print(acme_session_save(drive->session, t_pool), t_pool));
    order_one();
}
END_TEST

/* RFC 8555 section 7.3.6: it is of this key all the same. */
START_TEST(test_asked_for_a_deactivated_account)
{
    check_done(roll(), 0);
    drive->ca->deactivated = 1;
    check_done(ask_for(new_key), 1);
    ck_assert_str_eq(saved_key(), thumbprint(new_key));
}
END_TEST

START_TEST(test_an_account_without_url)
{
    order_one();
    ca_spoil(drive->ca,
             (ca_fault_t){
                 .step = "newAccount", .nth = 2, .done = 1, .no_location = 1});
    check_failed(ask_for(drive->config.account_key), "in Location", 1);
}
END_TEST

/* RFC 8555 section 6.5: what is within is signed again with what is around. */
START_TEST(test_bad_nonces)
{
    ca_spoil(drive->ca,
             (ca_fault_t){.step = "keyChange",
                          .nth = 1,
                          .times = 3,
                          .code = 400,
                          .body = "{\"type\":\"urn:ietf:params:acme:error:"
                                  "badNonce\"}"});
    check_done(roll(), 0);
    ck_assert_uint_eq(ca_count(drive->ca, "keyChange"), 4);
}
END_TEST

/* The account that the CA has now is the one that gets the key. */
START_TEST(test_a_lost_account)
{
    order_one();
    drive->ca->accounts = 7;
    check_done(roll(), 0);
    ck_assert_str_eq(acme_session_account_url(drive->session),
                     "https://ca.test/account/7");
    ck_assert_uint_eq(ca_count(drive->ca, "keyChange"), 2);
    order_one();
}
END_TEST

Suite *suite_acme_rollover(void);

Suite *suite_acme_rollover(void)
{
    Suite *suite = suite_create("acme_rollover");
    TCase *tc = tcase_create("rollover");

    tcase_add_checked_fixture(tc, set_up, t_teardown);
    tcase_add_test(tc, test_orders_go_on_with_the_new_key);
    tcase_add_test(tc, test_what_is_saved);
    tcase_add_test(tc, test_refused);
    tcase_add_test(tc, test_misunderstood);
    tcase_add_test(tc, test_a_ca_without_it);
    tcase_add_loop_test(tc, test_found_out, 0, 2);
    tcase_add_test(tc, test_asked_of_a_ca_that_knows_nothing);
    tcase_add_test(tc, test_asked_for_the_key_that_it_has);
    tcase_add_test(tc, test_asked_for_a_deactivated_account);
    tcase_add_test(tc, test_an_account_without_url);
    tcase_add_test(tc, test_bad_nonces);
    tcase_add_test(tc, test_a_lost_account);
    suite_add_tcase(suite, tc);
    return suite;
}
