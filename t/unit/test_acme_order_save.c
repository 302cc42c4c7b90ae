#include "ae_json.h"
#include "fixture.h"
#include "scripted_drive.h"
#include "support.h"

#include <apr_strings.h>
#include <check.h>
#include <string.h>

/* What survives of an order, and how it is taken up again. */

#define URN "urn:ietf:params:acme:error:"

static drive_t *drive;
static ca_t *ca;
static const apr_array_header_t *names;

static void set_up(void)
{
    t_setup();
    drive = drive_make();
    ca = drive->ca;
    ca->issue_polls = 2;
    ca->validate_polls = 1;
    names = t_names("a.example", "b.example", NULL);
}

/* As it comes back from disk. */
static json_t *saved_text(int index)
{
    const char *text = ae_json_print(
        acme_order_save(drive->orders[index].order, t_pool), t_pool);

    return ae_json_keep(json_loads(text, 0, NULL), t_pool);
}

/* The worker dies and another one takes over. */
static int take_over(int index)
{
    json_t *saved = saved_text(index);

    drive_kill(drive, index);
    drive_new_session(drive);
    return drive_load(drive, names, saved);
}

static void begin_and_stop_at_poll(void)
{
    drive_add(drive, names);
    drive_to_poll(drive, 0);
}

/* After each reply, with what was on the wire lost before it reached the CA:
 * still one order and one certificate. */
START_TEST(test_taken_up_after_every_reply)
{
    int index;

    drive_add(drive, names);
    drive_until(drive, (unsigned)_i);
    index = take_over(0);
    drive_run(drive);
    drive_check_done(drive, index);
    ck_assert_int_eq(ca->orders->nelts, 1);
    ck_assert_uint_eq(ca->accounts, 1);
    ck_assert_int_eq(ca_order(ca, 0)->finalized, 1);
}
END_TEST

/* Again and again, at every transition of one order. */
START_TEST(test_taken_up_at_every_transition)
{
    unsigned revision = 0;
    int index = drive_add(drive, names), turns = 0;

    while (!drive->orders[index].ended) {
        drive_step(drive);
        if (acme_order_revision(drive->orders[index].order) != revision &&
            turns++ < 10) {
            index = take_over(index);
            revision = acme_order_revision(drive->orders[index].order);
        }
    }
    drive_check_done(drive, index);
    ck_assert_int_gt(turns, 2);
    ck_assert_int_eq(ca->orders->nelts, 1);
}
END_TEST

/* The reply was lost, the CA did its work. */
START_TEST(test_taken_up_where_the_reply_was_lost)
{
    static const char *const steps[] = {"authorization", "challenge", "order",
                                        "finalize", "certificate"};
    int index;

    ca_spoil(ca, (ca_fault_t){.step = steps[_i],
                              .nth = 1,
                              .done = 1,
                              .status = APR_ECONNRESET});
    drive_one(drive, names);
    ck_assert_int_eq(drive_check_failed(drive, 0)->order_lost, 0);
    index = take_over(0);
    drive_run(drive);
    drive_check_done(drive, index);
    ck_assert_int_eq(ca->orders->nelts, 1);
    ck_assert_int_eq(ca_order(ca, 0)->finalized, 1);
}
END_TEST

START_TEST(test_what_is_saved)
{
    const acme_token_t *token;
    json_t *saved, *one;

    begin_and_stop_at_poll();
    saved = saved_text(0);
    token = &APR_ARRAY_IDX(acme_order_tokens(drive->orders[0].order), 0,
                           acme_token_t);
    one = json_array_get(json_object_get(saved, "tokens"), 0);
    ck_assert_uint_eq(json_array_size(json_object_get(saved, "tokens")), 2);
    ck_assert_str_eq(json_string_value(json_object_get(one, "name")),
                     token->name);
    ck_assert_str_eq(json_string_value(json_object_get(one, "token")),
                     token->token);
    ck_assert_str_eq(
        json_string_value(json_object_get(one, "keyAuthorization")),
        token->key_authorization);
    ck_assert(json_is_string(json_object_get(one, "expires")));
    ck_assert_str_eq(json_string_value(json_object_get(saved, "url")),
                     "https://ca.test/order/1");
    ck_assert_str_eq(json_string_value(json_object_get(saved, "account")),
                     "https://ca.test/account/1");
}
END_TEST

START_TEST(test_tokens_are_there_at_once)
{
    const acme_token_t *token;
    int index;

    begin_and_stop_at_poll();
    index = take_over(0);
    ck_assert_int_eq(acme_order_tokens(drive->orders[index].order)->nelts, 2);
    token = &APR_ARRAY_IDX(acme_order_tokens(drive->orders[index].order), 1,
                           acme_token_t);
    ck_assert_str_eq(token->name, "b.example");
    ck_assert_uint_eq(acme_order_revision(drive->orders[index].order), 0);
    ck_assert_str_eq(acme_order_step(drive->orders[index].order), "order");
}
END_TEST

