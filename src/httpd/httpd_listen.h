#ifndef HTTPD_LISTEN_H
#define HTTPD_LISTEN_H

/** Where httpd listens, by what was read of its configuration. */

#include <httpd.h>
#include <ap_listen.h>
#include <apr_network_io.h>

/** The first at this port, of those from here on, or NULL. */
const ap_listen_rec *httpd_listen_next(const ap_listen_rec *listener,
                                       apr_port_t port);

int httpd_listen_is_any(const apr_sockaddr_t *address);

/** Whether a connection to the one can come to the other. */
int httpd_listen_meets(const apr_sockaddr_t *a, const apr_sockaddr_t *b);

/** As text, or "". */
const char *httpd_listen_ip(const apr_sockaddr_t *address);

/** What to write behind Listen for this address: "80", "[::1]:80"; from
 * `p`. */
const char *httpd_listen_words(const apr_sockaddr_t *address, apr_port_t port,
                               apr_pool_t *p);

#endif
