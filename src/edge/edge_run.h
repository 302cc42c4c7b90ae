#ifndef EDGE_RUN_H
#define EDGE_RUN_H

/** deploy/<cert>.run: whether ACMEDeployCommand was run for what is live. Root
 * alone. What was begun and has no end was killed, and is not begun again: a
 * command that restarts httpd, or the machine, would do so for ever. */

#include "edge_store.h"

typedef struct edge_run_t {
    char serial[64];     /* of what was live; empty: none was asked for */
    apr_time_t begun_at; /* 0: not yet */
    apr_time_t ended_at; /* 0: not yet, or never */
    int told;            /* the log has how it ended */
    ae_error_t error;    /* status 0: it ended well */
    const apr_array_header_t *output; /* const char *, lines */
} edge_run_t;

/** Keep all others out of these records, without waiting, as long as the
 * descriptor is open, here or in a process that was forked.
 * @return APR_SUCCESS; APR_EBUSY; the system's status. */
AE_CHECKED apr_status_t edge_run_enter(int *fd, const edge_store_t *store,
                                       ae_error_t *err, apr_pool_t *p);

/** Read the record; absent or damaged: all zero, without output. */
void edge_run_load(edge_run_t *run, const edge_store_t *store,
                   const edge_cert_t *cert, apr_pool_t *p);

/** @return APR_SUCCESS or the system's status. */
AE_CHECKED apr_status_t edge_run_save(const edge_run_t *run,
                                      const edge_store_t *store,
                                      const edge_cert_t *cert, ae_error_t *err,
                                      apr_pool_t *p);

#endif
