#ifndef ACME_EXCHANGE_H
#define ACME_EXCHANGE_H

/** Requests and responses as plain values: what the engine asks for and what
 * it is told. Somebody else owns the wire. */

#include "acme_problem.h"

#include <apr_tables.h>
#include <apr_time.h>

/* What a transport must bound (style rule 14). */
#define ACME_BODY_BYTES_MAX (1024 * 1024)
#define ACME_REDIRECTS_MAX 5

/**
 * One request. It lives until its reply was given or its order or errand
 * destroyed.
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
    apr_interval_time_t took; /* until it ended, well or badly */
    int code;
    const char *url; /* where the answer came from, after redirects */
    const char *content_type;
    const char *location;
    const char *replay_nonce;
    const char *retry_after;
    const char *date;
    const apr_array_header_t *links; /* const char *: each Link value */
    const char *body;
    apr_size_t body_len;
} acme_response_t;

/** What an order, or an errand, wants next. */
typedef enum acme_next_t {
    ACME_SEND,      /* put the request on the wire, tell its reply after; ask
                       again at once, several may be in flight */
    ACME_PROVISION, /* publish acme_order_tokens, then
                       acme_order_provisioned */
    ACME_WAIT,      /* nothing to do before `wake` or the next reply */
    ACME_DONE,      /* an order's certificate is there, an errand is done */
    ACME_FAILED     /* err says what, why, next; ..._failure the rest */
} acme_next_t;

/** What stood in the way, where neither the type of a problem nor a status
 * tells it. */
typedef enum acme_obstacle_t {
    ACME_OBSTACLE_NONE,
    ACME_OBSTACLE_TRANSPORT, /* no answer; the error's status says more */
    ACME_OBSTACLE_FAULT,     /* 5xx without a problem document */
    ACME_OBSTACLE_ODD,       /* an answer that breaks RFC 8555 */
    ACME_OBSTACLE_QUIET,     /* it does not want to be asked now */
    ACME_OBSTACLE_SLOW,      /* it did not decide within our patience */
    ACME_OBSTACLE_GONE,      /* the order expired, or is not found */
    ACME_OBSTACLE_TERMS,     /* nobody accepted its terms of service */
    ACME_OBSTACLE_NEW_TERMS, /* they changed */
    ACME_OBSTACLE_UNBOUND,   /* it wants an external account */
    ACME_OBSTACLE_BINDING,   /* it refused the external account */
    ACME_OBSTACLE_CLOSED,    /* the account is valid no more */
    ACME_OBSTACLE_FORBIDDEN, /* the account may not order */
    ACME_OBSTACLE_CHALLENGE, /* no http-01 for the name */
    ACME_OBSTACLE_WILDCARD,  /* nor for a wildcard ever */
    ACME_OBSTACLE_MISFIT     /* the certificate is not of the request */
} acme_obstacle_t;

/** Why one of them failed. */
typedef struct acme_failure_t {
    const char *step; /* "newOrder" */
    acme_obstacle_t obstacle;
    const char *name; /* that the CA could not validate, or NULL */
    const acme_problem_t *problem; /* NULL where it was none of the CA's */
    acme_retry_t retry;
    apr_time_t retry_after; /* the CA's own moment, or 0 */
    int order_lost;         /* true: begin anew; false: the same order
                                      can be taken up again */
} acme_failure_t;

#endif
