/* What httpd writes of its configuration and the command reads. */

#include "edge_catalog.h"
#include "fixture.h"
#include "support.h"
#include "test_store.h"

#include <apr_strings.h>
#include <check.h>
#include <string.h>
#include <sys/stat.h>

Suite *suite_edge_catalog(void);

#define FILE_NAME "config.json"

static edge_catalog_t catalog_of(const test_store_t *t)
{
    apr_array_header_t *certs =
        apr_array_make(t_pool, 1, sizeof(const edge_cert_t *));
    apr_array_header_t *findings = edge_findings_make(t_pool);
    edge_catalog_t catalog = {
        .certs = certs, .findings = findings, .restarts_itself = 1};

    edge_finding_add(findings, AE_LOG_WARNING, "AE018", "", "closed");
    APR_ARRAY_PUSH(certs, const edge_cert_t *) = t->cert;
    return catalog;
}

static void save(const edge_catalog_t *catalog, const test_store_t *t)
{
    ae_error_t err;

    ck_status(edge_catalog_save(t->store, catalog, &err, t_pool), APR_SUCCESS,
              &err);
}

static apr_status_t load(edge_catalog_t *catalog, const test_store_t *t,
                         ae_error_t *err)
{
    return edge_catalog_load(catalog, edge_store_dir(t->store), err, t_pool);
}

static const edge_cert_t *cert_again(const test_store_t *t)
{
    edge_catalog_t catalog = catalog_of(t);
    ae_error_t err;

    save(&catalog, t);
    ck_status(load(&catalog, t, &err), APR_SUCCESS, &err);
    ck_assert_int_eq(catalog.certs->nelts, 1);
    return APR_ARRAY_IDX(catalog.certs, 0, const edge_cert_t *);
}

/* The fingerprint has names, providers, contacts, terms and key type in it. */
START_TEST(test_round_trip)
{
    test_store_t *t = test_store_make();
    const edge_cert_t *back;
    ae_error_t err;

    t->cert->trust_file = "/etc/ssl/test-ca.pem";
    t->cert->renew_window.percent = 0;
    t->cert->renew_window.time = apr_time_from_sec(86400);
    t->cert->warn_window.percent = 7;
    t->cert->key_type = AE_KEY_RSA_3072;
    t->cert->renews_by_hand = 1;
    ck_status(edge_schedule_parse(&t->cert->deploy,
                                  "Mon-Fri 03:00-04:30 22:00-01:00 Sun 02:00",
                                  &err),
              APR_SUCCESS, &err);
    back = cert_again(t);
    ck_assert_str_eq(edge_cert_fingerprint(back, t_pool),
                     edge_cert_fingerprint(t->cert, t_pool));
    ck_assert_str_eq(back->name, "www.example.org");
    ck_assert_str_eq(back->dir, t->cert->dir);
    ck_assert_int_eq(back->names->nelts, 2);
    ck_assert_str_eq(back->trust_file, "/etc/ssl/test-ca.pem");
    ck_assert_uint_eq(back->renew_window.percent, 0);
    ck_assert_uint_eq(back->warn_window.percent, 7);
    ck_assert_int_eq(back->renew_window.time, t->cert->renew_window.time);
    ck_assert_int_eq(back->key_type, AE_KEY_RSA_3072);
    ck_assert_int_eq(back->renews_by_hand, 1);
    ck_assert_str_eq(edge_schedule_print(&back->deploy, t_pool),
                     edge_schedule_print(&t->cert->deploy, t_pool));
    ck_assert_uint_eq(
        APR_ARRAY_IDX(back->providers, 0, edge_provider_t *)->names_max, 100);
}
END_TEST

START_TEST(test_without_what_is_optional)
{
    test_store_t *t = test_store_make();
    const edge_cert_t *back;

    t->cert->contacts = apr_array_make(t_pool, 0, sizeof(const char *));
    t->cert->terms_accepted = 0;
    back = cert_again(t);
    ck_assert_int_eq(back->contacts->nelts, 0);
    ck_assert_int_eq(back->terms_accepted, 0);
    ck_assert_ptr_null(back->trust_file);
}
END_TEST

