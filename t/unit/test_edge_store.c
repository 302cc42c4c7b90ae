#include "edge_store.h"
#include "support.h"
#include "test_store.h"

#include <apr_strings.h>
#include <check.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

Suite *suite_edge_store(void);

static const ae_file_owner_t nobody_else = {(uid_t)-1, (gid_t)-1};
static const ae_file_owner_t somebody = {65534, 65534};

static const char *dir_of(const char *name)
{
    return apr_pstrcat(t_pool, t_dir(), "/", name, NULL);
}

static apr_status_t prepare(const char *dir, ae_error_t *err)
{
    edge_store_t *store;

    return edge_store_prepare(&store, dir, nobody_else, err, t_pool);
}

static struct stat stat_of(const char *path)
{
    struct stat info;

    ck_assert_msg(lstat(path, &info) == 0, "%s is missing", path);
    return info;
}

static unsigned mode_of(const char *path)
{
    return (unsigned)stat_of(path).st_mode & 07777;
}

static void expect_refusal(const char *dir, apr_status_t expected,
                           const char *told)
{
    ae_error_t err;

    ck_status(prepare(dir, &err), expected, &err);
    ck_assert_msg(strstr(ae_error_line(&err, t_pool), told) != NULL,
                  "\"%s\" is not in: %s", told, ae_error_line(&err, t_pool));
    ck_assert_str_ne(err.next, "");
}

/* The modes that architecture.md promises. */
START_TEST(test_new)
{
    static const struct {
        const char *name;
        unsigned mode;
    } rows[] = {{"accounts", 0700},  {"staging", 0700},  {"state", 0755},
                {"live", 0755},      {"archive", 0700},  {"deploy", 0755},
                {"fallback", 0700},  {"requests", 0700}, {"lock", 0600},
                {"store.json", 0600}};
    test_store_t *t = test_store_make();
    apr_size_t i;

    ck_assert_uint_eq(mode_of(edge_store_dir(t->store)), 0755);
    for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        ck_assert_uint_eq(mode_of(test_store_at(t, rows[i].name)),
                          rows[i].mode);
    }
    ck_assert_ptr_nonnull(
        strstr(test_store_get(t, "store.json"), "\"version\":1"));
}
END_TEST

START_TEST(test_new_for_a_worker)
{
    static const char *const theirs[] = {"accounts", "staging", "state",
                                         "requests", "lock"};
    static const char *const ours[] = {"live", "archive", "deploy", "fallback",
                                       "store.json"};
    uid_t worker = geteuid() == 0 ? somebody.uid : geteuid();
    edge_store_t *store;
    ae_error_t err;
    apr_size_t i;

    ck_status(
        edge_store_prepare(&store, dir_of("store"), somebody, &err, t_pool),
        APR_SUCCESS, &err);
    ck_assert_uint_eq(edge_store_worker(store).uid, somebody.uid);
    for (i = 0; i < 4; i++) {
        ck_assert_uint_eq(
            stat_of(edge_store_path(store, t_pool, theirs[i], NULL)).st_uid,
            worker);
    }
    for (i = 0; i < 5; i++) {
        ck_assert_uint_eq(
            stat_of(edge_store_path(store, t_pool, ours[i], NULL)).st_uid,
            geteuid());
    }
}
END_TEST

START_TEST(test_path)
{
    test_store_t *t = test_store_make();

    ck_assert_str_eq(edge_store_path(t->store, t_pool, "live", "a", "b", NULL),
                     apr_pstrcat(t_pool, t_dir(), "/store/live/a/b", NULL));
}
END_TEST

/* What one process sealed, another opens; a held lock is still that lock. */
START_TEST(test_again)
{
    test_store_t *t = test_store_make();
    ae_bytes_t plain = {(const unsigned char *)"secret", 6};
    ino_t lock = stat_of(test_store_at(t, "lock")).st_ino;
    ae_bytes_t sealed, opened;
    edge_store_t *again;
    ae_error_t err;

    ck_status(ae_seal_close(&sealed, edge_store_seal(t->store), "x", plain,
                            &err, t_pool),
              APR_SUCCESS, &err);
    ck_status(edge_store_prepare(&again, dir_of("store/"), nobody_else, &err,
                                 t_pool),
              APR_SUCCESS, &err);
    ck_status(ae_seal_open(&opened, edge_store_seal(again), "x", sealed, &err,
                           t_pool),
              APR_SUCCESS, &err);
    ck_assert_str_eq(edge_store_dir(again), edge_store_dir(t->store));
    ck_assert_uint_eq(stat_of(test_store_at(t, "lock")).st_ino, lock);
}
END_TEST

