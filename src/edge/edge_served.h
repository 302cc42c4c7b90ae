#ifndef EDGE_SERVED_H
#define EDGE_SERVED_H

/** What one generation of httpd serves, held against what is live on disk
 * later: another httpd with the same store may have deployed since. */

#include "edge_cert.h"

typedef struct edge_served_t edge_served_t;

/** Parent, before mod_ssl reads the files: note what is live.
 * @param certs const edge_cert_t *, borrowed like store_dir. From `p`. */
edge_served_t *edge_served_note(const char *store_dir,
                                const apr_array_header_t *certs,
                                apr_pool_t *p);

/** Parent: which certificates have another whole pair live than was noted.
 * What was removed, is damaged or half there does not count.
 * @param shortest set to the shortest of their lifetimes, 0 where there is
 * none
 * @return their names, const char *, from `p` */
const apr_array_header_t *edge_served_changed(apr_interval_time_t *shortest,
                                              const edge_served_t *served,
                                              apr_pool_t *p);

/** Parent: whether that holds for the one at `i`, which is noted then. */
int edge_served_take(edge_served_t *served, int i, apr_pool_t *ptemp);

#endif
