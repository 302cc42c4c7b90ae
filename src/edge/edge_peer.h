#ifndef EDGE_PEER_H
#define EDGE_PEER_H

/** Whom a challenge is asked of before the CA is: ACMEProbe, and the servers
 * of ACMEClusterPeers. */

#include "ae_error.h"

#include <apr_tables.h>

#define EDGE_PEERS_MAX 64

/* Where a CA looks, and a peer is asked unless its port is written. */
#define EDGE_HTTP_PORT 80

/** What ACMEProbe says. */
typedef enum edge_probing_t {
    EDGE_PROBING_OFF,
    EDGE_PROBING_ADVISORY,
    EDGE_PROBING_REQUIRED,
    EDGE_PROBINGS
} edge_probing_t;

/** Where one server is asked. */
typedef struct edge_peer_t {
    const char *address; /* numeric, without brackets */
    unsigned port;
} edge_peer_t;

/** The word, "advisory"; and the value of a word.
 * @return whether there is one */
const char *edge_probing_word(edge_probing_t probing);
int edge_probing_find(edge_probing_t *probing, const char *word);

/** Read "192.0.2.1", "192.0.2.1:8080", "2001:db8::1", "[2001:db8::1]" or
 * "[2001:db8::1]:8080" into `p`, the address in its one spelling.
 * @return APR_SUCCESS or AE_EFORMAT, err with what may be written. */
AE_CHECKED apr_status_t edge_peer_parse(edge_peer_t *peer, const char *text,
                                        ae_error_t *err, apr_pool_t *p);

/** Read several, const char *, each another one, EDGE_PEERS_MAX at most.
 * @param peers edge_peer_t, from `p`
 * @return APR_SUCCESS, AE_EFORMAT or AE_ETOOBIG, err with what may be
 * written. */
AE_CHECKED apr_status_t edge_peers_parse(const apr_array_header_t **peers,
                                         const apr_array_header_t *texts,
                                         ae_error_t *err, apr_pool_t *p);

/** Whether it is one of these, edge_peer_t, all in the one spelling; NULL is
 * none. */
int edge_peer_is_among(const apr_array_header_t *peers,
                       const edge_peer_t *peer);

/** The address as people write it: the port only where it is not 80, brackets
 * where they are needed. From `p`. */
const char *edge_peer_print(const edge_peer_t *peer, apr_pool_t *p);

#endif
