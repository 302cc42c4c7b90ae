#include "edge_staged.h"
#include "support.h"
#include "test_store.h"

#include <check.h>
#include <string.h>
#include <unistd.h>

Suite *suite_edge_staged(void);

#define STAGING "staging/www.example.org"
#define SET STAGING "/set"
#define REFUSED STAGING "/refused"
#define BIN "archive/.staged-www.example.org"

static apr_status_t open_set(edge_staged_t **staged, const test_store_t *t)
{
    ae_error_t err;

    return edge_staged_open(staged, t->store, t->cert, &err, t_pool);
}

START_TEST(test_none)
{
    test_store_t *t = test_store_make();
    edge_staged_t *staged;

    ck_assert_int_eq(open_set(&staged, t), APR_ENOENT);
    test_store_put(t, STAGING "/order/order.json", "{}");
    ck_assert_int_eq(open_set(&staged, t), APR_ENOENT);
}
END_TEST

START_TEST(test_remove)
{
    test_store_t *t = test_store_make();
    edge_staged_t *staged;

    test_store_put(t, SET "/file", "x");
    test_store_put(t, BIN "/file", "left by a crash");
    ck_assert_int_eq(open_set(&staged, t), APR_SUCCESS);
    edge_staged_remove(staged, t_pool);
    ck_assert(!test_store_has(t, SET));
    ck_assert(!test_store_has(t, BIN));
}
END_TEST

START_TEST(test_refuse)
{
    test_store_t *t = test_store_make();
    edge_staged_t *staged;

    test_store_put(t, SET "/file", "new");
    test_store_put(t, REFUSED "/file", "old");
    test_store_put(t, REFUSED "/other", "old");
    ck_assert_int_eq(open_set(&staged, t), APR_SUCCESS);
    ck_assert(edge_staged_refuse(staged, t_pool));
    ck_assert(!test_store_has(t, SET));
    ck_assert(!test_store_has(t, REFUSED "/other"));
    ck_assert_str_eq(test_store_get(t, REFUSED "/file"), "new");
}
END_TEST

/* The worker staged another set while root looked at the first. */
START_TEST(test_replaced_meanwhile)
{
    test_store_t *t = test_store_make();
    edge_staged_t *staged;

    test_store_put(t, SET "/file", "looked at");
    ck_assert_int_eq(open_set(&staged, t), APR_SUCCESS);
    test_store_move(t, SET, STAGING "/set.old");
    test_store_put(t, SET "/file", "newer");
    edge_staged_remove(staged, t_pool);
    ck_assert_str_eq(test_store_get(t, SET "/file"), "newer");
    ck_assert(!edge_staged_refuse(staged, t_pool));
    ck_assert_str_eq(test_store_get(t, SET "/file"), "newer");
    ck_assert(!test_store_has(t, REFUSED));
}
END_TEST

/* Root is led nowhere else. */
START_TEST(test_links)
{
    test_store_t *t = test_store_make();
    edge_staged_t *staged;

    test_store_put(t, "elsewhere/set/file", "x");
    ck_assert_int_eq(symlink("../elsewhere", test_store_at(t, STAGING)), 0);
    ck_assert_int_eq(open_set(&staged, t), AE_EUNSAFE);
    test_store_remove(t, STAGING);
    test_store_put(t, STAGING "/file", "x");
    ck_assert_int_eq(symlink("../../elsewhere/set", test_store_at(t, SET)), 0);
    ck_assert_int_eq(open_set(&staged, t), APR_SUCCESS);
    edge_staged_remove(staged, t_pool);
    ck_assert(!test_store_has(t, SET));
    ck_assert(test_store_has(t, "elsewhere/set/file"));
}
END_TEST

/* The directory is exchanged for a link after it was opened. */
START_TEST(test_link_slipped_in)
{
    test_store_t *t = test_store_make();
    edge_staged_t *staged;

    test_store_put(t, SET "/file", "x");
    test_store_put(t, "elsewhere/set/file", "x");
    ck_assert_int_eq(open_set(&staged, t), APR_SUCCESS);
    test_store_move(t, STAGING, "staging/moved");
    ck_assert_int_eq(symlink("../elsewhere", test_store_at(t, STAGING)), 0);
    edge_staged_remove(staged, t_pool);
    ck_assert(test_store_has(t, "elsewhere/set/file"));
    ck_assert(!test_store_has(t, "staging/moved/set"));
}
END_TEST

/* --- put by the command -------------------------------------------------- */

#define INCOMING "archive/incoming/www.example.org"

static ae_key_t *key;
static ae_cert_t *chain;
static ae_error_t told;

