#ifndef NET_CLIENT_H
#define NET_CLIENT_H

/** A transport, an HTTPS server for it, and what came back: what the tests of
 * src/net share. */

#include "https_server.h"
#include "net_transport.h"

#define CLIENT_REPLIES_MAX 128

typedef struct client_reply_t {
    const acme_request_t *request;
    acme_response_t response; /* kept in t_pool */
} client_reply_t;

typedef struct client_t {
    https_server_t *server;
    net_transport_t *transport;
    net_transport_config_t config; /* may be changed before a request */
    client_reply_t replies[CLIENT_REPLIES_MAX];
    unsigned reply_count;
    unsigned relay_left; /* how often `done` sends its request again */
    const char *logged;  /* the last line */
} client_t;

extern client_t client;

/** Begin anew, in t_pool: server and transport. */
void client_start(https_script_t *script);

/** A timeout of a request that others must keep to: longer where the tests are
 * watched, which is when CK_TIMEOUT_MULTIPLIER is set. */
apr_interval_time_t client_timeout(apr_interval_time_t span);

/** The callback for a transport of the test's own; its ctx is &client. */
net_transport_done_t client_done;

/** An address of the server, and the roots to trust it. */
const char *client_url(const char *path);
const char *client_root(void);

/** A port of 127.0.0.1 on which nobody listens. */
unsigned client_port_closed(void);

acme_request_t *client_request(const char *method, const char *url);
acme_request_t *client_get(const char *path);

/** Run the transport until there are `count` replies in all. */
void client_run_until(unsigned count);

/** Send one request and wait for its reply. */
const acme_response_t *client_exchange_with(const acme_request_t *request,
                                            const char *trust_file);
const acme_response_t *client_exchange(const acme_request_t *request);
const acme_response_t *client_exchange_get(const char *path);

void client_assert_answer(const acme_response_t *response, int code);

/** @param words what must be found in the reason */
void client_assert_failure(const acme_response_t *response,
                           apr_status_t status, const char *words);

#endif
