#ifndef EDGE_DEPLOYMENT_H
#define EDGE_DEPLOYMENT_H

/** How deploy/<cert>.json comes to be; edge_live.h says how it is read. */

#include "edge_live.h"

/** Parent: write it down, for people to see. Nothing depends on it: where it
 * cannot be written, the one before stays. */
void edge_deployment_save(const edge_deployment_t *d,
                          const edge_store_t *store, const edge_cert_t *cert,
                          apr_pool_t *p);

#endif
