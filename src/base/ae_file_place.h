#ifndef AE_FILE_PLACE_H
#define AE_FILE_PLACE_H

/** Where a file lies: its directory, held open, and its name in it. Whatever
 * is done goes by this pair, so that no link can be slipped in between. For
 * the files of ae_file.h only. */

#include "ae_file.h"

#include <sys/stat.h>
#include <sys/types.h>

/** How the names of files and directories begin that are being made: with a
 * dot, not to be listed. */
#define AE_FILE_TEMP ".tmp-"
#define AE_FILE_TEMP_SIZE 24

typedef struct ae_file_place_t {
    int dir;          /* descriptor of the directory */
    const char *name; /* the last component, without a slash */
    const char *path; /* for messages */
} ae_file_place_t;

/** Open the directory that `path` lies in; give it back with
 * ae_file_place_close(). @return APR_SUCCESS; APR_EINVAL where the path ends
 * in no name; the system's status. */
AE_CHECKED apr_status_t ae_file_place_open(ae_file_place_t *place,
                                           const char *path, apr_pool_t *p);

void ae_file_place_close(ae_file_place_t *place);

/** Make up such a name, of AE_FILE_TEMP_SIZE bytes with its NUL at most, that
 * nobody has. @return APR_SUCCESS or the status of ae_random_bytes(). */
AE_CHECKED apr_status_t ae_file_temp_name(char *name, ae_error_t *err);

/** Explain a failure: "Cannot <verb> <path>", in the words of `status`.
 * @return status */
apr_status_t ae_file_failed(ae_error_t *err, apr_status_t status,
                            const char *verb, const char *path);

/** Whether this process gives away what it makes for `owner`. */
int ae_file_gives(ae_file_owner_t owner);

/** Give an open file or directory its owner, where the process has the
 * privilege to give anything away, and then its mode, whatever the umask.
 * @return APR_SUCCESS or the system's status. */
AE_CHECKED apr_status_t ae_file_fd_own(int fd, mode_t mode,
                                       ae_file_owner_t owner);

/** @return APR_SUCCESS or the system's status. */
AE_CHECKED apr_status_t ae_file_fd_sync(int fd);

#endif
