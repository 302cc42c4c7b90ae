#include "edge_deployment.h"
#include "support.h"
#include "test_live.h"
#include "test_store.h"

#include <check.h>
#include <string.h>
#include <sys/stat.h>

Suite *suite_edge_deployment(void);

#define FILE_NAME "deploy/www.example.org.json"

static edge_deployment_t load(const test_store_t *t)
{
    edge_deployment_t d;

    memset(&d, 0x55, sizeof(d));
    edge_live_deployment(&d, t->store, t->cert, t_pool);
    return d;
}

static void save(const edge_deployment_t *d, const test_store_t *t)
{
    ae_error_t err;

    ck_status(edge_deployment_save(d, t->store, t->cert, &err, t_pool),
              APR_SUCCESS, &err);
}

START_TEST(test_round_trip)
{
    test_store_t *t = test_store_make();
    edge_deployment_t d = load(t);

    ck_assert_int_eq(d.at, 0);
    d.at = t->now;
    d.ok = 1;
    strcpy(d.serial, "2a");
    d.by = EDGE_BY_HOT;
    d.served_at = t->now + 1;
    d.waits = 1;
    save(&d, t);
    d = load(t);
    ck_assert_int_eq(d.at, t->now);
    ck_assert_int_eq(d.ok, 1);
    ck_assert_str_eq(d.serial, "2a");
    ck_assert_int_eq(d.by, EDGE_BY_HOT);
    ck_assert_int_eq(d.served_at, t->now + 1);
    ck_assert_int_eq(d.waits, 1);
    ck_assert_int_eq(d.error.status, APR_SUCCESS);
    d.ok = 0;
    ae_error_set(&d.error, AE_EMISMATCH, "The set was refused");
    save(&d, t);
    d = load(t);
    ck_assert_int_eq(d.ok, 0);
    ck_assert_int_eq(d.error.status, AE_EMISMATCH);
    ck_assert_str_eq(d.error.what, "The set was refused");
}
END_TEST

/* Told once, and in nobody's way. */
static void expect_set_aside(const test_store_t *t, apr_status_t expected)
{
    ae_error_t err;

    ck_status(edge_deployment_check(t->store, t->cert, &err, t_pool), expected,
              &err);
    ck_assert_ptr_nonnull(strstr(ae_error_line(&err, t_pool), FILE_NAME));
    ck_assert_ptr_nonnull(strstr(err.next, ".damaged"));
    ck_assert(!test_store_has(t, FILE_NAME));
    ck_status(edge_deployment_check(t->store, t->cert, &err, t_pool),
              APR_SUCCESS, &err);
}

START_TEST(test_damaged)
{
    static const char *const texts[] = {"",
                                        "{",
                                        "{\"at\":-1}",
                                        "{\"at\":5,\"serial\":5}",
                                        "{\"at\":5,\"by\":\"magic\"}",
                                        "{\"at\":5,\"by\":5}"};
    test_store_t *t = test_store_make();
    edge_deployment_t d = {0};

    test_store_put(t, FILE_NAME, texts[_i]);
    ck_assert_int_eq(load(t).at, 0);
    expect_set_aside(t, AE_EFORMAT);
    ck_assert_str_eq(test_store_get(t, FILE_NAME ".damaged"), texts[_i]);
    save(&d, t);
}
END_TEST

START_TEST(test_directory)
{
    test_store_t *t = test_store_make();
    edge_deployment_t d = {0};
    ae_error_t err;

    ck_status(edge_deployment_check(t->store, t->cert, &err, t_pool),
              APR_SUCCESS, &err);
    test_store_put(t, FILE_NAME "/file", "in a directory");
    ck_assert_int_ne(edge_deployment_save(&d, t->store, t->cert, &err, t_pool),
                     APR_SUCCESS);
    ck_assert_ptr_nonnull(strstr(ae_error_line(&err, t_pool), FILE_NAME));
    expect_set_aside(t, AE_EUNSAFE);
    save(&d, t);
}
END_TEST

/* --- who serves it -------------------------------------------------------- */

