#ifndef EDGE_ARCHIVE_H
#define EDGE_ARCHIVE_H

/** archive/<cert>/<n>: what was live before, numbered upwards from "0001":
 * the last ten, and before them one of each month. Parent and command only. */

#include "edge_store.h"

/** One that was live before. */
typedef struct edge_archived_t {
    apr_int64_t number;
    const char *path;
    ae_key_type_t type; /* of its key */
    const char *cert;   /* the files */
    const char *key;
} edge_archived_t;

/** All of them, whole or not, edge_archived_t, the newest first; from `p`. */
const apr_array_header_t *edge_archive_list(const edge_store_t *store,
                                            const edge_cert_t *cert,
                                            apr_pool_t *p);

/** The path that the next one is to have; archive/<cert> is made.
 * @return APR_SUCCESS or the system's status. */
AE_CHECKED apr_status_t edge_archive_next(const char **path,
                                          const edge_store_t *store,
                                          const edge_cert_t *cert,
                                          ae_error_t *err, apr_pool_t *p);

/** The path of the newest that is whole and not revoked, or NULL. */
const char *edge_archive_newest(const edge_store_t *store,
                                const edge_cert_t *cert, apr_pool_t *p);

/** The path of archive/<cert>/damaged: no number, and so never brought back.
 * What was there is removed, archive/<cert> is made.
 * @return APR_SUCCESS or the system's status. */
AE_CHECKED apr_status_t edge_archive_damaged(const char **path,
                                             const edge_store_t *store,
                                             const edge_cert_t *cert,
                                             ae_error_t *err, apr_pool_t *p);

/** Remove what edge_thin() does not keep; what cannot be removed stays. */
void edge_archive_prune(const edge_store_t *store, const edge_cert_t *cert,
                        apr_time_t now, apr_pool_t *p);

#endif
