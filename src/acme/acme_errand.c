#include "acme_engine.h"
#include "ae_time.h"

#include <string.h>

/* How long one waits for the end of a pause: somebody waits for the errand. */
#define PATIENCE (15 * 60 * APR_USEC_PER_SEC)

apr_status_t acme_errand_create(acme_errand_t **errand,
                                acme_session_t *session,
                                const acme_step_t *step,
                                const ae_key_t *signer, apr_pool_t *p)
{
    apr_pool_t *own;
    acme_errand_t *made;
    apr_status_t rv = apr_pool_create(&own, p);

    if (rv != APR_SUCCESS) {
        return rv;
    }
    made = apr_pcalloc(own, sizeof(*made));
    made->p = own;
    made->carrier.begins = 1;
    made->session = session;
    made->step = step;
    acme_exchange_queue(&made->exchanges, step, session, &made->carrier, own);
    made->exchanges->errand = made;
    made->exchanges->signer = signer;
    *errand = made;
    return APR_SUCCESS;
}

void acme_errand_destroy(acme_errand_t *errand)
{
    acme_session_forget(errand->session, &errand->carrier);
    while (errand->exchanges) {
        acme_exchange_drop(&errand->exchanges, errand->exchanges);
    }
    apr_pool_destroy(errand->p);
}

static void fail(acme_errand_t *errand, const acme_fault_t *fault)
{
    errand->failed = 1;
    errand->err = fault->err;
    errand->failure.step = fault->step;
    errand->failure.obstacle = fault->obstacle;
    errand->failure.problem =
        fault->problem ? acme_problem_copy(fault->problem, errand->p) : NULL;
    errand->failure.retry = fault->retry;
    errand->failure.retry_after = fault->retry_after;
    acme_exchange_drop(&errand->exchanges, errand->exchanges);
}

/* The session's pause is longer than anybody wants to wait. */
static int is_kept_off(acme_fault_t *fault, const acme_errand_t *errand,
                       apr_time_t now)
{
    apr_time_t until = acme_session_paused_until(errand->session, now);

    if (until - now <= PATIENCE) {
        return 0;
    }
    acme_fault_begin(fault, errand->step, AE_EREMOTE);
    fault->retry_after = until;
    ae_error_why(&fault->err, "the CA is left alone until %s",
                 ae_time_print(until, errand->p));
    ae_error_next(&fault->err, "Try again then; the log says why.");
    return 1;
}

static acme_next_t rest(const acme_errand_t *errand, ae_error_t *err)
{
    /* The caller may destroy it then: nothing must be on the wire. */
    if (errand->exchanges || errand->carrier.carried > 0) {
        return ACME_WAIT;
    }
    if (errand->failed) {
        *err = errand->err;
        return ACME_FAILED;
    }
    return ACME_DONE;
}

acme_next_t acme_errand_next(acme_errand_t *errand, apr_time_t now,
                             const acme_request_t **request, apr_time_t *wake,
                             ae_error_t *err)
{
    acme_exchange_t *exchange = acme_exchange_queued(errand->exchanges);
    acme_fault_t fault;
    acme_next_t next;

    *request = NULL;
    *wake = 0;
    if (exchange) {
        next = is_kept_off(&fault, errand, now)
                   ? ACME_FAILED
                   : acme_session_admit(request, wake, &fault, errand->session,
                                        exchange, &errand->carrier, now);
        if (next != ACME_FAILED) {
            errand->sent = errand->sent || exchange->carrier;
            return next;
        }
        fail(errand, &fault);
    }
    return rest(errand, err);
}

/* The step's own view of a problem goes first: to some an account that is gone
 * is no reason to open another one. */
static void take(acme_errand_t *errand, acme_verdict_t verdict,
                 const acme_answer_t *answer, acme_fault_t *fault,
                 apr_time_t now)
{
    acme_exchange_t *exchange = errand->exchanges;
    const acme_step_t *step = errand->step;
    int done;

    if (verdict == ACME_AGAIN) {
        return;
    }
    if (verdict == ACME_ANSWERED) {
        done = step->read(exchange, answer, now, fault) == APR_SUCCESS;
    } else {
        done = step->mend && step->mend(exchange, answer, now, fault);
        if (!done && acme_session_account_is_lost(exchange, answer)) {
            return;
        }
    }
    if (done) {
        acme_exchange_drop(&errand->exchanges, exchange);
    } else {
        fail(errand, fault);
    }
}

void acme_errand_reply(acme_errand_t *errand, const acme_request_t *request,
                       const acme_response_t *response, apr_time_t now)
{
    acme_exchange_t *exchange = request->exchange;
    acme_answer_t answer;
    acme_fault_t fault;
    acme_verdict_t verdict =
        acme_exchange_judge(&answer, &fault, exchange, response, now);

    if (exchange->owner) {
        take(errand, verdict, &answer, &fault, now);
    } else {
        acme_session_take(errand->session, exchange, verdict, &answer, &fault,
                          now);
    }
}

const char *acme_errand_step(const acme_errand_t *errand)
{
    return errand->step->name;
}

int acme_errand_was_done(const acme_errand_t *errand)
{
    return errand->done_before;
}

int acme_errand_was_sent(const acme_errand_t *errand)
{
    return errand->sent;
}

const acme_failure_t *acme_errand_failure(const acme_errand_t *errand)
{
    return &errand->failure;
}
