#ifndef EDGE_STORE_SEALED_H
#define EDGE_STORE_SEALED_H

/** Keys as they lie in accounts/, staging/ and kept/: sealed, each under its
 * purpose. */

#include "ae_key.h"
#include "edge_store.h"

/** Read and open a key. @return APR_SUCCESS; APR_ENOENT; AE_ESEAL, AE_EFORMAT,
 * AE_EUNSAFE, AE_ETOOBIG; the system's status. */
AE_CHECKED apr_status_t edge_store_sealed_read(ae_key_t **key,
                                               const edge_store_t *store,
                                               const char *path,
                                               const char *purpose,
                                               ae_error_t *err, apr_pool_t *p);

/** Write a key, sealed and durable, before it returns. Root gives it to the
 * worker. @return APR_SUCCESS; AE_ECRYPTO; the system's status. */
AE_CHECKED apr_status_t edge_store_sealed_write(
    const ae_key_t *key, const edge_store_t *store, const char *path,
    const char *purpose, ae_error_t *err, apr_pool_t *p);

/** Make a key and write it in the same way.
 * @return APR_SUCCESS; AE_ECRYPTO; the system's status. */
AE_CHECKED apr_status_t edge_store_sealed_make(
    ae_key_t **key, ae_key_type_t type, const edge_store_t *store,
    const char *path, const char *purpose, ae_error_t *err, apr_pool_t *p);

#endif
