/* Many certificates at once; workers that come and go at any moment; disks
 * that fail. */

#include "edge_world.h"
#include "support.h"

#include <apr_strings.h>
#include <check.h>
#include <string.h>

#define MANY 200

static world_t *w;

static void make_one(const char *names)
{
    w = world_make(scene_certs(scene_cert(names, "ca"), NULL));
    w->ca->validate_polls = 1;
    w->ca->issue_polls = 1;
}

/* Answer so many requests, or until it is staged. @return how many */
static int answer_some(int count)
{
    int answered = 0;

    while (answered < count && w->statuses[0].phase != EDGE_PHASE_STAGED) {
        apr_time_t wake = world_send();

        if (world_answer()) {
            answered++;
        } else {
            w->now = wake;
        }
    }
    return answered;
}

/* --- a worker takes over ------------------------------------------------- */

/* RFC 8555: one order, one account, one key, wherever the first worker was
 * stopped. */
START_TEST(stopped_after_any_reply)
{
    int total;

    make_one("a.example b.example");
    world_start();
    answer_some(_i);
    total = scene_challenges_open();
    world_restart();
    /* What was published stays, and what was about to be is. */
    ck_assert_int_ge(scene_challenges_open(), total);
    world_run_until(0, EDGE_PHASE_STAGED, 10 * MINUTE);
    ck_assert_ptr_null(w->ca->violation);
    ck_assert_int_eq(w->ca->orders->nelts, 1);
    ck_assert_uint_eq(w->ca->accounts, 1);
    ck_assert_int_eq(ca_order(w->ca, 0)->finalized, 1);
    ck_assert_int_eq(scene_challenges_open(), 0);
    world_deploy();
    ck_assert_int_eq(w->statuses[0].phase, EDGE_PHASE_VALID);
    ck_assert_int_eq(scene_logged("warning: "), 0);
    ck_assert_int_eq(scene_logged("error: "), 0);
}
END_TEST

/* With requests on the wire the next worker may not know what the CA did, but
 * it comes to an end. */
START_TEST(stopped_with_requests_on_the_wire)
{
    make_one("a.example b.example");
    world_start();
    answer_some(_i);
    world_send();
    world_restart();
    world_run_until(0, EDGE_PHASE_STAGED, 10 * MINUTE);
    ck_assert_ptr_null(w->ca->violation);
    ck_assert_int_eq(w->ca->orders->nelts, 1);
}
END_TEST

/* A restart empties the shared memory that challenges are answered from. */
START_TEST(open_challenges_come_back)
{
    make_one("a.example");
    w->ca->validate_polls = 5;
    world_start();
    while (scene_challenges_open() == 0) {
        answer_some(1);
        world_send();
    }
    world_stop();
    scene_challenges_forget();
    world_start();
    ck_assert_int_eq(scene_challenges_open(), 1);
}
END_TEST

START_TEST(an_order_under_way_is_shown_after_a_restart)
{
    make_one("a.example");
    world_start();
    answer_some(6);
    world_restart();
    ck_assert_int_eq(w->statuses[0].action, EDGE_ACTION_FOLLOW);
    ck_assert_int_eq(w->statuses[0].phase, EDGE_PHASE_ORDERING);
}
END_TEST

START_TEST(an_order_of_other_names_is_dropped)
{
    make_one("a.example");
    w->ca->validate_polls = 50;
    world_start();
    answer_some(8);
    ck_assert_int_eq(scene_challenges_open(), 1);
    world_stop();
    w->config.certs =
        scene_certs(scene_cert("a.example c.example", "ca"), NULL);
    w->ca->validate_polls = 0;
    world_start();
    world_run_until(0, EDGE_PHASE_STAGED, 10 * MINUTE);
    ck_assert_int_eq(w->ca->orders->nelts, 2);
    ck_assert_int_eq(scene_challenges_open(), 0);
}
END_TEST

