#ifndef NET_WORKER_H
#define NET_WORKER_H

/** The loop that joins scheduler and transport: what the one puts out, the
 * other sends; what comes back, the one is told. One thread. */

#include "edge_scheduler.h"
#include "net_lookout.h"
#include "net_notify.h"
#include "net_transport.h"

typedef struct net_worker_t net_worker_t;

/** Whether to leave off now. Asked at least every 100 ms during a tick, and
 * between what is done to the store and the request that follows from it. */
typedef int net_worker_stopped_t(void *ctx);

/** Create with a transport of its own; destroyed with `p`, which drops the
 * requests on the wire. All is borrowed and must outlive the worker.
 * @return APR_SUCCESS, or what net_transport_create returns. */
AE_CHECKED apr_status_t net_worker_create(
    net_worker_t **worker, edge_scheduler_t *scheduler,
    const net_transport_config_t *transport, net_worker_stopped_t *stopped,
    void *ctx, ae_error_t *err, apr_pool_t *p);

/** Have events handed over in each tick. Borrowed. */
void net_worker_notifies(net_worker_t *worker, net_notify_t *notify);

/** Look after this in each tick. Borrowed. */
void net_worker_looks_out(net_worker_t *worker, net_lookout_t *lookout);

/** Work for `budget`; return earlier where nothing is to be done before it is
 * used up, or when stopped. To be called again within seconds: requests on
 * the wire wait for it. */
void net_worker_tick(net_worker_t *worker, apr_interval_time_t budget);

/** Send nothing more, and take what is still answered within `span`: the URL
 * of an order is told once (RFC 8555 section 7.4). */
void net_worker_drain(net_worker_t *worker, apr_interval_time_t span);

#endif
