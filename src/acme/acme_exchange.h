#ifndef ACME_EXCHANGE_H
#define ACME_EXCHANGE_H

/** Requests and responses as plain values: what the engine asks for and what
 * it is told. Somebody else owns the wire. */

#include "ae_error.h"

#include <apr_tables.h>
#include <apr_time.h>

/* What a transport must bound (style rule 14). */
#define ACME_BODY_BYTES_MAX (1024 * 1024)
#define ACME_REDIRECTS_MAX 5

/**
 * One request. It lives until its reply was given or its order destroyed.
 * The transport adds User-Agent (RFC 8555 section 6.1) and refuses all but
 * https.
 */
typedef struct acme_request_t {
    const char *step;   /* "newOrder": for log and statistics */
    const char *method; /* GET, HEAD or POST */
    const char *url;
    const char *accept;       /* media type, or NULL */
    const char *content_type; /* NULL without a body */
    const char *body;
    apr_size_t body_len;
    int follow_redirects; /* the directory alone (RFC 8555 7.1.1) */
    void *exchange;       /* the engine's own */
} acme_request_t;

/**
 * What came back. Where `status` is not APR_SUCCESS no response arrived and
 * `reason` says why; all else is as in HTTP, NULL where a header is absent.
 */
typedef struct acme_response_t {
    apr_status_t status;
    const char *reason;
    int code;
    const char *url; /* where the answer came from, after redirects */
    const char *content_type;
    const char *location;
    const char *replay_nonce;
    const char *retry_after;
    const apr_array_header_t *links; /* const char *: each Link value */
    const char *body;
    apr_size_t body_len;
} acme_response_t;

#endif
