#ifndef EDGE_EVENT_H
#define EDGE_EVENT_H

/** Something that people are told of: a plain value, for the history of a
 * certificate and for ACMENotifyCommand. docs/notify.md tells the same for
 * those who receive it. */

#include "ae_json.h"

typedef enum edge_event_kind_t {
    EDGE_EVENT_STAGED,
    EDGE_EVENT_DEPLOYED,
    EDGE_EVENT_RENEWED,
    EDGE_EVENT_FAILED,
    EDGE_EVENT_EXPIRING,
    EDGE_EVENT_RENEWAL_DUE,
    EDGE_EVENT_ACTION_REQUIRED,
    EDGE_EVENT_CHALLENGE_UNREACHABLE,
    EDGE_EVENT_ACCOUNT_CREATED,
    EDGE_EVENT_REVOKED,
    EDGE_EVENTS
} edge_event_kind_t;

typedef struct edge_event_t {
    edge_event_kind_t kind;
    char certificate[256]; /* its name; empty: of no certificate here */
    char provider[128];    /* the CA's name; empty: none to name */
    apr_time_t at;
    apr_time_t since;     /* of a condition: when it began; else 0 */
    int is_over;          /* the condition has ended */
    int is_told;          /* the command had it, or there was none */
    ae_error_t text;      /* what, why, next; status counts for nothing */
    char serial[64];      /* of the certificate that it is about; or empty */
    apr_time_t not_after; /* of the same; 0: of none */
    char cause[48];       /* edge_cause_word of a failure; or empty */
    unsigned attempts;    /* failures in a row */
} edge_event_t;

/** "staged", "renewal-due": the words in JSON and documents. */
const char *edge_event_word(edge_event_kind_t kind);

/** Find the kind of a word. @return whether there is one */
int edge_event_find(edge_event_kind_t *kind, const char *word);

/** Whether it lasts (is told at first, then daily, then when it is over)
 * rather than happens once. */
int edge_event_lasts(edge_event_kind_t kind);

/** What names this event and no other: the same each time it is told. From
 * `p`. */
const char *edge_event_id(const edge_event_t *event, apr_pool_t *p);

/** How a line about it begins: "name: " of the certificate or else of the CA,
 * or nothing. From `p`. */
const char *edge_event_subject(const edge_event_t *event, apr_pool_t *p);

/** The line for people, "name: what: why; next", from `p`. */
const char *edge_event_line(const edge_event_t *event, apr_pool_t *p);

/** The object that ACMENotifyCommand reads; it lives in `p`. */
json_t *edge_event_json(const edge_event_t *event, apr_pool_t *p);

#endif
