#ifndef EDGE_SESSION_H
#define EDGE_SESSION_H

/** The session with each provider, and its account as the store keeps it: one
 * for all certificates of that provider. One thread. */

#include "acme_session.h"
#include "ae_log.h"
#include "edge_store.h"

typedef struct edge_sessions_t edge_sessions_t;
typedef struct edge_session_t edge_session_t;

/** Create an empty set; sessions live in `p` and are opened as needed.
 * @param certs const edge_cert_t *; contacts and terms of an account are those
 * of the first that has the provider and accepted the terms. Borrowed. */
edge_sessions_t *edge_sessions_create(const edge_store_t *store,
                                      const apr_array_header_t *certs,
                                      const ae_log_t *log, apr_pool_t *p);

/** The session with a provider; opened where it is the first time: the account
 * key is made and stored before anything can be sent with it.
 * @return APR_SUCCESS; what edge_store_account_key returns. */
AE_CHECKED apr_status_t edge_sessions_open(edge_session_t **session,
                                           edge_sessions_t *sessions,
                                           const edge_provider_t *provider,
                                           ae_error_t *err);

/** Until when a provider asked for quiet; 0 where it did not, or where no
 * session with it was opened yet. */
apr_time_t edge_sessions_paused_until(const edge_sessions_t *sessions,
                                      const edge_provider_t *provider);

acme_session_t *edge_session_acme(const edge_session_t *session);

/** Write the account down where it changed since the last time.
 * @return APR_SUCCESS or the system's status. */
AE_CHECKED apr_status_t edge_session_save(edge_session_t *session,
                                          ae_error_t *err, apr_pool_t *ptemp);

#endif
