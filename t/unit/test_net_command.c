#include "net_clock.h"
#include "net_command.h"
#include "support.h"

#include <apr_strings.h>
#include <check.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

Suite *suite_net_command(void);

static apr_array_header_t *output;
static ae_error_t err;

static const char *line(int i)
{
    ck_assert_int_lt(i, output->nelts);
    return APR_ARRAY_IDX(output, i, const char *);
}

static apr_status_t run_within(const char *script, apr_interval_time_t limit)
{
    const char *const argv[] = {"/bin/sh", "-c", script, "zero", "one", NULL};
    const char *const envp[] = {"PATH=/usr/bin:/bin", "WHAT=this", NULL};
    const net_command_t command = {argv, envp, limit};

    memset(&err, 0, sizeof(err));
    return net_command_run(&output, &command, &err, t_pool);
}

static apr_status_t run(const char *script)
{
    return run_within(script, apr_time_from_sec(60));
}

START_TEST(test_runs)
{
    ck_assert_int_eq(run("echo $1 $WHAT; echo more >&2; pwd; umask; cat"),
                     APR_SUCCESS);
    ck_assert_int_eq(output->nelts, 4);
    ck_assert_str_eq(line(0), "one this");
    ck_assert_str_eq(line(1), "more");
    ck_assert_str_eq(line(2), "/");
    ck_assert_str_eq(line(3), "0077");
}
END_TEST

START_TEST(test_a_clean_environment)
{
    setenv("SECRET", "ours", 1);
    ck_assert_int_eq(run("env | grep -c -v -e ^PATH -e ^WHAT -e ^PWD -e ^_ "
                         "-e ^SHLVL -e ^OLDPWD"),
                     APR_EGENERAL);
    ck_assert_str_eq(line(0), "0");
    unsetenv("SECRET");
}
END_TEST

START_TEST(test_no_descriptors)
{
    int fd = open("/dev/null", O_RDONLY);

    ck_assert_int_ge(fd, 0);
    ck_assert_int_eq(run("ls /proc/$$/fd"), APR_SUCCESS);
    close(fd);
    ck_assert_str_eq(line(0), "0");
    ck_assert_str_eq(line(2), "2");
    ck_assert_int_eq(output->nelts, 3);
}
END_TEST

/* httpd ignores some, and whoever inherits that does too. */
START_TEST(test_plain_signals)
{
    signal(SIGPIPE, SIG_IGN);
    ck_assert_int_eq(run("kill -PIPE $$; echo alive"), APR_EGENERAL);
    signal(SIGPIPE, SIG_DFL);
    ck_assert_ptr_nonnull(strstr(err.what, "signal 13"));
    ck_assert_int_eq(output->nelts, 0);
}
END_TEST

START_TEST(test_fails)
{
    ck_assert_int_eq(run("echo first; echo last; exit 3"), APR_EGENERAL);
    ck_assert_str_eq(err.what, "/bin/sh ended with status 3");
    ck_assert_str_eq(err.why, "it said last: last");
    ck_assert_int_eq(run("exit 1"), APR_EGENERAL);
    ck_assert_str_eq(err.why, "");
}
END_TEST

static apr_status_t run_program(const char *path)
{
    const char *const argv[] = {path, NULL};
    const char *const envp[] = {NULL};
    const net_command_t command = {argv, envp, apr_time_from_sec(60)};

    return net_command_run(&output, &command, &err, t_pool);
}

START_TEST(test_cannot_be_started)
{
    ck_assert_int_eq(run_program("/does/not/exist"), ENOENT);
    ck_assert_str_eq(err.what, "/does/not/exist could not be started");
    ck_assert_str_ne(err.why, "");
    ck_assert_int_eq(output->nelts, 0);
    ck_assert_int_eq(run_program("/etc/passwd"), EACCES);
}
END_TEST

static pid_t number(int i)
{
    return (pid_t)atoi(line(i));
}

