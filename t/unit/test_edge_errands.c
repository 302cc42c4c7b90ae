#include "edge_errand.h"
#include "edge_world.h"
#include "fixture.h"
#include "support.h"

#include <apr_file_io.h>
#include <apr_strings.h>
#include <check.h>
#include <string.h>

/* What is asked of a CA for the administrator, from request to outcome. */

#define ID "0123456789abcdef"
#define NAMES "a.example b.example"

static world_t *w;
static ae_error_t err;

static void set_up(void)
{
    t_setup();
    scene_setup();
    w = world_make(scene_certs(scene_cert(NAMES, "ca"), NULL));
}

static const char *leaf(void)
{
    ae_bytes_t pem = test_pki_issue(w->pki, t_key("key_p256.pem"), NAMES,
                                    w->now - DAY, w->now + 80 * DAY, t_pool);

    return apr_pstrmemdup(t_pool, (const char *)pem.data, pem.len);
}

static json_t *revocation(void)
{
    return ae_json_keep(json_pack("{s:s,s:s,s:s,s:s}", "kind", "revoke",
                                  "provider", "ca", "certificate", leaf(),
                                  "reason", "superseded"),
                        t_pool);
}

static void with_key(json_t *asked, const char *name)
{
    ae_bytes_t pem;

    ck_assert_int_eq(ae_key_print(&pem, t_key(name), &err, t_pool),
                     APR_SUCCESS);
    ck_assert_int_eq(
        edge_errand_seal(asked, "key", scene_store(), pem, &err, t_pool),
        APR_SUCCESS);
}

static const char *ask(json_t *asked)
{
    const char *id;

    ck_assert_int_eq(
        edge_errand_put(&id, scene_store(), asked, w->now, &err, t_pool),
        APR_SUCCESS);
    return id;
}

static int is_there(const char *id, const char *suffix)
{
    return ae_file_exists(
        scene_path(apr_pstrcat(t_pool, "requests/errand.", id, suffix, NULL)));
}

static apr_status_t outcome_of(edge_errand_end_t *outcome, const char *id)
{
    return edge_errand_outcome(outcome, scene_store(), id, &err, t_pool);
}

/* Look as the worker does, until there is an outcome. */
static const edge_errand_end_t *come(const char *id)
{
    edge_errand_end_t *outcome = apr_palloc(t_pool, sizeof(*outcome));
    apr_time_t end = w->now + 10 * MINUTE;

    while (outcome_of(outcome, id) != APR_SUCCESS) {
        ck_assert_int_lt(w->now, end);
        edge_scheduler_ask(w->scheduler, w->now);
        world_run(SECOND);
    }
    ck_assert_msg(w->ca->violation == NULL, "%s", w->ca->violation);
    ck_assert(!is_there(id, ""));
    return outcome;
}

static void check_done(const edge_errand_end_t *outcome, const char *words)
{
    ck_assert_msg(outcome->error.status == APR_SUCCESS, "%s",
                  ae_error_line(&outcome->error, t_pool));
    ck_assert_msg(strstr(outcome->answer, words) != NULL, "%s",
                  outcome->answer);
    ck_assert_int_eq(scene_logged(words), 1);
}

static void check_failed(const edge_errand_end_t *outcome, const char *why,
                         const char *next)
{
    const char *line = ae_error_line(&outcome->error, t_pool);

    ck_assert_int_ne(outcome->error.status, APR_SUCCESS);
    ck_assert_msg(strstr(line, why) != NULL, "%s", line);
    ck_assert_msg(strstr(outcome->error.next, next) != NULL, "%s", line);
    ck_assert_int_eq(scene_logged("AE061: "), 1);
}

/* --- revocation: the ways ------------------------------------------------ */

START_TEST(revoked_by_the_account)
{
    json_t *asked = revocation();

    world_start();
    check_done(come(ask(asked)),
               "is revoked (superseded) by the account at ca");
    ck_assert_uint_eq(ca_count(w->ca, "revokeCert"), 1);
    check_done(come(ask(asked)), "it had been before");
}
END_TEST

/* RFC 8555 section 7.6: an account that holds authorizations for all of the
 * names; nothing is issued for that. */
