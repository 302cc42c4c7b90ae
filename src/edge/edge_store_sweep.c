#include "edge_store.h"

#include <apr_strings.h>

/* No write takes as long, on no disk. */
#define HOUR apr_time_from_sec(3600)

/* Staged sets lie this deep: staging/<cert>/order. */
#define DEPTH_MAX 2

typedef struct sweep_t {
    apr_interval_time_t age;
    apr_time_t now;
    int depth; /* as files lie */
} sweep_t;

static void sweep_below(const char *dir, const sweep_t *sweep, int depth,
                        apr_pool_t *p)
{
    apr_array_header_t *names;
    ae_error_t ignored;
    apr_pool_t *ptemp;
    int i;

    apr_pool_create(&ptemp, p);
    ae_file_sweep(dir, sweep->age, sweep->now, ptemp);
    if (depth < sweep->depth &&
        ae_file_list(&names, dir, &ignored, ptemp) == APR_SUCCESS) {
        for (i = 0; i < names->nelts; i++) {
            sweep_below(apr_pstrcat(ptemp, dir, "/",
                                    APR_ARRAY_IDX(names, i, const char *),
                                    NULL),
                        sweep, depth + 1, ptemp);
        }
    }
    apr_pool_destroy(ptemp);
}

/* Nobody who puts a set there has entered the store now. */
static void sweep_incoming(const edge_store_t *store, apr_pool_t *p)
{
    ae_error_t ignored;
    apr_status_t status = ae_file_remove(
        edge_store_path(store, p, "archive", EDGE_STORE_INCOMING, NULL),
        &ignored, p);

    (void)status;
}

void edge_store_sweep(const edge_store_t *store, apr_time_t now, apr_pool_t *p)
{
    static const char *const flat[] = {"deploy", "fallback", "requests",
                                       "staging"};
    sweep_t sweep = {HOUR, now, 0};
    apr_size_t i;

    sweep_incoming(store, p);
    sweep_below(edge_store_dir(store), &sweep, 0, p);
    for (i = 0; i < sizeof(flat) / sizeof(flat[0]); i++) {
        sweep_below(edge_store_path(store, p, flat[i], NULL), &sweep, 0, p);
    }
    sweep.depth = 1;
    sweep_below(edge_store_path(store, p, "kept", NULL), &sweep, 0, p);
}

void edge_store_sweep_workers(const edge_store_t *store, apr_pool_t *p)
{
    static const char *const workers[] = {"accounts", "staging", "state"};
    static const sweep_t sweep = {0, 0, DEPTH_MAX};
    apr_size_t i;

    for (i = 0; i < sizeof(workers) / sizeof(workers[0]); i++) {
        sweep_below(edge_store_path(store, p, workers[i], NULL), &sweep, 0, p);
    }
}
