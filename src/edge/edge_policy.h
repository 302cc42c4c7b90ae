#ifndef EDGE_POLICY_H
#define EDGE_POLICY_H

/** When to renew, to try again, to restart: pure functions of time. Every
 * span is a share of the certificate's lifetime, bounded for long ones.
 * `random` is any unpredictable number and spreads the moment. */

#include "acme_problem.h"
#include "ae_error.h"

#include <apr_time.h>

/** A span as configured: a time, or a share of the lifetime. */
typedef struct edge_span_t {
    apr_interval_time_t time; /* used where percent is 0 */
    unsigned percent;         /* 1 to 99 */
} edge_span_t;

/** What is called a third of the lifetime, and what ACMERenewWindow is unless
 * configured. */
#define EDGE_THIRD_PERCENT 33

/** Read "30d", "12h", "45m", "90s", a plain number of days, or "33%".
 * @return APR_SUCCESS or AE_EFORMAT, err with what may be written. */
AE_CHECKED apr_status_t edge_span_parse(edge_span_t *span, const char *word,
                                        ae_error_t *err);

/** How often a certificate is looked at: half a day, for short lifetimes a
 * thirtieth of it, so that ten looks fall into the last third. */
apr_interval_time_t edge_policy_look(apr_interval_time_t lifetime);

/** The moment to renew: where `window` of the lifetime is left, put off by a
 * random part of edge_policy_look, of half the window at most. A time beyond
 * three quarters of the lifetime, made for longer certificates, counts as a
 * third of it. */
apr_time_t edge_policy_renew_at(apr_time_t not_before, apr_time_t not_after,
                                edge_span_t window, apr_uint32_t random);

/** The moment from which a certificate that is in use still is an error: where
 * `warn` of its lifetime is left. A time beyond three quarters of the lifetime
 * counts as a tenth of it; what is not shorter than the window `renew`, as
 * half of that, for nobody is to be warned before a renewal had its time. */
apr_time_t edge_policy_warn_at(apr_time_t not_before, apr_time_t not_after,
                               edge_span_t warn, edge_span_t renew);

/** The moment of the next attempt after `attempts` failures in a row (at least
 * 1): 1, 10, 100 minutes, then daily, up to a quarter later, never more
 * than a thirtieth of `lifetime` where that is not 0. ACME_RETRY_DAILY begins
 * with the day. The CA's own moment `retry_after` (0 for none) wins where it is
 * later. ACME_RETRY_PERSON gives 0: never by itself. */
apr_time_t edge_policy_retry_at(unsigned attempts, acme_retry_t retry,
                                apr_time_t retry_after,
                                apr_interval_time_t lifetime, apr_time_t now,
                                apr_uint32_t random);

/** How far apart two restarts must be at least: a minute, or a twelfth of the
 * shortest lifetime that waits. It grows to half the time that a set has
 * `waited`, up to a day, so that restarts which change nothing (say, because
 * live/ is on a full disk) come ever seldomer. */
apr_interval_time_t edge_policy_restart_gap(apr_interval_time_t lifetime,
                                            apr_interval_time_t waited);

/** How long it takes until a deployment without a restart is asked for once
 * more, and what became of it is looked for: two seconds, growing with the time
 * that a set has `waited` to a minute. */
apr_interval_time_t edge_policy_ask_pause(apr_interval_time_t waited);

#endif
