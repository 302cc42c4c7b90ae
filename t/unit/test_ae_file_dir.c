#include "ae_file.h"

#include "fixture.h"
#include "support.h"

#include <apr_strings.h>
#include <check.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#define NOBODY 65534

static const ae_file_owner_t keep = {(uid_t)-1, (gid_t)-1};
static const ae_file_owner_t nobody = {NOBODY, NOBODY};

static ae_error_t err;

static const char *at(const char *name)
{
    return apr_psprintf(t_pool, "%s/%s", t_dir(), name);
}

static void put(const char *name)
{
    ck_assert_int_eq(ae_file_write(at(name), t_bytes(name), 0600, keep,
                                   AE_FILE_VOLATILE, &err, t_pool),
                     APR_SUCCESS);
}

static void make(const char *name)
{
    ck_assert_int_eq(ae_file_make_dir(at(name), 0700, keep, &err, t_pool),
                     APR_SUCCESS);
}

static mode_t mode_of(const char *name)
{
    struct stat info;

    ck_assert_int_eq(lstat(at(name), &info), 0);
    return info.st_mode;
}

START_TEST(make_with_this_mode)
{
    mode_t mask = umask(0077);

    ck_assert_int_eq(ae_file_make_dir(at("a"), 0755, keep, &err, t_pool),
                     APR_SUCCESS);
    umask(mask);
    ck_assert_uint_eq(mode_of("a"), S_IFDIR | 0755);
    ck_assert_int_eq(ae_file_make_dir(at("a/"), 0711, keep, &err, t_pool),
                     APR_SUCCESS);
    ck_assert_uint_eq(mode_of("a"), S_IFDIR | 0711);
}
END_TEST

START_TEST(make_with_this_owner)
{
    int root = geteuid() == 0;
    struct stat info;

    ck_assert_int_eq(ae_file_make_dir(at("a"), 0700, nobody, &err, t_pool),
                     APR_SUCCESS);
    ck_assert_int_eq(lstat(at("a"), &info), 0);
    ck_assert_uint_eq(info.st_uid, root ? NOBODY : geteuid());
    ck_assert_uint_eq(info.st_gid, root ? NOBODY : getegid());
}
END_TEST

enum {
    MADE = 300
};

/* Somebody else, who looks until each is there: what he is shut out of is as
 * bad as what never comes. */
static void open_each(int dir)
{
    char name[16];
    int i;

    if (setgid(NOBODY) != 0 || setuid(NOBODY) != 0) {
        _exit(2);
    }
    for (i = 0; i < MADE; i++) {
        snprintf(name, sizeof(name), "d%d", i);
        while (openat(dir, name, O_RDONLY | O_CLOEXEC) < 0) {
            if (errno != ENOENT) {
                _exit(1);
            }
        }
    }
    _exit(0);
}

START_TEST(it_appears_with_its_owner)
{
    int dir, i, status;
    pid_t pid;

    if (geteuid() != 0) {
        return;
    }
    make("a");
    ck_assert_int_eq(chmod(at("a"), 0711), 0);
    dir = open(at("a"), O_RDONLY | O_CLOEXEC);
    pid = fork();
    if (pid == 0) {
        open_each(dir);
    }
    for (i = 0; i < MADE; i++) {
        ck_assert_int_eq(ae_file_make_dir(at(apr_psprintf(t_pool, "a/d%d", i)),
                                          0700, nobody, &err, t_pool),
                         APR_SUCCESS);
    }
    ck_assert_int_eq(waitpid(pid, &status, 0), pid);
    ck_assert_int_eq(status, 0);
    close(dir);
}
END_TEST

