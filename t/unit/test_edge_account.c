#include "ae_time.h"
#include "edge_account.h"
#include "support.h"
#include "test_store.h"

#include <apr_strings.h>
#include <check.h>
#include <string.h>

Suite *suite_edge_account(void);

#define PROVIDER "letsencrypt"
#define KEY "accounts/letsencrypt/account.key"
#define RECORD "accounts/letsencrypt/account.json"
#define URL "https://ca.test/account/1"

static edge_account_t account_of(const test_store_t *t)
{
    edge_account_t account;

    edge_account_read(&account, t->store, PROVIDER, t_pool);
    return account;
}

static void make_key(const test_store_t *t)
{
    ae_key_t *key;
    ae_error_t err;

    ck_status(edge_store_account_key(&key, t->store, PROVIDER, &err, t_pool),
              APR_SUCCESS, &err);
}

START_TEST(test_none)
{
    test_store_t *t = test_store_make();
    edge_account_t account = account_of(t);

    ck_assert_int_eq((int)account.state, EDGE_ACCOUNT_NONE);
    ck_assert_str_eq(edge_account_word(account.state), "none");
    ck_assert_ptr_null(account.key_type);
    make_key(t);
    account = account_of(t);
    ck_assert_int_eq((int)account.state, EDGE_ACCOUNT_NONE);
    ck_assert_str_eq(account.key_type, "ecdsa-p256");
}
END_TEST

/* A key is only read: to make one is for who opens an account. */
START_TEST(test_nothing_is_made)
{
    test_store_t *t = test_store_make();

    account_of(t);
    ck_assert(!test_store_has(t, "accounts/letsencrypt"));
    test_store_put(t, RECORD, "rubbish");
    account_of(t);
    ck_assert_str_eq(test_store_get(t, RECORD), "rubbish");
}
END_TEST

START_TEST(test_valid)
{
    test_store_t *t = test_store_make();
    edge_account_t account;

    make_key(t);
    test_store_put(t, RECORD,
                   apr_psprintf(t_pool,
                                "{\"account\": \"" URL "\", \"key\": \"%s\","
                                " \"contact\": [\"mailto:a@b.example\"],"
                                " \"terms\": \"https://ca.test/terms\","
                                " \"pausedUntil\": \"2030-01-01T00:00:00Z\"}",
                                account_of(t).thumbprint));
    account = account_of(t);
    ck_assert_int_eq((int)account.state, EDGE_ACCOUNT_VALID);
    ck_assert_str_eq(account.url, URL);
    ck_assert_int_eq(account.contacts->nelts, 1);
    ck_assert_str_eq(APR_ARRAY_IDX(account.contacts, 0, const char *),
                     "mailto:a@b.example");
    ck_assert_str_eq(account.terms, "https://ca.test/terms");
    ck_assert_str_eq(ae_time_print(account.paused_until, t_pool),
                     "2030-01-01T00:00:00Z");
}
END_TEST

/* The next order asks for the account of the key that is there. */
START_TEST(test_of_another_key)
{
    test_store_t *t = test_store_make();
    edge_account_t account;

    make_key(t);
    test_store_put(t, RECORD,
                   "{\"account\": \"" URL "\", \"key\": \"another\","
                   " \"contact\": [\"mailto:a@b.example\"]}");
    account = account_of(t);
    ck_assert_int_eq((int)account.state, EDGE_ACCOUNT_NONE);
    ck_assert_ptr_null(account.url);
    ck_assert_ptr_null(account.contacts);
}
END_TEST

/* The record is of either key while the account changes from one to the
 * other. */
START_TEST(test_of_the_next_key)
{
    test_store_t *t = test_store_make();
    edge_account_t account;

    make_key(t);
    test_store_put(t, RECORD,
                   "{\"account\": \"" URL "\", \"key\": \"another\"}");
    test_store_put(t, KEY ".next", "a key");
    account = account_of(t);
    ck_assert_int_eq((int)account.state, EDGE_ACCOUNT_VALID);
    ck_assert_int_eq(account.gets_key, 1);
    test_store_remove(t, KEY ".next");
    ck_assert_int_eq(account_of(t).gets_key, 0);
}
END_TEST

