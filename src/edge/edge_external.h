#ifndef EDGE_EXTERNAL_H
#define EDGE_EXTERNAL_H

/** External account binding (RFC 8555 section 7.3.4): the credentials that a
 * CA gave to a customer, with which alone it opens an account. */

#include "acme_jws.h"
#include "edge_provider.h"

#include <apr_tables.h>

typedef struct edge_external_t {
    const char *provider; /* edge_provider_t's name */
    acme_eab_t eab;       /* the key cleansed with its pool */
    const char *digest;   /* another one: other credentials */
} edge_external_t;

/** Read credentials: the key identifier, and the file with the secret, which
 * root, or who asks, owns and nobody else can read. Lives in `p`.
 * @return APR_SUCCESS; AE_EFORMAT for an identifier or a content that cannot
 * be right; AE_EUNSAFE for a link, no file, or one that others own or can read;
 * AE_ETOOBIG; the system's status. The content is never told. */
AE_CHECKED apr_status_t edge_external_read(const edge_external_t **external,
                                           const edge_provider_t *provider,
                                           const char *kid, const char *path,
                                           ae_error_t *err, apr_pool_t *p);

/** Decode the content of such a file: base64url or base64 in one line, 16 to
 * 512 bytes. The secret lives in `p` and is cleansed with it.
 * @return APR_SUCCESS or AE_EFORMAT. */
AE_CHECKED apr_status_t edge_external_decode(ae_bytes_t *secret,
                                             ae_bytes_t text, ae_error_t *err,
                                             apr_pool_t *p);

/** The credentials for a provider among const edge_external_t *, or NULL.
 * @param externals may be NULL */
const edge_external_t *edge_external_find(const apr_array_header_t *externals,
                                          const edge_provider_t *provider);

#endif
