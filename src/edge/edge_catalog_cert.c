#include "edge_catalog_cert.h"

#include "ae_json.h"

#include <apr_strings.h>
#include <string.h>

#define NAMES_MAX 100000
#define TEXT_MAX 4096
#define TIME_MAX apr_time_from_sec(APR_INT64_C(100) * 366 * 86400)

/* --- writing ------------------------------------------------------------ */

static json_t *print_texts(const apr_array_header_t *texts)
{
    json_t *list = json_array();
    int i;

    for (i = 0; texts && i < texts->nelts; i++) {
        json_array_append_new(list,
                              json_string(APR_ARRAY_IDX(texts, i, char *)));
    }
    return list;
}

static json_t *print_provider(const edge_provider_t *provider)
{
    json_t *json = json_object();

    json_object_set_new(json, "name", json_string(provider->name));
    json_object_set_new(json, "directory",
                        json_string(provider->directory_url));
    json_object_set_new(json, "namesMax", json_integer(provider->names_max));
    return json;
}

static json_t *print_providers(const apr_array_header_t *providers)
{
    json_t *list = json_array();
    int i;

    for (i = 0; i < providers->nelts; i++) {
        json_array_append_new(
            list, print_provider(
                      APR_ARRAY_IDX(providers, i, const edge_provider_t *)));
    }
    return list;
}

static json_t *print_span(edge_span_t span)
{
    json_t *json = json_object();

    json_object_set_new(json, "time", json_integer(span.time));
    json_object_set_new(json, "percent", json_integer(span.percent));
    return json;
}

static void print_given(json_t *json, const edge_cert_t *cert, apr_pool_t *p)
{
    ae_bytes_t pem;
    ae_error_t ignored;

    if (cert->csr != NULL &&
        ae_csr_print(&pem, cert->csr, &ignored, p) == APR_SUCCESS) {
        json_object_set_new(json, "csr",
                            json_stringn((const char *)pem.data, pem.len));
        json_object_set_new(json, "keyFile", json_string(cert->key_file));
    }
}

static void print_probing(json_t *json, const edge_cert_t *cert, apr_pool_t *p)
{
    json_t *list = json_array();
    int i;

    for (i = 0; cert->peers && i < cert->peers->nelts; i++) {
        json_array_append_new(
            list, json_string(edge_peer_print(
                      &APR_ARRAY_IDX(cert->peers, i, edge_peer_t), p)));
    }
    json_object_set_new(json, "probe",
                        json_string(edge_probing_word(cert->probing)));
    json_object_set_new(json, "peers", list);
}

json_t *edge_catalog_print_cert(const edge_cert_t *cert, apr_pool_t *p)
{
    json_t *json = json_object();

    json_object_set_new(json, "names", print_texts(cert->names));
    json_object_set_new(json, "providers", print_providers(cert->providers));
    json_object_set_new(json, "contacts", print_texts(cert->contacts));
    json_object_set_new(json, "termsAccepted",
                        json_boolean(cert->terms_accepted));
    if (cert->trust_file) {
        json_object_set_new(json, "trustFile", json_string(cert->trust_file));
    }
    json_object_set_new(json, "keyType",
                        json_string(ae_key_type_word(cert->key_type)));
    json_object_set_new(json, "further", json_boolean(cert->is_further));
    json_object_set_new(json, "keepsKey", json_boolean(cert->keeps_key));
    if (cert->subject) {
        json_object_set_new(json, "subject", json_string(cert->subject));
    }
    print_given(json, cert, p);
    json_object_set_new(json, "renewWindow", print_span(cert->renew_window));
    json_object_set_new(json, "warnWindow", print_span(cert->warn_window));
    json_object_set_new(json, "fingerprint",
                        json_string(edge_cert_fingerprint(cert, p)));
    json_object_set_new(json, "renewsByHand",
                        json_boolean(cert->renews_by_hand));
    json_object_set_new(json, "deploy",
                        json_string(edge_schedule_print(&cert->deploy, p)));
    print_probing(json, cert, p);
    return json;
}

