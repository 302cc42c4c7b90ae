/* One certificate's way, with a virtual clock, a scripted CA and a real
 * store: from the first order to the renewal, and through its failures. */

#include "edge_world.h"
#include "support.h"

#include <check.h>
#include <string.h>

static world_t *w;

static const edge_status_t *status(void)
{
    return &w->statuses[0];
}

static unsigned orders(void)
{
    return ca_count(w->ca, "newOrder");
}

/* --- the main road ------------------------------------------------------- */

/* RFC 8738: from the order to the certificate that is checked and staged. */
START_TEST(addresses)
{
    w = world_begin("2001:db8::1 192.0.2.1 a.example", "ca");
    world_run_until(0, EDGE_PHASE_STAGED, MINUTE);
    ck_assert_str_eq(w->statuses[0].name, "2001:db8::1");
    ck_assert_uint_eq(w->statuses[0].attempts, 0);
    ck_assert(ae_file_exists(edge_store_path(
        scene_store(), t_pool, "staging", "ipv6-2001-db8--1", "set", NULL)));
}
END_TEST

START_TEST(first_issuance)
{
    w = world_begin("a.example b.example", "ca");
    ck_assert_int_eq(status()->phase, EDGE_PHASE_WAITING);
    world_run_until(0, EDGE_PHASE_STAGED, MINUTE);
    ck_assert_ptr_null(w->ca->violation);
    ck_assert_int_eq(scene_challenges_open(), 0);
    ck_assert_int_eq(status()->signed_outcome, EDGE_OUTCOME_DONE);
    ck_assert_int_eq(scene_logged("notice: a.example: certificate issued by"),
                     1);
    ck_assert_int_eq(scene_logged("warning: "), 0);
    ck_assert_int_eq(scene_logged("error: "), 0);
    world_run(SECOND);
    ck_assert_int_ge(w->deploys, 1);
    ck_assert_int_eq(w->deploy_gap, MINUTE);
    world_deploy();
    ck_assert_int_eq(status()->phase, EDGE_PHASE_VALID);
    ck_assert_int_eq(status()->deployed_outcome, EDGE_OUTCOME_DONE);
    ck_assert_uint_eq(orders(), 1);
}
END_TEST

/* Style 15: neither tokens' answers nor keys are for the log. */
START_TEST(no_secret_is_logged)
{
    w = world_begin("a.example", "ca");
    w->ca->validate_polls = 3;
    while (scene_challenges_open() == 0) {
        world_run(SECOND);
    }
    ck_assert_int_eq(
        scene_logged(APR_ARRAY_IDX(scene_tokens(), 0, acme_token_t).token), 0);
    world_run_until(0, EDGE_PHASE_STAGED, MINUTE);
    ck_assert_int_eq(scene_logged("PRIVATE"), 0);
}
END_TEST

START_TEST(state_changes_are_traced)
{
    w = world_begin("a.example", "ca");
    world_run_until(0, EDGE_PHASE_STAGED, MINUTE);
    ck_assert_int_eq(
        scene_logged("debug: a.example: resting -- due -> ordering"), 1);
    ck_assert_int_eq(
        scene_logged("debug: a.example: ordering -- issued -> resting"), 1);
}
END_TEST

START_TEST(renewal_at_two_thirds)
{
    apr_time_t third;

    w = world_begin("a.example", "ca");
    w->random = 0x80000000u;
    world_run_until(0, EDGE_PHASE_STAGED, MINUTE);
    world_deploy();
    third = status()->not_before + 2 * (w->lifetime / 3);
    ck_assert_int_eq(status()->action, EDGE_ACTION_RENEW);
    ck_assert_int_ge(status()->action_at, third);
    ck_assert_int_le(status()->action_at, third + 2 * DAY);
    world_run(third - w->now);
    ck_assert_uint_eq(orders(), 1);
    world_run(2 * DAY);
    ck_assert_uint_eq(orders(), 2);
    ck_assert_int_eq(status()->phase, EDGE_PHASE_STAGED);
    ck_assert_uint_eq(w->ca->accounts, 1);
}
END_TEST

