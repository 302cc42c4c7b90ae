#include "edge_attempt.h"

#include "edge_explain.h"
#include "edge_keying.h"
#include "edge_order.h"
#include "edge_provision.h"

#include <string.h>

struct edge_attempt_t {
    edge_attempt_config_t config;
    acme_order_t *order;
    unsigned written; /* revision of the order that is in the store */
    int durable;      /* and on the disk */
    unsigned pending;
    edge_posting_t *posting;
    edge_provision_t *provision;
    edge_keying_t keying;
    ae_cert_t *chain;
    edge_failure_t failure;
    int over; /* the order may be dropped: it is not written down again */
    apr_pool_t *p;
};

/* --- the order in the store ---------------------------------------------- */

static apr_status_t drop(edge_attempt_t *attempt, ae_error_t *err,
                         apr_pool_t *ptemp)
{
    edge_posting_withdraw(attempt->posting);
    return edge_store_order_drop(attempt->config.store, attempt->config.cert,
                                 err, ptemp);
}

/* While authorizations are read, nothing is lost with the order that the CA
 * was asked for: a power failure then costs one newOrder. A killed process
 * costs not even that. */
static int is_worth_waiting_for(const edge_attempt_t *attempt)
{
    return strcmp(acme_order_step(attempt->order), "authorization") != 0;
}

static apr_status_t save_order(edge_attempt_t *attempt, ae_error_t *err,
                               apr_pool_t *ptemp)
{
    unsigned revision = acme_order_revision(attempt->order);
    int durable = is_worth_waiting_for(attempt);
    json_t *json;
    apr_status_t status;

    if (revision == attempt->written && (attempt->durable || !durable)) {
        return APR_SUCCESS;
    }
    json = edge_order_print(attempt->order, attempt->config.cert,
                            attempt->config.provider, ptemp);
    if (json == NULL) {
        ae_error_set(err, APR_ENOMEM, "the order cannot be written down");
        return ae_error_why_status(err, APR_ENOMEM);
    }
    status = edge_store_order_save(
        attempt->config.store, attempt->config.cert, json,
        durable ? AE_FILE_DURABLE : AE_FILE_VOLATILE, err, ptemp);
    if (status == APR_SUCCESS) {
        attempt->written = revision;
        attempt->durable = durable;
    }
    return status;
}

static apr_status_t save(edge_attempt_t *attempt, ae_error_t *err,
                         apr_pool_t *ptemp)
{
    apr_status_t status =
        edge_session_save(attempt->config.session, err, ptemp);

    return status == APR_SUCCESS ? save_order(attempt, err, ptemp) : status;
}

/* --- begin --------------------------------------------------------------- */

static apr_status_t open_order(edge_attempt_t *attempt, const json_t *saved,
                               ae_error_t *err)
{
    const edge_attempt_config_t *config = &attempt->config;
    acme_session_t *session = edge_session_acme(config->session);
    ae_bytes_t csr;
    apr_status_t status =
        edge_keying_open(&attempt->keying, config->store, config->cert,
                         saved != NULL, err, attempt->p);

    if (status != APR_SUCCESS) {
        return status;
    }
    csr = ae_csr_der(attempt->keying.csr);
    attempt->durable = saved == NULL; /* one may never have got that far */
    if (saved != NULL) {
        return acme_order_load(&attempt->order, session, config->cert->names,
                               csr, saved, err, attempt->p);
    }
    status = acme_order_create(&attempt->order, session, config->cert->names,
                               csr, attempt->p);
    if (status != APR_SUCCESS) {
        ae_error_set(err, status, "the order cannot be begun");
        return ae_error_why_status(err, status);
    }
    return APR_SUCCESS;
}

static void say_begun(const edge_attempt_t *attempt, const char *what)
{
    ae_log(attempt->config.log, AE_LOG_INFO, "%s: %s %s",
           attempt->config.cert->name, what, attempt->config.provider->name);
}

static apr_status_t begin_order(edge_attempt_t *attempt, ae_error_t *err)
{
    edge_meter_count(attempt->config.meter, EDGE_COUNT_ORDERS);
    say_begun(attempt, "a certificate is ordered from");
    return open_order(attempt, NULL, err);
}

/* An order is only taken up where all it depends on is the same still. */
static apr_status_t take_up(edge_attempt_t *attempt, ae_error_t *err)
{
    const edge_attempt_config_t *config = &attempt->config;
    json_t *saved = NULL;
    apr_status_t status = edge_store_order_load(&saved, config->store,
                                                config->cert, err, attempt->p);

    if (status != APR_SUCCESS) {
        return status;
    }
    if (saved == NULL) {
        return begin_order(attempt, err);
    }
    edge_posting_recall(attempt->posting, saved);
    status = AE_EFORMAT;
    if (edge_order_fits(saved, config->cert, config->provider, attempt->p)) {
        status = open_order(attempt, ae_json_get_object(saved, "order"), err);
    }
    if (status == APR_SUCCESS) {
        say_begun(attempt, "the order is taken up again at");
    }
    if (status != AE_EFORMAT) {
        return status;
    }
    status = drop(attempt, err, attempt->p);
    return status == APR_SUCCESS ? begin_order(attempt, err) : status;
}