START_TEST(test_peers)
{
    test_store_t *t = test_store_make();
    const edge_cert_t *back = cert_again(t);
    ae_error_t err;

    ck_assert_int_eq(back->probing, EDGE_PROBING_OFF);
    ck_assert_ptr_null(back->peers);
    t->cert->probing = EDGE_PROBING_REQUIRED;
    ck_status(edge_peers_parse(
                  &t->cert->peers,
                  test_pki_names("192.0.2.1 [2001:db8::1]:8080", t_pool), &err,
                  t_pool),
              APR_SUCCESS, &err);
    back = cert_again(t);
    ck_assert_int_eq(back->probing, EDGE_PROBING_REQUIRED);
    ck_assert_int_eq(back->peers->nelts, 2);
    ck_assert_str_eq(APR_ARRAY_IDX(back->peers, 1, edge_peer_t).address,
                     "2001:db8::1");
    ck_assert_uint_eq(APR_ARRAY_IDX(back->peers, 1, edge_peer_t).port, 8080);
}
END_TEST

START_TEST(test_findings)
{
    test_store_t *t = test_store_make();
    edge_catalog_t catalog = catalog_of(t);
    ae_error_t err;

    save(&catalog, t);
    ck_status(load(&catalog, t, &err), APR_SUCCESS, &err);
    ck_assert(edge_finding_is_there(catalog.findings, "AE018", ""));
    catalog.findings = NULL;
    save(&catalog, t);
    ck_status(load(&catalog, t, &err), APR_SUCCESS, &err);
    ck_assert_ptr_null(catalog.findings);
}
END_TEST

START_TEST(test_requests)
{
    test_store_t *t = test_store_make();
    const edge_cert_t *back = cert_again(t);

    ck_assert_int_eq(back->keeps_key, 0);
    ck_assert_ptr_null(back->subject);
    ck_assert_ptr_null(back->csr);
    ck_assert_ptr_null(back->key_file);
    t->cert->keeps_key = 1;
    t->cert->subject = "O=Example,C=DE";
    back = cert_again(t);
    ck_assert_int_eq(back->keeps_key, 1);
    ck_assert_str_eq(back->subject, "O=Example,C=DE");
    test_store_give(t, "key_p256.pem");
    back = cert_again(t);
    ck_assert_str_eq(t_hex(ae_csr_der(back->csr)),
                     t_hex(ae_csr_der(t->cert->csr)));
    ck_assert_str_eq(back->key_file, t->cert->key_file);
    ck_assert_ptr_null(strstr(test_store_get(t, FILE_NAME), "PRIVATE"));
}
END_TEST

/* www.example.org, and the same with another type of key. */
static edge_catalog_t two_types(const test_store_t *t)
{
    edge_catalog_t catalog = catalog_of(t);
    edge_cert_t *further = apr_pmemdup(t_pool, t->cert, sizeof(*further));
    apr_array_header_t *certs = apr_array_copy(t_pool, catalog.certs);

    edge_cert_call(further, AE_KEY_RSA_2048, 1, t_pool);
    t->cert->sibling = further;
    APR_ARRAY_PUSH(certs, const edge_cert_t *) = further;
    catalog.certs = certs;
    return catalog;
}

START_TEST(test_types_of_key)
{
    test_store_t *t = test_store_make();
    edge_catalog_t catalog = two_types(t);
    const edge_cert_t *first, *second;
    ae_error_t err;

    save(&catalog, t);
    ck_status(load(&catalog, t, &err), APR_SUCCESS, &err);
    ck_assert_int_eq(catalog.certs->nelts, 2);
    first = APR_ARRAY_IDX(catalog.certs, 0, const edge_cert_t *);
    second = APR_ARRAY_IDX(catalog.certs, 1, const edge_cert_t *);
    ck_assert_ptr_eq(first->sibling, second);
    ck_assert_ptr_null(second->sibling);
    ck_assert_str_eq(first->name, "www.example.org");
    ck_assert_str_eq(second->name, "www.example.org+rsa-2048");
    ck_assert_str_eq(second->dir, "www.example.org+rsa-2048");
    ck_assert_int_eq(second->key_type, AE_KEY_RSA_2048);
    ck_assert_int_eq(second->is_further, 1);
}
END_TEST

START_TEST(test_reload)
{
    test_store_t *t = test_store_make();
    edge_catalog_t catalog = catalog_of(t);
    ae_error_t err;

    for (catalog.restarts_itself = 0; catalog.restarts_itself < 2;
         catalog.restarts_itself++) {
        edge_catalog_t back = {.restarts_itself = -1, .is_hot = -1};

        catalog.is_hot = !catalog.restarts_itself;
        save(&catalog, t);
        ck_status(load(&back, t, &err), APR_SUCCESS, &err);
        ck_assert_int_eq(back.restarts_itself, catalog.restarts_itself);
        ck_assert_int_eq(back.is_hot, catalog.is_hot);
    }
}
END_TEST

