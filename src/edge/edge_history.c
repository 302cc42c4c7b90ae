#include "edge_history.h"

#include "edge_record.h"

#include <apr_strings.h>
#include <string.h>

#define ATTEMPTS_MAX 1000000

static const char *history_path(const edge_store_t *store, const char *dir,
                                apr_pool_t *p)
{
    return edge_store_path(store, p, "state",
                           apr_pstrcat(p, dir, ".history", NULL), NULL);
}

/* --- read ---------------------------------------------------------------- */

static int take_kind(edge_event_kind_t *kind, const json_t *json)
{
    char word[32];

    return edge_record_get_text(word, sizeof(word), json, "kind") &&
           edge_event_find(kind, word);
}

static int take_attempts(unsigned *attempts, const json_t *json)
{
    apr_int64_t value = ae_json_get_int(json, "attempts", 0);

    *attempts = value >= 0 && value <= ATTEMPTS_MAX ? (unsigned)value : 0;
    return *attempts == value;
}

static int take_event(edge_event_t *e, const json_t *json, apr_pool_t *p)
{
    memset(e, 0, sizeof(*e));
    e->is_over = ae_json_get_bool(json, "over", 0);
    e->is_told = ae_json_get_bool(json, "told", 1);
    edge_record_get_error(&e->text, json, "text", p);
    return take_kind(&e->kind, json) &&
           edge_record_get_text(e->certificate, sizeof(e->certificate), json,
                                "certificate") &&
           edge_record_get_text(e->provider, sizeof(e->provider), json,
                                "provider") &&
           edge_record_get_time(&e->at, json, "at") &&
           edge_record_get_time(&e->since, json, "since") &&
           edge_record_get_text(e->serial, sizeof(e->serial), json,
                                "serial") &&
           edge_record_get_time(&e->not_after, json, "notAfter") &&
           edge_record_get_text(e->cause, sizeof(e->cause), json, "cause") &&
           take_attempts(&e->attempts, json);
}

/* What a later version knows and this one does not is passed over. */
static void take_events(edge_history_t *history, const json_t *list,
                        apr_pool_t *p)
{
    edge_event_t event;
    size_t i;

    for (i = 0; i < json_array_size(list) && i < EDGE_HISTORY_MAX; i++) {
        if (take_event(&event, json_array_get(list, i), p)) {
            edge_history_add(history, &event);
        }
    }
}

static int take_conditions(edge_marks_t *marks, const json_t *json)
{
    int i, good = 1;

    for (i = 0; i < EDGE_EVENTS; i++) {
        const json_t *one =
            ae_json_get_object(json, edge_event_word((edge_event_kind_t)i));
        edge_mark_t *mark = &marks->conditions[i];

        good = good && edge_record_get_time(&mark->since, one, "since") &&
               edge_record_get_time(&mark->told_at, one, "toldAt");
    }
    return good;
}

static int take_marks(edge_marks_t *m, const json_t *json)
{
    return take_conditions(m, ae_json_get_object(json, "conditions")) &&
           edge_record_get_time(&m->deployed_at, json, "deployedAt") &&
           edge_record_get_text(m->staged, sizeof(m->staged), json,
                                "staged") &&
           edge_record_get_text(m->revoked, sizeof(m->revoked), json,
                                "revoked");
}

static void begin(edge_history_t *history, apr_pool_t *p)
{
    memset(history, 0, sizeof(*history));
    history->events =
        apr_array_make(p, EDGE_HISTORY_MAX + 1, sizeof(edge_event_t));
}

apr_status_t edge_history_load(edge_history_t *history,
                               const edge_store_t *store, const char *dir,
                               ae_error_t *err, apr_pool_t *p)
{
    const char *path = history_path(store, dir, p);
    json_t *json;
    apr_status_t status = edge_record_read(&json, path, err, p);

    begin(history, p);
    history->is_new = status != APR_SUCCESS;
    if (status != APR_SUCCESS) {
        return APR_STATUS_IS_ENOENT(status) ? APR_SUCCESS : status;
    }
    if (!take_marks(&history->marks, json)) {
        memset(&history->marks, 0, sizeof(history->marks));
        history->is_new = 1;
        ae_error_set(err, AE_EFORMAT, "%s is damaged", path);
        return ae_error_why(err, "it has members that cannot be right");
    }
    take_events(history, ae_json_get_array(json, "events"), p);
    return APR_SUCCESS;
}

