#include "edge_command.h"
#include "support.h"
#include "test_live.h"

#include <apr_file_io.h>
#include <apr_strings.h>
#include <check.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

Suite *suite_edge_command(void);

static const char *const *envp;

static const char *make_file(const char *name, mode_t mode)
{
    const char *path = apr_pstrcat(t_pool, t_dir(), "/", name, NULL);
    apr_file_t *file;

    ck_assert_int_eq(apr_file_open(&file, path,
                                   APR_FOPEN_WRITE | APR_FOPEN_CREATE,
                                   APR_FPROT_OS_DEFAULT, t_pool),
                     APR_SUCCESS);
    apr_file_close(file);
    ck_assert_int_eq(chmod(path, mode), 0);
    return path;
}

static void expect(const char *path, apr_status_t status, const char *words)
{
    ae_error_t err;

    ck_assert_int_eq(edge_command_check(path, &err, t_pool), status);
    if (status != APR_SUCCESS) {
        ck_assert_ptr_nonnull(strstr(ae_error_line(&err, t_pool), words));
        ck_assert_str_ne(err.next, "");
    }
}

START_TEST(test_programs)
{
    const char *path = make_file("program", 0700);

    expect(path, APR_SUCCESS, "");
    expect("/bin/true", APR_SUCCESS, "");
    expect("program", AE_EFORMAT, "no absolute path");
    expect("", AE_EFORMAT, "no absolute path");
    expect(t_dir(), AE_EFORMAT, "not a file");
    expect("/does/not/exist", ENOENT, "/does/not/exist");
    expect(make_file("text", 0600), APR_EACCES, "cannot be executed");
}
END_TEST

START_TEST(test_writable_by_others)
{
    expect(make_file("group", 0770), AE_EUNSAFE, "others may write");
    expect(make_file("all", 0707), AE_EUNSAFE, "others may write");
    if (geteuid() == 0) {
        const char *path = make_file("foreign", 0755);

        ck_assert_int_eq(chown(path, 4711, 4711), 0);
        expect(path, AE_EUNSAFE, "another user owns");
    }
}
END_TEST

/* Who may write a directory may put another file into it. */
START_TEST(test_directories)
{
    const char *dir = apr_pstrcat(t_pool, t_dir(), "/dir", NULL);
    const char *path;

    ck_assert_int_eq(mkdir(dir, 0755), 0);
    path = make_file("dir/program", 0755);
    expect(path, APR_SUCCESS, "");
    ck_assert_int_eq(chmod(dir, 0777), 0);
    expect(path, AE_EUNSAFE, dir);
    ck_assert_int_eq(chmod(dir, 01777), 0);
    expect(path, APR_SUCCESS, "");
}
END_TEST

START_TEST(test_links)
{
    const char *dir = apr_pstrcat(t_pool, t_dir(), "/dir", NULL);
    const char *link = apr_pstrcat(t_pool, t_dir(), "/link", NULL);
    const char *path;

    ck_assert_int_eq(mkdir(dir, 0755), 0);
    path = make_file("dir/program", 0755);
    ck_assert_int_eq(symlink(path, link), 0);
    expect(link, APR_SUCCESS, "");
    ck_assert_int_eq(chmod(dir, 0777), 0);
    expect(link, AE_EUNSAFE, dir);
}
END_TEST

static const char *value(const char *name)
{
    const apr_size_t len = strlen(name);
    int i;

    for (i = 0; envp[i]; i++) {
        if (strncmp(envp[i], name, len) == 0 && envp[i][len] == '=') {
            return envp[i] + len + 1;
        }
    }
    return "";
}

