#ifndef SHOW_METRICS_H
#define SHOW_METRICS_H

/** How things stand as OpenMetrics 1.0 text, for monitoring. What each metric
 * means is in docs/metrics.md. */

#include "show_out.h"
#include "show_source.h"

/** What Content-Type says of it. */
#define SHOW_METRICS_TYPE                                                     \
    "application/openmetrics-text; version=1.0.0; charset=utf-8"

/** Put out all metrics, to the "# EOF". Each certificate's status is read once.
 * A moment that is not known has no sample. */
void show_metrics(const show_out_t *out, const show_source_t *source,
                  apr_pool_t *p);

#endif