/* The moment is drawn once, not at every start. */
START_TEST(the_moment_of_renewal_survives_restarts)
{
    apr_time_t at;

    w = world_begin("a.example", "ca");
    w->random = 0x10000000u;
    world_run_until(0, EDGE_PHASE_STAGED, MINUTE);
    world_deploy();
    at = status()->action_at;
    w->random = 0xf0000000u;
    world_restart();
    ck_assert_int_eq(status()->action_at, at);
}
END_TEST

START_TEST(many_short_lives)
{
    int i;

    w = world_begin("a.example", "ca");
    w->lifetime = MINUTE;
    for (i = 0; i < 10; i++) {
        world_run_until(0, EDGE_PHASE_STAGED, MINUTE);
        ck_assert_int_ge(w->deploy_gap, 0);
        world_deploy();
        ck_assert_int_eq(status()->phase, EDGE_PHASE_VALID);
        ck_assert_int_lt(status()->action_at, status()->not_after);
    }
    ck_assert_uint_eq(orders(), 10);
    ck_assert_uint_eq(w->ca->accounts, 1);
    ck_assert_int_eq(scene_logged("error: "), 0);
}
END_TEST

START_TEST(without_reload_nobody_is_asked)
{
    w = world_begin("a.example", "ca");
    world_stop();
    w->config.restarts_itself = 0;
    world_start();
    world_run_until(0, EDGE_PHASE_STAGED, MINUTE);
    world_run(DAY);
    ck_assert_uint_eq(w->deploys, 0);
    ck_assert_ptr_nonnull(
        strstr(status()->action_reason, "`apachectl graceful`"));
}
END_TEST

/* A restart that does not help is asked for ever seldomer. */
START_TEST(the_gap_of_restarts_grows)
{
    w = world_begin("a.example", "ca");
    world_run_until(0, EDGE_PHASE_STAGED, MINUTE);
    world_run(60 * MINUTE);
    ck_assert_int_ge(w->deploy_gap, 29 * MINUTE);
    ck_assert_int_le(w->deploy_gap, 31 * MINUTE);
}
END_TEST

/* --- the configuration changes ------------------------------------------- */

START_TEST(more_names_are_ordered_at_once)
{
    w = world_begin("a.example", "ca");
    world_run_until(0, EDGE_PHASE_STAGED, MINUTE);
    world_deploy();
    world_stop();
    w->config.certs =
        scene_certs(scene_cert("a.example b.example", "ca"), NULL);
    world_start();
    ck_assert_int_eq(status()->action, EDGE_ACTION_RENEW);
    ck_assert_ptr_nonnull(strstr(status()->action_reason, "b.example"));
    world_run_until(0, EDGE_PHASE_STAGED, MINUTE);
    ck_assert_uint_eq(orders(), 2);
}
END_TEST

START_TEST(names_changed_after_staging)
{
    unsigned asked;

    w = world_begin("a.example", "ca");
    world_run_until(0, EDGE_PHASE_STAGED, MINUTE);
    asked = w->deploys;
    world_stop();
    w->config.certs =
        scene_certs(scene_cert("a.example b.example", "ca"), NULL);
    w->ca->validate_polls = 5;
    world_start();
    world_run(2 * SECOND);
    ck_assert_uint_eq(w->deploys, asked);
    world_run_until(0, EDGE_PHASE_STAGED, MINUTE);
    ck_assert_uint_eq(orders(), 2);
    world_deploy();
    ck_assert_int_eq(status()->phase, EDGE_PHASE_VALID);
}
END_TEST

START_TEST(another_key_type_is_ordered_at_once)
{
    edge_cert_t *cert = scene_cert("a.example", "ca");

    w = world_begin("a.example", "ca");
    world_run_until(0, EDGE_PHASE_STAGED, MINUTE);
    world_deploy();
    world_stop();
    cert->key_type = AE_KEY_ECDSA_P384;
    w->config.certs = scene_certs(cert, NULL);
    world_start();
    world_run_until(0, EDGE_PHASE_STAGED, MINUTE);
    world_deploy();
    ck_assert_int_eq(status()->phase, EDGE_PHASE_VALID);
    ck_assert_uint_eq(orders(), 2);
}
END_TEST

