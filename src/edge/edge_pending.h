#ifndef EDGE_PENDING_H
#define EDGE_PENDING_H

/** What an administrator does with a certificate that is staged, by the command
 * or the manager page. `seen` is the serial of the one that is meant: where
 * another one was staged meanwhile, nothing is done; NULL: whichever is there.
 * Each returns APR_SUCCESS; APR_ENOENT where nothing is staged; AE_EMISMATCH
 * where it is another one; the system's status. */

#include "edge_store.h"

/** Let it go live at the next moment, whatever ACMEDeploy says.
 * @param serial of it, from `p`
 * @return also AE_EMISMATCH where it is not as configured and cannot go
 * live. */
AE_CHECKED apr_status_t edge_pending_deploy(const char **serial,
                                            const edge_store_t *store,
                                            const edge_cert_t *cert,
                                            const char *seen, apr_time_t now,
                                            ae_error_t *err, apr_pool_t *p);

/** Root: remove it, with what was approved of it, and tell the worker, so that
 * it orders no other one at once.
 * @param untold what of that could not be told; what "": all is well
 * @return also APR_EGENERAL where it is still there. */
AE_CHECKED apr_status_t edge_pending_discard(ae_error_t *untold,
                                             const edge_store_t *store,
                                             const edge_cert_t *cert,
                                             const char *seen, apr_time_t now,
                                             ae_error_t *err, apr_pool_t *p);

/** Who is not root: have the worker do the same.
 * @param serial of it, from `p` */
AE_CHECKED apr_status_t edge_pending_ask_discard(
    const char **serial, const edge_store_t *store, const edge_cert_t *cert,
    const char *seen, apr_time_t now, ae_error_t *err, apr_pool_t *p);

#endif
