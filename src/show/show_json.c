#include "show_json.h"

#include "ae_json.h"
#include "ae_time.h"
#include "edge_event.h"
#include "edge_fact.h"
#include "show_list.h"
#include "show_worker.h"

#include <apr_lib.h>
#include <apr_strings.h>
#include <string.h>

/* --- values -------------------------------------------------------------- */

/* jansson takes no invalid UTF-8, which a configuration may hold. */
static json_t *print_text(const char *text, apr_pool_t *p)
{
    json_t *json;

    if (text == NULL || text[0] == '\0') {
        return json_null();
    }
    json = json_string(text);
    return json ? json : json_string(ae_text_clean(text, strlen(text) + 1, p));
}

static json_t *print_time(apr_time_t t, apr_pool_t *p)
{
    return t != 0 ? json_string(ae_time_print(t, p)) : json_null();
}

static json_t *print_texts(const apr_array_header_t *texts, apr_pool_t *p)
{
    json_t *list = json_array();
    int i;

    for (i = 0; texts != NULL && i < texts->nelts; i++) {
        json_array_append_new(
            list, print_text(APR_ARRAY_IDX(texts, i, const char *), p));
    }
    return list;
}

static json_t *print_error(const ae_error_t *error, apr_pool_t *p)
{
    json_t *json;

    if (error == NULL || error->what[0] == '\0') {
        return json_null();
    }
    json = json_object();
    json_object_set_new(json, "what", print_text(error->what, p));
    json_object_set_new(json, "why", print_text(error->why, p));
    json_object_set_new(json, "next", print_text(error->next, p));
    return json;
}

/* --- one certificate ----------------------------------------------------- */

/* The keys of ?auto, as JSON has them: "notAfter". */
static void put_facts(json_t *json, const edge_status_t *status, apr_pool_t *p)
{
    int i;

    for (i = 0; i < edge_fact_count(); i++) {
        const char *value = edge_fact_value(i, status, p);
        char *key = apr_pstrdup(p, edge_fact_key(i));

        key[0] = (char)apr_tolower(key[0]);
        json_object_set_new(json, key,
                            strcmp(value, "-") == 0 ? json_null()
                                                    : print_text(value, p));
    }
}

static json_t *print_providers(const edge_cert_t *cert, apr_pool_t *p)
{
    json_t *list = json_array();
    int i;

    for (i = 0; i < cert->providers->nelts; i++) {
        json_array_append_new(list,
                              print_text(APR_ARRAY_IDX(cert->providers, i,
                                                       const edge_provider_t *)
                                             ->name,
                                         p));
    }
    return list;
}

static void put_configured(json_t *json, const edge_cert_t *cert,
                           apr_pool_t *p)
{
    json_object_set_new(json, "names", print_texts(cert->names, p));
    json_object_set_new(json, "keyType",
                        json_string(ae_key_type_word(cert->key_type)));
    json_object_set_new(json, "providers", print_providers(cert, p));
    json_object_set_new(json, "contacts", print_texts(cert->contacts, p));
    json_object_set_new(
        json, "mode",
        json_string(cert->renews_by_hand ? "manual" : "automatic"));
    json_object_set_new(json, "schedule",
                        print_text(edge_schedule_print(&cert->deploy, p), p));
}

/* In English: who reads it makes pages of their own. */
static void put_cause(json_t *json, edge_cause_t cause, apr_pool_t *p)
{
    json_object_set_new(json, "causeMeaning",
                        print_text(edge_cause_meaning(cause, AE_ENGLISH), p));
    json_object_set_new(json, "causeRemedy",
                        print_text(edge_cause_remedy(cause, AE_ENGLISH), p));
}

static json_t *print_steps(const edge_status_t *status, apr_pool_t *p)
{
    json_t *list = json_array();
    int i;

    for (i = 0; i < EDGE_STATUS_STEPS && status->steps[i].word[0]; i++) {
        json_t *json = json_object();

        json_object_set_new(json, "step",
                            print_text(status->steps[i].word, p));
        json_object_set_new(json, "at", print_time(status->steps[i].at, p));
        json_array_append_new(list, json);
    }
    return list;
}

static json_t *print_validations(const edge_cert_t *cert,
                                 const edge_status_t *status,
                                 const show_detail_t *detail, apr_pool_t *p)
{
    json_t *list = json_array();
    int i;

    for (i = 0; i < cert->names->nelts && i < EDGE_STATUS_NAMES; i++) {
        const char *name = APR_ARRAY_IDX(cert->names, i, const char *);
        json_t *json = json_object();

        json_object_set_new(json, "name", print_text(name, p));
        json_object_set_new(json, "state",
                            json_string(edge_name_state_word(
                                (edge_name_state_t)status->name_states[i])));
        if (detail != NULL) {
            json_object_set_new(
                json, "why",
                print_text(edge_progress_why(detail->last, name), p));
        }
        json_array_append_new(list, json);
    }
    return list;
}

static json_t *print_history(const apr_array_header_t *events, apr_pool_t *p)
{
    json_t *list = json_array();
    int i;

    for (i = 0; events != NULL && i < events->nelts; i++) {
        json_array_append(
            list, edge_event_json(&APR_ARRAY_IDX(events, i, edge_event_t), p));
    }
    return list;
}

