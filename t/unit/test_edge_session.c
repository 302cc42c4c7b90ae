/* One account for all certificates of a provider, and its key before it. */

#include "edge_session.h"
#include "edge_world.h"
#include "scripted_jws.h"
#include "support.h"

#include <check.h>
#include <string.h>

static world_t *w;

START_TEST(the_account_key_is_stored_first)
{
    w = world_begin("a.example", "ca");
    world_send();
    ck_assert_int_eq(ae_file_exists(scene_path("accounts/ca/account.key")), 1);
    ck_assert_uint_eq(w->ca->requests, 0);
}
END_TEST

/* With the key the account would be lost. */
START_TEST(an_unreadable_account_key_stays)
{
    w = world_begin("a.example", "ca");
    world_run_until(0, EDGE_PHASE_STAGED, MINUTE);
    world_deploy();
    scene_break("accounts/ca/account.key");
    world_restart();
    world_run_until(0, EDGE_PHASE_FAILING, 70 * DAY);
    ck_assert_ptr_nonnull(strstr(w->statuses[0].signed_text, "account.key"));
    ck_assert_uint_eq(w->ca->accounts, 1);
}
END_TEST

/* RFC 8555 section 7.3.1: the CA tells the account of a key. */
START_TEST(a_lost_record_is_no_lost_account)
{
    w = world_begin("a.example", "ca");
    world_run_until(0, EDGE_PHASE_STAGED, MINUTE);
    world_deploy();
    scene_break("accounts/ca/account.json");
    world_restart();
    world_run_until(0, EDGE_PHASE_STAGED, 70 * DAY);
    ck_assert_uint_eq(ca_count(w->ca, "newAccount"), 2);
    ck_assert_uint_eq(w->ca->accounts, 1);
}
END_TEST

START_TEST(the_account_is_remembered)
{
    w = world_begin("a.example", "ca");
    world_run_until(0, EDGE_PHASE_STAGED, MINUTE);
    world_deploy();
    world_run_until(0, EDGE_PHASE_STAGED, 70 * DAY);
    ck_assert_uint_eq(ca_count(w->ca, "newAccount"), 1);
}
END_TEST

/* Whichever certificate is due first. */
START_TEST(who_accepted_the_terms_decides)
{
    edge_cert_t *first = scene_cert("a.example", "ca");
    edge_cert_t *second = scene_cert("b.example", "ca");

    first->terms_accepted = 0;
    first->contacts = test_pki_names("mailto:first@example.org", t_pool);
    second->contacts = test_pki_names("mailto:second@example.org", t_pool);
    w = world_make(scene_certs(first, second, NULL));
    world_start();
    world_run_until(0, EDGE_PHASE_STAGED, MINUTE);
    world_run_until(1, EDGE_PHASE_STAGED, MINUTE);
    ck_assert_str_eq(json_string_value(json_array_get(
                         json_object_get(w->ca->account, "contact"), 0)),
                     "mailto:second@example.org");
}
END_TEST

static void give_contact(const char *contact)
{
    edge_cert_t *cert =
        (edge_cert_t *)APR_ARRAY_IDX(w->config.certs, 0, const edge_cert_t *);

    world_stop();
    cert->contacts = test_pki_names(contact, t_pool);
    world_start();
}

/* RFC 8555 section 7.3.2 */
START_TEST(a_changed_contact_is_told)
{
    w = world_begin("a.example", "ca");
    world_run_until(0, EDGE_PHASE_STAGED, MINUTE);
    world_deploy();
    give_contact("mailto:new@example.org");
    world_run_until(0, EDGE_PHASE_STAGED, 70 * DAY);
    world_deploy();
    world_run_until(0, EDGE_PHASE_STAGED, 70 * DAY);
    ck_assert_uint_eq(ca_count(w->ca, "updateAccount"), 1);
    ck_assert_str_eq(json_string_value(json_array_get(
                         json_object_get(w->ca->account, "contact"), 0)),
                     "mailto:new@example.org");
    ck_assert_int_eq(scene_logged("AE060"), 0);
}
END_TEST

