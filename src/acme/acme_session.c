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

/* How long an order that is under way waits for the end of a pause. For longer
 * it must not hold its place among those that are worked on. */
#define PATIENCE (15 * 60 * APR_USEC_PER_SEC)

/* Nonces come back with every reply, so few serve many: one more is fetched
 * only where more than this many exchanges wait for each on the wire, or where
 * one has waited for so long. */
#define WAITING_PER_NONCE 3
#define NONCE_PATIENCE (250 * APR_USEC_PER_SEC / 1000)

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

static void set_text(json_t *object, const char *key, const char *text)
{
    if (text) {
        json_object_set_new(object, key, json_string(text));
    }
}

/* The key that the account belongs to; NULL where it cannot be told. */
static const char *key_words(const acme_session_t *session, apr_pool_t *p)
{
    const char *words = NULL;
    ae_error_t ignored;
    apr_status_t rv =
        acme_jwk_thumbprint(&words, session->config.account_key, &ignored, p);

    return rv == APR_SUCCESS ? words : NULL;
}

json_t *acme_session_save(const acme_session_t *session, apr_pool_t *p)
{
    json_t *saved = ae_json_keep(json_object(), p);

    set_text(saved, "key", key_words(session, p));
    set_text(saved, "directory", session->config.directory_url);
    set_text(saved, "account", session->account_url);
    if (session->account_url && session->told) {
        json_object_set_new(saved, "contact",
                            acme_account_print(session->told));
    }
    set_text(saved, "terms", session->terms);
    if (session->paused_until) {
        /* Never shorter than what the CA asked for. */
        apr_time_t until = session->paused_until + APR_USEC_PER_SEC - 1;
        set_text(saved, "pausedUntil", ae_time_print(until, p));
    }
    return saved;
}

/* Another key may have been restored, or made, since. */
static int is_of_our_key(const acme_session_t *session, const json_t *saved)
{
    const char *theirs = ae_json_get_string(saved, "key", session->p);
    const char *ours = key_words(session, session->p);

    return theirs == NULL || ours == NULL || strcmp(theirs, ours) == 0;
}

void acme_session_load(acme_session_t *session, const json_t *saved)
{
    const unsigned revision = session->revision;
    const char *url, *text;
    apr_time_t until;

    url = ae_json_get_string(saved, "directory", session->p);
    if (!url || strcmp(url, session->config.directory_url) != 0) {
        return;
    }
    text = ae_json_get_string(saved, "account", session->p);
    if (acme_url_valid(text) && is_of_our_key(session, saved)) {
        acme_session_set_account(session, text);
        acme_account_load(session, saved);
    }
    acme_session_set_terms(session,
                           ae_json_get_string(saved, "terms", session->p));
    text = ae_json_get_string(saved, "pausedUntil", session->p);
    if (text && ae_time_parse(&until, text) == APR_SUCCESS) {
        session->paused_until = until;
    }
    session->revision = revision;
}

unsigned acme_session_revision(const acme_session_t *session)
{
    return session->revision;
}

const char *acme_session_account_url(const acme_session_t *session)
{
    return session->account_url;
}

