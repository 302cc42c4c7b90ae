#include "edge_kept.h"

#include "fixture.h"
#include "support.h"
#include "test_store.h"

#include <apr_strings.h>
#include <check.h>
#include <fcntl.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

Suite *suite_edge_kept(void);

#define DIR "kept/www.example.org"
#define KEY DIR "/ecdsa-p256.key"
#define CSR DIR "/ecdsa-p256.csr"

static ae_error_t err;

static const char *der_of(const ae_csr_t *csr)
{
    return t_hex(ae_csr_der(csr));
}

static int is_same(const ae_key_t *a, const ae_key_t *b)
{
    return EVP_PKEY_eq(ae_key_evp(a), ae_key_evp(b)) == 1;
}

static const ae_csr_t *make(const test_store_t *t, ae_key_t **key)
{
    const ae_csr_t *csr;

    ck_status(edge_kept_make(key, &csr, t->store, t->cert, &err, t_pool),
              APR_SUCCESS, &err);
    ck_assert_int_eq(ae_csr_check_key(csr, *key, &err), APR_SUCCESS);
    return csr;
}

static apr_status_t load(const test_store_t *t, ae_key_t **key,
                         const ae_csr_t **csr)
{
    return edge_kept_load(key, csr, t->store, t->cert, &err, t_pool);
}

START_TEST(nothing_is_kept_at_first)
{
    test_store_t *t = test_store_make();
    const ae_csr_t *csr;
    ae_key_t *key;

    ck_assert(APR_STATUS_IS_ENOENT(load(t, &key, &csr)));
    ck_assert(!test_store_has(t, DIR));
    ck_status(edge_kept_drop(t->store, t->cert, &err, t_pool), APR_SUCCESS,
              &err);
}
END_TEST

START_TEST(what_is_made_is_kept)
{
    test_store_t *t = test_store_make();
    ae_key_t *made, *found;
    const ae_csr_t *first = make(t, &made);
    const ae_csr_t *second;

    ck_status(load(t, &found, &second), APR_SUCCESS, &err);
    ck_assert(is_same(made, found));
    ck_assert_str_eq(der_of(first), der_of(second));
    ck_assert_str_eq(der_of(first), der_of(make(t, &found)));
    ck_assert(is_same(made, found));
    ck_status(load(t, NULL, &second), APR_SUCCESS, &err);
    ck_assert_str_eq(der_of(first), der_of(second));
}
END_TEST

START_TEST(the_key_is_sealed_and_the_request_is_not)
{
    test_store_t *t = test_store_make();
    struct stat info;
    ae_key_t *key;

    make(t, &key);
    ck_assert_ptr_null(strstr(test_store_get(t, KEY), "PRIVATE"));
    ck_assert_ptr_nonnull(strstr(test_store_get(t, CSR), "BEGIN CERTIFICATE "
                                                         "REQUEST"));
    ck_assert_int_eq(stat(test_store_at(t, DIR), &info), 0);
    ck_assert_int_eq(info.st_mode & 07777, 0700);
    ck_assert_int_eq(stat(test_store_at(t, KEY), &info), 0);
    ck_assert_int_eq(info.st_mode & 07777, 0600);
}
END_TEST

static const struct {
    const char *names;
    const char *subject;
} changes[] = {
    {"www.example.org", NULL},
    {"www.example.org example.org www.example.net", NULL},
    {"www.example.org example.org", "C=DE"},
};

/* The key stays: the certificate is for the same one. */
START_TEST(a_request_for_something_else_is_made_again)
{
    test_store_t *t = test_store_make();
    ae_key_t *before, *after;
    const char *old = der_of(make(t, &before));
    const ae_csr_t *csr;

    t->cert->names = test_pki_names(changes[_i].names, t_pool);
    t->cert->subject = changes[_i].subject;
    ck_status(load(t, &after, &csr), APR_SUCCESS, &err);
    ck_assert_str_eq(der_of(csr), old);
    csr = make(t, &after);
    ck_assert(is_same(before, after));
    ck_assert_str_ne(der_of(csr), old);
    ck_status(ae_csr_check(csr, t->cert->names, t->cert->subject, &err),
              APR_SUCCESS, &err);
}
END_TEST

