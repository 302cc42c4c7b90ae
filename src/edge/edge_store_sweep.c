#include "edge_store.h"

#include <apr_strings.h>

/* No write takes as long, on no disk. */
#define HOUR apr_time_from_sec(3600)

/* Staged sets lie this deep: staging/<cert>/order. */
#define DEPTH_MAX 2

void edge_store_sweep(const edge_store_t *store, apr_time_t now, apr_pool_t *p)
{
    static const char *const roots[] = {"deploy", "fallback", "requests"};
    apr_pool_t *ptemp;
    apr_size_t i;

    apr_pool_create(&ptemp, p);
    ae_file_sweep(edge_store_dir(store), HOUR, now, ptemp);
    for (i = 0; i < sizeof(roots) / sizeof(roots[0]); i++) {
        ae_file_sweep(edge_store_path(store, ptemp, roots[i], NULL), HOUR, now,
                      ptemp);
    }
    apr_pool_destroy(ptemp);
}

static void sweep_below(const char *dir, int depth, apr_pool_t *p)
{
    apr_array_header_t *names;
    ae_error_t ignored;
    apr_pool_t *ptemp;
    int i;

    apr_pool_create(&ptemp, p);
    ae_file_sweep(dir, 0, 0, ptemp);
    if (depth < DEPTH_MAX &&
        ae_file_list(&names, dir, &ignored, ptemp) == APR_SUCCESS) {
        for (i = 0; i < names->nelts; i++) {
            sweep_below(apr_pstrcat(ptemp, dir, "/",
                                    APR_ARRAY_IDX(names, i, const char *),
                                    NULL),
                        depth + 1, ptemp);
        }
    }
    apr_pool_destroy(ptemp);
}

void edge_store_sweep_workers(const edge_store_t *store, apr_pool_t *p)
{
    static const char *const workers[] = {"accounts", "staging", "state"};
    apr_size_t i;

    for (i = 0; i < sizeof(workers) / sizeof(workers[0]); i++) {
        sweep_below(edge_store_path(store, p, workers[i], NULL), 0, p);
    }
}