const char *acme_session_terms(const acme_session_t *session)
{
    return session->terms;
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

/* One of the session's own came to nothing. */
static void fail_own(acme_session_t *session, acme_exchange_t *exchange,
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

/* An order under way meets a pause. */
static acme_next_t meet_pause(apr_time_t *wake, acme_fault_t *fault,
                              const acme_exchange_t *exchange, apr_time_t now)
{
    apr_time_t until = exchange->session->paused_until;

    if (!exchange->order || until - now <= PATIENCE) {
        *wake = until;
        return ACME_WAIT;
    }
    acme_fault_begin(fault, exchange->step, AE_EREMOTE);
    fault->retry_after = until;
    ae_error_why(&fault->err, "the CA wants to be left alone until %s",
                 ae_time_print(until, exchange->p));
    ae_error_next(&fault->err, "The same order is taken up again then.");
    return ACME_FAILED;
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
        fail_own(session, exchange, fault, now);
        return;
    }
    end_pause(session);
    /* A nonce is no comfort where the account is what fails. */
    session->troubles = session->account_url ? 0 : session->troubles;
    acme_exchange_drop(&session->exchanges, exchange);
}

void acme_session_forget(acme_session_t *session, const acme_order_t *carrier)
{
    acme_exchange_t *exchange, *next;

    for (exchange = session->exchanges; exchange; exchange = next) {
        next = exchange->next;
        if (exchange->carrier == carrier) {
            acme_exchange_drop(&session->exchanges, exchange);
        }
    }
}

static const acme_step_t *own_step(const acme_session_t *session)
{
    if (!session->new_order) {
        return &acme_step_directory;
    }
    return session->account_url ? &acme_step_update_account
                                : &acme_step_new_account;
}

/* The exchange for directory or account, queued if there is none. */
static acme_exchange_t *own_exchange(acme_session_t *session)
{
    const acme_step_t *step = own_step(session);
    acme_exchange_t *exchange = session->exchanges;

    while (exchange && exchange->step != step) {
        exchange = exchange->next;
    }
    if (!exchange) {
        exchange = acme_exchange_queue(&session->exchanges, step, session,
                                       NULL, 0, session->p);
    }
    return exchange;
}

/* Whether this exchange may fetch a nonce; if not, when it may. */
static int may_fetch_nonce(apr_time_t *wake, const acme_session_t *session,
                           const acme_exchange_t *exchange, apr_time_t now)
{
    *wake = 0;
    if (!exchange->order) {
        return session->nonces_coming == 0;
    }
    if (session->nonces_coming >= session->waiting) {
        return 0;
    }
    if (session->waiting > WAITING_PER_NONCE * session->in_flight ||
        now - exchange->since >= NONCE_PATIENCE) {
        return 1;
    }
    *wake = exchange->since + NONCE_PATIENCE;
    return 0;
}

static acme_next_t launch(const acme_request_t **request, acme_fault_t *fault,
                          acme_exchange_t *exchange, acme_order_t *carrier,
                          const char *nonce, apr_time_t now)
{
    if (acme_exchange_launch(exchange, carrier, nonce, fault) != APR_SUCCESS) {
        if (!exchange->order) {
            fail_own(exchange->session, exchange, fault, now);
        }
        return ACME_FAILED;
    }
    *request = &exchange->request;
    return ACME_SEND;
}

/* RFC 8555 section 7.2: a HEAD for a nonce where the pool is dry. */
static acme_next_t fetch_nonce(const acme_request_t **request,
                               acme_fault_t *fault, acme_session_t *session,
                               acme_order_t *carrier, apr_time_t now)
{
    acme_exchange_t *exchange =
        acme_exchange_queue(&session->exchanges, &acme_step_new_nonce, session,
                            NULL, 0, session->p);

    if (acme_exchange_build(exchange, fault) != APR_SUCCESS) {
        acme_exchange_drop(&session->exchanges, exchange);
        return ACME_FAILED;
    }
    return launch(request, fault, exchange, carrier, NULL, now);
}

/* Put an exchange on the wire as soon as there is room and a nonce. */
static acme_next_t go_out(const acme_request_t **request, apr_time_t *wake,
                          acme_fault_t *fault, acme_exchange_t *exchange,
                          acme_order_t *carrier, apr_time_t now)
{
    acme_session_t *session = exchange->session;
    char nonce[ACME_NONCE_LENGTH_MAX + 1];

    if (acme_exchange_build(exchange, fault) != APR_SUCCESS) {
        if (!exchange->order) {
            fail_own(session, exchange, fault, now);
        }
        return ACME_FAILED;
    }
    if (session->in_flight >= ACME_IN_FLIGHT_MAX) {
        return ACME_WAIT;
    }
    if (exchange->step->signing == ACME_UNSIGNED) {
        return launch(request, fault, exchange, carrier, NULL, now);
    }
    if (exchange->nonce[0]) {
        memcpy(nonce, exchange->nonce, sizeof(nonce));
        return launch(request, fault, exchange, carrier, nonce, now);
    }
    if (acme_nonces_pop(nonce, &session->nonces)) {
        return launch(request, fault, exchange, carrier, nonce, now);
    }
    if (session->paused_until > now) {
        return meet_pause(wake, fault, exchange, now);
    }
    return may_fetch_nonce(wake, session, exchange, now)
               ? fetch_nonce(request, fault, session, carrier, now)
               : ACME_WAIT;
}

/* RFC 8555 section 7.3.2: the new contacts go before what is admitted, and
 * neither their reply nor a failure holds it up. They are queued only where
 * they can go at once: the account may be another one later. */
static acme_next_t update_first(const acme_request_t **request,
                                apr_time_t *wake, acme_fault_t *fault,
                                acme_exchange_t *exchange,
                                acme_order_t *carrier, apr_time_t now)
{
    acme_session_t *session = exchange->session;
    acme_exchange_t *own = own_exchange(session);
    acme_next_t next;

    if (own->carrier) {
        return go_out(request, wake, fault, exchange, carrier, now);
    }
    next = go_out(request, wake, fault, own, carrier, now);
    if (next == ACME_FAILED) {
        return go_out(request, wake, fault, exchange, carrier, now);
    }
    if (!own->carrier) {
        acme_exchange_drop(&session->exchanges, own);
    }
    return next;
}

/* Whether what the session's last step met is the answer to this one, too. */
static int is_refused(const acme_session_t *session,
                      const acme_exchange_t *exchange, int begins,
                      apr_time_t now)
{
    int needs_session = begins || !session->new_order || !session->account_url;

    return (exchange->asked && exchange->failures != session->failures) ||
           (needs_session && session->refused_until > now);
}

static void note_asked(acme_exchange_t *exchange, apr_time_t now)
{
    if (!exchange->asked) {
        exchange->asked = 1;
        exchange->since = now;
        exchange->failures = exchange->session->failures;
    }
    if (exchange->since > now) {
        exchange->since = now; /* the clock was set back */
    }
}

acme_next_t acme_session_admit(const acme_request_t **request,
                               apr_time_t *wake, acme_fault_t *fault,
                               acme_session_t *session,
                               acme_exchange_t *exchange,
                               acme_order_t *carrier, apr_time_t now)
{
    int begins = carrier->state == ACME_ORDER_BEGIN ||
                 carrier->state == ACME_ORDER_TAKE_UP;
    apr_time_t until = acme_session_paused_until(session, now);
    acme_exchange_t *own;

    if (is_refused(session, exchange, begins, now)) {
        *fault = session->fault;
        return ACME_FAILED;
    }
    if (until > now && begins) {
        *wake = until;
        return ACME_WAIT;
    }
    note_asked(exchange, now);
    if (session->new_order && session->account_url) {
        return until > now || !acme_account_is_outdated(session)
                   ? go_out(request, wake, fault, exchange, carrier, now)
                   : update_first(request, wake, fault, exchange, carrier,
                                  now);
    }
    if (until > now) {
        return meet_pause(wake, fault, exchange, now);
    }
    own = own_exchange(session);
    return own->carrier ? ACME_WAIT
                        : go_out(request, wake, fault, own, carrier, now);
}
