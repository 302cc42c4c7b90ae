#include "edge_live.h"

#include "edge_pair.h"

#include <apr_strings.h>

static edge_live_paths_t paths_of(const char *store_dir,
                                  const edge_cert_t *cert, ae_key_type_t type,
                                  apr_pool_t *p)
{
    const char *base = apr_pstrcat(p, store_dir, "/live/", cert->dir, "/",
                                   ae_key_type_word(type), NULL);
    edge_live_paths_t paths;

    paths.cert = apr_pstrcat(p, base, ".cert", NULL);
    paths.key = apr_pstrcat(p, base, ".key", NULL);
    return paths;
}

static int is_there(const char *store_dir, const edge_cert_t *cert,
                    ae_key_type_t type, apr_pool_t *p)
{
    edge_live_paths_t paths = paths_of(store_dir, cert, type, p);

    return ae_file_exists(paths.cert) || ae_file_exists(paths.key);
}

ae_key_type_t edge_live_type(const char *store_dir, const edge_cert_t *cert,
                             apr_pool_t *p)
{
    int i;

    if (is_there(store_dir, cert, cert->key_type, p)) {
        return cert->key_type;
    }
    for (i = 0; i < AE_KEY_TYPES; i++) {
        if (is_there(store_dir, cert, (ae_key_type_t)i, p)) {
            return (ae_key_type_t)i;
        }
    }
    return cert->key_type;
}

edge_live_paths_t edge_live_paths(const char *store_dir,
                                  const edge_cert_t *cert, apr_pool_t *p)
{
    return paths_of(store_dir, cert, edge_live_type(store_dir, cert, p), p);
}

apr_status_t edge_live_load(ae_cert_t **chain, const char *store_dir,
                            const edge_cert_t *cert, ae_error_t *err,
                            apr_pool_t *p)
{
    edge_live_paths_t paths = edge_live_paths(store_dir, cert, p);

    return edge_pair_load_chain(chain, paths.cert, err, p);
}

apr_status_t edge_live_check(const char *store_dir, const edge_cert_t *cert,
                             ae_error_t *err, apr_pool_t *p)
{
    apr_pool_t *ptemp;
    edge_live_paths_t paths;
    ae_cert_t *chain;
    apr_status_t status;

    apr_pool_create(&ptemp, p);
    paths = edge_live_paths(store_dir, cert, ptemp);
    status = edge_pair_load(&chain, paths.cert, paths.key, err, ptemp);
    apr_pool_destroy(ptemp);
    return status;
}
