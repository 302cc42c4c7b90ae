#include "acme_engine.h"
#include "ae_time.h"

#include <string.h>

/* The order's machine (RFC 8555 section 7.1.6): which state it takes after
 * each answer, and what each state sends. */

/* Each pause is half as long again as the one before: nobody waits much longer
 * than the CA takes, and a slow one is not flooded. */
#define POLL_FIRST (200 * APR_TIME_C(1000))
#define POLL_LAST (10 * APR_USEC_PER_SEC)

/* How long the CA may take to validate, and again to issue. */
#define PATIENCE (15 * 60 * APR_USEC_PER_SEC)

static void queue_one(acme_order_t *order, const acme_step_t *step, int index)
{
    acme_exchange_t *exchange = acme_exchange_queue(
        &order->exchanges, step, order->session, &order->carrier, order->p);

    exchange->order = order;
    exchange->index = index;
}

static void queue_new_order(acme_order_t *order)
{
    queue_one(order, &acme_step_new_order, 0);
}

static void queue_order(acme_order_t *order)
{
    queue_one(order, &acme_step_order, 0);
}

static void queue_authorizations(acme_order_t *order)
{
    int i;

    for (i = 0; i < order->authorizations->nelts; i++) {
        queue_one(order, &acme_step_authorization, i);
    }
}

static void queue_challenges(acme_order_t *order)
{
    int i;

    order->poll_at = 0;
    for (i = 0; i < order->authorizations->nelts; i++) {
        if (acme_order_authorization(order, i)->answer) {
            queue_one(order, &acme_step_challenge, i);
        }
    }
}

static void queue_finalize(acme_order_t *order)
{
    order->finalized++;
    queue_one(order, &acme_step_finalize, 0);
}

static void queue_certificate(acme_order_t *order)
{
    queue_one(order, &acme_step_certificate, 0);
}

static void queue_nothing(acme_order_t *order)
{
    (void)order;
}

/* What each state is called and sends when it is entered. */
static const struct {
    const char *step;
    void (*queue)(acme_order_t *order);
} states[] = {
    [ACME_ORDER_BEGIN] = {"newOrder", queue_new_order},
    [ACME_ORDER_TAKE_UP] = {"order", queue_order},
    [ACME_ORDER_AUTHORIZE] = {"authorization", queue_authorizations},
    [ACME_ORDER_PROVISION] = {"challenge", queue_nothing},
    [ACME_ORDER_CHALLENGE] = {"challenge", queue_challenges},
    [ACME_ORDER_POLL] = {"order", queue_nothing},
    [ACME_ORDER_FINALIZE] = {"finalize", queue_finalize},
    [ACME_ORDER_DOWNLOAD] = {"certificate", queue_certificate},
    [ACME_ORDER_EXPLAIN] = {"authorization", queue_authorizations},
    [ACME_ORDER_READY] = {"certificate", queue_nothing},
    [ACME_ORDER_FAILED] = {"failed", queue_nothing},
};

_Static_assert(sizeof(states) / sizeof(states[0]) == ACME_ORDER_STATES,
               "a row for each state");

const char *acme_order_step(const acme_order_t *order)
{
    return order->state == ACME_ORDER_FAILED ? order->failure.step
                                             : states[order->state].step;
}

void acme_order_move(acme_order_t *order, acme_order_state_t state)
{
    order->state = state;
    order->entered = 0;
    order->carrier.begins =
        state == ACME_ORDER_BEGIN || state == ACME_ORDER_TAKE_UP;
}

void acme_order_poll(acme_order_t *order, apr_time_t retry_after,
                     apr_time_t now)
{
    if (order->state != ACME_ORDER_POLL) {
        order->poll_pause = POLL_FIRST;
        order->poll_until = now + PATIENCE;
        acme_order_move(order, ACME_ORDER_POLL);
    }
    order->poll_at = now + order->poll_pause;
    if (order->poll_at > order->poll_until) {
        order->poll_at = order->poll_until;
    }
    if (retry_after) {
        order->poll_at = retry_after;
    }
    order->poll_pause += order->poll_pause / 2;
    if (order->poll_pause > POLL_LAST) {
        order->poll_pause = POLL_LAST;
    }
}

static apr_status_t expire(acme_fault_t *fault)
{
    acme_fault_begin(fault, &acme_step_order, AE_EREMOTE);
    fault->order_lost = 1;
    ae_error_set(&fault->err, AE_EREMOTE, "The order has expired at the CA");
    fault->obstacle = ACME_OBSTACLE_GONE;
    return ae_error_why(&fault->err, "it was not finished in time");
}

static int expired(const acme_order_t *order, apr_time_t now)
{
    return order->expires && now >= order->expires;
}

static apr_status_t follow_pending(acme_order_t *order, apr_time_t retry_after,
                                   apr_time_t now, acme_fault_t *fault)
{
    int begun =
        order->state != ACME_ORDER_BEGIN && order->state != ACME_ORDER_TAKE_UP;

    if (expired(order, now)) {
        return expire(fault);
    }
    /* RFC 8555 section 7.1.3: there may be no authorization to do. */
    if (begun || order->authorizations->nelts == 0) {
        acme_order_poll(order, retry_after, now);
    } else {
        acme_order_move(order, ACME_ORDER_AUTHORIZE);
    }
    return APR_SUCCESS;
}

