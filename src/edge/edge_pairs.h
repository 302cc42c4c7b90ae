#ifndef EDGE_PAIRS_H
#define EDGE_PAIRS_H

/** What one of httpd's children serves from the slots: each pair is parsed once
 * for each version, and then handed out to handshakes. */

#include "ae_cert.h"
#include "ae_log.h"
#include "edge_slots.h"

#include <openssl/x509.h>

typedef struct edge_pairs_t edge_pairs_t;

/** A pair; whoever has it owns a reference to each, as OpenSSL counts them. */
typedef struct edge_pair_refs_t {
    X509 *leaf;
    EVP_PKEY *key;
    STACK_OF(X509) * chain; /* without the leaf; may be empty */
} edge_pair_refs_t;

/** Child, before its threads begin: nothing is taken yet. `slots`, `log` and
 * `names` are borrowed; it ends with `p`, when no thread uses it any more.
 * @param names const char *, what the log calls each certificate by */
edge_pairs_t *edge_pairs_create(edge_slots_t *slots, const ae_log_t *log,
                                const apr_array_header_t *names,
                                apr_pool_t *p);

/** Any thread: take the newest pair of slot `i` that was whole, with a key that
 * is the leaf's. One that is not is logged (AE107), once for all processes, and
 * is not looked at again: the one before it stays. OpenSSL's error queue is
 * emptied where one is parsed. Costs one atomic load where nothing was ever
 * put into the slot.
 * @return 1: `refs` is set, and the caller's; 0: this process has seen none, or
 * memory is out */
int edge_pairs_take(edge_pair_refs_t *refs, edge_pairs_t *pairs, int i);

/** Any process: refer to a pair that was read.
 * @return APR_SUCCESS or APR_ENOMEM */
AE_CHECKED apr_status_t edge_pair_refs_make(edge_pair_refs_t *refs,
                                            const ae_cert_t *cert,
                                            const ae_key_t *key,
                                            ae_error_t *err);

/** Give the references back. */
void edge_pair_refs_drop(edge_pair_refs_t *refs);

#endif
