#include "edge_kept.h"
#include "errand_scene.h"
#include "fixture.h"
#include "lookout_scene.h"
#include "support.h"

#include <apr_strings.h>
#include <check.h>
#include <string.h>

/* RFC 8555 section 7.6: one way after the other. */

static world_t *w;
static ae_error_t err;

static void set_up(void)
{
    t_setup();
    w = errand_world();
}

START_TEST(revoked_by_the_account)
{
    json_t *asked = errand_revocation();

    world_start();
    errand_check_done(errand_come(errand_ask(asked)),
                      "is revoked (superseded) by the account at ca");
    ck_assert_uint_eq(ca_count(w->ca, "revokeCert"), 1);
    errand_check_done(errand_come(errand_ask(asked)), "it had been before");
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
    errand_check_done(errand_come(errand_ask(errand_revocation())),
                      "with authorizations for its names");
    ck_assert_int_eq(w->ca->orders->nelts, 2);
    ck_assert_int_eq(ca_order(w->ca, 1)->authorizations->nelts, 2);
    ck_assert_int_eq(ca_order(w->ca, 1)->finalized, 0);
    ck_assert_uint_eq(ca_count(w->ca, "finalize"), 1);
    ck_assert_int_eq(scene_challenges_open(), 0);
}
END_TEST

/* RFC 8555 section 8.2: the CA is told to look where somebody answers. */
static const edge_errand_end_t *revoke_at_a_barrier(void)
{
    edge_cert_t *cert = APR_ARRAY_IDX(w->config.certs, 0, edge_cert_t *);

    w->ca->foreign = 1;
    w->ca->opens = 1;
    world_start();
    world_run_until(0, EDGE_PHASE_STAGED, MINUTE);
    world_stop();
    cert->probing = EDGE_PROBING_REQUIRED;
    w->config.lookout = *lookout_make();
    lookout_name("a.example", "192.0.2.1");
    lookout_name("b.example", "2001:db8::1");
    lookout_says("2001:db8::1", "404");
    world_start();
    return errand_come(errand_ask(errand_revocation()));
}

START_TEST(its_challenges_are_looked_at_before)
{
    unsigned told;

    errand_check_failed(revoke_at_a_barrier(), "status 404 came back",
                        "--key");
    ck_assert_uint_eq(lookout_open(), 0);
    ck_assert_int_eq(scene_challenges_open(), 0);
    told = ca_count(w->ca, "challenge");
    lookout_says("2001:db8::1", "");
    errand_check_done(errand_come(errand_ask(errand_revocation())),
                      "with authorizations for its names");
    ck_assert_uint_eq(ca_count(w->ca, "challenge"), told + 2);
    ck_assert_int_eq(scene_challenges_open(), 0);
}
END_TEST

START_TEST(revoked_by_its_key)
{
    json_t *asked = errand_revocation();

    errand_with_key(asked, "key_p256.pem");
    ck_assert_ptr_null(strstr(ae_json_print(asked, t_pool), "PRIVATE"));
    w->ca->foreign = 1;
    w->ca->cert_key = t_key("key_p256.pem");
    world_start();
    errand_check_done(errand_come(errand_ask(asked)), "by its own key");
    ck_assert_uint_eq(ca_count(w->ca, "revokeCert"), 3);
}
END_TEST

/* Where no account can be opened there is nothing to authorize. */
START_TEST(the_key_without_an_account)
{
    json_t *asked = errand_revocation();

    errand_with_key(asked, "key_p256.pem");
    w->ca->cert_key = t_key("key_p256.pem");
    world_spoil("newAccount", 1, 100, 403, "unauthorized", NULL);
    world_start();
    errand_check_done(errand_come(errand_ask(asked)), "by its own key");
    ck_assert_uint_eq(ca_count(w->ca, "revokeCert"), 1);
}
END_TEST

START_TEST(no_way)
{
    w->ca->foreign = 1;
    world_start();
    errand_check_failed(errand_come(errand_ask(errand_revocation())),
                        "not of this account", "--key");
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
    errand_check_failed(errand_come(errand_ask(errand_revocation())),
                        "nobody is there", "--key");
}
END_TEST

static const edge_cert_t *first_cert(void)
{
    return APR_ARRAY_IDX(w->config.certs, 0, const edge_cert_t *);
}

static apr_status_t load_kept(void)
{
    const ae_csr_t *csr;
    ae_key_t *key;

    return edge_kept_load(&key, &csr, scene_store(), first_cert(), &err,
                          t_pool);
}

/* A key that others know is no key for the next order. */
START_TEST(a_compromised_key_is_not_kept)
{
    json_t *asked = errand_revocation();
    const ae_csr_t *csr;
    ae_key_t *key;
    ae_bytes_t pem;

    world_start();
    ck_assert_int_eq(
        edge_kept_make(&key, &csr, scene_store(), first_cert(), &err, t_pool),
        APR_SUCCESS);
    json_object_set_new(asked, "reason", json_string("keyCompromise"));
    errand_come(errand_ask(asked));
    ck_assert_int_eq(load_kept(), APR_SUCCESS);
    pem = test_pki_issue(w->pki, key, ERRAND_NAMES, w->now - DAY, w->now + DAY,
                         t_pool);
    json_object_set_new(asked, "certificate",
                        json_stringn((const char *)pem.data, pem.len));
    json_object_set_new(asked, "reason", json_string("superseded"));
    errand_come(errand_ask(asked));
    ck_assert_int_eq(load_kept(), APR_SUCCESS);
    json_object_set_new(asked, "reason", json_string("keyCompromise"));
    errand_come(errand_ask(asked));
    ck_assert(APR_STATUS_IS_ENOENT(load_kept()));
}
END_TEST

START_TEST(refused_for_the_reason)
{
    world_start();
    world_spoil("revokeCert", 1, 1, 400, "badRevocationReason", NULL);
    errand_check_failed(errand_come(errand_ask(errand_revocation())),
                        "badRevocationReason", "");
    ck_assert_uint_eq(ca_count(w->ca, "revokeCert"), 1);
}
END_TEST

Suite *suite_edge_errand_revoke(void);

Suite *suite_edge_errand_revoke(void)
{
    Suite *suite = suite_create("edge_errand_revoke");
    TCase *tc = tcase_create("ways");

    tcase_add_checked_fixture(tc, set_up, t_teardown);
    tcase_add_test(tc, revoked_by_the_account);
    tcase_add_test(tc, revoked_with_authorizations);
    tcase_add_test(tc, its_challenges_are_looked_at_before);
    tcase_add_test(tc, revoked_by_its_key);
    tcase_add_test(tc, the_key_without_an_account);
    tcase_add_test(tc, no_way);
    tcase_add_test(tc, names_that_are_not_ours);
    tcase_add_test(tc, a_compromised_key_is_not_kept);
    tcase_add_test(tc, refused_for_the_reason);
    suite_add_tcase(suite, tc);
    return suite;
}
