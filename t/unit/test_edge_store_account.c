#include "edge_store_account.h"
#include "support.h"
#include "test_store.h"

#include <check.h>
#include <string.h>
#include <sys/stat.h>

Suite *suite_edge_store_account(void);

#define KEY "accounts/letsencrypt/account.key"
#define RECORD "accounts/letsencrypt/account.json"
#define NEXT "accounts/letsencrypt/account.key.next"

static ae_key_t *key_of(const test_store_t *t, const char *provider)
{
    ae_key_t *key;
    ae_error_t err;

    ck_status(edge_store_account_key(&key, t->store, provider, &err, t_pool),
              APR_SUCCESS, &err);
    return key;
}

static json_t *load(const test_store_t *t)
{
    json_t *json;
    ae_error_t err;

    ck_status(
        edge_store_account_load(&json, t->store, "letsencrypt", &err, t_pool),
        APR_SUCCESS, &err);
    return json;
}

START_TEST(test_key)
{
    test_store_t *t = test_store_make();
    ae_key_t *key = key_of(t, "letsencrypt");
    struct stat info;

    ck_assert_int_eq(ae_key_type(key), AE_KEY_ECDSA_P256);
    ck_assert_int_eq(
        EVP_PKEY_eq(ae_key_evp(key), ae_key_evp(key_of(t, "letsencrypt"))), 1);
    ck_assert_int_ne(
        EVP_PKEY_eq(ae_key_evp(key), ae_key_evp(key_of(t, "zerossl"))), 1);
    ck_assert_int_eq(stat(test_store_at(t, KEY), &info), 0);
    ck_assert_uint_eq(info.st_mode & 0777, 0600);
    ck_assert_int_eq(stat(test_store_at(t, "accounts/letsencrypt"), &info), 0);
    ck_assert_uint_eq(info.st_mode & 0777, 0700);
}
END_TEST

static void expect_kept(const test_store_t *t, apr_status_t expected,
                        const char *text)
{
    ae_key_t *key;
    ae_error_t err;

    ck_status(
        edge_store_account_key(&key, t->store, "letsencrypt", &err, t_pool),
        expected, &err);
    ck_assert_ptr_nonnull(strstr(err.next, "backup"));
    ck_assert_str_eq(test_store_get(t, KEY), text);
}

/* A lost account is worse than a message. */
START_TEST(test_bad_key_is_kept)
{
    test_store_t *t = test_store_make();

    test_store_put(t, KEY, "");
    expect_kept(t, AE_ESEAL, "");
    test_store_put(t, KEY, "rubbish");
    expect_kept(t, AE_ESEAL, "rubbish");
}
END_TEST

/* Another provider's key in this place is not taken for this one's. */
START_TEST(test_foreign_key)
{
    test_store_t *t = test_store_make();
    ae_key_t *key;
    ae_error_t err;

    key_of(t, "zerossl");
    test_store_copy(t, "accounts/zerossl", "accounts/letsencrypt");
    ck_status(
        edge_store_account_key(&key, t->store, "letsencrypt", &err, t_pool),
        AE_ESEAL, &err);
}
END_TEST

START_TEST(test_full_disk)
{
    test_store_t *t = test_store_make();
    ae_key_t *key;
    ae_error_t err;
    apr_status_t status;

    test_store_fill_disk();
    status =
        edge_store_account_key(&key, t->store, "letsencrypt", &err, t_pool);
    test_store_free_disk();
    ck_assert_int_ne(status, APR_SUCCESS);
    ck_assert(!test_store_has(t, KEY));
    key_of(t, "letsencrypt");
}
END_TEST

START_TEST(test_record)
{
    test_store_t *t = test_store_make();
    json_t *json =
        ae_json_keep(json_pack("{s:s}", "url", "https://ca/1"), t_pool);
    ae_error_t err;

    ck_assert_ptr_null(load(t));
    ck_status(
        edge_store_account_save(t->store, "letsencrypt", json, &err, t_pool),
        APR_SUCCESS, &err);
    ck_assert(json_equal(load(t), json));
}
END_TEST

/* RFC 8555 section 7.3.1: the CA tells the account again. What is damaged is
 * told, kept, and in nobody's way. */
START_TEST(test_damaged_record)
{
    static const char *const texts[] = {"", "{\"url\":", "rubbish", NULL};
    test_store_t *t = test_store_make();
    json_t *json = NULL;
    ae_error_t err;

    if (texts[_i] != NULL) {
        test_store_put(t, RECORD, texts[_i]);
    } else {
        test_store_put(t, RECORD "/file", "in a directory");
    }
    ck_status(
        edge_store_account_load(&json, t->store, "letsencrypt", &err, t_pool),
        texts[_i] != NULL ? AE_EFORMAT : AE_EUNSAFE, &err);
    ck_assert_ptr_null(json);
    ck_assert_ptr_nonnull(strstr(ae_error_line(&err, t_pool), RECORD));
    ck_assert(test_store_has(t, RECORD ".damaged"));
    ck_assert_ptr_null(load(t));
    json = ae_json_keep(json_pack("{s:s}", "url", "https://ca/1"), t_pool);
    ck_status(
        edge_store_account_save(t->store, "letsencrypt", json, &err, t_pool),
        APR_SUCCESS, &err);
}
END_TEST