START_TEST(make_where_something_else_is)
{
    make("target");
    ck_assert_int_eq(symlink(at("target"), at("link")), 0);
    ck_assert_int_eq(symlink(at("nowhere"), at("dangling")), 0);
    put("file");
    ck_assert_int_eq(ae_file_make_dir(at("link"), 0777, keep, &err, t_pool),
                     AE_EUNSAFE);
    ck_assert_int_eq(ae_file_make_dir(at("link/"), 0777, keep, &err, t_pool),
                     AE_EUNSAFE);
    ck_assert_uint_eq(mode_of("target"), S_IFDIR | 0700);
    ck_assert_int_eq(
        ae_file_make_dir(at("dangling"), 0777, keep, &err, t_pool),
        AE_EUNSAFE);
    ck_assert_int_eq(ae_file_make_dir(at("file"), 0700, keep, &err, t_pool),
                     AE_EUNSAFE);
    ck_assert_ptr_nonnull(strstr(err.what, at("file")));
}
END_TEST

START_TEST(make_without_a_parent)
{
    ck_assert_int_eq(ae_file_make_dir(at("no/a"), 0700, keep, &err, t_pool),
                     ENOENT);
}
END_TEST

START_TEST(rename_a_set)
{
    make("staging");
    make("live");
    make("staging/a");
    put("staging/a/cert");
    ck_assert_int_eq(
        ae_file_rename(at("staging/a"), at("live/a"), &err, t_pool),
        APR_SUCCESS);
    ck_assert(!ae_file_exists(at("staging/a")));
    ck_assert(ae_file_exists(at("live/a/cert")));
}
END_TEST

START_TEST(rename_onto_directories)
{
    make("a");
    put("a/file");
    make("empty");
    make("full");
    put("full/file");
    ck_assert_int_eq(ae_file_rename(at("a"), at("full"), &err, t_pool),
                     ENOTEMPTY);
    ck_assert_ptr_nonnull(strstr(err.what, at("a")));
    ck_assert_ptr_nonnull(strstr(err.what, at("full")));
    ck_assert_int_eq(ae_file_rename(at("a"), at("empty"), &err, t_pool),
                     APR_SUCCESS);
    ck_assert(ae_file_exists(at("empty/file")));
}
END_TEST

START_TEST(rename_what_is_not_there)
{
    ck_assert_int_eq(ae_file_rename(at("a"), at("b"), &err, t_pool),
                     APR_ENOENT);
    ck_assert_int_eq(err.status, APR_ENOENT);
}
END_TEST

START_TEST(remove_what_is_there)
{
    put("file");
    make("a");
    make("a/b");
    make("a/b/c");
    put("a/b/file");
    put("a/.hidden");
    put("stays");
    ck_assert_int_eq(ae_file_remove(at("file"), &err, t_pool), APR_SUCCESS);
    ck_assert_int_eq(ae_file_remove(at("a"), &err, t_pool), APR_SUCCESS);
    ck_assert(!ae_file_exists(at("file")));
    ck_assert(!ae_file_exists(at("a")));
    ck_assert(ae_file_exists(at("stays")));
}
END_TEST

START_TEST(remove_what_is_not_there)
{
    ck_assert_int_eq(ae_file_remove(at("a"), &err, t_pool), APR_SUCCESS);
    ck_assert_int_eq(ae_file_remove(at("no/a"), &err, t_pool), APR_SUCCESS);
}
END_TEST

START_TEST(remove_follows_no_link)
{
    make("other");
    put("other/file");
    make("a");
    ck_assert_int_eq(symlink(at("other"), at("a/link")), 0);
    ck_assert_int_eq(symlink(at("other"), at("link")), 0);
    ck_assert_int_eq(ae_file_remove(at("a"), &err, t_pool), APR_SUCCESS);
    ck_assert_int_eq(ae_file_remove(at("link/"), &err, t_pool), APR_SUCCESS);
    ck_assert(!ae_file_exists(at("link")));
    ck_assert(ae_file_exists(at("other/file")));
}
END_TEST

