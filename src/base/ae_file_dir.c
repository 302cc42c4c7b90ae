#include "ae_fault.h"
#include "ae_file.h"
#include "ae_file_place.h"

#include <apr_strings.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Every level of a tree holds a descriptor while it is removed. */
#define DEPTH_MAX 32

static apr_status_t dir_open(int *fd, int parent, const char *name)
{
    do {
        *fd = openat(parent, name,
                     O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    } while (*fd < 0 && errno == EINTR);
    if (*fd < 0) {
        return errno == ENOTDIR || errno == ELOOP ? AE_EUNSAFE : errno;
    }
    return APR_SUCCESS;
}

static apr_status_t dir_own(const ae_file_place_t *place, mode_t mode,
                            ae_file_owner_t owner)
{
    int fd;
    apr_status_t status = dir_open(&fd, place->dir, place->name);

    if (status == APR_SUCCESS) {
        status = ae_file_fd_own(fd, mode, owner);
        close(fd);
    }
    return status;
}

/* Whoever it is for must not come upon it while it is ours yet: it comes to
 * its place when it is his. */
static apr_status_t dir_give(const ae_file_place_t *place, mode_t mode,
                             ae_file_owner_t owner, ae_error_t *err)
{
    char temp[AE_FILE_TEMP_SIZE];
    ae_file_place_t draft = {place->dir, temp, place->path};
    apr_status_t status = ae_file_temp_name(temp, err);

    if (status != APR_SUCCESS) {
        return status;
    }
    if (mkdirat(draft.dir, temp, 0700) != 0) {
        return errno;
    }
    status = dir_own(&draft, mode, owner);
    if (status == APR_SUCCESS &&
        renameat(draft.dir, temp, place->dir, place->name) != 0) {
        status = errno;
    }
    if (status != APR_SUCCESS) {
        unlinkat(draft.dir, temp, AT_REMOVEDIR);
    }
    return status;
}

static apr_status_t dir_create(const ae_file_place_t *place, mode_t mode,
                               ae_file_owner_t owner, ae_error_t *err)
{
    if (ae_file_gives(owner)) {
        return dir_give(place, mode, owner, err);
    }
    if (mkdirat(place->dir, place->name, 0700) != 0) {
        return errno;
    }
    return dir_own(place, mode, owner);
}

/* Somebody else may make it meanwhile. */
static int is_there(apr_status_t status)
{
    return status == EEXIST || status == ENOTEMPTY || status == ENOTDIR;
}

static apr_status_t dir_make(const ae_file_place_t *place, mode_t mode,
                             ae_file_owner_t owner, ae_error_t *err)
{
    apr_status_t status = ae_fault_point();

    if (status == APR_SUCCESS) {
        status = dir_own(place, mode, owner);
    }
    if (!APR_STATUS_IS_ENOENT(status)) {
        return status;
    }
    status = dir_create(place, mode, owner, err);
    if (is_there(status)) {
        return dir_own(place, mode, owner);
    }
    return status == APR_SUCCESS ? ae_file_fd_sync(place->dir) : status;
}

apr_status_t ae_file_make_dir(const char *path, mode_t mode,
                              ae_file_owner_t owner, ae_error_t *err,
                              apr_pool_t *p)
{
    ae_file_place_t place;
    apr_status_t status = ae_file_place_open(&place, path, p);

    if (status == APR_SUCCESS) {
        status = dir_make(&place, mode, owner, err);
        ae_file_place_close(&place);
    }
    if (status != APR_SUCCESS) {
        return ae_file_failed(err, status, "make the directory", path);
    }
    return APR_SUCCESS;
}

static int is_same(int one, int other)
{
    struct stat a, b;

    return fstat(one, &a) == 0 && fstat(other, &b) == 0 &&
           a.st_dev == b.st_dev && a.st_ino == b.st_ino;
}

static apr_status_t places_rename(const ae_file_place_t *from,
                                  const ae_file_place_t *to)
{
    apr_status_t status = ae_fault_point();

    if (status != APR_SUCCESS) {
        return status;
    }
    if (renameat(from->dir, from->name, to->dir, to->name) != 0) {
        return errno;
    }
    /* Where it has come to first: twice is better than nowhere. */
    status = ae_file_fd_sync(to->dir);
    return status == APR_SUCCESS && !is_same(from->dir, to->dir)
               ? ae_file_fd_sync(from->dir)
               : status;
}

apr_status_t ae_file_rename(const char *from, const char *to, ae_error_t *err,
                            apr_pool_t *p)
{
    ae_file_place_t source, target;
    apr_status_t status = ae_file_place_open(&source, from, p);

    if (status == APR_SUCCESS) {
        status = ae_file_place_open(&target, to, p);
        if (status == APR_SUCCESS) {
            status = places_rename(&source, &target);
            ae_file_place_close(&target);
        }
        ae_file_place_close(&source);
    }
    if (status != APR_SUCCESS) {
        ae_error_set(err, status, "Cannot rename %s to %s", from, to);
        return ae_error_why_status(err, status);
    }
    return APR_SUCCESS;
}

static int is_dot(const char *name)
{
    return strcmp(name, ".") == 0 || strcmp(name, "..") == 0;
}

/* All names but the two every directory has. Takes the descriptor. */
static apr_status_t dir_read(apr_array_header_t **names, int fd, apr_pool_t *p)
{
    DIR *dir = fdopendir(fd);
    struct dirent *entry;
    apr_status_t status;

    if (dir == NULL) {
        status = errno;
        close(fd);
        return status;
    }
    *names = apr_array_make(p, 16, sizeof(const char *));
    for (errno = 0; (entry = readdir(dir)) != NULL; errno = 0) {
        if (!is_dot(entry->d_name)) {
            APR_ARRAY_PUSH(*names, const char *) =
                apr_pstrdup(p, entry->d_name);
        }
    }
    status = errno;
    closedir(dir);
    return status;
}

static apr_status_t entry_remove(int parent, const char *name, int depth,
                                 apr_pool_t *p);

/* All names are read before the first goes: what a directory shows while it
 * changes is not defined. */
static apr_status_t dir_empty(int fd, int depth, apr_pool_t *p)
{
    apr_array_header_t *names;
    int copy = fcntl(fd, F_DUPFD_CLOEXEC, 0);
    apr_status_t status = copy < 0 ? errno : dir_read(&names, copy, p);
    int i;

    for (i = 0; status == APR_SUCCESS && i < names->nelts; i++) {
        status = entry_remove(fd, APR_ARRAY_IDX(names, i, const char *),
                              depth + 1, p);
    }
    return status;
}

static apr_status_t dir_remove(int parent, const char *name, int depth,
                               apr_pool_t *p)
{
    int fd;
    apr_status_t status;

    if (depth > DEPTH_MAX) {
        return APR_ENAMETOOLONG;
    }
    status = dir_open(&fd, parent, name);
    if (status != APR_SUCCESS) {
        return status;
    }
    status = dir_empty(fd, depth, p);
    close(fd);
    if (status == APR_SUCCESS && unlinkat(parent, name, AT_REMOVEDIR) != 0) {
        status = errno;
    }
    return status;
}

static apr_status_t entry_remove(int parent, const char *name, int depth,
                                 apr_pool_t *p)
{
    struct stat info;
    apr_status_t status = ae_fault_point();

    if (status != APR_SUCCESS) {
        return status;
    }
    if (fstatat(parent, name, &info, AT_SYMLINK_NOFOLLOW) != 0) {
        status = errno;
    } else if (S_ISDIR(info.st_mode)) {
        status = dir_remove(parent, name, depth, p);
    } else if (unlinkat(parent, name, 0) != 0) {
        status = errno;
    }
    return status == APR_ENOENT ? APR_SUCCESS : status;
}

apr_status_t ae_file_remove(const char *path, ae_error_t *err, apr_pool_t *p)
{
    ae_file_place_t place;
    apr_status_t status = ae_file_place_open(&place, path, p);

    if (status == APR_SUCCESS) {
        status = entry_remove(place.dir, place.name, 0, p);
        ae_file_place_close(&place);
    }
    if (status != APR_SUCCESS && status != APR_ENOENT) {
        return ae_file_failed(err, status, "remove", path);
    }
    return APR_SUCCESS;
}

static int name_compare(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* In place: what is kept moves to the front. */
static void names_tidy(apr_array_header_t *names)
{
    int kept = 0;
    int i;

    for (i = 0; i < names->nelts; i++) {
        const char *name = APR_ARRAY_IDX(names, i, const char *);

        if (name[0] != '.') {
            APR_ARRAY_IDX(names, kept++, const char *) = name;
        }
    }
    names->nelts = kept;
    qsort(names->elts, (apr_size_t)kept, sizeof(const char *), name_compare);
}

apr_status_t ae_file_list(apr_array_header_t **names, const char *dir,
                          ae_error_t *err, apr_pool_t *p)
{
    ae_file_place_t place;
    apr_status_t status = ae_file_place_open(&place, dir, p);
    int fd;

    if (status == APR_SUCCESS) {
        status = dir_open(&fd, place.dir, place.name);
        ae_file_place_close(&place);
    }
    if (status == APR_SUCCESS) {
        status = dir_read(names, fd, p);
    }
    if (status != APR_SUCCESS) {
        return ae_file_failed(err, status, "list", dir);
    }
    names_tidy(*names);
    return APR_SUCCESS;
}

static int is_stale(const struct stat *info, apr_interval_time_t age,
                    apr_time_t now)
{
    apr_interval_time_t since = now - apr_time_from_sec(info->st_mtime);

    return since >= age || since <= -age;
}

/* A directory is empty while it is made, and somebody else makes it. */
static void entry_sweep(int dir, const char *name, apr_interval_time_t age,
                        apr_time_t now)
{
    struct stat info;

    if (strncmp(name, AE_FILE_TEMP, strlen(AE_FILE_TEMP)) != 0 ||
        fstatat(dir, name, &info, AT_SYMLINK_NOFOLLOW) != 0 ||
        !is_stale(&info, age, now)) {
        return;
    }
    if (S_ISREG(info.st_mode)) {
        unlinkat(dir, name, 0);
    } else if (S_ISDIR(info.st_mode) && age > 0) {
        unlinkat(dir, name, AT_REMOVEDIR);
    }
}

static void dir_sweep(int fd, apr_interval_time_t age, apr_time_t now,
                      apr_pool_t *p)
{
    apr_array_header_t *names;
    int copy = fcntl(fd, F_DUPFD_CLOEXEC, 0);
    int i;

    if (copy < 0 || dir_read(&names, copy, p) != APR_SUCCESS) {
        return;
    }
    for (i = 0; i < names->nelts; i++) {
        entry_sweep(fd, APR_ARRAY_IDX(names, i, const char *), age, now);
    }
}

void ae_file_sweep(const char *dir, apr_interval_time_t age, apr_time_t now,
                   apr_pool_t *p)
{
    ae_file_place_t place;
    int fd;

    if (ae_file_place_open(&place, dir, p) != APR_SUCCESS) {
        return;
    }
    if (dir_open(&fd, place.dir, place.name) == APR_SUCCESS) {
        dir_sweep(fd, age, now, p);
        close(fd);
    }
    ae_file_place_close(&place);
}

int ae_file_exists(const char *path)
{
    struct stat info;

    return lstat(path, &info) == 0;
}