/* The tokens are published again, the challenges not answered again. */
START_TEST(test_challenges_are_not_answered_twice)
{
    int index;

    begin_and_stop_at_poll();
    index = take_over(0);
    drive_run(drive);
    drive_check_done(drive, index);
    ck_assert_int_eq(drive->orders[index].provisions, 1);
    ck_assert_uint_eq(ca_count(ca, "challenge"), 2);
    ck_assert_int_eq(acme_order_tokens(drive->orders[index].order)->nelts, 2);
}
END_TEST

START_TEST(test_finished_order_needs_the_download_only)
{
    unsigned before;
    int index;

    drive_one(drive, names);
    drive_check_done(drive, 0);
    before = ca->requests;
    index = take_over(0);
    drive_run(drive);
    drive_check_done(drive, index);
    /* directory, newNonce, order, certificate */
    ck_assert_uint_eq(ca->requests - before, 4);
    ck_assert_int_eq(drive->orders[index].provisions, 0);
}
END_TEST

/* -- orders that cannot be taken up -- */

static void check_lost(int index, const char *word)
{
    const char *text;

    drive_run(drive);
    ck_assert_int_eq(drive_check_failed(drive, index)->order_lost, 1);
    text = ae_error_line(drive_explained(drive, index), t_pool);
    ck_assert_msg(strstr(text, word) != NULL, "no \"%s\" in: %s", word, text);
}

START_TEST(test_order_that_is_gone)
{
    static const ca_fault_t gone[] = {
        {.code = 404, .body = "{\"type\":\"" URN "malformed\"}"},
        {.code = 404, .body = "<html>", .content_type = "text/html"},
        {.code = 400, .body = "{\"type\":\"" URN "malformed\"}"},
        {.code = 403, .body = "{\"type\":\"" URN "unauthorized\"}"},
    };
    ca_fault_t fault = gone[_i];
    int index;

    begin_and_stop_at_poll();
    index = take_over(0);
    fault.step = "order";
    fault.nth = ca_count(ca, "order") + 1;
    ca_spoil(ca, fault);
    check_lost(index, "a new order is made");
}
END_TEST

/* A part of it that is gone is not asked for in vain every day. */
START_TEST(test_part_of_an_order_that_is_gone)
{
    static const char *const steps[] = {"authorization", "challenge",
                                        "finalize", "certificate"};

    ca_spoil(ca, (ca_fault_t){.step = steps[_i],
                              .nth = 1,
                              .code = 404,
                              .body = "{\"type\":\"" URN "malformed\"}"});
    drive_one(drive, names);
    check_lost(0, "The order is gone");
    ck_assert_int_eq(acme_order_failure(drive->orders[0].order)->retry,
                     ACME_RETRY_BACKOFF);
}
END_TEST

START_TEST(test_order_that_became_invalid)
{
    int index;

    ca->bad_name = "a.example";
    ca->bad_problem = "{\"type\":\"" URN "dns\",\"detail\":\"NXDOMAIN\"}";
    ca->validate_polls = 0;
    begin_and_stop_at_poll();
    index = take_over(0);
    check_lost(index, "a.example: NXDOMAIN");
}
END_TEST

START_TEST(test_order_that_expired)
{
    int index;

    ca->validate_polls = 5;
    begin_and_stop_at_poll();
    drive->now += apr_time_from_sec(8 * 24 * 3600);
    index = take_over(0);
    check_lost(index, "expired");
}
END_TEST

/* The session's state was lost, and the CA does not know the key any more. */
START_TEST(test_order_of_an_account_that_was_lost)
{
    json_t *saved;

    begin_and_stop_at_poll();
    saved = saved_text(0);
    drive_kill(drive, 0);
    ck_assert_int_eq(
        acme_session_create(&drive->session, &drive->config, t_pool),
        APR_SUCCESS);
    ca->jwk = NULL;
    check_lost(drive_load(drive, names, saved), "of another account");
    ck_assert_str_eq(acme_session_account_url(drive->session),
                     "https://ca.test/account/2");
}
END_TEST

/* The CA loses the account while the order is under way. */
START_TEST(test_order_whose_account_is_lost_under_way)
{
    begin_and_stop_at_poll();
    ca->accounts = 2; /* and knows the key by another one */
    check_lost(0, "of another account");
    ck_assert_uint_eq(ca_count(ca, "newAccount"), 2);
}
END_TEST

