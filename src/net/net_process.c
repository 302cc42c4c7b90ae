#include "net_process.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#define SIGNALS_MAX 32 /* the old ones: httpd knows no others */
#define STANDARD 3     /* input, output, errors */
#define CLOSED_AT_ONCE 256

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

/* Some of those that are open; while one closes them, the list changes.
 * @return how many */
static int list_open(int *fds, int keep)
{
    DIR *dir = opendir("/dev/fd");
    struct dirent *entry;
    int count = 0;

    while (dir && count < CLOSED_AT_ONCE && (entry = readdir(dir)) != NULL) {
        int fd = atoi(entry->d_name);

        if (fd >= STANDARD && fd != keep && fd != dirfd(dir)) {
            fds[count++] = fd;
        }
    }
    if (dir) {
        closedir(dir);
    }
    return count;
}

void net_process_silence(void)
{
    int null = open("/dev/null", O_RDWR | O_CLOEXEC);
    int fd;

    for (fd = 0; null >= 0 && fd < STANDARD; fd++) {
        dup2(null, fd);
    }
}

void net_process_close_others(int keep)
{
    int fds[CLOSED_AT_ONCE];
    int count;

    while ((count = list_open(fds, keep)) > 0) {
        while (count > 0) {
            close(fds[--count]);
        }
    }
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
