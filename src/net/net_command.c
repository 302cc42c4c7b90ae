#include "net_command.h"

#include "net_clock.h"
#include "net_process.h"

#include <apr_strings.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#define CHUNK 4096
#define LOOK_AGAIN_MS 50

/* What may still be read after its end: somebody who has its output may go on
 * writing for ever. */
#define REST_MAX 64

typedef struct run_t {
    const net_command_t *command;
    pid_t pid;
    int out;    /* its output; -1: all of it was read */
    int failed; /* why it could not be started, if anything comes */
    apr_array_header_t *lines;
    char line[NET_COMMAND_LINE_MAX + 1];
    apr_size_t len;
    unsigned dropped; /* lines */
    int killed;
    int status; /* as wait() tells it */
    apr_pool_t *p;
} run_t;

/* --- what it says ------------------------------------------------------- */

static void end_line(run_t *run)
{
    run->line[run->len] = '\0';
    if (run->lines->nelts < NET_COMMAND_LINES_MAX) {
        char *clean = apr_palloc(run->p, run->len + 1);

        ae_text_copy(clean, run->len + 1, run->line);
        APR_ARRAY_PUSH(run->lines, const char *) = clean;
    } else {
        run->dropped++;
    }
    run->len = 0;
}

static void take_bytes(run_t *run, const char *bytes, apr_size_t len)
{
    apr_size_t i;

    for (i = 0; i < len; i++) {
        if (bytes[i] == '\n') {
            end_line(run);
        } else if (run->len < NET_COMMAND_LINE_MAX) {
            run->line[run->len++] = bytes[i];
        }
    }
}

/* @return whether there may be more at once */
static int take_some(run_t *run)
{
    char bytes[CHUNK];
    ssize_t len = read(run->out, bytes, sizeof(bytes));

    if (len > 0) {
        take_bytes(run, bytes, (apr_size_t)len);
        return 1;
    }
    if (len == 0 || (errno != EAGAIN && errno != EINTR)) {
        close(run->out);
        run->out = -1;
    }
    return 0;
}

static void take_rest(run_t *run)
{
    int i;

    for (i = 0; i < REST_MAX && run->out >= 0 && take_some(run); i++) {
    }
    if (run->len > 0) {
        end_line(run);
    }
    if (run->dropped > 0) {
        APR_ARRAY_PUSH(run->lines, const char *) =
            apr_psprintf(run->p, "(and %u more lines)", run->dropped);
    }
    if (run->out >= 0) {
        close(run->out);
    }
}

/* --- the process -------------------------------------------------------- */

static void become(const net_command_t *command, int out, int failed)
{
    int cause;

    net_process_reset_signals();
    net_process_silence();
    setpgid(0, 0);
    umask(077);
    if (dup2(out, STDOUT_FILENO) >= 0 && dup2(out, STDERR_FILENO) >= 0 &&
        chdir("/") == 0) {
        net_process_close_others(failed);
        execve(command->argv[0], (char *const *)command->argv,
               (char *const *)command->envp);
    }
    cause = errno;
    if (write(failed, &cause, sizeof(cause)) < 0) {
        _exit(126);
    }
    _exit(127);
}

static apr_status_t make_pipe(int fds[2])
{
    int i;

    if (pipe(fds) != 0) {
        return errno;
    }
    for (i = 0; i < 2; i++) {
        fcntl(fds[i], F_SETFD, FD_CLOEXEC);
    }
    return APR_SUCCESS;
}

static void close_pipe(const int fds[2])
{
    close(fds[0]);
    close(fds[1]);
}

static apr_status_t fork_with(run_t *run, const int out[2],
                              const int failed[2])
{
    run->pid = fork();
    if (run->pid < 0) {
        return errno;
    }
    if (run->pid == 0) {
        become(run->command, out[1], failed[1]);
    }
    /* Both do it: whoever comes first. */
    setpgid(run->pid, run->pid);
    close(out[1]);
    close(failed[1]);
    run->out = out[0];
    run->failed = failed[0];
    fcntl(run->out, F_SETFL, O_NONBLOCK);
    return APR_SUCCESS;
}

static apr_status_t start(run_t *run)
{
    int out[2], failed[2];
    apr_status_t status = make_pipe(out);

    if (status != APR_SUCCESS) {
        return status;
    }
    status = make_pipe(failed);
    if (status != APR_SUCCESS) {
        close_pipe(out);
        return status;
    }
    status = fork_with(run, out, failed);
    if (status != APR_SUCCESS) {
        close_pipe(out);
        close_pipe(failed);
    }
    return status;
}

/* The other end is closed by exec, or by the end of the process. */
static apr_status_t read_failure(run_t *run)
{
    int cause = 0;
    ssize_t len;

    do {
        len = read(run->failed, &cause, sizeof(cause));
    } while (len < 0 && errno == EINTR);
    close(run->failed);
    return len == (ssize_t)sizeof(cause) ? cause : APR_SUCCESS;
}

static int is_over(run_t *run, int flags)
{
    return waitpid(run->pid, &run->status, flags) == run->pid;
}

static void wait_a_little(run_t *run)
{
    struct pollfd ready = {.fd = run->out, .events = POLLIN};

    if (poll(&ready, run->out >= 0, LOOK_AGAIN_MS) > 0) {
        take_some(run);
    }
}

static void follow(run_t *run)
{
    apr_time_t end = net_clock_steady() + run->command->limit;

    while (!is_over(run, WNOHANG)) {
        if (net_clock_steady() >= end) {
            run->killed = 1;
            kill(-run->pid, SIGKILL);
            while (!is_over(run, 0) && errno == EINTR) {
            }
            break;
        }
        wait_a_little(run);
    }
    take_rest(run);
}

/* --- how it ended ------------------------------------------------------- */

static apr_status_t not_started(const run_t *run, apr_status_t status,
                                ae_error_t *err)
{
    ae_error_set(err, status, "%s could not be started",
                 run->command->argv[0]);
    return ae_error_why_status(err, status);
}

static apr_status_t explain(const run_t *run, ae_error_t *err)
{
    const char *path = run->command->argv[0];

    if (run->killed) {
        ae_error_set(err, APR_TIMEUP, "%s was killed", path);
        return ae_error_why(err, "it did not end within %d seconds",
                            (int)apr_time_sec(run->command->limit));
    }
    if (WIFEXITED(run->status)) {
        ae_error_set(err, APR_EGENERAL, "%s ended with status %d", path,
                     WEXITSTATUS(run->status));
    } else {
        ae_error_set(err, APR_EGENERAL, "%s was ended by signal %d (%s)", path,
                     WTERMSIG(run->status), strsignal(WTERMSIG(run->status)));
    }
    return run->lines->nelts == 0
               ? APR_EGENERAL
               : ae_error_why(err, "it said last: %s",
                              APR_ARRAY_IDX(run->lines, run->lines->nelts - 1,
                                            const char *));
}

apr_status_t net_command_run(apr_array_header_t **output,
                             const net_command_t *command, ae_error_t *err,
                             apr_pool_t *p)
{
    run_t run = {.command = command, .p = p};
    apr_status_t status;

    run.lines = apr_array_make(p, 4, sizeof(const char *));
    *output = run.lines;
    status = start(&run);
    if (status != APR_SUCCESS) {
        return not_started(&run, status, err);
    }
    status = read_failure(&run);
    follow(&run);
    if (status != APR_SUCCESS) {
        return not_started(&run, status, err);
    }
    return run.killed || run.status != 0 ? explain(&run, err) : APR_SUCCESS;
}
