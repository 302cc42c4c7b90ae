#include "edge_session_own.h"

#include "edge_store_account.h"

/* Where nobody can tell which key an account has: a minute, ten, a hundred. */
#define PAUSE apr_time_from_sec(60)
#define PAUSES 2

/* --- alone --------------------------------------------------------------- */

void edge_session_enter(edge_session_t *session)
{
    session->inside++;
}

void edge_session_leave(edge_session_t *session)
{
    session->inside--;
}

int edge_session_claim(edge_session_t *session, const void *who)
{
    if (session->claimed == NULL) {
        session->claimed = who;
    }
    return session->claimed == who && session->inside == 0;
}

int edge_session_is_claimed(const edge_session_t *session)
{
    return session->claimed != NULL;
}

/* --- another key, or an end ---------------------------------------------- */

/* Without the new key nobody can ask whether the CA has taken it. */
void edge_session_load_next(edge_session_t *session, apr_pool_t *ptemp)
{
    ae_key_t *key;
    ae_error_t err;
    apr_status_t status = edge_store_account_next(
        &key, session->store, session->provider->name, &err, session->p);

    if (status == APR_SUCCESS) {
        session->next = key;
    } else if (!APR_STATUS_IS_ENOENT(status)) {
        ae_log(session->log, AE_LOG_WARNING,
               "AE064: %s: the key that the account was to get cannot be "
               "read, it goes on with the one that it has: %s",
               session->provider->name, ae_error_line(&err, ptemp));
    }
}

int edge_session_key_in_doubt(const edge_session_t *session)
{
    return session->next != NULL;
}

static void settle(edge_session_t *session)
{
    session->next = NULL;
    session->unsettled = 0;
    session->settle_at = 0;
}

/* Where the clock was set back, a moment that was near may be a year away. */
apr_time_t edge_session_settle_at(const edge_session_t *session,
                                  apr_time_t now)
{
    return session->settle_at - now > PAUSE * 100 ? 0 : session->settle_at;
}

void edge_session_unsettled(edge_session_t *session, apr_time_t now)
{
    apr_interval_time_t pause = PAUSE;
    unsigned i;

    for (i = 0; i < session->unsettled && i < PAUSES; i++) {
        pause *= 10;
    }
    session->unsettled++;
    session->settle_at = now + pause;
}

/* Nothing must replace the one copy of the key that the CA has. */
static apr_status_t put_in_place(edge_session_t *session, ae_error_t *err,
                                 apr_pool_t *ptemp)
{
    apr_status_t status = APR_SUCCESS;

    if (session->untaken) {
        status = edge_store_account_next_take(
            session->store, session->provider->name, err, ptemp);
        session->untaken = status != APR_SUCCESS;
    }
    return status;
}

apr_status_t edge_session_next_key(const ae_key_t **key,
                                   edge_session_t *session, ae_error_t *err)
{
    ae_key_t *made;
    apr_status_t status = put_in_place(session, err, session->p);

    if (status == APR_SUCCESS && session->next == NULL) {
        status = edge_store_account_next_make(
            &made, session->store, session->provider->name, err, session->p);
        session->next = status == APR_SUCCESS ? made : NULL;
    }
    *key = session->next;
    return status;
}

/* A record of the old key is no harm: the CA tells the account of the new one
 * again (RFC 8555 section 7.3.1). */
apr_status_t edge_session_key_taken(edge_session_t *session, ae_error_t *err,
                                    apr_pool_t *ptemp)
{
    apr_status_t status;

    settle(session);
    session->untaken = 1;
    status = put_in_place(session, err, ptemp);
    return status == APR_SUCCESS ? edge_session_save(session, err, ptemp)
                                 : status;
}

apr_status_t edge_session_key_refused(edge_session_t *session, ae_error_t *err,
                                      apr_pool_t *ptemp)
{
    settle(session);
    return edge_store_account_next_drop(session->store,
                                        session->provider->name, err, ptemp);
}

apr_status_t edge_session_retire(edge_session_t *session, ae_error_t *err,
                                 apr_pool_t *ptemp)
{
    apr_status_t status = put_in_place(session, err, ptemp);

    return status == APR_SUCCESS
               ? edge_store_account_retire(session->store,
                                           session->provider->name, err, ptemp)
               : status;
}
