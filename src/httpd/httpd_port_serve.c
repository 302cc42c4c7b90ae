#include "httpd_port_serve.h"

#include <apr_strings.h>
#include <http_config.h>
#include <http_protocol.h>
#include <http_ssl.h>

#define NOT_HERE "Only ACME challenges are answered on this port.\n"

/* What the main server has before its first directive. */
static ap_conf_vector_t *nothing_configured(apr_pool_t *p)
{
    ap_conf_vector_t *defaults = ap_create_per_dir_config(p);
    module *each;

    for (each = ap_top_module; each; each = each->next) {
        if (each->create_dir_config != NULL) {
            ap_set_module_config(defaults, each,
                                 each->create_dir_config(p, NULL));
        }
    }
    return defaults;
}

/* Whatever is refused before post_read_request gets httpd's own words: what
 * ErrorDocument and the like say of it is among these defaults. It has any
 * name: StrictHostCheck would refuse challenges of others. */
server_rec *httpd_port_server(const server_rec *main_server, apr_pool_t *p)
{
    server_rec *server = apr_pmemdup(p, main_server, sizeof(*main_server));

    server->next = NULL;
    server->wild_names = apr_array_make(p, 1, sizeof(char *));
    APR_ARRAY_PUSH(server->wild_names, const char *) = "*";
    server->lookup_defaults = nothing_configured(p);
    server->keep_alive = 0;
    return server;
}

/* No Listen has the port while it is ours. */
static int is_at(const httpd_port_t *port, const conn_rec *c)
{
    return port != NULL && httpd_port_is_open(port) && !c->outgoing &&
           c->local_addr->port == httpd_port_number(port);
}

int httpd_port_pre_connection(const httpd_port_t *port, server_rec *server,
                              conn_rec *c)
{
    if (!is_at(port, c)) {
        return DECLINED;
    }
    /* That is how a module asks for no TLS, with a server that mod_ssl has set
     * up; the connection comes in still. */
    ap_ssl_bind_outgoing(c, NULL, 0);
    c->outgoing = 0;
    c->base_server = server;
    c->vhost_lookup_data = NULL;
    return OK;
}

int httpd_port_process_connection(const httpd_port_t *port, conn_rec *c)
{
    if (!is_at(port, c)) {
        return DECLINED;
    }
    /* The hook below has answered, and httpd is done with the request. */
    (void)ap_read_request(c);
    if (c->cs != NULL) {
        c->cs->state = CONN_STATE_LINGER;
    }
    return OK;
}

int httpd_port_read_request(const httpd_port_t *port,
                            const httpd_challenge_t *challenge, request_rec *r)
{
    if (!is_at(port, r->connection)) {
        return DECLINED;
    }
    r->connection->keepalive = AP_CONN_CLOSE;
    if (challenge != NULL &&
        httpd_challenge_quick_handler(challenge, r, 0) == OK) {
        return DONE;
    }
    r->status = HTTP_NOT_FOUND;
    ap_set_content_type(r, "text/plain");
    ap_set_content_length(r, sizeof(NOT_HERE) - 1);
    ap_rputs(NOT_HERE, r);
    return DONE;
}
