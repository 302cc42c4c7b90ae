#include "edge_store.h"

#include <apr_strings.h>
#include <apr_time.h>
#include <errno.h>
#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#define LOOK_AGAIN apr_time_from_msec(20)

static apr_status_t lock_release(void *data)
{
    close(*(int *)data);
    return APR_SUCCESS;
}

static apr_status_t lock_failed(ae_error_t *err, apr_status_t status,
                                const char *path)
{
    ae_error_set(err, status, "Cannot lock %s", path);
    ae_error_why_status(err, status);
    return ae_error_next(err, "nothing is ordered until it can be locked; a "
                              "restart of httpd makes it anew where it is "
                              "missing");
}

/* flock(), for a lock of POSIX would fall with any other descriptor of the
 * file that this process closes. */
apr_status_t edge_store_lock(const edge_store_t *store, ae_error_t *err,
                             apr_pool_t *p)
{
    const char *path = edge_store_path(store, p, "lock", NULL);
    int *fd = apr_palloc(p, sizeof(*fd));
    apr_status_t status;

    *fd = open(path, O_RDWR | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
    if (*fd < 0) {
        return lock_failed(err, errno, path);
    }
    if (flock(*fd, LOCK_EX | LOCK_NB) != 0) {
        status = errno == EWOULDBLOCK ? APR_EBUSY : errno;
        close(*fd);
        lock_failed(err, status, path);
        if (status == APR_EBUSY) {
            ae_error_why(err, "another worker has it");
            ae_error_next(err, "this one waits until the other has left");
        }
        return status;
    }
    apr_pool_cleanup_register(p, fd, lock_release, lock_release);
    return APR_SUCCESS;
}

/* A process that was forked meanwhile has the descriptor too: closing ours
 * would not unlock it. */
static apr_status_t leave(void *data)
{
    flock(*(int *)data, LOCK_UN);
    return lock_release(data);
}

static apr_status_t enter_failed(ae_error_t *err, apr_status_t status,
                                 const char *dir)
{
    ae_error_set(err, status, "Cannot enter the store %s", dir);
    ae_error_why_status(err, status);
    if (APR_STATUS_IS_TIMEUP(status)) {
        ae_error_why(err, "another httpd has been starting with it for long");
        ae_error_next(err, "restart this one when that one has started, or "
                           "is gone");
    }
    return status;
}

apr_status_t edge_store_enter(const char *dir, apr_interval_time_t patience,
                              ae_error_t *err, apr_pool_t *p)
{
    int *fd = apr_palloc(p, sizeof(*fd));
    apr_interval_time_t waited = 0;

    *fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (*fd < 0) {
        return enter_failed(err, errno, dir);
    }
    while (flock(*fd, LOCK_EX | LOCK_NB) != 0 && errno == EWOULDBLOCK) {
        if (waited >= patience) {
            close(*fd);
            return enter_failed(err, APR_TIMEUP, dir);
        }
        apr_sleep(LOOK_AGAIN);
        waited += LOOK_AGAIN;
    }
    apr_pool_cleanup_register(p, fd, leave, lock_release);
    return APR_SUCCESS;
}
