#ifndef EDGE_HISTORY_H
#define EDGE_HISTORY_H

/** state/<cert>.history: the last events of one certificate, and what was told
 * of it, so that a restart tells nothing twice and forgets nothing. Written by
 * the worker; any process may read it. */

#include "edge_event.h"
#include "edge_store.h"

#define EDGE_HISTORY_MAX 50

/** In the place of a certificate's `dir`, for what belongs to none: no
 * certificate's name, for those have two labels. */
#define EDGE_HISTORY_SERVER "server"

/** One condition: since when it holds, and when it was told last; 0: it does
 * not hold. */
typedef struct edge_mark_t {
    apr_time_t since;
    apr_time_t told_at;
} edge_mark_t;

/** What was told of a certificate. */
typedef struct edge_marks_t {
    edge_mark_t conditions[EDGE_EVENTS]; /* by kind */
    apr_time_t deployed_at;              /* of the last deployment told */
    char staged[64];                     /* serial of the last one told */
    char revoked[64];                    /* the same */
} edge_marks_t;

typedef struct edge_history_t {
    int is_new; /* there is none yet */
    edge_marks_t marks;
    apr_array_header_t *events; /* edge_event_t, oldest first */
} edge_history_t;

/** Read it into `p`. Absent or damaged gives an empty one.
 * @return APR_SUCCESS; AE_EFORMAT and others of edge_record_read for a damaged
 * one; the system's status. */
AE_CHECKED apr_status_t edge_history_load(edge_history_t *history,
                                          const edge_store_t *store,
                                          const char *dir, ae_error_t *err,
                                          apr_pool_t *p);

/** Add an event; the oldest of more than EDGE_HISTORY_MAX goes. */
void edge_history_add(edge_history_t *history, const edge_event_t *event);

/** Worker: write it.
 * @return APR_SUCCESS or the system's status. */
AE_CHECKED apr_status_t edge_history_save(const edge_history_t *history,
                                          const edge_store_t *store,
                                          const char *dir, ae_error_t *err,
                                          apr_pool_t *p);

/** Worker: note that the command had the event with this id.
 * @return APR_SUCCESS, also where it is not there any more; the system's
 * status. */
AE_CHECKED apr_status_t edge_history_told(const edge_store_t *store,
                                          const char *dir, const char *id,
                                          ae_error_t *err, apr_pool_t *p);

/** Worker: keep a damaged one as <cert>.history.damaged.
 * @return APR_SUCCESS or the system's status. */
AE_CHECKED apr_status_t edge_history_set_aside(const edge_store_t *store,
                                               const char *dir,
                                               ae_error_t *err, apr_pool_t *p);

#endif
