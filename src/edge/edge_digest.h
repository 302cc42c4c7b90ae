#ifndef EDGE_DIGEST_H
#define EDGE_DIGEST_H

/** Names for what is too long for a name. */

#include "ae_bytes.h"

#include <apr_pools.h>

/** SHA-256 of the text, 64 hexadecimal digits, from `p`. */
const char *edge_digest_text(const char *text, apr_pool_t *p);

/** The same of bytes. */
const char *edge_digest_bytes(ae_bytes_t bytes, apr_pool_t *p);

#endif
