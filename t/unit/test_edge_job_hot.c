/* What a certificate does where it is deployed without a restart: its worker
 * lives on, and has to notice. */

#include "edge_deployment.h"
#include "edge_staged.h"
#include "edge_world.h"
#include "support.h"

#include <check.h>
#include <string.h>

Suite *suite_edge_job_hot(void);

static world_t *w;
static edge_cert_t *cert;

static void setup(void)
{
    scene_setup();
    cert = scene_cert("a.example", "ca");
    w = world_make(scene_certs(cert, NULL));
    w->config.is_hot = 1;
}

static const edge_status_t *status(void)
{
    return &w->statuses[0];
}

/* The parent does it, and says so. */
static void deploy(void)
{
    world_deploy_hot();
    world_ask(cert, EDGE_REQUEST_LOOK, "");
    world_run(SECOND);
}

static void begin(void)
{
    world_start();
    world_run_until(0, EDGE_PHASE_STAGED, MINUTE);
}

START_TEST(it_is_asked_for_at_once_and_again)
{
    begin();
    ck_assert_int_ge(w->deploys, 1);
    ck_assert_int_eq(w->deploy_gap, 0);
    ck_assert_ptr_nonnull(strstr(status()->action_reason,
                                 "it goes live within seconds, with no "
                                 "restart"));
    ck_assert_int_eq(edge_status_goes_live(status(), w->now), 1);
    w->deploys = 0;
    world_run(10 * SECOND);
    ck_assert_uint_ge(w->deploys, 4);
    ck_assert_uint_le(w->deploys, 6);
    /* What cannot be done is asked for ever seldomer. */
    world_run(3600 * SECOND);
    w->deploys = 0;
    world_run(3600 * SECOND);
    ck_assert_uint_ge(w->deploys, 55);
    ck_assert_uint_le(w->deploys, 61);
}
END_TEST

/* All that a new worker finds after a restart. */
START_TEST(it_goes_on_with_what_was_deployed)
{
    char serial[64];

    begin();
    ae_text_copy(serial, sizeof(serial), status()->staged_serial);
    deploy();
    ck_assert_int_eq(status()->phase, EDGE_PHASE_VALID);
    ck_assert_str_eq(status()->serial, serial);
    ck_assert_str_eq(status()->staged_serial, "");
    ck_assert_int_eq(status()->deployed_outcome, EDGE_OUTCOME_DONE);
    ck_assert_int_eq(status()->action, EDGE_ACTION_RENEW);
    ck_assert_int_eq(status()->action_at, status()->renew_at);
    ck_assert(!world_is_asked(cert, EDGE_REQUEST_LOOK));
    ck_assert_str_eq(world_told(), "account-created staged deployed");
    w->deploys = 0;
    world_run(10 * DAY);
    ck_assert_uint_eq(w->deploys, 0);
    ck_assert_str_eq(world_told(), "");
}
END_TEST

START_TEST(a_year_in_one_worker)
{
    int i;

    begin();
    deploy();
    world_told();
    for (i = 0; i < 6; i++) {
        world_run_until(0, EDGE_PHASE_STAGED, 70 * DAY);
        deploy();
        ck_assert_int_eq(status()->phase, EDGE_PHASE_VALID);
        ck_assert_str_eq(world_told(), "staged renewed");
    }
    ck_assert_uint_eq(ca_count(w->ca, "newOrder"), 7);
    ck_assert_uint_eq(ca_count(w->ca, "newAccount"), 1);
}
END_TEST

/* The disk was full for the request. */
START_TEST(it_finds_out_by_itself)
{
    begin();
    world_deploy_hot();
    world_run(3 * SECOND);
    ck_assert_int_eq(status()->phase, EDGE_PHASE_VALID);
    ck_assert_str_eq(world_told(), "account-created staged deployed");
}
END_TEST

static void promote(edge_promotion_t expected)
{
    edge_promotion_t promotion;
    ae_error_t err;

    w->now += SECOND;
    ck_assert_int_eq(edge_live_promote(&promotion, scene_store(), cert,
                                       EDGE_BY_HOT, w->now, &err, t_pool),
                     APR_SUCCESS);
    ck_assert_int_eq(promotion, expected);
}

