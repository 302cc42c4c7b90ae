#ifndef NET_FETCH_H
#define NET_FETCH_H

/** One file from the web. It waits for it: for a process that has nothing else
 * to do, and no rights that others lack. */

#include "ae_bytes.h"
#include "ae_error.h"

#include <apr_time.h>

#define NET_FETCH_REDIRECTS_MAX 3

typedef struct net_fetch_t {
    const char *url;        /* http or https, and nothing else on redirects */
    const char *proxy;      /* URL, or NULL for none */
    const char *trust_file; /* PEM roots for https; NULL: the system's */
    apr_size_t max;         /* bytes of the body */
    apr_interval_time_t timeout; /* of it all */
} net_fetch_t;

/** GET it.
 * @param body from `p`
 * @return APR_SUCCESS; APR_TIMEUP; AE_ETOOBIG; AE_EREMOTE for another answer
 * than 200; APR_EGENERAL for all else. err->what and why say it. */
AE_CHECKED apr_status_t net_fetch(ae_bytes_t *body, const net_fetch_t *fetch,
                                  ae_error_t *err, apr_pool_t *p);

#endif
