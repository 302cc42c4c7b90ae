#ifndef NET_PROBE_H
#define NET_PROBE_H

/** One look over HTTP as a CA's validator has it (RFC 8555 section 8.3). It
 * waits for its answer: for a process that has nothing else to do. */

#include "edge_lookout.h"

#include <apr_time.h>

/** GET an http URL at one address, and go where redirects (301, 302, 307, 308)
 * lead, by http and https, on ports 80 and 443 alone, to names, and from an
 * address to addresses too; no certificate is checked on the way. Another name
 * than the URL's is asked where the DNS leads.
 * @param at in the place of what the DNS says of the name; port 0: that of the
 * URL
 * @param timeout of it all
 * @return APR_SUCCESS: some answer, of whatever code; APR_TIMEUP;
 * APR_ECONNREFUSED; AE_EMISMATCH for a redirect that no CA follows;
 * APR_EGENERAL for all else. err->what and why say where. */
AE_CHECKED apr_status_t net_probe_get(edge_sight_t *answer, const char *url,
                                      const edge_peer_t *at,
                                      apr_interval_time_t timeout,
                                      ae_error_t *err, apr_pool_t *p);

#endif
