#include "net_process.h"
#include "support.h"

#include <check.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

Suite *suite_net_process(void);

/* What the process of its own tells through the one pipe it keeps. */
typedef struct told_t {
    pid_t pid, parent, session;
    int others; /* descriptors beside the standard ones and the pipe */
    int term_is_plain;
} told_t;

typedef struct teller_t {
    int out;
    int other;
} teller_t;

static int is_open(int fd)
{
    return fcntl(fd, F_GETFD) != -1;
}

static void tell(void *ctx)
{
    const teller_t *teller = ctx;
    struct sigaction action;
    told_t told = {.pid = getpid(), .session = getsid(0)};
    int fd;

    for (fd = 3; fd < 1024; fd++) {
        told.others += fd != teller->out && is_open(fd);
    }
    sigaction(SIGTERM, NULL, &action);
    told.term_is_plain = action.sa_handler == SIG_DFL;
    told.parent = getppid();
    if (write(teller->out, &told, sizeof(told)) < 0) {
        _exit(1);
    }
}

START_TEST(test_detached)
{
    teller_t teller;
    told_t told;
    ae_error_t err;
    int fds[2];

    ck_assert_int_eq(pipe(fds), 0);
    teller.out = fds[1];
    teller.other = open("/dev/null", O_RDONLY);
    signal(SIGTERM, SIG_IGN);
    ck_assert_int_eq(net_process_detach(tell, &teller, fds[1], &err),
                     APR_SUCCESS);
    signal(SIGTERM, SIG_DFL);
    close(fds[1]);
    ck_assert_int_eq(read(fds[0], &told, sizeof(told)), sizeof(told));
    ck_assert_int_ne(told.pid, getpid());
    ck_assert_int_ne(told.parent, getpid());
    ck_assert_int_eq(told.session, told.pid);
    ck_assert_int_eq(told.others, 0);
    ck_assert(told.term_is_plain);
    /* It has ended: nobody has the pipe any more. */
    ck_assert_int_eq(read(fds[0], &told, 1), 0);
    close(fds[0]);
    close(teller.other);
}
END_TEST

static void say(void *ctx)
{
    (void)ctx;
    if (write(STDOUT_FILENO, "heard by nobody\n", 16) < 0) {
        _exit(1);
    }
}

START_TEST(test_keeps_nothing)
{
    int fds[2];
    int saved = dup(STDOUT_FILENO);
    ae_error_t err;
    char byte;

    ck_assert_int_eq(pipe(fds), 0);
    ck_assert_int_eq(dup2(fds[1], STDOUT_FILENO), STDOUT_FILENO);
    ck_assert_int_eq(net_process_detach(say, NULL, -1, &err), APR_SUCCESS);
    dup2(saved, STDOUT_FILENO);
    close(saved);
    close(fds[1]);
    ck_assert_int_eq(read(fds[0], &byte, 1), 0);
    close(fds[0]);
}
END_TEST

START_TEST(test_many_descriptors)
{
    teller_t teller;
    told_t told;
    ae_error_t err;
    int fds[2];
    int many[600];
    int i;

    for (i = 0; i < 600; i++) {
        many[i] = dup(STDERR_FILENO);
    }
    ck_assert_int_eq(pipe(fds), 0);
    teller.out = fds[1];
    ck_assert_int_eq(net_process_detach(tell, &teller, fds[1], &err),
                     APR_SUCCESS);
    ck_assert_int_eq(read(fds[0], &told, sizeof(told)), sizeof(told));
    ck_assert_int_eq(told.others, 0);
    for (i = 0; i < 600; i++) {
        close(many[i]);
    }
    close(fds[0]);
    close(fds[1]);
}
END_TEST

/* --- a process without rights ------------------------------------------ */

#define SAID_MAX 100

static ae_bytes_t said;
static ae_error_t err;

static apr_status_t ask(void (*work)(void *ctx, int out), uid_t uid,
                        apr_interval_time_t limit)
{
    const net_process_task_t task = {.work = work,
                                     .ctx = "ctx",
                                     .user = {uid, (gid_t)uid},
                                     .said_max = SAID_MAX,
                                     .limit = limit};

    return net_process_ask(&said, &task, &err, t_pool);
}

static void put(int out, const void *bytes, size_t len)
{
    if (write(out, bytes, len) != (ssize_t)len) {
        _exit(1);
    }
}

static void tell_rights(void *ctx, int out)
{
    uid_t ids[] = {getuid(), geteuid(), getgid(), getegid(), 0, 0};
    int fd;

    ids[4] = (uid_t)getgroups(0, NULL);
    for (fd = 3; fd < 1024; fd++) {
        ids[5] += fd != out && is_open(fd);
    }
    put(out, ids, sizeof(ids));
    put(out, ctx, 3);
}

START_TEST(test_gives_up_root)
{
    const uid_t me = geteuid() ? geteuid() : 4711;
    int other = open("/dev/null", O_RDONLY);
    uid_t ids[6];

    ck_assert_int_eq(ask(tell_rights, me, apr_time_from_sec(30)), APR_SUCCESS);
    close(other);
    ck_assert_int_eq(said.len, sizeof(ids) + 3);
    ck_assert_int_eq(memcmp(said.data + sizeof(ids), "ctx", 3), 0);
    memcpy(ids, said.data, sizeof(ids));
    ck_assert_uint_eq(ids[0], me);
    ck_assert_uint_eq(ids[1], me);
    ck_assert_uint_eq(ids[5], 0);
    if (geteuid() == 0) {
        ck_assert_uint_eq(ids[2], me);
        ck_assert_uint_eq(ids[3], me);
        ck_assert_uint_eq(ids[4], 0);
    }
}
END_TEST

/* Nobody looks rather than root. */
START_TEST(test_cannot_give_up_root)
{
    if (geteuid() == 0) {
        ck_assert_int_eq(ask(tell_rights, 0, apr_time_from_sec(30)),
                         AE_EUNSAFE);
        ck_assert_int_eq(ask(tell_rights, (uid_t)-1, apr_time_from_sec(30)),
                         AE_EUNSAFE);
    }
}
END_TEST

static void say_much(void *ctx, int out)
{
    (void)ctx;
    for (;;) {
        put(out, "much too much", 13);
    }
}

static void say_nothing(void *ctx, int out)
{
    (void)ctx;
    (void)out;
    for (;;) {
        pause();
    }
}

static void crash(void *ctx, int out)
{
    (void)ctx;
    put(out, "half", 4);
    raise(SIGKILL);
}

START_TEST(test_ends_badly)
{
    ck_assert_int_eq(ask(say_much, 4711, apr_time_from_sec(30)), AE_ETOOBIG);
    ck_assert_int_eq(ask(say_nothing, 4711, apr_time_from_sec(1)), APR_TIMEUP);
    ck_assert_int_eq(ask(crash, 4711, apr_time_from_sec(30)), APR_EGENERAL);
    ck_assert_str_ne(err.why, "");
}
END_TEST

Suite *suite_net_process(void)
{
    Suite *suite = suite_create("net_process");
    TCase *tc = tcase_create("process");

    tcase_add_checked_fixture(tc, t_setup, t_teardown);
    tcase_add_test(tc, test_detached);
    tcase_add_test(tc, test_keeps_nothing);
    tcase_add_test(tc, test_many_descriptors);
    tcase_add_test(tc, test_gives_up_root);
    tcase_add_test(tc, test_cannot_give_up_root);
    tcase_add_test(tc, test_ends_badly);
    suite_add_tcase(suite, tc);
    return suite;
}