START_TEST(revoked_with_authorizations)
{
    w->ca->foreign = 1;
    w->ca->opens = 1;
    world_start();
    world_run_until(0, EDGE_PHASE_STAGED, MINUTE);
    check_done(come(ask(revocation())), "with authorizations for its names");
    ck_assert_int_eq(w->ca->orders->nelts, 2);
    ck_assert_int_eq(ca_order(w->ca, 1)->authorizations->nelts, 2);
    ck_assert_int_eq(ca_order(w->ca, 1)->finalized, 0);
    ck_assert_uint_eq(ca_count(w->ca, "finalize"), 1);
    ck_assert_int_eq(scene_challenges_open(), 0);
}
END_TEST

START_TEST(revoked_by_its_key)
{
    json_t *asked = revocation();

    with_key(asked, "key_p256.pem");
    ck_assert_ptr_null(strstr(ae_json_print(asked, t_pool), "PRIVATE"));
    w->ca->foreign = 1;
    w->ca->cert_key = t_key("key_p256.pem");
    world_start();
    check_done(come(ask(asked)), "by its own key");
    ck_assert_uint_eq(ca_count(w->ca, "revokeCert"), 3);
}
END_TEST

/* Where no account can be opened there is nothing to authorize. */
START_TEST(the_key_without_an_account)
{
    json_t *asked = revocation();

    with_key(asked, "key_p256.pem");
    w->ca->cert_key = t_key("key_p256.pem");
    world_spoil("newAccount", 1, 100, 403, "unauthorized", NULL);
    world_start();
    check_done(come(ask(asked)), "by its own key");
    ck_assert_uint_eq(ca_count(w->ca, "revokeCert"), 1);
}
END_TEST

START_TEST(no_way)
{
    w->ca->foreign = 1;
    world_start();
    check_failed(come(ask(revocation())), "not of this account", "--key");
    ck_assert_int_eq(scene_challenges_open(), 0);
}
END_TEST

START_TEST(names_that_are_not_ours)
{
    w->ca->foreign = 1;
    w->ca->opens = 1;
    w->ca->bad_name = "b.example";
    w->ca->bad_problem = "{\"type\":\"urn:ietf:params:acme:error:connection\","
                         "\"detail\":\"nobody is there\"}";
    world_start();
    world_run(MINUTE);
    check_failed(come(ask(revocation())), "nobody is there", "--key");
}
END_TEST

START_TEST(refused_for_the_reason)
{
    world_start();
    world_spoil("revokeCert", 1, 1, 400, "badRevocationReason", NULL);
    check_failed(come(ask(revocation())), "badRevocationReason", "");
    ck_assert_uint_eq(ca_count(w->ca, "revokeCert"), 1);
}
END_TEST

/* --- what cannot be done ------------------------------------------------- */

static void put(const char *text)
{
    ae_bytes_t bytes = {(const unsigned char *)text, strlen(text)};

    scene_write("requests/errand." ID, bytes);
}

START_TEST(requests_that_cannot_be_read)
{
    static const char *const texts[] = {
        "",
        "{",
        "[]",
        "{\"at\":1}",
        "{\"kind\":\"revoke\",\"provider\":\"ca\"}",
        "{\"at\":1795000000000000,\"kind\":\"bake\",\"provider\":\"ca\"}",
        "{\"at\":1795000000000000,\"kind\":\"revoke\",\"provider\":\"../x\"}",
        "{\"at\":1795000000000000,\"kind\":\"revoke\",\"provider\":7}",
        "{\"at\":1795000000000000,\"kind\":\"revoke\",\"provider\":\"ca\"}",
        "{\"at\":1795000000000000,\"kind\":\"revoke\",\"provider\":\"ca\","
        "\"certificate\":\"-----BEGIN\",\"reason\":\"superseded\"}"};
    size_t i;

    world_start();
    for (i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
        const edge_errand_end_t *outcome;

        scene_log_forget();
        put(texts[i]);
        outcome = come(ID);
        check_failed(outcome, "", " ");
        ck_assert_str_ne(outcome->error.what, "");
        ck_assert_int_eq(edge_errand_drop(scene_store(), ID, &err, t_pool),
                         APR_SUCCESS);
    }
    ck_assert_uint_eq(ca_count(w->ca, "revokeCert"), 0);
}
END_TEST

static void refuse(json_t *asked, const char *why)
{
    scene_log_forget();
    check_failed(come(ask(asked)), why, " ");
}

