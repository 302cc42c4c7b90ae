#include "acme_engine.h"

#include <apr_strings.h>
#include <string.h>

static void make_states(acme_order_t *order)
{
    int i;

    for (i = 0; i < order->names->nelts; i++) {
        acme_authorization_state_t *state = apr_array_push(order->states);
        state->name = APR_ARRAY_IDX(order->names, i, const char *);
        state->status = "unknown";
        state->problem = NULL;
    }
}

apr_status_t acme_order_create(acme_order_t **order, acme_session_t *session,
                               const apr_array_header_t *names, ae_bytes_t csr,
                               apr_pool_t *p)
{
    apr_pool_t *own;
    acme_order_t *made;
    apr_status_t rv = apr_pool_create(&own, p);

    if (rv != APR_SUCCESS) {
        return rv;
    }
    made = apr_pcalloc(own, sizeof(*made));
    made->p = own;
    made->session = session;
    made->names = names;
    made->csr = csr;
    made->authorizations =
        apr_array_make(own, names->nelts, sizeof(acme_authorization_t));
    made->states =
        apr_array_make(own, names->nelts, sizeof(acme_authorization_state_t));
    made->tokens = apr_array_make(own, names->nelts, sizeof(acme_token_t));
    make_states(made);
    acme_order_move(made, ACME_ORDER_BEGIN);
    *order = made;
    return APR_SUCCESS;
}

void acme_order_destroy(acme_order_t *order)
{
    acme_session_forget(order->session, &order->carrier);
    while (order->exchanges) {
        acme_exchange_drop(&order->exchanges, order->exchanges);
    }
    apr_pool_destroy(order->p);
}

void acme_order_fail(acme_order_t *order, const acme_fault_t *fault)
{
    acme_exchange_t *exchange;

    order->err = fault->err;
    order->failure.step = fault->step;
    order->failure.obstacle = fault->obstacle;
    order->failure.name = apr_pstrdup(order->p, fault->name);
    order->failure.problem =
        fault->problem ? acme_problem_copy(fault->problem, order->p) : NULL;
    order->failure.retry = fault->retry;
    order->failure.retry_after = fault->retry_after;
    order->failure.order_lost = fault->order_lost;
    while ((exchange = acme_exchange_queued(order->exchanges))) {
        acme_exchange_drop(&order->exchanges, exchange);
    }
    acme_order_move(order, ACME_ORDER_FAILED);
}

/* The account that made the order is gone, and the order with it. */
static int disowned(const acme_order_t *order)
{
    const char *account = order->session->account_url;

    return order->account && account && strcmp(order->account, account) != 0;
}

static void fail_disowned(acme_order_t *order)
{
    acme_fault_t fault;

    acme_fault_begin(&fault, &acme_step_order, AE_EMISMATCH);
    fault.order_lost = 1;
    ae_error_set(&fault.err, AE_EMISMATCH, "The order is of another account");
    ae_error_why(&fault.err,
                 "it was made by %.200s, the account is now %.200s",
                 order->account, order->session->account_url);
    fault.obstacle = ACME_OBSTACLE_GONE;
    acme_order_fail(order, &fault);
}

/* What a state without anything to send wants. */
static acme_next_t rest(acme_order_t *order, apr_time_t *wake, ae_error_t *err)
{
    if (order->state == ACME_ORDER_PROVISION && !order->told) {
        order->told = 1;
        return ACME_PROVISION;
    }
    if (order->state == ACME_ORDER_POLL && !order->exchanges) {
        *wake = order->poll_at;
        if (order->expires && order->expires < *wake) {
            *wake = order->expires;
        }
    }
    /* The caller may destroy it then: nothing must be on the wire. */
    if (order->carrier.carried > 0) {
        return ACME_WAIT;
    }
    if (order->state == ACME_ORDER_FAILED) {
        *err = order->err;
        return ACME_FAILED;
    }
    return order->state == ACME_ORDER_READY ? ACME_DONE : ACME_WAIT;
}

acme_next_t acme_order_next(acme_order_t *order, apr_time_t now,
                            const acme_request_t **request, apr_time_t *wake,
                            ae_error_t *err)
{
    acme_exchange_t *exchange;
    acme_fault_t fault;
    acme_next_t next;

    *request = NULL;
    *wake = 0;
    if (order->state != ACME_ORDER_FAILED && disowned(order)) {
        fail_disowned(order);
    }
    do {
        acme_order_settle(order, now);
    } while (!order->entered);
    exchange = acme_exchange_queued(order->exchanges);
    if (exchange) {
        next = acme_session_admit(request, wake, &fault, order->session,
                                  exchange, &order->carrier, now);
        if (next != ACME_FAILED) {
            return next;
        }
        acme_order_fail(order, &fault);
    }
    return rest(order, wake, err);
}

static void take(acme_order_t *order, acme_exchange_t *exchange,
                 acme_verdict_t verdict, const acme_answer_t *answer,
                 acme_fault_t *fault, apr_time_t now)
{
    int done;

    if (verdict == ACME_AGAIN ||
        acme_session_account_is_lost(exchange, answer)) {
        return;
    }
    if (verdict == ACME_ANSWERED) {
        done =
            exchange->step->read(exchange, answer, now, fault) == APR_SUCCESS;
    } else {
        done = exchange->step->mend &&
               exchange->step->mend(exchange, answer, now, fault);
    }
    /* What cannot be explained is no reason to fail otherwise. */
    if (done || order->state == ACME_ORDER_EXPLAIN) {
        acme_exchange_drop(&order->exchanges, exchange);
    } else {
        acme_order_fail(order, fault);
    }
}

void acme_order_reply(acme_order_t *order, const acme_request_t *request,
                      const acme_response_t *response, apr_time_t now)
{
    acme_exchange_t *exchange = request->exchange;
    acme_answer_t answer;
    acme_fault_t fault;
    acme_verdict_t verdict =
        acme_exchange_judge(&answer, &fault, exchange, response, now);

    if (!exchange->owner) {
        acme_session_take(order->session, exchange, verdict, &answer, &fault,
                          now);
    } else if (order->state == ACME_ORDER_FAILED) {
        acme_exchange_drop(&order->exchanges, exchange);
    } else {
        take(order, exchange, verdict, &answer, &fault, now);
    }
}

unsigned acme_order_revision(const acme_order_t *order)
{
    return order->revision;
}

const apr_array_header_t *acme_order_tokens(const acme_order_t *order)
{
    return order->tokens;
}

void acme_order_provisioned(acme_order_t *order)
{
    if (order->state == ACME_ORDER_PROVISION) {
        acme_order_move(order, ACME_ORDER_CHALLENGE);
    }
}

const apr_array_header_t *acme_order_authorizations(const acme_order_t *order)
{
    return order->states;
}

const char *acme_order_chain(const acme_order_t *order)
{
    return order->chain;
}

const apr_array_header_t *acme_order_alternates(const acme_order_t *order)
{
    return order->alternates;
}

const acme_failure_t *acme_order_failure(const acme_order_t *order)
{
    return &order->failure;
}
