#include "edge_account.h"
#include "edge_errand.h"
#include "edge_world.h"
#include "scripted_jws.h"
#include "support.h"

#include <apr_strings.h>
#include <check.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* What is asked about an account, from request to outcome, beside the orders
 * of it. */

#define NEXT "accounts/ca/account.key.next"

static world_t *w;
static ae_error_t err;

static void set_up(void)
{
    t_setup();
    scene_setup();
    w = world_make(scene_certs(scene_cert("a.example", "ca"),
                               scene_cert("b.example", "ca"), NULL));
    world_start();
}

static edge_account_t account(void)
{
    edge_account_t found;

    edge_account_read(&found, scene_store(), "ca", t_pool);
    return found;
}

static json_t *about(const char *kind)
{
    edge_account_t found = account();
    json_t *asked = ae_json_keep(
        json_pack("{s:s,s:s}", "kind", kind, "provider", "ca"), t_pool);

    if (found.url) {
        json_object_set_new(asked, "account", json_string(found.url));
        json_object_set_new(asked, "key", json_string(found.thumbprint));
    }
    return asked;
}

static const char *ask(json_t *asked)
{
    const char *id;

    ck_assert_int_eq(
        edge_errand_put(&id, scene_store(), asked, w->now, &err, t_pool),
        APR_SUCCESS);
    return id;
}

/* Look as the worker does. */
static void look(void)
{
    edge_scheduler_ask(w->scheduler, w->now);
    world_run(SECOND);
    ck_assert_msg(w->ca->violation == NULL, "%s", w->ca->violation);
}

static void pass(apr_interval_time_t span)
{
    apr_time_t end = w->now + span;

    while (w->now < end) {
        look();
    }
}

static const edge_errand_end_t *come(const char *id)
{
    edge_errand_end_t *outcome = apr_palloc(t_pool, sizeof(*outcome));
    apr_time_t end = w->now + 30 * MINUTE;

    while (edge_errand_outcome(outcome, scene_store(), id, &err, t_pool) !=
           APR_SUCCESS) {
        ck_assert_int_lt(w->now, end);
        look();
    }
    return outcome;
}

static void check_done(const edge_errand_end_t *outcome, const char *words)
{
    ck_assert_msg(outcome->error.status == APR_SUCCESS, "%s",
                  ae_error_line(&outcome->error, t_pool));
    ck_assert_msg(strstr(outcome->answer, words) != NULL, "%s",
                  outcome->answer);
}

static void check_failed(const edge_errand_end_t *outcome, const char *words)
{
    const char *line = ae_error_line(&outcome->error, t_pool);

    ck_assert_int_ne(outcome->error.status, APR_SUCCESS);
    ck_assert_msg(strstr(line, words) != NULL, "%s", line);
}

static void issue(void)
{
    world_run_until(0, EDGE_PHASE_STAGED, MINUTE);
    world_run_until(1, EDGE_PHASE_STAGED, MINUTE);
}

/* Both are due again. */
static void renew(void)
{
    world_deploy();
    pass(10 * SECOND);
    world_run_until(0, EDGE_PHASE_STAGED, 70 * DAY);
    world_run_until(1, EDGE_PHASE_STAGED, 70 * DAY);
    ck_assert_msg(w->ca->violation == NULL, "%s", w->ca->violation);
}

static int is_there(const char *below)
{
    return ae_file_exists(scene_path(below));
}

/* What is in the store is what the CA has. */
static void check_key(void)
{
    ck_assert_int_eq((int)account().state, EDGE_ACCOUNT_VALID);
    ck_assert_str_eq(account().thumbprint, scripted_thumbprint(w->ca->jwk));
    ck_assert(!is_there(NEXT));
    ck_assert_uint_eq(w->ca->accounts, 1);
}

/* --- update -------------------------------------------------------------- */

START_TEST(told_on_demand)
{
    issue();
    check_done(come(ask(about("update"))), "to mailto:admin@example.org");
    ck_assert_uint_eq(ca_count(w->ca, "updateAccount"), 1);
    world_spoil("updateAccount", 2, 1, 400, "invalidContact", NULL);
    check_failed(come(ask(about("update"))), "not today");
    ck_assert_int_eq(scene_logged("AE061"), 1);
}
END_TEST

/* --- rollover ------------------------------------------------------------ */

START_TEST(a_new_key)
{
    const char *before, *url;

    issue();
    before = account().thumbprint;
    url = account().url;
    check_done(come(ask(about("rollover"))), "has a new key");
    ck_assert_str_ne(account().thumbprint, before);
    ck_assert_str_eq(account().url, url);
    check_key();
    renew();
    check_key();
    ck_assert_uint_eq(ca_count(w->ca, "newAccount"), 1);
}
END_TEST

/* Key authorizations are of the account's key: it waits for orders under way,
 * and those that are due wait for it. */