START_TEST(test_no_parent)
{
    expect_refusal(dir_of("missing/store"), APR_ENOENT, "parent directory");
    ck_assert(!ae_file_exists(dir_of("missing")));
}
END_TEST

START_TEST(test_not_a_directory)
{
    test_store_t *t = test_store_make();

    expect_refusal(test_store_at(t, "store.json"), AE_EUNSAFE, "directory");
    expect_refusal(test_store_at(t, "store.json/store"), APR_ENOTDIR,
                   "ACMEStore");
}
END_TEST

static const struct {
    const char *text;
    apr_status_t status;
    const char *told;
} heads[] = {
    {"{\"version\":2,\"sealingKey\":\"new\"}", AE_EVERSION, "version 2"},
    {"", AE_EFORMAT, "empty"},
    {"{", AE_EFORMAT, "backup"},
    {"[]", AE_EFORMAT, "backup"},
    {"{}", AE_EFORMAT, "no version"},
    {"{\"version\":\"1\"}", AE_EFORMAT, "no version"},
    {"{\"version\":0}", AE_EFORMAT, "no version"},
    {"{\"version\":1}", AE_EFORMAT, "sealing key"},
    {"{\"version\":1,\"sealingKey\":7}", AE_EFORMAT, "sealing key"},
    {"{\"version\":1,\"sealingKey\":\"AAAA\"}", AE_EFORMAT, "sealing key"},
    {"{\"version\":1,\"sealingKey\":"
     "\"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA==\"}",
     AE_EFORMAT, "sealing key"},
    {"{\"version\":1,\"sealingKey\":"
     "\"!AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\"}",
     AE_EFORMAT, "sealing key"},
};

/* A refused store is left as it is: even the mode of what lies open. */
START_TEST(test_bad_head)
{
    test_store_t *t = test_store_make();

    test_store_put(t, "store.json", heads[_i].text);
    ck_assert_int_eq(chmod(test_store_at(t, "store.json"), 0640), 0);
    test_store_remove(t, "deploy");
    expect_refusal(edge_store_dir(t->store), heads[_i].status, heads[_i].told);
    ck_assert_str_eq(test_store_get(t, "store.json"), heads[_i].text);
    ck_assert_uint_eq(mode_of(test_store_at(t, "store.json")), 0640);
    ck_assert(!test_store_has(t, "deploy"));
}
END_TEST

/* Never a new key in silence: the old files would be lost for good. */
START_TEST(test_lost_head)
{
    static const char *const sealed[] = {
        "accounts/letsencrypt/account.key",
        "staging/www.example.org/order/ecdsa-p256.key",
        "staging/www.example.org/set/ecdsa-p256.key",
        "kept/www.example.org/ecdsa-p256.key"};
    static const char *const holders[] = {"accounts", "staging", "kept"};
    test_store_t *t = test_store_make();
    ae_error_t err;
    int i;

    test_store_put(t, sealed[_i], "sealed");
    test_store_remove(t, "store.json");
    expect_refusal(edge_store_dir(t->store), AE_EFORMAT, "backup");
    ck_assert(!test_store_has(t, "store.json"));
    ck_status(prepare(edge_store_dir(t->store), &err), AE_EFORMAT, &err);
    /* The remedy that is told, taken. */
    for (i = 0; i < 3; i++) {
        if (strstr(err.next, apr_pstrcat(t_pool, holders[i], "/", NULL))) {
            test_store_remove(t, holders[i]);
        }
    }
    ck_status(prepare(edge_store_dir(t->store), &err), APR_SUCCESS, &err);
}
END_TEST

/* live/ is not sealed and stays in use. */
START_TEST(test_lost_head_of_live_alone)
{
    test_store_t *t = test_store_make();
    ae_error_t err;

    test_store_put(t, "live/www.example.org/ecdsa-p256.key", "plain");
    test_store_put(t, "staging/www.example.org/order.json", "{}");
    test_store_remove(t, "store.json");
    ck_status(prepare(edge_store_dir(t->store), &err), APR_SUCCESS, &err);
    ck_assert_str_eq(test_store_get(t, "live/www.example.org/ecdsa-p256.key"),
                     "plain");
}
END_TEST

