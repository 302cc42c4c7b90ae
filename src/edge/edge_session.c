#include "edge_session_own.h"

#include "edge_explain.h"
#include "edge_tally.h"

#include <string.h>

/* When to ask again whether somebody still has a session alone. */
#define BUSY apr_time_from_sec(2)

struct edge_sessions_t {
    const edge_store_t *store;
    const apr_array_header_t *certs;
    const ae_log_t *log;
    apr_array_header_t *opened; /* edge_session_t * */
    apr_pool_t *p;
};

edge_sessions_t *edge_sessions_create(const edge_store_t *store,
                                      const apr_array_header_t *certs,
                                      const ae_log_t *log, apr_pool_t *p)
{
    edge_sessions_t *sessions = apr_pcalloc(p, sizeof(*sessions));

    sessions->store = store;
    sessions->certs = certs;
    sessions->log = log;
    sessions->opened = apr_array_make(p, 2, sizeof(edge_session_t *));
    sessions->p = p;
    return sessions;
}

static int same_provider(const edge_provider_t *a, const edge_provider_t *b)
{
    return strcmp(a->name, b->name) == 0;
}

static int cert_has(const edge_cert_t *cert, const edge_provider_t *provider)
{
    int i;

    for (i = 0; i < cert->providers->nelts; i++) {
        if (same_provider(
                APR_ARRAY_IDX(cert->providers, i, const edge_provider_t *),
                provider)) {
            return 1;
        }
    }
    return 0;
}

/* They are the same for all certificates of a server. */
static const acme_eab_t *eab_for(const apr_array_header_t *certs,
                                 const edge_provider_t *provider)
{
    const edge_external_t *external = NULL;
    int i;

    for (i = 0; external == NULL && i < certs->nelts; i++) {
        external = edge_external_find(
            APR_ARRAY_IDX(certs, i, const edge_cert_t *)->externals, provider);
    }
    return external != NULL ? &external->eab : NULL;
}

static void configure(acme_session_config_t *config,
                      const apr_array_header_t *certs,
                      const edge_provider_t *provider)
{
    int i;

    memset(config, 0, sizeof(*config));
    config->directory_url = provider->directory_url;
    config->eab = eab_for(certs, provider);
    config->keeps_contacts = 1;
    for (i = 0; i < certs->nelts && !config->terms_accepted; i++) {
        const edge_cert_t *cert = APR_ARRAY_IDX(certs, i, const edge_cert_t *);

        if (cert_has(cert, provider) &&
            (config->contacts == NULL || cert->terms_accepted)) {
            config->contacts = cert->contacts;
            config->keeps_contacts = 0;
            config->terms_accepted = cert->terms_accepted;
        }
    }
}

/* The account is found again by its key, so a lost account.json costs one
 * request (RFC 8555 section 7.3.1) and is no reason to stop. */
static void load_account(edge_session_t *session, const ae_log_t *log,
                         apr_pool_t *ptemp)
{
    json_t *saved = NULL;
    ae_error_t err;

    if (edge_store_account_load(&saved, session->store,
                                session->provider->name, &err,
                                ptemp) != APR_SUCCESS) {
        ae_log(log, AE_LOG_WARNING,
               "AE047: %s: the account's record cannot be read, the account "
               "is looked up by its key: %s",
               session->provider->name, ae_error_line(&err, ptemp));
    } else if (saved != NULL) {
        acme_session_load(session->acme, saved);
    }
    session->saved = acme_session_revision(session->acme);
}

static apr_status_t open_session(edge_session_t **opened,
                                 const edge_sessions_t *sessions,
                                 const edge_provider_t *provider,
                                 ae_error_t *err, apr_pool_t *p)
{
    edge_session_t *session = apr_pcalloc(p, sizeof(*session));
    apr_pool_t *ptemp;
    ae_key_t *key;
    apr_status_t status;

    session->p = p;
    session->store = sessions->store;
    session->log = sessions->log;
    session->provider = provider;
    configure(&session->config, sessions->certs, provider);
    status =
        edge_store_account_key(&key, sessions->store, provider->name, err, p);
    if (status != APR_SUCCESS) {
        return status;
    }
    session->config.account_key = key;
    status = acme_session_create(&session->acme, &session->config, p);
    if (status != APR_SUCCESS) {
        ae_error_set(err, status, "the session with %s cannot be opened",
                     provider->name);
        return ae_error_why_status(err, status);
    }
    apr_pool_create(&ptemp, p);
    load_account(session, sessions->log, ptemp);
    edge_session_load_next(session, ptemp);
    apr_pool_destroy(ptemp);
    *opened = session;
    return APR_SUCCESS;
}

static edge_session_t *find(const edge_sessions_t *sessions,
                            const edge_provider_t *provider)
{
    int i;

    for (i = 0; i < sessions->opened->nelts; i++) {
        edge_session_t *session =
            APR_ARRAY_IDX(sessions->opened, i, edge_session_t *);

        if (same_provider(session->provider, provider)) {
            return session;
        }
    }
    return NULL;
}

