#include "edge_store.h"
#include "support.h"
#include "test_store.h"

#include <apr_strings.h>
#include <check.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

Suite *suite_edge_store_set(void);

#define STAGING "staging/www.example.org"
#define SET STAGING "/set"

static apr_status_t load(const test_store_t *t, ae_error_t *err)
{
    ae_key_t *key;
    ae_cert_t *chain;

    return edge_store_set_load(&key, &chain, t->store, t->cert, err, t_pool);
}

START_TEST(test_none)
{
    test_store_t *t = test_store_make();
    ae_error_t err;

    ck_status(load(t, &err), APR_ENOENT, &err);
    test_store_put(t, STAGING "/order/order.json", "{}");
    ck_status(load(t, &err), APR_ENOENT, &err);
}
END_TEST

START_TEST(test_whole)
{
    test_store_t *t = test_store_make();
    const char *serial = test_store_stage(t);
    ae_key_t *key;
    ae_cert_t *chain;
    ae_error_t err;

    ck_status(
        edge_store_set_load(&key, &chain, t->store, t->cert, &err, t_pool),
        APR_SUCCESS, &err);
    ck_assert_str_eq(ae_cert_facts(chain)->serial, serial);
    ck_status(ae_cert_check_key(chain, key, &err), APR_SUCCESS, &err);
}
END_TEST

/* For who only shows it: the key may be whatever it is. */
START_TEST(test_chain_alone)
{
    test_store_t *t = test_store_make();
    ae_cert_t *chain;
    ae_error_t err;

    ck_status(edge_store_set_chain(&chain, t->store, t->cert, &err, t_pool),
              APR_ENOENT, &err);
    test_store_stage(t);
    test_store_put(t, SET "/ecdsa-p256.key", "damaged");
    ck_status(edge_store_set_chain(&chain, t->store, t->cert, &err, t_pool),
              APR_SUCCESS, &err);
    test_store_remove(t, SET "/ecdsa-p256.cert");
    ck_status(edge_store_set_chain(&chain, t->store, t->cert, &err, t_pool),
              AE_EFORMAT, &err);
}
END_TEST

START_TEST(test_not_whole)
{
    static const char *const names[] = {"/ecdsa-p256.key", "/ecdsa-p256.cert"};
    test_store_t *t = test_store_make();
    const char *name = apr_pstrcat(t_pool, SET, names[_i], NULL);
    ae_error_t err;

    test_store_stage(t);
    test_store_remove(t, name);
    ck_status(load(t, &err), AE_EFORMAT, &err);
    ck_assert_ptr_nonnull(strstr(err.why, names[_i]));
    test_store_put(t, name, "rubbish");
    ck_status(load(t, &err), _i ? AE_EFORMAT : AE_ESEAL, &err);
}
END_TEST

START_TEST(test_another_key_type)
{
    test_store_t *t = test_store_make();
    ae_error_t err;

    test_store_stage(t);
    t->cert->key_type = AE_KEY_RSA_2048;
    ck_status(load(t, &err), AE_EFORMAT, &err);
    ck_assert_ptr_nonnull(strstr(ae_error_line(&err, t_pool), "rsa-2048"));
}
END_TEST

/* Of any part of the path below staging/, by the less trusted user. */
START_TEST(test_links)
{
    static const char *const paths[] = {STAGING, SET, SET "/ecdsa-p256.key",
                                        SET "/ecdsa-p256.cert"};
    test_store_t *t = test_store_make();
    ae_error_t err;

    test_store_stage(t);
    test_store_move(t, paths[_i], "elsewhere");
    ck_assert_int_eq(
        symlink(test_store_at(t, "elsewhere"), test_store_at(t, paths[_i])),
        0);
    ck_status(load(t, &err), AE_EUNSAFE, &err);
}
END_TEST

START_TEST(test_too_large)
{
    test_store_t *t = test_store_make();
    char *large = apr_pcalloc(t_pool, AE_CERT_CHAIN_BYTES_MAX + 2);
    ae_error_t err;

    memset(large, 'a', AE_CERT_CHAIN_BYTES_MAX + 1);
    test_store_stage(t);
    test_store_put(t, SET "/ecdsa-p256.cert", large);
    ck_status(load(t, &err), AE_ETOOBIG, &err);
}
END_TEST

/* The parent deploys it while the worker reads: it is there, or not there. */
#define MOVES 600

typedef struct mover_t {
    const char *from, *to;
    useconds_t after;
} mover_t;

static void *move(void *data)
{
    const mover_t *mover = data;

    usleep(mover->after);
    ck_assert_int_eq(rename(mover->from, mover->to), 0);
    return NULL;
}

START_TEST(test_moved_meanwhile)
{
    test_store_t *t = test_store_make();
    mover_t mover = {edge_store_path(t->store, t_pool, SET, NULL),
                     edge_store_path(t->store, t_pool, STAGING, "aside", NULL),
                     0};
    int i;

    test_store_stage(t);
    for (i = 0; i < MOVES; i++) {
        pthread_t thread;
        ae_error_t err;
        apr_status_t status;

        mover.after = (useconds_t)(i % 200);
        ck_assert_int_eq(pthread_create(&thread, NULL, move, &mover), 0);
        status = load(t, &err);
        pthread_join(thread, NULL);
        ck_status(APR_STATUS_IS_ENOENT(status) ? APR_SUCCESS : status,
                  APR_SUCCESS, &err);
        ck_assert_int_eq(rename(mover.to, mover.from), 0);
    }
}
END_TEST

Suite *suite_edge_store_set(void)
{
    Suite *suite = suite_create("edge_store_set");
    TCase *tc = tcase_create("set");

    tcase_add_checked_fixture(tc, t_setup, t_teardown);
    tcase_add_test(tc, test_none);
    tcase_add_test(tc, test_whole);
    tcase_add_test(tc, test_chain_alone);
    tcase_add_loop_test(tc, test_not_whole, 0, 2);
    tcase_add_test(tc, test_another_key_type);
    tcase_add_loop_test(tc, test_links, 0, 4);
    tcase_add_test(tc, test_too_large);
    tcase_add_test(tc, test_moved_meanwhile);
    suite_add_tcase(suite, tc);
    return suite;
}
