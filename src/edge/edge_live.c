#include "edge_live.h"

#include "edge_pair.h"
#include "edge_seen.h"

#include <apr_strings.h>

static const char *dir_of(const char *store_dir, const edge_cert_t *cert,
                          apr_pool_t *p)
{
    return apr_pstrcat(p, store_dir, "/live/", cert->dir, NULL);
}

ae_key_type_t edge_live_type(const char *store_dir, const edge_cert_t *cert,
                             apr_pool_t *p)
{
    return edge_pair_type(dir_of(store_dir, cert, p), cert->key_type, p);
}

edge_live_paths_t edge_live_paths(const char *store_dir,
                                  const edge_cert_t *cert, apr_pool_t *p)
{
    const char *base = apr_pstrcat(
        p, dir_of(store_dir, cert, p), "/",
        ae_key_type_word(edge_live_type(store_dir, cert, p)), NULL);
    edge_live_paths_t paths;

    paths.cert = apr_pstrcat(p, base, ".cert", NULL);
    paths.key = apr_pstrcat(p, base, ".key", NULL);
    return paths;
}

apr_status_t edge_live_load(ae_cert_t **chain, const char *store_dir,
                            const edge_cert_t *cert, ae_error_t *err,
                            apr_pool_t *p)
{
    edge_live_paths_t paths = edge_live_paths(store_dir, cert, p);

    return edge_pair_load_chain(chain, paths.cert, err, p);
}

apr_status_t edge_live_facts(const ae_cert_facts_t **facts,
                             const char *store_dir, const edge_cert_t *cert,
                             ae_error_t *err, apr_pool_t *p)
{
    edge_live_paths_t paths = edge_live_paths(store_dir, cert, p);
    ae_cert_t *chain;
    apr_status_t status;

    *facts = edge_seen_chain(paths.cert, p);
    if (*facts) {
        return APR_SUCCESS;
    }
    status = edge_pair_load_chain(&chain, paths.cert, err, p);
    if (status == APR_SUCCESS) {
        *facts = ae_cert_facts(chain);
    }
    return status;
}

apr_status_t edge_live_check(const char *store_dir, const edge_cert_t *cert,
                             ae_error_t *err, apr_pool_t *p)
{
    return edge_pair_check(dir_of(store_dir, cert, p), cert->key_type, err, p);
}