/* RFC 8555 section 7.4: the CSR that the order was finalized with is final. */
START_TEST(an_order_of_another_key_type_is_dropped)
{
    edge_cert_t *cert = scene_cert("a.example", "ca");

    make_one("a.example");
    world_start();
    world_go_to("finalize");
    world_answer();
    world_stop();
    cert->key_type = AE_KEY_ECDSA_P384;
    w->config.certs = scene_certs(cert, NULL);
    world_start();
    world_run_until(0, EDGE_PHASE_STAGED, MINUTE);
    ck_assert_int_eq(w->ca->orders->nelts, 2);
    ck_assert_int_eq(ca_order(w->ca, 1)->finalized, 1);
    ck_assert_int_eq(scene_logged("error: "), 0);
}
END_TEST

/* --- disks --------------------------------------------------------------- */

/* What is learned from one step is in the store before the next is sent. */
static const struct {
    const char *step;
    const char *next;
    const char *path;
} learned[] = {
    {"newAccount", "newOrder", "accounts/ca"},
    {"newOrder", "authorization", "staging/a.example/order"},
    {"authorization", "challenge", "staging/a.example/order"},
};

START_TEST(no_request_after_a_failed_write)
{
    make_one("a.example");
    world_start();
    world_go_to(learned[_i].step);
    scene_break(learned[_i].path);
    world_run(30 * SECOND);
    ck_assert_uint_eq(ca_count(w->ca, learned[_i].step), 1);
    ck_assert_uint_eq(ca_count(w->ca, learned[_i].next), 0);
    ck_assert_int_eq(w->wire->nelts, 0);
    ck_assert_int_eq(scene_challenges_open(), 0);
    ck_assert_int_eq(w->statuses[0].phase, EDGE_PHASE_FAILING);
    ck_assert_ptr_nonnull(
        strstr(w->statuses[0].signed_text, learned[_i].path));
}
END_TEST

/* The order that failed lives until all its replies were there. */
START_TEST(what_is_on_the_wire_comes_back)
{
    make_one("a.example b.example c.example");
    world_start();
    world_go_to("authorization");
    /* The reply is late, the next authorizations want nonces of their own. */
    w->now += SECOND;
    world_send();
    ck_assert_int_ge(w->wire->nelts, 2);
    scene_break("staging/a.example/order");
    world_answer();
    world_send();
    ck_assert_int_eq(w->statuses[0].phase, EDGE_PHASE_FAILING);
    ck_assert_int_ge(w->wire->nelts, 1);
    ck_assert_int_eq(
        scene_logged("debug: a.example: ordering -- failed -> draining"), 1);
    while (world_answer()) {
    }
    world_send();
    ck_assert_int_eq(
        scene_logged("debug: a.example: draining -- reply -> resting"), 1);
}
END_TEST

static const char *const needed[] = {"accounts", "staging", "state"};

START_TEST(trouble_is_named_at_create)
{
    edge_scheduler_t *scheduler;
    ae_error_t err;

    make_one("a.example");
    scene_break(needed[_i]);
    ck_assert_int_ne(
        edge_scheduler_create(&scheduler, &w->config, w->now, &err, t_pool),
        APR_SUCCESS);
    ck_assert_ptr_nonnull(
        strstr(ae_error_line(&err, t_pool), scene_path(needed[_i])));
}
END_TEST

/* The disk fails while the worker lives. */
START_TEST(nothing_is_ordered_on_a_broken_disk)
{
    make_one("a.example");
    world_start();
    scene_break("state");
    world_run_until(0, EDGE_PHASE_FAILING, MINUTE);
    ck_assert_uint_eq(w->requests, 0);
    ck_assert_int_eq(scene_logged("warning: AE043: a.example: "), 1);
    ck_assert_ptr_nonnull(
        strstr(w->statuses[0].signed_text, scene_path("state")));
    /* The ladder holds in memory. */
    world_run(DAY);
    ck_assert_uint_eq(w->statuses[0].attempts, 4);
}
END_TEST

/* --- many ---------------------------------------------------------------- */

static int count_waiting(void)
{
    int count = 0;
    int i;

    for (i = 0; i < MANY; i++) {
        count +=
            strstr(w->statuses[i].action_reason, "waits for its turn") != NULL;
    }
    return count;
}

