#include "edge_fallback.h"
#include "support.h"
#include "test_store.h"

#include <apr_strings.h>
#include <check.h>
#include <openssl/ssl.h>
#include <string.h>
#include <sys/stat.h>

Suite *suite_edge_fallback(void);

#define DAY apr_time_from_sec(86400)

static edge_live_paths_t provide(const test_store_t *t)
{
    edge_fallback_t *fallback;
    edge_live_paths_t paths;
    ae_error_t err;

    ck_status(edge_fallback_open(&fallback, test_store_at(t, "fallback"),
                                 t->now, &err, t_pool),
              APR_SUCCESS, &err);
    ck_status(edge_fallback_provide(&paths, fallback, t->cert, &err, t_pool),
              APR_SUCCESS, &err);
    return paths;
}

static int find(const test_store_t *t)
{
    edge_live_paths_t paths;

    return edge_fallback_find(&paths, test_store_at(t, "fallback"), t->cert,
                              t->now, t_pool);
}

/* As mod_ssl takes the files. */
static void try_files(edge_live_paths_t paths)
{
    SSL_CTX *ctx = SSL_CTX_new(TLS_server_method());

    ck_assert_int_eq(SSL_CTX_use_certificate_chain_file(ctx, paths.cert), 1);
    ck_assert_int_eq(
        SSL_CTX_use_PrivateKey_file(ctx, paths.key, SSL_FILETYPE_PEM), 1);
    ck_assert_int_eq(SSL_CTX_check_private_key(ctx), 1);
    SSL_CTX_free(ctx);
}

/* What a client would see; ends the test where mod_ssl could not use it. */
static const ae_cert_facts_t *facts_of(edge_live_paths_t paths)
{
    ae_cert_t *chain;
    ae_error_t err;
    ae_bytes_t pem;

    try_files(paths);
    ck_status(ae_file_read(&pem, paths.cert, 65536, &err, t_pool), APR_SUCCESS,
              &err);
    pem.data =
        (const unsigned char *)strstr((const char *)pem.data, "-----BEGIN");
    pem.len = strlen((const char *)pem.data);
    ck_status(ae_cert_parse(&chain, pem, &err, t_pool), APR_SUCCESS, &err);
    return ae_cert_facts(chain);
}

START_TEST(test_made)
{
    test_store_t *t = test_store_make();
    const ae_cert_facts_t *facts;
    edge_live_paths_t paths;
    struct stat info;

    test_store_remove(t, "fallback");
    paths = provide(t);
    facts = facts_of(paths);
    ck_assert_str_eq(paths.key, test_store_at(t, "fallback/key"));
    ck_assert_str_eq(paths.cert,
                     test_store_at(t, "fallback/www.example.org.cert"));
    ck_assert_int_eq(facts->names->nelts, 2);
    ck_assert_int_le(facts->not_before, t->now);
    ck_assert_int_gt(facts->not_after, t->now + 60 * DAY);
    ck_assert_int_eq(stat(paths.key, &info), 0);
    ck_assert_uint_eq(info.st_mode & 07777, 0600);
    ck_assert_int_eq(stat(test_store_at(t, "fallback"), &info), 0);
    ck_assert_uint_eq(info.st_mode & 07777, 0700);
}
END_TEST

/* Never one key per certificate. */
START_TEST(test_one_key_for_all)
{
    test_store_t *t = test_store_make();
    const char *first = facts_of(provide(t))->sha256;
    const char *key = test_store_get(t, "fallback/key");
    edge_cert_t *one = t->cert;
    edge_cert_t other = *one;

    other.name = other.dir = "other.example";
    other.names = test_pki_names("other.example", t_pool);
    t->cert = &other;
    ck_assert_str_ne(facts_of(provide(t))->sha256, first);
    t->cert = one;
    ck_assert_str_eq(facts_of(provide(t))->sha256, first);
    ck_assert_str_eq(test_store_get(t, "fallback/key"), key);
}
END_TEST

