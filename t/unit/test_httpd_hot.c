#include "httpd_hot.h"

#include "edge_deployment.h"
#include "edge_request.h"
#include "support.h"
#include "test_live.h"

#include <check.h>

Suite *suite_httpd_hot(void);

#define RECORD "deploy/www.example.org.json"
#define SET "staging/www.example.org/set"

/* A parent with one certificate. */
typedef struct parent_t {
    test_store_t *t;
    httpd_hot_config_t config;
    httpd_hot_t *hot;
} parent_t;

static apr_status_t refusal; /* of who is to serve it */

static apr_status_t judge(void *ctx, const edge_cert_t *cert,
                          const ae_cert_t *chain, const ae_key_t *key,
                          ae_error_t *err)
{
    ae_error_t unfit;

    (void)ctx;
    ck_assert_str_eq(cert->name, "www.example.org");
    ck_status(ae_cert_check_key(chain, key, &unfit), APR_SUCCESS, &unfit);
    return refusal ? ae_error_set(err, refusal, "not with these settings")
                   : APR_SUCCESS;
}

static void begin(parent_t *parent)
{
    test_store_t *t = test_store_make();
    apr_array_header_t *certs = apr_array_make(t_pool, 1, sizeof(void *));
    httpd_hot_config_t *config = &parent->config;
    ae_error_t err;

    APR_ARRAY_PUSH(certs, const edge_cert_t *) = t->cert;
    *config = (httpd_hot_config_t){
        .store_dir = edge_store_dir(t->store),
        .store = t->store,
        .certs = certs,
        .meter = edge_meter_make(t_share(edge_meter_size()), t->now),
        .served = edge_served_note(edge_store_dir(t->store), certs, t_pool),
        .log = &ae_log_silent,
        .judge = judge,
    };
    parent->t = t;
    ck_status(httpd_board_create(&config->board, 1, &err, t_pool), APR_SUCCESS,
              &err);
    ck_status(httpd_hot_create(&parent->hot, 1, &err, t_pool), APR_SUCCESS,
              &err);
    httpd_hot_begin(parent->hot, config);
}

static void ask(const parent_t *parent)
{
    httpd_board_ask_deploy(parent->config.board, 0);
}

static apr_uint64_t version(const parent_t *parent)
{
    return edge_slots_version(httpd_hot_slots(parent->hot), 0);
}

/* What the monitor does; @return the version that children see. */
static apr_uint64_t look(const parent_t *parent)
{
    httpd_hot_check(parent->hot, parent->t->now);
    return version(parent);
}

/* Of what was deployed, and of that which children got. */
static void expect_counted(const parent_t *parent, unsigned all, unsigned hot)
{
    const edge_meter_t *meter = parent->config.meter;

    ck_assert_uint_eq(edge_meter_read(meter, EDGE_COUNT_DEPLOYED), all);
    ck_assert_uint_eq(edge_meter_read(meter, EDGE_COUNT_DEPLOYED_HOT), hot);
}

static int is_worker_told(const parent_t *parent)
{
    edge_request_t request;

    edge_request_find(&request, parent->t->store, parent->t->cert,
                      EDGE_REQUEST_LOOK, t_pool);
    return request.found;
}

static void expect_served(const parent_t *parent, const char *serial)
{
    edge_deployment_t d = test_live_deployment(parent->t);

    ck_assert_str_eq(test_live_serial(parent->t), serial);
    ck_assert_str_eq(d.serial, serial);
    ck_assert_int_eq(d.by, EDGE_BY_HOT);
    ck_assert_int_eq(d.waits, 0);
    ck_assert_int_eq(d.served_at, parent->t->now);
    ck_assert(is_worker_told(parent));
}

START_TEST(test_asked)
{
    parent_t parent;
    const char *serial;

    begin(&parent);
    serial = test_store_stage(parent.t);
    ck_assert_uint_eq(look(&parent), 0);
    ck_assert(test_store_has(parent.t, SET));
    ask(&parent);
    ck_assert_uint_eq(look(&parent), 1);
    expect_served(&parent, serial);
    ck_assert_uint_eq(look(&parent), 1);
    expect_counted(&parent, 1, 1);
    test_store_stage(parent.t);
    ck_assert_int_eq(test_live_promote_hot(parent.t), EDGE_PROMOTION_DONE);
    ck_assert_uint_eq(look(&parent), 2);
    expect_counted(&parent, 1, 1);
}
END_TEST

/* Somebody else with the same store is at work: what was asked for stays so,
 * and what he deploys meanwhile is handed over when he has ended. */
START_TEST(test_store_entered)
{
    parent_t parent;
    apr_pool_t *other;
    const char *serial;
    ae_error_t err;

    begin(&parent);
    serial = test_store_stage(parent.t);
    apr_pool_create(&other, t_pool);
    ck_status(edge_store_enter(parent.config.store_dir, &err, other),
              APR_SUCCESS, &err);
    ask(&parent);
    ck_assert_uint_eq(look(&parent), 0);
    ck_assert(test_store_has(parent.t, SET));
    ck_assert_int_eq(test_live_promote_hot(parent.t), EDGE_PROMOTION_DONE);
    ck_assert_uint_eq(look(&parent), 0);
    ck_assert(test_live_deployment(parent.t).waits);
    apr_pool_destroy(other);
    ck_assert_uint_eq(look(&parent), 1);
    expect_served(&parent, serial);
    expect_counted(&parent, 0, 0);
}
END_TEST

