#ifndef EDGE_ERRAND_OWN_H
#define EDGE_ERRAND_OWN_H

/** What the files of the errands share: edge_errands.c drives them, and each
 * kind stands in a file of its own. For nobody else. */

#include "acme_errand.h"
#include "acme_order.h"
#include "edge_errand.h"
#include "edge_errands.h"
#include "edge_revoked.h"

typedef struct edge_errand_t edge_errand_t;

/** A kind of errand: one row of the table in edge_errand_take.c. */
typedef struct edge_errand_kind_t {
    const char *word; /* as member "kind" has it */
    int alone; /* nobody else is in its session: no order, no other errand */
    /* Take `asked`, and set the first leg: `request` or `order`; none where
     * it was done before, and `answer` says so. What must
     * survive is in the store when this returns: an errand that was cut off
     * begins anew. @return APR_SUCCESS, else err is the outcome. */
    apr_status_t (*begin)(edge_errand_t *errand, apr_time_t now,
                          ae_error_t *err);
    /* The leg is over; err says why it failed, with status 0 where it was
     * done. @return true where another leg is set; false at the end: err and
     * `answer` are the outcome then. */
    int (*follow)(edge_errand_t *errand, apr_time_t now, ae_error_t *err);
} edge_errand_kind_t;

struct edge_errand_t {
    const edge_errands_config_t *config;
    const edge_errand_kind_t *kind;
    const char *id;
    const json_t *asked;
    const edge_provider_t *provider;
    const char *trust_file;
    edge_session_t *session;
    acme_errand_t *request;    /* the leg under way: one of both, or none */
    acme_order_t *order;       /* to be driven until it is ready */
    const edge_cert_t *cert;   /* whom its challenges are asked of, and name */
    acme_failure_t failure;    /* of the leg that ended; zeros: none */
    int was_done;              /* it was done before, the CA says */
    int was_sent;              /* the CA may have done it, where it failed */
    const char *answer;        /* what was done, for people */
    int inside;                /* its session */
    int closes;                /* its session is of no use any more */
    int logged;                /* why it failed */
    edge_revocation_t revoked; /* of a certificate that was; at 0: none */
    void *data;                /* the kind's own, in p */
    apr_pool_t *p;             /* its own */
};

extern const edge_errand_kind_t edge_errand_revoke;
extern const edge_errand_kind_t edge_errand_update;
extern const edge_errand_kind_t edge_errand_rollover;
extern const edge_errand_kind_t edge_errand_deactivate;

/** Read what is asked, open the session with its CA, and begin.
 * @param others const edge_provider_t *: those of no certificate, which grows
 * @return APR_SUCCESS; APR_ENOENT with `asked` NULL: it was taken back; else
 * err is the outcome */
AE_CHECKED apr_status_t edge_errand_take(edge_errand_t *errand,
                                         apr_array_header_t *others,
                                         apr_time_t now, ae_error_t *err);

/** Be let into its session, which is open; ask again where it is not.
 * @return whether it is inside */
int edge_errand_enter(edge_errand_t *errand);

/** Go out, where it is inside, and close a session that is of no use any
 * more. */
void edge_errand_leave(edge_errand_t *errand);

/** All kinds; NULL ends them. */
extern const edge_errand_kind_t *const edge_errand_kinds[];

#endif
