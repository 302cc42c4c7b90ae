#include "edge_event.h"

#include "ae_time.h"

#include <apr_strings.h>
#include <assert.h>
#include <string.h>

/* Of the object, not of this module: raised where a member changes its
 * meaning or goes. */
#define FORM 1

typedef struct kind_t {
    const char *word;
    int lasts;
} kind_t;

static const kind_t kinds[] = {
    [EDGE_EVENT_STAGED] = {"staged", 0},
    [EDGE_EVENT_DEPLOYED] = {"deployed", 0},
    [EDGE_EVENT_RENEWED] = {"renewed", 0},
    [EDGE_EVENT_FAILED] = {"failed", 1},
    [EDGE_EVENT_EXPIRING] = {"expiring", 1},
    [EDGE_EVENT_RENEWAL_DUE] = {"renewal-due", 1},
    [EDGE_EVENT_ACTION_REQUIRED] = {"action-required", 1},
    [EDGE_EVENT_CHALLENGE_UNREACHABLE] = {"challenge-unreachable", 1},
    [EDGE_EVENT_ACCOUNT_CREATED] = {"account-created", 0},
    [EDGE_EVENT_REVOKED] = {"revoked", 0},
};
static_assert(sizeof(kinds) / sizeof(kinds[0]) == EDGE_EVENTS,
              "each kind has a word");

const char *edge_event_word(edge_event_kind_t kind)
{
    return kinds[kind].word;
}

int edge_event_find(edge_event_kind_t *kind, const char *word)
{
    int i;

    for (i = 0; i < EDGE_EVENTS; i++) {
        if (strcmp(kinds[i].word, word) == 0) {
            *kind = (edge_event_kind_t)i;
            return 1;
        }
    }
    return 0;
}

int edge_event_lasts(edge_event_kind_t kind)
{
    return kinds[kind].lasts;
}

static const char *name_of(const edge_event_t *event)
{
    return event->certificate[0] ? event->certificate : event->provider;
}

const char *edge_event_id(const edge_event_t *event, apr_pool_t *p)
{
    return apr_psprintf(p, "%s/%s%s/%" APR_TIME_T_FMT, name_of(event),
                        edge_event_word(event->kind),
                        event->is_over ? "/over" : "", event->at);
}

const char *edge_event_subject(const edge_event_t *event, apr_pool_t *p)
{
    const char *name = name_of(event);

    return name[0] ? apr_pstrcat(p, name, ": ", NULL) : "";
}

const char *edge_event_line(const edge_event_t *event, apr_pool_t *p)
{
    return apr_pstrcat(p, edge_event_subject(event, p),
                       ae_error_line(&event->text, p), NULL);
}

static void put_text(json_t *json, const char *key, const char *text)
{
    if (text[0] != '\0') {
        json_object_set_new(json, key, json_string(text));
    }
}

static void put_time(json_t *json, const char *key, apr_time_t at,
                     apr_pool_t *p)
{
    if (at != 0) {
        json_object_set_new(json, key, json_string(ae_time_print(at, p)));
    }
}

json_t *edge_event_json(const edge_event_t *event, apr_pool_t *p)
{
    json_t *json = ae_json_keep(json_object(), p);

    json_object_set_new(json, "version", json_integer(FORM));
    put_text(json, "id", edge_event_id(event, p));
    put_text(json, "event", edge_event_word(event->kind));
    json_object_set_new(json, "over", json_boolean(event->is_over));
    put_text(json, "name", event->certificate);
    put_text(json, "provider", event->provider);
    put_time(json, "at", event->at, p);
    put_time(json, "since", event->since, p);
    put_text(json, "what", event->text.what);
    put_text(json, "why", event->text.why);
    put_text(json, "next", event->text.next);
    put_text(json, "line", edge_event_line(event, p));
    put_text(json, "serial", event->serial);
    put_time(json, "notAfter", event->not_after, p);
    put_text(json, "cause", event->cause);
    json_object_set_new(json, "attempts", json_integer(event->attempts));
    return json;
}
