#ifndef EDGE_SESSION_H
#define EDGE_SESSION_H

/** The session with each provider, and its account as the store keeps it: one
 * for all certificates of that provider. One thread. */

#include "acme_session.h"
#include "ae_log.h"
#include "edge_state.h"

typedef struct edge_sessions_t edge_sessions_t;
typedef struct edge_session_t edge_session_t;

/** Create an empty set; sessions live in `p` and are opened as needed.
 * @param certs const edge_cert_t *; contacts and terms of an account are those
 * of the first that has the provider and accepted the terms; where none has
 * it, the contacts that its CA knows stay. Borrowed. */
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

/** Until when a provider is not asked (acme_session_paused_until); 0 where it
 * may be, or where no session with it was opened yet. */
apr_time_t edge_sessions_paused_until(const edge_sessions_t *sessions,
                                      const edge_provider_t *provider,
                                      apr_time_t now);

/** Until when the provider at `index` of a certificate is not asked for it: the
 * session's pause or the certificate's own; 0 or a moment that is over where it
 * may be. */
apr_time_t edge_sessions_quiet_until(const edge_sessions_t *sessions,
                                     const edge_cert_t *cert,
                                     const edge_state_t *state, unsigned index,
                                     apr_time_t now);

/** Which of a certificate's providers to ask: the one whose turn it is; where
 * it is left alone the next that is not; where all are, the one that may be
 * asked first. */
unsigned edge_sessions_choose(const edge_sessions_t *sessions,
                              const edge_cert_t *cert,
                              const edge_state_t *state, apr_time_t now);

acme_session_t *edge_session_acme(const edge_session_t *session);

/** Write the account down where it changed since the last time, and warn of
 * what failed at it without harm.
 * @return APR_SUCCESS or the system's status. */
AE_CHECKED apr_status_t edge_session_save(edge_session_t *session,
                                          ae_error_t *err, apr_pool_t *ptemp);

#endif
