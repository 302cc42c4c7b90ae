#include "edge_errand_own.h"
#include "edge_record.h"

#include <string.h>

/* Who asked is gone by then. */
#define UNHEARD_MAX apr_time_from_sec(86400)

const edge_errand_kind_t *const edge_errand_kinds[] = {
    &edge_errand_revoke,
    &edge_errand_update,
    &edge_errand_rollover,
    &edge_errand_deactivate,
    NULL,
};

static int is_of(const edge_provider_t *provider, const char *word)
{
    return strcmp(provider->name, word) == 0 ||
           strcmp(provider->directory_url, word) == 0;
}

static const edge_provider_t *find_in(const apr_array_header_t *providers,
                                      const char *word)
{
    int i;

    for (i = 0; i < providers->nelts; i++) {
        const edge_provider_t *one =
            APR_ARRAY_IDX(providers, i, const edge_provider_t *);

        if (is_of(one, word)) {
            return one;
        }
    }
    return NULL;
}

/* The roots to trust are those of the certificates that have the CA; of one
 * that nobody has, those of the first. */
static const edge_provider_t *find_provider(edge_errand_t *errand,
                                            const char *word)
{
    const apr_array_header_t *certs = errand->config->certs;
    const edge_provider_t *provider = NULL;
    int i;

    for (i = certs->nelts - 1; i >= 0; i--) {
        const edge_cert_t *cert = APR_ARRAY_IDX(certs, i, const edge_cert_t *);
        const edge_provider_t *one = find_in(cert->providers, word);

        if (one || provider == NULL) {
            errand->trust_file = cert->trust_file;
            provider = one ? one : provider;
        }
    }
    return provider;
}

static apr_status_t choose_provider(edge_errand_t *errand,
                                    apr_array_header_t *others,
                                    ae_error_t *err)
{
    const char *word =
        ae_json_get_string(errand->asked, "provider", errand->p);
    apr_status_t status;

    errand->provider = find_provider(errand, word ? word : "");
    if (errand->provider == NULL && word) {
        errand->provider = find_in(others, word);
    }
    if (errand->provider) {
        return APR_SUCCESS;
    }
    /* Its session, which borrows it, lives as long as all others. */
    status = edge_provider_resolve(&errand->provider, word ? word : "", err,
                                   others->pool);
    if (status == APR_SUCCESS) {
        APR_ARRAY_PUSH(others, const edge_provider_t *) = errand->provider;
    }
    return status;
}

static apr_status_t choose_kind(edge_errand_t *errand, ae_error_t *err)
{
    const char *word = ae_json_get_string(errand->asked, "kind", errand->p);
    int i;

    for (i = 0; word && edge_errand_kinds[i]; i++) {
        if (strcmp(edge_errand_kinds[i]->word, word) == 0) {
            errand->kind = edge_errand_kinds[i];
            return APR_SUCCESS;
        }
    }
    ae_error_set(err, AE_EFORMAT, "Nobody knows what \"%.40s\" asks for",
                 word ? word : "");
    ae_error_why(err, "the command acme-edge and the module in httpd are of "
                      "different versions");
    return ae_error_next(err, "install both from one package, and restart "
                              "httpd");
}

static apr_status_t check_age(const edge_errand_t *errand, apr_time_t now,
                              ae_error_t *err)
{
    apr_time_t at;

    if (edge_record_get_time(&at, errand->asked, "at") && at != 0 &&
        now - at <= UNHEARD_MAX) {
        return APR_SUCCESS;
    }
    ae_error_set(err, AE_EFORMAT, "A request by acme-edge was dropped");
    ae_error_why(err, "it is older than a day, and may not be meant any more");
    return ae_error_next(err, "ask again");
}

apr_status_t edge_errand_take(edge_errand_t *errand,
                              apr_array_header_t *others, apr_time_t now,
                              ae_error_t *err)
{
    const edge_errands_config_t *config = errand->config;
    json_t *asked;
    apr_status_t status = edge_record_read(
        &asked, edge_errand_path(config->store, errand->id, errand->p), err,
        errand->p);

    if (status != APR_SUCCESS) {
        return status;
    }
    errand->asked = asked;
    status = check_age(errand, now, err);
    if (status == APR_SUCCESS) {
        status = choose_kind(errand, err);
    }
    return status == APR_SUCCESS ? choose_provider(errand, others, err)
                                 : status;
}
