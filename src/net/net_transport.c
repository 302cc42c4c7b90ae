#include "net_call.h"
#include "net_clock.h"

#define HANDLES_KEPT_MAX 16
/* With HTTP/1.1 one answer that hangs must not hold up the others; with
 * HTTP/2 a single connection is used anyway. */
#define HOST_CONNECTIONS_MAX 4L
#define IDLE_CONNECTIONS_MAX 8L
#define POLL_MAX APR_USEC_PER_SEC

APR_RING_HEAD(net_call_ring_t, net_call_t);
typedef struct net_call_ring_t net_call_ring_t;

struct net_transport_t {
    const net_transport_config_t *config;
    net_transport_done_t *done;
    void *ctx;
    apr_pool_t *pool;
    CURLM *multi;
    net_call_ring_t wire;    /* in the hands of curl */
    net_call_ring_t refused; /* failed before that, `done` not yet told */
    unsigned pending;        /* in both */
    CURL *handles[HANDLES_KEPT_MAX];
    unsigned handle_count;
};

static void transport_drop_ring(net_transport_t *transport,
                                net_call_ring_t *ring)
{
    net_call_t *call;

    while (!APR_RING_EMPTY(ring, net_call_t, link)) {
        call = APR_RING_FIRST(ring);
        APR_RING_REMOVE(call, link);
        if (call->easy) {
            (void)curl_multi_remove_handle(transport->multi, call->easy);
            curl_easy_cleanup(call->easy);
        }
    }
}

static apr_status_t transport_cleanup(void *data)
{
    net_transport_t *transport = data;

    transport_drop_ring(transport, &transport->wire);
    transport_drop_ring(transport, &transport->refused);
    while (transport->handle_count) {
        curl_easy_cleanup(transport->handles[--transport->handle_count]);
    }
    (void)curl_multi_cleanup(transport->multi);
    curl_global_cleanup();
    return APR_SUCCESS;
}

static CURLMcode multi_configure(CURLM *multi)
{
    CURLMcode result;

    result = curl_multi_setopt(multi, CURLMOPT_PIPELINING, CURLPIPE_MULTIPLEX);
    if (result == CURLM_OK) {
        result = curl_multi_setopt(multi, CURLMOPT_MAX_HOST_CONNECTIONS,
                                   HOST_CONNECTIONS_MAX);
    }
    if (result == CURLM_OK) {
        result = curl_multi_setopt(multi, CURLMOPT_MAXCONNECTS,
                                   IDLE_CONNECTIONS_MAX);
    }
    return result;
}

/* A library that cannot start here is not mended by waiting. */
static apr_status_t curl_failed(ae_error_t *err, const char *why)
{
    ae_error_set(err, APR_EGENERAL, "libcurl does not start");
    ae_error_why(err, "%s", why);
    return ae_error_next(err, "no CA can be talked to until httpd is "
                              "restarted with a working libcurl");
}

static apr_status_t multi_create(CURLM **multi, ae_error_t *err)
{
    CURLMcode result;

    *multi = curl_multi_init();
    if (!*multi) {
        return curl_failed(err, "curl_multi_init has no memory");
    }
    result = multi_configure(*multi);
    if (result != CURLM_OK) {
        (void)curl_multi_cleanup(*multi);
        return curl_failed(err, curl_multi_strerror(result));
    }
    return APR_SUCCESS;
}

apr_status_t net_transport_create(net_transport_t **transport,
                                  const net_transport_config_t *config,
                                  net_transport_done_t *done, void *ctx,
                                  ae_error_t *err, apr_pool_t *p)
{
    net_transport_t *made = apr_pcalloc(p, sizeof(*made));
    CURLcode result = curl_global_init(CURL_GLOBAL_DEFAULT);
    apr_status_t status;

    if (result != CURLE_OK) {
        return curl_failed(err, curl_easy_strerror(result));
    }
    status = multi_create(&made->multi, err);
    if (status != APR_SUCCESS) {
        curl_global_cleanup();
        return status;
    }
    made->config = config;
    made->done = done;
    made->ctx = ctx;
    made->pool = p;
    APR_RING_INIT(&made->wire, net_call_t, link);
    APR_RING_INIT(&made->refused, net_call_t, link);
    /* Before the pools of the calls go, which are below this one. */
    apr_pool_pre_cleanup_register(p, made, transport_cleanup);
    *transport = made;
    return APR_SUCCESS;
}