START_TEST(a_contact_that_is_refused_stops_no_order)
{
    w = world_begin("a.example", "ca");
    world_run_until(0, EDGE_PHASE_STAGED, MINUTE);
    world_deploy();
    give_contact("mailto:new@example.org");
    world_spoil("updateAccount", 1, 1, 400, "invalidContact", NULL);
    world_run_until(0, EDGE_PHASE_STAGED, 70 * DAY);
    ck_assert_int_eq(scene_logged("AE060"), 1);
    ck_assert_ptr_nonnull(strstr(scene_log_line("AE060"), "ACMEEmail"));
    ck_assert_int_eq(scene_logged("AE040"), 0);
}
END_TEST

/* RFC 8555 section 7.3.4: those of this CA, not of another. */
START_TEST(an_external_account_is_bound)
{
    static const edge_external_t all[] = {
        {"other", {"of-other", "HS256", {(const unsigned char *)"k", 1}}, ""},
        {"ca", {"of-ca", "HS256", {(const unsigned char *)"key", 3}}, ""}};
    edge_cert_t *cert = scene_cert("a.example", "ca");
    apr_array_header_t *externals =
        apr_array_make(t_pool, 2, sizeof(const edge_external_t *));
    const json_t *bound;

    APR_ARRAY_PUSH(externals, const edge_external_t *) = &all[0];
    APR_ARRAY_PUSH(externals, const edge_external_t *) = &all[1];
    cert->externals = externals;
    w = world_make(scene_certs(cert, NULL));
    world_start();
    world_run_until(0, EDGE_PHASE_STAGED, MINUTE);
    bound = json_object_get(w->ca->account, "externalAccountBinding");
    ck_assert_str_eq(json_string_value(json_object_get(
                         scripted_json(json_string_value(
                             json_object_get(bound, "protected"))),
                         "kid")),
                     "of-ca");
}
END_TEST

START_TEST(one_session_a_provider)
{
    edge_cert_t *cert = scene_cert("a.example", "ca other");
    edge_sessions_t *sessions;
    edge_session_t *one, *same, *other;
    ae_error_t err;

    sessions = edge_sessions_create(scene_store(), scene_certs(cert, NULL),
                                    scene_log(), t_pool);
    ck_assert_int_eq(
        edge_sessions_open(&one, sessions, scene_provider("ca"), &err),
        APR_SUCCESS);
    ck_assert_int_eq(
        edge_sessions_open(&same, sessions, scene_provider("ca"), &err),
        APR_SUCCESS);
    ck_assert_int_eq(
        edge_sessions_open(&other, sessions, scene_provider("other"), &err),
        APR_SUCCESS);
    ck_assert_ptr_eq(one, same);
    ck_assert_ptr_ne(one, other);
    ck_assert_int_eq(edge_sessions_paused_until(
                         sessions, scene_provider("third"), SCENE_NOW),
                     0);
}
END_TEST

Suite *suite_edge_session(void);

Suite *suite_edge_session(void)
{
    Suite *suite = suite_create("edge_session");
    TCase *tc = tcase_create("session");

    tcase_add_checked_fixture(tc, scene_setup, t_teardown);
    tcase_add_test(tc, the_account_key_is_stored_first);
    tcase_add_test(tc, an_unreadable_account_key_stays);
    tcase_add_test(tc, a_lost_record_is_no_lost_account);
    tcase_add_test(tc, the_account_is_remembered);
    tcase_add_test(tc, who_accepted_the_terms_decides);
    tcase_add_test(tc, a_changed_contact_is_told);
    tcase_add_test(tc, a_contact_that_is_refused_stops_no_order);
    tcase_add_test(tc, an_external_account_is_bound);
    tcase_add_test(tc, one_session_a_provider);
    suite_add_tcase(suite, tc);
    return suite;
}