static edge_provision_t *make_provision(const edge_attempt_t *attempt)
{
    const edge_attempt_config_t *config = &attempt->config;
    const edge_provision_config_t provision = {
        .barrier = {.cert = config->cert,
                    .provider = config->provider,
                    .lookout = config->lookout,
                    .log = config->log},
        .door = config->door,
        .posting = attempt->posting,
    };

    return edge_provision_create(&provision, attempt->p);
}

apr_status_t edge_attempt_begin(edge_attempt_t **attempt,
                                const edge_attempt_config_t *config,
                                ae_error_t *err, apr_pool_t *p)
{
    edge_attempt_t *begun = apr_pcalloc(p, sizeof(*begun));
    apr_status_t status;

    begun->config = *config;
    begun->posting = edge_posting_create(config->challenges, p);
    begun->p = p;
    begun->provision = make_provision(begun);
    status = edge_store_probe(config->store, err, p);
    if (status == APR_SUCCESS) {
        status = take_up(begun, err);
    }
    if (status != APR_SUCCESS) {
        return status;
    }
    begun->written = acme_order_revision(begun->order);
    *attempt = begun;
    return APR_SUCCESS;
}

/* --- ends ---------------------------------------------------------------- */

static void set_step(edge_attempt_t *attempt, const char *step)
{
    ae_text_copy(attempt->failure.step, sizeof(attempt->failure.step), step);
}

static void explain(edge_attempt_t *attempt, const ae_error_t *err,
                    edge_cause_t cause, int quoted)
{
    attempt->failure.error = *err;
    attempt->failure.cause = cause;
    edge_explain_next(&attempt->failure.error, cause, quoted);
}

static void conclude(edge_attempt_t *attempt)
{
    attempt->over = 1;
    edge_provision_leave(attempt->provision);
}

/* Our own trouble: the order stays as the store has it. */
static edge_attempt_next_t fail_here(edge_attempt_t *attempt, const char *step,
                                     const ae_error_t *err)
{
    conclude(attempt);
    attempt->failure.id = "AE040";
    explain(attempt, err, edge_explain_trouble(err, step), 0);
    attempt->failure.retry = ACME_RETRY_BACKOFF;
    set_step(attempt, step);
    return EDGE_ATTEMPT_FAILED;
}

static void lose_order(edge_attempt_t *attempt, apr_pool_t *ptemp)
{
    ae_error_t err;

    edge_meter_count(attempt->config.meter, EDGE_COUNT_ORDERS_LOST);
    if (drop(attempt, &err, ptemp) != APR_SUCCESS) {
        ae_log(attempt->config.log, AE_LOG_WARNING,
               "AE050: %s: the order that came to nothing cannot be removed: "
               "%s",
               attempt->config.cert->name, ae_error_line(&err, ptemp));
    }
}

static edge_attempt_next_t fail_order(edge_attempt_t *attempt,
                                      const ae_error_t *err, apr_pool_t *ptemp)
{
    const acme_failure_t *failure = acme_order_failure(attempt->order);

    conclude(attempt);
    attempt->failure.id = "AE040";
    explain(attempt, err, edge_explain_failure(failure, err),
            failure->problem != NULL);
    attempt->failure.retry = failure->retry;
    attempt->failure.retry_after = failure->retry_after;
    set_step(attempt, failure->step != NULL ? failure->step : "");
    edge_meter_problem(attempt->config.meter, failure->problem);
    if (failure->order_lost) {
        lose_order(attempt, ptemp);
    }
    return EDGE_ATTEMPT_FAILED;
}

static apr_status_t check_chain(edge_attempt_t *attempt, ae_bytes_t pem,
                                apr_time_t now, ae_error_t *err)
{
    apr_status_t status = ae_cert_parse(&attempt->chain, pem, err, attempt->p);

    if (status == APR_SUCCESS) {
        status = edge_keying_check(&attempt->keying, attempt->chain,
                                   attempt->config.store, attempt->config.cert,
                                   err, attempt->p);
    }
    if (status == APR_SUCCESS) {
        status = ae_cert_check_names(attempt->chain,
                                     attempt->config.cert->names, err);
    }
    if (status == APR_SUCCESS) {
        status = ae_cert_check_dates(attempt->chain, now, err);
    }
    return status == APR_SUCCESS ? ae_cert_check_chain(attempt->chain, err)
                                 : status;
}

static edge_attempt_next_t refuse_chain(edge_attempt_t *attempt,
                                        apr_time_t now, const ae_error_t *err,
                                        apr_pool_t *ptemp)
{
    fail_here(attempt, "certificate", err);
    explain(attempt, err, edge_explain_chain(attempt->chain, now), 0);
    attempt->failure.id = "AE042";
    attempt->failure.retry = ACME_RETRY_DAILY;
    lose_order(attempt, ptemp);
    return EDGE_ATTEMPT_FAILED;
}

