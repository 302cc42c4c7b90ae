#ifndef ACME_URL_H
#define ACME_URL_H

/** URLs and Link headers as a CA sends them. */

#include <apr_tables.h>

#define ACME_URL_LENGTH_MAX 2048
#define ACME_LINKS_MAX 32

/** Whether the engine may ask this URL: https (RFC 8555 section 6.1), with a
 * host, printable, at most ACME_URL_LENGTH_MAX bytes. */
int acme_url_valid(const char *url);

/** Resolve a reference against the URL it came from (RFC 3986 section 5), into
 * `p`, without its fragment. NULL where the result is not acme_url_valid. */
const char *acme_url_resolve(const char *base, const char *reference,
                             apr_pool_t *p);

/** The targets of one relation in Link values (RFC 8288 section 3), resolved,
 * at most ACME_LINKS_MAX of them; what cannot be read is passed over.
 * @param links const char *, or NULL
 * @return const char *, in `p` */
apr_array_header_t *acme_url_links(const apr_array_header_t *links,
                                   const char *relation, const char *base,
                                   apr_pool_t *p);

#endif