static edge_catalog_t with_proxy(const test_store_t *t, const char *proxy)
{
    edge_catalog_t catalog = catalog_of(t);
    edge_catalog_t back;
    ae_error_t err;

    catalog.proxy = proxy;
    save(&catalog, t);
    ck_status(load(&back, t, &err), APR_SUCCESS, &err);
    return back;
}

/* Everybody may read the file. */
START_TEST(test_proxy)
{
    test_store_t *t = test_store_make();
    edge_catalog_t back = with_proxy(t, NULL);

    ck_assert_ptr_null(back.proxy);
    ck_assert(!back.proxy_hidden);
    back = with_proxy(t, "http://proxy.example:3128");
    ck_assert_str_eq(back.proxy, "http://proxy.example:3128");
    ck_assert(!back.proxy_hidden);
    back = with_proxy(t, "http://me:secret@proxy.example:3128");
    ck_assert_ptr_null(back.proxy);
    ck_assert(back.proxy_hidden);
    ck_assert_ptr_null(strstr(test_store_get(t, "config.json"), "secret"));
}
END_TEST

START_TEST(test_opens_port)
{
    test_store_t *t = test_store_make();
    edge_catalog_t catalog = catalog_of(t);
    edge_catalog_t back;
    ae_error_t err;

    save(&catalog, t);
    ck_status(load(&back, t, &err), APR_SUCCESS, &err);
    ck_assert(!back.opens_port);
    catalog.opens_port = 1;
    save(&catalog, t);
    ck_status(load(&back, t, &err), APR_SUCCESS, &err);
    ck_assert(back.opens_port);
}
END_TEST

static struct stat file_of(const test_store_t *t)
{
    struct stat info;

    ck_assert_int_eq(lstat(test_store_at(t, FILE_NAME), &info), 0);
    return info;
}

START_TEST(test_written_when_changed)
{
    test_store_t *t = test_store_make();
    edge_catalog_t catalog = catalog_of(t);
    ino_t first;

    save(&catalog, t);
    first = file_of(t).st_ino;
    ck_assert_uint_eq(file_of(t).st_mode & 07777, 0644);
    save(&catalog, t);
    ck_assert_uint_eq(file_of(t).st_ino, first);
    t->cert->terms_accepted = 0;
    save(&catalog, t);
    ck_assert_uint_ne(file_of(t).st_ino, first);
}
END_TEST

/* More than any other file of the store may have. */
START_TEST(test_thousands)
{
    test_store_t *t = test_store_make();
    edge_catalog_t catalog = catalog_of(t);
    apr_array_header_t *certs =
        apr_array_make(t_pool, 1, sizeof(const edge_cert_t *));
    ae_error_t err;
    int i;

    for (i = 0; i < 6000; i++) {
        APR_ARRAY_PUSH(certs, const edge_cert_t *) = t->cert;
    }
    catalog.certs = certs;
    save(&catalog, t);
    ck_assert_int_gt(file_of(t).st_size, 1024 * 1024);
    ck_status(load(&catalog, t, &err), APR_SUCCESS, &err);
    ck_assert_int_eq(catalog.certs->nelts, 6000);
}
END_TEST

/* One piece of what was saved is another one. */
static void replace(const test_store_t *t, const char *piece, const char *with)
{
    const char *text = test_store_get(t, FILE_NAME);
    const char *found = strstr(text, piece);

    ck_assert_msg(found != NULL, "no %s in %s", piece, text);
    test_store_put(
        t, FILE_NAME,
        apr_pstrcat(t_pool,
                    apr_pstrmemdup(t_pool, text, (apr_size_t)(found - text)),
                    with, found + strlen(piece), NULL));
}

START_TEST(test_of_an_earlier_version)
{
    test_store_t *t = test_store_make();
    edge_catalog_t catalog;
    const edge_cert_t *back;
    ae_error_t err;

    t->cert->warn_window.percent = 50;
    cert_again(t);
    replace(t, "warnWindow", "later");
    ck_status(load(&catalog, t, &err), APR_SUCCESS, &err);
    back = APR_ARRAY_IDX(catalog.certs, 0, const edge_cert_t *);
    ck_assert_int_eq(
        edge_policy_warn_at(0, t->now, back->warn_window, back->renew_window),
        t->now - t->now / 10);
}
END_TEST

