#ifndef EDGE_STAGED_H
#define EDGE_STAGED_H

/** The hands of parent and command in staging/<cert>: root moves things in a
 * directory that the worker writes at the same time. It goes by open
 * directories, never through links, and takes away nothing but the set that
 * it looked at. */

#include "edge_store.h"

typedef struct edge_staged_t edge_staged_t;

/** Take hold of the staged set, whatever it is; let go with `p`.
 * @return APR_SUCCESS; APR_ENOENT where nothing is staged; AE_EUNSAFE where a
 * link leads elsewhere; the system's status. */
AE_CHECKED apr_status_t edge_staged_open(edge_staged_t **staged,
                                         const edge_store_t *store,
                                         const edge_cert_t *cert,
                                         ae_error_t *err, apr_pool_t *p);

/** Make it staging/<cert>/refused; one refused before gives way. What cannot
 * be moved stays.
 * @return false where another set was put in its place meanwhile, which stays
 * too. */
int edge_staged_refuse(edge_staged_t *staged, apr_pool_t *p);

/** Remove it; what cannot be removed stays, and so does another set that was
 * put in its place meanwhile. */
void edge_staged_remove(edge_staged_t *staged, apr_pool_t *p);

/** @return APR_SUCCESS where nothing is staged; APR_EEXIST, err says what to
 * do about it; AE_EUNSAFE; the system's status. */
AE_CHECKED apr_status_t edge_staged_none(const edge_store_t *store,
                                         const edge_cert_t *cert,
                                         ae_error_t *err, apr_pool_t *p);

/** Put a set where the worker puts what it was issued, and give it to the
 * worker, without the key where that is of ACMECSR: by one rename, and only
 * where nothing is staged. Whoever calls has entered the store
 * (edge_store_enter) and checked the pair.
 * @return APR_SUCCESS; APR_EEXIST where something is staged already; AE_EUNSAFE
 * where a link leads elsewhere; AE_ECRYPTO; the system's status. */
AE_CHECKED apr_status_t edge_staged_put(const edge_store_t *store,
                                        const edge_cert_t *cert,
                                        const ae_key_t *key,
                                        const ae_cert_t *chain,
                                        ae_error_t *err, apr_pool_t *p);

#endif
