#include "httpd_port_where.h"

#include "httpd_config.h"
#include "httpd_listen.h"

#include <apr_strings.h>
#include <string.h>

typedef struct collector_t {
    apr_array_header_t *words;
    apr_port_t port;
} collector_t;

static void add(const collector_t *to, const apr_sockaddr_t *address)
{
    const char *words = httpd_listen_words(address, to->port, to->words->pool);

    if (!ae_text_is_among(to->words, words)) {
        APR_ARRAY_PUSH(to->words, const char *) = words;
    }
}

/* A host for any address is at those of the Listen lines for its port. */
static void add_host(const collector_t *to, const server_addr_rec *address)
{
    const ap_listen_rec *tls;

    for (tls = ap_listeners; tls; tls = tls->next) {
        if ((address->host_port == 0 ||
             address->host_port == tls->bind_addr->port) &&
            httpd_listen_meets(tls->bind_addr, address->host_addr)) {
            add(to, httpd_listen_is_any(address->host_addr)
                        ? tls->bind_addr
                        : address->host_addr);
        }
    }
}

static void add_hosts(const collector_t *to, const httpd_check_t *check)
{
    int i;

    for (i = 0; i < check->servers->nelts; i++) {
        const httpd_server_t *server = httpd_servers_at(check->servers, i);
        const edge_cert_t *cert = httpd_plan_cert_of(server->s);
        const server_addr_rec *address = server->s->addrs;

        for (; cert && httpd_check_is_ordered(cert) && address;
             address = address->next) {
            add_host(to, address);
        }
    }
}

/* --- what has another within --------------------------------------------- */

static int is_version_6(const char *words)
{
    return words[0] == '[';
}

static int is_all(const char *words)
{
    return strchr(words, ':') == NULL;
}

/* An IPv6 socket for any address takes IPv4 along, as that of Listen does. */
static int is_within(const char *inner, const char *outer)
{
    if (is_all(outer) || strncmp(outer, "[::]:", 5) == 0) {
        return !is_all(inner);
    }
    return strncmp(outer, "0.0.0.0:", 8) == 0 && !is_version_6(inner) &&
           !is_all(inner);
}

static int is_needed(const apr_array_header_t *words, int index)
{
    const char *own = APR_ARRAY_IDX(words, index, const char *);
    int i;

    for (i = 0; i < words->nelts; i++) {
        if (i != index &&
            is_within(own, APR_ARRAY_IDX(words, i, const char *))) {
            return 0;
        }
    }
    return 1;
}

apr_array_header_t *httpd_port_where(const httpd_check_t *check,
                                     apr_port_t port, apr_pool_t *p)
{
    collector_t all = {apr_array_make(p, 4, sizeof(const char *)), port};
    apr_array_header_t *needed = apr_array_make(p, 4, sizeof(const char *));
    const ap_listen_rec *listener = ap_listeners;
    int i;

    add_hosts(&all, check);
    for (; all.words->nelts == 0 && listener; listener = listener->next) {
        add(&all, listener->bind_addr);
    }
    for (i = 0; i < all.words->nelts; i++) {
        if (is_needed(all.words, i)) {
            APR_ARRAY_PUSH(needed, const char *) =
                APR_ARRAY_IDX(all.words, i, const char *);
        }
    }
    return needed;
}
