#include "httpd_trial.h"

#include "edge_request.h"
#include "support.h"
#include "test_live.h"

#include <apr_strings.h>
#include <check.h>
#include <string.h>

Suite *suite_httpd_trial(void);

#define SET "staging/www.example.org/set"
#define REFUSED "staging/www.example.org/refused"

/* A parent with one certificate, and another one with nothing staged. */
typedef struct parent_t {
    test_store_t *t;
    httpd_trial_config_t config;
    httpd_trial_t *trial;
    apr_status_t verdict;
    int asked; /* how often the hosts were */
} parent_t;

static apr_status_t judge(void *ctx, const edge_cert_t *cert,
                          const ae_cert_t *chain, const ae_key_t *key,
                          ae_error_t *err)
{
    parent_t *parent = ctx;
    ae_error_t unfit;

    ck_assert_ptr_eq(cert, parent->t->cert);
    ck_status(ae_cert_check_key(chain, key, &unfit), APR_SUCCESS, &unfit);
    parent->asked++;
    if (parent->verdict == APR_SUCCESS) {
        return APR_SUCCESS;
    }
    ae_error_set(err, parent->verdict, "Not with these settings");
    return ae_error_next(err, "mend them");
}

static void begin(parent_t *parent)
{
    test_store_t *t = test_store_make();
    apr_array_header_t *certs = apr_array_make(t_pool, 2, sizeof(void *));
    edge_cert_t *other = apr_pmemdup(t_pool, t->cert, sizeof(*other));
    ae_error_t err;

    memset(parent, 0, sizeof(*parent));
    other->name = other->dir = "other.example";
    APR_ARRAY_PUSH(certs, const edge_cert_t *) = t->cert;
    APR_ARRAY_PUSH(certs, const edge_cert_t *) = other;
    parent->config = (httpd_trial_config_t){
        .deploy = {.store = t->store, .log = &ae_log_silent},
        .certs = certs,
        .judge = judge,
        .ctx = parent,
    };
    parent->t = t;
    ck_status(httpd_board_create(&parent->config.board, 2, &err, t_pool),
              APR_SUCCESS, &err);
    parent->trial = httpd_trial_create(&parent->config, t_pool);
}

/* The worker says what is staged, and asks for it. */
static const char *stage(parent_t *parent)
{
    const test_store_t *t = parent->t;
    const char *serial = test_store_stage(t);
    edge_status_t *status = apr_pcalloc(t_pool, sizeof(*status));

    edge_status_read(status, t->store, t->cert, 1, 0, t->now, t_pool);
    ck_assert_str_eq(status->staged_serial, serial);
    httpd_board_put(parent->config.board, 0, status);
    httpd_board_ask_deploy(parent->config.board, 0);
    return serial;
}

/* @return how often hosts were asked by now */
static int look(parent_t *parent)
{
    httpd_trial_check(parent->trial, parent->t->now);
    return parent->asked;
}

static int is_worker_told(const parent_t *parent)
{
    edge_request_t request;

    edge_request_find(&request, parent->t->store, parent->t->cert,
                      EDGE_REQUEST_LOOK, t_pool);
    return request.found;
}

static int is_deployment_asked(const parent_t *parent)
{
    apr_interval_time_t gap;

    return httpd_board_deploy_asked(parent->config.board, &gap);
}

START_TEST(test_nothing_staged)
{
    parent_t parent;

    begin(&parent);
    ck_assert_int_eq(look(&parent), 0);
    ck_assert_int_eq(test_live_deployment(parent.t).at, 0);
}
END_TEST

START_TEST(test_each_set_once)
{
    parent_t parent;

    begin(&parent);
    stage(&parent);
    ck_assert_int_eq(look(&parent), 1);
    ck_assert_int_eq(look(&parent), 1);
    ck_assert(test_store_has(parent.t, SET));
    ck_assert(is_deployment_asked(&parent));
    ck_assert(!is_worker_told(&parent));
    ck_assert_ptr_null(test_live_serial(parent.t));
    test_live_promote(parent.t);
    stage(&parent);
    ck_assert_int_eq(look(&parent), 2);
}
END_TEST

