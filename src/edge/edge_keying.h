#ifndef EDGE_KEYING_H
#define EDGE_KEYING_H

/** What one order is made with: a new key and a request for it, or those that
 * are kept (edge_kept.h), or the request of ACMECSR, of which the worker never
 * sees the key. */

#include "ae_cert.h"
#include "edge_store.h"

typedef struct edge_keying_t {
    ae_key_t *key; /* NULL: not for the worker */
    const ae_csr_t *csr;
} edge_keying_t;

/** Worker: find or make both; what an order needs of them is on the disk when
 * this returns. They live in `p`.
 * @param taken_up whether the order in the store is to go on with them; 0: a
 * new one begins
 * @return APR_SUCCESS; AE_EFORMAT where that order has another key; as
 * edge_store_order_key and edge_kept_make. */
AE_CHECKED apr_status_t edge_keying_open(edge_keying_t *keying,
                                         const edge_store_t *store,
                                         const edge_cert_t *cert, int taken_up,
                                         ae_error_t *err, apr_pool_t *p);

/** Whether what an order was made with, beside names, provider and type of the
 * key, is still configured: a word to keep with it, from `p`. */
const char *edge_keying_word(const edge_cert_t *cert, apr_pool_t *p);

/** Worker: check that what was issued is for this key, and that nobody has
 * dropped it meanwhile (edge_kept_drop).
 * @return APR_SUCCESS; AE_EMISMATCH; as edge_kept_load. */
AE_CHECKED apr_status_t edge_keying_check(const edge_keying_t *keying,
                                          const ae_cert_t *chain,
                                          const edge_store_t *store,
                                          const edge_cert_t *cert,
                                          ae_error_t *err, apr_pool_t *p);

#endif
