#ifndef AE_SECRET_H
#define AE_SECRET_H

/** Memory for secrets. */

#include <apr_pools.h>

/** Zeroed memory of `len` bytes, cleansed before `p` gives it back. */
void *ae_secret_alloc(apr_size_t len, apr_pool_t *p);

#endif