START_TEST(values_that_make_no_sense)
{
    json_t *asked;

    world_start();
    asked = revocation();
    json_object_set_new(asked, "reason", json_string("cACompromise"));
    refuse(asked, "for CAs alone");
    asked = revocation();
    with_key(asked, "key_rsa2048.pem");
    refuse(asked, "key");
    asked = revocation();
    json_object_set_new(asked, "key", json_string("AAAA"));
    refuse(asked, "");
    asked = revocation();
    json_object_set_new(asked, "key", json_string("!"));
    refuse(asked, "base64url");
    ck_assert_uint_eq(ca_count(w->ca, "revokeCert"), 0);
}
END_TEST

/* A secret opens under the name alone that it was sealed for. */
START_TEST(what_is_sealed_for_another_member)
{
    json_t *asked = revocation();
    ae_bytes_t plain = {(const unsigned char *)"secret", 6}, opened;

    ck_assert_int_eq(
        edge_errand_seal(asked, "key", scene_store(), plain, &err, t_pool),
        APR_SUCCESS);
    ck_assert_int_eq(
        edge_errand_unseal(&opened, asked, "key", scene_store(), &err, t_pool),
        APR_SUCCESS);
    ck_assert_int_eq(opened.len, 6);
    json_object_set(asked, "other", json_object_get(asked, "key"));
    ck_assert_int_eq(edge_errand_unseal(&opened, asked, "other", scene_store(),
                                        &err, t_pool),
                     AE_ESEAL);
    ck_assert_int_eq(edge_errand_unseal(&opened, asked, "none", scene_store(),
                                        &err, t_pool),
                     APR_ENOENT);
}
END_TEST

START_TEST(an_old_request_is_not_meant_any_more)
{
    const char *id = ask(revocation());

    w->now += 2 * DAY;
    world_start();
    check_failed(come(id), "older than a day", "ask again");
    ck_assert_uint_eq(ca_count(w->ca, "revokeCert"), 0);
}
END_TEST

/* --- workers that come and go -------------------------------------------- */

START_TEST(stopped_after_any_reply)
{
    const char *id;
    int answered = 0;

    w->ca->foreign = 1;
    w->ca->opens = 1;
    world_start();
    world_run_until(0, EDGE_PHASE_STAGED, MINUTE);
    id = ask(revocation());
    edge_scheduler_ask(w->scheduler, w->now);
    while (answered < _i && !is_there(id, ".done")) {
        apr_time_t wake = world_send();

        answered += world_answer() ? 1 : (w->now = wake, 0);
    }
    world_send();
    world_restart();
    check_done(come(id), "is revoked");
    ck_assert_int_eq(scene_challenges_open(), 0);
}
END_TEST

/* The CA did it, and the worker that learned of it is gone. */
START_TEST(done_and_not_told)
{
    const char *id;

    world_start();
    id = ask(revocation());
    edge_scheduler_ask(w->scheduler, w->now);
    world_go_to("revokeCert");
    world_answer();
    world_restart();
    check_done(come(id), "it had been before");
}
END_TEST

START_TEST(several_at_once)
{
    const char *ids[12];
    int i;

    world_start();
    for (i = 0; i < 12; i++) {
        ids[i] = ask(revocation());
    }
    for (i = 0; i < 12; i++) {
        ck_assert_int_eq(come(ids[i])->error.status, APR_SUCCESS);
    }
    ck_assert_uint_eq(w->ca->accounts, 1);
}
END_TEST

/* --- files --------------------------------------------------------------- */

START_TEST(outcomes_that_nobody_fetches)
{
    const char *id;

    world_start();
    id = ask(revocation());
    come(id);
    w->now += 59 * MINUTE;
    edge_scheduler_ask(w->scheduler, w->now);
    w->now += 3 * SECOND;
    ask(revocation()); /* whatever changes the directory */
    edge_scheduler_ask(w->scheduler, w->now);
    ck_assert(is_there(id, ".done"));
    w->now += 2 * MINUTE;
    come(ask(revocation()));
    ck_assert(!is_there(id, ".done"));
}
END_TEST

