#include "httpd_check.h"

#include "httpd_conf.h"

#include <apr_strings.h>
#include <string.h>

static const char *name_at(const apr_array_header_t *names, int i)
{
    return APR_ARRAY_IDX(names, i, const char *);
}

static void add_words(apr_array_header_t *names, int *grows, const char *args)
{
    while (*args) {
        char *word = ap_getword_conf(names->pool, &args);

        ap_str_tolower(word);
        if (strcmp(word, "auto") == 0 || strcmp(word, "manual") == 0) {
            *grows = word[0] == 'a';
        } else if (word[0]) {
            APR_ARRAY_PUSH(names, const char *) =
                edge_name_spell(word, names->pool);
        }
    }
}

/* What it manages by name, and whether it adds what hosts with one of these
 * names have beside it. */
static apr_array_header_t *md_names(int *grows, const ap_directive_t *md,
                                    apr_pool_t *p)
{
    static const char *const members[] = {"MDMember", "MDMembers", NULL};
    apr_array_header_t *names = apr_array_make(p, 4, sizeof(const char *));
    char *args = apr_pstrdup(p, md->args);
    const ap_directive_t *d;

    *grows = 1;
    if (md->directive[0] == '<') {
        args[strcspn(args, ">")] = '\0';
    }
    add_words(names, grows, args);
    for (d = md->first_child; d; d = d->next) {
        if (httpd_check_is_one_of(d, members)) {
            add_words(names, grows, d->args);
        }
    }
    return names;
}

static int has_name(const server_rec *s, const char *name)
{
    int i;

    for (i = 0; s->names && i < s->names->nelts; i++) {
        if (ap_cstr_casecmp(name_at(s->names, i), name) == 0) {
            return 1;
        }
    }
    return ap_cstr_casecmp(s->server_hostname, name) == 0;
}

static const edge_cert_t *cert_beside(const httpd_check_t *check,
                                      const char *name)
{
    const edge_cert_t *cert = NULL;
    int i;

    for (i = 1; cert == NULL && i < check->servers->nelts; i++) {
        const server_rec *s = httpd_servers_at(check->servers, i)->s;

        if (has_name(s, name)) {
            cert = httpd_check_cert_for(check, s);
        }
    }
    return cert;
}

static void tell_md(const httpd_check_t *check, const ap_directive_t *md)
{
    apr_array_header_t *certs =
        apr_array_make(check->ptemp, 1, sizeof(const char *));
    apr_hash_t *seen = apr_hash_make(check->ptemp);
    int grows, i;
    const apr_array_header_t *names = md_names(&grows, md, check->ptemp);

    for (i = 0; i < names->nelts; i++) {
        const edge_cert_t *cert =
            httpd_check_cert_of(check, name_at(names, i));

        if (cert == NULL && grows) {
            cert = cert_beside(check, name_at(names, i));
        }
        if (cert != NULL) {
            httpd_names_add(certs, seen, cert->name);
        }
    }
    if (certs->nelts > 0) {
        httpd_check_tell(
            check, AE_LOG_WARNING, "AE024", certs,
            apr_pstrcat(check->ptemp, "mod_md manages it too, by ",
                        md->directive,
                        md->directive[0] == '<' ? "> at " : " at ",
                        httpd_check_place(md, check->ptemp),
                        ": both would order certificates, and mod_md answers "
                        "404 to a CA that asks for challenges of others; "
                        "take the name out of there, or write ACMEEngine off",
                        NULL));
    }
}

static void search_md(const httpd_check_t *check, const ap_directive_t *first)
{
    static const char *const mds[] = {"MDomain", "<MDomain", "<MDomainSet",
                                      NULL};
    const ap_directive_t *d;

    for (d = first; d; d = d->next) {
        if (httpd_check_is_one_of(d, mds)) {
            tell_md(check, d);
        }
    }
}

void httpd_check_md(const httpd_check_t *check)
{
    int i;

    for (i = 0; i < check->servers->nelts; i++) {
        search_md(check, httpd_servers_at(check->servers, i)->directives);
    }
}
