#include "edge_revoked.h"
#include "edge_rollback.h"
#include "edge_staged.h"
#include "support.h"
#include "test_live.h"

#include <apr_strings.h>
#include <check.h>
#include <string.h>

Suite *suite_edge_rollback(void);

#define DAY apr_time_from_sec(86400)
#define ARCHIVE "archive/www.example.org"

static ae_key_t *key;
static ae_cert_t *chain;
static ae_error_t told;

static apr_status_t find(const test_store_t *t)
{
    return edge_rollback_find(&key, &chain, t->store, t->cert, t->now, &told,
                              t_pool);
}

static void none(const test_store_t *t, apr_status_t status, const char *why)
{
    ck_assert_int_eq(find(t), status);
    ck_assert_msg(strstr(ae_error_line(&told, t_pool), why) != NULL, "%s",
                  ae_error_line(&told, t_pool));
    ck_assert_ptr_nonnull(strstr(told.next, "acme-edge sign"));
}

/* Go back as the command does, and as httpd does when it starts. */
static void go_back_to(const test_store_t *t, const char *serial)
{
    ae_error_t err;

    ck_status(find(t), APR_SUCCESS, &told);
    ck_assert_str_eq(ae_cert_facts(chain)->serial, serial);
    ck_status(edge_staged_put(t->store, t->cert, key, chain, &err, t_pool),
              APR_SUCCESS, &err);
    ck_assert_int_eq(test_live_promote(t), EDGE_PROMOTION_DONE);
    ck_assert_str_eq(test_live_serial(t), serial);
}

START_TEST(test_nothing_before)
{
    test_store_t *t = test_store_make();

    none(t, APR_ENOENT, "none is kept");
    test_live_deploy(t);
    none(t, APR_ENOENT, "none is kept");
}
END_TEST

START_TEST(test_further_and_further)
{
    test_store_t *t = test_store_make();
    const char *first = test_live_deploy(t);
    const char *second = test_live_deploy(t);
    const char *fourth;

    test_live_deploy(t);
    go_back_to(t, second);
    go_back_to(t, first);
    none(t, APR_ENOENT, "the oldest that is kept");
    fourth = test_live_deploy(t);
    test_live_deploy(t);
    go_back_to(t, fourth);
    go_back_to(t, first);
    none(t, APR_ENOENT, "the oldest that is kept");
}
END_TEST

/* What is live was lost: the last one is before whatever it was. */
START_TEST(test_nothing_live)
{
    test_store_t *t = test_store_make();
    const char *first = test_live_deploy(t);

    test_live_deploy(t);
    test_store_put(t, "live/www.example.org/ecdsa-p256.cert", "rubbish");
    ck_status(find(t), APR_SUCCESS, &told);
    ck_assert_str_eq(ae_cert_facts(chain)->serial, first);
}
END_TEST

static void deploy_as(const test_store_t *t, const char *names, int end)
{
    test_store_stage_as(t, "li", names, t->now - 10 * DAY, t->now + end * DAY);
    ck_assert_int_eq(test_live_promote(t), EDGE_PROMOTION_DONE);
}

START_TEST(test_passed_over)
{
    test_store_t *t = test_store_make();
    const char *first = test_live_deploy(t);

    test_live_deploy(t);
    test_live_deploy(t);
    test_store_remove(t, ARCHIVE "/0002/ecdsa-p256.key");
    ck_status(find(t), APR_SUCCESS, &told);
    ck_assert_str_eq(ae_cert_facts(chain)->serial, first);
}
END_TEST

START_TEST(test_revoked)
{
    test_store_t *t = test_store_make();
    ae_error_t err;

    test_live_deploy(t);
    ck_status(find(t), APR_ENOENT, &told);
    test_live_deploy(t);
    ck_status(find(t), APR_SUCCESS, &told);
    ck_status(edge_revoked_note(t->store, ae_cert_facts(chain), "superseded",
                                t->now, &err, t_pool),
              APR_SUCCESS, &err);
    none(t, AE_EMISMATCH, "it was revoked (superseded)");
}
END_TEST

START_TEST(test_none_can)
{
    test_store_t *t = test_store_make();
    const apr_array_header_t *both = t->cert->names;

    t->cert->names = test_pki_names("www.example.org", t_pool);
    deploy_as(t, "www.example.org", 80);
    t->cert->names = both;
    deploy_as(t, "www.example.org example.org", 1);
    test_live_deploy(t);
    t->now += 2 * DAY;
    none(t, AE_EMISMATCH, "each has something against it; the last one: ");
    none(t, AE_EMISMATCH, "is not valid now");
    test_store_remove(t, ARCHIVE "/0002");
    none(t, AE_EMISMATCH, "example.org");
    ck_assert_ptr_null(strstr(told.why, "each"));
    test_store_copy(t, "live/www.example.org", ARCHIVE "/0002");
    test_store_put(t, ARCHIVE "/0002/ecdsa-p256.cert",
                   test_store_get(t, ARCHIVE "/0001/ecdsa-p256.cert"));
    none(t, AE_EMISMATCH, "key");
    t->cert->key_type = AE_KEY_RSA_2048;
    none(t, AE_EMISMATCH, "ACMEKeyType is rsa-2048");
}
END_TEST

Suite *suite_edge_rollback(void)
{
    Suite *suite = suite_create("edge_rollback");
    TCase *tc = tcase_create("rollback");

    tcase_add_checked_fixture(tc, t_setup, t_teardown);
    tcase_add_test(tc, test_nothing_before);
    tcase_add_test(tc, test_further_and_further);
    tcase_add_test(tc, test_nothing_live);
    tcase_add_test(tc, test_passed_over);
    tcase_add_test(tc, test_revoked);
    tcase_add_test(tc, test_none_can);
    suite_add_tcase(suite, tc);
    return suite;
}