static void served(const ae_error_t *trouble)
{
    ae_error_t err;

    ck_assert_int_eq(edge_deployment_served(scene_store(), cert, EDGE_BY_HOT,
                                            trouble, w->now, &err, t_pool),
                     APR_SUCCESS);
}

/* On the disk it is nobody's yet. */
START_TEST(it_is_told_once_it_is_served)
{
    ae_error_t trouble;

    begin();
    world_told();
    promote(EDGE_PROMOTION_DONE);
    world_ask(cert, EDGE_REQUEST_LOOK, "");
    world_run(MINUTE);
    ck_assert_str_eq(world_told(), "");
    ae_error_set(&trouble, AE_ETOOBIG, "It is too large for children");
    served(&trouble);
    world_ask(cert, EDGE_REQUEST_LOOK, "");
    world_run(MINUTE);
    ck_assert_str_eq(world_told(), "action-required");
    ck_assert_int_eq(status()->phase, EDGE_PHASE_STAGED);
    ck_assert_int_eq(status()->deployed_outcome, EDGE_OUTCOME_FAILED);
    ck_assert_int_eq(status()->live_since, 0);
    served(NULL);
    world_run(MINUTE);
    ck_assert_str_eq(world_told(), "deployed action-required/over");
    ck_assert_int_eq(status()->phase, EDGE_PHASE_VALID);
    ck_assert_int_eq(status()->deployed_outcome, EDGE_OUTCOME_DONE);
    ck_assert_int_ne(status()->live_since, 0);
    ck_assert_int_eq(status()->live_by, EDGE_BY_HOT);
}
END_TEST

/* Children found out at a handshake that they cannot. */
START_TEST(it_is_told_that_it_is_served_no_more)
{
    ae_error_t trouble, err;

    begin();
    deploy();
    world_told();
    w->deploys = 0;
    ae_error_set(&trouble, AE_EFORMAT, "It is damaged");
    ck_assert_int_eq(
        edge_deployment_unserved(scene_store(), cert, &trouble, &err, t_pool),
        APR_SUCCESS);
    world_ask(cert, EDGE_REQUEST_LOOK, "");
    world_run(MINUTE);
    ck_assert_str_eq(world_told(), "action-required");
    ck_assert_int_eq(status()->phase, EDGE_PHASE_STAGED);
    ck_assert_int_eq(status()->deployed_outcome, EDGE_OUTCOME_FAILED);
    ck_assert_ptr_nonnull(strstr(status()->deployed_text, "It is damaged"));
    ck_assert_int_eq(status()->live_since, 0);
    ck_assert_uint_eq(ca_count(w->ca, "newOrder"), 1);
    ck_assert_uint_eq(w->deploys, 0);
    served(NULL);
    world_run(MINUTE);
    ck_assert_str_eq(world_told(), "action-required/over");
    ck_assert_int_eq(status()->phase, EDGE_PHASE_VALID);
}
END_TEST

static void spoil_set(void)
{
    static const char words[] = "no certificate";
    const ae_bytes_t bytes = {(const unsigned char *)words, sizeof(words)};

    scene_write("staging/a.example/set/ecdsa-p256.cert", bytes);
}

/* No request tells of it. */
START_TEST(a_refusal_is_counted_once)
{
    begin();
    world_told();
    spoil_set();
    promote(EDGE_PROMOTION_REFUSED);
    world_run(3 * SECOND);
    ck_assert_int_eq(status()->phase, EDGE_PHASE_FAILING);
    ck_assert_uint_eq(status()->attempts, 1);
    ck_assert_int_eq(status()->deployed_outcome, EDGE_OUTCOME_FAILED);
    ck_assert_int_eq(status()->cause, EDGE_CAUSE_NOT_DEPLOYED);
    ck_assert_int_eq(status()->action, EDGE_ACTION_RETRY);
    ck_assert_int_eq(scene_logged("AE052"), 1);
    ck_assert_str_eq(world_told(), "failed");
    world_ask(cert, EDGE_REQUEST_LOOK, "");
    world_run(SECOND);
    ck_assert_uint_eq(status()->attempts, 1);
    ck_assert_int_eq(scene_logged("AE052"), 1);
    world_run_until(0, EDGE_PHASE_STAGED, DAY);
    deploy();
    ck_assert_int_eq(status()->phase, EDGE_PHASE_VALID);
    ck_assert_str_eq(world_told(), "staged failed/over deployed");
}
END_TEST

