#ifndef EDGE_POSTING_H
#define EDGE_POSTING_H

/** What one order has published in the challenge store, so that all of it is
 * withdrawn at its end. One thread. */

#include "edge_challenge.h"

typedef struct edge_posting_t edge_posting_t;

/** Nothing yet; it lives in `p`. `challenges` is borrowed. */
edge_posting_t *edge_posting_create(const edge_challenge_store_t *challenges,
                                    apr_pool_t *p);

/** Recall what an order that was read has published before. */
void edge_posting_recall(edge_posting_t *posting, const json_t *saved);

/** Publish tokens, acme_token_t.
 * @return APR_SUCCESS; what the challenge store says: some may be published
 * then. */
AE_CHECKED apr_status_t edge_posting_put(edge_posting_t *posting,
                                         const apr_array_header_t *tokens,
                                         ae_error_t *err);

/** Withdraw all of it. Validation may come more than once and after success,
 * so not before the order is final. */
void edge_posting_withdraw(edge_posting_t *posting);

#endif