/* --- another key --------------------------------------------------------- */

static apr_status_t next_of(ae_key_t **key, const test_store_t *t)
{
    ae_error_t err;

    return edge_store_account_next(key, t->store, "letsencrypt", &err, t_pool);
}

static ae_key_t *make_next(const test_store_t *t)
{
    ae_key_t *key;
    ae_error_t err;

    ck_status(edge_store_account_next_make(&key, t->store, "letsencrypt", &err,
                                           t_pool),
              APR_SUCCESS, &err);
    return key;
}

static int same(const ae_key_t *a, const ae_key_t *b)
{
    return EVP_PKEY_eq(ae_key_evp(a), ae_key_evp(b)) == 1;
}

START_TEST(test_a_next_key_takes_the_place)
{
    test_store_t *t = test_store_make();
    ae_key_t *old = key_of(t, "letsencrypt");
    ae_key_t *made, *found;
    ae_error_t err;

    ck_assert_int_eq(next_of(&found, t), APR_ENOENT);
    made = make_next(t);
    ck_assert(!same(old, made));
    ck_assert(same(old, key_of(t, "letsencrypt")));
    ck_assert_int_eq(next_of(&found, t), APR_SUCCESS);
    ck_assert(same(made, found));
    ck_status(
        edge_store_account_next_take(t->store, "letsencrypt", &err, t_pool),
        APR_SUCCESS, &err);
    ck_assert(same(made, key_of(t, "letsencrypt")));
    ck_assert_int_eq(next_of(&found, t), APR_ENOENT);
}
END_TEST

START_TEST(test_a_next_key_is_dropped)
{
    test_store_t *t = test_store_make();
    ae_key_t *old = key_of(t, "letsencrypt");
    ae_key_t *found;
    ae_error_t err;
    int i;

    make_next(t);
    for (i = 0; i < 2; i++) {
        ck_status(edge_store_account_next_drop(t->store, "letsencrypt", &err,
                                               t_pool),
                  APR_SUCCESS, &err);
        ck_assert_int_eq(next_of(&found, t), APR_ENOENT);
    }
    ck_assert(same(old, key_of(t, "letsencrypt")));
}
END_TEST

START_TEST(test_a_next_key_that_is_none)
{
    test_store_t *t = test_store_make();
    ae_key_t *found;

    key_of(t, "letsencrypt");
    test_store_put(t, NEXT, "rubbish");
    ck_assert_int_eq(next_of(&found, t), AE_ESEAL);
    ck_assert_str_eq(test_store_get(t, NEXT ".damaged"), "rubbish");
    ck_assert_int_eq(next_of(&found, t), APR_ENOENT);
}
END_TEST

/* Nothing is replaced where the disk is full. */
START_TEST(test_no_next_key_on_a_full_disk)
{
    test_store_t *t = test_store_make();
    ae_key_t *old = key_of(t, "letsencrypt");
    ae_key_t *found;
    ae_error_t err;
    apr_status_t status;

    test_store_fill_disk();
    status = edge_store_account_next_make(&found, t->store, "letsencrypt",
                                          &err, t_pool);
    test_store_free_disk();
    ck_assert_int_ne(status, APR_SUCCESS);
    ck_assert_int_eq(next_of(&found, t), APR_ENOENT);
    ck_assert(same(old, key_of(t, "letsencrypt")));
}
END_TEST

START_TEST(test_retired)
{
    test_store_t *t = test_store_make();
    ae_key_t *old = key_of(t, "letsencrypt");
    ae_key_t *kept;
    ae_error_t err;
    int i;

    for (i = 0; i < 2; i++) {
        ck_status(
            edge_store_account_retire(t->store, "letsencrypt", &err, t_pool),
            APR_SUCCESS, &err);
        ck_assert(!test_store_has(t, KEY));
        ck_status(edge_store_account_retired(&kept, t->store, "letsencrypt",
                                             &err, t_pool),
                  APR_SUCCESS, &err);
        ck_assert(same(old, kept));
    }
    ck_assert(!same(old, key_of(t, "letsencrypt")));
}
END_TEST

Suite *suite_edge_store_account(void)
{
    Suite *suite = suite_create("edge_store_account");
    TCase *tc = tcase_create("account");

    tcase_add_checked_fixture(tc, t_setup, t_teardown);
    tcase_add_test(tc, test_key);
    tcase_add_test(tc, test_bad_key_is_kept);
    tcase_add_test(tc, test_foreign_key);
    tcase_add_test(tc, test_full_disk);
    tcase_add_test(tc, test_record);
    tcase_add_loop_test(tc, test_damaged_record, 0, 4);
    suite_add_tcase(suite, tc);
    tc = tcase_create("another key");
    tcase_add_checked_fixture(tc, t_setup, t_teardown);
    tcase_add_test(tc, test_a_next_key_takes_the_place);
    tcase_add_test(tc, test_a_next_key_is_dropped);
    tcase_add_test(tc, test_a_next_key_that_is_none);
    tcase_add_test(tc, test_no_next_key_on_a_full_disk);
    tcase_add_test(tc, test_retired);
    suite_add_tcase(suite, tc);
    return suite;
}
