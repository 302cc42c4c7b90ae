#ifndef EDGE_SECRET_H
#define EDGE_SECRET_H

/** Files with secrets that the administrator keeps outside of the store. */

#include "ae_key.h"

/** Check that it is a file, not a link, of root or of whoever runs this, that
 * nobody else may read or write. Absent is success: reading it says why.
 * @param leaked what to do where somebody may have read it, "ask for a new
 * one" @return APR_SUCCESS or AE_EUNSAFE. */
AE_CHECKED apr_status_t edge_secret_check(const char *path, const char *leaked,
                                          ae_error_t *err);

/** Check such a file and read the private key in it.
 * @return APR_SUCCESS; APR_ENOENT; AE_EUNSAFE; AE_EFORMAT; AE_ETOOBIG; the
 * system's status. */
AE_CHECKED apr_status_t edge_secret_key(ae_key_t **key, const char *path,
                                        ae_error_t *err, apr_pool_t *p);

#endif