static int is_gone(pid_t pid)
{
    int i;

    /* A zombie until somebody has reaped it. */
    for (i = 0; i < 200; i++) {
        const char *state =
            apr_psprintf(t_pool,
                         "test -e /proc/%d && ! grep -q '^State:.Z' "
                         "/proc/%d/status",
                         (int)pid, (int)pid);

        if (system(state) != 0) {
            return 1;
        }
        usleep(50000);
    }
    return 0;
}

/* The whole group, and what it said before. */
START_TEST(test_killed_at_the_limit)
{
    apr_time_t begun = net_clock_steady();

    ck_assert_int_eq(run_within("trap '' TERM; sleep 5000 & echo $!; echo $$; "
                                "wait; wait",
                                apr_time_from_sec(1)),
                     APR_TIMEUP);
    ck_assert_int_ge(net_clock_steady() - begun, apr_time_from_sec(1));
    ck_assert_str_eq(err.what, "/bin/sh was killed");
    ck_assert_str_eq(err.why, "it did not end within 1 seconds");
    ck_assert(is_gone(number(0)));
    ck_assert(is_gone(number(1)));
}
END_TEST

/* Closed its output, and goes on. */
START_TEST(test_silent_until_the_limit)
{
    ck_assert_int_eq(
        run_within("exec >&- 2>&-; sleep 5000", apr_time_from_sec(1)),
        APR_TIMEUP);
    ck_assert_int_eq(output->nelts, 0);
}
END_TEST

/* Never 0, which would be all of us. */
static void end_service(void)
{
    ck_assert_int_gt(number(0), 1);
    kill(number(0), SIGKILL);
}

/* A service that it started has its output open for ever. */
START_TEST(test_leaves_a_service)
{
    ck_assert_int_eq(run("sleep 5000 & echo $!"), APR_SUCCESS);
    ck_assert_int_eq(output->nelts, 1);
    ck_assert_int_eq(kill(number(0), 0), 0);
    end_service();
    ck_assert_int_eq(run(apr_pstrcat(t_pool, "cd ", t_dir(),
                                     "; sh -c 'echo $$; : >said; exec yes' & "
                                     "until [ -e said ]; do sleep 0.01; done",
                                     NULL)),
                     APR_SUCCESS);
    end_service();
}
END_TEST

START_TEST(test_bounded_output)
{
    int i;

    ck_assert_int_eq(run("head -c 3000000 /dev/zero; echo; yes | "
                         "head -n 5000; printf end"),
                     APR_SUCCESS);
    ck_assert_int_eq(output->nelts, NET_COMMAND_LINES_MAX + 1);
    for (i = 0; i < output->nelts; i++) {
        ck_assert_int_le(strlen(line(i)), NET_COMMAND_LINE_MAX);
    }
    ck_assert_str_eq(line(1), "y");
    ck_assert_str_eq(line(NET_COMMAND_LINES_MAX), "(and 4952 more lines)");
}
END_TEST

START_TEST(test_clean_output)
{
    ck_assert_int_eq(run("printf 'a\\033[2Jb\\n\\377c\\n\\n'"), APR_SUCCESS);
    ck_assert_str_eq(line(0), "a?[2Jb");
    ck_assert_str_eq(line(1), "?c");
    ck_assert_str_eq(line(2), "");
}
END_TEST

Suite *suite_net_command(void)
{
    Suite *suite = suite_create("net_command");
    TCase *tc = tcase_create("command");

    tcase_add_checked_fixture(tc, t_setup, t_teardown);
    tcase_set_timeout(tc, 60);
    tcase_add_test(tc, test_runs);
    tcase_add_test(tc, test_a_clean_environment);
    tcase_add_test(tc, test_no_descriptors);
    tcase_add_test(tc, test_plain_signals);
    tcase_add_test(tc, test_fails);
    tcase_add_test(tc, test_cannot_be_started);
    tcase_add_test(tc, test_killed_at_the_limit);
    tcase_add_test(tc, test_silent_until_the_limit);
    tcase_add_test(tc, test_leaves_a_service);
    tcase_add_test(tc, test_bounded_output);
    tcase_add_test(tc, test_clean_output);
    suite_add_tcase(suite, tc);
    return suite;
}
