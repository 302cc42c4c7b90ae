#include "httpd_certs.h"

#include "edge_given.h"
#include "httpd_cert.h"

#include <apr_strings.h>
#include <string.h>

#define LISTED_MAX 10

/* One certificate to be, and who defines it. */
typedef struct definition_t {
    edge_cert_t *cert;
    const apr_array_header_t *names; /* as configured: ACMECSR may add some */
    const httpd_conf_t *conf;        /* merged */
    const char *title;
    int is_section;
} definition_t;

typedef struct maker_t {
    httpd_conf_t *outer;
    const ae_log_t *log;
    apr_array_header_t *findings;
    apr_hash_t *by_name;                 /* name to definition_t */
    apr_array_header_t *all;             /* definition_t * */
    const apr_array_header_t *externals; /* const edge_external_t * */
    apr_pool_t *p;
} maker_t;

static const char *name_at(const apr_array_header_t *names, int i)
{
    return APR_ARRAY_IDX(names, i, const char *);
}

const char *httpd_certs_list(const apr_array_header_t *names, apr_pool_t *p)
{
    const int listed = names->nelts > LISTED_MAX ? LISTED_MAX : names->nelts;
    const char *text = name_at(names, 0);
    int i;

    for (i = 1; i < listed; i++) {
        text = apr_pstrcat(p, text, ", ", name_at(names, i), NULL);
    }
    return listed == names->nelts ? text
                                  : apr_psprintf(p, "%s and %d more", text,
                                                 names->nelts - listed);
}

static definition_t *find(const maker_t *maker, const char *name)
{
    return apr_hash_get(maker->by_name, name, APR_HASH_KEY_STRING);
}

/* One that cannot be had is kept too: what refers to it is not wrong. */
static definition_t *define(maker_t *maker, const apr_array_header_t *names,
                            const httpd_conf_t *conf, const char *title)
{
    definition_t *made = apr_pcalloc(maker->p, sizeof(*made));
    ae_error_t err;

    made->cert = httpd_cert_make(names, conf, maker->externals, maker->p);
    made->names = names;
    made->conf = conf;
    made->title = title;
    if (made->cert->csr && edge_given_check(made->cert->csr, names, &err)) {
        ae_log(maker->log, AE_LOG_ERROR, "AE021: %s: ACMECSR of %s: %s.",
               made->cert->name, title, ae_error_line(&err, maker->p));
    } else if (edge_cert_check(made->cert, &err)) {
        ae_log(maker->log, AE_LOG_ERROR,
               "AE012: %s: the certificate that %s defines cannot be had. %s.",
               made->cert->name, title, ae_error_line(&err, maker->p));
    }
    APR_ARRAY_PUSH(maker->all, definition_t *) = made;
    return made;
}

static void define_section(maker_t *maker, const httpd_section_t *section)
{
    const httpd_conf_t *conf =
        httpd_config_merge(maker->p, maker->outer, section->conf);
    definition_t *made = define(maker, section->names, conf, section->title);
    int i;

    made->is_section = 1;
    for (i = 0; i < made->cert->names->nelts; i++) {
        const char *name = name_at(made->cert->names, i);
        const definition_t *other = find(maker, name);

        if (other) {
            ae_log(maker->log, AE_LOG_ERROR,
                   "AE009: %s: %s and %s both define its certificate; leave "
                   "the name in one of them",
                   name, other->title, made->title);
        } else {
            apr_hash_set(maker->by_name, name, APR_HASH_KEY_STRING, made);
        }
    }
}

static int is_same(const httpd_setting_t *a, const httpd_setting_t *b)
{
    return a == b || (a && b && strcmp(a->args, b->args) == 0);
}

/* The first directive that two configurations of a certificate differ in. */
static const httpd_directive_t *find_difference(const httpd_conf_t *a,
                                                const httpd_conf_t *b)
{
    int i;

    for (i = 0; i < HTTPD_FIELDS; i++) {
        const httpd_field_t field = (httpd_field_t)i;

        if ((httpd_directives[i].contexts & HTTPD_IN_CERT) &&
            !is_same(httpd_conf_get(a, field), httpd_conf_get(b, field))) {
            return &httpd_directives[i];
        }
    }
    return NULL;
}

/* The certificate of a section is as the section says, so what a host says
 * of it is heard by nobody. */
