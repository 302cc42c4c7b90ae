#include "edge_store.h"

#include <apr_strings.h>
#include <errno.h>
#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

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
    return ae_error_next(
        err, "nothing is ordered until it can be locked; %s",
        APR_STATUS_IS_EACCES(status)
            ? "let the user that httpd's children run as pass through all "
              "directories above it"
            : "a restart of httpd makes it anew where it is missing");
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

/* Where the file system knows no such locks, nobody is kept out. */
static apr_status_t enter(const char *dir, apr_pool_t *p)
{
    int *fd = apr_palloc(p, sizeof(*fd));

    *fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (*fd < 0) {
        return errno;
    }
    if (flock(*fd, LOCK_EX | LOCK_NB) != 0 && errno == EWOULDBLOCK) {
        close(*fd);
        return APR_EBUSY;
    }
    apr_pool_cleanup_register(p, fd, leave, lock_release);
    return APR_SUCCESS;
}

apr_status_t edge_store_enter(const char *dir, ae_error_t *err, apr_pool_t *p)
{
    apr_status_t status = enter(dir, p);

    if (status == APR_SUCCESS) {
        return status;
    }
    ae_error_set(err, status, "Cannot enter the store %s", dir);
    ae_error_why_status(err, status);
    if (status == APR_EBUSY) {
        ae_error_why(err, "another httpd is starting with it");
        ae_error_next(err, "restart this one when that one has started, or "
                           "is gone");
    }
    return status;
}

apr_status_t edge_store_enter_requests(const edge_store_t *store,
                                       ae_error_t *err, apr_pool_t *p)
{
    const char *dir = edge_store_path(store, p, "requests", NULL);
    apr_status_t status = enter(dir, p);

    if (status == APR_SUCCESS) {
        return status;
    }
    ae_error_set(err, status, "Cannot look now");
    return APR_STATUS_IS_EBUSY(status)
               ? ae_error_why(err, "somebody else is looking already")
               : ae_error_why_status(err, status);
}
