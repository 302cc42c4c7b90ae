#include "httpd_hosts.h"

#include "ae_address.h"

#include <apr_strings.h>
#include <string.h>

#define HTTPS_PORT 443

static int is_on_https_port(const server_rec *s)
{
    const server_addr_rec *address;

    for (address = s->addrs; address; address = address->next) {
        if (address->host_port == HTTPS_PORT) {
            return 1;
        }
    }
    return 0;
}

static int is_engine_on(const httpd_conf_t *conf)
{
    return strcmp(httpd_conf_get(conf, HTTPD_ENGINE)->text, "on") == 0;
}

/* httpd ends a ServerName at its first colon, so a host of an IPv6 address
 * alone has no ServerName. */
static int has_address(const server_rec *s, apr_pool_t *p)
{
    int i;

    for (i = 0; s->names && i < s->names->nelts; i++) {
        if (ae_address_is(edge_name_spell(
                APR_ARRAY_IDX(s->names, i, const char *), p))) {
            return 1;
        }
    }
    return 0;
}

static apr_array_header_t *read_names(const httpd_server_t *server,
                                      apr_pool_t *p)
{
    apr_array_header_t *names = apr_array_make(p, 4, sizeof(const char *));
    apr_hash_t *seen = apr_hash_make(p);
    const server_rec *s = server->s;
    int i;

    if (server->has_name) {
        httpd_names_add(names, seen, s->server_hostname);
    }
    for (i = 0; s->names && i < s->names->nelts; i++) {
        httpd_names_add(names, seen, APR_ARRAY_IDX(s->names, i, const char *));
    }
    return names;
}

/* ACMEEngine on outside of any virtual host is meant for those with TLS, so
 * nothing is said of one without, unless it says ACMEEngine on itself. */
static void tell_plain(const httpd_server_t *server, const httpd_conf_t *outer,
                       apr_array_header_t *findings, const ae_log_t *log)
{
    const server_rec *s = server->s;

    if (is_on_https_port(s)) {
        ae_log(log, AE_LOG_ERROR,
               "AE005: %s: %s is on port 443 and has "
               "ACMEEngine on, but SSLEngine is off, so it would not use its "
               "certificate; write SSLEngine on in it, or ACMEEngine off",
               s->server_hostname, server->title);
    } else if (s->is_virtual && httpd_conf_of(s)->settings[HTTPD_ENGINE] !=
                                    outer->settings[HTTPD_ENGINE]) {
        edge_finding_add(findings, AE_LOG_WARNING, "AE014", s->server_hostname,
                         "ACMEEngine on has no effect in %s, for SSLEngine "
                         "is off there; write it in the virtual host that has "
                         "SSLEngine on",
                         server->title);
    }
}

static const httpd_host_t *read_host(const httpd_server_t *server,
                                     const ae_log_t *log, apr_pool_t *p)
{
    httpd_host_t *host;

    if (!server->has_name && !has_address(server->s, p)) {
        ae_log(log, AE_LOG_ERROR,
               "AE006: %s has ACMEEngine on and no ServerName, so nobody "
               "knows what name to get a certificate for; write ServerName "
               "with a DNS name in it, or ACMEEngine off",
               server->title);
        return NULL;
    }
    host = apr_pcalloc(p, sizeof(*host));
    host->server = server->s;
    host->conf = httpd_conf_of(server->s);
    host->title = server->title;
    host->names = read_names(server, p);
    return host;
}

apr_array_header_t *httpd_hosts_find(int *wanted,
                                     const apr_array_header_t *servers,
                                     apr_array_header_t *findings,
                                     const ae_log_t *log, apr_pool_t *p)
{
    const httpd_conf_t *outer = httpd_conf_of(httpd_servers_at(servers, 0)->s);
    apr_array_header_t *hosts =
        apr_array_make(p, servers->nelts, sizeof(const httpd_host_t *));
    int i;

    *wanted = 0;
    for (i = 0; i < servers->nelts; i++) {
        const httpd_server_t *server = httpd_servers_at(servers, i);
        const httpd_host_t *host;

        if (!is_engine_on(httpd_conf_of(server->s))) {
            continue;
        }
        *wanted = 1;
        if (!httpd_server_is_tls(server)) {
            tell_plain(server, outer, findings, log);
        } else if ((host = read_host(server, log, p)) != NULL) {
            APR_ARRAY_PUSH(hosts, const httpd_host_t *) = host;
        }
    }
    return hosts;
}
