#include "httpd_check.h"

#include "httpd_redirect.h"

#include <apr_strings.h>
#include <string.h>

typedef struct search_t {
    const httpd_check_t *check;
    apr_hash_t *seen;          /* place to other_t */
    apr_array_header_t *found; /* other_t * */
    apr_pool_t *p;
} search_t;

/* A directive that is for the challenges of another client. */
typedef struct other_t {
    const char *words;         /* "Alias /path at file:line" */
    apr_array_header_t *names; /* const char *: managed ones that it meets */
} other_t;

static const char *name_at(const apr_array_header_t *names, int i)
{
    return APR_ARRAY_IDX(names, i, const char *);
}

static const char *first_word(const ap_directive_t *directive, apr_pool_t *p)
{
    const char *args = directive->args;

    return ap_getword_conf(p, &args);
}

/* --- directives for the path of challenges ------------------------------ */

static int is_for_challenges(const char *words)
{
    return strstr(words, "acme-challenge") != NULL ||
           strstr(words, "acme\\-challenge") != NULL;
}

static const char *second_word(const ap_directive_t *directive, apr_pool_t *p)
{
    const char *args = directive->args;

    ap_getword_conf(p, &args);
    return ap_getword_conf(p, &args);
}

/* Those that only keep it out of something else lead nowhere. */
static int leads_somewhere(const ap_directive_t *directive, apr_pool_t *p)
{
    static const char *const leading[] = {
        "Alias",     "AliasMatch",     "ScriptAlias", "ScriptAliasMatch",
        "ProxyPass", "ProxyPassMatch", "SetHandler",  NULL};
    static const char *const rewriting[] = {"RewriteRule", NULL};
    const char *first = first_word(directive, p);
    const char *second = second_word(directive, p);

    if (httpd_check_is_one_of(directive, rewriting)) {
        return first[0] != '!' && strstr(first, "(?!") == NULL &&
               strcmp(second, "-") != 0;
    }
    return httpd_check_is_one_of(directive, leading) &&
           strcmp(first, "!") != 0 && strcmp(second, "!") != 0;
}

static other_t *keep_other(search_t *search, const ap_directive_t *directive,
                           const char *path)
{
    const char *place = httpd_check_place(directive, search->p);
    other_t *other = apr_hash_get(search->seen, place, APR_HASH_KEY_STRING);

    if (other == NULL) {
        other = apr_pcalloc(search->p, sizeof(*other));
        other->words = apr_psprintf(search->p, "%s %s at %s",
                                    directive->directive, path, place);
        other->names = apr_array_make(search->p, 1, sizeof(const char *));
        apr_hash_set(search->seen, place, APR_HASH_KEY_STRING, other);
        APR_ARRAY_PUSH(search->found, other_t *) = other;
    }
    return other;
}

/* A file that several hosts include is one place. */
static void add_name(other_t *other, const char *name)
{
    const int last = other->names->nelts - 1;

    if (last < 0 || strcmp(name_at(other->names, last), name) != 0) {
        APR_ARRAY_PUSH(other->names, const char *) = name;
    }
}

static int is_location(const ap_directive_t *directive)
{
    static const char *const locations[] = {"<Location", "<LocationMatch",
                                            NULL};

    return httpd_check_is_one_of(directive, locations);
}

/* What a section is for, without the bracket that ends it. */
static const char *section_words(const ap_directive_t *directive,
                                 apr_pool_t *p)
{
    char *words = apr_pstrdup(p, directive->args);
    char *end = strrchr(words, '>');
    const char *rest = words;

    if (end) {
        *end = '\0';
    }
    return ap_getword_conf(p, &rest);
}

/* @param location the path of the section that these are in, if that is the
 * path of challenges; else NULL */
static void search_others(search_t *search, const ap_directive_t *first,
                          const char *location, const edge_cert_t *cert)
{
    static const char *const hosts[] = {"<VirtualHost", NULL};
    const ap_directive_t *d;

    for (d = first; d; d = d->next) {
        const char *path = location;

        if (d->first_child && is_location(d)) {
            path = section_words(d, search->p);
        }
        if (d->first_child && !httpd_check_is_one_of(d, hosts)) {
            search_others(search, d->first_child,
                          path && is_for_challenges(path) ? path : NULL, cert);
        } else if (leads_somewhere(d, search->p) &&
                   (path || is_for_challenges(first_word(d, search->p)))) {
            other_t *other =
                keep_other(search, d, path ? path : first_word(d, search->p));

            if (cert) {
                add_name(other, cert->name);
            }
        }
    }
}

static void tell_others(const search_t *search)
{
    int i;

    for (i = 0; i < search->found->nelts; i++) {
        const other_t *other = APR_ARRAY_IDX(search->found, i, other_t *);

        httpd_check_tell(
            search->check, AE_LOG_NOTICE, "AE025", other->names,
            apr_pstrcat(search->p, other->words,
                        " is for the challenges of another ACME client, and "
                        "may stay: those of this server's own orders are "
                        "answered before it, all others are left to it",
                        NULL));
    }
}

/* --- what is redirected before an Alias is asked ------------------------ */

static const ap_directive_t *find_alias(const ap_directive_t *first,
                                        apr_pool_t *p)
{
    static const char *const aliases[] = {"Alias", "AliasMatch", "ScriptAlias",
                                          "ScriptAliasMatch", NULL};
    const ap_directive_t *d;

    for (d = first; d; d = d->next) {
        if (httpd_check_is_one_of(d, aliases) &&
            is_for_challenges(first_word(d, p))) {
            return d;
        }
    }
    return NULL;
}

static void search_redirect(const search_t *search,
                            const httpd_server_t *server,
                            const edge_cert_t *cert)
{
    const ap_directive_t *alias = find_alias(server->directives, search->p);
    const ap_directive_t *redirect =
        alias ? httpd_redirect_find(server->directives, search->p) : NULL;

    if (redirect != NULL) {
        edge_finding_add(
            search->check->findings, AE_LOG_NOTICE, "AE026", cert->name,
            "%s at %s comes before %s at %s, whatever their order: the CA of "
            "the other ACME client is sent to where the redirect leads, while "
            "this server's own challenges are answered before both; leave "
            "/.well-known/acme-challenge/ out of the redirect unless the "
            "other client's challenges are answered there",
            redirect->directive, httpd_check_place(redirect, search->p),
            alias->directive, httpd_check_place(alias, search->p));
    }
}

/* --- the whole ---------------------------------------------------------- */

void httpd_check_clients(const httpd_check_t *check)
{
    search_t search = {
        .check = check,
        .seen = apr_hash_make(check->ptemp),
        .found = apr_array_make(check->ptemp, 4, sizeof(other_t *)),
        .p = check->ptemp,
    };
    int i;

    for (i = 0; i < check->servers->nelts; i++) {
        const httpd_server_t *server = httpd_servers_at(check->servers, i);
        const edge_cert_t *cert =
            i > 0 ? httpd_check_cert_for(check, server->s) : NULL;

        if (i == 0 || cert != NULL) {
            search_others(&search, server->directives, NULL, cert);
        }
        if (cert != NULL && !httpd_server_is_tls(server)) {
            search_redirect(&search, server, cert);
        }
    }
    tell_others(&search);
}
