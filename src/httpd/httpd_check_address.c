#include "httpd_check.h"

#include "ae_address.h"
#include "httpd_conf.h"
#include "httpd_listen.h"

#include <apr_strings.h>
#include <string.h>

/* Where a <VirtualHost> line has an address of its own that differs from what
 * clients ask for, somebody before this server translates the one into the
 * other.
 * @return NULL where this httpd has no such addresses */
static const apr_sockaddr_t *arrival(const char *asked,
                                     const server_addr_rec *at, apr_pool_t *p)
{
    apr_sockaddr_t *address = NULL;
    int family = strchr(asked, ':') ? APR_INET6 : APR_INET;

    if (!httpd_listen_is_any(at->host_addr)) {
        return at->host_addr;
    }
    return apr_sockaddr_info_get(&address, asked, family, at->host_port, 0,
                                 p) == APR_SUCCESS
               ? address
               : NULL;
}

/* RFC 6066 section 3: no client sends an address as the server's name.
 * @return NULL where TLS is answered with a certificate for the address */
static const httpd_server_t *find_other(const httpd_check_t *check,
                                        const server_rec *s, const char *asked)
{
    const httpd_server_t *other = NULL;
    const server_addr_rec *at;

    for (at = s->addrs; at; at = at->next) {
        const apr_sockaddr_t *address = arrival(asked, at, check->ptemp);
        const edge_cert_t *cert;

        if (address == NULL) {
            continue;
        }
        other = httpd_servers_owner(check->servers, address, at->host_port);
        cert = httpd_plan_cert_of(other->s);
        if (cert != NULL && ae_text_is_among(cert->names, asked)) {
            return NULL;
        }
    }
    return other;
}

/* As <VirtualHost> has it; of all ports, it has none. */
static const char *written(const char *asked, apr_port_t port, apr_pool_t *p)
{
    const char *host = ae_address_host(asked, p);

    return port ? apr_psprintf(p, "%s:%u", host, port) : host;
}

static void look_at(const httpd_check_t *check, const httpd_server_t *server,
                    const edge_cert_t *cert, const char *name)
{
    apr_pool_t *p = check->ptemp;
    const char *asked = edge_name_spell(name, p);
    const httpd_server_t *other =
        ae_address_is(asked) ? find_other(check, server->s, asked) : NULL;

    if (other != NULL) {
        edge_finding_add(
            check->findings, AE_LOG_WARNING, "AE034", cert->name,
            "clients that ask for %s name no host in TLS, so %s answers them "
            "with its certificate, and not %s; write <VirtualHost %s>, or "
            "put this virtual host before all others of its address",
            asked, other->title, server->title,
            written(asked, server->s->addrs->host_port, p));
    }
}

void httpd_check_addresses(const httpd_check_t *check)
{
    int i, n;

    for (i = 1; i < check->servers->nelts; i++) {
        const httpd_server_t *server = httpd_servers_at(check->servers, i);
        const edge_cert_t *cert = httpd_plan_cert_of(server->s);
        const apr_array_header_t *aliases = server->s->names;

        if (cert == NULL || server->s->addrs == NULL) {
            continue;
        }
        if (server->has_name) {
            look_at(check, server, cert, server->s->server_hostname);
        }
        for (n = 0; aliases && n < aliases->nelts; n++) {
            look_at(check, server, cert, APR_ARRAY_IDX(aliases, n, char *));
        }
    }
}
