#ifndef EDGE_LOOKOUT_H
#define EDGE_LOOKOUT_H

/** What the core wants to know of the network, other than from a CA: somebody
 * above implements it, and nobody waits for it. */

#include "edge_peer.h"

#include <apr_tables.h>

/** One look at a challenge, as a CA's validator has it (RFC 8555 section 8.3).
 * Borrowed until its question is dropped. */
typedef struct edge_look_t {
    const char *name; /* in the Host field */
    const char *token;
    edge_peer_t at;
} edge_look_t;

/** An answer over HTTP, of whatever code. */
typedef struct edge_sight_t {
    int code;         /* of the last answer */
    const char *url;  /* where it came from */
    const char *body; /* its first bytes, up to a NUL */
    unsigned redirects;
} edge_sight_t;

/** What came of a question. */
typedef struct edge_report_t {
    apr_status_t status; /* where it is none, `err` says what and why */
    ae_error_t err;
    const apr_array_header_t *addresses; /* const char *, for `find` */
    edge_sight_t sight;                  /* for `fetch` */
} edge_report_t;

typedef struct edge_lookout_t {
    /** Ask for the addresses of a name.
     * @return the question, never NULL */
    void *(*find)(void *ctx, const char *name);
    /** Fetch the challenge. @return the question, never NULL */
    void *(*fetch)(void *ctx, const edge_look_t *look);
    /** What came of it, which lives as long as the question; NULL: nothing
     * yet. */
    const edge_report_t *(*report)(void *ctx, void *question);
    /** It is needed no more, answered or not. */
    void (*drop)(void *ctx, void *question);
    void *ctx;
} edge_lookout_t;

#endif