static CURL *transport_take_handle(net_transport_t *transport)
{
    if (!transport->handle_count) {
        return curl_easy_init();
    }
    return transport->handles[--transport->handle_count];
}

static void transport_keep_handle(net_transport_t *transport, CURL *easy)
{
    if (!easy) {
        return;
    }
    if (transport->handle_count == HANDLES_KEPT_MAX) {
        curl_easy_cleanup(easy);
        return;
    }
    curl_easy_reset(easy);
    transport->handles[transport->handle_count++] = easy;
}

void net_transport_send(net_transport_t *transport,
                        const acme_request_t *request, const char *trust_file)
{
    net_call_t *call =
        net_call_create(request, trust_file, transport_take_handle(transport),
                        transport->pool);
    CURLMcode result;

    transport->pending++;
    if (net_call_prepare(call, transport->config) == APR_SUCCESS) {
        result = curl_multi_add_handle(transport->multi, call->easy);
        if (result == CURLM_OK) {
            APR_RING_INSERT_TAIL(&transport->wire, call, net_call_t, link);
            return;
        }
        call->refusal_status = APR_EGENERAL;
        call->refusal = curl_multi_strerror(result);
    }
    APR_RING_INSERT_TAIL(&transport->refused, call, net_call_t, link);
}

unsigned net_transport_pending(const net_transport_t *transport)
{
    return transport->pending;
}

static apr_interval_time_t call_span(const net_call_t *call)
{
    curl_off_t span = 0;

    if (call->easy) {
        (void)curl_easy_getinfo(call->easy, CURLINFO_TOTAL_TIME_T, &span);
    }
    return span;
}

static void transport_log(const net_transport_t *transport,
                          const acme_request_t *request,
                          const acme_response_t *response)
{
    int ms = (int)apr_time_as_msec(response->took);

    if (response->status == APR_SUCCESS) {
        ae_log(transport->config->log, AE_LOG_DEBUG, "%s %s %s -> %d in %d ms",
               request->step, request->method, request->url, response->code,
               ms);
    } else {
        ae_log(transport->config->log, AE_LOG_DEBUG, "%s %s %s -> %s in %d ms",
               request->step, request->method, request->url, response->reason,
               ms);
    }
}

/* The call is off its ring and not in the hands of curl any more. */
static void transport_finish(net_transport_t *transport, net_call_t *call,
                             CURLcode result)
{
    acme_response_t response;

    transport->pending--;
    net_call_response(&response, call, result);
    response.took = call_span(call);
    transport_log(transport, call->request, &response);
    transport->done(transport->ctx, call->request, &response);
    transport_keep_handle(transport, call->easy);
    apr_pool_destroy(call->pool);
}

/* Only what was refused before: `done` may send, and be refused, again. */
static unsigned transport_finish_refused(net_transport_t *transport)
{
    net_call_ring_t ring;
    net_call_t *call;
    unsigned count = 0;

    APR_RING_INIT(&ring, net_call_t, link);
    APR_RING_CONCAT(&ring, &transport->refused, net_call_t, link);
    while (!APR_RING_EMPTY(&ring, net_call_t, link)) {
        call = APR_RING_FIRST(&ring);
        APR_RING_REMOVE(call, link);
        transport_finish(transport, call, CURLE_OK);
        count++;
    }
    return count;
}

static unsigned transport_finish_answered(net_transport_t *transport)
{
    net_call_t *call;
    CURLMsg *message;
    CURLcode result;
    unsigned count = 0;
    int left;

    while ((message = curl_multi_info_read(transport->multi, &left))) {
        if (message->msg != CURLMSG_DONE) {
            continue;
        }
        result = message->data.result;
        call = NULL;
        (void)curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, &call);
        (void)curl_multi_remove_handle(transport->multi, call->easy);
        APR_RING_REMOVE(call, link);
        transport_finish(transport, call, result);
        count++;
    }
    return count;
}

void net_transport_run(net_transport_t *transport, apr_interval_time_t span)
{
    apr_time_t end = net_clock_steady() + span;
    apr_interval_time_t left;
    unsigned finished;
    int running;

    for (;;) {
        finished = transport_finish_refused(transport);
        (void)curl_multi_perform(transport->multi, &running);
        finished += transport_finish_answered(transport);
        left = end - net_clock_steady();
        if (finished || !transport->pending || left <= 0) {
            return;
        }
        left = left < POLL_MAX ? left : POLL_MAX;
        (void)curl_multi_poll(transport->multi, NULL, 0,
                              (int)apr_time_as_msec(left + 999), NULL);
    }
}
