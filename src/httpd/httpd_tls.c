#include "httpd_tls.h"

#include "edge_fallback.h"
#include "httpd_files.h"

#include <apr_file_info.h>
#include <apr_strings.h>
#include <stdlib.h>

#define PRIVATE_TEMPLATE "acme-edge-XXXXXX"

struct httpd_tls_t {
    httpd_tls_config_t config;
    /* Each NULL until it is needed. */
    edge_fallback_t *stored;
    edge_fallback_t *private; /* of this start alone */
    apr_pool_t *ptemp;
};

httpd_tls_t *httpd_tls_create(const httpd_tls_config_t *config, apr_pool_t *p,
                              apr_pool_t *ptemp)
{
    httpd_tls_t *tls = apr_pcalloc(p, sizeof(*tls));

    tls->config = *config;
    tls->ptemp = ptemp;
    return tls;
}

/* --- what is live ------------------------------------------------------- */

/* That nothing is live yet, or no store is there, is told elsewhere. */
static int is_absent(const ae_error_t *err)
{
    return err->next[0] == '\0' && (APR_STATUS_IS_ENOENT(err->status) ||
                                    APR_STATUS_IS_ENOTDIR(err->status));
}

/* @return whether a former one can be served instead. */
static int mend_live(const httpd_tls_t *tls, const edge_cert_t *cert,
                     ae_error_t *err)
{
    int is_mended = tls->config.store != NULL &&
                    edge_live_mend(tls->config.store, cert, err, tls->ptemp);

    if (!tls->config.quiet && !is_absent(err)) {
        ae_log(tls->config.log, AE_LOG_ERROR,
               "AE077: %s: the live certificate cannot be served: %s; %s",
               cert->name, ae_error_line(err, tls->ptemp),
               is_mended ? "it is renewed when its time comes"
                         : "until another one is deployed the host answers "
                           "503");
    }
    return is_mended;
}

static int is_live(const httpd_tls_t *tls, const edge_cert_t *cert)
{
    ae_error_t err;

    return edge_live_check(tls->config.store_dir, cert, &err, tls->ptemp) ==
               APR_SUCCESS ||
           mend_live(tls, cert, &err);
}

/* Another module may have brought some that no directive tells of. */
static void tell_files(const httpd_tls_t *tls, const edge_cert_t *cert,
                       const server_rec *s)
{
    const edge_finding_t *finding =
        tls->config.quiet ? NULL
                          : httpd_files_tell(tls->config.findings, cert, s);

    if (finding != NULL) {
        ae_log(tls->config.log, finding->level, "%s",
               edge_finding_line(finding, tls->ptemp));
    }
}

/* @return bit n: its nth type of key */
static unsigned add_live(httpd_tls_t *tls, const edge_cert_t *cert,
                         apr_array_header_t *cert_files,
                         apr_array_header_t *key_files, apr_pool_t *p)
{
    unsigned bit, added = 0;

    for (bit = 1; cert != NULL; cert = cert->sibling, bit <<= 1) {
        edge_live_paths_t paths;

        if (is_live(tls, cert)) {
            paths = edge_live_paths(tls->config.store_dir, cert, p);
            APR_ARRAY_PUSH(cert_files, const char *) = paths.cert;
            APR_ARRAY_PUSH(key_files, const char *) = paths.key;
            added |= bit;
        }
    }
    return added;
}

static void note_host(const httpd_tls_t *tls, const server_rec *s,
                      const edge_cert_t *cert)
{
    if (tls->config.contexts != NULL) {
        httpd_contexts_add(tls->config.contexts, s, cert);
    }
}

int httpd_tls_add(httpd_tls_t *tls, const server_rec *s,
                  apr_array_header_t *cert_files,
                  apr_array_header_t *key_files, apr_pool_t *p)
{
    const edge_cert_t *cert = httpd_plan_cert_of(s);
    unsigned own;

    if (cert == NULL) {
        return DECLINED;
    }
    if (cert_files->nelts > 0) {
        tell_files(tls, cert, s);
        return DECLINED;
    }
    own = add_live(tls, cert, cert_files, key_files, p);
    if (own == 0 && tls->config.is_hot) {
        httpd_tls_add_fallback(tls, s, cert_files, key_files, p);
    }
    if (own != 0) {
        note_host(tls, s, cert);
    }
    if (cert_files->nelts > 0 && tls->config.serve != NULL) {
        httpd_serve_add(tls->config.serve, s, cert, own);
    }
    return cert_files->nelts > 0 ? OK : DECLINED;
}

/* --- fallbacks ---------------------------------------------------------- */