START_TEST(two_hundred_at_once)
{
    int i;

    w = world_make(scene_many(MANY, "ca"));
    w->ca->validate_polls = 1;
    w->config.restarts_itself = 0;
    world_start();
    world_send();
    ck_assert_int_eq(count_waiting(), MANY - 50);
    world_run(5 * MINUTE);
    for (i = 0; i < MANY; i++) {
        ck_assert_int_eq(w->statuses[i].phase, EDGE_PHASE_STAGED);
    }
    ck_assert_ptr_null(w->ca->violation);
    ck_assert_int_eq(w->ordering_most, 50);
    ck_assert_uint_eq(ca_count(w->ca, "directory"), 1);
    ck_assert_uint_eq(w->ca->accounts, 1);
    ck_assert_uint_eq(ca_count(w->ca, "newOrder"), MANY);
    ck_assert_uint_lt(ca_count(w->ca, "newNonce"), 100);
}
END_TEST

/* All fail by one cause, and none is forgotten. */
START_TEST(many_fail_together)
{
    ca_fault_t fault = {0};
    int i;

    w = world_make(scene_many(MANY, "ca"));
    fault.step = "directory";
    fault.nth = 1;
    fault.times = 3;
    fault.status = APR_ECONNRESET;
    ca_spoil(w->ca, fault);
    w->config.restarts_itself = 0;
    world_start();
    world_run(120 * MINUTE);
    for (i = 0; i < MANY; i++) {
        ck_assert_msg(w->statuses[i].phase == EDGE_PHASE_STAGED, "%d: %s", i,
                      w->statuses[i].action_reason);
    }
    ck_assert_uint_eq(ca_count(w->ca, "newOrder"), MANY);
    ck_assert_uint_eq(ca_count(w->ca, "directory"), 4);
}
END_TEST

START_TEST(renewals_are_no_burst)
{
    apr_time_t first = 0, last = 0;
    int i;

    w = world_make(scene_many(20, "ca"));
    world_start();
    for (i = 0; i < 20; i++) {
        w->random += 0x0ccccccc;
        world_run_until(i, EDGE_PHASE_STAGED, MINUTE);
    }
    world_deploy();
    for (i = 0; i < 20; i++) {
        apr_time_t at = w->statuses[i].action_at;

        ck_assert_int_eq(w->statuses[i].action, EDGE_ACTION_RENEW);
        first = first == 0 || at < first ? at : first;
        last = at > last ? at : last;
    }
    world_run(first - w->now - 1);
    ck_assert_uint_eq(ca_count(w->ca, "newOrder"), 20);
    world_run(last - w->now + MINUTE);
    ck_assert_uint_eq(ca_count(w->ca, "newOrder"), 40);
}
END_TEST

/* --- calls --------------------------------------------------------------- */

static int count_orders(void)
{
    int count = 0;
    int i;

    for (i = 0; i < w->config.certs->nelts; i++) {
        count += w->statuses[i].phase == EDGE_PHASE_ORDERING;
    }
    return count;
}

START_TEST(nothing_to_do)
{
    w = world_make(scene_many(0, "ca"));
    world_start();
    ck_assert_int_gt(world_send(), w->now);
}
END_TEST

START_TEST(a_status_is_published_when_it_changed)
{
    unsigned published;

    make_one("a.example");
    world_start();
    ck_assert_uint_eq(w->published, 1);
    world_run_until(0, EDGE_PHASE_STAGED, MINUTE);
    published = w->published;
    world_run(MINUTE);
    ck_assert_uint_eq(w->published, published);
    world_deploy();
    world_send();
    published = w->published;
    world_run(40 * DAY);
    ck_assert_uint_eq(w->published, published);
}
END_TEST

START_TEST(it_says_when_to_come_back)
{
    make_one("a.example");
    world_start();
    world_run_until(0, EDGE_PHASE_STAGED, MINUTE);
    world_deploy();
    w->now = w->statuses[0].action_at - 60 * MINUTE;
    ck_assert_int_eq(world_send(), w->statuses[0].action_at);
}
END_TEST

