#include "edge_pair.h"
#include "support.h"
#include "test_store.h"

#include <apr_strings.h>
#include <check.h>
#include <string.h>
#include <unistd.h>

Suite *suite_edge_pair(void);

static const char *put(const char *name, ae_bytes_t bytes)
{
    const char *path = apr_pstrcat(t_pool, t_dir(), "/", name, NULL);
    ae_file_owner_t writer = {(uid_t)-1, (gid_t)-1};
    ae_error_t err;

    ck_status(ae_file_write(path, bytes, 0600, writer, AE_FILE_VOLATILE, &err,
                            t_pool),
              APR_SUCCESS, &err);
    return path;
}

static const char *put_key(const char *name, ae_key_t **key)
{
    ae_bytes_t pem;
    ae_error_t err;

    ck_status(ae_key_generate(key, AE_KEY_ECDSA_P256, &err, t_pool),
              APR_SUCCESS, &err);
    ck_status(ae_key_print(&pem, *key, &err, t_pool), APR_SUCCESS, &err);
    return put(name, pem);
}

START_TEST(test_pair)
{
    test_pki_t *pki = test_pki_make(t_pool);
    ae_key_t *key, *other, *back;
    const char *key_path = put_key("key", &key);
    const char *other_path = put_key("other", &other);
    const char *cert_path =
        put("cert", test_pki_issue(pki, key, "a.example", 0,
                                   apr_time_from_sec(86400), t_pool));
    ae_cert_t *chain;
    ae_error_t err;

    ck_status(edge_pair_load(&chain, cert_path, key_path, &err, t_pool),
              APR_SUCCESS, &err);
    ck_assert_str_eq(
        APR_ARRAY_IDX(ae_cert_facts(chain)->names, 0, const char *),
        "a.example");
    ck_status(edge_pair_load(&chain, cert_path, other_path, &err, t_pool),
              AE_EMISMATCH, &err);
    ck_assert_ptr_nonnull(strstr(err.what, cert_path));
    ck_status(edge_pair_load(&chain, key_path, key_path, &err, t_pool),
              AE_EFORMAT, &err);
    ck_assert_ptr_nonnull(strstr(err.what, key_path));
    ck_status(edge_pair_load_key(&back, cert_path, &err, t_pool), AE_EFORMAT,
              &err);
    ck_assert_ptr_nonnull(strstr(err.what, cert_path));
    ck_status(edge_pair_load_key(&back, key_path, &err, t_pool), APR_SUCCESS,
              &err);
    ck_assert_int_eq(EVP_PKEY_eq(ae_key_evp(key), ae_key_evp(back)), 1);
}
END_TEST

START_TEST(test_missing_and_links)
{
    ae_key_t *key;
    const char *path = put_key("key", &key);
    const char *link_path = apr_pstrcat(t_pool, t_dir(), "/link", NULL);
    ae_cert_t *chain;
    ae_error_t err;

    ck_status(edge_pair_load_chain(&chain, "/missing/cert", &err, t_pool),
              APR_ENOENT, &err);
    ck_status(edge_pair_load_key(&key, "/missing/key", &err, t_pool),
              APR_ENOENT, &err);
    ck_assert_int_eq(symlink(path, link_path), 0);
    ck_status(edge_pair_load_key(&key, link_path, &err, t_pool), AE_EUNSAFE,
              &err);
}
END_TEST

/* What must hold of what goes live, and each thing that may not. */
START_TEST(test_judge)
{
    static const struct {
        const char *parts;
        const char *names;
        int begin; /* days from now */
        int end;
        apr_status_t status;
    } rows[] = {
        {"li", "a.example b.example", -1, 1, APR_SUCCESS},
        {"li", "a.example b.example c.example", -1, 1, APR_SUCCESS},
        {"li", "a.example", -1, 1, AE_EMISMATCH},
        {"li", "a.example b.example", -2, -1, AE_EMISMATCH},
        {"li", "a.example b.example", 1, 2, AE_EMISMATCH},
        {"l", "a.example b.example", -1, 1, AE_EMISMATCH},
        {"lr", "a.example b.example", -1, 1, AE_EMISMATCH},
    };
    apr_time_t day = apr_time_from_sec(86400), now = 10000 * day;
    apr_array_header_t *names = test_pki_names("a.example b.example", t_pool);
    test_pki_t *pki = test_pki_make(t_pool);
    ae_key_t *key, *other;
    ae_cert_t *chain;
    ae_error_t err;
    apr_size_t i;

    put_key("key", &key);
    put_key("other", &other);
    for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        ae_bytes_t pem = test_pki_issue_parts(
            pki, rows[i].parts, key, rows[i].names, now + rows[i].begin * day,
            now + rows[i].end * day, t_pool);

        ck_status(ae_cert_parse(&chain, pem, &err, t_pool), APR_SUCCESS, &err);
        ck_status(edge_pair_judge(chain, key, names, now, &err),
                  rows[i].status, &err);
        ck_status(edge_pair_judge(chain, other, names, now, &err),
                  AE_EMISMATCH, &err);
    }
}
END_TEST

Suite *suite_edge_pair(void)
{
    Suite *suite = suite_create("edge_pair");
    TCase *tc = tcase_create("pair");

    tcase_add_checked_fixture(tc, t_setup, t_teardown);
    tcase_add_test(tc, test_pair);
    tcase_add_test(tc, test_missing_and_links);
    tcase_add_test(tc, test_judge);
    suite_add_tcase(suite, tc);
    return suite;
}