/* A tree that somebody dug to use up our descriptors. */
START_TEST(remove_is_bounded_in_depth)
{
    const char *path = "a";
    int i;

    for (i = 0; i < 100; i++) {
        make(path);
        path = apr_pstrcat(t_pool, path, "/a", NULL);
    }
    ck_assert_int_eq(ae_file_remove(at("a"), &err, t_pool), APR_ENAMETOOLONG);
    ck_assert_int_eq(err.status, APR_ENAMETOOLONG);
}
END_TEST

static void assert_refuses_name(const char *path)
{
    ck_assert_int_eq(ae_file_remove(path, &err, t_pool), APR_EINVAL);
}

START_TEST(remove_needs_a_name)
{
    assert_refuses_name("");
    assert_refuses_name("/");
    assert_refuses_name("//");
    assert_refuses_name(at("."));
    assert_refuses_name(at(".."));
    assert_refuses_name(at("../"));
}
END_TEST

START_TEST(list_is_sorted)
{
    apr_array_header_t *names;

    put("b");
    put("a.example");
    put("_wildcard.a");
    put("B");
    make("dir");
    put(".tmp-left-behind");
    ck_assert_int_eq(ae_file_list(&names, t_dir(), &err, t_pool), APR_SUCCESS);
    ck_assert_int_eq(names->nelts, 5);
    ck_assert_str_eq(APR_ARRAY_IDX(names, 0, const char *), "B");
    ck_assert_str_eq(APR_ARRAY_IDX(names, 1, const char *), "_wildcard.a");
    ck_assert_str_eq(APR_ARRAY_IDX(names, 2, const char *), "a.example");
    ck_assert_str_eq(APR_ARRAY_IDX(names, 3, const char *), "b");
    ck_assert_str_eq(APR_ARRAY_IDX(names, 4, const char *), "dir");
}
END_TEST

START_TEST(list_refuses)
{
    apr_array_header_t *names;

    put("file");
    make("dir");
    ck_assert_int_eq(symlink(at("dir"), at("link")), 0);
    ck_assert_int_eq(ae_file_list(&names, at("no"), &err, t_pool), APR_ENOENT);
    ck_assert_int_eq(err.status, APR_ENOENT);
    ck_assert_int_eq(ae_file_list(&names, at("file"), &err, t_pool),
                     AE_EUNSAFE);
    ck_assert_int_eq(ae_file_list(&names, at("link"), &err, t_pool),
                     AE_EUNSAFE);
}
END_TEST

START_TEST(exists)
{
    ck_assert(!ae_file_exists(at("a")));
    put("a");
    ck_assert(ae_file_exists(at("a")));
    ck_assert(ae_file_exists(t_dir()));
    ck_assert_int_eq(symlink(at("nowhere"), at("dangling")), 0);
    ck_assert(ae_file_exists(at("dangling")));
}
END_TEST

Suite *suite_ae_file_dir(void)
{
    Suite *suite = suite_create("ae_file_dir");
    TCase *tc = tcase_create("dir");

    tcase_add_checked_fixture(tc, t_setup, t_teardown);
    tcase_add_test(tc, make_with_this_mode);
    tcase_add_test(tc, make_with_this_owner);
    tcase_add_test(tc, it_appears_with_its_owner);
    tcase_add_test(tc, make_where_something_else_is);
    tcase_add_test(tc, make_without_a_parent);
    tcase_add_test(tc, rename_a_set);
    tcase_add_test(tc, rename_onto_directories);
    tcase_add_test(tc, rename_what_is_not_there);
    tcase_add_test(tc, remove_what_is_there);
    tcase_add_test(tc, remove_what_is_not_there);
    tcase_add_test(tc, remove_follows_no_link);
    tcase_add_test(tc, remove_is_bounded_in_depth);
    tcase_add_test(tc, remove_needs_a_name);
    tcase_add_test(tc, list_is_sorted);
    tcase_add_test(tc, list_refuses);
    tcase_add_test(tc, exists);
    suite_add_tcase(suite, tc);
    return suite;
}