START_TEST(each_type_has_its_own)
{
    test_store_t *t = test_store_make();
    ae_key_t *ec, *rsa, *again;

    make(t, &ec);
    t->cert->key_type = AE_KEY_RSA_2048;
    make(t, &rsa);
    ck_assert_int_eq(ae_key_type(rsa), AE_KEY_RSA_2048);
    t->cert->key_type = AE_KEY_ECDSA_P256;
    make(t, &again);
    ck_assert(is_same(ec, again));
}
END_TEST

START_TEST(a_kill_between_key_and_request)
{
    test_store_t *t = test_store_make();
    ae_key_t *key, *after;
    const ae_csr_t *csr;

    make(t, &key);
    test_store_remove(t, CSR);
    ck_assert(APR_STATUS_IS_ENOENT(load(t, &after, &csr)));
    make(t, &after);
    ck_assert(is_same(key, after));
}
END_TEST

START_TEST(a_request_of_another_key_counts_for_nothing)
{
    test_store_t *t = test_store_make();
    ae_key_t *first, *second, *after;
    const ae_csr_t *csr;

    make(t, &first);
    test_store_move(t, CSR, "foreign");
    test_store_remove(t, KEY);
    make(t, &second);
    ck_assert(!is_same(first, second));
    test_store_move(t, "foreign", CSR);
    ck_assert(APR_STATUS_IS_ENOENT(load(t, &after, &csr)));
    make(t, &after);
    ck_assert(is_same(second, after));
    ck_status(load(t, &after, &csr), APR_SUCCESS, &err);
}
END_TEST

START_TEST(what_is_damaged_is_set_aside)
{
    static const char *const files[] = {KEY, CSR};
    test_store_t *t = test_store_make();
    const char *aside = apr_pstrcat(t_pool, files[_i], ".damaged", NULL);
    ae_key_t *key, *after;
    const ae_csr_t *csr;
    apr_status_t status;

    make(t, &key);
    test_store_put(t, files[_i], "garbage");
    status = load(t, &after, &csr);
    ck_assert(status == AE_ESEAL || status == AE_EFORMAT);
    ck_assert(!test_store_has(t, aside));
    ck_assert_int_eq(
        edge_kept_make(&after, &csr, t->store, t->cert, &err, t_pool), status);
    ck_assert_ptr_nonnull(strstr(err.next, ".damaged"));
    ck_assert_str_eq(test_store_get(t, aside), "garbage");
    make(t, &after);
    ck_assert_int_eq(is_same(key, after), _i == 1);
}
END_TEST

START_TEST(what_is_dropped_is_forgotten)
{
    test_store_t *t = test_store_make();
    ae_key_t *key, *after;
    const ae_csr_t *csr;

    make(t, &key);
    ck_status(edge_kept_drop(t->store, t->cert, &err, t_pool), APR_SUCCESS,
              &err);
    ck_assert(APR_STATUS_IS_ENOENT(load(t, &after, &csr)));
    make(t, &after);
    ck_assert(!is_same(key, after));
}
END_TEST

START_TEST(one_makes_at_a_time)
{
    test_store_t *t = test_store_make();
    ae_key_t *key;
    const ae_csr_t *csr = make(t, &key);
    int fd = open(test_store_at(t, DIR), O_RDONLY | O_DIRECTORY);

    ck_assert_int_eq(flock(fd, LOCK_EX), 0);
    ck_assert(APR_STATUS_IS_EBUSY(
        edge_kept_make(&key, &csr, t->store, t->cert, &err, t_pool)));
    ck_assert(
        APR_STATUS_IS_EBUSY(edge_kept_drop(t->store, t->cert, &err, t_pool)));
    ck_status(load(t, &key, &csr), APR_SUCCESS, &err);
    close(fd);
    make(t, &key);
}
END_TEST

START_TEST(a_full_disk)
{
    test_store_t *t = test_store_make();
    ae_key_t *key;
    const ae_csr_t *csr;

    test_store_fill_disk();
    ck_assert_int_ne(
        edge_kept_make(&key, &csr, t->store, t->cert, &err, t_pool),
        APR_SUCCESS);
    test_store_free_disk();
    ck_assert(APR_STATUS_IS_ENOENT(load(t, &key, &csr)));
    make(t, &key);
}
END_TEST

