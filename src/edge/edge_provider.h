#ifndef EDGE_PROVIDER_H
#define EDGE_PROVIDER_H

/** The CAs that have a name here, and those given by URL. */

#include "ae_error.h"

typedef struct edge_provider_t {
    const char *name;          /* safe as one path component */
    const char *directory_url; /* RFC 8555 section 7.1.1 */
    unsigned names_max;        /* names in one certificate */
    const char *no_addresses; /* why it has none for IP addresses (RFC 8738), a
                                  clause; NULL where it may have */
} edge_provider_t;

/** Resolve the word of ACMEProvider: a known name, or an https URL, whose name
 * becomes host and port with a short hash of the URL. Lives in `p`.
 * @return APR_SUCCESS; AE_EFORMAT, err names the known words. */
AE_CHECKED apr_status_t edge_provider_resolve(const edge_provider_t **provider,
                                              const char *word,
                                              ae_error_t *err, apr_pool_t *p);

#endif
