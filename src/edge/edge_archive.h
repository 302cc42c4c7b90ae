#ifndef EDGE_ARCHIVE_H
#define EDGE_ARCHIVE_H

/** archive/<cert>/<n>: what was live before, the last ten, numbered upwards
 * from "0001". Parent only. */

#include "edge_store.h"

/** The path that the next one is to have; archive/<cert> is made.
 * @return APR_SUCCESS or the system's status. */
AE_CHECKED apr_status_t edge_archive_next(const char **path,
                                          const edge_store_t *store,
                                          const edge_cert_t *cert,
                                          ae_error_t *err, apr_pool_t *p);

/** The path of the newest that is whole, or NULL. */
const char *edge_archive_newest(const edge_store_t *store,
                                const edge_cert_t *cert, apr_pool_t *p);

/** The path of archive/<cert>/damaged: no number, and so never brought back.
 * What was there is removed, archive/<cert> is made.
 * @return APR_SUCCESS or the system's status. */
AE_CHECKED apr_status_t edge_archive_damaged(const char **path,
                                             const edge_store_t *store,
                                             const edge_cert_t *cert,
                                             ae_error_t *err, apr_pool_t *p);

/** Remove all but the last ten; what cannot be removed stays. */
void edge_archive_prune(const edge_store_t *store, const edge_cert_t *cert,
                        apr_pool_t *p);

#endif
