#include "net_program.h"

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

/* What may still be read after its end: somebody who has its output may go on
 * writing for ever. */
#define REST_MAX 64

/* How much is read at a look, so that one that floods its output keeps nobody
 * from other work. */
#define LOOK_MAX 16

struct net_program_t {
    const char *path;
    apr_interval_time_t limit;
    apr_time_t end; /* of its time */
    pid_t pid;
    int out;    /* its output; -1: all of it was read */
    int failed; /* why it could not be started, if anything comes */
    apr_array_header_t *lines;
    char line[NET_COMMAND_LINE_MAX + 1];
    apr_size_t len;
    unsigned dropped; /* lines */
    int is_over;
    int killed; /* at its limit */
    int status; /* as wait() tells it */
    apr_pool_t *p;
};

/* --- what it says ------------------------------------------------------- */

static void end_line(net_program_t *run)
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

static void take_bytes(net_program_t *run, const char *bytes, apr_size_t len)
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
static int take_some(net_program_t *run)
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

static void take_rest(net_program_t *run)
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

/* Other threads may hold any lock: nothing here may take one. */
static void become(const net_command_t *command, int in, int out, int failed)
{
    int cause;

    net_process_reset_signals();
    net_process_silence();
    setpgid(0, 0);
    umask(077);
    if ((in < 0 || dup2(in, STDIN_FILENO) >= 0) &&
        dup2(out, STDOUT_FILENO) >= 0 && dup2(out, STDERR_FILENO) >= 0 &&
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

static void close_pipe(const int fds[2])
{
    close(fds[0]);
    close(fds[1]);
}

static apr_status_t fork_with(net_program_t *run, const net_command_t *command,
                              int in, const int out[2], const int failed[2])
{
    run->pid = fork();
    if (run->pid < 0) {
        return errno;
    }
    if (run->pid == 0) {
        become(command, in, out[1], failed[1]);
    }
    /* Both do it: whoever comes first. */
    setpgid(run->pid, run->pid);
    close(out[1]);
    close(failed[1]);
    run->out = out[0];
    run->failed = failed[0];
    fcntl(run->out, F_SETFL, O_NONBLOCK);
    fcntl(run->failed, F_SETFL, O_NONBLOCK);
    return APR_SUCCESS;
}

static apr_status_t start(net_program_t *run, const net_command_t *command,
                          int in)
{
    int out[2], failed[2];
    apr_status_t status;

    if (pipe2(out, O_CLOEXEC) != 0) {
        return errno;
    }
    if (pipe2(failed, O_CLOEXEC) != 0) {
        status = errno;
        close_pipe(out);
        return status;
    }
    status = fork_with(run, command, in, out, failed);
    if (status != APR_SUCCESS) {
        close_pipe(out);
        close_pipe(failed);
    }
    return status;
}

static apr_status_t not_started(const net_program_t *run, apr_status_t status,
                                ae_error_t *err)
{
    ae_error_set(err, status, "%s could not be started", run->path);
    return ae_error_why_status(err, status);
}

apr_status_t net_program_start(net_program_t **program,
                               const net_command_t *command, int in,
                               ae_error_t *err, apr_pool_t *p)
{
    net_program_t *run = apr_pcalloc(p, sizeof(*run));
    apr_status_t status;

    run->path = command->argv[0];
    run->limit = command->limit;
    run->end = net_clock_steady() + command->limit;
    run->lines = apr_array_make(p, 4, sizeof(const char *));
    run->p = p;
    *program = run;
    status = start(run, command, in);
    return status == APR_SUCCESS ? status : not_started(run, status, err);
}

/* --- its end ------------------------------------------------------------ */

static void reap(net_program_t *run, int flags)
{
    pid_t pid;

    do {
        pid = waitpid(run->pid, &run->status, flags);
    } while (pid < 0 && errno == EINTR);
    run->is_over = pid != 0;
}

int net_program_is_over(net_program_t *program)
{
    int i;

    for (i = 0; i < LOOK_MAX && program->out >= 0 && take_some(program); i++) {
    }
    if (!program->is_over) {
        reap(program, WNOHANG);
    }
    if (!program->is_over && net_clock_steady() >= program->end) {
        program->killed = 1;
        net_program_kill(program);
    }
    return program->is_over;
}

void net_program_wait(const net_program_t *program, int milliseconds)
{
    struct pollfd ready = {.fd = program->out, .events = POLLIN};

    poll(&ready, program->out >= 0, milliseconds);
}

void net_program_kill(net_program_t *program)
{
    if (!program->is_over) {
        kill(-program->pid, SIGKILL);
        reap(program, 0);
    }
}

/* It comes before exec, or never. */
static apr_status_t read_failure(const net_program_t *run)
{
    int cause = 0;
    ssize_t len;

    do {
        len = read(run->failed, &cause, sizeof(cause));
    } while (len < 0 && errno == EINTR);
    close(run->failed);
    return len == (ssize_t)sizeof(cause) ? cause : APR_SUCCESS;
}

static apr_status_t explain(const net_program_t *run, ae_error_t *err)
{
    if (run->killed) {
        ae_error_set(err, APR_TIMEUP, "%s was killed", run->path);
        return ae_error_why(err, "it did not end within %d seconds",
                            (int)apr_time_sec(run->limit));
    }
    if (WIFEXITED(run->status)) {
        ae_error_set(err, APR_EGENERAL, "%s ended with status %d", run->path,
                     WEXITSTATUS(run->status));
    } else {
        ae_error_set(err, APR_EGENERAL, "%s was ended by signal %d (%s)",
                     run->path, WTERMSIG(run->status),
                     strsignal(WTERMSIG(run->status)));
    }
    return run->lines->nelts == 0
               ? APR_EGENERAL
               : ae_error_why(err, "it said last: %s",
                              APR_ARRAY_IDX(run->lines, run->lines->nelts - 1,
                                            const char *));
}

apr_status_t net_program_end(apr_array_header_t **output,
                             net_program_t *program, ae_error_t *err)
{
    apr_status_t status = read_failure(program);

    take_rest(program);
    *output = program->lines;
    if (status != APR_SUCCESS) {
        return not_started(program, status, err);
    }
    return program->killed || program->status != 0 ? explain(program, err)
                                                   : APR_SUCCESS;
}
