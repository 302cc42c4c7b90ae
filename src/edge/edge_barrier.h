#ifndef EDGE_BARRIER_H
#define EDGE_BARRIER_H

/** Between the publishing of challenges and what the CA is told: each is
 * fetched from each server of ACMEClusterPeers and, unless ACMEProbe is off,
 * from each address of its name, again and again until all answer or the time
 * is over. One thread. */

#include "edge_challenge.h"
#include "edge_lookout.h"
#include "edge_tally.h"

/* How long all of it may take, and what lies between two tries. */
#define EDGE_BARRIER_SPAN apr_time_from_sec(20)
#define EDGE_BARRIER_PAUSE apr_time_from_sec(1)

typedef struct edge_barrier_t edge_barrier_t;

/** Borrowed. */
typedef struct edge_barrier_config_t {
    const edge_cert_t *cert;
    const edge_provider_t *provider; /* NULL: nothing is ordered, and nothing
                                        told */
    const edge_lookout_t *lookout;
    const ae_log_t *log;
} edge_barrier_config_t;

typedef enum edge_barrier_next_t {
    EDGE_BARRIER_WAIT, /* ask again at `wake` */
    EDGE_BARRIER_OPEN, /* the CA may look: everybody answers, or ACMEProbe does
                          not want it, and the log says who does not */
    EDGE_BARRIER_SHUT  /* the CA must not look */
} edge_barrier_next_t;

/** Begin. It lives in `p`.
 * @param tokens acme_token_t, published; must outlive it */
edge_barrier_t *edge_barrier_create(const edge_barrier_config_t *config,
                                    const apr_array_header_t *tokens,
                                    apr_time_t now, apr_pool_t *p);

/** Say how it stands. After OPEN or SHUT do not ask again. */
edge_barrier_next_t edge_barrier_step(edge_barrier_t *barrier, apr_time_t now,
                                      apr_time_t *wake);

/** After OPEN or SHUT: which challenge is not answered where, what came back
 * and what mends it, of several the first, and which else; without a cause
 * where everybody answers. NULL before. */
const edge_failure_t *edge_barrier_found(const edge_barrier_t *barrier);

/** Drop what is asked still; call it before its pool is destroyed. NULL is
 * none. */
void edge_barrier_end(edge_barrier_t *barrier);

#endif
