#include "edge_teller.h"

#include <string.h>

static void warn(const edge_teller_t *teller, const char *dir,
                 const char *what, const ae_error_t *err, apr_pool_t *ptemp)
{
    ae_log(teller->log, AE_LOG_WARNING,
           "AE068: %s: its history cannot be %s: "
           "%s",
           dir, what, ae_error_line(err, ptemp));
}

static void load(edge_history_t *history, const edge_teller_t *teller,
                 const char *dir, apr_pool_t *ptemp)
{
    ae_error_t err, ignored;
    apr_status_t status =
        edge_history_load(history, teller->store, dir, &err, ptemp);

    if (status != APR_SUCCESS) {
        warn(teller, dir, "read and is begun anew", &err, ptemp);
        /* Where it cannot be kept, the next one takes its place. */
        status = edge_history_set_aside(teller->store, dir, &ignored, ptemp);
        (void)status;
    }
}

static void save(edge_teller_t *teller, const edge_history_t *history,
                 const char *dir, apr_pool_t *ptemp)
{
    ae_error_t err;
    apr_status_t status =
        edge_history_save(history, teller->store, dir, &err, ptemp);

    if (status != APR_SUCCESS && !teller->in_trouble) {
        warn(teller, dir, "written, and a restart may tell the same again",
             &err, ptemp);
    }
    teller->in_trouble = status != APR_SUCCESS;
}

int edge_teller_recall(edge_marks_t *marks, edge_teller_t *teller,
                       const char *dir, apr_pool_t *ptemp)
{
    edge_history_t history;
    int i;

    load(&history, teller, dir, ptemp);
    *marks = history.marks;
    for (i = 0; teller->notify && i < history.events->nelts; i++) {
        const edge_event_t *event =
            &APR_ARRAY_IDX(history.events, i, edge_event_t);

        if (!event->is_told) {
            teller->notify(teller->ctx, dir, event);
        }
    }
    return history.is_new;
}

static int is_known(const edge_history_t *history, const edge_event_t *event,
                    apr_pool_t *ptemp)
{
    const char *id = edge_event_id(event, ptemp);
    int i;

    for (i = 0; i < history->events->nelts; i++) {
        if (strcmp(
                edge_event_id(&APR_ARRAY_IDX(history->events, i, edge_event_t),
                              ptemp),
                id) == 0) {
            return 1;
        }
    }
    return 0;
}

void edge_teller_tell(edge_teller_t *teller, const edge_marks_t *marks,
                      const char *dir, edge_event_t *event, apr_pool_t *ptemp)
{
    edge_history_t history;
    int known;

    load(&history, teller, dir, ptemp);
    known = is_known(&history, event, ptemp);
    event->is_told = teller->notify == NULL;
    history.marks = *marks;
    if (!known) {
        edge_history_add(&history, event);
    }
    save(teller, &history, dir, ptemp);
    if (!known && teller->notify) {
        teller->notify(teller->ctx, dir, event);
    }
}
