#include "httpd_servers.h"

#include "httpd_conf.h"
#include "httpd_listen.h"

#include <apr_strings.h>
#include <util_cfgtree.h>

typedef struct facts_t {
    const ap_directive_t *ssl_engine; /* NULL: not in this section */
    const ap_directive_t *server_name;
} facts_t;

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

/* Those in the last of the sections that are left at this place. */
static const ap_directive_t *take_directives(apr_hash_t *sections,
                                             const char *place)
{
    apr_array_header_t *here =
        apr_hash_get(sections, place, APR_HASH_KEY_STRING);
    const ap_directive_t **directive = here ? apr_array_pop(here) : NULL;

    return directive ? (*directive)->first_child : NULL;
}

static void read_server(httpd_server_t *server, server_rec *s,
                        const char *title, const ap_directive_t *directives,
                        const char *outer_tls, apr_pool_t *p)
{
    facts_t facts = read_facts(directives);
    const char *args = facts.ssl_engine ? facts.ssl_engine->args : outer_tls;

    server->s = s;
    server->title = title;
    server->directives = directives;
    server->has_name = facts.server_name != NULL;
    server->tls = ap_getword_conf(p, &args);
}

static int count_servers(const server_rec *s)
{
    int count = 0;

    for (; s; s = s->next) {
        count++;
    }
    return count;
}

/* httpd lists its virtual hosts from the last to the first. */
const apr_array_header_t *httpd_servers_read(server_rec *main_server,
                                             apr_pool_t *p)
{
    const int count = count_servers(main_server);
    apr_array_header_t *servers =
        apr_array_make(p, count, sizeof(httpd_server_t));
    apr_hash_t *sections = find_sections(p);
    httpd_server_t *outer = (httpd_server_t *)(void *)servers->elts;
    httpd_server_t *server = outer + count;
    server_rec *s;

    servers->nelts = count;
    read_server(outer, main_server, "the main server", ap_conftree, "off", p);
    for (s = main_server->next; s; s = s->next) {
        const char *place =
            httpd_conf_place(s->defn_name, (int)s->defn_line_number, p);

        read_server(--server, s,
                    apr_pstrcat(p, "the virtual host at ", place, NULL),
                    take_directives(sections, place), outer->tls, p);
    }
    return servers;
}

const httpd_server_t *httpd_servers_at(const apr_array_header_t *servers,
                                       int i)
{
    return &APR_ARRAY_IDX(servers, i, httpd_server_t);
}

static int is_for(const httpd_server_t *server, const apr_sockaddr_t *address,
                  apr_port_t port, int exactly)
{
    const server_addr_rec *at;

    for (at = server->s->addrs; at; at = at->next) {
        int is_any = httpd_listen_is_any(at->host_addr);

        if ((at->host_port == port || at->host_port == 0) &&
            (exactly ? !is_any && apr_sockaddr_equal(at->host_addr, address)
                     : is_any)) {
            return 1;
        }
    }
    return 0;
}

const httpd_server_t *httpd_servers_owner(const apr_array_header_t *servers,
                                          const apr_sockaddr_t *address,
                                          apr_port_t port)
{
    int exactly, i;

    for (exactly = 1; exactly >= 0; exactly--) {
        for (i = 1; i < servers->nelts; i++) {
            const httpd_server_t *server = httpd_servers_at(servers, i);

            if (is_for(server, address, port, exactly)) {
                return server;
            }
        }
    }
    return httpd_servers_at(servers, 0);
}

int httpd_server_is_tls(const httpd_server_t *server)
{
    return ap_cstr_casecmp(server->tls, "off") != 0;
}
