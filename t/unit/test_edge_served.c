#include "edge_live.h"
#include "edge_served.h"
#include "support.h"
#include "test_store.h"

#include <check.h>

Suite *suite_edge_served(void);

#define LIVE "live/www.example.org"
#define DAY apr_time_from_sec(24 * 60 * 60)

typedef struct scene_t {
    test_store_t *store;
    const apr_array_header_t *certs;
} scene_t;

static scene_t scene_make(void)
{
    scene_t scene = {test_store_make(), NULL};
    apr_array_header_t *certs = apr_array_make(t_pool, 1, sizeof(void *));

    APR_ARRAY_PUSH(certs, const edge_cert_t *) = scene.store->cert;
    scene.certs = certs;
    return scene;
}

static edge_served_t *note(const scene_t *scene)
{
    return edge_served_note(edge_store_dir(scene->store->store), scene->certs,
                            t_pool);
}

static void deploy(const scene_t *scene)
{
    const test_store_t *t = scene->store;
    edge_promotion_t promotion;
    ae_error_t err;

    test_store_stage(t);
    ck_status(edge_live_promote(&promotion, t->store, t->cert, EDGE_BY_RESTART,
                                t->now, &err, t_pool),
              APR_SUCCESS, &err);
    ck_assert_int_eq(promotion, EDGE_PROMOTION_DONE);
}

static int changed(const edge_served_t *served)
{
    apr_interval_time_t lifetime;
    const apr_array_header_t *names =
        edge_served_changed(&lifetime, served, t_pool);

    if (names->nelts > 0) {
        ck_assert_str_eq(APR_ARRAY_IDX(names, 0, const char *),
                         "www.example.org");
        ck_assert_int_eq(lifetime, 90 * DAY);
    } else {
        ck_assert_int_eq(lifetime, 0);
    }
    return names->nelts;
}

START_TEST(test_the_first_and_the_next)
{
    scene_t scene = scene_make();
    edge_served_t *served = note(&scene);

    ck_assert_int_eq(changed(served), 0);
    deploy(&scene);
    ck_assert_int_eq(changed(served), 1);
    served = note(&scene);
    ck_assert_int_eq(changed(served), 0);
    deploy(&scene);
    ck_assert_int_eq(changed(served), 1);
}
END_TEST

/* What is handed on counts as served, once. */
START_TEST(test_taken)
{
    scene_t scene = scene_make();
    edge_served_t *served = note(&scene);

    ck_assert(!edge_served_take(served, 0, t_pool));
    deploy(&scene);
    ck_assert(edge_served_take(served, 0, t_pool));
    ck_assert(!edge_served_take(served, 0, t_pool));
    ck_assert_int_eq(changed(served), 0);
    deploy(&scene);
    ck_assert_int_eq(changed(served), 1);
    ck_assert(edge_served_take(served, 0, t_pool));
}
END_TEST

/* A restart would make it worse. */
START_TEST(test_worse_than_before)
{
    scene_t scene = scene_make();
    edge_served_t *served;

    deploy(&scene);
    served = note(&scene);
    test_store_move(scene.store, LIVE, "elsewhere");
    ck_assert_int_eq(changed(served), 0);
    deploy(&scene);
    ck_assert_int_eq(changed(served), 1);
    test_store_put(scene.store, LIVE "/ecdsa-p256.cert", "damaged\n");
    ck_assert_int_eq(changed(served), 0);
    test_store_remove(scene.store, LIVE);
    test_store_move(scene.store, "elsewhere", LIVE);
    ck_assert_int_eq(changed(served), 0);
}
END_TEST

Suite *suite_edge_served(void)
{
    Suite *suite = suite_create("edge_served");
    TCase *tc = tcase_create("served");

    tcase_add_checked_fixture(tc, t_setup, t_teardown);
    tcase_add_test(tc, test_the_first_and_the_next);
    tcase_add_test(tc, test_taken);
    tcase_add_test(tc, test_worse_than_before);
    suite_add_tcase(suite, tc);
    return suite;
}
