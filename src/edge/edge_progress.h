#ifndef EDGE_PROGRESS_H
#define EDGE_PROGRESS_H

/** state/<cert>.progress: how an order that somebody asked for gets on, for
 * who follows it, and what each name came to in any that failed. Written by
 * the worker while there is such a request, and at the end of a failed
 * attempt; the last of them stays, so it may be of an order before the last.
 */

#include "acme_order.h"
#include "edge_store.h"

/** How the CA stands to one name. */
typedef struct edge_progress_name_t {
    const char *name;
    const char *status; /* RFC 8555's word, or "unknown" */
    const char *why;    /* the CA's words where it failed, or "" */
} edge_progress_name_t;

typedef struct edge_progress_t {
    apr_time_t at;                   /* 0: there is none */
    const char *step;                /* of the order, "issued" or "failed" */
    const apr_array_header_t *names; /* edge_progress_name_t */
} edge_progress_t;

/** How the names of an order stand, edge_progress_name_t, from `p`.
 * @param states acme_authorization_state_t */
const apr_array_header_t *edge_progress_names(const apr_array_header_t *states,
                                              apr_pool_t *p);

/** Worker: write it down; a power failure may take it.
 * @return APR_SUCCESS or the system's status. */
AE_CHECKED apr_status_t edge_progress_save(const edge_progress_t *progress,
                                           const edge_store_t *store,
                                           const edge_cert_t *cert,
                                           ae_error_t *err, apr_pool_t *p);

/** Read it into `p`; absent or damaged: at is 0. */
void edge_progress_load(edge_progress_t *progress, const edge_store_t *store,
                        const edge_cert_t *cert, apr_pool_t *p);

/** The CA's words for a name, "" where it said nothing or nothing is known.
 * @param progress NULL: nothing is known */
const char *edge_progress_why(const edge_progress_t *progress,
                              const char *name);

/** Whether two say the same, whenever. */
int edge_progress_is_same(const edge_progress_t *a, const edge_progress_t *b);

#endif
