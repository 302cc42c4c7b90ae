#ifndef HTTPD_TLS_H
#define HTTPD_TLS_H

/** Certificate files for mod_ssl: what is live, or a fallback with which it
 * answers 503 until the first certificate is there. Parent, at start. */

#include "ae_log.h"
#include "edge_store.h"
#include "httpd_config.h"
#include "httpd_contexts.h"
#include "httpd_serve.h"

#include <apr_tables.h>

typedef struct httpd_tls_t httpd_tls_t;

/** Borrowed; must outlive it. */
typedef struct httpd_tls_config_t {
    const char *store_dir;
    const edge_store_t *store; /* NULL: none that can be written */
    const ae_log_t *log;
    apr_array_header_t *findings; /* edge_finding.h */
    int quiet;  /* httpd's first pass: the second tells all again */
    int is_hot; /* a host without a live one is not mod_ssl's to answer for */
    httpd_contexts_t *contexts; /* told of each host; or NULL */
    httpd_serve_t *serve;       /* the same */
} httpd_tls_config_t;

/** Create. A directory for fallbacks of this start alone, made where
 * the store has none and takes none, is removed with `ptemp`. */
httpd_tls_t *httpd_tls_create(const httpd_tls_config_t *config, apr_pool_t *p,
                              apr_pool_t *ptemp);

/** Hook ssl_add_cert_files: the live files of a managed host, of each type of
 * key that has some; where it is hot and has none, a fallback. One that has
 * files of its own keeps them. @return OK or DECLINED. */
int httpd_tls_add(httpd_tls_t *tls, const server_rec *s,
                  apr_array_header_t *cert_files,
                  apr_array_header_t *key_files, apr_pool_t *p);

/** Hook ssl_add_fallback_cert_files. @return OK or DECLINED. */
int httpd_tls_add_fallback(httpd_tls_t *tls, const server_rec *s,
                           apr_array_header_t *cert_files,
                           apr_array_header_t *key_files, apr_pool_t *p);

#endif
