#ifndef SHOW_DECODED_H
#define SHOW_DECODED_H

/** A certificate with its chain, decoded for people and for machines. */

#include "ae_cert.h"
#include "edge_cert.h"

#include <jansson.h>

/** In lines of two columns, with what it differs in from what is configured.
 * From `p`.
 * @param word what it is, before its subject: "live" */
const char *show_decoded_text(const char *word, const ae_cert_t *chain,
                              const edge_cert_t *cert, apr_pool_t *p);

/** The same as an object. A new reference. */
json_t *show_decoded_json(const ae_cert_t *chain, const edge_cert_t *cert,
                          apr_pool_t *p);

#endif