static void expect_refusal(const test_store_t *t, apr_status_t expected)
{
    edge_catalog_t catalog;
    ae_error_t err;

    ck_status(load(&catalog, t, &err), expected, &err);
    ck_assert_ptr_nonnull(
        strstr(ae_error_line(&err, t_pool), test_store_at(t, FILE_NAME)));
    ck_assert_str_ne(err.why, "");
    ck_assert_str_ne(err.next, "");
}

/* Each replaces one piece of a good file. */
static const char *const damages[][2] = {
    {"\"version\":1", "\"version\":0"},
    {"\"certificates\"", "\"certificate\""},
    {"\"example.org\"", "\"example..org\""},
    {"\"example.org\"", "7"},
    {"\"example.org\"", "\"www.example.org\""},
    {"\"name\":\"letsencrypt\"", "\"name\":\"../letsencrypt\""},
    {"\"name\":\"letsencrypt\"", "\"name\":\"\""},
    {"\"namesMax\":100", "\"namesMax\":1"},
    {"\"namesMax\":100", "\"namesMax\":-100"},
    {"mailto:", "\\u001b[2J"},
    {"ecdsa-p256", "dsa"},
    {"\"percent\":33", "\"percent\":100"},
    {"\"time\":0", "\"time\":-1"},
    {"\"warnWindow\":{\"percent\":10", "\"warnWindow\":{\"percent\":-1"},
    {"}", ""},
    {"\"further\":false", "\"further\":true"},
    {"\"subject\":\"C=DE\"", "\"subject\":\"\\u001b\""},
    {"\"keyFile\"", "\"file\""},
    {"\"csr\"", "\"request\""},
    {"BEGIN CERTIFICATE REQUEST", "BEGIN PRIVATE KEY"},
    {"\"findings\":[", "\"findings\":[7,"},
};

START_TEST(test_damaged)
{
    test_store_t *t = test_store_make();

    t->cert->subject = "C=DE";
    test_store_give(t, "key_p256.pem");
    cert_again(t);
    replace(t, damages[_i][0], damages[_i][1]);
    expect_refusal(t, AE_EFORMAT);
}
END_TEST

START_TEST(test_other_refusals)
{
    test_store_t *t = test_store_make();

    expect_refusal(t, APR_ENOENT);
    test_store_put(t, FILE_NAME, "");
    expect_refusal(t, AE_EFORMAT);
    test_store_put(t, FILE_NAME, "{\"version\":2}");
    expect_refusal(t, AE_EVERSION);
}
END_TEST

START_TEST(test_full_disk)
{
    test_store_t *t = test_store_make();
    edge_catalog_t catalog = catalog_of(t);
    ae_error_t err;
    apr_status_t status;

    save(&catalog, t);
    catalog.restarts_itself = 0;
    test_store_fill_disk();
    status = edge_catalog_save(t->store, &catalog, &err, t_pool);
    test_store_free_disk();
    ck_assert_int_ne(status, APR_SUCCESS);
    ck_status(load(&catalog, t, &err), APR_SUCCESS, &err);
    ck_assert_int_eq(catalog.restarts_itself, 1);
}
END_TEST

Suite *suite_edge_catalog(void)
{
    Suite *suite = suite_create("edge_catalog");
    TCase *tc = tcase_create("catalog");

    tcase_add_checked_fixture(tc, t_setup, t_teardown);
    tcase_add_test(tc, test_round_trip);
    tcase_add_test(tc, test_without_what_is_optional);
    tcase_add_test(tc, test_peers);
    tcase_add_test(tc, test_findings);
    tcase_add_test(tc, test_requests);
    tcase_add_test(tc, test_types_of_key);
    tcase_add_test(tc, test_reload);
    tcase_add_test(tc, test_proxy);
    tcase_add_test(tc, test_opens_port);
    tcase_add_test(tc, test_written_when_changed);
    tcase_add_test(tc, test_thousands);
    tcase_add_loop_test(tc, test_damaged, 0,
                        sizeof(damages) / sizeof(*damages));
    tcase_add_test(tc, test_of_an_earlier_version);
    tcase_add_test(tc, test_other_refusals);
    tcase_add_test(tc, test_full_disk);
    suite_add_tcase(suite, tc);
    return suite;
}
