#ifndef EDGE_STORE_ACCOUNT_H
#define EDGE_STORE_ACCOUNT_H

/** How an account gets another key, and how it ends, on disk. A new key lies
 * beside the old one as account.key.next before the CA hears of it (RFC 8555
 * section 7.3.5), and takes its place once the CA has it. Where one is found,
 * only the CA can tell which of the two it knows. All is the worker's. */

#include "edge_store.h"

/** The new key that is there.
 * @return APR_SUCCESS; APR_ENOENT; AE_ESEAL, AE_EFORMAT, AE_EUNSAFE, AE_ETOOBIG
 * for one that cannot be read: it is set aside as account.key.next.damaged;
 * the system's status. */
AE_CHECKED apr_status_t edge_store_account_next(ae_key_t **key,
                                                const edge_store_t *store,
                                                const char *provider,
                                                ae_error_t *err,
                                                apr_pool_t *p);

/** Make one and store it (sealed, fsynced).
 * @return APR_SUCCESS; AE_ECRYPTO; the system's status. */
AE_CHECKED apr_status_t edge_store_account_next_make(ae_key_t **key,
                                                     const edge_store_t *store,
                                                     const char *provider,
                                                     ae_error_t *err,
                                                     apr_pool_t *p);

/** The CA has it: it takes the place of the old one, by one rename.
 * @return APR_SUCCESS or the system's status. */
AE_CHECKED apr_status_t edge_store_account_next_take(const edge_store_t *store,
                                                     const char *provider,
                                                     ae_error_t *err,
                                                     apr_pool_t *p);

/** The CA does not have it: remove it; absent is success.
 * @return APR_SUCCESS or the system's status. */
AE_CHECKED apr_status_t edge_store_account_next_drop(const edge_store_t *store,
                                                     const char *provider,
                                                     ae_error_t *err,
                                                     apr_pool_t *p);

/** The CA has deactivated the account (RFC 8555 section 7.3.6): put the key
 * aside as account.key.deactivated; who asks for the account key next gets a
 * new one. @return APR_SUCCESS, also where there is none; the system's
 * status. */
AE_CHECKED apr_status_t edge_store_account_retire(const edge_store_t *store,
                                                  const char *provider,
                                                  ae_error_t *err,
                                                  apr_pool_t *p);

/** Worker and command: the key that was put aside last. @return APR_SUCCESS;
 * APR_ENOENT; otherwise as edge_store_account_key. */
AE_CHECKED apr_status_t edge_store_account_retired(ae_key_t **key,
                                                   const edge_store_t *store,
                                                   const char *provider,
                                                   ae_error_t *err,
                                                   apr_pool_t *p);

#endif
