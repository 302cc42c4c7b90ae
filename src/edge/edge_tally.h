#ifndef EDGE_TALLY_H
#define EDGE_TALLY_H

/** What the end of an attempt does to what is remembered. Pure functions on
 * the state; the caller writes it down. */

#include "ae_cert.h"
#include "edge_policy.h"
#include "edge_state.h"

/** Why an attempt ended without a certificate. */
typedef struct edge_failure_t {
    const char *id; /* of the log line, "AE040" */
    ae_error_t error;
    edge_cause_t cause;
    char step[32]; /* where, in one word */
    acme_retry_t retry;
    apr_time_t retry_after; /* the CA's own moment, or 0 */
} edge_failure_t;

/** Forget the failures: another configuration is tried. */
void edge_tally_forget(edge_state_t *state, const char *fingerprint);

/** Until when a provider must not be asked for this certificate, or 0. */
apr_time_t edge_tally_quiet(const edge_state_t *state, unsigned provider);

/** Count a failure and say when to try again. With several providers the next
 * one in turn is tried at once until all had their turn; the ladder of
 * edge_policy_retry_at has a rung for each round. The CA's own moment is kept
 * for each provider; a round begins when the first of them may be asked.
 * @param providers how many the certificate has, at least 1
 * @param lifetime of the certificate that is live, 0 for none */
void edge_tally_failed(edge_state_t *state, const edge_failure_t *failure,
                       unsigned providers, apr_interval_time_t lifetime,
                       apr_time_t now, apr_uint32_t random);

/** Count the refusal of an issued set by the parent as a failure: the same
 * would come of the next order, so it waits for the day.
 * @param at when it was refused */
void edge_tally_refused(edge_state_t *state, edge_cause_t cause,
                        const ae_error_t *error, apr_time_t at,
                        apr_interval_time_t lifetime, apr_time_t now,
                        apr_uint32_t random);

/** Mend what waits for a moment of a clock that was set back since the last
 * attempt: as long as it was to wait then, it waits from `now`.
 * @return whether it changed */
int edge_tally_rebase(edge_state_t *state, apr_time_t now);

/** Remember a success, and draw the moment of the renewal. */
void edge_tally_issued(edge_state_t *state, const ae_cert_facts_t *facts,
                       edge_span_t window, apr_time_t now,
                       apr_uint32_t random);

/** Draw the moment to renew a certificate. */
void edge_tally_draw(edge_state_t *state, const ae_cert_facts_t *facts,
                     edge_span_t window, apr_uint32_t random);

#endif