START_TEST(test_earlier_version)
{
    test_store_t *t = test_store_make();
    edge_deployment_t d;

    test_store_put(t, FILE_NAME, "{\"at\":5,\"ok\":true,\"serial\":\"2a\"}");
    d = load(t);
    ck_assert_int_eq(d.by, EDGE_BY_RESTART);
    ck_assert_int_eq(d.served_at, 5);
    ck_assert_int_eq(d.waits, 0);
    test_store_put(t, FILE_NAME, "{\"at\":5,\"ok\":false}");
    ck_assert_int_eq(load(t).served_at, 0);
    ck_assert_int_eq(load(t).waits, 0);
}
END_TEST

static void served(const test_store_t *t, const ae_error_t *trouble)
{
    ae_error_t err;

    ck_status(edge_deployment_served(t->store, t->cert, EDGE_BY_HOT, trouble,
                                     t->now, &err, t_pool),
              APR_SUCCESS, &err);
}

START_TEST(test_by_restart)
{
    test_store_t *t = test_store_make();
    edge_deployment_t d;

    test_live_deploy(t);
    d = load(t);
    ck_assert_int_eq(d.by, EDGE_BY_RESTART);
    ck_assert_int_eq(d.served_at, t->now);
    ck_assert_int_eq(d.waits, 0);
    /* What nobody waits for is nobody else's. */
    t->now += 1;
    served(t, NULL);
    ck_assert_int_eq(load(t).by, EDGE_BY_RESTART);
    ck_assert_int_eq(load(t).served_at, d.served_at);
}
END_TEST

/* It is live where children have it, not before. */
START_TEST(test_by_hot)
{
    test_store_t *t = test_store_make();
    apr_time_t put = t->now;
    edge_deployment_t d;

    test_live_deploy(t);
    test_store_stage(t);
    ck_assert_int_eq(test_live_promote_hot(t), EDGE_PROMOTION_DONE);
    d = load(t);
    ck_assert_int_eq(d.by, EDGE_BY_HOT);
    ck_assert_int_eq(d.served_at, 0);
    ck_assert_int_eq(d.waits, 1);
    t->now += 5;
    ck_assert_int_eq(test_live_promote_hot(t), EDGE_PROMOTION_NONE);
    ck_assert_int_eq(load(t).waits, 1);
    served(t, NULL);
    d = load(t);
    ck_assert_int_eq(d.at, put);
    ck_assert_int_eq(d.by, EDGE_BY_HOT);
    ck_assert_int_eq(d.served_at, t->now);
    ck_assert_int_eq(d.waits, 0);
}
END_TEST

/* What children could not be given, the next restart serves. */
START_TEST(test_too_large_for_children)
{
    test_store_t *t = test_store_make();
    ae_error_t trouble;
    edge_deployment_t d;

    test_store_stage(t);
    ck_assert_int_eq(test_live_promote_hot(t), EDGE_PROMOTION_DONE);
    ae_error_set(&trouble, AE_ETOOBIG, "It is too large");
    served(t, &trouble);
    served(t, &trouble);
    d = load(t);
    ck_assert_int_eq(d.ok, 1);
    ck_assert_int_eq(d.waits, 1);
    ck_assert_str_eq(d.error.what, "It is too large");
    t->now += 5;
    ck_assert_int_eq(test_live_promote(t), EDGE_PROMOTION_NONE);
    d = load(t);
    ck_assert_int_eq(d.by, EDGE_BY_RESTART);
    ck_assert_int_eq(d.served_at, t->now);
    ck_assert_int_eq(d.waits, 0);
    ck_assert_int_eq(d.error.status, APR_SUCCESS);
}
END_TEST

static void unserved(const test_store_t *t, const char *what)
{
    ae_error_t trouble, err;

    ae_error_set(&trouble, AE_EFORMAT, "%s", what);
    ck_status(
        edge_deployment_unserved(t->store, t->cert, &trouble, &err, t_pool),
        APR_SUCCESS, &err);
}

