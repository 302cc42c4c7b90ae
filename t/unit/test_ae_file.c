#include "ae_file.h"

#include "fixture.h"
#include "support.h"

#include <apr_strings.h>
#include <check.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#define NOBODY 65534

static const ae_file_owner_t keep = {(uid_t)-1, (gid_t)-1};
static const ae_file_owner_t nobody = {NOBODY, NOBODY};

static ae_error_t err;

static const char *at(const char *name)
{
    return apr_psprintf(t_pool, "%s/%s", t_dir(), name);
}

static apr_status_t write_text(const char *path, const char *text, mode_t mode)
{
    return ae_file_write(path, t_bytes(text), mode, keep, AE_FILE_DURABLE,
                         &err, t_pool);
}

static void assert_holds(const char *path, const char *text)
{
    ae_bytes_t bytes;

    ck_assert_int_eq(ae_file_read(&bytes, path, 1 << 20, &err, t_pool),
                     APR_SUCCESS);
    ck_assert_uint_eq(bytes.len, strlen(text));
    ck_assert_str_eq((const char *)bytes.data, text);
}

static struct stat info_of(const char *path)
{
    struct stat info;

    ck_assert_int_eq(lstat(path, &info), 0);
    return info;
}

/* Whether `name` is all there is: no temporary file stayed behind. */
static void assert_alone(const char *name)
{
    const char *script =
        apr_psprintf(t_pool, "test \"$(ls -A '%s')\" = '%s'", t_dir(), name);

    ck_assert_int_eq(system(script), 0);
}

START_TEST(write_and_read)
{
    ck_assert_int_eq(write_text(at("a"), "one", 0600), APR_SUCCESS);
    assert_holds(at("a"), "one");
    assert_alone("a");
    ck_assert_int_eq(ae_file_write(at("a"), t_bytes("two"), 0600, keep,
                                   AE_FILE_VOLATILE, &err, t_pool),
                     APR_SUCCESS);
    assert_holds(at("a"), "two");
    ck_assert_int_eq(write_text(at("a"), "", 0600), APR_SUCCESS);
    assert_holds(at("a"), "");
    assert_alone("a");
}
END_TEST

START_TEST(write_without_a_directory_in_the_path)
{
    ck_assert_int_eq(chdir(t_dir()), 0);
    ck_assert_int_eq(write_text("a", "text", 0600), APR_SUCCESS);
    ck_assert_int_eq(chdir("/"), 0);
    assert_holds(at("a"), "text");
}
END_TEST

START_TEST(mode_is_what_was_asked_for)
{
    mode_t mask = umask(0077);

    ck_assert_int_eq(write_text(at("a"), "", 0644), APR_SUCCESS);
    umask(0);
    ck_assert_int_eq(write_text(at("b"), "", 0600), APR_SUCCESS);
    umask(mask);
    ck_assert_uint_eq(info_of(at("a")).st_mode, S_IFREG | 0644);
    ck_assert_uint_eq(info_of(at("b")).st_mode, S_IFREG | 0600);
    /* The mode of what was there before does not count. */
    ck_assert_int_eq(write_text(at("a"), "", 0640), APR_SUCCESS);
    ck_assert_uint_eq(info_of(at("a")).st_mode, S_IFREG | 0640);
}
END_TEST

/* Who cannot give files away writes them as his own. */
START_TEST(owner_where_there_is_privilege)
{
    int root = geteuid() == 0;

    ck_assert_int_eq(ae_file_write(at("a"), t_bytes("x"), 0640, nobody,
                                   AE_FILE_DURABLE, &err, t_pool),
                     APR_SUCCESS);
    ck_assert_uint_eq(info_of(at("a")).st_uid, root ? NOBODY : geteuid());
    ck_assert_uint_eq(info_of(at("a")).st_gid, root ? NOBODY : getegid());
    ck_assert_uint_eq(info_of(at("a")).st_mode, S_IFREG | 0640);
    ck_assert_int_eq(write_text(at("b"), "x", 0640), APR_SUCCESS);
    ck_assert_uint_eq(info_of(at("b")).st_uid, geteuid());
}
END_TEST

/* Stands for a full disk: beyond the limit, write() fails in the middle. */
START_TEST(full_disk_leaves_the_old_file_whole)
{
    static char big[100000];
    struct rlimit before, small;
    apr_status_t status;

    memset(big, 'b', sizeof(big) - 1);
    ck_assert_int_eq(write_text(at("a"), "old", 0600), APR_SUCCESS);
    ck_assert_int_eq(getrlimit(RLIMIT_FSIZE, &before), 0);
    small = before;
    small.rlim_cur = 4096;
    signal(SIGXFSZ, SIG_IGN);
    ck_assert_int_eq(setrlimit(RLIMIT_FSIZE, &small), 0);
    status = write_text(at("a"), big, 0600);
    ck_assert_int_eq(setrlimit(RLIMIT_FSIZE, &before), 0);
    signal(SIGXFSZ, SIG_DFL);

    ck_assert_int_eq(status, EFBIG);
    ck_assert_int_eq(err.status, EFBIG);
    ck_assert_ptr_nonnull(strstr(err.what, at("a")));
    ck_assert_str_eq(err.why, strerror(EFBIG));
    assert_holds(at("a"), "old");
    assert_alone("a");
}
END_TEST

