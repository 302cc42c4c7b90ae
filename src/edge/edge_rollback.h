#ifndef EDGE_ROLLBACK_H
#define EDGE_ROLLBACK_H

/** The certificate before this one. Command only. */

#include "edge_store.h"

/** Find in archive/ what was live before the one in use, and can go live again:
 * of the configured key type, and judged as if it were new
 * (edge_pair_judge). What cannot is passed over. Before a certificate that
 * was itself brought back are those that were before it the first time: who
 * goes back twice goes back further. Both live in `p`.
 * @return APR_SUCCESS; APR_ENOENT where there is none before it; AE_EMISMATCH
 * where none of them can go live: err says why the last of them cannot. */
AE_CHECKED apr_status_t edge_rollback_find(ae_key_t **key, ae_cert_t **chain,
                                           const edge_store_t *store,
                                           const edge_cert_t *cert,
                                           apr_time_t now, ae_error_t *err,
                                           apr_pool_t *p);

#endif