/* Killed between the outcome and the removal of what was asked. */
START_TEST(an_outcome_beside_its_request)
{
    const char *id = ask(revocation());
    edge_errand_end_t outcome = {w->now, "done", {0}};

    ck_assert_int_eq(
        edge_errand_tell(scene_store(), id, &outcome, &err, t_pool),
        APR_SUCCESS);
    world_start();
    edge_scheduler_ask(w->scheduler, w->now);
    world_run(MINUTE);
    ck_assert(!is_there(id, ""));
    ck_assert(is_there(id, ".done"));
    ck_assert_uint_eq(ca_count(w->ca, "revokeCert"), 0);
}
END_TEST

static const char *in_the_way(const char *id)
{
    return scene_path(
        apr_pstrcat(t_pool, "requests/errand.", id, ".done", NULL));
}

/* A directory cannot be replaced by a file. */
static void block(const char *id)
{
    ck_assert_int_eq(
        apr_dir_make_recursive(apr_pstrcat(t_pool, in_the_way(id), "/x", NULL),
                               APR_FPROT_OS_DEFAULT, t_pool),
        APR_SUCCESS);
}

static void unblock(const char *id)
{
    ck_assert_int_eq(ae_file_remove(in_the_way(id), &err, t_pool),
                     APR_SUCCESS);
}

START_TEST(an_outcome_that_cannot_be_written)
{
    const char *id;
    int i;

    world_start();
    world_run_until(0, EDGE_PHASE_STAGED, MINUTE);
    id = ask(revocation());
    edge_scheduler_ask(w->scheduler, w->now);
    block(id);
    for (i = 0; i < 3; i++) {
        world_run(10 * SECOND);
    }
    ck_assert_int_eq(scene_logged("AE062: "), 1);
    ck_assert_uint_eq(ca_count(w->ca, "revokeCert"), 1);
    unblock(id);
    world_run(10 * SECOND);
    check_done(come(id), "is revoked");
    ck_assert_uint_eq(ca_count(w->ca, "revokeCert"), 1);
}
END_TEST

START_TEST(what_is_no_outcome_is_swept)
{
    const char *id = ask(revocation());

    world_start();
    block(id);
    edge_scheduler_ask(w->scheduler, w->now);
    check_done(come(id), "is revoked");
}
END_TEST

START_TEST(names_of_files)
{
    int done;

    ck_assert_str_eq(edge_errand_id("errand." ID, &done, t_pool), ID);
    ck_assert_int_eq(done, 0);
    ck_assert_str_eq(edge_errand_id("errand." ID ".done", &done, t_pool), ID);
    ck_assert_int_eq(done, 1);
    ck_assert_ptr_null(edge_errand_id("errand.sign", &done, t_pool));
    ck_assert_ptr_null(edge_errand_id("errand." ID ".sign", &done, t_pool));
    ck_assert_ptr_null(edge_errand_id("errand." ID "0", &done, t_pool));
    ck_assert_ptr_null(edge_errand_id("errand.0123", &done, t_pool));
    ck_assert_ptr_null(edge_errand_id("other." ID, &done, t_pool));
}
END_TEST

Suite *suite_edge_errands(void);

Suite *suite_edge_errands(void)
{
    Suite *suite = suite_create("edge_errands");
    TCase *tc = tcase_create("errands");

    tcase_add_checked_fixture(tc, set_up, t_teardown);
    tcase_add_test(tc, revoked_by_the_account);
    tcase_add_test(tc, revoked_with_authorizations);
    tcase_add_test(tc, revoked_by_its_key);
    tcase_add_test(tc, the_key_without_an_account);
    tcase_add_test(tc, no_way);
    tcase_add_test(tc, names_that_are_not_ours);
    tcase_add_test(tc, refused_for_the_reason);
    tcase_add_test(tc, requests_that_cannot_be_read);
    tcase_add_test(tc, values_that_make_no_sense);
    tcase_add_test(tc, what_is_sealed_for_another_member);
    tcase_add_test(tc, an_old_request_is_not_meant_any_more);
    tcase_add_loop_test(tc, stopped_after_any_reply, 0, 12);
    tcase_add_test(tc, done_and_not_told);
    tcase_add_test(tc, several_at_once);
    tcase_add_test(tc, outcomes_that_nobody_fetches);
    tcase_add_test(tc, an_outcome_beside_its_request);
    tcase_add_test(tc, an_outcome_that_cannot_be_written);
    tcase_add_test(tc, what_is_no_outcome_is_swept);
    tcase_add_test(tc, names_of_files);
    suite_add_tcase(suite, tc);
    return suite;
}
