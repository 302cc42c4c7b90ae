#include "httpd_cert.h"

#include "edge_given.h"

#include <apr_strings.h>
#include <string.h>

static const apr_array_header_t *words_of(const httpd_conf_t *conf,
                                          httpd_field_t field)
{
    const httpd_setting_t *setting = httpd_conf_get(conf, field);

    return setting ? setting->words : NULL;
}

static int is(const httpd_conf_t *conf, httpd_field_t field, const char *word)
{
    return strcmp(httpd_conf_text(conf, field), word) == 0;
}

static edge_probing_t probing_of(const httpd_conf_t *conf)
{
    edge_probing_t probing;

    return edge_probing_find(&probing, httpd_conf_text(conf, HTTPD_PROBE))
               ? probing
               : EDGE_PROBING_ADVISORY;
}

static const apr_array_header_t *peers_of(const httpd_conf_t *conf)
{
    const httpd_setting_t *setting = httpd_conf_get(conf, HTTPD_CLUSTER_PEERS);

    return setting ? setting->peers : NULL;
}

static edge_cert_t *make(const apr_array_header_t *names,
                         const httpd_conf_t *conf,
                         const apr_array_header_t *externals, apr_pool_t *p)
{
    edge_cert_t *cert = apr_pcalloc(p, sizeof(*cert));

    cert->names = names;
    cert->providers = httpd_conf_get(conf, HTTPD_PROVIDER)->providers;
    cert->terms_accepted = httpd_conf_text(conf, HTTPD_TERMS) != NULL;
    cert->externals = externals;
    cert->trust_file = httpd_conf_text(conf, HTTPD_TRUST_FILE);
    cert->keeps_key = is(conf, HTTPD_KEY_REUSE, "on");
    cert->subject = httpd_conf_text(conf, HTTPD_SUBJECT);
    cert->renew_window = httpd_conf_get(conf, HTTPD_RENEW_WINDOW)->span;
    cert->warn_window = httpd_conf_get(conf, HTTPD_WARN_WINDOW)->span;
    cert->renews_by_hand = is(conf, HTTPD_RENEW, "manual");
    cert->deploy = httpd_conf_get(conf, HTTPD_DEPLOY)->schedule;
    cert->deploy_command = words_of(conf, HTTPD_DEPLOY_COMMAND);
    cert->probing = probing_of(conf);
    cert->peers = peers_of(conf);
    return cert;
}

/* A request has one key, made before we saw it. */
static void take_given(edge_cert_t *cert, const httpd_setting_t *setting,
                       apr_pool_t *p)
{
    cert->csr = setting->csr;
    cert->key_file = setting->text;
    cert->names = edge_given_names(cert->csr, cert->names, p);
    cert->subject = NULL;
    cert->keeps_key = 0;
    edge_cert_call(cert, ae_csr_facts(cert->csr)->type, 0, p);
}

edge_cert_t *httpd_cert_make(const apr_array_header_t *names,
                             const httpd_conf_t *conf,
                             const apr_array_header_t *externals,
                             apr_pool_t *p)
{
    const edge_key_types_t *types =
        &httpd_conf_get(conf, HTTPD_KEY_TYPE)->key_types;
    edge_cert_t *first = make(names, conf, externals, p);
    edge_cert_t *last = first;
    const httpd_setting_t *given = httpd_conf_get(conf, HTTPD_CSR);
    int i;

    if (given != NULL) {
        take_given(first, given, p);
        return first;
    }
    edge_cert_call(first, types->types[0], 0, p);
    for (i = 1; i < types->count; i++) {
        last->sibling = apr_pmemdup(p, first, sizeof(*first));
        last = last->sibling;
        last->sibling = NULL;
        edge_cert_call(last, types->types[i], 1, p);
    }
    return first;
}
