#ifndef HTTPD_SERVERS_H
#define HTTPD_SERVERS_H

/** The main server and the virtual hosts, with what other modules' directives
 * say of them, which only the tree of the configuration tells. */

#include <httpd.h>
#include <http_config.h>

typedef struct httpd_server_t {
    server_rec *s;
    const char *title; /* "the virtual host at file:line" */
    /* Those that stand in it, sections among them; of the main server all. */
    const ap_directive_t *directives;
    int has_name;    /* ServerName is written */
    const char *tls; /* what SSLEngine says, or what holds without it */
} httpd_server_t;

/** Read them: the main server first, then the order of the configuration.
 * @return httpd_server_t, from `p` */
const apr_array_header_t *httpd_servers_read(server_rec *main_server,
                                             apr_pool_t *p);

/** The one at this place of what was read. */
const httpd_server_t *httpd_servers_at(const apr_array_header_t *servers,
                                       int i);

/** The one that a connection to this address and port belongs to as long as
 * no name is told: the first virtual host of the address, else the first for
 * any address, else the main server. */
const httpd_server_t *httpd_servers_owner(const apr_array_header_t *servers,
                                          const apr_sockaddr_t *address,
                                          apr_port_t port);

/** Whether it speaks TLS, to all or to those who ask for it. */
int httpd_server_is_tls(const httpd_server_t *server);

#endif
