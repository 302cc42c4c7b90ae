#ifndef AE_FILE_H
#define AE_FILE_H

/** Files that are there whole or not at all, on POSIX.
 *
 * Every path here may lie in a directory that a less trusted process writes:
 * the last component is never followed where it is a symbolic link. */

#include "ae_bytes.h"
#include "ae_error.h"

#include <apr_tables.h>
#include <sys/types.h>

/** Owner of what is written; (uid_t)-1 and (gid_t)-1: whoever writes. */
typedef struct ae_file_owner_t {
    uid_t uid;
    gid_t gid;
} ae_file_owner_t;

typedef enum ae_file_durability_t {
    AE_FILE_DURABLE, /* on the disk when the call returns */
    AE_FILE_VOLATILE /* can be made again: not worth an fsync */
} ae_file_durability_t;

/** Write a file: temporary name in the same directory, write, mode, owner,
 * fsync, checked close, rename, fsync of the directory. On failure nothing is
 * left but what was there, unless it was the last step that failed. Who lacks
 * the privilege to give files away writes his own.
 * @return APR_SUCCESS; APR_EINVAL, as from all below, where the path ends in
 * no name; the system's status. */
AE_CHECKED apr_status_t ae_file_write(const char *path, ae_bytes_t bytes,
                                      mode_t mode, ae_file_owner_t owner,
                                      ae_file_durability_t durability,
                                      ae_error_t *err, apr_pool_t *p);

/** Read a regular file of at most `max` bytes into `p`, NUL-terminated beyond
 * its end, cleansed when `p` is cleared. @return APR_SUCCESS; APR_ENOENT
 * (err is written too); AE_ETOOBIG; AE_EUNSAFE for a link or no regular
 * file; the system's status. */
AE_CHECKED apr_status_t ae_file_read(ae_bytes_t *bytes, const char *path,
                                     apr_size_t max, ae_error_t *err,
                                     apr_pool_t *p);

/** Make a directory, or give the one that is there this mode and owner. One
 * that is made appears with its owner, as ae_file_write() has its files.
 * @return APR_SUCCESS; AE_EUNSAFE where something else is there; the
 * system's status. */
AE_CHECKED apr_status_t ae_file_make_dir(const char *path, mode_t mode,
                                         ae_file_owner_t owner,
                                         ae_error_t *err, apr_pool_t *p);

/** Rename a file or directory and fsync both parents. An empty directory at
 * `to` is replaced. @return APR_SUCCESS or the system's status. */
AE_CHECKED apr_status_t ae_file_rename(const char *from, const char *to,
                                       ae_error_t *err, apr_pool_t *p);

/** Remove a file or a whole tree, never through links; absent is success.
 * @return APR_SUCCESS; APR_ENAMETOOLONG for a tree deeper than 32 levels; the
 * system's status. */
AE_CHECKED apr_status_t ae_file_remove(const char *path, ae_error_t *err,
                                       apr_pool_t *p);

/** The names in a directory, const char *, sorted, without those that begin
 * with a dot. @return APR_SUCCESS; APR_ENOENT; AE_EUNSAFE where it is no
 * directory; the system's status. */
AE_CHECKED apr_status_t ae_file_list(apr_array_header_t **names,
                                     const char *dir, ae_error_t *err,
                                     apr_pool_t *p);

/** Remove what ae_file_write() and ae_file_make_dir() left in a directory when
 * they were killed: what was written last at least `age` before `now`, or after
 * it, by a clock that was set back. What cannot be removed stays.
 * @param age more than any write takes; 0 where nobody else writes files, and
 * directories stay */
void ae_file_sweep(const char *dir, apr_interval_time_t age, apr_time_t now,
                   apr_pool_t *p);

/** Whether something is there, links not followed. */
int ae_file_exists(const char *path);

#endif
