#include "httpd_check.h"

#include "httpd_certs.h"
#include "httpd_config.h"
#include "httpd_listen.h"

#include <apr_strings.h>
#include <string.h>

#define HTTP_PORT 80

/* --- nothing at all ----------------------------------------------------- */

/* Those that a CA asks port 80 of. */
static const apr_array_header_t *list_ordered(const httpd_check_t *check)
{
    apr_array_header_t *names =
        apr_array_make(check->ptemp, 16, sizeof(const char *));
    int i;

    for (i = 0; i < check->certs->nelts; i++) {
        const edge_cert_t *cert =
            APR_ARRAY_IDX(check->certs, i, const edge_cert_t *);

        if (httpd_check_is_ordered(cert)) {
            apr_array_cat(names, cert->names);
        }
    }
    return names;
}

static void tell_closed(const httpd_check_t *check,
                        const apr_array_header_t *names)
{
    edge_finding_add(check->findings, AE_LOG_WARNING, "AE018", "",
                     "nothing listens on port 80, where the CA asks for %s; "
                     "write Listen 80, or have port 80 forwarded to this "
                     "server",
                     httpd_certs_list(names, check->ptemp));
}

/* --- only elsewhere ----------------------------------------------------- */

static int is_loopback(const apr_sockaddr_t *address)
{
    const char *ip = httpd_listen_ip(address);

    return strncmp(ip, "127.", 4) == 0 || strcmp(ip, "::1") == 0;
}

/* Names may lead to any one address of those that TLS is at, so each of them
 * will do for port 80, but one that no CA can reach. */
static int reaches(const apr_sockaddr_t *http, const apr_sockaddr_t *tls)
{
    return httpd_listen_is_any(http) || apr_sockaddr_equal(http, tls) ||
           (httpd_listen_is_any(tls) && !is_loopback(http));
}

/* TLS is at the address of the virtual host, or, where it has any, at that of
 * a Listen for its port.
 * @param where put where TLS is, if port 80 is not open there */
static int is_open_beside(const apr_sockaddr_t **where,
                          const server_addr_rec *address,
                          const ap_listen_rec *tls)
{
    const apr_sockaddr_t *here = httpd_listen_is_any(address->host_addr)
                                     ? tls->bind_addr
                                     : address->host_addr;
    const ap_listen_rec *http;

    for (http = httpd_listen_next(ap_listeners, HTTP_PORT); http;
         http = httpd_listen_next(http->next, HTTP_PORT)) {
        if (reaches(http->bind_addr, here)) {
            return 1;
        }
    }
    *where = here;
    return 0;
}

/* @return NULL where some address will do, or where nothing is known */
static const apr_sockaddr_t *find_unreached(const server_rec *s)
{
    const apr_sockaddr_t *where = NULL;
    const server_addr_rec *address;
    const ap_listen_rec *tls;

    for (address = s->addrs; address; address = address->next) {
        for (tls = httpd_listen_next(ap_listeners, address->host_port); tls;
             tls = httpd_listen_next(tls->next, address->host_port)) {
            if (httpd_listen_meets(tls->bind_addr, address->host_addr) &&
                is_open_beside(&where, address, tls)) {
                return NULL;
            }
        }
    }
    return where;
}

static void tell_elsewhere(const httpd_check_t *check)
{
    int i;

    for (i = 0; i < check->servers->nelts; i++) {
        const httpd_server_t *server = httpd_servers_at(check->servers, i);
        const edge_cert_t *cert = httpd_plan_cert_of(server->s);
        const apr_sockaddr_t *where = NULL;

        if (cert && httpd_check_is_ordered(cert) &&
            (where = find_unreached(server->s)) != NULL) {
            edge_finding_add(
                check->findings, AE_LOG_WARNING, "AE022", cert->name,
                "the CA asks on port 80, and nothing listens there at the "
                "address of %s; write Listen %s, or have port 80 of that "
                "address forwarded to this server",
                server->title,
                httpd_listen_words(where, HTTP_PORT, check->ptemp));
        }
    }
}

/* --- TLS there ---------------------------------------------------------- */

static int is_encrypted(const httpd_server_t *server)
{
    return ap_cstr_casecmp(server->tls, "on") == 0;
}

/* Behind a Listen for all, the CA may come by the address of any of these. */
static int has_plain_host(const httpd_check_t *check)
{
    const server_addr_rec *at;
    int i;

    for (i = 1; i < check->servers->nelts; i++) {
        const httpd_server_t *server = httpd_servers_at(check->servers, i);

        for (at = server->s->addrs; at; at = at->next) {
            if (at->host_port == HTTP_PORT && !is_encrypted(server)) {
                return 1;
            }
        }
    }
    return 0;
}

static void tell_encrypted(const httpd_check_t *check)
{
    const httpd_server_t *owner = NULL;
    const ap_listen_rec *http;

    for (http = httpd_listen_next(ap_listeners, HTTP_PORT); http;
         http = httpd_listen_next(http->next, HTTP_PORT)) {
        owner =
            httpd_servers_owner(check->servers, http->bind_addr, HTTP_PORT);
        if (!is_encrypted(owner) ||
            (httpd_listen_is_any(http->bind_addr) && has_plain_host(check))) {
            return;
        }
    }
    if (owner != NULL) {
        edge_finding_add(check->findings, AE_LOG_WARNING, "AE023", "",
                         "%s has SSLEngine on and answers on port 80, where "
                         "the CA asks in plain HTTP; write a <VirtualHost "
                         "*:80> with SSLEngine off",
                         owner->title);
    }
}

void httpd_check_port(const httpd_check_t *check)
{
    const apr_array_header_t *names = list_ordered(check);

    if (names->nelts == 0) {
        return;
    }
    if (httpd_listen_next(ap_listeners, HTTP_PORT) == NULL) {
        if (check->challenge_port == 0) {
            tell_closed(check, names);
        }
        return;
    }
    tell_elsewhere(check);
    tell_encrypted(check);
}
