#include "httpd_board.h"
#include "support.h"

#include <check.h>
#include <sched.h>
#include <signal.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

Suite *suite_httpd_board(void);

#define NOW ((apr_time_t)1800000000 * APR_USEC_PER_SEC)

static httpd_board_t *make(unsigned certs)
{
    httpd_board_t *board;
    ae_error_t err;

    ck_assert_int_eq(httpd_board_create(&board, certs, &err, t_pool),
                     APR_SUCCESS);
    return board;
}

/* A status that says the same number in its first, middle and last field. */
static void mark(edge_status_t *status, unsigned number)
{
    char letter = (char)('a' + number % 26);

    memset(status, 0, sizeof(*status));
    memset(status->names, letter, sizeof(status->names) - 1);
    memset(status->deployed_text, letter, sizeof(status->deployed_text) - 1);
    status->not_after = (apr_time_t)number;
    status->attempts = number;
}

static void check_marked(const edge_status_t *status)
{
    edge_status_t expected;

    mark(&expected, status->attempts);
    ck_assert_int_eq(memcmp(status, &expected, sizeof(expected)), 0);
}

START_TEST(new_board_is_empty)
{
    httpd_board_t *board = make(2);
    edge_status_t status;
    ae_error_t trouble;
    apr_interval_time_t gap;

    ck_assert_uint_eq(httpd_board_certs(board), 2);
    httpd_board_get(board, 1, &status);
    ck_assert_str_eq(status.name, "");
    httpd_board_get_trouble(board, &trouble);
    ck_assert_str_eq(trouble.what, "");
    ck_assert(!httpd_board_deploy_asked(board, &gap));
    ck_assert(!httpd_board_challenge_open(board, NOW));
    ck_assert_int_eq(httpd_board_last_tick(board), 0);
}
END_TEST

START_TEST(board_without_certificates_works)
{
    httpd_board_t *board = make(0);

    httpd_board_tick(board, NOW);
    ck_assert_uint_eq(httpd_board_certs(board), 0);
    ck_assert_int_eq(httpd_board_last_tick(board), NOW);
}
END_TEST

START_TEST(each_certificate_has_its_own_status)
{
    httpd_board_t *board = make(3);
    edge_status_t status;
    unsigned i, round;

    for (round = 0; round < 3; round++) {
        for (i = 0; i < 3; i++) {
            mark(&status, 10 * round + i);
            httpd_board_put(board, i, &status);
        }
        for (i = 0; i < 3; i++) {
            httpd_board_get(board, i, &status);
            ck_assert_uint_eq(status.attempts, 10 * round + i);
            check_marked(&status);
        }
    }
}
END_TEST

START_TEST(trouble_comes_and_goes)
{
    httpd_board_t *board = make(1);
    ae_error_t trouble, seen;

    ae_error_set(&trouble, APR_EACCES, "/store");
    ae_error_why(&trouble, "permission denied");
    httpd_board_put_trouble(board, &trouble);
    httpd_board_get_trouble(board, &seen);
    ck_assert_int_eq(seen.status, APR_EACCES);
    ck_assert_str_eq(seen.what, "/store");
    ck_assert_str_eq(seen.why, "permission denied");
    memset(&trouble, 0, sizeof(trouble));
    httpd_board_put_trouble(board, &trouble);
    httpd_board_get_trouble(board, &seen);
    ck_assert_str_eq(seen.what, "");
}
END_TEST

START_TEST(shortest_gap_counts)
{
    httpd_board_t *board = make(1);
    apr_interval_time_t gap;

    httpd_board_ask_deploy(board, 60);
    httpd_board_ask_deploy(board, 5);
    httpd_board_ask_deploy(board, 30);
    ck_assert(httpd_board_deploy_asked(board, &gap));
    ck_assert_int_eq(gap, 5);
    ck_assert(httpd_board_take_deploy(board));
    ck_assert(!httpd_board_take_deploy(board));
    ck_assert(!httpd_board_deploy_asked(board, &gap));
}
END_TEST

