#ifndef EDGE_REVOKED_H
#define EDGE_REVOKED_H

/** Which certificates are revoked, as far as it is known here: a file for each
 * in revoked/, by issuer and serial, written by the worker. It is kept until
 * the certificate has expired: what is in it must not go live (again). */

#include "ae_cert.h"
#include "edge_store.h"

typedef struct edge_revocation_t {
    apr_time_t at;   /* when it was found out */
    char reason[32]; /* as acme_reason_word has it */
    char serial[64]; /* as ae_cert_facts_t has it */
} edge_revocation_t;

/** Worker: write it down, on the disk when it returns.
 * @return APR_SUCCESS or the system's status. */
AE_CHECKED apr_status_t edge_revoked_note(const edge_store_t *store,
                                          const ae_cert_facts_t *facts,
                                          const char *reason, apr_time_t now,
                                          ae_error_t *err, apr_pool_t *p);

/** Whether a certificate is revoked. Any process.
 * @param facts serial and issuer matter
 * @param found what is known of it; a record that cannot be read says that
 * much, and no more. May be NULL. */
int edge_revoked_find(edge_revocation_t *found, const edge_store_t *store,
                      const ae_cert_facts_t *facts, apr_pool_t *p);

/** Check that it is not revoked, and may go live. Any process.
 * @return APR_SUCCESS or AE_EMISMATCH. */
AE_CHECKED apr_status_t edge_revoked_check(const edge_store_t *store,
                                           const ae_cert_facts_t *facts,
                                           ae_error_t *err, apr_pool_t *p);

/** In words: "it was revoked (superseded) at ...", from `p`. */
const char *edge_revoked_words(const edge_revocation_t *revocation,
                               apr_pool_t *p);

/** Worker, with the lock: forget those that have expired. */
void edge_revoked_sweep(const edge_store_t *store, apr_time_t now,
                        apr_pool_t *p);

#endif
