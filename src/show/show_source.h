#ifndef SHOW_SOURCE_H
#define SHOW_SOURCE_H

/** All that a page is made of: what is configured, and how things stand. What
 * shows it reads no file and no clock. */

#include "edge_finding.h"
#include "edge_meter.h"
#include "edge_progress.h"
#include "edge_status.h"

/** What one certificate in full has beyond its status. Any of it may be
 * missing: it was read from the store for this one page. */
typedef struct show_detail_t {
    int index;                   /* in `certs` */
    const ae_error_t *error;     /* the last failure, in the CA's words; status
                                    0: none since the last success */
    const edge_progress_t *last; /* how each name stood with the last order; at
                                    0: nothing is known */
    const apr_array_header_t *history; /* edge_event_t, newest first */
} show_detail_t;

/** Borrowed, and the same for as long as a page is made. */
typedef struct show_source_t {
    const apr_array_header_t *certs; /* const edge_cert_t *, as configured */
    /* const edge_finding_t *; NULL: none */
    const apr_array_header_t *findings;
    /* Copy how the certificate stands that has this index in `certs`. */
    void (*status)(const void *ctx, int index, edge_status_t *status);
    const void *ctx;
    apr_time_t last_tick;      /* when the worker was seen last; 0: never */
    const edge_meter_t *meter; /* NULL: nothing was counted */
    const ae_error_t *trouble; /* what keeps it from its work; what "": none */
    unsigned port; /* of ACMEChallengePort; 0: none is opened and closed */
    int port_is_open;
    const show_detail_t *detail; /* of the one that is asked for; NULL: a list,
                                    or there is none of that name */
    apr_time_t now;
} show_source_t;

#endif
