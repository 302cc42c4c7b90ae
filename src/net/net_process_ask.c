#include "net_clock.h"
#include "net_process.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define CHUNK 4096
#define UNSAFE 111 /* how the process tells that it stays root */

static int is_root(const ae_file_owner_t *user)
{
    return user->uid == 0 || user->uid == (uid_t)-1;
}

/* For good: who can come back has given up nothing. */
static int give_up_root(const ae_file_owner_t *user)
{
    if (geteuid() != 0) {
        return 1;
    }
    return !is_root(user) && setgroups(0, NULL) == 0 &&
           setgid(user->gid) == 0 && setuid(user->uid) == 0 &&
           setuid(0) != 0 && seteuid(0) != 0;
}

static void work(const net_process_task_t *task, int out)
{
    net_process_reset_signals();
    /* Who has left off reading wants no more. */
    signal(SIGPIPE, SIG_DFL);
    net_process_close_others(out);
    if (!give_up_root(&task->user)) {
        _exit(UNSAFE);
    }
    task->work(task->ctx, out);
    _exit(0);
}

/* --- the one who waits -------------------------------------------------- */

typedef struct listener_t {
    const net_process_task_t *task;
    pid_t pid;
    int in;
    unsigned char *bytes;
    apr_size_t len;
} listener_t;

/* @return whether it may say more */
static int listen_once(listener_t *listener)
{
    apr_size_t room = listener->task->said_max + 1 - listener->len;
    ssize_t len = read(listener->in, listener->bytes + listener->len,
                       room < CHUNK ? room : CHUNK);

    if (len > 0) {
        listener->len += (apr_size_t)len;
    }
    return (len > 0 && listener->len <= listener->task->said_max) ||
           (len < 0 && errno == EINTR);
}

/* @return whether it came to an end in time */
static int listen_to(listener_t *listener)
{
    apr_time_t end = net_clock_steady() + listener->task->limit;
    struct pollfd ready = {.fd = listener->in, .events = POLLIN};
    apr_interval_time_t left = listener->task->limit;

    while (left > 0) {
        if (poll(&ready, 1, (int)apr_time_as_msec(left) + 1) > 0 &&
            !listen_once(listener)) {
            return 1;
        }
        left = end - net_clock_steady();
    }
    return 0;
}

static int reap(pid_t pid)
{
    int status = 0;

    while (waitpid(pid, &status, 0) < 0 && errno == EINTR) {
    }
    return status;
}

static apr_status_t judge(const listener_t *listener, int in_time, int status,
                          ae_error_t *err)
{
    ae_error_set(err, APR_EGENERAL, "nobody could look");
    if (WIFEXITED(status) && WEXITSTATUS(status) == UNSAFE) {
        err->status = AE_EUNSAFE;
        return ae_error_why(err, "a process without the rights of root is "
                                 "needed for the network, and could not be "
                                 "had");
    }
    if (!in_time) {
        err->status = APR_TIMEUP;
        return ae_error_why(err, "it took longer than %d seconds",
                            (int)apr_time_sec(listener->task->limit));
    }
    if (listener->len > listener->task->said_max) {
        err->status = AE_ETOOBIG;
        return ae_error_why(err, "what was found is more than can be told");
    }
    return status == 0 ? APR_SUCCESS
                       : ae_error_why(err, "the process that looked crashed");
}

static apr_status_t hear(ae_bytes_t *said, listener_t *listener,
                         ae_error_t *err)
{
    int in_time = listen_to(listener);

    if (!in_time || listener->len > listener->task->said_max) {
        kill(listener->pid, SIGKILL);
    }
    close(listener->in);
    said->data = listener->bytes;
    said->len = listener->len;
    return judge(listener, in_time, reap(listener->pid), err);
}

apr_status_t net_process_ask(ae_bytes_t *said, const net_process_task_t *task,
                             ae_error_t *err, apr_pool_t *p)
{
    listener_t listener = {.task = task};
    apr_status_t status = APR_SUCCESS;
    int fds[2];

    if (pipe(fds) != 0) {
        status = errno;
    } else if ((listener.pid = fork()) < 0) {
        status = errno;
        close(fds[0]);
        close(fds[1]);
    }
    if (status != APR_SUCCESS) {
        ae_error_set(err, status, "no process could be started");
        return ae_error_why_status(err, status);
    }
    if (listener.pid == 0) {
        work(task, fds[1]);
    }
    close(fds[1]);
    listener.in = fds[0];
    listener.bytes = apr_palloc(p, task->said_max + 2);
    return hear(said, &listener, err);
}
