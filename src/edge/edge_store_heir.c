#include "edge_store_heir.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* As deep as files lie: staging/<cert>/order/<file>. */
#define DEPTH_MAX 3

typedef struct legacy_t {
    uid_t from;
    ae_file_owner_t to;
} legacy_t;

static apr_status_t give_all(int dir, const legacy_t *legacy, int depth);

/* By descriptor: whoever was the worker may be at work still. A hard link to
 * what is not his has another owner. */
static apr_status_t give_open(int fd, const legacy_t *legacy, int depth)
{
    struct stat info;
    apr_status_t status = fstat(fd, &info) == 0 ? APR_SUCCESS : errno;

    if (status == APR_SUCCESS && S_ISDIR(info.st_mode) && depth < DEPTH_MAX) {
        status = give_all(fd, legacy, depth + 1);
    }
    if (status == APR_SUCCESS && info.st_uid == legacy->from &&
        fchown(fd, legacy->to.uid, legacy->to.gid) != 0) {
        status = errno;
    }
    return status;
}

static apr_status_t give(int dir, const char *name, const legacy_t *legacy,
                         int depth)
{
    int fd = openat(dir, name,
                    O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
    apr_status_t status;

    if (fd < 0) {
        /* Links and sockets are none of ours, and what is gone is gone. */
        return errno == ELOOP || errno == ENXIO || errno == ENOENT
                   ? APR_SUCCESS
                   : errno;
    }
    status = give_open(fd, legacy, depth);
    close(fd);
    return status;
}

static apr_status_t give_all(int dir, const legacy_t *legacy, int depth)
{
    int copy = fcntl(dir, F_DUPFD_CLOEXEC, 0);
    DIR *list = copy < 0 ? NULL : fdopendir(copy);
    struct dirent *entry;
    apr_status_t status = list == NULL ? errno : APR_SUCCESS;

    if (list == NULL && copy >= 0) {
        close(copy);
    }
    while (status == APR_SUCCESS && (entry = readdir(list)) != NULL) {
        if (strcmp(entry->d_name, ".") != 0 &&
            strcmp(entry->d_name, "..") != 0) {
            status = give(dir, entry->d_name, legacy, depth);
        }
    }
    if (list != NULL) {
        closedir(list);
    }
    return status;
}

apr_status_t edge_store_heir(const char *dir, ae_file_owner_t worker,
                             ae_error_t *err)
{
    legacy_t legacy = {0, worker};
    struct stat info;
    apr_status_t status = APR_SUCCESS;
    int fd;

    if (geteuid() != 0 || worker.uid == (uid_t)-1) {
        return APR_SUCCESS;
    }
    fd = open(dir, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    if (fd < 0) {
        return errno == ENOENT
                   ? APR_SUCCESS
                   : ae_error_set(err, errno, "Cannot read %s", dir);
    }
    if (fstat(fd, &info) == 0 && info.st_uid != worker.uid) {
        legacy.from = info.st_uid;
        status = give_all(fd, &legacy, 1);
    }
    close(fd);
    if (status != APR_SUCCESS) {
        ae_error_set(err, status, "Cannot give to the worker what is in %s",
                     dir);
        return ae_error_why_status(err, status);
    }
    return APR_SUCCESS;
}
