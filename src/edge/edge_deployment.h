#ifndef EDGE_DEPLOYMENT_H
#define EDGE_DEPLOYMENT_H

/** How deploy/<cert>.json comes to be; edge_live.h says how it is read. */

#include "edge_live.h"

/** Parent: write it down, for the worker, who must not order in a loop what is
 * refused, and for people. Where it cannot be written, the one before stays.
 * @return APR_SUCCESS or the system's status. */
AE_CHECKED apr_status_t edge_deployment_save(const edge_deployment_t *d,
                                             const edge_store_t *store,
                                             const edge_cert_t *cert,
                                             ae_error_t *err, apr_pool_t *p);

/** Parent: note that what waits in live/ is served since `now`, or why it is
 * not yet. Where nothing waits, or the same was noted, nothing is written: what
 * another httpd with the same store deployed has its record already.
 * @param by what brought it to who serves it
 * @param trouble NULL: it is served
 * @return APR_SUCCESS or the system's status. */
AE_CHECKED apr_status_t edge_deployment_served(
    const edge_store_t *store, const edge_cert_t *cert, edge_deployed_by_t by,
    const ae_error_t *trouble, apr_time_t now, ae_error_t *err, apr_pool_t *p);

/** Parent: note that who was to serve what is live cannot, and why: it waits
 * again. Where it waits already, or there is no record, nothing is written.
 * @return APR_SUCCESS or the system's status. */
AE_CHECKED apr_status_t edge_deployment_unserved(const edge_store_t *store,
                                                 const edge_cert_t *cert,
                                                 const ae_error_t *trouble,
                                                 ae_error_t *err,
                                                 apr_pool_t *p);

/** Parent: set a damaged record aside.
 * @return APR_SUCCESS, also where there is none; AE_EFORMAT and others of
 * edge_record_read for one that is damaged. */
AE_CHECKED apr_status_t edge_deployment_check(const edge_store_t *store,
                                              const edge_cert_t *cert,
                                              ae_error_t *err, apr_pool_t *p);

#endif
