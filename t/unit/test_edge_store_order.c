#include "edge_store.h"
#include "support.h"
#include "test_store.h"

#include <apr_strings.h>
#include <check.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

Suite *suite_edge_store_order(void);

#define STAGING "staging/www.example.org"
#define ORDER STAGING "/order"
#define RECORD ORDER "/order.json"
#define KEY ORDER "/ecdsa-p256.key"
#define SET STAGING "/set"

static ae_key_t *key_of(const test_store_t *t)
{
    ae_key_t *key;
    ae_error_t err;

    ck_status(edge_store_order_key(&key, t->store, t->cert, &err, t_pool),
              APR_SUCCESS, &err);
    return key;
}

static json_t *load(const test_store_t *t)
{
    json_t *json;
    ae_error_t err;

    ck_status(edge_store_order_load(&json, t->store, t->cert, &err, t_pool),
              APR_SUCCESS, &err);
    return json;
}

static json_t *save(const test_store_t *t, const char *url)
{
    json_t *json = ae_json_keep(json_pack("{s:s}", "url", url), t_pool);
    ae_error_t err;

    ck_status(edge_store_order_save(t->store, t->cert, json, AE_FILE_DURABLE,
                                    &err, t_pool),
              APR_SUCCESS, &err);
    return json;
}

static void drop(const test_store_t *t)
{
    ae_error_t err;

    ck_status(edge_store_order_drop(t->store, t->cert, &err, t_pool),
              APR_SUCCESS, &err);
}

/* The serial of the staged set, or NULL. */
static const char *staged(const test_store_t *t)
{
    ae_key_t *key;
    ae_cert_t *chain;
    ae_error_t err;
    apr_status_t status =
        edge_store_set_load(&key, &chain, t->store, t->cert, &err, t_pool);

    if (status == APR_ENOENT) {
        return NULL;
    }
    ck_status(status, APR_SUCCESS, &err);
    ck_status(ae_cert_check_key(chain, key, &err), APR_SUCCESS, &err);
    return ae_cert_facts(chain)->serial;
}

START_TEST(test_key)
{
    test_store_t *t = test_store_make();
    ae_key_t *key = key_of(t);

    ck_assert_int_eq(ae_key_type(key), t->cert->key_type);
    ck_assert_int_eq(EVP_PKEY_eq(ae_key_evp(key), ae_key_evp(key_of(t))), 1);
}
END_TEST

/* No certificate can depend on a key that nobody can read. */
START_TEST(test_bad_key_is_replaced)
{
    test_store_t *t = test_store_make();
    ae_key_t *key;

    test_store_put(t, KEY, "rubbish");
    key = key_of(t);
    ck_assert_int_eq(EVP_PKEY_eq(ae_key_evp(key), ae_key_evp(key_of(t))), 1);
    test_store_remove(t, KEY);
    ck_assert_int_eq(symlink("/etc/passwd", test_store_at(t, KEY)), 0);
    key = key_of(t);
    ck_assert_int_eq(EVP_PKEY_eq(ae_key_evp(key), ae_key_evp(key_of(t))), 1);
    test_store_remove(t, KEY);
    ck_assert_int_eq(mkdir(test_store_at(t, KEY), 0700), 0);
    key = key_of(t);
    ck_assert_int_eq(EVP_PKEY_eq(ae_key_evp(key), ae_key_evp(key_of(t))), 1);
}
END_TEST

START_TEST(test_record)
{
    test_store_t *t = test_store_make();
    json_t *json;

    ck_assert_ptr_null(load(t));
    save(t, "https://ca/1");
    json = save(t, "https://ca/2");
    ck_assert(json_equal(load(t), json));
}
END_TEST

/* It is told once; then there is none, and nothing in the way of the next. */
static void expect_lost(const test_store_t *t, apr_status_t expected,
                        const char *path)
{
    json_t *json;
    ae_error_t err;

    ck_status(edge_store_order_load(&json, t->store, t->cert, &err, t_pool),
              expected, &err);
    ck_assert_ptr_null(json);
    ck_assert_ptr_nonnull(strstr(ae_error_line(&err, t_pool), path));
    ck_assert_ptr_nonnull(strstr(err.next, "dropped"));
    ck_assert_ptr_null(load(t));
    ck_assert(!test_store_has(t, ORDER));
}

static const struct {
    const char *path;
    const char *text;
    apr_status_t expected;
} damages[] = {
    {RECORD, "", AE_EFORMAT},
    {RECORD, "rubbish", AE_EFORMAT},
    {RECORD, "{\"url", AE_EFORMAT},
    {RECORD, NULL, AE_EUNSAFE},
    {KEY, "", AE_ESEAL},
    {KEY, "rubbish", AE_ESEAL},
    {KEY, NULL, AE_EUNSAFE},
};

/* Text, or a directory, in the place of each file. */
START_TEST(test_damaged)
{
    test_store_t *t = test_store_make();

    key_of(t);
    save(t, "https://ca/1");
    test_store_remove(t, damages[_i].path);
    if (damages[_i].text != NULL) {
        test_store_put(t, damages[_i].path, damages[_i].text);
    } else {
        ck_assert_int_eq(mkdir(test_store_at(t, damages[_i].path), 0700), 0);
    }
    expect_lost(t, damages[_i].expected, damages[_i].path);
    key_of(t);
    save(t, "https://ca/2");
    ck_assert_ptr_nonnull(load(t));
}
END_TEST

/* A link, or a file, in the place of the order; nothing behind it is read or
 * removed. */
