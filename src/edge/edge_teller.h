#ifndef EDGE_TELLER_H
#define EDGE_TELLER_H

/** Tells events: into the history first, then to whoever is to be notified, so
 * that what was not handed over is known to the next worker. One thread. */

#include "ae_log.h"
#include "edge_history.h"

/** A plain value; pointers are borrowed. */
typedef struct edge_teller_t {
    const edge_store_t *store;
    const ae_log_t *log;
    /* Take an event, and call edge_history_told with `dir` when it was handed
     * over. NULL: nobody is notified. */
    void (*notify)(void *ctx, const char *dir, const edge_event_t *event);
    void *ctx;
    edge_marks_t server; /* of EDGE_HISTORY_SERVER */
    int in_trouble;      /* the last history could not be written */
} edge_teller_t;

/** Read what was told, and notify again of what nobody was handed.
 * @return whether there was no history yet */
int edge_teller_recall(edge_marks_t *marks, edge_teller_t *teller,
                       const char *dir, apr_pool_t *ptemp);

/** Tell one event, unless the history has it. `marks` goes into the history
 * with it. */
void edge_teller_tell(edge_teller_t *teller, const edge_marks_t *marks,
                      const char *dir, edge_event_t *event, apr_pool_t *ptemp);

#endif
