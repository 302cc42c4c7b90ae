#ifndef NET_LOOK_OWN_H
#define NET_LOOK_OWN_H

/** The parts of net_look.h. */

#include "edge_provider.h"
#include "net_look.h"

/** One CA, and what its directory says. */
typedef struct net_look_ca_t {
    const edge_provider_t *provider;
    const char *trust_file;
    apr_array_header_t *identities; /* const char * */
} net_look_ca_t;

/** How long may be waited for something: `most`, or what is left of the time
 * that there is; a moment at least. */
apr_interval_time_t net_look_left(const net_look_t *look,
                                  apr_interval_time_t most);

/** @return whether no time is left, and a row says so */
int net_look_is_late(json_t *rows, const char *about, const net_look_t *look);

/** What the worker's user can do in the store. */
void net_look_at_store(json_t *rows, const net_look_t *look, apr_pool_t *p);

/** Ask a CA for its directory.
 * @param clock_off set where the CA told its time: its clock against ours
 * @return whether it told its time */
int net_look_at_ca(json_t *rows, net_look_ca_t *ca,
                   apr_interval_time_t *clock_off, const net_look_t *look,
                   apr_pool_t *p);

/** Look at one name: addresses, port 80 on each, CAA.
 * @param peers edge_peer_t, asked for it too; or NULL
 * @param cas net_look_ca_t *, those that are to issue for it */
void net_look_at_name(json_t *rows, const char *name,
                      const apr_array_header_t *peers,
                      const apr_array_header_t *cas, const net_look_t *look,
                      apr_pool_t *p);

#endif
