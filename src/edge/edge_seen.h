#ifndef EDGE_SEEN_H
#define EDGE_SEEN_H

/** What a pair of files was found to be when it was parsed, kept beside them.
 * To parse a key and a chain takes a hundred times as long as to see that
 * they are still the same bytes, and httpd starts with thousands of them. */

#include "ae_cert.h"

/** Keep it in `<x>.seen` beside `<x>.cert`, for any process to read. Its loss
 * costs time, nothing else.
 * @param facts those of the chain's leaf; the key is known to be its own */
void edge_seen_keep(const char *cert_path, ae_bytes_t chain, ae_bytes_t key,
                    const ae_cert_facts_t *facts, apr_pool_t *p);

/** What is told of the leaf in this file, from `p`; the rest of `facts` is
 * empty. NULL where nothing was kept of these very bytes: parse them. */
const ae_cert_facts_t *edge_seen_chain(const char *cert_path, apr_pool_t *p);

/** The same, where both files hold what was kept, so that they fit. */
const ae_cert_facts_t *edge_seen_pair(const char *cert_path,
                                      const char *key_path, apr_pool_t *p);

/** The same before the chain, as a line of the chain's own file, which those
 * who read PEM pass over: where thousands are made, each file counts. */
ae_bytes_t edge_seen_join(ae_bytes_t chain, ae_bytes_t key,
                          const ae_cert_facts_t *facts, apr_pool_t *p);

/** edge_seen_pair for such a file. */
const ae_cert_facts_t *edge_seen_joined(const char *path, const char *key_path,
                                        apr_pool_t *p);

#endif