START_TEST(test_environment)
{
    test_store_t *t = test_store_make();
    const char *serial = test_live_deploy(t);
    const char *dir = edge_store_dir(t->store);
    const ae_cert_facts_t *facts;
    ae_error_t err;

    ck_status(edge_live_facts(&facts, dir, t->cert, &err, t_pool), APR_SUCCESS,
              &err);
    envp = edge_command_environment(dir, t->cert, facts, t_pool);
    ck_assert_str_eq(value("ACME_EDGE_NAME"), "www.example.org");
    ck_assert_str_eq(value("ACME_EDGE_NAMES"), "www.example.org example.org");
    ck_assert_str_eq(value("ACME_EDGE_SERIAL"), serial);
    ck_assert_str_eq(value("ACME_EDGE_STORE"), dir);
    ck_assert_str_eq(value("ACME_EDGE_KEY_TYPE"), "ecdsa-p256");
    ck_assert_int_eq(strlen(value("ACME_EDGE_NOT_AFTER")), 20);
    ck_assert_int_eq(access(value("ACME_EDGE_CERT_FILE"), R_OK), 0);
    ck_assert_int_eq(access(value("ACME_EDGE_KEY_FILE"), R_OK), 0);
    ck_assert_ptr_nonnull(strstr(value("PATH"), "/usr/bin"));
}
END_TEST

START_TEST(test_environment_of_an_event)
{
    edge_event_t event = {.kind = EDGE_EVENT_FAILED,
                          .certificate = "www.example.org",
                          .provider = "letsencrypt",
                          .at = apr_time_from_sec(1795000000),
                          .serial = "2a",
                          .not_after = apr_time_from_sec(1795000060),
                          .cause = "rate-limit"};

    ae_error_set(&event.text, APR_EGENERAL, "The CA refused");
    ae_error_why(&event.text, "too many");
    ae_error_next(&event.text, "wait");
    envp = edge_command_event_environment(&event, t_pool);
    ck_assert_str_eq(value("ACME_EDGE_EVENT"), "failed");
    ck_assert_str_eq(value("ACME_EDGE_ID"), edge_event_id(&event, t_pool));
    ck_assert_str_eq(value("ACME_EDGE_OVER"), "");
    ck_assert_str_eq(value("ACME_EDGE_NAME"), "www.example.org");
    ck_assert_str_eq(value("ACME_EDGE_PROVIDER"), "letsencrypt");
    ck_assert_str_eq(value("ACME_EDGE_AT"), "2026-11-18T11:06:40Z");
    ck_assert_str_eq(value("ACME_EDGE_WHAT"), "The CA refused");
    ck_assert_str_eq(value("ACME_EDGE_WHY"), "too many");
    ck_assert_str_eq(value("ACME_EDGE_NEXT"), "wait");
    ck_assert_str_eq(value("ACME_EDGE_LINE"), edge_event_line(&event, t_pool));
    ck_assert_str_eq(value("ACME_EDGE_SERIAL"), "2a");
    ck_assert_str_eq(value("ACME_EDGE_NOT_AFTER"), "2026-11-18T11:07:40Z");
    ck_assert_str_eq(value("ACME_EDGE_CAUSE"), "rate-limit");
    event.is_over = 1;
    event.not_after = 0;
    envp = edge_command_event_environment(&event, t_pool);
    ck_assert_str_eq(value("ACME_EDGE_OVER"), "1");
    ck_assert_str_eq(value("ACME_EDGE_NOT_AFTER"), "");
    ck_assert_ptr_nonnull(strstr(value("PATH"), "/usr/bin"));
}
END_TEST

START_TEST(test_words)
{
    apr_array_header_t *words = apr_array_make(t_pool, 2, sizeof(char *));
    const char *const *argv;

    APR_ARRAY_PUSH(words, const char *) = "/bin/echo";
    APR_ARRAY_PUSH(words, const char *) = "two words";
    argv = edge_command_words(words, t_pool);
    ck_assert_str_eq(argv[0], "/bin/echo");
    ck_assert_str_eq(argv[1], "two words");
    ck_assert_ptr_null(argv[2]);
}
END_TEST

Suite *suite_edge_command(void)
{
    Suite *suite = suite_create("edge_command");
    TCase *tc = tcase_create("command");

    tcase_add_checked_fixture(tc, t_setup, t_teardown);
    tcase_add_test(tc, test_programs);
    tcase_add_test(tc, test_writable_by_others);
    tcase_add_test(tc, test_directories);
    tcase_add_test(tc, test_links);
    tcase_add_test(tc, test_environment);
    tcase_add_test(tc, test_environment_of_an_event);
    tcase_add_test(tc, test_words);
    suite_add_tcase(suite, tc);
    return suite;
}
