#include "httpd_hosts.h"

#include <apr_strings.h>
#include <string.h>
#include <util_cfgtree.h>

#define HTTPS_PORT 443

/* What other modules' directives say, which only the tree tells. */
typedef struct facts_t {
    const ap_directive_t *ssl_engine; /* NULL: not in this section */
    const ap_directive_t *server_name;
} facts_t;

typedef struct server_t {
    server_rec *s;
    const char *title;
    facts_t facts;
} server_t;

static facts_t read_facts(const ap_directive_t *directive)
{
    facts_t facts = {NULL, NULL};

    for (; directive; directive = directive->next) {
        if (ap_cstr_casecmp(directive->directive, "SSLEngine") == 0) {
            facts.ssl_engine = directive;
        } else if (ap_cstr_casecmp(directive->directive, "ServerName") == 0) {
            facts.server_name = directive;
        }
    }
    return facts;
}

/* One place can stand for several hosts: a file may be included twice. They
 * come in the order of the configuration. */
static apr_hash_t *find_sections(apr_pool_t *p)
{
    apr_hash_t *sections = apr_hash_make(p);
    const ap_directive_t *directive;

    for (directive = ap_conftree; directive; directive = directive->next) {
        const char *place;
        apr_array_header_t *here;

        if (ap_cstr_casecmp(directive->directive, "<VirtualHost")) {
            continue;
        }
        place = httpd_conf_place(directive->filename, directive->line_num, p);
        here = apr_hash_get(sections, place, APR_HASH_KEY_STRING);
        if (here == NULL) {
            here = apr_array_make(p, 1, sizeof(const ap_directive_t *));
            apr_hash_set(sections, place, APR_HASH_KEY_STRING, here);
        }
        APR_ARRAY_PUSH(here, const ap_directive_t *) = directive;
    }
    return sections;
}

/* The last of those that are left at this place. */
static facts_t take_facts(apr_hash_t *sections, const char *place)
{
    apr_array_header_t *here =
        apr_hash_get(sections, place, APR_HASH_KEY_STRING);
    const ap_directive_t **directive = here ? apr_array_pop(here) : NULL;

    return read_facts(directive ? (*directive)->first_child : NULL);
}

static int is_tls(const server_t *server, const server_t *outer, apr_pool_t *p)
{
    const ap_directive_t *directive = server->facts.ssl_engine
                                          ? server->facts.ssl_engine
                                          : outer->facts.ssl_engine;
    const char *args = directive ? directive->args : "off";

    return ap_cstr_casecmp(ap_getword_conf(p, &args), "off") != 0;
}

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

static apr_array_header_t *read_names(const server_rec *s, apr_pool_t *p)
{
    apr_array_header_t *names = apr_array_make(p, 4, sizeof(const char *));
    apr_hash_t *seen = apr_hash_make(p);
    int i;

    httpd_names_add(names, seen, s->server_hostname);
    for (i = 0; s->names && i < s->names->nelts; i++) {
        httpd_names_add(names, seen, APR_ARRAY_IDX(s->names, i, const char *));
    }
    return names;
}

/* ACMEEngine on outside of any virtual host is meant for those with TLS, so
 * nothing is said of one without, unless it says ACMEEngine on itself. */
static void log_plain(const server_t *server, const httpd_conf_t *outer,
                      const ae_log_t *log)
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
        ae_log(log, AE_LOG_WARNING,
               "AE014: %s: ACMEEngine on has no effect in %s, for SSLEngine "
               "is off there; write it in the virtual host that has "
               "SSLEngine on",
               s->server_hostname, server->title);
    }
}

static const httpd_host_t *read_host(const server_t *server,
                                     const ae_log_t *log, apr_pool_t *p)
{
    httpd_host_t *host;

    if (server->facts.server_name == NULL) {
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
    host->names = read_names(server->s, p);
    return host;
}

static int count_servers(const server_rec *s)
{
    int count = 0;

    for (; s; s = s->next) {
        count++;
    }
    return count;
}

/* httpd lists its virtual hosts from the last to the first; here they stand
 * in the order of the configuration, the main server before them. */
static const apr_array_header_t *read_servers(server_rec *main_server,
                                              apr_pool_t *p)
{
    const int count = count_servers(main_server);
    apr_array_header_t *servers = apr_array_make(p, count, sizeof(server_t));
    apr_hash_t *sections = find_sections(p);
    server_t *server = (server_t *)(void *)servers->elts;
    server_rec *s;

    servers->nelts = count;
    server->s = main_server;
    server->title = "the main server";
    server->facts = read_facts(ap_conftree);
    server += count;
    for (s = main_server->next; s; s = s->next) {
        const char *place =
            httpd_conf_place(s->defn_name, (int)s->defn_line_number, p);

        server--;
        server->s = s;
        server->title = apr_pstrcat(p, "the virtual host at ", place, NULL);
        server->facts = take_facts(sections, place);
    }
    return servers;
}

apr_array_header_t *httpd_hosts_find(int *wanted, server_rec *main_server,
                                     const ae_log_t *log, apr_pool_t *p)
{
    const apr_array_header_t *servers = read_servers(main_server, p);
    const server_t *outer = &APR_ARRAY_IDX(servers, 0, server_t);
    apr_array_header_t *hosts =
        apr_array_make(p, servers->nelts, sizeof(const httpd_host_t *));
    int i;

    *wanted = 0;
    for (i = 0; i < servers->nelts; i++) {
        const server_t *server = &APR_ARRAY_IDX(servers, i, server_t);
        const httpd_host_t *host;

        if (!is_engine_on(httpd_conf_of(server->s))) {
            continue;
        }
        *wanted = 1;
        if (!is_tls(server, outer, p)) {
            log_plain(server, httpd_conf_of(main_server), log);
        } else if ((host = read_host(server, log, p)) != NULL) {
            APR_ARRAY_PUSH(hosts, const httpd_host_t *) = host;
        }
    }
    return hosts;
}
