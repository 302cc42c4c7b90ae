#include "edge_detail.h"

static apr_array_header_t *read_history(const edge_store_t *store,
                                        const edge_cert_t *cert, apr_pool_t *p)
{
    edge_history_t history;
    ae_error_t ignored;
    apr_status_t status =
        edge_history_load(&history, store, cert->dir, &ignored, p);
    apr_array_header_t *newest_first =
        apr_array_make(p, history.events->nelts + 1, sizeof(edge_event_t));
    int i;

    (void)status;
    for (i = history.events->nelts - 1; i >= 0; i--) {
        APR_ARRAY_PUSH(newest_first, edge_event_t) =
            APR_ARRAY_IDX(history.events, i, edge_event_t);
    }
    return newest_first;
}

void edge_detail_read(edge_detail_t *detail, const edge_store_t *store,
                      const edge_cert_t *cert, apr_pool_t *p)
{
    ae_error_t ignored;
    apr_status_t status =
        edge_state_load(&detail->state, store, cert, &ignored, p);

    (void)status;
    edge_progress_load(&detail->progress, store, cert, p);
    /* What was written down before the last attempt ended is of another
     * order. */
    if (detail->progress.at < detail->state.last_sign_at) {
        detail->progress.at = 0;
    }
    detail->history = read_history(store, cert, p);
}
