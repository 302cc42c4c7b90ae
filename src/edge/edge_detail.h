#ifndef EDGE_DETAIL_H
#define EDGE_DETAIL_H

/** What the store tells of one certificate beyond its status. */

#include "edge_history.h"
#include "edge_progress.h"
#include "edge_state.h"

typedef struct edge_detail_t {
    edge_state_t state;          /* with the last failure, in the CA's words */
    edge_progress_t progress;    /* what each name came to with the last order;
                                 at 0: nothing is known */
    apr_array_header_t *history; /* edge_event_t, newest first */
} edge_detail_t;

/** Read it into `p`, in any process that can read the store. What is damaged
 * or cannot be read tells nothing; the worker logs that. */
void edge_detail_read(edge_detail_t *detail, const edge_store_t *store,
                      const edge_cert_t *cert, apr_pool_t *p);

#endif
