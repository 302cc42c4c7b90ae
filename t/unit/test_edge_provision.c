#include "edge_provision.h"

#include "edge_scene.h"
#include "lookout_scene.h"
#include "support.h"

#include <check.h>
#include <string.h>

Suite *suite_edge_provision(void);

/* 43 characters, as section 8.3 of RFC 8555 has them at least. */
#define TOKEN "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
#define PRINT "ccccccccccccccccccccccccccccccccccccccccccc"
#define V4 "192.0.2.1"

static edge_door_state_t door_state;
static int inside; /* the door */
static edge_cert_t *cert;
static edge_provision_t *provision;
static apr_time_t now, wake;

static apr_uint32_t enter(void *ctx)
{
    (void)ctx;
    inside++;
    return 0;
}

static edge_door_state_t look(void *ctx, apr_uint32_t mark, ae_error_t *err)
{
    (void)ctx;
    (void)mark;
    if (door_state == EDGE_DOOR_STUCK) {
        ae_error_set(err, APR_EGENERAL, "port 80 cannot be opened");
    }
    return door_state;
}

static void leave(void *ctx)
{
    (void)ctx;
    inside--;
}

static const edge_door_t door = {enter, look, leave, NULL};

static const apr_array_header_t *tokens(void)
{
    apr_array_header_t *list = apr_array_make(t_pool, 1, sizeof(acme_token_t));
    const acme_token_t token = {"a.example", TOKEN, TOKEN "." PRINT,
                                SCENE_NOW + DAY};

    APR_ARRAY_PUSH(list, acme_token_t) = token;
    return list;
}

static void setup(void)
{
    edge_provision_config_t config = {0};

    scene_setup();
    now = SCENE_NOW;
    door_state = EDGE_DOOR_OPEN;
    inside = 0;
    cert = scene_cert("a.example", "ca");
    cert->probing = EDGE_PROBING_REQUIRED;
    config.barrier.cert = cert;
    config.barrier.provider = scene_provider("ca");
    config.barrier.lookout = lookout_make();
    config.barrier.log = scene_log();
    config.door = &door;
    config.posting = edge_posting_create(scene_challenges(), t_pool);
    lookout_name("a.example", V4);
    provision = edge_provision_create(&config, t_pool);
}

/* Time passes until something else than waiting comes, for at most so long. */
static edge_provision_next_t run(apr_interval_time_t span)
{
    apr_time_t end = now + span;
    edge_provision_next_t next = edge_provision_next(provision, now, &wake);

    while (next == EDGE_PROVISION_WAIT && wake <= end) {
        ck_assert_int_gt(wake, now);
        now = wake;
        next = edge_provision_next(provision, now, &wake);
    }
    return next;
}

static void expect_failed(const char *id, const char *step, unsigned cause)
{
    const edge_failure_t *failure = edge_provision_failure(provision);

    ck_assert_int_eq(run(MINUTE), EDGE_PROVISION_FAILED);
    ck_assert_str_eq(failure->id, id);
    ck_assert_str_eq(failure->step, step);
    ck_assert_uint_eq(failure->cause, cause);
    ck_assert_ptr_null(edge_provision_step(provision));
}

START_TEST(ready_where_all_answer)
{
    ck_assert_ptr_null(edge_provision_step(provision));
    edge_provision_begin(provision, tokens());
    ck_assert_int_eq(run(MINUTE), EDGE_PROVISION_READY);
    ck_assert_ptr_null(edge_provision_step(provision));
    ck_assert_int_eq(scene_challenges_open(), 1);
    ck_assert_uint_eq(lookout_count(V4), 1);
    ck_assert_uint_eq(edge_provision_found(provision)->cause, EDGE_CAUSE_NONE);
    /* The CA looks now: the port is needed until somebody says otherwise. */
    ck_assert_int_eq(inside, 1);
    edge_provision_leave(provision);
    edge_provision_end(provision);
    ck_assert_int_eq(inside, 0);
}
END_TEST

/* Nothing is published where no CA could look. */
START_TEST(the_door_first)
{
    door_state = EDGE_DOOR_WAIT;
    edge_provision_begin(provision, tokens());
    ck_assert_int_eq(run(MINUTE), EDGE_PROVISION_WAIT);
    ck_assert_str_eq(edge_provision_step(provision), "port");
    ck_assert_int_eq(wake - now, EDGE_DOOR_PAUSE);
    ck_assert_int_eq(inside, 1);
    ck_assert_int_eq(scene_challenges_open(), 0);
    ck_assert_ptr_null(edge_provision_found(provision));
    door_state = EDGE_DOOR_OPEN;
    ck_assert_int_eq(run(MINUTE), EDGE_PROVISION_READY);
}
END_TEST

START_TEST(the_door_is_stuck)
{
    door_state = EDGE_DOOR_STUCK;
    edge_provision_begin(provision, tokens());
    expect_failed("AE040", "port", EDGE_CAUSE_CHALLENGE_PORT);
    ck_assert_int_eq(scene_challenges_open(), 0);
}
END_TEST

START_TEST(the_store_takes_nothing)
{
    scene_challenges_break(1);
    edge_provision_begin(provision, tokens());
    expect_failed("AE040", "challenge", EDGE_CAUSE_CHALLENGE_STORE);
    ck_assert_uint_eq(lookout_count("a.example"), 0);
    scene_challenges_break(0);
    edge_provision_begin(provision, tokens());
    ck_assert_int_eq(run(MINUTE), EDGE_PROVISION_READY);
}
END_TEST

/* RFC 8555 section 8.2 */
START_TEST(the_barrier_is_shut)
{
    lookout_says(V4, "404");
    edge_provision_begin(provision, tokens());
    ck_assert_int_eq(run(SECOND), EDGE_PROVISION_WAIT);
    ck_assert_str_eq(edge_provision_step(provision), "probe");
    expect_failed("AE092", "probe", EDGE_CAUSE_PROBE_ADDRESS);
    ck_assert_ptr_nonnull(strstr(edge_provision_failure(provision)->error.why,
                                 "status 404 came back"));
}
END_TEST

START_TEST(begun_anew_while_it_is_asked)
{
    lookout_says(V4, "hangs");
    edge_provision_begin(provision, tokens());
    ck_assert_int_eq(run(SECOND), EDGE_PROVISION_WAIT);
    ck_assert_uint_eq(lookout_open(), 1);
    edge_provision_begin(provision, tokens());
    ck_assert_uint_eq(lookout_open(), 0);
    ck_assert_int_eq(run(SECOND), EDGE_PROVISION_WAIT);
    ck_assert_uint_eq(lookout_open(), 1);
    ck_assert_int_eq(inside, 1);
    edge_provision_end(provision);
    ck_assert_uint_eq(lookout_open(), 0);
    ck_assert_int_eq(inside, 0);
}
END_TEST

Suite *suite_edge_provision(void)
{
    Suite *suite = suite_create("edge_provision");
    TCase *tc = tcase_create("provision");

    tcase_add_checked_fixture(tc, setup, t_teardown);
    tcase_add_test(tc, ready_where_all_answer);
    tcase_add_test(tc, the_door_first);
    tcase_add_test(tc, the_door_is_stuck);
    tcase_add_test(tc, the_store_takes_nothing);
    tcase_add_test(tc, the_barrier_is_shut);
    tcase_add_test(tc, begun_anew_while_it_is_asked);
    suite_add_tcase(suite, tc);
    return suite;
}
