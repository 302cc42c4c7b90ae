#ifndef EDGE_ORDER_H
#define EDGE_ORDER_H

/** An order in the store: that of the engine, and by whom and for what it was
 * begun. */

#include "acme_order.h"
#include "edge_cert.h"

/** What is written down, in `p`; NULL where there is no memory. */
json_t *edge_order_print(const acme_order_t *order, const edge_cert_t *cert,
                         const edge_provider_t *provider, apr_pool_t *p);

/** Whether what was read is an order of this provider for this certificate,
 * with the key and the request that it is to have now. Names and account are
 * the engine's to compare. */
int edge_order_fits(const json_t *saved, const edge_cert_t *cert,
                    const edge_provider_t *provider, apr_pool_t *p);

#endif
