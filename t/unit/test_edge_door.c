#include "edge_door.h"

#include "edge_cause.h"
#include "errand_scene.h"
#include "support.h"

#include <check.h>
#include <string.h>

Suite *suite_edge_door(void);

/* A door that a test opens. */
typedef struct scripted_door_t {
    edge_door_state_t state;
    apr_uint32_t refusals;
    int inside;
    int most; /* inside at once */
} scripted_door_t;

static scripted_door_t door;
static world_t *w;

static apr_uint32_t enter(void *ctx)
{
    scripted_door_t *scripted = ctx;

    if (++scripted->inside > scripted->most) {
        scripted->most = scripted->inside;
    }
    return scripted->refusals;
}

static edge_door_state_t look(void *ctx, apr_uint32_t mark, ae_error_t *err)
{
    const scripted_door_t *scripted = ctx;

    if (scripted->state == EDGE_DOOR_STUCK && mark == scripted->refusals) {
        return EDGE_DOOR_WAIT;
    }
    if (scripted->state == EDGE_DOOR_STUCK) {
        ae_error_set(err, APR_EGENERAL, "port 80 cannot be opened");
        ae_error_why(err, "another program has it");
    }
    return scripted->state;
}

static void leave(void *ctx)
{
    scripted_door_t *scripted = ctx;

    scripted->inside--;
}

static const edge_door_t scripted_door = {enter, look, leave, &door};

static void setup(void)
{
    scene_setup();
    memset(&door, 0, sizeof(door));
    door.state = EDGE_DOOR_WAIT;
}

static void begin(apr_array_header_t *certs)
{
    w = world_make(certs);
    w->config.door = &scripted_door;
    world_start();
}

static void begin_one(void)
{
    begin(scene_certs(scene_cert("a.example", "ca"), NULL));
}

static const edge_status_t *status(void)
{
    return &w->statuses[0];
}

/* --- one visitor --------------------------------------------------------- */

START_TEST(no_door_is_open)
{
    edge_visit_t visit = {NULL, 0, 0};
    ae_error_t err;

    ck_assert_int_eq(edge_door_look(&visit, &err), EDGE_DOOR_OPEN);
    edge_door_leave(&visit);
    ck_assert_int_eq(visit.inside, 0);
}
END_TEST

START_TEST(counted_once)
{
    edge_visit_t visit = {&scripted_door, 0, 0};
    ae_error_t err;

    edge_door_leave(&visit);
    ck_assert_int_eq(door.inside, 0);
    ck_assert_int_eq(edge_door_look(&visit, &err), EDGE_DOOR_WAIT);
    ck_assert_int_eq(edge_door_look(&visit, &err), EDGE_DOOR_WAIT);
    ck_assert_int_eq(door.inside, 1);
    edge_door_leave(&visit);
    edge_door_leave(&visit);
    ck_assert_int_eq(door.inside, 0);
}
END_TEST

/* --- orders -------------------------------------------------------------- */

/* Nothing is published, and the CA is not told to look. */
START_TEST(an_order_waits_until_it_is_open)
{
    begin_one();
    world_run(10 * MINUTE);
    ck_assert_int_eq(door.inside, 1);
    ck_assert_str_eq(status()->step, "port");
    ck_assert_int_eq(scene_challenges_open(), 0);
    ck_assert_uint_eq(ca_count(w->ca, "challenge"), 0);
    door.state = EDGE_DOOR_OPEN;
    world_run_until(0, EDGE_PHASE_STAGED, MINUTE);
    ck_assert_uint_eq(ca_count(w->ca, "newOrder"), 1);
    ck_assert_int_eq(door.inside, 0);
}
END_TEST

/* The restart that opens it takes the worker along. */
START_TEST(the_next_worker_takes_the_order_up)
{
    begin_one();
    world_run(MINUTE);
    ck_assert_int_eq(door.inside, 1);
    world_stop();
    ck_assert_int_eq(door.inside, 0);
    door.state = EDGE_DOOR_OPEN;
    world_start();
    world_run_until(0, EDGE_PHASE_STAGED, MINUTE);
    ck_assert_uint_eq(ca_count(w->ca, "newOrder"), 1);
}
END_TEST

START_TEST(needed_until_the_names_are_validated)
{
    begin_one();
    door.state = EDGE_DOOR_OPEN;
    world_go_to("challenge");
    ck_assert_int_eq(door.inside, 1);
    world_go_to("finalize");
    ck_assert_int_eq(door.inside, 0);
    world_run_until(0, EDGE_PHASE_STAGED, MINUTE);
    ck_assert_int_eq(door.inside, 0);
}
END_TEST

