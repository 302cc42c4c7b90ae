#ifndef EDGE_CATALOG_CERT_H
#define EDGE_CATALOG_CERT_H

/** One certificate of config.json. For edge_catalog.c alone. */

#include "edge_cert.h"

#include <jansson.h>

/** Print it; the caller owns the JSON. */
json_t *edge_catalog_print_cert(const edge_cert_t *cert, apr_pool_t *p);

/** Read it into `p`.
 * @param previous the one before it, of which it may be a further type of key;
 * NULL: it is the first
 * @return NULL where it is none. */
edge_cert_t *edge_catalog_take_cert(const json_t *json, edge_cert_t *previous,
                                    apr_pool_t *p);

/** A bounded text, copied into `p`; NULL where it is none. */
const char *edge_catalog_take_text(const json_t *value, apr_pool_t *p);

#endif
