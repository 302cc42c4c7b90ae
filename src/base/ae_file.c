#include "ae_file.h"

#include "ae_fault.h"
#include "ae_file_place.h"
#include "ae_secret.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define TEMP_TRIES 16

/* A file on its way. */
typedef struct draft_t {
    ae_file_place_t place;
    char temp[AE_FILE_TEMP_SIZE];
    int fd;
} draft_t;

static apr_status_t draft_create(draft_t *draft, ae_error_t *err)
{
    int tries;

    for (tries = 0; tries < TEMP_TRIES; tries++) {
        apr_status_t status = ae_file_temp_name(draft->temp, err);

        if (status != APR_SUCCESS) {
            return status;
        }
        draft->fd =
            openat(draft->place.dir, draft->temp,
                   O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
        if (draft->fd >= 0) {
            return APR_SUCCESS;
        }
        if (errno != EEXIST && errno != EINTR) {
            break;
        }
    }
    return errno;
}

static apr_status_t draft_fill(const draft_t *draft, ae_bytes_t bytes)
{
    while (bytes.len) {
        ssize_t written = write(draft->fd, bytes.data, bytes.len);

        if (written < 0 && errno != EINTR) {
            return errno;
        }
        if (written > 0) {
            bytes.data += written;
            bytes.len -= (apr_size_t)written;
        }
    }
    return APR_SUCCESS;
}

/* A full disk may show as late as here. */
static apr_status_t draft_close(draft_t *draft)
{
    int result = close(draft->fd);

    draft->fd = -1;
    return result != 0 && errno != EINTR ? errno : APR_SUCCESS;
}

static apr_status_t draft_complete(draft_t *draft, ae_bytes_t bytes,
                                   mode_t mode, ae_file_owner_t owner,
                                   ae_file_durability_t durability)
{
    apr_status_t status = draft_fill(draft, bytes);
    apr_status_t closed;

    if (status == APR_SUCCESS) {
        status = ae_file_fd_own(draft->fd, mode, owner);
    }
    if (status == APR_SUCCESS && durability == AE_FILE_DURABLE) {
        status = ae_file_fd_sync(draft->fd);
    }
    closed = draft_close(draft);
    return status == APR_SUCCESS ? closed : status;
}

static apr_status_t draft_publish(const draft_t *draft,
                                  ae_file_durability_t durability)
{
    int dir = draft->place.dir;
    apr_status_t status = ae_fault_point();

    if (status != APR_SUCCESS) {
        return status;
    }
    if (renameat(dir, draft->temp, dir, draft->place.name) != 0) {
        return errno;
    }
    return durability == AE_FILE_DURABLE ? ae_file_fd_sync(dir) : APR_SUCCESS;
}

static apr_status_t draft_write(draft_t *draft, ae_bytes_t bytes, mode_t mode,
                                ae_file_owner_t owner,
                                ae_file_durability_t durability,
                                ae_error_t *err)
{
    apr_status_t status = draft_create(draft, err);

    if (status != APR_SUCCESS) {
        return status;
    }
    status = draft_complete(draft, bytes, mode, owner, durability);
    if (status == APR_SUCCESS) {
        status = draft_publish(draft, durability);
    }
    if (status != APR_SUCCESS) {
        unlinkat(draft->place.dir, draft->temp, 0);
    }
    return status;
}

apr_status_t ae_file_write(const char *path, ae_bytes_t bytes, mode_t mode,
                           ae_file_owner_t owner,
                           ae_file_durability_t durability, ae_error_t *err,
                           apr_pool_t *p)
{
    draft_t draft;
    apr_status_t status = ae_file_place_open(&draft.place, path, p);

    if (status == APR_SUCCESS) {
        status = draft_write(&draft, bytes, mode, owner, durability, err);
        ae_file_place_close(&draft.place);
    }
    if (status != APR_SUCCESS) {
        return ae_file_failed(err, status, "write", path);
    }
    return APR_SUCCESS;
}

/* Without waiting for whoever might be at the other end, should it be a
 * pipe. */
static apr_status_t file_open(int *fd, const ae_file_place_t *place)
{
    do {
        *fd =
            openat(place->dir, place->name,
                   O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
    } while (*fd < 0 && errno == EINTR);
    if (*fd < 0) {
        /* How links and sockets answer. */
        return errno == ELOOP || errno == ENXIO ? AE_EUNSAFE : errno;
    }
    return APR_SUCCESS;
}

static apr_status_t file_fill(ae_bytes_t *bytes, int fd, apr_size_t size,
                              apr_pool_t *p)
{
    unsigned char *data = ae_secret_alloc(size + 1, p);
    apr_size_t len = 0;

    while (len < size) {
        ssize_t got = read(fd, data + len, size - len);

        if (got < 0 && errno != EINTR) {
            return errno;
        }
        if (got == 0) {
            break;
        }
        len += got > 0 ? (apr_size_t)got : 0;
    }
    bytes->data = data;
    bytes->len = len;
    return APR_SUCCESS;
}

static apr_status_t file_take(ae_bytes_t *bytes, int fd, apr_size_t max,
                              apr_pool_t *p)
{
    struct stat info;

    if (fstat(fd, &info) != 0) {
        return errno;
    }
    if (!S_ISREG(info.st_mode)) {
        return AE_EUNSAFE;
    }
    if ((apr_uint64_t)info.st_size > max) {
        return AE_ETOOBIG;
    }
    return file_fill(bytes, fd, (apr_size_t)info.st_size, p);
}

apr_status_t ae_file_read(ae_bytes_t *bytes, const char *path, apr_size_t max,
                          ae_error_t *err, apr_pool_t *p)
{
    ae_file_place_t place;
    apr_status_t status = ae_file_place_open(&place, path, p);
    int fd;

    if (status == APR_SUCCESS) {
        status = file_open(&fd, &place);
        ae_file_place_close(&place);
    }
    if (status == APR_SUCCESS) {
        status = file_take(bytes, fd, max, p);
        close(fd);
    }
    if (status != APR_SUCCESS) {
        return ae_file_failed(err, status, "read", path);
    }
    return APR_SUCCESS;
}