/* Who comes again asks for another try. */
START_TEST(an_order_fails_and_is_kept_where_it_is_stuck)
{
    begin_one();
    world_run(MINUTE);
    door.state = EDGE_DOOR_STUCK;
    door.refusals++;
    world_run_until(0, EDGE_PHASE_FAILING, MINUTE);
    ck_assert_int_eq(door.inside, 0);
    ck_assert_int_eq(status()->cause, EDGE_CAUSE_CHALLENGE_PORT);
    ck_assert_ptr_nonnull(strstr(scene_log_line("AE040"), "another program"));
    ck_assert_ptr_nonnull(strstr(scene_log_line("AE040"), "ss -ltnp"));
    ck_assert_uint_eq(ca_count(w->ca, "challenge"), 0);
    world_run(2 * MINUTE);
    ck_assert_int_eq(door.inside, 1);
    door.state = EDGE_DOOR_OPEN;
    world_run_until(0, EDGE_PHASE_STAGED, MINUTE);
    ck_assert_uint_eq(ca_count(w->ca, "newOrder"), 1);
}
END_TEST

START_TEST(a_failed_order_needs_it_no_more)
{
    begin_one();
    door.state = EDGE_DOOR_OPEN;
    world_spoil("challenge", 1, 10, 500, "serverInternal", NULL);
    world_run_until(0, EDGE_PHASE_FAILING, MINUTE);
    ck_assert_int_eq(door.most, 1);
    ck_assert_int_eq(door.inside, 0);
}
END_TEST

START_TEST(several_come_to_it_together)
{
    begin(scene_many(5, "ca"));
    world_run(MINUTE);
    ck_assert_int_eq(door.inside, 5);
    door.state = EDGE_DOOR_OPEN;
    world_run_until(4, EDGE_PHASE_STAGED, MINUTE);
    world_run(MINUTE);
    ck_assert_int_eq(door.inside, 0);
}
END_TEST

/* --- errands ------------------------------------------------------------- */

/* RFC 8555 section 7.6: a revocation by an account that first has to be
 * authorized for the names. */
static const char *ask_revocation(void)
{
    const char *id;

    w = errand_world();
    w->ca->foreign = 1;
    w->ca->opens = 1;
    w->config.door = &scripted_door;
    world_start();
    door.state = EDGE_DOOR_OPEN;
    world_run_until(0, EDGE_PHASE_STAGED, MINUTE);
    door.state = EDGE_DOOR_WAIT;
    id = errand_ask(errand_revocation());
    edge_scheduler_ask(w->scheduler, w->now);
    world_run(MINUTE);
    ck_assert_int_eq(door.inside, 1);
    return id;
}

START_TEST(an_errand_waits_too)
{
    const char *id = ask_revocation();

    ck_assert_int_eq(errand_is_there(id, ".done"), 0);
    door.state = EDGE_DOOR_OPEN;
    errand_check_done(errand_come(id), "with authorizations");
    ck_assert_int_eq(door.inside, 0);
}
END_TEST

START_TEST(an_errand_fails_where_it_is_stuck)
{
    const char *id = ask_revocation();

    door.state = EDGE_DOOR_STUCK;
    door.refusals++;
    errand_check_failed(errand_come(id), "another program", "--key");
    ck_assert_int_eq(door.inside, 0);
}
END_TEST

Suite *suite_edge_door(void)
{
    Suite *suite = suite_create("edge_door");
    TCase *visits = tcase_create("visits");
    TCase *orders = tcase_create("orders");

    tcase_add_checked_fixture(visits, setup, t_teardown);
    tcase_add_test(visits, no_door_is_open);
    tcase_add_test(visits, counted_once);
    suite_add_tcase(suite, visits);
    tcase_add_checked_fixture(orders, setup, t_teardown);
    tcase_add_test(orders, an_order_waits_until_it_is_open);
    tcase_add_test(orders, the_next_worker_takes_the_order_up);
    tcase_add_test(orders, needed_until_the_names_are_validated);
    tcase_add_test(orders, an_order_fails_and_is_kept_where_it_is_stuck);
    tcase_add_test(orders, a_failed_order_needs_it_no_more);
    tcase_add_test(orders, several_come_to_it_together);
    tcase_add_test(orders, an_errand_waits_too);
    tcase_add_test(orders, an_errand_fails_where_it_is_stuck);
    suite_add_tcase(suite, orders);
    return suite;
}
