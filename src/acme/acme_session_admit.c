#include "acme_engine.h"
#include "ae_time.h"

#include <string.h>

/* What may go on the wire, and what of the session goes before. */

/* How long an order that is under way waits for the end of a pause. For longer
 * it must not hold its place among those that are worked on. */
#define PATIENCE (15 * 60 * APR_USEC_PER_SEC)

/* Nonces come back with every reply, so few serve many: one more is fetched
 * only where more than this many exchanges wait for each on the wire, or where
 * one has waited for so long. */
#define WAITING_PER_NONCE 3
#define NONCE_PATIENCE (250 * APR_USEC_PER_SEC / 1000)

/* An order under way meets a pause. */
static acme_next_t meet_pause(apr_time_t *wake, acme_fault_t *fault,
                              const acme_exchange_t *exchange, apr_time_t now)
{
    apr_time_t until = exchange->session->paused_until;

    if (!exchange->owner || until - now <= PATIENCE) {
        *wake = until;
        return ACME_WAIT;
    }
    acme_fault_begin(fault, exchange->step, AE_EREMOTE);
    fault->retry_after = until;
    ae_error_why(&fault->err, "the CA wants to be left alone until %s",
                 ae_time_print(until, exchange->p));
    fault->obstacle = ACME_OBSTACLE_QUIET;
    return ACME_FAILED;
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
                                       NULL, session->p);
    }
    return exchange;
}

/* Whether this exchange may fetch a nonce; if not, when it may. */
static int may_fetch_nonce(apr_time_t *wake, const acme_session_t *session,
                           const acme_exchange_t *exchange, apr_time_t now)
{
    *wake = 0;
    if (!exchange->owner) {
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
                          acme_exchange_t *exchange, acme_carrier_t *carrier,
                          const char *nonce, apr_time_t now)
{
    if (acme_exchange_launch(exchange, carrier, nonce, fault) != APR_SUCCESS) {
        if (!exchange->owner) {
            acme_session_fail_own(exchange->session, exchange, fault, now);
        }
        return ACME_FAILED;
    }
    *request = &exchange->request;
    return ACME_SEND;
}

/* RFC 8555 section 7.2: a HEAD for a nonce where the pool is dry. */
static acme_next_t fetch_nonce(const acme_request_t **request,
                               acme_fault_t *fault, acme_session_t *session,
                               acme_carrier_t *carrier, apr_time_t now)
{
    acme_exchange_t *exchange = acme_exchange_queue(
        &session->exchanges, &acme_step_new_nonce, session, NULL, session->p);

    if (acme_exchange_build(exchange, fault) != APR_SUCCESS) {
        acme_exchange_drop(&session->exchanges, exchange);
        return ACME_FAILED;
    }
    return launch(request, fault, exchange, carrier, NULL, now);
}

/* Put an exchange on the wire as soon as there is room and a nonce. */
static acme_next_t go_out(const acme_request_t **request, apr_time_t *wake,
                          acme_fault_t *fault, acme_exchange_t *exchange,
                          acme_carrier_t *carrier, apr_time_t now)
{
    acme_session_t *session = exchange->session;
    char nonce[ACME_NONCE_LENGTH_MAX + 1];

    if (acme_exchange_build(exchange, fault) != APR_SUCCESS) {
        if (!exchange->owner) {
            acme_session_fail_own(session, exchange, fault, now);
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
                                acme_carrier_t *carrier, apr_time_t now)
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
    int needs_session =
        !session->new_order ||
        (exchange->signer == NULL && (begins || session->account_url == NULL));

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
                               acme_carrier_t *carrier, apr_time_t now)
{
    apr_time_t until = acme_session_paused_until(session, now);
    acme_exchange_t *own;

    if (is_refused(session, exchange, carrier->begins, now)) {
        *fault = session->fault;
        return ACME_FAILED;
    }
    if (until > now && carrier->begins) {
        *wake = until;
        return ACME_WAIT;
    }
    note_asked(exchange, now);
    if (session->new_order && (session->account_url || exchange->signer)) {
        return until > now || exchange->signer ||
                       !acme_account_is_outdated(session)
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