static const uid_t nobody = 65534;

static uid_t owner_of(const test_store_t *t, const char *below)
{
    struct stat info;

    ck_assert_int_eq(lstat(test_store_at(t, below), &info), 0);
    return info.st_uid;
}

/* The worker must read what the command has made. */
START_TEST(root_gives_it_to_the_worker)
{
    test_store_t *t = test_store_make();
    ae_file_owner_t worker = {nobody, (gid_t)-1};
    uid_t expected = geteuid() == 0 ? nobody : geteuid();
    ae_key_t *key;

    ck_status(edge_store_prepare(&t->store, edge_store_dir(t->store), worker,
                                 &err, t_pool),
              APR_SUCCESS, &err);
    make(t, &key);
    ck_assert_uint_eq(owner_of(t, "kept"), expected);
    ck_assert_uint_eq(owner_of(t, DIR), expected);
    ck_assert_uint_eq(owner_of(t, KEY), expected);
    ck_assert_uint_eq(owner_of(t, CSR), expected);
}
END_TEST

/* --- ACMECSR ------------------------------------------------------------- */

static test_store_t *make_given(const char *key_fixture)
{
    test_store_t *t = test_store_make();

    test_store_give(t, key_fixture);
    return t;
}

START_TEST(the_administrators_are_told_instead)
{
    test_store_t *t = make_given("key_p256.pem");
    ae_key_t *key;
    const ae_csr_t *csr;

    ck_status(load(t, &key, &csr), APR_SUCCESS, &err);
    ck_assert_ptr_eq(csr, t->cert->csr);
    ck_assert(is_same(key, t_key("key_p256.pem")));
    ck_assert_ptr_eq(make(t, &key), t->cert->csr);
    ck_assert(!test_store_has(t, DIR));
    ck_assert_int_eq(edge_kept_drop(t->store, t->cert, &err, t_pool),
                     APR_ENOTIMPL);
    ck_assert(test_store_has(t, "given.key"));
}
END_TEST

START_TEST(the_administrators_are_checked)
{
    test_store_t *t = make_given("key_p384.pem");
    ae_key_t *key;
    const ae_csr_t *csr;

    ck_assert_int_eq(load(t, &key, &csr), AE_EMISMATCH);
    ck_status(load(t, NULL, &csr), APR_SUCCESS, &err);
    t = make_given("key_p256.pem");
    ck_assert_int_eq(chmod(t->cert->key_file, 0640), 0);
    ck_assert_int_eq(load(t, &key, &csr), AE_EUNSAFE);
    ck_assert_ptr_nonnull(strstr(err.next, "run chmod 600"));
}
END_TEST

Suite *suite_edge_kept(void)
{
    Suite *suite = suite_create("edge_kept");
    TCase *tc = tcase_create("kept");

    tcase_add_checked_fixture(tc, t_setup, t_teardown);
    tcase_add_test(tc, nothing_is_kept_at_first);
    tcase_add_test(tc, what_is_made_is_kept);
    tcase_add_test(tc, the_key_is_sealed_and_the_request_is_not);
    tcase_add_loop_test(tc, a_request_for_something_else_is_made_again, 0,
                        sizeof(changes) / sizeof(changes[0]));
    tcase_add_test(tc, each_type_has_its_own);
    tcase_add_test(tc, a_kill_between_key_and_request);
    tcase_add_test(tc, a_request_of_another_key_counts_for_nothing);
    tcase_add_loop_test(tc, what_is_damaged_is_set_aside, 0, 2);
    tcase_add_test(tc, what_is_dropped_is_forgotten);
    tcase_add_test(tc, one_makes_at_a_time);
    tcase_add_test(tc, a_full_disk);
    tcase_add_test(tc, root_gives_it_to_the_worker);
    tcase_add_test(tc, the_administrators_are_told_instead);
    tcase_add_test(tc, the_administrators_are_checked);
    suite_add_tcase(suite, tc);
    return suite;
}
