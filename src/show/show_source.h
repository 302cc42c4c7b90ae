#ifndef SHOW_SOURCE_H
#define SHOW_SOURCE_H

/** All that a page is made of: what is configured, and how things stand. What
 * shows it reads no file and no clock. */

#include "edge_finding.h"
#include "edge_status.h"

/** Borrowed, and the same for as long as a page is made. */
typedef struct show_source_t {
    const apr_array_header_t *certs; /* const edge_cert_t *, as configured */
    /* const edge_finding_t *; NULL: none */
    const apr_array_header_t *findings;
    /* Copy how the certificate stands that has this index in `certs`. */
    void (*status)(const void *ctx, int index, edge_status_t *status);
    const void *ctx;
    apr_time_t last_tick;      /* when the worker was seen last; 0: never */
    const ae_error_t *trouble; /* what keeps it from its work; what "": none */
    apr_time_t now;
} show_source_t;

#endif
