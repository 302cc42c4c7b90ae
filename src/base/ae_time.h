#ifndef AE_TIME_H
#define AE_TIME_H

/** Moments and spans as text. */

#include "ae_error.h"

#include <apr_time.h>

/** Read an RFC 3339 date-time ("2026-11-21T03:00:00.25+01:00").
 * @return APR_SUCCESS or AE_EFORMAT; *t is untouched on failure. */
AE_CHECKED apr_status_t ae_time_parse(apr_time_t *t, const char *text);

/** RFC 3339 in UTC to the second, from `p`; "-" for 0. */
const char *ae_time_print(apr_time_t t, apr_pool_t *p);

/** A span as people say it, its two largest units: "2 d 3 h", "45 s";
 * with a minus sign where it is negative. */
const char *ae_time_print_span(apr_interval_time_t span, apr_pool_t *p);

/** Read a Retry-After value (RFC 9110 section 10.2.3), seconds or HTTP date,
 * as a moment bounded to between 1 s and 7 days from `now`.
 * @return APR_SUCCESS, or AE_EFORMAT where it is neither. */
AE_CHECKED apr_status_t ae_time_parse_retry_after(apr_time_t *t,
                                                  const char *text,
                                                  apr_time_t now);

#endif
