#include "edge_store_heir.h"
#include "support.h"
#include "test_store.h"

#include <apr_strings.h>
#include <check.h>
#include <sys/stat.h>
#include <unistd.h>

Suite *suite_edge_store_heir(void);

/* Only root can give files away; for anybody else all stays his own. */
static const ae_file_owner_t old_worker = {1001, 1001};
static const ae_file_owner_t new_worker = {1002, 1002};

static uid_t uid_for_root(uid_t uid)
{
    return geteuid() == 0 ? uid : geteuid();
}

static const char *below(const char *name)
{
    return apr_pstrcat(t_pool, t_dir(), "/store/", name, NULL);
}

static uid_t owner_of(const char *name)
{
    struct stat info;

    ck_assert_msg(lstat(below(name), &info) == 0, "%s is missing", name);
    return info.st_uid;
}

static void prepare_for(ae_file_owner_t worker)
{
    edge_store_t *store;
    ae_error_t err;

    ck_status(edge_store_prepare(&store,
                                 apr_pstrcat(t_pool, t_dir(), "/store", NULL),
                                 worker, &err, t_pool),
              APR_SUCCESS, &err);
}

static void put(const char *name, ae_file_owner_t owner)
{
    static const ae_bytes_t text = {(const unsigned char *)"text", 4};
    ae_error_t err;

    ck_status(ae_file_write(below(name), text, 0600, owner, AE_FILE_VOLATILE,
                            &err, t_pool),
              APR_SUCCESS, &err);
}

static void put_dir(const char *name, ae_file_owner_t owner)
{
    ae_error_t err;

    ck_status(ae_file_make_dir(below(name), 0700, owner, &err, t_pool),
              APR_SUCCESS, &err);
}

static void fill(void)
{
    prepare_for(old_worker);
    put_dir("accounts/ca", old_worker);
    put("accounts/ca/account.key", old_worker);
    put_dir("staging/a.example", old_worker);
    put_dir("staging/a.example/set", old_worker);
    put("staging/a.example/set/ecdsa-p256.key", old_worker);
    put("state/a.example.json", old_worker);
}

/* User www-data becomes User web: account, staged keys and memory go on. */
START_TEST(the_new_worker_has_what_the_old_one_had)
{
    static const char *const names[] = {
        "accounts",
        "accounts/ca",
        "accounts/ca/account.key",
        "staging/a.example/set",
        "staging/a.example/set/ecdsa-p256.key",
        "state/a.example.json",
        "lock",
    };
    apr_size_t i;

    fill();
    prepare_for(new_worker);
    for (i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        ck_assert_uint_eq(owner_of(names[i]), uid_for_root(new_worker.uid));
    }
}
END_TEST

/* The old worker could put into its directories whatever it liked. */
START_TEST(nothing_of_others_changes_hands)
{
    static const ae_file_owner_t third = {1003, 1003};

    fill();
    put("secret", third);
    put("roots", (ae_file_owner_t){geteuid(), (gid_t)-1});
    ck_assert_int_eq(link(below("secret"), below("state/hard")), 0);
    ck_assert_int_eq(link(below("roots"), below("state/roots")), 0);
    ck_assert_int_eq(symlink(below("live"), below("staging/soft")), 0);
    ck_assert_int_eq(symlink(below("roots"), below("state/soft")), 0);
    prepare_for(new_worker);
    ck_assert_uint_eq(owner_of("secret"), uid_for_root(third.uid));
    ck_assert_uint_eq(owner_of("roots"), geteuid());
    ck_assert_uint_eq(owner_of("live"), geteuid());
    ck_assert_uint_eq(owner_of("store.json"), geteuid());
}
END_TEST

/* A crash in between: the directory is still the old one's. */
START_TEST(what_was_left_half_done_is_finished)
{
    ae_error_t err;

    fill();
    ck_status(edge_store_heir(below("accounts"), new_worker, &err),
              APR_SUCCESS, &err);
    ck_assert_uint_eq(owner_of("accounts"), uid_for_root(old_worker.uid));
    put("accounts/ca/account.json", old_worker);
    prepare_for(new_worker);
    ck_assert_uint_eq(owner_of("accounts/ca/account.json"),
                      uid_for_root(new_worker.uid));
}
END_TEST

START_TEST(what_is_not_there_is_no_error)
{
    ae_error_t err;

    ck_status(edge_store_heir(below("accounts"), new_worker, &err),
              APR_SUCCESS, &err);
}
END_TEST

Suite *suite_edge_store_heir(void)
{
    Suite *suite = suite_create("edge_store_heir");
    TCase *tc = tcase_create("edge_store_heir");

    tcase_add_checked_fixture(tc, t_setup, t_teardown);
    tcase_add_test(tc, the_new_worker_has_what_the_old_one_had);
    tcase_add_test(tc, nothing_of_others_changes_hands);
    tcase_add_test(tc, what_was_left_half_done_is_finished);
    tcase_add_test(tc, what_is_not_there_is_no_error);
    suite_add_tcase(suite, tc);
    return suite;
}