static edge_attempt_next_t take_chain(edge_attempt_t *attempt, apr_time_t now,
                                      apr_pool_t *ptemp)
{
    const char *text = acme_order_chain(attempt->order);
    ae_bytes_t pem = {(const unsigned char *)text, strlen(text)};
    ae_error_t err;

    if (check_chain(attempt, pem, now, &err) != APR_SUCCESS) {
        return refuse_chain(attempt, now, &err, ptemp);
    }
    if (edge_store_stage(attempt->config.store, attempt->config.cert, pem,
                         &err, ptemp) != APR_SUCCESS) {
        return fail_here(attempt, EDGE_STEP_STAGE, &err);
    }
    edge_meter_count(attempt->config.meter, EDGE_COUNT_ISSUED);
    conclude(attempt);
    edge_posting_withdraw(attempt->posting);
    return EDGE_ATTEMPT_ISSUED;
}

/* --- the challenges ------------------------------------------------------ */

static edge_attempt_next_t fail_provision(edge_attempt_t *attempt)
{
    const edge_failure_t *failure = edge_provision_failure(attempt->provision);

    fail_here(attempt, failure->step, &failure->error);
    explain(attempt, &failure->error, failure->cause, 0);
    attempt->failure.id = failure->id;
    return EDGE_ATTEMPT_FAILED;
}

/* @return whether the engine goes on; else *next and *wake say how */
static int provision(edge_attempt_next_t *next, edge_attempt_t *attempt,
                     apr_time_t now, apr_time_t *wake)
{
    *next = EDGE_ATTEMPT_WAIT;
    if (edge_provision_step(attempt->provision) == NULL) {
        return 0;
    }
    switch (edge_provision_next(attempt->provision, now, wake)) {
    case EDGE_PROVISION_WAIT:
        return 0;
    case EDGE_PROVISION_READY:
        acme_order_provisioned(attempt->order);
        return 1;
    case EDGE_PROVISION_FAILED:
        *next = fail_provision(attempt);
        break;
    }
    return 0;
}

/* From then on no CA looks any more. */
static void leave_validated(edge_attempt_t *attempt)
{
    if (strcmp(acme_order_step(attempt->order), "finalize") == 0) {
        edge_provision_leave(attempt->provision);
    }
}

/* --- the way between ----------------------------------------------------- */

static int is_end(acme_next_t next)
{
    return next == ACME_DONE || next == ACME_FAILED;
}

edge_attempt_next_t edge_attempt_next(edge_attempt_t *attempt, apr_time_t now,
                                      const acme_request_t **request,
                                      apr_time_t *wake, apr_pool_t *ptemp)
{
    for (;;) {
        ae_error_t err;
        ae_error_t trouble;
        edge_attempt_next_t waits;
        acme_next_t next =
            acme_order_next(attempt->order, now, request, wake, &err);

        /* Whatever was learned is written down before anything more is sent
         * or published; an end needs nothing but what follows it. */
        if (save(attempt, &trouble, ptemp) != APR_SUCCESS && !is_end(next)) {
            return fail_here(attempt, "store", &trouble);
        }
        switch (next) {
        case ACME_SEND:
            leave_validated(attempt);
            attempt->pending++;
            return EDGE_ATTEMPT_SEND;
        case ACME_PROVISION:
            edge_provision_begin(attempt->provision,
                                 acme_order_tokens(attempt->order));
            break;
        case ACME_WAIT:
            if (!provision(&waits, attempt, now, wake)) {
                return waits;
            }
            break;
        case ACME_DONE:
            return take_chain(attempt, now, ptemp);
        case ACME_FAILED:
            return fail_order(attempt, &err, ptemp);
        }
    }
}

void edge_attempt_reply(edge_attempt_t *attempt, const acme_request_t *request,
                        const acme_response_t *response, apr_time_t now,
                        apr_pool_t *ptemp)
{
    ae_error_t ignored;

    attempt->pending--;
    acme_order_reply(attempt->order, request, response, now);
    /* The worker may be stopped before it is asked again; where this fails,
     * the next question fails for it. */
    if (!attempt->over && save(attempt, &ignored, ptemp) != APR_SUCCESS) {
        return;
    }
}

unsigned edge_attempt_pending(const edge_attempt_t *attempt)
{
    return attempt->pending;
}

const char *edge_attempt_step(const edge_attempt_t *attempt)
{
    const char *step = edge_provision_step(attempt->provision);

    return step != NULL ? step : acme_order_step(attempt->order);
}

const apr_array_header_t *edge_attempt_names(const edge_attempt_t *attempt,
                                             apr_pool_t *p)
{
    return edge_progress_names(acme_order_authorizations(attempt->order), p);
}

const ae_cert_facts_t *edge_attempt_facts(const edge_attempt_t *attempt)
{
    return ae_cert_facts(attempt->chain);
}

const edge_failure_t *edge_attempt_failure(const edge_attempt_t *attempt)
{
    return &attempt->failure;
}

const edge_failure_t *edge_attempt_probed(const edge_attempt_t *attempt)
{
    return edge_provision_found(attempt->provision);
}

void edge_attempt_end(edge_attempt_t *attempt)
{
    edge_provision_end(attempt->provision);
    acme_order_destroy(attempt->order);
}