/* They had it, and found out at a handshake. */
START_TEST(test_of_no_use_to_children)
{
    test_store_t *t = test_store_make();
    edge_deployment_t d;

    unserved(t, "There is none");
    ck_assert(!test_store_has(t, FILE_NAME));
    test_store_stage(t);
    ck_assert_int_eq(test_live_promote_hot(t), EDGE_PROMOTION_DONE);
    served(t, NULL);
    unserved(t, "It is damaged");
    unserved(t, "It is damaged still");
    d = load(t);
    ck_assert_int_eq(d.ok, 1);
    ck_assert_int_eq(d.waits, 1);
    ck_assert_int_eq(d.served_at, 0);
    ck_assert(edge_live_is_held_back(&d));
    ck_assert_str_eq(d.error.what, "It is damaged");
    t->now += 5;
    ck_assert_int_eq(test_live_promote(t), EDGE_PROMOTION_NONE);
    d = load(t);
    ck_assert_int_eq(d.served_at, t->now);
    ck_assert(!edge_live_is_held_back(&d));
}
END_TEST

/* A set that is refused changes nothing of what is served. */
START_TEST(test_refused_leaves_serving)
{
    test_store_t *t = test_store_make();
    edge_deployment_t before;

    test_store_stage(t);
    ck_assert_int_eq(test_live_promote_hot(t), EDGE_PROMOTION_DONE);
    served(t, NULL);
    before = load(t);
    t->now += 5;
    test_store_stage_as(t, "l", "www.example.org", t->now, t->now + 1000);
    ck_assert_int_eq(test_live_promote_hot(t), EDGE_PROMOTION_REFUSED);
    ck_assert_int_eq(load(t).ok, 0);
    ck_assert_int_eq(load(t).by, EDGE_BY_HOT);
    ck_assert_int_eq(load(t).served_at, before.served_at);
    ck_assert_int_eq(load(t).waits, 0);
}
END_TEST

/* Each time that it is written it is another file. */
static ino_t file_of(const test_store_t *t)
{
    struct stat info;

    ck_assert_int_eq(stat(test_store_at(t, FILE_NAME), &info), 0);
    return info.st_ino;
}

/* Nor does what waits hide why the next one was refused. */
START_TEST(test_refused_while_one_waits)
{
    test_store_t *t = test_store_make();
    ae_error_t trouble;
    edge_deployment_t refused, d;
    ino_t file;

    test_store_stage(t);
    ck_assert_int_eq(test_live_promote_hot(t), EDGE_PROMOTION_DONE);
    t->now += 5;
    test_store_stage_as(t, "l", "www.example.org", t->now, t->now + 1000);
    ck_assert_int_eq(test_live_promote_hot(t), EDGE_PROMOTION_REFUSED);
    refused = load(t);
    ck_assert_int_eq(refused.waits, 1);
    file = file_of(t);
    ae_error_set(&trouble, AE_ETOOBIG, "It is too large");
    served(t, &trouble);
    unserved(t, "It is damaged");
    ck_assert_str_eq(load(t).error.what, refused.error.what);
    ck_assert_int_eq(file_of(t), file);
    served(t, NULL);
    unserved(t, "It is damaged");
    d = load(t);
    ck_assert_str_eq(d.error.what, refused.error.what);
    ck_assert_int_eq(d.waits, 1);
    served(t, NULL);
    d = load(t);
    ck_assert_int_eq(d.ok, 0);
    ck_assert_str_eq(d.error.what, refused.error.what);
    ck_assert_int_eq(d.waits, 0);
    ck_assert_int_eq(d.served_at, t->now);
}
END_TEST

Suite *suite_edge_deployment(void)
{
    Suite *suite = suite_create("edge_deployment");
    TCase *tc = tcase_create("deployment");

    tcase_add_checked_fixture(tc, t_setup, t_teardown);
    tcase_add_test(tc, test_round_trip);
    tcase_add_loop_test(tc, test_damaged, 0, 6);
    tcase_add_test(tc, test_directory);
    tcase_add_test(tc, test_earlier_version);
    tcase_add_test(tc, test_by_restart);
    tcase_add_test(tc, test_by_hot);
    tcase_add_test(tc, test_too_large_for_children);
    tcase_add_test(tc, test_of_no_use_to_children);
    tcase_add_test(tc, test_refused_leaves_serving);
    tcase_add_test(tc, test_refused_while_one_waits);
    suite_add_tcase(suite, tc);
    return suite;
}
