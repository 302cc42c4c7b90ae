#ifndef EDGE_PLAN_H
#define EDGE_PLAN_H

/** What one certificate needs next, when and why. The scheduler acts on it
 * and the status shows it, so what is shown is what is done. */

#include "edge_status.h"

typedef struct edge_plan_t {
    edge_action_t action;
    apr_time_t at;    /* 0: at no known moment */
    char reason[512]; /* a clause for people */
} edge_plan_t;

/** Decide. Pure. What is due has `at` no later than `now`. */
void edge_plan(edge_plan_t *plan, const edge_status_source_t *source,
               apr_time_t now);

/** Whether the staged set can go live at `now` as it is. */
int edge_plan_deployable(const edge_status_source_t *source, apr_time_t now);

/** Whether what is staged may go live at `now`, by its schedule or because it
 * was approved.
 * @param since where to put since when; 0: always */
int edge_plan_may_deploy(const edge_status_source_t *source, apr_time_t *since,
                         apr_time_t now);

/** What a staged set waits for that nobody approved: "it waits for the window
 * Sun 02:00", from `p`; NULL where it may go live. */
const char *edge_plan_waits_for(const edge_cert_t *cert, apr_time_t now,
                                apr_pool_t *p);

/** How a set goes live that waits for nobody: "it goes live within seconds,
 * with no restart".
 * @param is_hot counts only where httpd restarts_itself */
const char *edge_plan_goes_live(int restarts_itself, int is_hot);

/** Whether a person should ask for a new certificate now: it is time, and
 * under ACMERenew manual nobody else does. */
int edge_plan_renewal_due(const edge_status_source_t *source, apr_time_t now);

/** When a certificate is to be renewed: as state remembers, or the earliest
 * moment where that was drawn for another one or outside today's bounds. */
apr_time_t edge_plan_renew_at(const edge_state_t *state,
                              const ae_cert_facts_t *facts,
                              edge_span_t window);

/** Whether state remembers a moment for this certificate that still holds
 * under `window`. */
int edge_plan_renew_drawn(const edge_state_t *state,
                          const ae_cert_facts_t *facts, edge_span_t window);

#endif
