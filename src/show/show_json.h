#ifndef SHOW_JSON_H
#define SHOW_JSON_H

/** How things stand, for programs. docs/status.md says what each member means
 * and what a reader may rely on, docs/status.schema.json what there is. */

#include "show_out.h"
#include "show_query.h"
#include "show_source.h"

#include <jansson.h>

/** Grows with each change that a reader could stumble over; a new member is
 * none. */
#define SHOW_JSON_VERSION 1

/** Put out a page of the list, or what query->cert names: an object. */
void show_json(const show_out_t *out, const show_source_t *source,
               const show_query_t *query, apr_pool_t *p);

/** One certificate, a new reference.
 * @param detail NULL: no more than a list has */
json_t *show_json_certificate(const edge_cert_t *cert,
                              const edge_status_t *status,
                              const show_detail_t *detail, apr_pool_t *p);

#endif
