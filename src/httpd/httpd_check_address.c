#include "httpd_check.h"

#include "ae_address.h"
#include "httpd_conf.h"
#include "httpd_listen.h"

#include <apr_strings.h>
#include <string.h>

/* One way to a virtual host: the address that clients ask for and that its
 * certificate is for, and one of those that its <VirtualHost> line has. */
typedef struct way_t {
    const char *asked;
    const server_addr_rec *at;
} way_t;

static int is_any(const server_addr_rec *at)
{
    return httpd_listen_is_any(at->host_addr);
}

static const char *text_of(const server_addr_rec *at, apr_pool_t *p)
{
    return edge_name_spell(httpd_listen_ip(at->host_addr), p);
}

/* Where the line has an address of its own that differs from what is asked,
 * somebody before this server translates the one into the other. */
static const char *arrival(const way_t *way, apr_pool_t *p)
{
    return is_any(way->at) ? way->asked : text_of(way->at, p);
}

static int is_for(const server_rec *s, const way_t *way, int exactly,
                  apr_pool_t *p)
{
    const server_addr_rec *at;

    for (at = s->addrs; at; at = at->next) {
        if ((at->host_port == way->at->host_port || at->host_port == 0) &&
            (exactly
                 ? strcmp(text_of(at, p), arrival(way, p)) == 0 && !is_any(at)
                 : is_any(at))) {
            return 1;
        }
    }
    return 0;
}

/* RFC 6066 section 3: no client sends an address as the server's name. So the
 * connection belongs to the first virtual host of its address, else to the
 * first for any address, else to the main server. */
static const httpd_server_t *owner_of(const httpd_check_t *check,
                                      const way_t *way)
{
    int exactly, i;

    for (exactly = 1; exactly >= 0; exactly--) {
        for (i = 1; i < check->servers->nelts; i++) {
            const httpd_server_t *server = httpd_servers_at(check->servers, i);

            if (is_for(server->s, way, exactly, check->ptemp)) {
                return server;
            }
        }
    }
    return httpd_servers_at(check->servers, 0);
}

/* @return NULL where TLS is answered with a certificate for the address */
static const httpd_server_t *find_other(const httpd_check_t *check,
                                        const server_rec *s, const char *asked)
{
    const httpd_server_t *other = NULL;
    way_t way = {.asked = asked};

    for (way.at = s->addrs; way.at; way.at = way.at->next) {
        const edge_cert_t *cert;

        other = owner_of(check, &way);
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
