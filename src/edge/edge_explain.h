#ifndef EDGE_EXPLAIN_H
#define EDGE_EXPLAIN_H

/** Find the cause of a failure: in the type of the CA's problem and in its
 * words, as Boulder and Pebble put them, and in what became of our own
 * requests. Words that are not known fall back to the type. Pure. */

#include "acme_exchange.h"
#include "ae_cert.h"
#include "edge_cause.h"

/** The cause of a problem, of the subproblem that decides what to do where
 * there are some.
 * @param name the name that was looked at, or NULL: tells a redirect to
 * another host */
edge_cause_t edge_explain_problem(const acme_problem_t *problem,
                                  const char *name);

/** The cause of the failure of an order or an errand. */
edge_cause_t edge_explain_failure(const acme_failure_t *failure,
                                  const ae_error_t *err);

/** The step at which a challenge is published. */
#define EDGE_STEP_CHALLENGE "challenge"

/** The step at which the port of ACMEChallengePort is to be opened. */
#define EDGE_STEP_PORT "port"

/** The step at which it is seen whether everybody answers the challenges. */
#define EDGE_STEP_PROBE "probe"

/** The cause of trouble of this server's own, at a step of edge_attempt. */
edge_cause_t edge_explain_trouble(const ae_error_t *err, const char *step);

/** Why what was issued will not do.
 * @param chain NULL where it could not be read */
edge_cause_t edge_explain_chain(const ae_cert_t *chain, apr_time_t now);

/** Say in English what helps next: the remedy, where the error says nothing
 * yet that belongs to this very case.
 * @param quoted whether the error is in the CA's words, which the meaning
 * then puts into ours; what we say ourselves is not said twice */
void edge_explain_next(ae_error_t *err, edge_cause_t cause, int quoted);

#endif
