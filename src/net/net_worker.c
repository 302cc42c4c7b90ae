#include "net_worker.h"

#include "net_clock.h"

/* How long the stop flag may go unseen. */
#define WAIT_MAX apr_time_from_msec(100)
/* A wake-up that lies in the past must not make the loop spin. */
#define WAIT_MIN apr_time_from_msec(1)
/* How long a request of an administrator may go unseen. */
#define ASK_PAUSE apr_time_from_sec(1)
/* How long the end of a notification may. */
#define NOTIFY_PAUSE apr_time_from_msec(20)
/* How long an answer of the lookout may, while that waits with the CA. */
#define LOOKOUT_PAUSE apr_time_from_msec(20)

struct net_worker_t {
    edge_scheduler_t *scheduler;
    net_transport_t *transport;
    net_notify_t *notify;   /* or NULL */
    net_lookout_t *lookout; /* or NULL */
    unsigned looks;         /* questions of it without an answer */
    net_worker_stopped_t *stopped;
    void *ctx;
    apr_time_t asked; /* on the steady clock */
};

static void worker_reply(void *ctx, const acme_request_t *request,
                         const acme_response_t *response)
{
    net_worker_t *worker = ctx;

    edge_scheduler_reply(worker->scheduler, request, response, apr_time_now());
}

apr_status_t net_worker_create(net_worker_t **worker,
                               edge_scheduler_t *scheduler,
                               const net_transport_config_t *transport,
                               net_worker_stopped_t *stopped, void *ctx,
                               ae_error_t *err, apr_pool_t *p)
{
    net_worker_t *made = apr_pcalloc(p, sizeof(*made));

    made->scheduler = scheduler;
    made->stopped = stopped;
    made->ctx = ctx;
    *worker = made;
    return net_transport_create(&made->transport, transport, worker_reply,
                                made, err, p);
}

/* Told to stop while the next request was made: it stays unsent. */
static int worker_next(net_worker_t *worker, apr_time_t now,
                       edge_dispatch_t *dispatch, apr_time_t *wake)
{
    return !worker->stopped(worker->ctx) &&
           edge_scheduler_next(worker->scheduler, now, dispatch, wake) &&
           !worker->stopped(worker->ctx);
}

/* Put on the wire all that is ready; say how long there is nothing more. What
 * is answered meanwhile is taken at once: the next order may be long in the
 * making. */
static apr_interval_time_t worker_send(net_worker_t *worker)
{
    apr_time_t now = apr_time_now();
    edge_dispatch_t dispatch;
    apr_time_t wake = now;

    while (worker_next(worker, now, &dispatch, &wake)) {
        net_transport_send(worker->transport, dispatch.request,
                           dispatch.trust_file);
        net_transport_run(worker->transport, 0);
        now = apr_time_now();
    }
    return wake - now;
}

static void worker_wait(net_worker_t *worker, apr_interval_time_t span)
{
    span = span < WAIT_MAX ? span : WAIT_MAX;
    span = span > WAIT_MIN ? span : WAIT_MIN;
    if (net_transport_pending(worker->transport)) {
        net_transport_run(worker->transport, span);
    } else if (worker->looks > 0) {
        worker->looks = net_lookout_run(worker->lookout, span);
    } else {
        apr_sleep(span);
    }
}

static void worker_ask(net_worker_t *worker)
{
    apr_time_t steady = net_clock_steady();

    if (worker->asked == 0 || steady - worker->asked >= ASK_PAUSE) {
        worker->asked = steady;
        edge_scheduler_ask(worker->scheduler, apr_time_now());
    }
}

void net_worker_notifies(net_worker_t *worker, net_notify_t *notify)
{
    worker->notify = notify;
}

static apr_interval_time_t worker_notify(net_worker_t *worker,
                                         apr_interval_time_t idle)
{
    return worker->notify && net_notify_run(worker->notify) &&
                   idle > NOTIFY_PAUSE
               ? NOTIFY_PAUSE
               : idle;
}

void net_worker_looks_out(net_worker_t *worker, net_lookout_t *lookout)
{
    worker->lookout = lookout;
}

static apr_interval_time_t worker_look(net_worker_t *worker,
                                       apr_interval_time_t idle)
{
    worker->looks = worker->lookout ? net_lookout_run(worker->lookout, 0) : 0;
    return worker->looks > 0 && idle > LOOKOUT_PAUSE ? LOOKOUT_PAUSE : idle;
}

void net_worker_tick(net_worker_t *worker, apr_interval_time_t budget)
{
    apr_time_t end = net_clock_steady() + budget;
    apr_interval_time_t idle;
    apr_interval_time_t left;

    while (!worker->stopped(worker->ctx)) {
        worker_ask(worker);
        idle = worker_look(worker, worker_notify(worker, worker_send(worker)));
        left = end - net_clock_steady();
        if (left <= 0) {
            return;
        }
        if (idle > left && !net_transport_pending(worker->transport)) {
            return;
        }
        worker_wait(worker, idle < left ? idle : left);
    }
}

void net_worker_drain(net_worker_t *worker, apr_interval_time_t span)
{
    apr_time_t end = net_clock_steady() + span;
    apr_interval_time_t left = span;

    while (left > 0 && net_transport_pending(worker->transport)) {
        net_transport_run(worker->transport, left);
        left = end - net_clock_steady();
    }
}
