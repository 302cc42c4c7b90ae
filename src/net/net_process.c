#include "net_process.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#define SIGNALS_MAX 32 /* the old ones: httpd knows no others */
#define STANDARD 3     /* input, output, errors */
#define DESCRIPTORS_MAX 1048576

void net_process_reset_signals(void)
{
    struct sigaction plain = {.sa_handler = SIG_DFL};
    sigset_t none;
    int number;

    for (number = 1; number < SIGNALS_MAX; number++) {
        sigaction(number, &plain, NULL);
    }
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
}

void net_process_silence(void)
{
    int null = open("/dev/null", O_RDWR | O_CLOEXEC);
    int fd;

    for (fd = 0; null >= 0 && fd < STANDARD; fd++) {
        dup2(null, fd);
    }
}

/* All from the first to the last; where the system does not know how, one by
 * one: to list what is open would take memory, and with it a lock that another
 * thread may have held when this process was forked. */
static void close_range_of(unsigned first, unsigned last)
{
    struct rlimit most;
    unsigned fd;

    if (first > last || close_range(first, last, 0) == 0) {
        return;
    }
    if (getrlimit(RLIMIT_NOFILE, &most) != 0 ||
        most.rlim_cur > DESCRIPTORS_MAX) {
        most.rlim_cur = DESCRIPTORS_MAX;
    }
    for (fd = first; fd <= last && fd < most.rlim_cur; fd++) {
        close((int)fd);
    }
}

void net_process_close_others(int keep)
{
    if (keep < STANDARD) {
        close_range_of(STANDARD, ~0U);
        return;
    }
    close_range_of(STANDARD, (unsigned)keep - 1);
    close_range_of((unsigned)keep + 1, ~0U);
}

static void work_alone(void (*work)(void *ctx), void *ctx, int keep)
{
    net_process_reset_signals();
    net_process_silence();
    net_process_close_others(keep);
    setsid();
    if (chdir("/") == 0) {
        work(ctx);
    }
    _exit(0);
}

/* Whose parent ends at once belongs to init. */
static void leave_behind(void (*work)(void *ctx), void *ctx, int keep)
{
    pid_t pid = fork();

    if (pid == 0) {
        work_alone(work, ctx, keep);
    }
    _exit(pid < 0 ? errno : 0);
}

apr_status_t net_process_detach(void (*work)(void *ctx), void *ctx, int keep,
                                ae_error_t *err)
{
    pid_t pid = fork();
    int told = 0;
    apr_status_t status = pid < 0 ? errno : APR_SUCCESS;

    if (pid == 0) {
        leave_behind(work, ctx, keep);
    }
    while (pid > 0 && waitpid(pid, &told, 0) < 0 && errno == EINTR) {
    }
    if (status == APR_SUCCESS && told != 0) {
        status = WIFEXITED(told) ? WEXITSTATUS(told) : APR_EGENERAL;
    }
    if (status != APR_SUCCESS) {
        ae_error_set(err, status, "no process could be started");
        ae_error_why_status(err, status);
    }
    return status;
}