START_TEST(another_configuration_forgets_failures)
{
    w = world_begin("a.example", "ca");
    world_spoil("newOrder", 1, 1, 403, "rejectedIdentifier", NULL);
    world_run_until(0, EDGE_PHASE_FAILING, MINUTE);
    ck_assert_int_gt(status()->action_at, w->now + 60 * MINUTE);
    world_restart();
    ck_assert_int_eq(status()->phase, EDGE_PHASE_FAILING);
    world_stop();
    w->config.certs =
        scene_certs(scene_cert("a.example b.example", "ca"), NULL);
    world_start();
    ck_assert_uint_eq(status()->attempts, 0);
    world_run_until(0, EDGE_PHASE_STAGED, MINUTE);
}
END_TEST

/* --- the clock ----------------------------------------------------------- */

static const apr_interval_time_t back[] = {60 * MINUTE, DAY, 365 * DAY};

/* A moment that was near does not go a year away. */
START_TEST(the_clock_is_set_back_under_way)
{
    w = world_begin("a.example", "ca");
    w->ca->validate_polls = 3;
    world_go_to("challenge");
    world_answer();
    world_send();
    w->now -= back[_i];
    world_run_until(0, EDGE_PHASE_STAGED, MINUTE);
    ck_assert_int_eq(w->ca->orders->nelts, 1);
    ck_assert_int_eq(scene_logged("warning: "), 0);
}
END_TEST

/* What a failure waits for is the same span, whatever the clock says; a
 * restart changes nothing in that. */
START_TEST(the_clock_is_set_back_after_a_failure)
{
    w = world_begin("a.example", "ca");
    world_spoil("newOrder", 1, 1, 429, "rateLimited", "7200");
    world_run_until(0, EDGE_PHASE_FAILING, MINUTE);
    w->now -= back[_i / 2];
    if (_i % 2) {
        world_restart();
    }
    world_run(119 * MINUTE);
    ck_assert_uint_eq(ca_count(w->ca, "newOrder"), 1);
    world_run_until(0, EDGE_PHASE_STAGED, 3 * MINUTE);
}
END_TEST

/* The session's pause, too: for the others, and for the CA's next reply. */
START_TEST(the_clock_is_set_back_in_a_pause)
{
    w = world_make(scene_many(5, "ca"));
    world_spoil("newAccount", 1, 1, 503, "serverInternal", "600");
    world_start();
    world_run_until(0, EDGE_PHASE_FAILING, MINUTE);
    w->now -= back[_i];
    world_run(9 * MINUTE);
    ck_assert_uint_eq(ca_count(w->ca, "newAccount"), 1);
    world_run_until(4, EDGE_PHASE_STAGED, 3 * MINUTE);
}
END_TEST

/* A clock that was a year ahead when httpd started is put right: nothing of
 * what was remembered then may last. */
START_TEST(the_clock_was_a_year_ahead)
{
    w = world_make(scene_many(1, "ca"));
    w->now += 365 * DAY;
    world_spoil("newAccount", 1, 1, 503, "serverInternal", "600");
    world_start();
    world_run_until(0, EDGE_PHASE_FAILING, MINUTE);
    world_stop();
    w->now -= 365 * DAY;
    world_start();
    world_run_until(0, EDGE_PHASE_STAGED, 20 * MINUTE);
}
END_TEST

/* It goes ahead while all sleep: what is due then is done, once. */
START_TEST(the_clock_goes_ahead_a_year)
{
    w = world_begin("a.example", "ca");
    world_run_until(0, EDGE_PHASE_STAGED, MINUTE);
    world_deploy();
    w->now += 365 * DAY;
    world_run_until(0, EDGE_PHASE_STAGED, MINUTE);
    ck_assert_uint_eq(ca_count(w->ca, "newOrder"), 2);
}
END_TEST

/* Each moment at which it jumps; what is done until a certificate is there
 * that holds by the new clock, and how many orders that takes. */
