#ifndef NET_RESOLVE_H
#define NET_RESOLVE_H

/** The addresses of a name, by the system's resolver: asked for without waiting
 * for them. The C library has threads for that, which nobody can stop, and
 * which outlive this module where they hang: what they work on is theirs until
 * they are done. */

#include "ae_error.h"

#include <apr_tables.h>

typedef struct net_resolve_t net_resolve_t;

/** Ask. It is no memory of any pool. @return never NULL */
net_resolve_t *net_resolve_begin(const char *name);

/** Whether it has come to an end. */
int net_resolve_is_over(const net_resolve_t *resolve);

/** After the end: as net_dns_addresses. */
AE_CHECKED apr_status_t net_resolve_take(const apr_array_header_t **addresses,
                                         const net_resolve_t *resolve,
                                         ae_error_t *err, apr_pool_t *p);

/** Free it, where it is over. @return false where not: call it again later, or
 * never, which costs its memory */
int net_resolve_free(net_resolve_t *resolve);

#endif