/* --- write --------------------------------------------------------------- */

void edge_history_add(edge_history_t *history, const edge_event_t *event)
{
    edge_event_t *all = (edge_event_t *)history->events->elts;

    if (history->events->nelts == EDGE_HISTORY_MAX) {
        memmove(all, all + 1, sizeof(*all) * (EDGE_HISTORY_MAX - 1));
        history->events->nelts--;
    }
    APR_ARRAY_PUSH(history->events, edge_event_t) = *event;
}

static void put_text(json_t *json, const char *key, const char *text)
{
    if (text[0] != '\0') {
        json_object_set_new(json, key, json_string(text));
    }
}

static void put_time(json_t *json, const char *key, apr_time_t at)
{
    if (at != 0) {
        json_object_set_new(json, key, json_integer(at));
    }
}

static json_t *print_event(const edge_event_t *e)
{
    json_t *json = json_object();
    ae_error_t text = e->text;

    /* Otherwise none is written. */
    text.status = APR_EGENERAL;
    put_text(json, "kind", edge_event_word(e->kind));
    put_text(json, "certificate", e->certificate);
    put_text(json, "provider", e->provider);
    put_time(json, "at", e->at);
    put_time(json, "since", e->since);
    json_object_set_new(json, "over", json_boolean(e->is_over));
    json_object_set_new(json, "told", json_boolean(e->is_told));
    edge_record_put_error(json, "text", &text);
    put_text(json, "serial", e->serial);
    put_time(json, "notAfter", e->not_after);
    put_text(json, "cause", e->cause);
    json_object_set_new(json, "attempts", json_integer(e->attempts));
    return json;
}

static json_t *print_conditions(const edge_marks_t *marks)
{
    json_t *json = json_object();
    int i;

    for (i = 0; i < EDGE_EVENTS; i++) {
        const edge_mark_t *mark = &marks->conditions[i];
        json_t *one;

        if (mark->since == 0) {
            continue;
        }
        one = json_object();
        put_time(one, "since", mark->since);
        put_time(one, "toldAt", mark->told_at);
        json_object_set_new(json, edge_event_word((edge_event_kind_t)i), one);
    }
    return json;
}

static json_t *print(const edge_history_t *history, apr_pool_t *p)
{
    const edge_marks_t *marks = &history->marks;
    json_t *json = ae_json_keep(json_object(), p);
    json_t *list = json_array();
    int i;

    for (i = 0; i < history->events->nelts; i++) {
        json_array_append_new(list, print_event(&APR_ARRAY_IDX(
                                        history->events, i, edge_event_t)));
    }
    json_object_set_new(json, "events", list);
    json_object_set_new(json, "conditions", print_conditions(marks));
    put_time(json, "deployedAt", marks->deployed_at);
    put_text(json, "staged", marks->staged);
    put_text(json, "revoked", marks->revoked);
    return json;
}

/* What a power failure takes of it is told again, or was told. */
apr_status_t edge_history_save(const edge_history_t *history,
                               const edge_store_t *store, const char *dir,
                               ae_error_t *err, apr_pool_t *p)
{
    return edge_record_write(history_path(store, dir, p), print(history, p),
                             0644, AE_FILE_VOLATILE, err, p);
}

apr_status_t edge_history_told(const edge_store_t *store, const char *dir,
                               const char *id, ae_error_t *err, apr_pool_t *p)
{
    edge_history_t history;
    apr_status_t status = edge_history_load(&history, store, dir, err, p);
    int i;

    if (status != APR_SUCCESS) {
        return status;
    }
    for (i = 0; i < history.events->nelts; i++) {
        edge_event_t *event = &APR_ARRAY_IDX(history.events, i, edge_event_t);

        if (!event->is_told && strcmp(edge_event_id(event, p), id) == 0) {
            event->is_told = 1;
            return edge_history_save(&history, store, dir, err, p);
        }
    }
    return APR_SUCCESS;
}

apr_status_t edge_history_set_aside(const edge_store_t *store, const char *dir,
                                    ae_error_t *err, apr_pool_t *p)
{
    return edge_record_set_aside(history_path(store, dir, p), err, p);
}
