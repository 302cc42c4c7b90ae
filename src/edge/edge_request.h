#ifndef EDGE_REQUEST_H
#define EDGE_REQUEST_H

/** What an administrator asks for: requests/<cert>.<verb>, written by the
 * command and the manager page, read by worker and parent. It holds until the
 * worker drops it. */

#include "edge_store.h"

typedef enum edge_request_verb_t {
    EDGE_REQUEST_SIGN,    /* order now, whatever the schedule says */
    EDGE_REQUEST_DEPLOY,  /* the staged set with this serial may go live */
    EDGE_REQUEST_DISCARD, /* the one with this serial is gone by intent */
    EDGE_REQUEST_LOOK,    /* somebody staged a set: read it again */
    EDGE_REQUEST_REMOVE,  /* the staged set with this serial is to go */
    EDGE_REQUEST_VERBS
} edge_request_verb_t;

/** One request, a plain value. */
typedef struct edge_request_t {
    int found;
    apr_time_t at;   /* when it was made */
    char serial[64]; /* as ae_cert_facts_t has it; empty for none */
} edge_request_t;

/** The word shown and the end of the file's name: "sign". */
const char *edge_request_word(edge_request_verb_t verb);

/** Ask, in the place of an older request of the same verb: whole or not at
 * all, on the disk when it returns. Root gives the file to the worker.
 * @param serial of the staged set; "" for EDGE_REQUEST_SIGN
 * @return APR_SUCCESS; APR_EINVAL for a serial that is too long; the system's
 * status. */
AE_CHECKED apr_status_t edge_request_put(const edge_store_t *store,
                                         const edge_cert_t *cert,
                                         edge_request_verb_t verb,
                                         const char *serial, apr_time_t now,
                                         ae_error_t *err, apr_pool_t *p);

/** Ask for a new certificate, or join who asked before.
 * @param request what is asked for now
 * @param joined whether it was asked for before
 * @return as edge_request_put. */
AE_CHECKED apr_status_t edge_request_sign(edge_request_t *request, int *joined,
                                          const edge_store_t *store,
                                          const edge_cert_t *cert,
                                          apr_time_t now, ae_error_t *err,
                                          apr_pool_t *p);

/** Look for a request and touch nothing: found is 0 where there is none, and
 * where it is damaged or cannot be read. */
void edge_request_find(edge_request_t *request, const edge_store_t *store,
                       const edge_cert_t *cert, edge_request_verb_t verb,
                       apr_pool_t *p);

/** Remove it; absent is success.
 * @return APR_SUCCESS or the system's status. */
AE_CHECKED apr_status_t edge_request_drop(const edge_store_t *store,
                                          const edge_cert_t *cert,
                                          edge_request_verb_t verb,
                                          ae_error_t *err, apr_pool_t *p);

/** When a request came or went last: the directory's time of change; 0 where
 * it cannot be told. Two changes within a few milliseconds may have one. */
apr_time_t edge_request_stamp(const edge_store_t *store, apr_pool_t *p);

#endif