static const struct {
    const char *moment;
    apr_interval_time_t jump;
    unsigned orders;
    apr_interval_time_t within;
} jumps[] = {
    {"under way", -365 * DAY, 1, MINUTE},
    {"under way", -DAY, 1, MINUTE},
    {"under way", DAY, 1, MINUTE},
    {"under way", 365 * DAY, 2, 3 * MINUTE}, /* the order has run out */
    /* What does not hold now is refused, and the next one waits a day. */
    {"staged", -365 * DAY, 2, 31 * 60 * MINUTE},
    {"staged", -DAY, 2, 31 * 60 * MINUTE},
    {"staged", DAY, 1, MINUTE},
    {"staged", 365 * DAY, 2, 31 * 60 * MINUTE},
    /* What is live stays, from the future too: clients may know better. */
    {"live", -365 * DAY, 1, 60 * MINUTE},
    {"live", -DAY, 1, 60 * MINUTE},
    {"live", DAY, 1, 60 * MINUTE},
    {"live", 365 * DAY, 2, MINUTE},
    {"failed", -365 * DAY, 2, 2 * MINUTE},
    {"failed", -DAY, 2, 2 * MINUTE},
    {"failed", DAY, 2, 2 * MINUTE},
    {"failed", 365 * DAY, 2, 2 * MINUTE},
};

#define JUMPS ((int)(sizeof(jumps) / sizeof(jumps[0])))

static void go_to_moment(const char *moment)
{
    if (strcmp(moment, "failed") == 0) {
        world_spoil("newOrder", 1, 1, 500, "serverInternal", NULL);
        world_run_until(0, EDGE_PHASE_FAILING, MINUTE);
    } else if (strcmp(moment, "under way") == 0) {
        w->ca->validate_polls = 3;
        world_go_to("challenge");
        world_answer();
        world_send();
    } else {
        world_run_until(0, EDGE_PHASE_STAGED, MINUTE);
    }
    if (strcmp(moment, "live") == 0) {
        world_deploy();
    }
}

static int is_deployed(void)
{
    return status()->phase == EDGE_PHASE_VALID;
}

START_TEST(the_clock_jumps)
{
    apr_time_t end;

    w = world_begin("a.example", "ca");
    go_to_moment(jumps[_i / 2].moment);
    w->now += jumps[_i / 2].jump;
    end = w->now + jumps[_i / 2].within;
    if (_i % 2) {
        world_restart();
    }
    world_deploy();
    while (w->now < end && !(is_deployed() && status()->not_after > w->now)) {
        world_run(MINUTE / 2);
        world_deploy();
    }
    ck_assert(is_deployed());
    ck_assert_int_gt(status()->not_after, w->now);
    world_run(60 * MINUTE);
    ck_assert_uint_eq(ca_count(w->ca, "newOrder"), jumps[_i / 2].orders);
}
END_TEST

Suite *suite_edge_job(void);

Suite *suite_edge_job(void)
{
    Suite *suite = suite_create("edge_job");
    TCase *tc = tcase_create("job");

    tcase_add_checked_fixture(tc, scene_setup, t_teardown);
    tcase_set_timeout(tc, 60);
    tcase_add_test(tc, addresses);
    tcase_add_test(tc, first_issuance);
    tcase_add_test(tc, no_secret_is_logged);
    tcase_add_test(tc, state_changes_are_traced);
    tcase_add_test(tc, renewal_at_two_thirds);
    tcase_add_test(tc, the_moment_of_renewal_survives_restarts);
    tcase_add_test(tc, many_short_lives);
    tcase_add_test(tc, without_reload_nobody_is_asked);
    tcase_add_test(tc, the_gap_of_restarts_grows);
    tcase_add_test(tc, more_names_are_ordered_at_once);
    tcase_add_test(tc, names_changed_after_staging);
    tcase_add_test(tc, another_key_type_is_ordered_at_once);
    tcase_add_test(tc, another_configuration_forgets_failures);
    tcase_add_loop_test(tc, the_clock_is_set_back_under_way, 0, 3);
    tcase_add_loop_test(tc, the_clock_is_set_back_after_a_failure, 0, 6);
    tcase_add_loop_test(tc, the_clock_is_set_back_in_a_pause, 0, 3);
    tcase_add_test(tc, the_clock_was_a_year_ahead);
    tcase_add_test(tc, the_clock_goes_ahead_a_year);
    tcase_add_loop_test(tc, the_clock_jumps, 0, 2 * JUMPS);
    suite_add_tcase(suite, tc);
    return suite;
}
