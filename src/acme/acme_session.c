#include "acme_engine.h"
#include "acme_url.h"
#include "ae_time.h"

#include <apr_strings.h>
#include <string.h>

/* Where the CA does not say how long: for all orders together what edge_policy
 * is for each, or a thousand of them would ask a dead CA every minute. */
#define PAUSE (60 * APR_USEC_PER_SEC)
#define PAUSES 3 /* each ten times the one before */
/* Nobody asks for more (ae_time.h); a second, because it is rounded when it is
 * saved. */
#define PAUSE_MAX ((7 * 24 * 3600 + 1) * APR_USEC_PER_SEC)

/* How long a refusal that does not pass by itself is the answer to all orders:
 * a thousand of them must not ask a thousand times. Longer than a pause. */
#define REFUSAL (2 * 3600 * APR_USEC_PER_SEC)

apr_status_t acme_session_create(acme_session_t **session,
                                 const acme_session_config_t *config,
                                 apr_pool_t *p)
{
    apr_pool_t *own;
    apr_status_t rv = apr_pool_create(&own, p);

    if (rv != APR_SUCCESS) {
        return rv;
    }
    *session = apr_pcalloc(own, sizeof(**session));
    (*session)->p = own;
    (*session)->config = *config;
    apr_pool_create(&(*session)->fault_pool, own);
    return APR_SUCCESS;
}

unsigned acme_session_revision(const acme_session_t *session)
{
    return session->revision;
}

const char *acme_session_account_url(const acme_session_t *session)
{
    return session->account_url;
}

int acme_session_take_created(acme_session_t *session)
{
    int is_created = session->is_created;

    session->is_created = 0;
    return is_created;
}

const char *acme_session_terms(const acme_session_t *session)
{
    return session->terms;
}

void acme_session_set_key(acme_session_t *session, const ae_key_t *key)
{
    session->config.account_key = key;
    session->thumbprint = NULL;
    session->revision++;
}

void acme_session_set_account(acme_session_t *session, const char *url)
{
    session->account_url = url ? apr_pstrdup(session->p, url) : NULL;
    session->account++;
    session->revision++;
}

void acme_session_set_terms(acme_session_t *session, const char *url)
{
    if (url && strlen(url) <= ACME_URL_LENGTH_MAX &&
        (!session->terms || strcmp(session->terms, url) != 0)) {
        session->terms = apr_pstrdup(session->p, url);
        session->revision++;
    }
}

int acme_session_lose_account(acme_session_t *session,
                              const acme_exchange_t *exchange)
{
    if (exchange->account != session->account) {
        return 1; /* it was signed for the one that is gone */
    }
    if (session->accounts_lost > 0) {
        return 0;
    }
    session->accounts_lost++;
    acme_session_set_account(session, NULL);
    return 1;
}

int acme_session_account_is_lost(const acme_exchange_t *exchange,
                                 const acme_answer_t *answer)
{
    return answer->problem && exchange->signer == NULL &&
           answer->problem->kind == ACME_PROBLEM_ACCOUNT_DOES_NOT_EXIST &&
           acme_session_lose_account(exchange->session, exchange);
}

apr_status_t acme_session_thumbprint(const char **thumbprint,
                                     acme_session_t *session, ae_error_t *err)
{
    apr_status_t rv = APR_SUCCESS;

    if (!session->thumbprint) {
        rv = acme_jwk_thumbprint(&session->thumbprint,
                                 session->config.account_key, err, session->p);
    }
    *thumbprint = session->thumbprint;
    return rv;
}

static apr_interval_time_t pause_after(unsigned troubles)
{
    apr_interval_time_t pause = PAUSE;
    unsigned i;

    for (i = 1; i < troubles && i < PAUSES; i++) {
        pause *= 10;
    }
    return pause;
}

/* A step of the session failed: all that waited for it fail with its words,
 * and nobody asks again before the CA's moment. */
static void fail(acme_session_t *session, const acme_fault_t *fault,
                 apr_time_t now)
{
    apr_pool_clear(session->fault_pool);
    session->fault = *fault;
    if (fault->problem) {
        session->fault.problem =
            acme_problem_copy(fault->problem, session->fault_pool);
    }
    session->failures++;
    session->troubles++;
    session->failed_at = now;
    session->paused_until = fault->retry_after
                                ? fault->retry_after
                                : now + pause_after(session->troubles);
    session->refused_until =
        fault->retry == ACME_RETRY_BACKOFF ? 0 : now + REFUSAL;
    session->revision++;
}

void acme_session_fail_own(acme_session_t *session, acme_exchange_t *exchange,
                           const acme_fault_t *fault, apr_time_t now)
{
    if (exchange->step == &acme_step_update_account) {
        acme_account_fail(session, fault);
    } else {
        fail(session, fault, now);
    }
    acme_exchange_drop(&session->exchanges, exchange);
}

static void end_pause(acme_session_t *session)
{
    session->refused_until = 0;
    if (session->paused_until) {
        session->paused_until = 0;
        session->revision++;
    }
}

/* The same spans count from now on. */
static void set_back(acme_session_t *session, apr_interval_time_t span)
{
    session->failed_at -= span;
    if (session->refused_until) {
        session->refused_until -= span;
    }
    if (session->paused_until) {
        session->paused_until -= span;
        session->revision++;
    }
}

apr_time_t acme_session_paused_until(acme_session_t *session, apr_time_t now)
{
    if (now < session->failed_at) {
        set_back(session, session->failed_at - now);
    }
    if (session->paused_until > now + PAUSE_MAX) {
        end_pause(session);
    }
    return session->paused_until;
}

void acme_session_take(acme_session_t *session, acme_exchange_t *exchange,
                       acme_verdict_t verdict, const acme_answer_t *answer,
                       acme_fault_t *fault, apr_time_t now)
{
    const acme_step_t *step = exchange->step;
    int done;

    if (verdict == ACME_AGAIN) {
        return;
    }
    done = verdict == ACME_ANSWERED
               ? step->read(exchange, answer, now, fault) == APR_SUCCESS
               : step->mend && step->mend(exchange, answer, now, fault);
    if (!done) {
        acme_session_fail_own(session, exchange, fault, now);
        return;
    }
    end_pause(session);
    /* A nonce is no comfort where the account is what fails. */
    session->troubles = session->account_url ? 0 : session->troubles;
    acme_exchange_drop(&session->exchanges, exchange);
}

void acme_session_forget(acme_session_t *session,
                         const acme_carrier_t *carrier)
{
    acme_exchange_t *exchange, *next;

    for (exchange = session->exchanges; exchange; exchange = next) {
        next = exchange->next;
        if (exchange->carrier == carrier) {
            acme_exchange_drop(&session->exchanges, exchange);
        }
    }
}
