#include "errand_scene.h"
#include "fixture.h"
#include "support.h"

#include <apr_file_io.h>
#include <apr_strings.h>
#include <check.h>
#include <string.h>

/* What is asked of a CA for the administrator, from request to outcome. */

#define ID "0123456789abcdef"

static world_t *w;
static ae_error_t err;

static void set_up(void)
{
    t_setup();
    w = errand_world();
}

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
        outcome = errand_come(ID);
        errand_check_failed(outcome, "", " ");
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
    errand_check_failed(errand_come(errand_ask(asked)), why, " ");
}

START_TEST(values_that_make_no_sense)
{
    json_t *asked;

    world_start();
    asked = errand_revocation();
    json_object_set_new(asked, "reason", json_string("cACompromise"));
    refuse(asked, "for CAs alone");
    asked = errand_revocation();
    errand_with_key(asked, "key_rsa2048.pem");
    refuse(asked, "key");
    asked = errand_revocation();
    json_object_set_new(asked, "key", json_string("AAAA"));
    refuse(asked, "");
    asked = errand_revocation();
    json_object_set_new(asked, "key", json_string("!"));
    refuse(asked, "base64url");
    ck_assert_uint_eq(ca_count(w->ca, "revokeCert"), 0);
}
END_TEST

/* A secret opens under the name alone that it was sealed for. */
START_TEST(what_is_sealed_for_another_member)
{
    json_t *asked = errand_revocation();
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
    const char *id = errand_ask(errand_revocation());

    w->now += 2 * DAY;
    world_start();
    errand_check_failed(errand_come(id), "older than a day", "ask again");
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
    id = errand_ask(errand_revocation());
    edge_scheduler_ask(w->scheduler, w->now);
    while (answered < _i && !errand_is_there(id, ".done")) {
        apr_time_t wake = world_send();

        answered += world_answer() ? 1 : (w->now = wake, 0);
    }
    world_send();
    world_restart();
    errand_check_done(errand_come(id), "is revoked");
    ck_assert_int_eq(scene_challenges_open(), 0);
}
END_TEST

/* The CA did it, and the worker that learned of it is gone. */
START_TEST(done_and_not_told)
{
    const char *id;

    world_start();
    id = errand_ask(errand_revocation());
    edge_scheduler_ask(w->scheduler, w->now);
    world_go_to("revokeCert");
    world_answer();
    world_restart();
    errand_check_done(errand_come(id), "it had been before");
}
END_TEST

START_TEST(several_at_once)
{
    const char *ids[12];
    int i;

    world_start();
    for (i = 0; i < 12; i++) {
        ids[i] = errand_ask(errand_revocation());
    }
    for (i = 0; i < 12; i++) {
        ck_assert_int_eq(errand_come(ids[i])->error.status, APR_SUCCESS);
    }
    ck_assert_uint_eq(w->ca->accounts, 1);
}
END_TEST

/* --- files --------------------------------------------------------------- */

START_TEST(outcomes_that_nobody_fetches)
{
    const char *id;

    world_start();
    id = errand_ask(errand_revocation());
    errand_come(id);
    w->now += 59 * MINUTE;
    edge_scheduler_ask(w->scheduler, w->now);
    w->now += 3 * SECOND;
    errand_ask(errand_revocation()); /* whatever changes the directory */
    edge_scheduler_ask(w->scheduler, w->now);
    ck_assert(errand_is_there(id, ".done"));
    w->now += 2 * MINUTE;
    errand_come(errand_ask(errand_revocation()));
    ck_assert(!errand_is_there(id, ".done"));
}
END_TEST

/* Killed between the outcome and the removal of what was asked. */
START_TEST(an_outcome_beside_its_request)
{
    const char *id = errand_ask(errand_revocation());
    edge_errand_end_t outcome = {w->now, "done", {0}};

    ck_assert_int_eq(
        edge_errand_tell(scene_store(), id, &outcome, &err, t_pool),
        APR_SUCCESS);
    world_start();
    edge_scheduler_ask(w->scheduler, w->now);
    world_run(MINUTE);
    ck_assert(!errand_is_there(id, ""));
    ck_assert(errand_is_there(id, ".done"));
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
    id = errand_ask(errand_revocation());
    edge_scheduler_ask(w->scheduler, w->now);
    block(id);
    for (i = 0; i < 3; i++) {
        world_run(10 * SECOND);
    }
    ck_assert_int_eq(scene_logged("AE062: "), 1);
    ck_assert_uint_eq(ca_count(w->ca, "revokeCert"), 1);
    unblock(id);
    world_run(10 * SECOND);
    errand_check_done(errand_come(id), "is revoked");
    ck_assert_uint_eq(ca_count(w->ca, "revokeCert"), 1);
}
END_TEST

START_TEST(what_is_no_outcome_is_swept)
{
    const char *id = errand_ask(errand_revocation());

    world_start();
    block(id);
    edge_scheduler_ask(w->scheduler, w->now);
    errand_check_done(errand_come(id), "is revoked");
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