static void tell_unheard(const maker_t *maker, const httpd_host_t *host,
                         const definition_t *section)
{
    int i;

    for (i = 0; i < HTTPD_FIELDS; i++) {
        const httpd_setting_t *own = host->conf->settings[i];

        if ((httpd_directives[i].contexts & HTTPD_IN_CERT) &&
            own != maker->outer->settings[i] &&
            !is_same(own, httpd_conf_get(section->conf, (httpd_field_t)i))) {
            edge_finding_add(maker->findings, AE_LOG_WARNING, "AE013",
                             name_at(host->names, 0),
                             "%s at %s has no effect, for the certificate is "
                             "that of %s; write the directive there",
                             httpd_directives[i].name, own->place,
                             section->title);
        }
    }
}

/* The section that a host takes its certificate from: that of the first of
 * its names that is in one. */
static definition_t *find_section(const maker_t *maker,
                                  const httpd_host_t *host)
{
    int i;

    for (i = 0; i < host->names->nelts; i++) {
        definition_t *found = find(maker, name_at(host->names, i));

        if (found && found->is_section) {
            return found;
        }
    }
    return NULL;
}

static void use_section(const maker_t *maker, const httpd_host_t *host,
                        const definition_t *section)
{
    apr_array_header_t *missing =
        apr_array_make(maker->p, 1, sizeof(const char *));
    int i;

    for (i = 0; i < host->names->nelts; i++) {
        const char *name = name_at(host->names, i);

        if (find(maker, name) != section) {
            APR_ARRAY_PUSH(missing, const char *) = name;
        }
    }
    if (missing->nelts > 0) {
        ae_log(maker->log, AE_LOG_ERROR,
               "AE008: %s: %s has only some of the names of %s; add %s to "
               "it",
               name_at(host->names, 0), section->title, host->title,
               httpd_certs_list(missing, maker->p));
        return;
    }
    tell_unheard(maker, host, section);
}

/* Another host that a host shares a name with, and the name. */
static definition_t *find_other(const char **name, const maker_t *maker,
                                const httpd_host_t *host)
{
    int i;

    for (i = 0; i < host->names->nelts; i++) {
        definition_t *found = find(maker, name_at(host->names, i));

        if (found) {
            *name = name_at(host->names, i);
            return found;
        }
    }
    return NULL;
}

static int has_same_names(const httpd_host_t *host, const definition_t *other)
{
    int i;

    for (i = 0; i < host->names->nelts; i++) {
        if (!ae_text_is_among(other->names, name_at(host->names, i))) {
            return 0;
        }
    }
    return host->names->nelts == other->names->nelts;
}

/* Both name one request, which has the names of both. */
static int has_same_request(const maker_t *maker, const httpd_host_t *host,
                            const definition_t *other)
{
    int i;

    for (i = 0; i < host->names->nelts; i++) {
        if (find(maker, name_at(host->names, i)) != other) {
            return 0;
        }
    }
    return other->cert->csr && is_same(httpd_conf_get(host->conf, HTTPD_CSR),
                                       httpd_conf_get(other->conf, HTTPD_CSR));
}

static void check_shared(const maker_t *maker, const httpd_host_t *host,
                         const definition_t *other, const char *name)
{
    const httpd_directive_t *difference =
        find_difference(host->conf, other->conf);

    if (!has_same_names(host, other) &&
        !has_same_request(maker, host, other)) {
        ae_log(maker->log, AE_LOG_ERROR,
               "AE010: %s: %s and %s both define its certificate, with "
               "different names; give them the same names, or write an "
               "<ACMECertificate> with the names of both",
               name, other->title, host->title);
    } else if (difference) {
        ae_log(maker->log, AE_LOG_ERROR,
               "AE011: %s: %s and %s both define its certificate, with "
               "different %s; write the same in both, or write an "
               "<ACMECertificate> with their names",
               name, other->title, host->title, difference->name);
    }
}

static void check_aliases(const maker_t *maker, const httpd_host_t *host)
{
    const apr_array_header_t *patterns = host->server->wild_names;

    if (patterns && patterns->nelts > 0) {
        ae_log(maker->log, AE_LOG_ERROR,
               "AE007: %s: no certificate can be had for ServerAlias %s of "
               "%s, which is a pattern; write each name, or an "
               "<ACMECertificate> with the names it shall have",
               name_at(host->names, 0), name_at(patterns, 0), host->title);
    }
}

static definition_t *define_host(maker_t *maker, const httpd_host_t *host)
{
    definition_t *made = define(maker, host->names, host->conf, host->title);
    int i;

    for (i = 0; i < made->cert->names->nelts; i++) {
        apr_hash_set(maker->by_name, name_at(made->cert->names, i),
                     APR_HASH_KEY_STRING, made);
    }
    return made;
}

