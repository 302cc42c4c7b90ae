#ifndef ACME_SESSION_H
#define ACME_SESSION_H

/** One CA and one account there: what all its orders share, that is the
 * directory, the pool of nonces, the account and pauses the CA asked for.
 * Orders drive it: whichever asks first sends what the session needs, the
 * others wait. One thread. */

#include "acme_exchange.h"
#include "acme_jws.h"
#include "ae_json.h"

#include <apr_tables.h>
#include <apr_time.h>

typedef struct acme_session_t acme_session_t;

/** Borrowed; must outlive the session. */
typedef struct acme_session_config_t {
    const char *directory_url;
    const ae_key_t *account_key;
    const apr_array_header_t *contacts; /* const char *, "mailto:..." */
    int keeps_contacts; /* `contacts` is for a new account alone */
    int terms_accepted;
    const acme_eab_t *eab; /* or NULL */
} acme_session_config_t;

/** Create; it has a pool of its own below `p`. */
apr_status_t acme_session_create(acme_session_t **session,
                                 const acme_session_config_t *config,
                                 apr_pool_t *p);

/** What must survive: account URL and which key it is of, contacts that the CA
 * was told, terms, pause. A new
 * reference in `p`. */
json_t *acme_session_save(const acme_session_t *session, apr_pool_t *p);

/** Take up what was saved; unknown or odd members are ignored. An account of
 * another directory URL, or another key, is not taken. */
void acme_session_load(acme_session_t *session, const json_t *saved);

/** Grows whenever acme_session_save would tell something new. */
unsigned acme_session_revision(const acme_session_t *session);

/** The account's URL, or NULL before there is one. */
const char *acme_session_account_url(const acme_session_t *session);

/** The thumbprint of the account's key (RFC 7638), from `p`; NULL where it
 * cannot be told. */
const char *acme_session_key(const acme_session_t *session, apr_pool_t *p);

/** The terms of service as the directory names them, or NULL. */
const char *acme_session_terms(const acme_session_t *session);

/** Whether the CA opened an account since the last call: one of this key was
 * not known to it before. */
int acme_session_take_created(acme_session_t *session);

/** What failed since the last call and held up nobody: the CA could not be
 * told new contacts. What `failure` points to lives as long as the session.
 * @return false where nothing did */
int acme_session_take_warning(ae_error_t *warning, acme_failure_t *failure,
                              acme_session_t *session);

/** Until when the CA is not asked, because it said so or a step of the session
 * failed; 0 for not at all. Where the clock was set back during the pause, what
 * was left of it counts from `now`; a pause of more than a week is none. */
apr_time_t acme_session_paused_until(acme_session_t *session, apr_time_t now);

#endif
