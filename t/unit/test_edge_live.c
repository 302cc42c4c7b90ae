#include "support.h"
#include "test_live.h"

#include <apr_strings.h>
#include <check.h>
#include <string.h>
#include <sys/stat.h>

Suite *suite_edge_live(void);

#define LIVE "live/www.example.org"
#define SEEN LIVE "/ecdsa-p256.seen"

static apr_status_t check(const test_store_t *t)
{
    ae_error_t err;

    return edge_live_check(edge_store_dir(t->store), t->cert, &err, t_pool);
}

static apr_status_t load(ae_cert_t **chain, const test_store_t *t)
{
    ae_error_t err;

    return edge_live_load(chain, edge_store_dir(t->store), t->cert, &err,
                          t_pool);
}

START_TEST(test_paths)
{
    test_store_t *t = test_store_make();
    edge_live_paths_t paths = edge_live_paths("/store", t->cert, t_pool);

    ck_assert_str_eq(paths.cert,
                     "/store/live/www.example.org/ecdsa-p256.cert");
    ck_assert_str_eq(paths.key, "/store/live/www.example.org/ecdsa-p256.key");
}
END_TEST

START_TEST(test_good)
{
    test_store_t *t = test_store_make();
    const char *serial;
    ae_cert_t *chain;

    ck_assert_int_eq(check(t), APR_ENOENT);
    ck_assert_int_eq(load(&chain, t), APR_ENOENT);
    serial = test_live_deploy(t);
    ck_assert_int_eq(check(t), APR_SUCCESS);
    ck_assert_int_eq(load(&chain, t), APR_SUCCESS);
    ck_assert_str_eq(ae_cert_facts(chain)->serial, serial);
}
END_TEST

/* A start with thousands of them parses none that is as it was deployed. */
START_TEST(test_seen)
{
    test_store_t *t = test_store_make();
    const char *serial = test_live_deploy(t);
    const ae_cert_facts_t *facts;
    ae_error_t err;

    ck_status(edge_live_facts(&facts, edge_store_dir(t->store), t->cert, &err,
                              t_pool),
              APR_SUCCESS, &err);
    ck_assert_str_eq(facts->serial, serial);
    ck_assert_ptr_nonnull(strstr(test_store_get(t, SEEN), serial));
    test_store_remove(t, SEEN);
    ck_status(edge_live_facts(&facts, edge_store_dir(t->store), t->cert, &err,
                              t_pool),
              APR_SUCCESS, &err);
    ck_assert_str_eq(facts->serial, serial);
    ck_assert_int_eq(check(t), APR_SUCCESS);
}
END_TEST

/* ACMEKeyType was changed: what is live stays in use. */
START_TEST(test_another_type)
{
    test_store_t *t = test_store_make();
    edge_cert_t changed = *t->cert;
    const char *serial = test_live_deploy(t);
    edge_live_paths_t paths;
    ae_cert_t *chain;
    ae_error_t err;

    changed.key_type = AE_KEY_RSA_2048;
    paths = edge_live_paths(edge_store_dir(t->store), &changed, t_pool);
    ck_assert_ptr_ne(strstr(paths.key, "/ecdsa-p256.key"), NULL);
    ck_status(
        edge_live_check(edge_store_dir(t->store), &changed, &err, t_pool),
        APR_SUCCESS, &err);
    ck_status(edge_live_load(&chain, edge_store_dir(t->store), &changed, &err,
                             t_pool),
              APR_SUCCESS, &err);
    ck_assert_str_eq(ae_cert_facts(chain)->serial, serial);
    ck_assert_int_eq(
        edge_live_type(edge_store_dir(t->store), &changed, t_pool),
        AE_KEY_ECDSA_P256);
}
END_TEST

/* mod_ssl would refuse to start with any of these. */
START_TEST(test_bad)
{
    test_store_t *t = test_store_make();
    ae_cert_t *chain;

    test_live_deploy(t);
    test_store_copy(t, LIVE, "kept");
    test_live_deploy(t);
    test_store_remove(t, LIVE "/ecdsa-p256.key");
    ck_assert_int_eq(check(t), APR_ENOENT);
    ck_assert_int_eq(load(&chain, t), APR_SUCCESS);
    test_store_put(t, LIVE "/ecdsa-p256.key", "rubbish");
    ck_assert_int_eq(check(t), AE_EFORMAT);
    test_store_move(t, "kept/ecdsa-p256.key", LIVE "/ecdsa-p256.key");
    ck_assert_int_eq(check(t), AE_EMISMATCH);
    test_store_put(t, LIVE "/ecdsa-p256.cert", "");
    ck_assert_int_eq(check(t), AE_EFORMAT);
    ck_assert_int_eq(load(&chain, t), AE_EFORMAT);
}
END_TEST

/* A copy by hand, or a backup that was put back. */
START_TEST(test_open_key)
{
    static const mode_t modes[] = {0644, 0640, 0604, 0600};
    test_store_t *t = test_store_make();
    const char *key = test_store_at(t, LIVE "/ecdsa-p256.key");
    mode_t mode = modes[_i];
    apr_status_t status;
    ae_error_t err;
    struct stat info;

    test_live_deploy(t);
    ck_assert_int_eq(chmod(key, mode), 0);
    status = edge_live_guard(edge_store_dir(t->store), t->cert, &err, t_pool);
    ck_assert_int_eq(status, mode == 0600 ? APR_SUCCESS : AE_EUNSAFE);
    ck_assert_int_eq(stat(key, &info), 0);
    ck_assert_int_eq(info.st_mode & 07777, 0600);
    if (mode != 0600) {
        ck_assert_ptr_nonnull(strstr(err.what, key));
        ck_assert_ptr_nonnull(strstr(err.next, "shut again"));
    }
}
END_TEST

START_TEST(test_nothing_to_guard)
{
    test_store_t *t = test_store_make();
    ae_error_t err;

    ck_assert_int_eq(
        edge_live_guard(edge_store_dir(t->store), t->cert, &err, t_pool),
        APR_SUCCESS);
}
END_TEST

Suite *suite_edge_live(void)
{
    Suite *suite = suite_create("edge_live");
    TCase *tc = tcase_create("live");

    tcase_add_checked_fixture(tc, t_setup, t_teardown);
    tcase_add_test(tc, test_paths);
    tcase_add_test(tc, test_good);
    tcase_add_test(tc, test_seen);
    tcase_add_test(tc, test_another_type);
    tcase_add_test(tc, test_bad);
    tcase_add_loop_test(tc, test_open_key, 0, 4);
    tcase_add_test(tc, test_nothing_to_guard);
    suite_add_tcase(suite, tc);
    return suite;
}
