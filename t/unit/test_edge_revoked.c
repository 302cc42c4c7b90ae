#include "edge_revoked.h"

#include "edge_archive.h"
#include "edge_errand.h"
#include "edge_live.h"
#include "edge_world.h"
#include "support.h"
#include "test_store.h"

#include <apr_strings.h>
#include <check.h>
#include <string.h>

/* What is revoked does not go live, and does not stay so. */

#define REASON "superseded"

static ae_error_t err;

static void set_up(void)
{
    t_setup();
    scene_setup();
}

/* --- the record ---------------------------------------------------------- */

static ae_cert_facts_t facts_of(const char *serial, const char *issuer)
{
    ae_cert_facts_t facts = {0};

    facts.serial = serial;
    facts.issuer = issuer;
    facts.not_after = SCENE_NOW + 90 * DAY;
    return facts;
}

static void note(const ae_cert_facts_t *facts)
{
    ck_assert_int_eq(edge_revoked_note(scene_store(), facts, REASON, SCENE_NOW,
                                       &err, t_pool),
                     APR_SUCCESS);
}

static int find(const ae_cert_facts_t *facts)
{
    return edge_revoked_find(NULL, scene_store(), facts, t_pool);
}

START_TEST(found_by_issuer_and_serial)
{
    const ae_cert_facts_t one = facts_of("0a0b", "CN=ca");
    const ae_cert_facts_t others[] = {facts_of("0a0b", "CN=another"),
                                      facts_of("0a0c", "CN=ca")};
    edge_revocation_t found;

    ck_assert(!find(&one));
    note(&one);
    ck_assert(edge_revoked_find(&found, scene_store(), &one, t_pool));
    ck_assert_int_eq(found.at, SCENE_NOW);
    ck_assert_str_eq(found.reason, REASON);
    ck_assert_str_eq(found.serial, "0a0b");
    ck_assert_str_eq(edge_revoked_words(&found, t_pool),
                     "it was revoked (superseded) at 2026-11-18T11:06:40Z");
    ck_assert(!find(&others[0]) && !find(&others[1]));
}
END_TEST

/* That it is there says what matters. */
START_TEST(a_damaged_record)
{
    const ae_cert_facts_t one = facts_of("0a0b", "CN=ca");
    apr_array_header_t *names;
    edge_revocation_t found;

    note(&one);
    ck_assert_int_eq(ae_file_list(&names, scene_path("revoked"), &err, t_pool),
                     APR_SUCCESS);
    ck_assert_int_eq(names->nelts, 1);
    scene_break(apr_pstrcat(t_pool, "revoked/",
                            APR_ARRAY_IDX(names, 0, const char *), NULL));
    ck_assert(edge_revoked_find(&found, scene_store(), &one, t_pool));
    ck_assert_str_eq(edge_revoked_words(&found, t_pool), "it was revoked");
    edge_revoked_sweep(scene_store(), SCENE_NOW + 1000 * DAY, t_pool);
    ck_assert(find(&one));
}
END_TEST

START_TEST(forgotten_once_it_has_expired)
{
    const ae_cert_facts_t one = facts_of("0a0b", "CN=ca");

    note(&one);
    edge_revoked_sweep(scene_store(), SCENE_NOW + 90 * DAY, t_pool);
    ck_assert(find(&one));
    edge_revoked_sweep(scene_store(), SCENE_NOW + 92 * DAY, t_pool);
    ck_assert(!find(&one));
}
END_TEST

/* --- what comes of it ---------------------------------------------------- */

static world_t *w;

static void take_back(const char *path)
{
    ae_bytes_t pem;
    const char *id;
    json_t *asked;

    ck_assert_int_eq(
        ae_file_read(&pem, scene_path(path), 100000, &err, t_pool),
        APR_SUCCESS);
    asked = ae_json_keep(json_pack("{s:s,s:s,s:s,s:s}", "kind", "revoke",
                                   "provider", "ca", "certificate", pem.data,
                                   "reason", REASON),
                         t_pool);
    ck_assert_int_eq(
        edge_errand_put(&id, scene_store(), asked, w->now, &err, t_pool),
        APR_SUCCESS);
    edge_scheduler_ask(w->scheduler, w->now);
}

static const ae_cert_facts_t *live_facts(void)
{
    const edge_cert_t *cert =
        APR_ARRAY_IDX(w->config.certs, 0, const edge_cert_t *);
    ae_cert_t *chain;

    ck_assert_int_eq(edge_live_load(&chain, edge_store_dir(scene_store()),
                                    cert, &err, t_pool),
                     APR_SUCCESS);
    return ae_cert_facts(chain);
}

static const char *serial(void)
{
    return live_facts()->serial;
}

#define LIVE "live/a.example/ecdsa-p256.cert"
#define STAGED "staging/a.example/set/ecdsa-p256.cert"