static void refused(const json_t *saved, const apr_array_header_t *for_names,
                    const char *word)
{
    acme_order_t *order = NULL;
    ae_error_t err;

    ck_assert_int_eq(acme_order_load(&order, drive->session, for_names,
                                     drive->csr, saved, &err, t_pool),
                     AE_EFORMAT);
    ck_assert_ptr_null(order);
    ck_assert_msg(strstr(err.why, word) != NULL, "no \"%s\" in: %s", word,
                  err.why);
    ck_assert_str_ne(err.next, "");
}

START_TEST(test_save_of_something_else)
{
    json_t *saved;

    begin_and_stop_at_poll();
    saved = saved_text(0);
    refused(saved, t_names("a.example", NULL), "other names");
    refused(saved, t_names("a.example", "c.example", NULL), "other names");
    json_object_set_new(saved, "account",
                        json_string("https://ca.test/account/9"));
    refused(saved, names, "another account");
    json_object_set_new(saved, "directory", json_string("https://o.test/"));
    refused(saved, names, "another CA");
    refused(ae_json_keep(json_object(), t_pool), names, "another CA");
}
END_TEST

START_TEST(test_save_of_another_account_key)
{
    json_t *saved;

    begin_and_stop_at_poll();
    saved = saved_text(0);
    drive->config.account_key = t_key("key_p256.pem");
    drive_new_session(drive);
    refused(saved, names, "account key");
}
END_TEST

START_TEST(test_damaged_saves)
{
    static const struct {
        const char *member;
        const char *value;
        const char *word;
    } damages[] = {
        {"url", "\"http://ca.test/order/1\"", "URL"},
        {"url", "\"\"", "URL"},
        {"account", "null", "account"},
        {"tokens", "[{}]", "token"},
        {"tokens", "[7]", "token"},
        {"tokens",
         "[{\"name\":\"a.example\",\"token\":\"../x\","
         "\"keyAuthorization\":\"../x.y\",\"expires\":"
         "\"2030-01-01T00:00:00Z\"}]",
         "token"},
        {"names", "7", "names"},
    };
    json_t *saved;

    ck_assert_int_lt(_i, (int)(sizeof(damages) / sizeof(damages[0])));
    begin_and_stop_at_poll();
    saved = saved_text(0);
    json_object_set_new(saved, damages[_i].member,
                        json_loads(damages[_i].value, JSON_DECODE_ANY, NULL));
    refused(saved, names, damages[_i].word);
}
END_TEST

#define DAMAGES 7

START_TEST(test_save_before_there_is_an_order)
{
    int index;

    drive_add(drive, names);
    index = take_over(0);
    ck_assert_str_eq(acme_order_step(drive->orders[index].order), "newOrder");
    drive_run(drive);
    drive_check_done(drive, index);
    ck_assert_int_eq(ca->orders->nelts, 1);
}
END_TEST

START_TEST(test_names_in_another_order)
{
    json_t *saved;
    int index;

    begin_and_stop_at_poll();
    saved = saved_text(0);
    drive_kill(drive, 0);
    names = t_names("b.example", "A.example", NULL);
    index = drive_load(drive, names, saved);
    drive_run(drive);
    drive_check_done(drive, index);
}
END_TEST

Suite *suite_acme_order_save(void)
{
    Suite *suite = suite_create("acme_order_save");
    TCase *tc = tcase_create("save");

    tcase_add_checked_fixture(tc, set_up, t_teardown);
    tcase_set_timeout(tc, 60);
    /* from the first reply of the order itself to the last one */
    tcase_add_loop_test(tc, test_taken_up_after_every_reply, 4, 16);
    tcase_add_test(tc, test_taken_up_at_every_transition);
    tcase_add_loop_test(tc, test_taken_up_where_the_reply_was_lost, 0, 5);
    tcase_add_test(tc, test_what_is_saved);
    tcase_add_test(tc, test_tokens_are_there_at_once);
    tcase_add_test(tc, test_challenges_are_not_answered_twice);
    tcase_add_test(tc, test_finished_order_needs_the_download_only);
    tcase_add_loop_test(tc, test_order_that_is_gone, 0, 4);
    tcase_add_loop_test(tc, test_part_of_an_order_that_is_gone, 0, 4);
    tcase_add_test(tc, test_order_that_became_invalid);
    tcase_add_test(tc, test_order_that_expired);
    tcase_add_test(tc, test_order_of_an_account_that_was_lost);
    tcase_add_test(tc, test_order_whose_account_is_lost_under_way);
    tcase_add_test(tc, test_save_of_something_else);
    tcase_add_test(tc, test_save_of_another_account_key);
    tcase_add_loop_test(tc, test_damaged_saves, 0, DAMAGES);
    tcase_add_test(tc, test_save_before_there_is_an_order);
    tcase_add_test(tc, test_names_in_another_order);
    suite_add_tcase(suite, tc);
    return suite;
}