json_t *show_json_certificate(const edge_cert_t *cert,
                              const edge_status_t *status,
                              const show_detail_t *detail, apr_pool_t *p)
{
    json_t *json = json_object();

    put_facts(json, status, p);
    put_configured(json, cert, p);
    json_object_set_new(json, "attempts", json_integer(status->attempts));
    put_cause(json, status->cause, p);
    json_object_set_new(json, "steps", print_steps(status, p));
    json_object_set_new(json, "validations",
                        print_validations(cert, status, detail, p));
    if (detail != NULL) {
        json_object_set_new(json, "error", print_error(detail->error, p));
        json_object_set_new(json, "history",
                            print_history(detail->history, p));
    }
    return json;
}

/* --- the page ------------------------------------------------------------ */

static json_t *print_worker(const show_source_t *source, apr_pool_t *p)
{
    json_t *json = json_object();

    json_object_set_new(
        json, "state",
        json_string(show_worker_word(source->last_tick, source->now)));
    json_object_set_new(json, "lastTick", print_time(source->last_tick, p));
    json_object_set_new(json, "trouble", print_error(source->trouble, p));
    return json;
}

static json_t *print_port(const show_source_t *source)
{
    json_t *json;

    if (source->port == 0) {
        return json_null();
    }
    json = json_object();
    json_object_set_new(json, "port", json_integer(source->port));
    json_object_set_new(json, "open", json_boolean(source->port_is_open));
    return json;
}

static json_t *print_counts(const show_list_t *list)
{
    json_t *json = json_object();
    int i;

    for (i = 0; i < EDGE_PHASES; i++) {
        json_object_set_new(json, edge_phase_word((edge_phase_t)i),
                            json_integer(list->counts[i]));
    }
    return json;
}

static const edge_cert_t *cert_at(const show_source_t *source, int i)
{
    return APR_ARRAY_IDX(source->certs, i, const edge_cert_t *);
}

static json_t *print_next(const show_list_t *list, const show_source_t *source,
                          apr_pool_t *p)
{
    json_t *json;

    if (list->next < 0) {
        return json_null();
    }
    json = json_object();
    json_object_set_new(json, "name",
                        print_text(cert_at(source, list->next)->name, p));
    json_object_set_new(json, "action",
                        json_string(edge_action_word(list->next_action)));
    json_object_set_new(json, "at", print_time(list->next_at, p));
    return json;
}

static void append(json_t *certificates, const show_source_t *source,
                   int index, apr_pool_t *p)
{
    edge_status_t *status = apr_palloc(p, sizeof(*status));
    const show_detail_t *detail = source->detail;

    source->status(source->ctx, index, status);
    json_array_append_new(
        certificates,
        show_json_certificate(
            cert_at(source, index), status,
            detail != NULL && detail->index == index ? detail : NULL, p));
}

static void put_list(json_t *json, const show_list_t *list,
                     const show_source_t *source, apr_pool_t *p)
{
    json_t *certificates = json_array();
    int i;

    json_object_set_new(json, "matching", json_integer(list->matching));
    json_object_set_new(json, "page", json_integer(list->page));
    json_object_set_new(json, "pages", json_integer(list->pages));
    for (i = 0; i < list->row_count; i++) {
        append(certificates, source, list->rows[i], p);
    }
    json_object_set_new(json, "certificates", certificates);
}

static void put_one(json_t *json, const show_source_t *source,
                    const char *name, apr_pool_t *p)
{
    json_t *certificates = json_array();
    int index = show_list_find(source, name);
    ae_error_t err;

    if (index >= 0) {
        append(certificates, source, index, p);
    } else {
        ae_error_set(&err, APR_ENOENT, "No certificate is called %.200s",
                     name);
        ae_error_next(&err, "the list without cert= has all names");
        json_object_set_new(json, "error", print_error(&err, p));
    }
    json_object_set_new(json, "certificates", certificates);
}

static int put_bytes(const char *bytes, size_t len, void *ctx)
{
    const show_out_t *out = ctx;

    out->write(out->ctx, bytes, len);
    return 0;
}

/* What is allocated for a page ends with it, whatever happens. */
void show_json(const show_out_t *out, const show_source_t *source,
               const show_query_t *query, apr_pool_t *p)
{
    json_t *json = ae_json_keep(json_object(), p);
    show_list_t list;
    show_out_t copy = *out;

    show_list_make(&list, source, query, p);
    json_object_set_new(json, "version", json_integer(SHOW_JSON_VERSION));
    json_object_set_new(json, "generatedAt", print_time(source->now, p));
    json_object_set_new(json, "worker", print_worker(source, p));
    json_object_set_new(json, "challengePort", print_port(source));
    json_object_set_new(json, "total", json_integer(list.total));
    json_object_set_new(json, "counts", print_counts(&list));
    json_object_set_new(json, "next", print_next(&list, source, p));
    json_object_set_new(json, "findings",
                        edge_findings_print(edge_findings_about(
                            source->findings, query->cert, p)));
    if (query->cert != NULL) {
        put_one(json, source, query->cert, p);
    } else {
        put_list(json, &list, source, p);
    }
    json_dump_callback(json, put_bytes, &copy, JSON_COMPACT);
    show_out_put(out, "\n");
}