/* It is replaced at once, by this worker or the next. */
START_TEST(a_live_one_is_replaced)
{
    const char *before;

    w = world_begin("a.example", "ca");
    world_run_until(0, EDGE_PHASE_STAGED, MINUTE);
    world_deploy();
    before = serial();
    if (_i) {
        note(live_facts());
        world_restart();
    } else {
        take_back(LIVE);
    }
    world_run_until(0, EDGE_PHASE_STAGED, MINUTE);
    ck_assert_int_eq(scene_logged("AE063: "), !_i);
    ck_assert_int_eq(w->ca->orders->nelts, 2);
    world_deploy();
    ck_assert_str_ne(serial(), before);
    world_run(30 * DAY);
    ck_assert_int_eq(w->ca->orders->nelts, 2);
}
END_TEST

START_TEST(a_staged_one_is_dropped)
{
    w = world_begin("a.example", "ca");
    world_run_until(0, EDGE_PHASE_STAGED, MINUTE);
    take_back(STAGED);
    world_send();
    while (w->ca->revoked == NULL) {
        ck_assert(world_answer());
        world_send();
    }
    ck_assert(!ae_file_exists(scene_path(STAGED)));
    world_run(MINUTE);
    ck_assert_int_eq(w->ca->orders->nelts, 2);
    ck_assert_int_eq(w->statuses[0].phase, EDGE_PHASE_STAGED);
    world_deploy();
    ck_assert_int_eq(w->statuses[0].phase, EDGE_PHASE_VALID);
}
END_TEST

START_TEST(renewal_by_hand_waits_for_a_hand)
{
    edge_cert_t *cert = scene_cert("a.example", "ca");

    w = world_make(scene_certs(cert, NULL));
    world_start();
    world_run_until(0, EDGE_PHASE_STAGED, MINUTE);
    cert->renews_by_hand = 1;
    world_deploy();
    take_back(LIVE);
    world_run(MINUTE);
    ck_assert_int_eq(w->ca->orders->nelts, 1);
    ck_assert_ptr_nonnull(strstr(scene_log_line("AE054: "), "was revoked"));
}
END_TEST

static void note_staged(const test_store_t *t)
{
    ae_cert_t *chain;
    ae_key_t *key;

    ck_status(
        edge_store_set_load(&key, &chain, t->store, t->cert, &err, t_pool),
        APR_SUCCESS, &err);
    ck_status(edge_revoked_note(t->store, ae_cert_facts(chain), REASON, t->now,
                                &err, t_pool),
              APR_SUCCESS, &err);
}

static edge_promotion_t promote(const test_store_t *t)
{
    edge_promotion_t promotion;

    ck_status(edge_live_promote(&promotion, t->store, t->cert, EDGE_BY_RESTART,
                                t->now, &err, t_pool),
              APR_SUCCESS, &err);
    return promotion;
}

START_TEST(the_parent_refuses_it)
{
    test_store_t *t = test_store_make();

    test_store_stage(t);
    note_staged(t);
    ck_assert_int_eq(promote(t), EDGE_PROMOTION_REFUSED);
    ck_assert_ptr_nonnull(strstr(err.why, "it was revoked (superseded)"));
    ck_assert(!test_store_has(t, "live/www.example.org"));
}
END_TEST

static void note_live(const test_store_t *t)
{
    ae_cert_t *chain;

    ck_status(edge_live_load(&chain, edge_store_dir(t->store), t->cert, &err,
                             t_pool),
              APR_SUCCESS, &err);
    ck_status(edge_revoked_note(t->store, ae_cert_facts(chain), REASON, t->now,
                                &err, t_pool),
              APR_SUCCESS, &err);
}

START_TEST(it_does_not_come_back_from_the_archive)
{
    test_store_t *t = test_store_make();

    test_store_stage(t);
    promote(t);
    test_store_stage(t);
    promote(t);
    note_live(t);
    test_store_copy(t, "live/www.example.org", "archive/www.example.org/0002");
    ck_assert_str_eq(edge_archive_newest(t->store, t->cert, t_pool),
                     test_store_at(t, "archive/www.example.org/0001"));
    test_store_remove(t, "revoked");
    ck_assert_str_eq(edge_archive_newest(t->store, t->cert, t_pool),
                     test_store_at(t, "archive/www.example.org/0002"));
}
END_TEST

Suite *suite_edge_revoked(void);

Suite *suite_edge_revoked(void)
{
    Suite *suite = suite_create("edge_revoked");
    TCase *tc = tcase_create("revoked");

    tcase_add_checked_fixture(tc, set_up, t_teardown);
    tcase_add_test(tc, found_by_issuer_and_serial);
    tcase_add_test(tc, a_damaged_record);
    tcase_add_test(tc, forgotten_once_it_has_expired);
    tcase_add_loop_test(tc, a_live_one_is_replaced, 0, 2);
    tcase_add_test(tc, a_staged_one_is_dropped);
    tcase_add_test(tc, renewal_by_hand_waits_for_a_hand);
    tcase_add_test(tc, the_parent_refuses_it);
    tcase_add_test(tc, it_does_not_come_back_from_the_archive);
    suite_add_tcase(suite, tc);
    return suite;
}