/* A pair of the store's PKI. */
static void make_pair(const test_store_t *t)
{
    ae_bytes_t pem;

    ck_status(ae_key_generate(&key, t->cert->key_type, &told, t_pool),
              APR_SUCCESS, &told);
    pem = test_pki_issue(t->pki, key, "www.example.org example.org", t->now,
                         t->now + apr_time_from_sec(86400), t_pool);
    ck_status(ae_cert_parse(&chain, pem, &told, t_pool), APR_SUCCESS, &told);
}

static apr_status_t put(const test_store_t *t)
{
    return edge_staged_put(t->store, t->cert, key, chain, &told, t_pool);
}

static apr_status_t none(const test_store_t *t)
{
    return edge_staged_none(t->store, t->cert, &told, t_pool);
}

START_TEST(test_put)
{
    test_store_t *t = test_store_make();
    ae_key_t *found_key;
    ae_cert_t *found;

    make_pair(t);
    test_store_put(t, INCOMING "/rsa-2048.key", "left by a crash");
    ck_status(none(t), APR_SUCCESS, &told);
    ck_status(put(t), APR_SUCCESS, &told);
    ck_status(edge_store_set_load(&found_key, &found, t->store, t->cert, &told,
                                  t_pool),
              APR_SUCCESS, &told);
    ck_assert_str_eq(ae_cert_facts(found)->sha256,
                     ae_cert_facts(chain)->sha256);
    ck_status(ae_cert_check_key(found, found_key, &told), APR_SUCCESS, &told);
    ck_assert(!test_store_has(t, SET "/rsa-2048.key"));
    ck_assert(!test_store_has(t, INCOMING));
}
END_TEST

/* What the worker staged stays, whole or on its way. */
START_TEST(test_put_where_something_is)
{
    static const char *const places[] = {SET "/file", STAGING "/set.old/file"};
    test_store_t *t = test_store_make();

    make_pair(t);
    test_store_put(t, places[_i], "the worker's");
    ck_status(none(t), APR_EEXIST, &told);
    ck_assert_ptr_nonnull(strstr(told.next, "discard"));
    ck_status(put(t), APR_EEXIST, &told);
    ck_assert_ptr_nonnull(strstr(told.next, "discard"));
    ck_assert_str_eq(test_store_get(t, places[_i]), "the worker's");
    ck_assert(!test_store_has(t, INCOMING));
}
END_TEST

START_TEST(test_put_beside_an_order)
{
    test_store_t *t = test_store_make();

    make_pair(t);
    test_store_put(t, STAGING "/order/order.json", "{}");
    ck_status(put(t), APR_SUCCESS, &told);
    ck_assert(test_store_has(t, STAGING "/order/order.json"));
}
END_TEST

START_TEST(test_put_through_a_link)
{
    test_store_t *t = test_store_make();

    make_pair(t);
    test_store_put(t, "elsewhere/file", "x");
    ck_assert_int_eq(symlink("../elsewhere", test_store_at(t, STAGING)), 0);
    ck_status(none(t), AE_EUNSAFE, &told);
    ck_status(put(t), AE_EUNSAFE, &told);
    ck_assert(!test_store_has(t, "elsewhere/set"));
    ck_assert(!test_store_has(t, INCOMING));
}
END_TEST

START_TEST(test_put_on_a_full_disk)
{
    test_store_t *t = test_store_make();

    make_pair(t);
    test_store_fill_disk();
    ck_assert_int_ne(put(t), APR_SUCCESS);
    test_store_free_disk();
    ck_assert(!test_store_has(t, SET));
    ck_assert(!test_store_has(t, INCOMING));
    ck_status(put(t), APR_SUCCESS, &told);
}
END_TEST

Suite *suite_edge_staged(void)
{
    Suite *suite = suite_create("edge_staged");
    TCase *tc = tcase_create("staged");

    tcase_add_checked_fixture(tc, t_setup, t_teardown);
    tcase_add_test(tc, test_none);
    tcase_add_test(tc, test_remove);
    tcase_add_test(tc, test_refuse);
    tcase_add_test(tc, test_replaced_meanwhile);
    tcase_add_test(tc, test_links);
    tcase_add_test(tc, test_link_slipped_in);
    tcase_add_test(tc, test_put);
    tcase_add_loop_test(tc, test_put_where_something_is, 0, 2);
    tcase_add_test(tc, test_put_beside_an_order);
    tcase_add_test(tc, test_put_through_a_link);
    tcase_add_test(tc, test_put_on_a_full_disk);
    suite_add_tcase(suite, tc);
    return suite;
}