START_TEST(test_made_anew)
{
    test_store_t *t = test_store_make();
    const char *first = facts_of(provide(t))->sha256;

    t->cert->names = test_pki_names("www.example.org", t_pool);
    ck_assert_str_ne(facts_of(provide(t))->sha256, first);
    first = facts_of(provide(t))->sha256;
    t->now += 300 * DAY;
    ck_assert_str_eq(facts_of(provide(t))->sha256, first);
    t->now = facts_of(provide(t))->not_after - 29 * DAY;
    ck_assert_str_ne(facts_of(provide(t))->sha256, first);
    first = facts_of(provide(t))->sha256;
    t->now -= 3650 * DAY; /* a clock that was set right */
    ck_assert_str_ne(facts_of(provide(t))->sha256, first);
}
END_TEST

START_TEST(test_spoilt)
{
    static const char *const files[] = {"fallback/key",
                                        "fallback/www.example.org.cert"};
    static const char *const texts[] = {"", "rubbish"};
    test_store_t *t = test_store_make();

    provide(t);
    test_store_put(t, files[_i / 2], texts[_i % 2]);
    ck_assert(!find(t));
    facts_of(provide(t));
    test_store_remove(t, files[_i / 2]);
    ck_assert(!find(t));
    facts_of(provide(t));
    ck_assert(find(t));
}
END_TEST

/* What httpd's first pass may do: look. */
START_TEST(test_find)
{
    test_store_t *t = test_store_make();
    edge_live_paths_t paths, made;

    test_store_remove(t, "fallback");
    ck_assert(!find(t));
    ck_assert(!test_store_has(t, "fallback"));
    made = provide(t);
    ck_assert(edge_fallback_find(&paths, test_store_at(t, "fallback"), t->cert,
                                 t->now, t_pool));
    ck_assert_str_eq(paths.cert, made.cert);
    ck_assert_str_eq(paths.key, made.key);
    t->cert->names = test_pki_names("www.example.org", t_pool);
    ck_assert(!find(t));
}
END_TEST

/* One file after the other in the same place. */
START_TEST(test_lent)
{
    test_store_t *t = test_store_make();
    const char *dir = test_store_at(t, "lent");
    edge_fallback_t *fallback;
    edge_live_paths_t paths;
    const ae_cert_facts_t *facts;
    edge_cert_t other = *t->cert;
    ae_error_t err;

    other.name = other.dir = "a.example";
    other.names = test_pki_names("a.example", t_pool);
    ck_status(edge_fallback_open(&fallback, dir, t->now, &err, t_pool),
              APR_SUCCESS, &err);
    ck_status(edge_fallback_lend(&paths, fallback, t->cert, &err, t_pool),
              APR_SUCCESS, &err);
    ck_assert_int_eq(facts_of(paths)->names->nelts, 2);
    ck_status(edge_fallback_lend(&paths, fallback, &other, &err, t_pool),
              APR_SUCCESS, &err);
    facts = facts_of(paths);
    ck_assert_int_eq(facts->names->nelts, 1);
    ck_assert_str_eq(APR_ARRAY_IDX(facts->names, 0, const char *),
                     "a.example");
    ck_assert_str_eq(
        strstr(test_store_get(t, "lent/cert"), "-----END CERTIFICATE"),
        "-----END CERTIFICATE-----\n");
}
END_TEST

START_TEST(test_full_disk)
{
    test_store_t *t = test_store_make();
    edge_fallback_t *fallback;
    ae_error_t err;
    apr_status_t status;

    test_store_fill_disk();
    status = edge_fallback_open(&fallback, test_store_at(t, "fallback"),
                                t->now, &err, t_pool);
    test_store_free_disk();
    ck_assert_int_ne(status, APR_SUCCESS);
    ck_assert_ptr_nonnull(strstr(err.what, "fallback/key"));
}
END_TEST

Suite *suite_edge_fallback(void)
{
    Suite *suite = suite_create("edge_fallback");
    TCase *tc = tcase_create("fallback");

    tcase_add_checked_fixture(tc, t_setup, t_teardown);
    tcase_add_test(tc, test_made);
    tcase_add_test(tc, test_one_key_for_all);
    tcase_add_test(tc, test_made_anew);
    tcase_add_loop_test(tc, test_spoilt, 0, 4);
    tcase_add_test(tc, test_find);
    tcase_add_test(tc, test_lent);
    tcase_add_test(tc, test_full_disk);
    suite_add_tcase(suite, tc);
    return suite;
}
