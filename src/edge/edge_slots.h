#ifndef EDGE_SLOTS_H
#define EDGE_SLOTS_H

/** What the parent deploys without a restart, in memory that its children
 * share: a slot for each certificate, with its chain and key. One process
 * writes, any read. It is for forked children alone: nobody who was executed
 * has it, and no file does. */

#include "ae_bytes.h"
#include "ae_error.h"

/** What chain and key of one certificate may have together. */
#define EDGE_SLOT_BYTES (32 * 1024)

typedef struct edge_slots_t edge_slots_t;

/** How many bytes of memory that many slots take. */
apr_size_t edge_slots_size(int count);

/** Parent, before it forks: see slots in `memory`, which is zeroed, aligned
 * for apr_uint64_t, has edge_slots_size(count) bytes, and outlives `p`. */
edge_slots_t *edge_slots_make(void *memory, int count, apr_pool_t *p);

int edge_slots_count(const edge_slots_t *slots);

/** Any process and thread: another number for each that was put into slot `i`;
 * 0 where nothing was. One atomic load. */
apr_uint64_t edge_slots_version(const edge_slots_t *slots, int i);

/** Parent: put a chain and its key, both PEM, into slot `i`; what they replace
 * is wiped. Nothing is checked but their size.
 * @return APR_SUCCESS; AE_ETOOBIG; APR_ENOMEM: both leave what was there. */
AE_CHECKED apr_status_t edge_slots_put(edge_slots_t *slots, int i,
                                       ae_bytes_t chain_pem,
                                       ae_bytes_t key_pem, ae_error_t *err);

/** Any process and thread: copy both out of slot `i`, into `p`; cleansed with
 * it.
 * @param version of what was read, set with AE_EFORMAT too
 * @return APR_SUCCESS; APR_ENOENT where nothing was put; AE_EFORMAT where it is
 * not what was put. */
AE_CHECKED apr_status_t edge_slots_get(ae_bytes_t *chain_pem,
                                       ae_bytes_t *key_pem,
                                       apr_uint64_t *version,
                                       const edge_slots_t *slots, int i,
                                       ae_error_t *err, apr_pool_t *p);

/** Any process and thread: whether it is the first of all that asks for this
 * version of slot `i`, and for no later one: who is, tells the log. */
int edge_slots_may_tell(edge_slots_t *slots, int i, apr_uint64_t version);

/** Parent: whether somebody asked so for what is in slot `i` now. */
int edge_slots_is_told(const edge_slots_t *slots, int i);

#endif
