#ifndef ACME_IDENTIFIER_H
#define ACME_IDENTIFIER_H

/** What an order is for, as the wire has it: a DNS name (RFC 8555 section
 * 9.7.7) or an IP address (RFC 8738 section 3). */

#include <apr_pools.h>
#include <jansson.h>

/** The identifier of a name or of an address as ae_address_print has it; a new
 * reference. */
json_t *acme_identifier_print(const char *name);

/** What an identifier is about, an address in its one spelling, bounded and
 * without control characters; from `p`, NULL where there is nothing.
 * @param object may be NULL */
const char *acme_identifier_read(const json_t *object, apr_pool_t *p);

#endif