START_TEST(test_deactivated)
{
    test_store_t *t = test_store_make();
    edge_account_t account;
    int i;

    make_key(t);
    test_store_put(t, RECORD,
                   apr_psprintf(t_pool,
                                "{\"account\": \"" URL "\", \"key\": \"%s\"}",
                                account_of(t).thumbprint));
    test_store_move(t, KEY, KEY ".deactivated");
    for (i = 0; i < 2; i++) {
        account = account_of(t);
        ck_assert_int_eq((int)account.state, EDGE_ACCOUNT_DEACTIVATED);
        ck_assert_str_eq(account.url, URL);
        make_key(t); /* of the next account */
    }
}
END_TEST

START_TEST(test_damaged)
{
    test_store_t *t = test_store_make();
    edge_account_t account;

    make_key(t);
    test_store_put(t, RECORD, "rubbish");
    account = account_of(t);
    ck_assert_int_eq((int)account.state, EDGE_ACCOUNT_DAMAGED);
    ck_assert_ptr_nonnull(strstr(account.err.next, "by its key"));
    test_store_put(t, KEY, "rubbish");
    account = account_of(t);
    ck_assert_int_eq((int)account.state, EDGE_ACCOUNT_DAMAGED);
    ck_assert_ptr_nonnull(strstr(account.err.next, "backup"));
}
END_TEST

/* Nothing that is shown commands a terminal. */
START_TEST(test_odd_members)
{
    test_store_t *t = test_store_make();
    edge_account_t account;

    make_key(t);
    test_store_put(t, RECORD,
                   "{\"account\": \"https://a/\\u001b[2J\", \"terms\": 7,"
                   " \"contact\": [\"mailto:\\u001b@b\", 7],"
                   " \"pausedUntil\": \"soon\", \"directory\": null}");
    account = account_of(t);
    ck_assert_str_eq(account.url, "https://a/?[2J");
    ck_assert_int_eq(account.contacts->nelts, 1);
    ck_assert_str_eq(APR_ARRAY_IDX(account.contacts, 0, const char *),
                     "mailto:?@b");
    ck_assert_ptr_null(account.terms);
    ck_assert_ptr_null(account.directory);
    ck_assert_int_eq(account.paused_until, 0);
}
END_TEST

START_TEST(test_providers)
{
    test_store_t *t = test_store_make();
    apr_array_header_t *certs =
        apr_array_make(t_pool, 1, sizeof(const edge_cert_t *));
    apr_array_header_t *providers;
    ae_error_t err;

    APR_ARRAY_PUSH(certs, const edge_cert_t *) = t->cert;
    test_store_put(t, "accounts/zerossl/account.json", "{}");
    make_key(t);
    ck_status(
        edge_account_providers(&providers, t->store, certs, &err, t_pool),
        APR_SUCCESS, &err);
    ck_assert_str_eq(apr_array_pstrcat(t_pool, providers, ' '),
                     PROVIDER " zerossl");
    ck_assert(edge_account_is_used(PROVIDER, t->cert));
    ck_assert(!edge_account_is_used("zerossl", t->cert));
}
END_TEST

Suite *suite_edge_account(void)
{
    Suite *suite = suite_create("edge_account");
    TCase *tc = tcase_create("account");

    tcase_add_checked_fixture(tc, t_setup, t_teardown);
    tcase_add_test(tc, test_none);
    tcase_add_test(tc, test_nothing_is_made);
    tcase_add_test(tc, test_valid);
    tcase_add_test(tc, test_of_another_key);
    tcase_add_test(tc, test_of_the_next_key);
    tcase_add_test(tc, test_deactivated);
    tcase_add_test(tc, test_damaged);
    tcase_add_test(tc, test_odd_members);
    tcase_add_test(tc, test_providers);
    suite_add_tcase(suite, tc);
    return suite;
}