static apr_status_t private_dir_remove(void *data)
{
    apr_pool_t *p;
    ae_error_t err;
    apr_status_t rv;

    apr_pool_create(&p, NULL);
    rv = ae_file_remove(data, &err, p);
    apr_pool_destroy(p);
    return rv;
}

static char *private_dir_in(const char *parent, apr_pool_t *ptemp)
{
    return mkdtemp(apr_pstrcat(ptemp, parent, "/" PRIVATE_TEMPLATE, NULL));
}

static apr_status_t private_dir_make(const char **dir, apr_pool_t *ptemp,
                                     ae_error_t *err)
{
    const char *parent = ap_runtime_dir_relative(ptemp, "");
    char *path = private_dir_in(parent, ptemp);
    apr_status_t rv = path ? APR_SUCCESS : apr_get_os_error();

    if (path == NULL && apr_temp_dir_get(&parent, ptemp) == APR_SUCCESS) {
        path = private_dir_in(parent, ptemp);
    }
    if (path == NULL) {
        ae_error_set(err, rv, "Cannot make a directory in %s", parent);
        return ae_error_why_status(err, rv);
    }
    *dir = path;
    apr_pool_cleanup_register(ptemp, path, private_dir_remove,
                              apr_pool_cleanup_null);
    return APR_SUCCESS;
}

static apr_status_t private_open(httpd_tls_t *tls, ae_error_t *err)
{
    const char *dir = NULL;
    apr_status_t rv = private_dir_make(&dir, tls->ptemp, err);

    if (rv != APR_SUCCESS) {
        return rv;
    }
    return edge_fallback_open(&tls->private, dir, apr_time_now(), err,
                              tls->ptemp);
}

static apr_status_t private_fallback(edge_live_paths_t *paths,
                                     httpd_tls_t *tls, const edge_cert_t *cert,
                                     ae_error_t *err, apr_pool_t *p)
{
    apr_status_t rv = tls->private ? APR_SUCCESS : private_open(tls, err);

    if (rv != APR_SUCCESS) {
        return rv;
    }
    return tls->config.quiet
               ? edge_fallback_lend(paths, tls->private, cert, err, p)
               : edge_fallback_provide(paths, tls->private, cert, err, p);
}

static const char *fallback_dir(const httpd_tls_t *tls)
{
    return apr_pstrcat(tls->ptemp, tls->config.store_dir, "/fallback", NULL);
}

static apr_status_t stored_fallback(edge_live_paths_t *paths, httpd_tls_t *tls,
                                    const edge_cert_t *cert, ae_error_t *err,
                                    apr_pool_t *p)
{
    apr_status_t rv = APR_SUCCESS;

    if (tls->stored == NULL) {
        rv = edge_fallback_open(&tls->stored, fallback_dir(tls),
                                apr_time_now(), err, tls->ptemp);
    }
    if (rv == APR_SUCCESS) {
        rv = edge_fallback_provide(paths, tls->stored, cert, err, p);
    }
    if (rv != APR_SUCCESS && tls->private == NULL) {
        ae_log(tls->config.log, AE_LOG_WARNING,
               "AE083: the fallback certificates cannot be kept: %s; they "
               "are made anew at every start",
               ae_error_line(err, tls->ptemp));
    }
    return rv;
}

static apr_status_t find_fallback(edge_live_paths_t *paths, httpd_tls_t *tls,
                                  const edge_cert_t *cert, ae_error_t *err,
                                  apr_pool_t *p)
{
    int found = tls->config.store
                    ? stored_fallback(paths, tls, cert, err, p) == APR_SUCCESS
                    : edge_fallback_find(paths, fallback_dir(tls), cert,
                                         apr_time_now(), p);

    return found ? APR_SUCCESS : private_fallback(paths, tls, cert, err, p);
}

int httpd_tls_add_fallback(httpd_tls_t *tls, const server_rec *s,
                           apr_array_header_t *cert_files,
                           apr_array_header_t *key_files, apr_pool_t *p)
{
    const edge_cert_t *cert = httpd_plan_cert_of(s);
    edge_live_paths_t paths;
    ae_error_t err;

    if (cert == NULL || cert_files->nelts > 0) {
        return DECLINED;
    }
    if (find_fallback(&paths, tls, cert, &err, p) != APR_SUCCESS) {
        ae_log(tls->config.log, AE_LOG_ERROR,
               "AE078: %s: no fallback certificate could be made: %s; without "
               "any mod_ssl does not start",
               cert->name, ae_error_line(&err, tls->ptemp));
        return DECLINED;
    }
    APR_ARRAY_PUSH(cert_files, const char *) = paths.cert;
    APR_ARRAY_PUSH(key_files, const char *) = paths.key;
    note_host(tls, s, cert);
    return OK;
}
