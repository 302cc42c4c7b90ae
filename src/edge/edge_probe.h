#ifndef EDGE_PROBE_H
#define EDGE_PROBE_H

/** A token that no CA knows, with which `acme-edge check` sees whether port 80
 * of a name leads to this server: requests/probe.<token>, made by the command,
 * published by the worker as long as the file is there. */

#include "edge_challenge.h"

/* How many at once, and for how long at most. */
#define EDGE_PROBES_MAX 8
#define EDGE_PROBE_LIFE apr_time_from_sec(3600)

typedef struct edge_probe_t {
    const char *token;
    const char *answer; /* what is served for it */
} edge_probe_t;

/** Draw token and answer, as long as those of a CA; they live in `p`.
 * @return APR_SUCCESS; AE_ECRYPTO. */
AE_CHECKED apr_status_t edge_probe_draw(edge_probe_t *probe, ae_error_t *err,
                                        apr_pool_t *p);

/** Command: ask for one; it lives in `p`.
 * @return APR_SUCCESS; AE_ECRYPTO; the system's status. */
AE_CHECKED apr_status_t edge_probe_put(edge_probe_t *probe,
                                       const edge_store_t *store,
                                       apr_time_t now, ae_error_t *err,
                                       apr_pool_t *p);

/** Command: whether the worker has published it. */
int edge_probe_is_published(const edge_store_t *store,
                            const edge_probe_t *probe, apr_pool_t *p);

/** Command: it is needed no more. */
void edge_probe_drop(const edge_store_t *store, const edge_probe_t *probe,
                     apr_pool_t *p);

/** What the worker has published of these. */
typedef struct edge_probes_t edge_probes_t;

/** Worker: none yet. Both are borrowed. */
edge_probes_t *edge_probes_create(const edge_store_t *store,
                                  const edge_challenge_store_t *challenges,
                                  apr_pool_t *p);

/** Worker: publish what is asked for, and withdraw what is not any more. What
 * is damaged, too old or too much is passed over.
 * @return false where something could not be published: look again soon */
int edge_probes_look(edge_probes_t *probes, apr_time_t now, apr_pool_t *ptemp);

#endif
