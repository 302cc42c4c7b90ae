#ifndef NET_LOOK_H
#define NET_LOOK_H

/** What a renewal would meet: the store, each CA, and of each name DNS, port
 * 80 on every address and CAA. It waits for the network: for a process or a
 * thread that has nothing else to do, and not the rights of root. Any thread;
 * several may look at the same time. */

#include "edge_probe.h"
#include "edge_rows.h"

/** Borrowed. */
typedef struct net_look_t {
    const edge_store_t *store;
    const apr_array_header_t *certs; /* const edge_cert_t * */
    const char *proxy;               /* towards the CA: URL, or NULL */
    int proxy_hidden;                /* there is one that cannot be used */
    int opens_port;            /* port 80 is open only while a CA looks */
    const edge_probe_t *probe; /* NULL: no worker publishes any */
    apr_time_t until; /* by net_clock_steady: what is not begun by then is left
                         open, and nothing is waited for longer, but for one
                         answer of the name servers; 0: no end */
    /** May be NULL: told before each name, for it may take long. */
    void (*tell)(void *ctx, const char *name);
    void *ctx;
} net_look_t;

/** A process with several threads, before there are any: what they share is
 * made, and stays. */
void net_look_prepare(void);

/** Look at it all. @return rows, a new reference */
json_t *net_look(const net_look_t *look, apr_pool_t *p);

/** Look who can read the live keys; for who may look into live/. */
void net_look_at_keys(json_t *rows, const edge_store_t *store,
                      const apr_array_header_t *certs, apr_pool_t *p);

/** Make a token to look for, and wait until the worker has published it.
 * @param probe from `p`; edge_probe_drop is the caller's
 * @return false where it did not, and a row says so */
int net_look_publish(json_t *rows, edge_probe_t *probe,
                     const edge_store_t *store, apr_pool_t *p);

#endif
