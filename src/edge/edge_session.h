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

/** Until when a provider is not asked (acme_session_paused_until, or
 * edge_session_unsettled); 0 where it
 * may be, or where no session with it was opened yet. */
apr_time_t edge_sessions_paused_until(const edge_sessions_t *sessions,
                                      const edge_provider_t *provider,
                                      apr_time_t now);

/** A session of which the account's key is in doubt and nobody finds out just
 * now, though it is time to; NULL: none. */
edge_session_t *edge_sessions_unsettled(const edge_sessions_t *sessions,
                                        apr_time_t now);

/** When to ask again whether orders of a provider may begin: somebody has its
 * session alone, or the key of its account is in doubt; 0 where they may. */
apr_time_t edge_sessions_busy_until(const edge_sessions_t *sessions,
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

/** Close it, unless it is not open. Nobody may be inside. */
void edge_sessions_close(edge_sessions_t *sessions, edge_session_t *session);

/** Be inside, as long as an order of it is under way: its account is the same
 * meanwhile. */
void edge_session_enter(edge_session_t *session);
void edge_session_leave(edge_session_t *session);

/** Want it alone: edge_sessions_busy_until keeps others off from now on.
 * @param who tells those apart who want it
 * @return whether nobody is inside any more, and nobody else wants it alone */
int edge_session_claim(edge_session_t *session, const void *who);

/** Want none alone any more. */
void edge_sessions_release(edge_sessions_t *sessions, const void *who);

/** Whether somebody has it, or wants it, alone. */
int edge_session_is_claimed(const edge_session_t *session);

const edge_provider_t *edge_session_provider(const edge_session_t *session);
acme_session_t *edge_session_acme(const edge_session_t *session);

/** Whether a new key is in the store of which nobody knows whether the CA has
 * taken it: a rollover was cut off. */
int edge_session_key_in_doubt(const edge_session_t *session);

/** Nobody could find out which key the CA has: the provider is not asked again
 * for a minute, then for longer. */
void edge_session_unsettled(edge_session_t *session, apr_time_t now);

/** The new key: the one that is in doubt, else one that is made, and stored
 * before this returns. From then on it is in doubt. It lives as long as the
 * session. @return APR_SUCCESS; what edge_store_account_next_make returns. */
AE_CHECKED apr_status_t edge_session_next_key(const ae_key_t **key,
                                              edge_session_t *session,
                                              ae_error_t *err);

/** The CA has it, and the session signs with it: put it in the place of the
 * old one. Where that fails the next start asks the CA again, unless it is done
 * before.
 * @return APR_SUCCESS or the system's status. */
AE_CHECKED apr_status_t edge_session_key_taken(edge_session_t *session,
                                               ae_error_t *err,
                                               apr_pool_t *ptemp);

/** The CA does not have it: remove it.
 * @return APR_SUCCESS or the system's status. */
AE_CHECKED apr_status_t edge_session_key_refused(edge_session_t *session,
                                                 ae_error_t *err,
                                                 apr_pool_t *ptemp);

/** The CA has deactivated the account: put its key aside. The session is of no
 * use any more.
 * @return APR_SUCCESS or the system's status. */
AE_CHECKED apr_status_t edge_session_retire(edge_session_t *session,
                                            ae_error_t *err,
                                            apr_pool_t *ptemp);

/** Write the account down where it changed since the last time, and warn of
 * what failed at it without harm.
 * @return APR_SUCCESS or the system's status. */
AE_CHECKED apr_status_t edge_session_save(edge_session_t *session,
                                          ae_error_t *err, apr_pool_t *ptemp);

#endif