static definition_t *find_definition(maker_t *maker, const httpd_host_t *host)
{
    definition_t *found = find_section(maker, host);
    const char *name;

    if (found) {
        use_section(maker, host, found);
        return found;
    }
    check_aliases(maker, host);
    found = find_other(&name, maker, host);
    if (found) {
        check_shared(maker, host, found, name);
        return found;
    }
    return define_host(maker, host);
}

static apr_array_header_t *contacts_of(apr_hash_t *by_provider,
                                       const edge_provider_t *provider)
{
    apr_array_header_t *contacts =
        apr_hash_get(by_provider, provider->name, APR_HASH_KEY_STRING);

    if (contacts == NULL) {
        contacts = apr_array_make(apr_hash_pool_get(by_provider), 1,
                                  sizeof(const char *));
        apr_hash_set(by_provider, provider->name, APR_HASH_KEY_STRING,
                     contacts);
    }
    return contacts;
}

static void add_contact(const maker_t *maker, apr_hash_t *by_provider,
                        const definition_t *definition)
{
    const char *email = httpd_conf_text(definition->conf, HTTPD_EMAIL);
    const apr_array_header_t *providers = definition->cert->providers;
    int i;

    for (i = 0; email && i < providers->nelts; i++) {
        const edge_provider_t *provider =
            APR_ARRAY_IDX(providers, i, const edge_provider_t *);
        const char *key =
            apr_pstrcat(maker->p, provider->name, " ", email, NULL);

        if (!apr_hash_get(by_provider, key, APR_HASH_KEY_STRING)) {
            apr_hash_set(by_provider, key, APR_HASH_KEY_STRING, key);
            APR_ARRAY_PUSH(contacts_of(by_provider, provider), const char *) =
                apr_pstrcat(maker->p, "mailto:", email, NULL);
        }
    }
}

/* A CA has one account, so what it may be told at is the same for all. */
static const apr_array_header_t *finish(const maker_t *maker)
{
    apr_hash_t *by_provider = apr_hash_make(maker->p);
    apr_array_header_t *certs = apr_array_make(maker->p, maker->all->nelts,
                                               sizeof(const edge_cert_t *));
    int i;

    for (i = 0; i < maker->all->nelts; i++) {
        add_contact(maker, by_provider,
                    APR_ARRAY_IDX(maker->all, i, const definition_t *));
    }
    for (i = 0; i < maker->all->nelts; i++) {
        edge_cert_t *cert =
            APR_ARRAY_IDX(maker->all, i, const definition_t *)->cert;
        const apr_array_header_t *contacts =
            contacts_of(by_provider, APR_ARRAY_IDX(cert->providers, 0,
                                                   const edge_provider_t *));

        for (; cert != NULL; cert = cert->sibling) {
            cert->contacts = contacts;
            APR_ARRAY_PUSH(certs, const edge_cert_t *) = cert;
        }
    }
    return certs;
}

static const apr_array_header_t *list_externals(const httpd_conf_t *conf,
                                                apr_pool_t *p)
{
    const httpd_setting_t *setting =
        httpd_conf_get(conf, HTTPD_EXTERNAL_ACCOUNT);
    apr_array_header_t *list =
        apr_array_make(p, 1, sizeof(const edge_external_t *));

    for (; setting; setting = setting->before) {
        APR_ARRAY_PUSH(list, const edge_external_t *) = setting->external;
    }
    return list;
}

const apr_array_header_t *httpd_certs_make(const server_rec *main_server,
                                           const apr_array_header_t *hosts,
                                           apr_array_header_t *findings,
                                           const ae_log_t *log, apr_pool_t *p)
{
    httpd_conf_t *outer = httpd_conf_of(main_server);
    maker_t maker = {.outer = outer,
                     .log = log,
                     .findings = findings,
                     .by_name = apr_hash_make(p),
                     .all = apr_array_make(p, 16, sizeof(definition_t *)),
                     .externals = list_externals(outer, p),
                     .p = p};
    httpd_shared_t *shared = maker.outer->shared;
    int i;

    for (i = 0; i < shared->sections->nelts; i++) {
        define_section(&maker, APR_ARRAY_IDX(shared->sections, i,
                                             const httpd_section_t *));
    }
    for (i = 0; i < hosts->nelts; i++) {
        const httpd_host_t *host =
            APR_ARRAY_IDX(hosts, i, const httpd_host_t *);

        apr_hash_set(shared->cert_of,
                     apr_pmemdup(p, &host->server, sizeof(host->server)),
                     sizeof(host->server),
                     find_definition(&maker, host)->cert);
    }
    return finish(&maker);
}