/* Keys and disks take their time; the worker may be told to stop. */
START_TEST(one_call_begins_one_job)
{
    edge_dispatch_t dispatch;
    apr_time_t wake;
    int i;

    w = world_make(scene_many(10, "ca"));
    world_start();
    ck_assert_int_eq(
        edge_scheduler_next(w->scheduler, w->now, &dispatch, &wake), 1);
    for (i = 1; i < 10; i++) {
        ck_assert_int_eq(count_orders(), i);
        ck_assert_int_eq(
            edge_scheduler_next(w->scheduler, w->now, &dispatch, &wake), 0);
        ck_assert_int_le(wake, w->now + SECOND);
    }
    ck_assert_int_eq(count_orders(), 10);
}
END_TEST

/* Nobody's order waits for all others to be begun. */
START_TEST(an_order_under_way_goes_first)
{
    const char *step = "";
    edge_dispatch_t dispatch;
    apr_time_t wake;
    int calls;

    w = world_make(scene_many(50, "ca"));
    world_start();
    for (calls = 0; calls < 200 && strcmp(step, "challenge") != 0; calls++) {
        if (edge_scheduler_next(w->scheduler, w->now, &dispatch, &wake)) {
            APR_ARRAY_PUSH(w->wire, const acme_request_t *) = dispatch.request;
            step = dispatch.request->step;
        } else {
            (void)world_answer();
        }
    }
    ck_assert_str_eq(step, "challenge");
    ck_assert_int_lt(count_orders(), 25);
}
END_TEST

START_TEST(roots_go_with_the_request)
{
    edge_cert_t *cert = scene_cert("a.example", "ca");
    edge_dispatch_t dispatch;
    apr_time_t wake;

    cert->trust_file = "/etc/roots.pem";
    w = world_make(scene_certs(cert, NULL));
    world_start();
    ck_assert_int_eq(
        edge_scheduler_next(w->scheduler, w->now, &dispatch, &wake), 1);
    ck_assert_str_eq(dispatch.trust_file, "/etc/roots.pem");
}
END_TEST

static TCase *add_case(Suite *suite, const char *name)
{
    TCase *tc = tcase_create(name);

    tcase_add_checked_fixture(tc, scene_setup, t_teardown);
    tcase_set_timeout(tc, 120);
    suite_add_tcase(suite, tc);
    return tc;
}

Suite *suite_edge_scheduler(void);

Suite *suite_edge_scheduler(void)
{
    Suite *suite = suite_create("edge_scheduler");
    TCase *takeover = add_case(suite, "takeover");
    TCase *disks = add_case(suite, "disks");
    TCase *many = add_case(suite, "many");
    TCase *calls = add_case(suite, "calls");

    tcase_add_loop_test(takeover, stopped_after_any_reply, 0, 20);
    tcase_add_loop_test(takeover, stopped_with_requests_on_the_wire, 0, 20);
    tcase_add_test(takeover, open_challenges_come_back);
    tcase_add_test(takeover, an_order_under_way_is_shown_after_a_restart);
    tcase_add_test(takeover, an_order_of_other_names_is_dropped);
    tcase_add_test(takeover, an_order_of_another_key_type_is_dropped);
    tcase_add_loop_test(disks, no_request_after_a_failed_write, 0,
                        sizeof(learned) / sizeof(learned[0]));
    tcase_add_test(disks, what_is_on_the_wire_comes_back);
    tcase_add_loop_test(disks, trouble_is_named_at_create, 0,
                        sizeof(needed) / sizeof(needed[0]));
    tcase_add_test(disks, nothing_is_ordered_on_a_broken_disk);
    tcase_add_test(many, two_hundred_at_once);
    tcase_add_test(many, many_fail_together);
    tcase_add_test(many, renewals_are_no_burst);
    tcase_add_test(calls, nothing_to_do);
    tcase_add_test(calls, a_status_is_published_when_it_changed);
    tcase_add_test(calls, it_says_when_to_come_back);
    tcase_add_test(calls, one_call_begins_one_job);
    tcase_add_test(calls, an_order_under_way_goes_first);
    tcase_add_test(calls, roots_go_with_the_request);
    return suite;
}
