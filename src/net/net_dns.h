#ifndef NET_DNS_H
#define NET_DNS_H

/** What the name servers of this system say of a name. Both wait, for half a
 * minute at the worst: for a process that has nothing else to do. */

#include "ae_error.h"

#include <apr_tables.h>

/** The addresses of a name, by its A and AAAA records.
 * @param addresses const char *, "192.0.2.1" and "2001:db8::1", each once,
 * from `p`
 * @return APR_SUCCESS; APR_ENOENT where it has none; APR_EGENERAL where the
 * name servers do not say. */
AE_CHECKED apr_status_t net_dns_addresses(const apr_array_header_t **addresses,
                                          const char *name, ae_error_t *err,
                                          apr_pool_t *p);

/** The CAA records that count for a name: its own, or those of the nearest
 * name above it that has any (RFC 8659 section 3).
 * @param records edge_caa_t, none where none of them has any
 * @param where whose they are; NULL for none
 * @return APR_SUCCESS; APR_EGENERAL where the name servers do not say, which
 * forbids every CA to issue; AE_EFORMAT, AE_ETOOBIG as edge_caa_parse. */
AE_CHECKED apr_status_t net_dns_caa(apr_array_header_t **records,
                                    const char **where, const char *name,
                                    ae_error_t *err, apr_pool_t *p);

#endif
