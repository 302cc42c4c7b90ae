#include "ae_file_place.h"

#include "ae_random.h"

#include <apr_strings.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* A slash at the end would make the system follow a link in the last
 * component. */
static char *path_trim(const char *path, apr_pool_t *p)
{
    apr_size_t len = strlen(path);

    while (len > 1 && path[len - 1] == '/') {
        len--;
    }
    return apr_pstrmemdup(p, path, len);
}

apr_status_t ae_file_place_open(ae_file_place_t *place, const char *path,
                                apr_pool_t *p)
{
    char *parent = path_trim(path, p);
    char *slash = strrchr(parent, '/');

    place->path = path;
    place->name = apr_pstrdup(p, slash ? slash + 1 : parent);
    if (place->name[0] == '\0' || strcmp(place->name, ".") == 0 ||
        strcmp(place->name, "..") == 0) {
        return APR_EINVAL;
    }
    if (slash == NULL) {
        parent = ".";
    } else {
        slash[slash == parent] = '\0';
    }
    do {
        place->dir = open(parent, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    } while (place->dir < 0 && errno == EINTR);
    return place->dir < 0 ? errno : APR_SUCCESS;
}

void ae_file_place_close(ae_file_place_t *place)
{
    close(place->dir);
    place->dir = -1;
}

apr_status_t ae_file_temp_name(char *name, ae_error_t *err)
{
    unsigned char salt[8];
    apr_status_t status = ae_random_bytes(salt, sizeof(salt), err);

    if (status == APR_SUCCESS) {
        snprintf(name, AE_FILE_TEMP_SIZE,
                 AE_FILE_TEMP "%02x%02x%02x%02x%02x%02x%02x%02x", salt[0],
                 salt[1], salt[2], salt[3], salt[4], salt[5], salt[6],
                 salt[7]);
    }
    return status;
}

apr_status_t ae_file_failed(ae_error_t *err, apr_status_t status,
                            const char *verb, const char *path)
{
    ae_error_set(err, status, "Cannot %s %s", verb, path);
    if (status == AE_EUNSAFE) {
        return ae_error_why(err, "something else is there: a link, or not "
                                 "the kind of file that belongs there");
    }
    return ae_error_why_status(err, status);
}

int ae_file_gives(ae_file_owner_t owner)
{
    int named = owner.uid != (uid_t)-1 || owner.gid != (gid_t)-1;

    return named && geteuid() == 0;
}

apr_status_t ae_file_fd_own(int fd, mode_t mode, ae_file_owner_t owner)
{
    struct stat info;

    /* Before the mode: to give a file away takes bits from its mode. */
    if (ae_file_gives(owner) && fchown(fd, owner.uid, owner.gid) != 0) {
        return errno;
    }
    if (fstat(fd, &info) != 0) {
        return errno;
    }
    /* One may not set even the same mode on what belongs to others. */
    if ((info.st_mode & 07777) != mode && fchmod(fd, mode) != 0) {
        return errno;
    }
    return APR_SUCCESS;
}

apr_status_t ae_file_fd_sync(int fd)
{
    int result;

    do {
        result = fsync(fd);
    } while (result != 0 && errno == EINTR);
    return result ? errno : APR_SUCCESS;
}
