#ifndef NET_WALK_H
#define NET_WALK_H

/** One look over HTTP as a CA's validator has it (RFC 8555 section 8.3), from
 * the first request through all redirects: what to ask curl for, and what came
 * of it. Who runs curl is the caller's affair. */

#include "edge_lookout.h"

#include <apr_time.h>
#include <curl/curl.h>

#define NET_WALK_REDIRECTS_MAX 10
#define NET_WALK_BODY_MAX 4096

typedef struct net_walk_t net_walk_t;

/** Begin; with `p` goes curl's handle, which nobody may use any more then.
 * @param at in the place of what the DNS says of the URL's host; port 0: that
 * of the URL
 * @param timeout of it all
 * @return APR_SUCCESS or APR_EGENERAL. */
AE_CHECKED apr_status_t net_walk_create(net_walk_t **walk, const char *url,
                                        edge_peer_t at,
                                        apr_interval_time_t timeout,
                                        ae_error_t *err, apr_pool_t *p);

/** The handle to run, once it is prepared. */
CURL *net_walk_easy(const net_walk_t *walk);

/** Prepare the handle for the next request.
 * @return APR_SUCCESS or APR_EGENERAL. */
AE_CHECKED apr_status_t net_walk_prepare(net_walk_t *walk, ae_error_t *err);

/** Between two requests: the host of the next one, where it is another than the
 * first and its addresses were not told yet; else NULL. Unless they are, curl
 * asks for them. */
const char *net_walk_stranger(const net_walk_t *walk);

/** Tell them. @param addresses const char *, numeric */
void net_walk_lead(net_walk_t *walk, const apr_array_header_t *addresses);

/** Tell how that request went.
 * @param goes_on set: a redirect leads on, prepare the next one
 * @return APR_SUCCESS: some answer, of whatever code; APR_TIMEUP;
 * APR_ECONNREFUSED; AE_EMISMATCH for a redirect that no CA follows;
 * APR_EGENERAL for all else. err->what and why say where. */
AE_CHECKED apr_status_t net_walk_take(int *goes_on, net_walk_t *walk,
                                      CURLcode code, ae_error_t *err);

/** The last answer; it lives as long as the walk. */
const edge_sight_t *net_walk_sight(const net_walk_t *walk);

#endif
