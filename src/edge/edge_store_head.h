#ifndef EDGE_STORE_HEAD_H
#define EDGE_STORE_HEAD_H

/** store.json: the version of the store and its sealing key. For the files of
 * edge_store.h alone. */

#include "ae_file.h"
#include "ae_seal.h"

/** Read it, of this version, and take it from the group's and others' eyes
 * where it lies open.
 * @return APR_SUCCESS; APR_ENOENT; AE_EVERSION; AE_EFORMAT; AE_EUNSAFE where
 * it belongs to somebody else; the system's status. */
AE_CHECKED apr_status_t edge_store_head_read(const ae_seal_t **seal,
                                             const char *path, int version,
                                             ae_error_t *err, apr_pool_t *p);

/** The same without touching its mode. */
AE_CHECKED apr_status_t edge_store_head_look(const ae_seal_t **seal,
                                             const char *path, int version,
                                             ae_error_t *err, apr_pool_t *p);

/** Make one with a new key. @return APR_SUCCESS; AE_ECRYPTO; the system's
 * status. */
AE_CHECKED apr_status_t edge_store_head_make(const ae_seal_t **seal,
                                             const char *path, int version,
                                             ae_error_t *err, apr_pool_t *p);

/** Say what helps where it is lost. @return err->status. */
apr_status_t edge_store_head_remedy(ae_error_t *err);

#endif
