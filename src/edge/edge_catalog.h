#ifndef EDGE_CATALOG_H
#define EDGE_CATALOG_H

/** config.json: what httpd's configuration says of each certificate, for the
 * command, which reads no configuration. */

#include "edge_finding.h"
#include "edge_store.h"

typedef struct edge_catalog_t {
    const apr_array_header_t *certs; /* const edge_cert_t *, as configured */
    const apr_array_header_t *findings; /* const edge_finding_t *, or NULL */
    int restarts_itself;                /* ACMEReload is not none */
    int is_hot;        /* but hot: it deploys with no restart */
    int opens_port;    /* ACMEChallengePort, and no Listen has that port */
    const char *proxy; /* URL, or NULL; one with a password is not kept, */
    int proxy_hidden;  /* only that there is one */
} edge_catalog_t;

/** Parent: write it down, readable by all, where it is not there yet as it is
 * to be. @return APR_SUCCESS or the system's status. */
AE_CHECKED apr_status_t edge_catalog_save(const edge_store_t *store,
                                          const edge_catalog_t *catalog,
                                          ae_error_t *err, apr_pool_t *p);

/** Command: read what the last start wrote; it lives in `p`.
 * @return APR_SUCCESS; APR_ENOENT where none was written yet; AE_EVERSION for a
 * newer one; AE_EFORMAT, AE_ETOOBIG, AE_EUNSAFE for what is none; the system's
 * status. err names path and remedy. */
AE_CHECKED apr_status_t edge_catalog_load(edge_catalog_t *catalog,
                                          const char *store_dir,
                                          ae_error_t *err, apr_pool_t *p);

#endif
