#ifndef NET_LOOKOUT_H
#define NET_LOOKOUT_H

/** edge_lookout.h on the real network: all questions of a worker, a few at a
 * time, and nobody waits for them. One thread. */

#include "edge_lookout.h"

#include <apr_time.h>

/* How many looks over HTTP and how many names at once, and how long one look
 * may take. */
#define NET_LOOKOUT_FETCHES_MAX 16
#define NET_LOOKOUT_FINDS_MAX 8
#define NET_LOOKOUT_TIMEOUT apr_time_from_sec(5)

typedef struct net_lookout_t net_lookout_t;

/** Create it in a pool of its own below `p`, and before what asks it, so that
 * it goes later. A name server that hangs does not hold up its end.
 * @return APR_SUCCESS; APR_EGENERAL where libcurl does not start. */
AE_CHECKED apr_status_t net_lookout_create(net_lookout_t **lookout,
                                           ae_error_t *err, apr_pool_t *p);

/** It, for the core; lives as long as the lookout. */
edge_lookout_t net_lookout_of(net_lookout_t *lookout);

/** Look after what is asked; where that is something, wait for at most `span`
 * until there is an answer. @return how many questions have none yet */
unsigned net_lookout_run(net_lookout_t *lookout, apr_interval_time_t span);

#endif