/* --- reading ------------------------------------------------------------ */

/* What is printed to a terminal must not command it. */
const char *edge_catalog_take_text(const json_t *value, apr_pool_t *p)
{
    const char *text = json_string_value(value);
    apr_size_t size = json_string_length(value) + 1;
    char *clean;

    if (text == NULL || size == 1 || size > TEXT_MAX) {
        return NULL;
    }
    clean = apr_palloc(p, size);
    ae_text_copy(clean, size, text);
    return strcmp(clean, text) == 0 ? clean : NULL;
}

static const apr_array_header_t *take_texts(const json_t *list, apr_pool_t *p)
{
    size_t count = json_array_size(list);
    apr_array_header_t *texts;
    size_t i;

    if (!json_is_array(list) || count > NAMES_MAX) {
        return NULL;
    }
    texts = apr_array_make(p, (int)count + 1, sizeof(const char *));
    for (i = 0; i < count; i++) {
        const char *text = edge_catalog_take_text(json_array_get(list, i), p);

        if (text == NULL) {
            return NULL;
        }
        APR_ARRAY_PUSH(texts, const char *) = text;
    }
    return texts;
}

/* Its name becomes a path. */
static int is_component(const char *name)
{
    return name && name[0] != '.' && strchr(name, '/') == NULL;
}

static const edge_provider_t *take_provider(const json_t *json, apr_pool_t *p)
{
    edge_provider_t *made = apr_pcalloc(p, sizeof(*made));
    apr_int64_t most = ae_json_get_int(json, "namesMax", 0);

    made->name = edge_catalog_take_text(json_object_get(json, "name"), p);
    made->directory_url =
        edge_catalog_take_text(json_object_get(json, "directory"), p);
    made->names_max = (unsigned)most;
    return is_component(made->name) && made->directory_url && most > 0 &&
                   most <= NAMES_MAX
               ? made
               : NULL;
}

static const apr_array_header_t *take_providers(const json_t *list,
                                                apr_pool_t *p)
{
    size_t count = json_array_size(list);
    apr_array_header_t *providers;
    size_t i;

    if (!json_is_array(list) || count > NAMES_MAX) {
        return NULL;
    }
    providers =
        apr_array_make(p, (int)count + 1, sizeof(const edge_provider_t *));
    for (i = 0; i < count; i++) {
        const edge_provider_t *provider =
            take_provider(json_array_get(list, i), p);

        if (provider == NULL) {
            return NULL;
        }
        APR_ARRAY_PUSH(providers, const edge_provider_t *) = provider;
    }
    return providers;
}

static int take_span(edge_span_t *span, const json_t *json)
{
    apr_int64_t percent = ae_json_get_int(json, "percent", -1);

    span->time = ae_json_get_int(json, "time", -1);
    span->percent = (unsigned)percent;
    return span->time >= 0 && span->time <= TIME_MAX && percent >= 0 &&
           percent < 100;
}

/* An earlier version wrote none, and the default counts. */
static int take_warning(edge_span_t *span, const json_t *json)
{
    const json_t *value = ae_json_get_object(json, "warnWindow");

    return value == NULL || take_span(span, value);
}

static int take_key_type(ae_key_type_t *type, const json_t *json)
{
    const char *word = json_string_value(json);

    return word && ae_key_type_parse(type, word) == APR_SUCCESS;
}

static const char *first_name(const apr_array_header_t *names)
{
    return names && names->nelts > 0 ? APR_ARRAY_IDX(names, 0, const char *)
                                     : NULL;
}

static int is_whole(const edge_cert_t *cert)
{
    ae_error_t ignored;

    return cert->contacts && cert->providers &&
           edge_cert_check(cert, &ignored) == APR_SUCCESS;
}

static int take_deploy(edge_schedule_t *schedule, const json_t *words,
                       apr_pool_t *p)
{
    const char *text = words ? edge_catalog_take_text(words, p) : NULL;
    ae_error_t ignored;

    return text &&
           edge_schedule_parse(schedule, text, &ignored) == APR_SUCCESS;
}