static apr_status_t follow_ready(acme_exchange_t *exchange,
                                 apr_time_t retry_after, apr_time_t now,
                                 acme_fault_t *fault)
{
    acme_order_t *order = exchange->order;

    acme_authorization_show_valid(order);
    if (order->csr.len == 0) {
        acme_order_move(order, ACME_ORDER_READY);
        return APR_SUCCESS;
    }
    if (!order->finalize) {
        return acme_fault_odd(fault, exchange,
                              "an order that is ready without finalize");
    }
    if (order->finalized >= ACME_FINALIZES_MAX) {
        return acme_fault_odd(fault, exchange,
                              "that the order is ready after it was finalized "
                              "%u times",
                              order->finalized);
    }
    if (order->state == ACME_ORDER_FINALIZE) {
        acme_order_poll(order, retry_after, now);
    } else {
        acme_order_move(order, ACME_ORDER_FINALIZE);
    }
    return APR_SUCCESS;
}

static apr_status_t follow_valid(acme_exchange_t *exchange,
                                 acme_fault_t *fault)
{
    acme_authorization_show_valid(exchange->order);
    if (!exchange->order->certificate) {
        return acme_fault_odd(fault, exchange,
                              "an order that is valid without certificate");
    }
    acme_order_move(exchange->order, ACME_ORDER_DOWNLOAD);
    return APR_SUCCESS;
}

static apr_status_t follow_invalid(acme_order_t *order, acme_fault_t *fault)
{
    if (order->finalized == 0 && order->authorizations->nelts > 0) {
        acme_order_move(order, ACME_ORDER_EXPLAIN);
        return APR_SUCCESS;
    }
    acme_authorization_explain(fault, order);
    return fault->err.status;
}

/* RFC 8555 section 7.1.6; any status may come at any time. */
apr_status_t acme_order_follow(acme_exchange_t *exchange,
                               acme_order_status_t status,
                               apr_time_t retry_after, apr_time_t now,
                               acme_fault_t *fault)
{
    switch (status) {
    case ACME_STATUS_PENDING:
        return follow_pending(exchange->order, retry_after, now, fault);
    case ACME_STATUS_READY:
        return follow_ready(exchange, retry_after, now, fault);
    case ACME_STATUS_PROCESSING:
        acme_authorization_show_valid(exchange->order);
        acme_order_poll(exchange->order, retry_after, now);
        return APR_SUCCESS;
    case ACME_STATUS_VALID:
        return follow_valid(exchange, fault);
    case ACME_STATUS_INVALID:
        return follow_invalid(exchange->order, fault);
    case ACME_ORDER_STATUSES:
        break;
    }
    return APR_EGENERAL;
}

/* All authorizations were read. */
static void leave_authorize(acme_order_t *order, apr_time_t now)
{
    int i, open = 0, failed = 0;
    acme_fault_t fault;

    for (i = 0; i < order->authorizations->nelts; i++) {
        const acme_authorization_t *one = acme_order_authorization(order, i);
        open |= one->challenge_url != NULL;
        failed |= one->failed;
    }
    if (failed) {
        acme_authorization_explain(&fault, order);
        acme_order_fail(order, &fault);
    } else if (open) {
        acme_order_move(order, ACME_ORDER_PROVISION);
    } else {
        acme_order_poll(order, now, now);
    }
}

static void leave_explain(acme_order_t *order)
{
    acme_fault_t fault;

    acme_authorization_explain(&fault, order);
    acme_order_fail(order, &fault);
}

static void fail_impatient(acme_order_t *order, apr_time_t now)
{
    acme_fault_t fault;

    acme_fault_begin(&fault, &acme_step_order, AE_EREMOTE);
    ae_error_set(&fault.err, AE_EREMOTE,
                 "The CA takes too long over the order");
    if (order->poll_at > order->poll_until) {
        fault.retry_after = order->poll_at;
        ae_error_why(&fault.err,
                     "it does not want to be asked again before %s",
                     ae_time_print(order->poll_at, order->p));
    } else {
        ae_error_why(
            &fault.err, "the order was not decided within %s",
            ae_time_print_span(now - order->poll_until + PATIENCE, order->p));
    }
    fault.obstacle = ACME_OBSTACLE_SLOW;
    acme_order_fail(order, &fault);
}

static void keep_polling(acme_order_t *order, apr_time_t now)
{
    acme_fault_t fault;

    if (order->poll_until - now > PATIENCE) { /* the clock was set back */
        order->poll_at = now;
        order->poll_until = now + PATIENCE;
    }
    if (expired(order, now)) {
        (void)expire(&fault);
        acme_order_fail(order, &fault);
    } else if (now >= order->poll_until ||
               order->poll_at > order->poll_until) {
        fail_impatient(order, now);
    } else if (now >= order->poll_at) {
        queue_order(order);
    }
}

void acme_order_settle(acme_order_t *order, apr_time_t now)
{
    if (!order->entered) {
        order->entered = 1;
        states[order->state].queue(order);
    }
    if (order->exchanges) {
        return;
    }
    switch (order->state) {
    case ACME_ORDER_AUTHORIZE:
        leave_authorize(order, now);
        break;
    case ACME_ORDER_CHALLENGE:
        acme_order_poll(order, order->poll_at, now);
        break;
    case ACME_ORDER_EXPLAIN:
        leave_explain(order);
        break;
    case ACME_ORDER_POLL:
        keep_polling(order, now);
        break;
    case ACME_ORDER_BEGIN:
    case ACME_ORDER_TAKE_UP:
    case ACME_ORDER_PROVISION:
    case ACME_ORDER_FINALIZE:
    case ACME_ORDER_DOWNLOAD:
    case ACME_ORDER_READY:
    case ACME_ORDER_FAILED:
    case ACME_ORDER_STATES:
        break;
    }
}