START_TEST(orders_and_a_rollover)
{
    const char *id;

    w->ca->validate_polls = 3;
    world_go_to("challenge");
    id = ask(about("rollover"));
    check_done(come(id), "has a new key");
    issue();
    check_key();
    ck_assert_int_eq(w->ca->orders->nelts, 2);
    ck_assert_int_eq(scene_logged("AE040"), 0);
}
END_TEST

START_TEST(who_is_due_waits_for_it)
{
    const char *id;

    issue();
    world_deploy();
    w->now += 70 * DAY;
    id = ask(about("rollover"));
    check_done(come(id), "has a new key");
    renew();
    check_key();
    ck_assert_int_eq(scene_logged("AE040"), 0);
}
END_TEST

START_TEST(refused)
{
    const char *before;

    issue();
    before = account().thumbprint;
    w->ca->key_taken = "https://ca.test/account/7";
    check_failed(come(ask(about("rollover"))), "https://ca.test/account/7");
    ck_assert_str_eq(account().thumbprint, before);
    check_key();
    renew();
}
END_TEST

static void lose_answer(int done)
{
    ca_spoil(w->ca, (ca_fault_t){.step = "keyChange",
                                 .nth = 1,
                                 .done = done,
                                 .status = APR_ECONNRESET});
}

/* Whether the CA has taken it or not, it is asked. */
START_TEST(a_lost_answer)
{
    const char *id, *before;

    issue();
    before = account().thumbprint;
    lose_answer(_i);
    id = ask(about("rollover"));
    if (_i) {
        check_done(come(id), "has a new key");
    } else {
        check_failed(come(id), "Connection reset");
    }
    ck_assert_int_eq(strcmp(account().thumbprint, before) != 0, _i);
    check_key();
    renew();
}
END_TEST

/* Nor does it answer that: no order is made until it has. */
START_TEST(a_ca_that_answers_nothing)
{
    unsigned orders;

    issue();
    lose_answer(_i);
    ca_spoil(w->ca, (ca_fault_t){.step = "newAccount",
                                 .nth = 2,
                                 .times = 2,
                                 .status = APR_ECONNRESET});
    check_failed(come(ask(about("rollover"))), "both keys are kept");
    ck_assert_int_eq(scene_logged("AE065"), 1);
    ck_assert_int_eq(scene_logged("AE061"), 0);
    ck_assert(is_there(NEXT));
    world_deploy();
    orders = (unsigned)w->ca->orders->nelts;
    w->now += 70 * DAY;
    pass(5 * SECOND);
    ck_assert_uint_eq((unsigned)w->ca->orders->nelts, orders);
    ck_assert_int_eq(scene_logged("AE065"), 2);
    pass(2 * MINUTE);
    renew();
    check_key();
}
END_TEST

/* The worker ends at any moment; whoever comes after it finds out. */
START_TEST(cut_off)
{
    static const char *const words[] = {"keyChange", "newAccount"};
    const char *before;
    const char *id;
    int answered = _i % 2;

    issue();
    before = account().thumbprint;
    if (_i / 2 == 1) {
        lose_answer(1);
    }
    id = ask(about("rollover"));
    edge_scheduler_ask(w->scheduler, w->now);
    world_go_to(words[_i / 2]);
    if (answered) {
        world_answer();
    }
    world_restart();
    check_done(come(id), "has a new key");
    ck_assert_str_ne(account().thumbprint, before);
    check_key();
    ck_assert_uint_le(ca_count(w->ca, "keyChange"), 2);
    renew();
}
END_TEST

/* Nobody asks any more, but the key is there. */
START_TEST(cut_off_and_taken_back)
{
    const char *id;

    issue();
    id = ask(about("rollover"));
    edge_scheduler_ask(w->scheduler, w->now);
    world_go_to("keyChange");
    if (_i) {
        world_answer();
    }
    ck_assert_int_eq(edge_errand_drop(scene_store(), id, &err, t_pool),
                     APR_SUCCESS);
    world_deploy();
    w->now += 70 * DAY;
    pass(10 * SECOND);
    renew();
    check_key();
    ck_assert_int_eq(scene_logged(_i ? "has a new key" : "has kept its key"),
                     1);
}
END_TEST

START_TEST(a_next_key_that_is_none)
{
    issue();
    scene_write(NEXT, (ae_bytes_t){(const unsigned char *)"", 0});
    world_deploy();
    renew();
    ck_assert_int_eq(scene_logged("AE064: ca: "), 1);
    ck_assert(is_there(NEXT ".damaged"));
    check_key();
}
END_TEST