/* It is live, and nobody could write so: who does later says also that it is
 * served. */
START_TEST(test_recorded_later)
{
    parent_t parent;
    const char *serial;

    begin(&parent);
    serial = test_store_stage(parent.t);
    test_store_put(parent.t, RECORD "/file", "in a directory");
    ask(&parent);
    ck_assert_uint_eq(look(&parent), 1);
    ck_assert_str_eq(test_live_serial(parent.t), serial);
    ck_assert(test_store_has(parent.t, SET));
    test_store_remove(parent.t, RECORD);
    ask(&parent);
    look(&parent);
    ck_assert(!test_store_has(parent.t, SET));
    expect_served(&parent, serial);
}
END_TEST

/* What is served stays, and status says why. */
START_TEST(test_refused)
{
    parent_t parent;
    edge_deployment_t d;
    const char *serial;

    begin(&parent);
    serial = test_store_stage(parent.t);
    refusal = AE_EMISMATCH;
    ask(&parent);
    ck_assert_uint_eq(look(&parent), 0);
    d = test_live_deployment(parent.t);
    ck_assert_str_eq(d.serial, serial);
    ck_assert(d.waits);
    ck_assert_str_eq(d.error.what, "not with these settings");
    ck_assert(is_worker_told(&parent));
    expect_counted(&parent, 1, 0);
    refusal = APR_SUCCESS;
    serial = test_store_stage(parent.t);
    ask(&parent);
    ck_assert_uint_eq(look(&parent), 1);
    expect_served(&parent, serial);
    expect_counted(&parent, 2, 1);
}
END_TEST

static void forget_worker(const parent_t *parent)
{
    ae_error_t err;

    ck_status(edge_request_drop(parent->t->store, parent->t->cert,
                                EDGE_REQUEST_LOOK, &err, t_pool),
              APR_SUCCESS, &err);
}

/* As a child that cannot read its slot does. */
static void tell_log(const parent_t *parent)
{
    ck_assert(
        edge_slots_may_tell(httpd_hot_slots(parent->hot), 0, version(parent)));
}

/* Children were handed it, and it is of no use to them: status knows, and is
 * told once. */
START_TEST(test_of_no_use)
{
    parent_t parent;
    edge_deployment_t d;

    begin(&parent);
    test_store_stage(parent.t);
    ask(&parent);
    look(&parent);
    forget_worker(&parent);
    look(&parent);
    ck_assert(!is_worker_told(&parent));
    tell_log(&parent);
    ck_assert_uint_eq(look(&parent), 1);
    d = test_live_deployment(parent.t);
    ck_assert(d.ok);
    ck_assert(d.waits);
    ck_assert_ptr_nonnull(strstr(d.error.why, "error log"));
    ck_assert_ptr_nonnull(strstr(d.error.next, "apachectl graceful"));
    ck_assert(is_worker_told(&parent));
    forget_worker(&parent);
    look(&parent);
    ck_assert(!is_worker_told(&parent));
}
END_TEST

START_TEST(test_of_no_use_on_a_full_disk)
{
    parent_t parent;

    begin(&parent);
    test_store_stage(parent.t);
    ask(&parent);
    look(&parent);
    forget_worker(&parent);
    tell_log(&parent);
    test_store_fill_disk();
    look(&parent);
    test_store_free_disk();
    ck_assert(!test_live_deployment(parent.t).waits);
    look(&parent);
    ck_assert(test_live_deployment(parent.t).waits);
    ck_assert(is_worker_told(&parent));
}
END_TEST

START_TEST(test_of_use_again)
{
    parent_t parent;
    const char *serial;

    begin(&parent);
    test_store_stage(parent.t);
    ask(&parent);
    look(&parent);
    tell_log(&parent);
    look(&parent);
    serial = test_store_stage(parent.t);
    ask(&parent);
    ck_assert_uint_eq(look(&parent), 2);
    expect_served(&parent, serial);
    expect_counted(&parent, 2, 2);
    tell_log(&parent);
    look(&parent);
    ck_assert(test_live_deployment(parent.t).waits);
}
END_TEST

Suite *suite_httpd_hot(void)
{
    Suite *suite = suite_create("httpd_hot");
    TCase *tc = tcase_create("parent");

    tcase_add_checked_fixture(tc, t_setup, t_teardown);
    tcase_add_test(tc, test_asked);
    tcase_add_test(tc, test_store_entered);
    tcase_add_test(tc, test_recorded_later);
    tcase_add_test(tc, test_refused);
    tcase_add_test(tc, test_of_no_use);
    tcase_add_test(tc, test_of_no_use_on_a_full_disk);
    tcase_add_test(tc, test_of_use_again);
    suite_add_tcase(suite, tc);
    return suite;
}
