#ifndef NET_KNOCK_H
#define NET_KNOCK_H

/** Whether a challenge store in the network is there and answers. httpd's
 * providers of Redis and memcached wait without end for a server that takes
 * connections and says nothing, and tell little of what is wrong: so it is
 * asked first, and waited for no longer than is said. */

#include "ae_error.h"

#include <apr_time.h>

typedef enum net_knock_kind_t {
    NET_KNOCK_REDIS,
    NET_KNOCK_MEMCACHED
} net_knock_kind_t;

/** Which kind a provider of httpd asks, by its name.
 * @return whether it is one of them */
int net_knock_kind(net_knock_kind_t *kind, const char *provider);

/** Ask each server of a list a question that changes nothing.
 * @param servers as ACMEChallengeStore has them: host[:port],host[:port]...
 * @param timeout for each
 * @return APR_SUCCESS: at least one answers, and none is silent, for which the
 * provider would wait; else, of the first that does not: APR_TIMEUP;
 * APR_ECONNREFUSED; AE_ENOHOST; APR_EACCES: it wants a password; AE_EFORMAT:
 * something else answers; APR_EAGAIN: it is not ready yet; APR_EGENERAL. */
AE_CHECKED apr_status_t net_knock(net_knock_kind_t kind, const char *servers,
                                  apr_interval_time_t timeout, ae_error_t *err,
                                  apr_pool_t *p);

#endif
