/* Where a certificate stands is what is in the store, however it came there. */

#include "edge_standing.h"
#include "edge_world.h"
#include "support.h"

#include <check.h>
#include <string.h>

static world_t *w;

static const edge_cert_t *the_cert(void)
{
    return APR_ARRAY_IDX(w->config.certs, 0, const edge_cert_t *);
}

static void write_chain(const edge_cert_t *cert)
{
    ae_key_t *key;
    ae_error_t err;

    ck_assert_int_eq(
        edge_store_order_key(&key, scene_store(), cert, &err, t_pool),
        APR_SUCCESS);
    scene_write(
        "staging/a.example/order/ecdsa-p256.cert",
        test_pki_issue(w->pki, key, cert->name, w->now, w->now + DAY, t_pool));
}

/* It wrote the chain and no more: it must not be ordered twice. */
START_TEST(stopped_while_it_staged)
{
    w = world_begin("a.example", "ca");
    world_go_to("certificate");
    world_stop();
    write_chain(the_cert());
    world_start();
    ck_assert_int_eq(w->statuses[0].phase, EDGE_PHASE_STAGED);
    ck_assert_int_eq(w->statuses[0].signed_outcome, EDGE_OUTCOME_DONE);
    world_run(MINUTE);
    ck_assert_uint_eq(ca_count(w->ca, "newOrder"), 1);
    ck_assert_uint_ge(w->deploys, 1);
}
END_TEST

/* Stopped between staging and writing the state. */
START_TEST(a_set_that_state_does_not_know)
{
    static const ae_bytes_t nothing = {(const unsigned char *)"{}", 2};

    w = world_begin("a.example", "ca");
    world_run_until(0, EDGE_PHASE_STAGED, MINUTE);
    world_stop();
    scene_write("state/a.example.json", nothing);
    world_start();
    ck_assert_int_eq(w->statuses[0].phase, EDGE_PHASE_STAGED);
    ck_assert_int_eq(w->statuses[0].signed_outcome, EDGE_OUTCOME_DONE);
    world_run(DAY);
    ck_assert_uint_eq(ca_count(w->ca, "newOrder"), 1);
}
END_TEST

START_TEST(a_damaged_state_is_told_and_forgotten)
{
    static const ae_bytes_t rubbish = {(const unsigned char *)"rubbish", 7};

    w = world_begin("a.example", "ca");
    world_run_until(0, EDGE_PHASE_STAGED, MINUTE);
    world_deploy();
    world_stop();
    scene_write("state/a.example.json", rubbish);
    /* The parent looks first, and leaves it to the worker. */
    edge_status_read(&w->statuses[0], scene_store(), the_cert(), 1, 0, w->now,
                     t_pool);
    world_start();
    ck_assert_int_eq(scene_logged("warning: AE044: a.example: "), 1);
    ck_assert(ae_file_exists(scene_path("state/a.example.json.damaged")));
    ck_assert_int_eq(w->statuses[0].phase, EDGE_PHASE_VALID);
    ck_assert_int_gt(w->statuses[0].action_at, w->now + 50 * DAY);
}
END_TEST

START_TEST(a_damaged_set_is_passed_over)
{
    w = world_begin("a.example", "ca");
    world_run_until(0, EDGE_PHASE_STAGED, MINUTE);
    scene_break("staging/a.example/set/ecdsa-p256.cert");
    world_restart();
    ck_assert_int_eq(scene_logged("warning: AE046: a.example: "), 1);
    world_run_until(0, EDGE_PHASE_STAGED, MINUTE);
    ck_assert_uint_eq(ca_count(w->ca, "newOrder"), 2);
    world_deploy();
    ck_assert_int_eq(w->statuses[0].phase, EDGE_PHASE_VALID);
}
END_TEST

/* The parent sees the same before the worker runs, and touches nothing. */
START_TEST(read_as_the_worker_shows_it)
{
    edge_status_t status;

    w = world_begin("a.example", "ca");
    world_go_to("certificate");
    edge_status_read(&status, scene_store(), the_cert(), 1, 0, w->now, t_pool);
    ck_assert_int_eq(status.phase, EDGE_PHASE_ORDERING);
    world_run_until(0, EDGE_PHASE_STAGED, MINUTE);
    edge_status_read(&status, scene_store(), the_cert(), 1, 0, w->now, t_pool);
    ck_assert_mem_eq(&status, &w->statuses[0], sizeof(status));
    world_deploy();
    edge_status_read(&status, scene_store(), the_cert(), 1, 0, w->now, t_pool);
    ck_assert_mem_eq(&status, &w->statuses[0], sizeof(status));
}
END_TEST

Suite *suite_edge_standing(void);

Suite *suite_edge_standing(void)
{
    Suite *suite = suite_create("edge_standing");
    TCase *tc = tcase_create("standing");

    tcase_add_checked_fixture(tc, scene_setup, t_teardown);
    tcase_add_test(tc, stopped_while_it_staged);
    tcase_add_test(tc, a_set_that_state_does_not_know);
    tcase_add_test(tc, a_damaged_state_is_told_and_forgotten);
    tcase_add_test(tc, a_damaged_set_is_passed_over);
    tcase_add_test(tc, read_as_the_worker_shows_it);
    suite_add_tcase(suite, tc);
    return suite;
}