/* @return whether it is absent or good */
static int take_optional(const char **text, const json_t *json,
                         const char *key, apr_pool_t *p)
{
    const json_t *value = json_object_get(json, key);

    *text = value ? edge_catalog_take_text(value, p) : NULL;
    return value == NULL || *text != NULL;
}

/* An earlier version wrote neither, and no CA was kept from looking. */
static int take_probing(edge_cert_t *cert, const json_t *json, apr_pool_t *p)
{
    const char *word = json_string_value(json_object_get(json, "probe"));
    const json_t *list = json_object_get(json, "peers");
    const apr_array_header_t *texts = list ? take_texts(list, p) : NULL;
    ae_error_t ignored;

    if ((word != NULL && !edge_probing_find(&cert->probing, word)) ||
        (list != NULL && texts == NULL)) {
        return 0;
    }
    if (texts == NULL || texts->nelts == 0) {
        return 1;
    }
    return edge_peers_parse(&cert->peers, texts, &ignored, p) == APR_SUCCESS;
}

/* The request, and the path of its key: both or none. */
static int take_given(edge_cert_t *cert, const json_t *json, apr_pool_t *p)
{
    const json_t *value = json_object_get(json, "csr");
    ae_bytes_t pem;
    ae_csr_t *csr;
    ae_error_t ignored;

    if (!take_optional(&cert->key_file, json, "keyFile", p) ||
        (value == NULL) != (cert->key_file == NULL)) {
        return 0;
    }
    if (value == NULL) {
        return 1;
    }
    pem.data = (const unsigned char *)json_string_value(value);
    pem.len = json_string_length(value);
    if (pem.data == NULL ||
        ae_csr_parse(&csr, pem, &ignored, p) != APR_SUCCESS) {
        return 0;
    }
    cert->csr = csr;
    return ae_csr_facts(csr)->type == cert->key_type;
}

/* A further type of key follows the certificate that it is beside. */
static int take_type(edge_cert_t *cert, const json_t *json,
                     edge_cert_t *previous, apr_pool_t *p)
{
    int is_further = ae_json_get_bool(json, "further", 0);
    ae_key_type_t type;

    if (!take_key_type(&type, json_object_get(json, "keyType"))) {
        return 0;
    }
    edge_cert_call(cert, type, is_further, p);
    if (!is_further) {
        return 1;
    }
    if (previous == NULL ||
        strcmp(first_name(previous->names), first_name(cert->names)) != 0) {
        return 0;
    }
    previous->sibling = cert;
    return 1;
}

edge_cert_t *edge_catalog_take_cert(const json_t *json, edge_cert_t *previous,
                                    apr_pool_t *p)
{
    edge_cert_t *made = apr_pcalloc(p, sizeof(*made));

    made->names = take_texts(json_object_get(json, "names"), p);
    made->providers = take_providers(json_object_get(json, "providers"), p);
    made->contacts = take_texts(json_object_get(json, "contacts"), p);
    made->terms_accepted = ae_json_get_bool(json, "termsAccepted", 0);
    made->renews_by_hand = ae_json_get_bool(json, "renewsByHand", 0);
    made->keeps_key = ae_json_get_bool(json, "keepsKey", 0);
    made->fingerprint =
        edge_catalog_take_text(json_object_get(json, "fingerprint"), p);
    if (first_name(made->names) == NULL || !is_whole(made) ||
        made->fingerprint == NULL ||
        !take_optional(&made->trust_file, json, "trustFile", p) ||
        !take_optional(&made->subject, json, "subject", p) ||
        !take_deploy(&made->deploy, json_object_get(json, "deploy"), p) ||
        !take_probing(made, json, p) || !take_type(made, json, previous, p) ||
        !take_given(made, json, p) ||
        !take_span(&made->renew_window,
                   ae_json_get_object(json, "renewWindow")) ||
        !take_warning(&made->warn_window, json)) {
        return NULL;
    }
    return made;
}