/* What is live stays so, the worker hears of it, nobody restarts for it. */
START_TEST(test_refused)
{
    parent_t parent;
    edge_deployment_t d;
    const char *live, *serial;

    begin(&parent);
    live = test_live_deploy(parent.t);
    parent.verdict = AE_EMISMATCH;
    serial = stage(&parent);
    parent.t->cert->deploy.kind = EDGE_SCHEDULE_MANUAL;
    look(&parent);
    ck_assert_str_eq(test_live_serial(parent.t), live);
    ck_assert(!test_store_has(parent.t, SET));
    ck_assert(test_store_has(parent.t, REFUSED));
    d = test_live_deployment(parent.t);
    ck_assert_str_eq(d.serial, serial);
    ck_assert(!d.ok);
    ck_assert_ptr_nonnull(strstr(d.error.why, "Not with these settings"));
    ck_assert_ptr_nonnull(strstr(d.error.next, "mend them; what is live"));
    ck_assert(is_worker_told(&parent));
    ck_assert(!is_deployment_asked(&parent));
    ck_assert_int_eq(look(&parent), 1);
}
END_TEST

/* What is refused takes along no other one's deployment. */
START_TEST(test_refused_beside_another)
{
    parent_t parent;
    edge_status_t *status = apr_pcalloc(t_pool, sizeof(*status));

    begin(&parent);
    parent.verdict = AE_EMISMATCH;
    stage(&parent);
    httpd_board_get(parent.config.board, 0, status);
    ck_assert(edge_status_goes_live(status, parent.t->now));
    httpd_board_put(parent.config.board, 1, status);
    ck_assert_int_eq(look(&parent), 1);
    ck_assert(!test_store_has(parent.t, SET));
    ck_assert(is_deployment_asked(&parent));
}
END_TEST

/* Memory was out: that says nothing of the set. */
START_TEST(test_no_verdict)
{
    parent_t parent;

    begin(&parent);
    parent.verdict = APR_ENOMEM;
    stage(&parent);
    ck_assert_int_eq(look(&parent), 1);
    ck_assert(test_store_has(parent.t, SET));
    ck_assert(is_deployment_asked(&parent));
}
END_TEST

START_TEST(test_damaged)
{
    parent_t parent;

    begin(&parent);
    stage(&parent);
    test_store_put(parent.t, SET "/ecdsa-p256.cert", "no certificate");
    ck_assert_int_eq(look(&parent), 0);
    ck_assert(!test_store_has(parent.t, SET));
    ck_assert(is_worker_told(&parent));
}
END_TEST

/* Another httpd is at work in the store: it is tried when that has ended. */
START_TEST(test_store_entered)
{
    parent_t parent;
    apr_pool_t *other;
    ae_error_t err;

    begin(&parent);
    parent.verdict = AE_EMISMATCH;
    stage(&parent);
    apr_pool_create(&other, t_pool);
    ck_status(edge_store_enter(edge_store_dir(parent.t->store), &err, other),
              APR_SUCCESS, &err);
    ck_assert_int_eq(look(&parent), 0);
    apr_pool_destroy(other);
    ck_assert_int_eq(look(&parent), 1);
    ck_assert(!test_store_has(parent.t, SET));
}
END_TEST

Suite *suite_httpd_trial(void)
{
    Suite *suite = suite_create("httpd_trial");
    TCase *tc = tcase_create("parent");

    tcase_add_checked_fixture(tc, t_setup, t_teardown);
    tcase_add_test(tc, test_nothing_staged);
    tcase_add_test(tc, test_each_set_once);
    tcase_add_test(tc, test_refused);
    tcase_add_test(tc, test_refused_beside_another);
    tcase_add_test(tc, test_no_verdict);
    tcase_add_test(tc, test_damaged);
    tcase_add_test(tc, test_store_entered);
    suite_add_tcase(suite, tc);
    return suite;
}