START_TEST(port_is_open_or_not)
{
    httpd_board_t *board = make(1);
    int is_open;

    ck_assert_uint_eq(httpd_board_port(board, &is_open), 0);
    ck_assert_int_eq(is_open, 0);
    httpd_board_put_port(board, 65535, 0);
    ck_assert_uint_eq(httpd_board_port(board, &is_open), 65535);
    ck_assert_int_eq(is_open, 0);
    httpd_board_put_port(board, 80, 1);
    ck_assert_uint_eq(httpd_board_port(board, &is_open), 80);
    ck_assert_int_eq(is_open, 1);
}
END_TEST

START_TEST(port_is_needed_and_refused)
{
    httpd_board_t *board = make(1);
    ae_error_t why, seen;

    ck_assert_int_eq(httpd_board_port_needed(board), 0);
    httpd_board_need_port(board, 5);
    ck_assert_int_eq(httpd_board_port_needed(board), 5);
    ck_assert_uint_eq(httpd_board_port_refusals(board), 0);
    ae_error_set(&why, APR_EACCES, "port 80");
    httpd_board_refuse_port(board, &why);
    ae_error_set(&why, APR_EGENERAL, "port 80, again");
    httpd_board_refuse_port(board, &why);
    ck_assert_uint_eq(httpd_board_port_refusals(board), 2);
    httpd_board_get_refusal(board, &seen);
    ck_assert_str_eq(seen.what, "port 80, again");
    httpd_board_get_trouble(board, &seen);
    ck_assert_str_eq(seen.what, "");
}
END_TEST

START_TEST(challenges_are_open_until_the_last_expires)
{
    httpd_board_t *board = make(1);

    httpd_board_challenge_opened(board, NOW + 20);
    httpd_board_challenge_opened(board, NOW + 10);
    ck_assert(httpd_board_challenge_open(board, NOW + 19));
    ck_assert(!httpd_board_challenge_open(board, NOW + 20));
    httpd_board_challenges_closed(board);
    ck_assert(!httpd_board_challenge_open(board, NOW));
}
END_TEST

static pid_t start_writer(httpd_board_t *board)
{
    pid_t pid = fork();
    unsigned number;
    edge_status_t status;

    if (pid == 0) {
        for (number = 0;; number++) {
            mark(&status, number);
            httpd_board_put(board, 0, &status);
        }
    }
    ck_assert_int_gt(pid, 0);
    return pid;
}

START_TEST(readers_in_other_processes_see_no_torn_status)
{
    httpd_board_t *board = make(1);
    edge_status_t status;
    unsigned changes = 0, last = 0;
    apr_time_t end = apr_time_now() + apr_time_from_sec(2);
    pid_t writer;

    mark(&status, 0);
    httpd_board_put(board, 0, &status);
    writer = start_writer(board);
    while (changes < 20000 && apr_time_now() < end) {
        httpd_board_get(board, 0, &status);
        check_marked(&status);
        changes += status.attempts != last;
        last = status.attempts;
        if (changes < 3) {
            sched_yield();
        }
    }
    kill(writer, SIGKILL);
    waitpid(writer, NULL, 0);
    ck_assert_uint_gt(changes, 2);
    /* Wherever it was killed: what it finished last stands. */
    httpd_board_get(board, 0, &status);
    check_marked(&status);
}
END_TEST

Suite *suite_httpd_board(void)
{
    Suite *suite = suite_create("httpd_board");
    TCase *tc = tcase_create("board");

    tcase_add_checked_fixture(tc, t_setup, t_teardown);
    tcase_set_timeout(tc, 20);
    tcase_add_test(tc, new_board_is_empty);
    tcase_add_test(tc, board_without_certificates_works);
    tcase_add_test(tc, each_certificate_has_its_own_status);
    tcase_add_test(tc, trouble_comes_and_goes);
    tcase_add_test(tc, shortest_gap_counts);
    tcase_add_test(tc, port_is_open_or_not);
    tcase_add_test(tc, port_is_needed_and_refused);
    tcase_add_test(tc, challenges_are_open_until_the_last_expires);
    tcase_add_test(tc, readers_in_other_processes_see_no_torn_status);
    suite_add_tcase(suite, tc);
    return suite;
}
