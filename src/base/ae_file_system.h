#ifndef AE_FILE_SYSTEM_H
#define AE_FILE_SYSTEM_H

/** What kind of file system a directory lies on. */

#include <apr_pools.h>

/** In words, "NFS", for a kind that keeps its files elsewhere or may do so;
 * NULL for all others. Pure.
 * @param magic what statfs(2) of Linux calls f_type */
const char *ae_file_system_word(apr_uint32_t magic);

/** The same for a path, or the nearest directory above that exists; NULL also
 * where the system does not tell. `p` is for scratch. */
const char *ae_file_system_far(const char *path, apr_pool_t *p);

#endif