/* The disk was full for the record of a refusal. */
START_TEST(a_set_that_is_gone_is_missed)
{
    edge_staged_t *staged;
    ae_error_t err;

    begin();
    ck_assert_int_eq(
        edge_staged_open(&staged, scene_store(), cert, &err, t_pool),
        APR_SUCCESS);
    edge_staged_remove(staged, t_pool);
    world_run(3 * SECOND);
    ck_assert_uint_eq(ca_count(w->ca, "newOrder"), 2);
}
END_TEST

START_TEST(an_approval_is_used_up)
{
    ae_error_t err;

    ck_assert_int_eq(edge_schedule_parse(&cert->deploy, "manual", &err),
                     APR_SUCCESS);
    begin();
    world_run(DAY);
    ck_assert_uint_eq(w->deploys, 0);
    world_ask(cert, EDGE_REQUEST_DEPLOY, status()->staged_serial);
    world_run(SECOND);
    ck_assert_int_ge(w->deploys, 1);
    deploy();
    ck_assert_int_eq(status()->phase, EDGE_PHASE_VALID);
    ck_assert(!world_is_asked(cert, EDGE_REQUEST_DEPLOY));
}
END_TEST

START_TEST(what_the_command_stages_goes_live)
{
    const char *serial;

    begin();
    deploy();
    world_told();
    serial = world_stage(cert);
    w->deploys = 0;
    world_ask(cert, EDGE_REQUEST_DEPLOY, serial);
    world_run(SECOND);
    ck_assert_int_ge(w->deploys, 1);
    deploy();
    ck_assert_str_eq(status()->serial, serial);
    ck_assert_int_eq(status()->phase, EDGE_PHASE_VALID);
    ck_assert(!world_is_asked(cert, EDGE_REQUEST_DEPLOY));
    ck_assert_str_eq(world_told(), "staged deployed");
    ck_assert_uint_eq(ca_count(w->ca, "newOrder"), 1);
}
END_TEST

/* An order that is under way goes on, and is not ordered twice. */
START_TEST(a_look_in_the_middle_of_an_order)
{
    begin();
    world_ask(cert, EDGE_REQUEST_SIGN, "");
    world_go_to("finalize");
    world_deploy_hot();
    world_ask(cert, EDGE_REQUEST_LOOK, "");
    world_run(MINUTE);
    ck_assert_int_eq(status()->phase, EDGE_PHASE_STAGED);
    ck_assert_uint_eq(ca_count(w->ca, "newOrder"), 2);
    deploy();
    ck_assert_int_eq(status()->phase, EDGE_PHASE_VALID);
    ck_assert_uint_eq(ca_count(w->ca, "newOrder"), 2);
}
END_TEST

Suite *suite_edge_job_hot(void)
{
    Suite *suite = suite_create("edge_job_hot");
    TCase *tc = tcase_create("hot");

    tcase_add_checked_fixture(tc, setup, t_teardown);
    tcase_add_test(tc, it_is_asked_for_at_once_and_again);
    tcase_add_test(tc, it_goes_on_with_what_was_deployed);
    tcase_add_test(tc, a_year_in_one_worker);
    tcase_add_test(tc, it_finds_out_by_itself);
    tcase_add_test(tc, it_is_told_once_it_is_served);
    tcase_add_test(tc, it_is_told_that_it_is_served_no_more);
    tcase_add_test(tc, a_refusal_is_counted_once);
    tcase_add_test(tc, a_set_that_is_gone_is_missed);
    tcase_add_test(tc, an_approval_is_used_up);
    tcase_add_test(tc, what_the_command_stages_goes_live);
    tcase_add_test(tc, a_look_in_the_middle_of_an_order);
    suite_add_tcase(suite, tc);
    return suite;
}