START_TEST(write_where_it_cannot_be)
{
    ck_assert_int_eq(write_text(at("no/a"), "x", 0600), ENOENT);
    ck_assert_int_eq(write_text("/", "x", 0600), APR_EINVAL);
}
END_TEST

/* A directory in its place stays, and nothing beside it. */
START_TEST(write_over_a_directory)
{
    ck_assert_int_eq(mkdir(at("a"), 0700), 0);
    ck_assert_int_eq(write_text(at("a"), "x", 0600), EISDIR);
    assert_alone("a");
    ck_assert(S_ISDIR(info_of(at("a")).st_mode));
}
END_TEST

/* Whoever may write the directory cannot make us write elsewhere. */
START_TEST(write_replaces_a_link)
{
    ck_assert_int_eq(write_text(at("target"), "target", 0600), APR_SUCCESS);
    ck_assert_int_eq(symlink(at("target"), at("a")), 0);
    ck_assert_int_eq(write_text(at("a"), "new", 0600), APR_SUCCESS);
    ck_assert(S_ISREG(info_of(at("a")).st_mode));
    assert_holds(at("a"), "new");
    assert_holds(at("target"), "target");
}
END_TEST

static void refuse_read(const char *path, apr_size_t max, apr_status_t status)
{
    ae_bytes_t bytes = {NULL, 0};

    ck_assert_int_eq(ae_file_read(&bytes, path, max, &err, t_pool), status);
    ck_assert_int_eq(err.status, status);
    ck_assert_ptr_nonnull(strstr(err.what, path));
    ck_assert_ptr_null(bytes.data);
}

START_TEST(read_what_is_not_there)
{
    refuse_read(at("a"), 100, APR_ENOENT);
    refuse_read(at("no/a"), 100, APR_ENOENT);
}
END_TEST

START_TEST(read_is_bounded)
{
    ae_bytes_t bytes;

    ck_assert_int_eq(write_text(at("a"), "four", 0600), APR_SUCCESS);
    ck_assert_int_eq(ae_file_read(&bytes, at("a"), 4, &err, t_pool),
                     APR_SUCCESS);
    ck_assert_uint_eq(bytes.len, 4);
    ck_assert_int_eq(bytes.data[4], '\0');
    refuse_read(at("a"), 3, AE_ETOOBIG);
}
END_TEST

START_TEST(read_follows_no_link)
{
    ck_assert_int_eq(write_text(at("target"), "secret", 0600), APR_SUCCESS);
    ck_assert_int_eq(symlink(at("target"), at("a")), 0);
    refuse_read(at("a"), 100, AE_EUNSAFE);
    refuse_read(at("a/"), 100, AE_EUNSAFE);
}
END_TEST

/* A pipe would make the reader wait for whoever planted it. */
START_TEST(read_nothing_but_files)
{
    ck_assert_int_eq(mkfifo(at("pipe"), 0600), 0);
    ck_assert_int_eq(mkdir(at("dir"), 0700), 0);
    refuse_read(at("pipe"), 100, AE_EUNSAFE);
    refuse_read(at("dir"), 100, AE_EUNSAFE);
}
END_TEST

Suite *suite_ae_file(void)
{
    Suite *suite = suite_create("ae_file");
    TCase *tc = tcase_create("file");

    tcase_add_checked_fixture(tc, t_setup, t_teardown);
    tcase_add_test(tc, write_and_read);
    tcase_add_test(tc, write_without_a_directory_in_the_path);
    tcase_add_test(tc, mode_is_what_was_asked_for);
    tcase_add_test(tc, owner_where_there_is_privilege);
    tcase_add_test(tc, full_disk_leaves_the_old_file_whole);
    tcase_add_test(tc, write_where_it_cannot_be);
    tcase_add_test(tc, write_over_a_directory);
    tcase_add_test(tc, write_replaces_a_link);
    tcase_add_test(tc, read_what_is_not_there);
    tcase_add_test(tc, read_is_bounded);
    tcase_add_test(tc, read_follows_no_link);
    tcase_add_test(tc, read_nothing_but_files);
    suite_add_tcase(suite, tc);
    return suite;
}
