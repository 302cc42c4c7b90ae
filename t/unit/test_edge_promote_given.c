/* ACMECSR: the worker has no key, and stages none. */

#include "edge_live.h"
#include "fixture.h"
#include "support.h"
#include "test_live.h"
#include "test_store.h"

#include <check.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

Suite *suite_edge_promote_given(void);

#define DAY apr_time_from_sec(86400)
#define SET "staging/www.example.org/set"
#define LIVE "live/www.example.org"
#define NAMES "www.example.org example.org"

static const char *stage_given(const test_store_t *t)
{
    ae_error_t err;
    ae_bytes_t pem =
        test_pki_issue_parts(t->pki, "li", t_key("key_p256.pem"), NAMES,
                             t->now - DAY, t->now + 89 * DAY, t_pool);
    ae_cert_t *chain;

    ck_status(edge_store_order_save(t->store, t->cert,
                                    ae_json_keep(json_object(), t_pool),
                                    AE_FILE_VOLATILE, &err, t_pool),
              APR_SUCCESS, &err);
    ck_status(edge_store_stage(t->store, t->cert, pem, &err, t_pool),
              APR_SUCCESS, &err);
    ck_status(ae_cert_parse(&chain, pem, &err, t_pool), APR_SUCCESS, &err);
    return ae_cert_facts(chain)->serial;
}

START_TEST(test_key_of_the_administrator)
{
    test_store_t *t = test_store_make();
    const char *serial;
    ae_key_t *key;
    ae_error_t err;

    test_store_give(t, "key_p256.pem");
    serial = stage_given(t);
    ck_assert(!test_store_has(t, SET "/ecdsa-p256.key"));
    ck_assert_int_eq(test_live_promote(t), EDGE_PROMOTION_DONE);
    ck_assert_str_eq(test_live_serial(t), serial);
    ck_assert(!test_store_has(t, SET));
    ck_status(ae_key_parse(&key,
                           t_bytes(test_store_get(t, LIVE "/ecdsa-p256.key")),
                           &err, t_pool),
              APR_SUCCESS, &err);
    ck_assert_int_eq(
        EVP_PKEY_eq(ae_key_evp(key), ae_key_evp(t_key("key_p256.pem"))), 1);
}
END_TEST

START_TEST(test_another_key_of_the_administrator)
{
    test_store_t *t = test_store_make();

    test_store_give(t, "key_p256_false_private.pem");
    stage_given(t);
    ck_assert_int_eq(test_live_promote(t), EDGE_PROMOTION_REFUSED);
    ck_assert_ptr_nonnull(strstr(test_live_told.why, "private key"));
    ck_assert(!test_store_has(t, SET));
    ck_assert_ptr_null(test_live_serial(t));
}
END_TEST

/* The set waits until it can be read: another order would not help. */
START_TEST(test_unreadable_key_of_the_administrator)
{
    test_store_t *t = test_store_make();
    edge_promotion_t promotion;
    ae_error_t err;

    test_store_give(t, "key_p256.pem");
    stage_given(t);
    ck_assert_int_eq(chmod(t->cert->key_file, 0644), 0);
    ck_status(edge_live_promote(&promotion, t->store, t->cert, EDGE_BY_RESTART,
                                t->now, &err, t_pool),
              APR_EGENERAL, &err);
    ck_assert_int_eq(promotion, EDGE_PROMOTION_NONE);
    ck_assert_ptr_nonnull(strstr(err.next, "chmod 600"));
    ck_assert_int_eq(unlink(t->cert->key_file), 0);
    ck_status(edge_live_promote(&promotion, t->store, t->cert, EDGE_BY_RESTART,
                                t->now, &err, t_pool),
              APR_EGENERAL, &err);
    ck_assert(test_store_has(t, SET));
    test_store_give(t, "key_p256.pem");
    ck_assert_int_eq(test_live_promote(t), EDGE_PROMOTION_DONE);
}
END_TEST

/* What went live before and reached no child is served by a restart, also
 * where the next set has to wait. */
START_TEST(test_restart_serves_what_is_live)
{
    test_store_t *t = test_store_make();
    edge_promotion_t promotion;
    edge_deployment_t d;
    ae_error_t err;

    test_store_give(t, "key_p256.pem");
    stage_given(t);
    ck_assert_int_eq(test_live_promote_hot(t), EDGE_PROMOTION_DONE);
    ck_assert(test_live_deployment(t).waits);
    stage_given(t);
    ck_assert_int_eq(chmod(t->cert->key_file, 0644), 0);
    t->now += 5;
    ck_status(edge_live_promote(&promotion, t->store, t->cert, EDGE_BY_RESTART,
                                t->now, &err, t_pool),
              APR_EGENERAL, &err);
    ck_assert_ptr_nonnull(strstr(err.next, "chmod 600"));
    d = test_live_deployment(t);
    ck_assert(!d.waits);
    ck_assert_int_eq(d.by, EDGE_BY_RESTART);
    ck_assert_int_eq(d.served_at, t->now);
}
END_TEST

Suite *suite_edge_promote_given(void)
{
    Suite *suite = suite_create("edge_promote_given");
    TCase *tc = tcase_create("promote_given");

    tcase_add_checked_fixture(tc, t_setup, t_teardown);
    tcase_add_test(tc, test_key_of_the_administrator);
    tcase_add_test(tc, test_another_key_of_the_administrator);
    tcase_add_test(tc, test_unreadable_key_of_the_administrator);
    tcase_add_test(tc, test_restart_serves_what_is_live);
    suite_add_tcase(suite, tc);
    return suite;
}
