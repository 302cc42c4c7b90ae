#ifndef HTTPD_PORT_SERVE_H
#define HTTPD_PORT_SERVE_H

/** What connections to the port of ACMEChallengePort meet: challenges, and
 * nothing else. Any thread. */

#include "httpd_challenge.h"
#include "httpd_port.h"

/** post_config: a server of their own, which has the main server's logs and
 * limits and no host, document, error document or handler; in `p`. */
server_rec *httpd_port_server(const server_rec *main_server, apr_pool_t *p);

/** Hook pre_connection, before mod_ssl: no TLS, no virtual host. */
int httpd_port_pre_connection(const httpd_port_t *port, server_rec *server,
                              conn_rec *c);

/** Hook process_connection, before any other protocol: one request of HTTP/1,
 * and the connection ends. */
int httpd_port_process_connection(const httpd_port_t *port, conn_rec *c);

/** Hook post_read_request: answer a GET or HEAD of an open token, and 404 all
 * else.
 * @param challenge NULL: there is none */
int httpd_port_read_request(const httpd_port_t *port,
                            const httpd_challenge_t *challenge,
                            request_rec *r);

#endif