/* The only copy of the key that the CA has is not written over. */
START_TEST(a_key_that_cannot_take_its_place)
{
    json_t *asked[2];
    int i;

    issue();
    for (i = 0; i < 2; i++) {
        asked[i] = ae_json_keep(
            json_pack("{s:s,s:s}", "kind", "rollover", "provider", "ca"),
            t_pool);
    }
    ck_assert_int_eq(
        ae_file_remove(scene_path("accounts/ca/account.key"), &err, t_pool),
        APR_SUCCESS);
    ck_assert_int_eq(mkdir(scene_path("accounts/ca/account.key"), 0700), 0);
    check_failed(come(ask(asked[0])), "the CA has the new key");
    ck_assert(is_there(NEXT));
    ck_assert_int_eq(rmdir(scene_path("accounts/ca/account.key")), 0);
    if (_i == 0) {
        check_done(come(ask(asked[1])), "has a new key");
        ck_assert_uint_eq(ca_count(w->ca, "keyChange"), 2);
    } else {
        world_deploy();
        w->now += 70 * DAY;
        pass(10 * SECOND);
    }
    check_key();
    renew();
    check_key();
}
END_TEST

START_TEST(two_at_once)
{
    const char *first, *second;

    issue();
    first = ask(about("rollover"));
    second = ask(about("rollover"));
    check_done(come(first), "has a new key");
    check_done(come(second), "has a new key");
    ck_assert_uint_eq(ca_count(w->ca, "keyChange"), 1);
    check_key();
}
END_TEST

/* --- deactivate ---------------------------------------------------------- */

START_TEST(deactivated)
{
    const char *key;
    int i;

    issue();
    key = account().thumbprint;
    for (i = 0; i < 2; i++) {
        json_t *asked = about("deactivate");

        json_object_set_new(asked, "key", json_string(key));
        json_object_set_new(asked, "account",
                            json_string("https://ca.test/account/1"));
        check_done(come(ask(asked)), "the next order opens another account");
        ck_assert_uint_eq(ca_count(w->ca, "deactivateAccount"), 1);
        ck_assert_int_eq((int)account().state, EDGE_ACCOUNT_DEACTIVATED);
        ck_assert(is_there("accounts/ca/account.key.deactivated"));
    }
    renew();
    ck_assert_uint_eq(w->ca->accounts, 2);
    ck_assert_int_eq((int)account().state, EDGE_ACCOUNT_VALID);
    ck_assert_str_ne(account().thumbprint, key);
}
END_TEST

/* Cut off before or after the CA has done it. */
START_TEST(a_deactivation_that_is_cut_off)
{
    const char *id;

    issue();
    id = ask(about("deactivate"));
    edge_scheduler_ask(w->scheduler, w->now);
    world_go_to("deactivateAccount");
    if (_i) {
        world_answer();
        ck_assert_int_eq(w->ca->deactivated, 1);
    }
    world_restart();
    check_done(come(id), "is deactivated");
    ck_assert_int_eq((int)account().state, EDGE_ACCOUNT_DEACTIVATED);
    renew();
    ck_assert_uint_eq(w->ca->accounts, 2);
}
END_TEST

START_TEST(a_deactivation_that_fails)
{
    issue();
    world_spoil("deactivateAccount", 1, 1, 500, "serverInternal", NULL);
    check_failed(come(ask(about("deactivate"))), "not today");
    check_key();
    renew();
    check_key();
}
END_TEST

/* One after the other, in whatever order. */
START_TEST(all_at_once)
{
    const char *ids[3];

    issue();
    ids[0] = ask(about("rollover"));
    ids[1] = ask(about("update"));
    ids[2] = ask(about("rollover"));
    check_done(come(ids[0]), "has a new key");
    check_done(come(ids[1]), "writes about account");
    check_done(come(ids[2]), "has a new key");
    check_key();
    renew();
}
END_TEST

Suite *suite_edge_errand_account(void);

Suite *suite_edge_errand_account(void)
{
    Suite *suite = suite_create("edge_errand_account");
    TCase *tc = tcase_create("accounts");

    tcase_add_checked_fixture(tc, set_up, t_teardown);
    tcase_add_test(tc, told_on_demand);
    tcase_add_test(tc, a_new_key);
    tcase_add_test(tc, orders_and_a_rollover);
    tcase_add_test(tc, who_is_due_waits_for_it);
    tcase_add_test(tc, refused);
    tcase_add_loop_test(tc, a_lost_answer, 0, 2);
    tcase_add_loop_test(tc, a_ca_that_answers_nothing, 0, 2);
    tcase_add_loop_test(tc, cut_off, 0, 4);
    tcase_add_loop_test(tc, cut_off_and_taken_back, 0, 2);
    tcase_add_test(tc, a_next_key_that_is_none);
    tcase_add_loop_test(tc, a_key_that_cannot_take_its_place, 0, 2);
    tcase_add_test(tc, two_at_once);
    tcase_add_test(tc, deactivated);
    tcase_add_loop_test(tc, a_deactivation_that_is_cut_off, 0, 2);
    tcase_add_test(tc, a_deactivation_that_fails);
    tcase_add_test(tc, all_at_once);
    suite_add_tcase(suite, tc);
    return suite;
}