apr_status_t edge_sessions_open(edge_session_t **session,
                                edge_sessions_t *sessions,
                                const edge_provider_t *provider,
                                ae_error_t *err)
{
    apr_pool_t *p;
    apr_status_t status;

    *session = find(sessions, provider);
    if (*session != NULL) {
        return APR_SUCCESS;
    }
    apr_pool_create(&p, sessions->p);
    status = open_session(session, sessions, provider, err, p);
    if (status != APR_SUCCESS) {
        apr_pool_destroy(p);
        return status;
    }
    APR_ARRAY_PUSH(sessions->opened, edge_session_t *) = *session;
    return APR_SUCCESS;
}

void edge_sessions_close(edge_sessions_t *sessions, edge_session_t *session)
{
    edge_session_t **all = (edge_session_t **)sessions->opened->elts;
    int i;

    for (i = 0; i < sessions->opened->nelts; i++) {
        if (all[i] == session) {
            all[i] = all[--sessions->opened->nelts];
            apr_pool_destroy(session->p);
            return;
        }
    }
}

apr_time_t edge_sessions_paused_until(const edge_sessions_t *sessions,
                                      const edge_provider_t *provider,
                                      apr_time_t now)
{
    const edge_session_t *session = find(sessions, provider);

    apr_time_t until = 0;

    if (session != NULL) {
        until = acme_session_paused_until(session->acme, now);
    }
    return session != NULL && edge_session_settle_at(session, now) > until
               ? edge_session_settle_at(session, now)
               : until;
}

edge_session_t *edge_sessions_unsettled(const edge_sessions_t *sessions,
                                        apr_time_t now)
{
    int i;

    for (i = 0; i < sessions->opened->nelts; i++) {
        edge_session_t *session =
            APR_ARRAY_IDX(sessions->opened, i, edge_session_t *);

        if (session->next != NULL && session->claimed == NULL &&
            edge_session_settle_at(session, now) <= now) {
            return session;
        }
    }
    return NULL;
}

void edge_sessions_release(edge_sessions_t *sessions, const void *who)
{
    int i;

    for (i = 0; i < sessions->opened->nelts; i++) {
        edge_session_t *session =
            APR_ARRAY_IDX(sessions->opened, i, edge_session_t *);

        if (session->claimed == who) {
            session->claimed = NULL;
        }
    }
}

apr_time_t edge_sessions_busy_until(const edge_sessions_t *sessions,
                                    const edge_provider_t *provider,
                                    apr_time_t now)
{
    const edge_session_t *session = find(sessions, provider);

    return session != NULL &&
                   (session->claimed != NULL || session->next != NULL)
               ? now + BUSY
               : 0;
}

/* --- which CA ------------------------------------------------------------ */

apr_time_t edge_sessions_quiet_until(const edge_sessions_t *sessions,
                                     const edge_cert_t *cert,
                                     const edge_state_t *state, unsigned index,
                                     apr_time_t now)
{
    apr_time_t own = edge_tally_quiet(state, index);
    apr_time_t all = edge_sessions_paused_until(
        sessions,
        APR_ARRAY_IDX(cert->providers, index, const edge_provider_t *), now);

    return own > all ? own : all;
}

unsigned edge_sessions_choose(const edge_sessions_t *sessions,
                              const edge_cert_t *cert,
                              const edge_state_t *state, apr_time_t now)
{
    unsigned count = (unsigned)cert->providers->nelts;
    unsigned best = 0, i;
    apr_time_t first = 0;

    for (i = 0; i < count; i++) {
        unsigned one = (state->provider + i) % count;
        apr_time_t until =
            edge_sessions_quiet_until(sessions, cert, state, one, now);

        if (until <= now) {
            return one;
        }
        if (i == 0 || until < first) {
            best = one;
            first = until;
        }
    }
    return best;
}

const edge_provider_t *edge_session_provider(const edge_session_t *session)
{
    return session->provider;
}

acme_session_t *edge_session_acme(const edge_session_t *session)
{
    return session->acme;
}

/* Orders go on; the next worker tells the CA. */
static void warn(const edge_session_t *session, apr_pool_t *ptemp)
{
    ae_error_t warning;
    acme_failure_t failure;

    if (acme_session_take_warning(&warning, &failure, session->acme)) {
        edge_explain_next(&warning, edge_explain_failure(&failure, &warning),
                          failure.problem != NULL);
        ae_log(session->log, AE_LOG_WARNING,
               "AE060: %s: the account's contacts are still the old ones; "
               "orders go on, and the next restart tries again: %s",
               session->provider->name, ae_error_line(&warning, ptemp));
    }
}

apr_status_t edge_session_save(edge_session_t *session, ae_error_t *err,
                               apr_pool_t *ptemp)
{
    unsigned revision = acme_session_revision(session->acme);
    apr_status_t status;

    warn(session, ptemp);
    if (revision == session->saved) {
        return APR_SUCCESS;
    }
    status = edge_store_account_save(session->store, session->provider->name,
                                     acme_session_save(session->acme, ptemp),
                                     err, ptemp);
    if (status == APR_SUCCESS) {
        session->saved = revision;
    }
    return status;
}
