#ifndef NET_RESOLVE_H
#define NET_RESOLVE_H

/** The addresses of a name, by the system's resolver: asked for without waiting
 * for them. The C library has threads for that, which nobody can stop, and
 * which outlive this module where they hang: what they work on is theirs until
 * they are done. One thread at a time. */

#include "ae_error.h"

#include <apr_tables.h>

typedef struct net_resolve_t net_resolve_t;

/** Ask. @return never NULL; net_resolve_end gives it back */
net_resolve_t *net_resolve_begin(const char *name);

/** Whether it has come to an end. */
int net_resolve_is_over(const net_resolve_t *resolve);

/** After the end: as net_dns_addresses. */
AE_CHECKED apr_status_t net_resolve_take(const apr_array_header_t **addresses,
                                         const net_resolve_t *resolve,
                                         ae_error_t *err, apr_pool_t *p);

/** It is needed no more, over or not. */
void net_resolve_end(net_resolve_t *resolve);

#endif
