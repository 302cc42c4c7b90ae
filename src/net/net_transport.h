#ifndef NET_TRANSPORT_H
#define NET_TRANSPORT_H

/** The wire behind acme_exchange: one curl multi handle, one thread, many
 * requests at once over as few connections as the CA allows. The process
 * ignores SIGPIPE, as httpd does. */

#include "acme_exchange.h"
#include "ae_log.h"

typedef struct net_transport_t net_transport_t;

/** Borrowed; must outlive the transport. */
typedef struct net_transport_config_t {
    const char *user_agent;
    const char *proxy; /* URL, or NULL for none, whatever the environment */
    const ae_log_t *log;
    apr_interval_time_t timeout; /* for a whole request; 0: 60 s */
} net_transport_config_t;

/** Called from net_transport_run for each finished request; the response is
 * valid during the call. It may send further requests. */
typedef void net_transport_done_t(void *ctx, const acme_request_t *request,
                                  const acme_response_t *response);

/** Create; destroyed with `p`, which drops all requests unanswered.
 * @return APR_SUCCESS or APR_EGENERAL. */
AE_CHECKED apr_status_t net_transport_create(
    net_transport_t **transport, const net_transport_config_t *config,
    net_transport_done_t *done, void *ctx, ae_error_t *err, apr_pool_t *p);

/** Put a request on the wire. It is borrowed until it is done; `done` is
 * called for it exactly once, from net_transport_run, also on failure. The
 * response's status is then APR_TIMEUP; APR_ECONNREFUSED where no connection
 * came about; AE_ENOHOST where the name of the CA or of the proxy has no
 * address; AE_ECLOCK and AE_EDISTRUST where the CA's certificate is not valid
 * now, or not to be trusted; APR_EACCES where the roots cannot be read;
 * AE_ETOOBIG beyond the bounds of acme_exchange.h; APR_EGENERAL for all else.
 * @param trust_file PEM roots for the CA's own HTTPS, NULL for the system's;
 * borrowed as long as the transport lives */
void net_transport_send(net_transport_t *transport,
                        const acme_request_t *request, const char *trust_file);

/** Requests on the wire. */
unsigned net_transport_pending(const net_transport_t *transport);

/** Move bytes for at most `span`, call `done` for what finished; returns as
 * soon as something did. With nothing pending it returns at once. */
void net_transport_run(net_transport_t *transport, apr_interval_time_t span);

#endif