START_TEST(test_order_is_none)
{
    test_store_t *t = test_store_make();

    key_of(t);
    save(t, "https://ca/1");
    test_store_move(t, ORDER, "elsewhere");
    if (_i == 0) {
        test_store_put(t, ORDER, "a file");
    } else {
        ck_assert_int_eq(
            symlink(test_store_at(t, "elsewhere"), test_store_at(t, ORDER)),
            0);
    }
    expect_lost(t, AE_EUNSAFE, ORDER);
    ck_assert(test_store_has(t, "elsewhere/order.json"));
}
END_TEST

/* The configured type has changed: that is no damage. */
START_TEST(test_no_key_of_this_type)
{
    test_store_t *t = test_store_make();

    key_of(t);
    save(t, "https://ca/1");
    t->cert->key_type = AE_KEY_RSA_2048;
    ck_assert_ptr_nonnull(load(t));
}
END_TEST

START_TEST(test_drop)
{
    test_store_t *t = test_store_make();
    ae_key_t *key = key_of(t);
    const char *serial;

    drop(t);
    serial = test_store_stage(t);
    save(t, "https://ca/1");
    drop(t);
    ck_assert_ptr_null(load(t));
    ck_assert(!test_store_has(t, ORDER));
    ck_assert_int_ne(EVP_PKEY_eq(ae_key_evp(key), ae_key_evp(key_of(t))), 1);
    ck_assert_str_eq(staged(t), serial);
}
END_TEST

START_TEST(test_drop_interrupted)
{
    test_store_t *t = test_store_make();

    key_of(t);
    save(t, "https://ca/1");
    test_store_move(t, ORDER, STAGING "/dropped");
    ck_assert_ptr_null(load(t));
    ck_assert(!test_store_has(t, STAGING "/dropped"));
    drop(t);
}
END_TEST

START_TEST(test_stage)
{
    test_store_t *t = test_store_make();
    const char *first, *second;

    ck_assert_ptr_null(staged(t));
    save(t, "https://ca/1");
    first = test_store_stage(t);
    ck_assert_str_eq(staged(t), first);
    ck_assert(!test_store_has(t, ORDER));
    /* What is staged is no order: its tokens are not published again. */
    ck_assert(!test_store_has(t, SET "/order.json"));
    ck_assert_ptr_null(load(t));
    second = test_store_stage(t);
    ck_assert_str_ne(second, first);
    ck_assert_str_eq(staged(t), second);
    ck_assert(!test_store_has(t, STAGING "/set.old"));
}
END_TEST

/* Each moment at which kill -9 may come, made by hand: the staged set of
 * `second` is put back to what it was then. In all of them the second
 * certificate, which the CA has issued, is not lost. */
START_TEST(test_stage_interrupted)
{
    test_store_t *t = test_store_make();
    const char *second;

    test_store_stage(t);
    test_store_move(t, SET, "first");
    second = test_store_stage(t);
    test_store_move(t, SET, ORDER);
    if (_i == 0) { /* the chain was written */
        save(t, "https://ca/2");
    }
    if (_i <= 1) { /* order.json was removed */
        test_store_move(t, "first", SET);
    }
    if (_i == 2) { /* the old set had given way */
        test_store_move(t, "first", STAGING "/set.old");
    }
    if (_i == 4) { /* the new set was in place, the old one not yet gone */
        test_store_move(t, ORDER, SET);
        test_store_move(t, "first", STAGING "/set.old");
    }
    ck_assert_ptr_null(load(t));
    ck_assert_str_eq(staged(t), second);
    ck_assert(!test_store_has(t, ORDER));
    ck_assert(!test_store_has(t, STAGING "/set.old"));
    ck_assert(!test_store_has(t, SET "/order.json"));
}
END_TEST

/* A set that waited comes back where what was to replace it is gone. */
START_TEST(test_old_set_comes_back)
{
    test_store_t *t = test_store_make();
    const char *serial = test_store_stage(t);

    test_store_move(t, SET, STAGING "/set.old");
    ck_assert_ptr_null(load(t));
    ck_assert_str_eq(staged(t), serial);
}
END_TEST

START_TEST(test_full_disk)
{
    test_store_t *t = test_store_make();
    const char *serial = test_store_stage(t);
    ae_bytes_t chain;
    ae_error_t err;
    apr_status_t status;

    chain = test_pki_issue(t->pki, key_of(t), "example.org", 0,
                           apr_time_from_sec(1), t_pool);
    test_store_fill_disk();
    status = edge_store_stage(t->store, t->cert, chain, &err, t_pool);
    test_store_free_disk();
    ck_assert_int_ne(status, APR_SUCCESS);
    ck_assert_str_eq(staged(t), serial);
    ck_assert(test_store_has(t, KEY));
}
END_TEST

Suite *suite_edge_store_order(void)
{
    Suite *suite = suite_create("edge_store_order");
    TCase *tc = tcase_create("order");

    tcase_add_checked_fixture(tc, t_setup, t_teardown);
    tcase_add_test(tc, test_key);
    tcase_add_test(tc, test_bad_key_is_replaced);
    tcase_add_test(tc, test_record);
    tcase_add_loop_test(tc, test_damaged, 0,
                        (int)(sizeof(damages) / sizeof(damages[0])));
    tcase_add_loop_test(tc, test_order_is_none, 0, 2);
    tcase_add_test(tc, test_no_key_of_this_type);
    tcase_add_test(tc, test_drop);
    tcase_add_test(tc, test_drop_interrupted);
    tcase_add_test(tc, test_stage);
    tcase_add_loop_test(tc, test_stage_interrupted, 0, 5);
    tcase_add_test(tc, test_old_set_comes_back);
    tcase_add_test(tc, test_full_disk);
    suite_add_tcase(suite, tc);
    return suite;
}
