#include "edge_progress.h"

#include "edge_record.h"

#include <apr_strings.h>
#include <string.h>

#define NAMES_MAX 1000
#define TEXT_MAX 1024

static const char *path_of(const edge_store_t *store, const edge_cert_t *cert,
                           apr_pool_t *p)
{
    return edge_store_path(store, p, "state",
                           apr_pstrcat(p, cert->dir, ".progress", NULL), NULL);
}

const apr_array_header_t *edge_progress_names(const apr_array_header_t *states,
                                              apr_pool_t *p)
{
    apr_array_header_t *names =
        apr_array_make(p, states->nelts, sizeof(edge_progress_name_t));
    int i;

    for (i = 0; i < states->nelts; i++) {
        const acme_authorization_state_t *state =
            &APR_ARRAY_IDX(states, i, acme_authorization_state_t);
        edge_progress_name_t *name = apr_array_push(names);
        ae_error_t words;

        ae_error_set(&words, AE_EREMOTE, "-");
        if (state->problem != NULL) {
            acme_problem_explain(&words, state->problem);
        }
        name->name = state->name;
        name->status = state->status;
        name->why = apr_pstrdup(p, words.why);
    }
    return names;
}

static const edge_progress_name_t *name_at(const edge_progress_t *progress,
                                           int i)
{
    return &APR_ARRAY_IDX(progress->names, i, edge_progress_name_t);
}

static json_t *print(const edge_progress_t *progress, apr_pool_t *p)
{
    json_t *json = ae_json_keep(json_object(), p);
    json_t *list = json_array();
    int i;

    for (i = 0; i < progress->names->nelts; i++) {
        const edge_progress_name_t *one = name_at(progress, i);

        json_array_append_new(list, json_pack("{s:s,s:s,s:s}", "name",
                                              one->name, "status", one->status,
                                              "why", one->why));
    }
    json_object_set_new(json, "at", json_integer(progress->at));
    json_object_set_new(json, "step", json_string(progress->step));
    json_object_set_new(json, "names", list);
    return json;
}

apr_status_t edge_progress_save(const edge_progress_t *progress,
                                const edge_store_t *store,
                                const edge_cert_t *cert, ae_error_t *err,
                                apr_pool_t *p)
{
    return edge_record_write(path_of(store, cert, p), print(progress, p), 0600,
                             AE_FILE_VOLATILE, err, p);
}

/* What is printed to a terminal must not command it. */
static const char *take_text(const json_t *json, const char *key,
                             apr_pool_t *p)
{
    const char *text = ae_json_get_string(json, key, p);

    return ae_text_clean(text ? text : "", TEXT_MAX, p);
}

static const apr_array_header_t *take_names(const json_t *list, apr_pool_t *p)
{
    apr_array_header_t *names =
        apr_array_make(p, 4, sizeof(edge_progress_name_t));
    size_t i;

    for (i = 0; i < json_array_size(list) && i < NAMES_MAX; i++) {
        const json_t *one = json_array_get(list, i);
        edge_progress_name_t *name = apr_array_push(names);

        name->name = take_text(one, "name", p);
        name->status = take_text(one, "status", p);
        name->why = take_text(one, "why", p);
    }
    return names;
}

void edge_progress_load(edge_progress_t *progress, const edge_store_t *store,
                        const edge_cert_t *cert, apr_pool_t *p)
{
    json_t *json;
    ae_error_t ignored;
    apr_status_t status =
        edge_record_read(&json, path_of(store, cert, p), &ignored, p);

    if (status != APR_SUCCESS ||
        !edge_record_get_time(&progress->at, json, "at")) {
        json = NULL;
        progress->at = 0;
    }
    progress->step = json ? take_text(json, "step", p) : "";
    progress->names =
        take_names(json ? ae_json_get_array(json, "names") : NULL, p);
}

const char *edge_progress_why(const edge_progress_t *progress,
                              const char *name)
{
    int count =
        progress != NULL && progress->at != 0 ? progress->names->nelts : 0;
    int i;

    for (i = 0; i < count; i++) {
        if (strcmp(name_at(progress, i)->name, name) == 0) {
            return name_at(progress, i)->why;
        }
    }
    return "";
}

static int is_same_name(const edge_progress_name_t *a,
                        const edge_progress_name_t *b)
{
    return strcmp(a->name, b->name) == 0 &&
           strcmp(a->status, b->status) == 0 && strcmp(a->why, b->why) == 0;
}

int edge_progress_is_same(const edge_progress_t *a, const edge_progress_t *b)
{
    int i;

    if (strcmp(a->step, b->step) != 0 || a->names->nelts != b->names->nelts) {
        return 0;
    }
    for (i = 0; i < a->names->nelts; i++) {
        if (!is_same_name(name_at(a, i), name_at(b, i))) {
            return 0;
        }
    }
    return 1;
}
