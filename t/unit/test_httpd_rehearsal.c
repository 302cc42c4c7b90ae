#include "httpd_rehearsal.h"
#include "support.h"

#include <apr_strings.h>
#include <apr_thread_proc.h>
#include <check.h>
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

Suite *suite_httpd_rehearsal(void);

/* What httpd_reload would have been told. */
typedef struct verdict_t {
    int count;
    int passed;
    char words[1024];
} verdict_t;

static void tell(void *ctx, int passed, const char *words)
{
    verdict_t *verdict = ctx;

    verdict->count++;
    verdict->passed = passed;
    apr_cpystrn(verdict->words, words, sizeof(verdict->words));
}

/* A shell in the place of httpd; "-t" comes as its $0. */
static httpd_rehearsal_t *start(verdict_t *verdict, const char *script,
                                apr_pool_t *p)
{
    const char *const argv[] = {"/bin/sh", "-c", script};
    httpd_rehearsal_t *rehearsal;

    memset(verdict, 0, sizeof(*verdict));
    ck_assert_int_eq(
        httpd_rehearsal_start(&rehearsal, 3, argv, tell, verdict, p),
        APR_SUCCESS);
    return rehearsal;
}

/* As the MPMs do in their main loop. */
static void reap(void)
{
    apr_exit_why_e why;
    apr_proc_t proc;
    int status;

    ck_assert_int_eq(
        apr_proc_wait_all_procs(&proc, &status, &why, APR_WAIT, t_pool),
        APR_CHILD_DONE);
    ck_assert_int_eq(
        apr_proc_other_child_alert(&proc, APR_OC_REASON_DEATH, status),
        APR_SUCCESS);
}

static void run(verdict_t *verdict, const char *script)
{
    start(verdict, script, t_pool);
    reap();
    ck_assert_int_eq(verdict->count, 1);
}

START_TEST(what_ends_well_passes)
{
    verdict_t verdict;

    run(&verdict, "test \"$0\" = -t && echo Syntax OK");
    ck_assert_int_eq(verdict.passed, 1);
    ck_assert_str_eq(verdict.words, "");
}
END_TEST

START_TEST(a_fault_is_told_in_httpds_words)
{
    verdict_t verdict;

    run(&verdict, "echo line one; echo Invalid command >&2; exit 1");
    ck_assert_int_eq(verdict.passed, 0);
    ck_assert_str_eq(verdict.words, "line one Invalid command");
}
END_TEST

/* httpd would end in the same way at the restart. */
START_TEST(a_crash_does_not_pass)
{
    verdict_t verdict;

    run(&verdict, "kill -SEGV $$");
    ck_assert_int_eq(verdict.passed, 0);
    ck_assert_ptr_nonnull(strstr(verdict.words, "signal 11"));
    run(&verdict, "exit 2");
    ck_assert_int_eq(verdict.passed, 0);
    ck_assert_ptr_nonnull(strstr(verdict.words, "status or signal 2"));
}
END_TEST

/* Who moved httpd's program away must still get his certificates. */
START_TEST(what_cannot_be_run_passes)
{
    const char *const argv[] = {"/nonexistent/httpd"};
    httpd_rehearsal_t *rehearsal;
    verdict_t verdict = {0};

    if (httpd_rehearsal_start(&rehearsal, 1, argv, tell, &verdict, t_pool) ==
        APR_SUCCESS) {
        reap();
        ck_assert_int_eq(verdict.count, 1);
        ck_assert_int_eq(verdict.passed, 1);
    }
}
END_TEST

START_TEST(one_that_hangs_can_be_stopped)
{
    verdict_t verdict;
    httpd_rehearsal_t *rehearsal =
        start(&verdict, "echo; exec sleep 600", t_pool);

    httpd_rehearsal_stop(rehearsal);
    reap();
    ck_assert_int_eq(verdict.count, 1);
    ck_assert_int_eq(verdict.passed, 0);
    ck_assert_ptr_nonnull(strstr(verdict.words, "did not come to an end"));
}
END_TEST

/* A restart clears pconf: a child that nobody knows would come home later. */
START_TEST(nothing_is_left_behind)
{
    verdict_t verdict;
    apr_pool_t *pconf;

    apr_pool_create(&pconf, t_pool);
    start(&verdict, "exec sleep 600", pconf);
    apr_pool_destroy(pconf);
    ck_assert_int_eq(verdict.count, 0);
    ck_assert_int_eq(waitpid(-1, NULL, WNOHANG), -1);
    ck_assert_int_eq(errno, ECHILD);
}
END_TEST

Suite *suite_httpd_rehearsal(void)
{
    Suite *suite = suite_create("httpd_rehearsal");
    TCase *tc = tcase_create("httpd_rehearsal");

    tcase_add_checked_fixture(tc, t_setup, t_teardown);
    tcase_add_test(tc, what_ends_well_passes);
    tcase_add_test(tc, a_fault_is_told_in_httpds_words);
    tcase_add_test(tc, a_crash_does_not_pass);
    tcase_add_test(tc, what_cannot_be_run_passes);
    tcase_add_test(tc, one_that_hangs_can_be_stopped);
    tcase_add_test(tc, nothing_is_left_behind);
    suite_add_tcase(suite, tc);
    return suite;
}
