#ifndef EDGE_PROVISION_H
#define EDGE_PROVISION_H

/** What lies between the tokens of an order and the CA's look: it comes to the
 * port that may have to be opened, publishes them, and waits until they are
 * seen. One thread. */

#include "edge_barrier.h"
#include "edge_door.h"
#include "edge_posting.h"

typedef struct edge_provision_t edge_provision_t;

/** Borrowed; must outlive it. */
typedef struct edge_provision_config_t {
    edge_barrier_config_t barrier;
    const edge_door_t *door; /* or NULL */
    edge_posting_t *posting;
} edge_provision_config_t;

typedef enum edge_provision_next_t {
    EDGE_PROVISION_WAIT,  /* ask again at `wake` */
    EDGE_PROVISION_READY, /* the CA may look */
    EDGE_PROVISION_FAILED /* edge_provision_failure */
} edge_provision_next_t;

/** Nothing yet; it lives in `p`. */
edge_provision_t *edge_provision_create(const edge_provision_config_t *config,
                                        apr_pool_t *p);

/** Begin with tokens, acme_token_t; borrowed until it is ready or failed. */
void edge_provision_begin(edge_provision_t *provision,
                          const apr_array_header_t *tokens);

/** The step it is at, in one word; NULL where it is not under way, or there
 * is none. */
const char *edge_provision_step(const edge_provision_t *provision);

/** Go on with it. To be asked only where it is under way. */
edge_provision_next_t edge_provision_next(edge_provision_t *provision,
                                          apr_time_t now, apr_time_t *wake);

/** After FAILED: id, step, error and cause. */
const edge_failure_t *edge_provision_failure(
    const edge_provision_t *provision);

/** What edge_barrier_found says; NULL where nobody looked. */
const edge_failure_t *edge_provision_found(const edge_provision_t *provision);

/** No CA looks any more: the port is needed no longer. */
void edge_provision_leave(edge_provision_t *provision);

/** Drop what is asked still; call it before its pool is destroyed. NULL
 * is none. */
void edge_provision_end(edge_provision_t *provision);

#endif