START_TEST(test_links_and_files)
{
    static const char *const names[] = {
        "accounts", "staging",  "state",    "live", "archive",
        "deploy",   "fallback", "requests", "lock", "store.json"};
    test_store_t *t = test_store_make();
    const char *path = test_store_at(t, names[_i]);

    test_store_move(t, names[_i], "elsewhere");
    ck_assert_int_eq(symlink("elsewhere", path), 0);
    expect_refusal(edge_store_dir(t->store), AE_EUNSAFE, path);
    if (_i < 8) {
        test_store_remove(t, names[_i]);
        test_store_put(t, names[_i], "a file");
        expect_refusal(edge_store_dir(t->store), AE_EUNSAFE, path);
    }
}
END_TEST

START_TEST(test_modes_are_mended)
{
    test_store_t *t = test_store_make();
    ae_error_t err;

    ck_assert_int_eq(chmod(edge_store_dir(t->store), 0777), 0);
    ck_assert_int_eq(chmod(test_store_at(t, "store.json"), 0644), 0);
    ck_assert_int_eq(chmod(test_store_at(t, "staging"), 0777), 0);
    ck_assert_int_eq(chmod(test_store_at(t, "lock"), 0666), 0);
    ck_status(prepare(edge_store_dir(t->store), &err), APR_SUCCESS, &err);
    ck_assert_uint_eq(mode_of(edge_store_dir(t->store)), 0755);
    ck_assert_uint_eq(mode_of(test_store_at(t, "store.json")), 0600);
    ck_assert_uint_eq(mode_of(test_store_at(t, "staging")), 0700);
    ck_assert_uint_eq(mode_of(test_store_at(t, "lock")), 0600);
}
END_TEST

/* Only root can give files away, and only so can they belong to others. */
START_TEST(test_owners)
{
    test_store_t *t = test_store_make();
    const char *dir = edge_store_dir(t->store);

    if (geteuid() == 0) {
        ck_assert_int_eq(
            chown(test_store_at(t, "store.json"), somebody.uid, 0), 0);
        expect_refusal(dir, AE_EUNSAFE, "belongs to another user");
        ck_assert_int_eq(chown(test_store_at(t, "store.json"), 0, 0), 0);
        ck_assert_int_eq(chown(dir, somebody.uid, 0), 0);
        expect_refusal(dir, AE_EUNSAFE, "belongs to another user");
    }
}
END_TEST

START_TEST(test_full_disk)
{
    test_store_t *t = test_store_make();
    const char *before = test_store_get(t, "store.json");
    ae_error_t old_err, new_err;
    apr_status_t old, new;

    test_store_fill_disk();
    old = prepare(edge_store_dir(t->store), &old_err);
    new = prepare(dir_of("new"), &new_err);
    test_store_free_disk();
    ck_assert_int_ne(old, APR_SUCCESS);
    ck_assert_ptr_nonnull(strstr(old_err.next, "ACMEStore"));
    ck_assert_ptr_nonnull(strstr(old_err.next, edge_store_dir(t->store)));
    ck_assert_int_ne(new, APR_SUCCESS);
    ck_assert_ptr_nonnull(strstr(new_err.next, dir_of("new")));
    ck_assert_str_eq(test_store_get(t, "store.json"), before);
    ck_status(prepare(dir_of("new"), &new_err), APR_SUCCESS, &new_err);
}
END_TEST

/* Where nobody can make a directory, root neither. */
START_TEST(test_unwritable)
{
    ae_error_t err;

    ck_assert_int_ne(prepare("/proc/acme-edge", &err), APR_SUCCESS);
    ck_assert_ptr_nonnull(strstr(err.next, "ACMEStore"));
    ck_assert_ptr_nonnull(
        strstr(ae_error_line(&err, t_pool), "/proc/acme-edge"));
}
END_TEST

Suite *suite_edge_store(void)
{
    Suite *suite = suite_create("edge_store");
    TCase *tc = tcase_create("prepare");

    tcase_add_checked_fixture(tc, t_setup, t_teardown);
    tcase_add_test(tc, test_new);
    tcase_add_test(tc, test_new_for_a_worker);
    tcase_add_test(tc, test_path);
    tcase_add_test(tc, test_again);
    tcase_add_test(tc, test_no_parent);
    tcase_add_test(tc, test_not_a_directory);
    tcase_add_loop_test(tc, test_bad_head, 0, sizeof(heads) / sizeof(*heads));
    tcase_add_loop_test(tc, test_lost_head, 0, 4);
    tcase_add_test(tc, test_lost_head_of_live_alone);
    tcase_add_loop_test(tc, test_links_and_files, 0, 10);
    tcase_add_test(tc, test_modes_are_mended);
    tcase_add_test(tc, test_owners);
    tcase_add_test(tc, test_full_disk);
    tcase_add_test(tc, test_unwritable);
    suite_add_tcase(suite, tc);
    return suite;
}
