#include "edge_errands.h"

#include "edge_errand_own.h"
#include "edge_explain.h"
#include "edge_provision.h"
#include "edge_record.h"

#include <apr_strings.h>
#include <string.h>

/* The others come when one of these has ended. */
#define ACTIVE_MAX 8

/* Who asked is gone by then. */
#define UNFETCHED_MAX apr_time_from_sec(3600)

/* How often to ask whether the session is free. */
#define LOOK_AGAIN apr_time_from_sec(1)

/* Where an outcome cannot be written: the disk may be full. */
#define WRITE_AGAIN apr_time_from_sec(10)

/* An errand on its way. */
typedef struct run_t {
    edge_errand_t errand;
    apr_array_header_t *flights; /* const acme_request_t *: on the wire */
    edge_posting_t *posting;
    edge_provision_t *provision; /* of its order; NULL: none yet */
    ae_error_t trouble;          /* our own, which ends the leg */
    int over;
    edge_errand_end_t outcome;
    apr_time_t write_at; /* the outcome, where that failed before */
    int told;            /* that it cannot be written */
} run_t;

struct edge_errands_t {
    edge_errands_config_t config;
    run_t *active[ACTIVE_MAX];
    int count;
    apr_array_header_t *others; /* const edge_provider_t *: unconfigured */
    apr_pool_t *p;
};

edge_errands_t *edge_errands_create(const edge_errands_config_t *config,
                                    apr_pool_t *p)
{
    edge_errands_t *errands = apr_pcalloc(p, sizeof(*errands));

    errands->config = *config;
    errands->others = apr_array_make(p, 1, sizeof(const edge_provider_t *));
    errands->p = p;
    return errands;
}

/* --- ends ---------------------------------------------------------------- */

static void end(run_t *run, const ae_error_t *err, apr_time_t now)
{
    const edge_errand_t *errand = &run->errand;

    edge_errand_leave(&run->errand);
    run->over = 1;
    run->outcome.at = now;
    run->outcome.error = *err;
    ae_text_copy(run->outcome.answer, sizeof(run->outcome.answer),
                 errand->answer ? errand->answer : "");
    if (errand->revoked.at != 0) {
        errand->config->revoked(errand->config->ctx, &errand->revoked, now);
    }
    if (err->status == APR_SUCCESS) {
        ae_log(errand->config->log, AE_LOG_NOTICE, "%s", run->outcome.answer);
    } else if (!errand->logged) {
        ae_log(errand->config->log, AE_LOG_WARNING,
               "AE061: what was asked by acme-edge was not done: %s",
               ae_error_line(err, errand->p));
    }
}

static void end_badly(run_t *run, ae_error_t *err, apr_time_t now)
{
    if (err->next[0] == '\0') {
        ae_error_next(err, "ask again");
    }
    end(run, err, now);
}

static void drop_leg(run_t *run)
{
    edge_posting_withdraw(run->posting);
    edge_provision_end(run->provision);
    run->provision = NULL;
    if (run->errand.order) {
        acme_order_destroy(run->errand.order);
    }
    if (run->errand.request) {
        acme_errand_destroy(run->errand.request);
    }
    run->errand.order = NULL;
    run->errand.request = NULL;
}

static void keep_failure(edge_errand_t *errand)
{
    errand->failure = errand->order ? *acme_order_failure(errand->order)
                                    : *acme_errand_failure(errand->request);
    edge_meter_problem(errand->config->meter, errand->failure.problem);
    if (errand->failure.problem) {
        errand->failure.problem =
            acme_problem_copy(errand->failure.problem, errand->p);
    }
    errand->failure.name = apr_pstrdup(errand->p, errand->failure.name);
}

static void end_leg(run_t *run, ae_error_t *err, apr_time_t now)
{
    edge_errand_t *errand = &run->errand;

    memset(&errand->failure, 0, sizeof(errand->failure));
    if (err->status != APR_SUCCESS && run->trouble.status == APR_SUCCESS) {
        keep_failure(errand);
        edge_explain_next(err, edge_explain_failure(&errand->failure, err),
                          errand->failure.problem != NULL);
    }
    errand->was_sent =
        errand->request && acme_errand_was_sent(errand->request);
    errand->was_done = err->status == APR_SUCCESS && errand->request &&
                       acme_errand_was_done(errand->request);
    memset(&run->trouble, 0, sizeof(run->trouble));
    drop_leg(run);
    if (!errand->kind->follow(errand, now, err)) {
        end(run, err, now);
    }
}

static void drop(edge_errands_t *errands, int i)
{
    run_t *run = errands->active[i];

    drop_leg(run);
    edge_errand_leave(&run->errand);
    errands->active[i] = errands->active[--errands->count];
    apr_pool_destroy(run->errand.p);
}

/* The outcome first: an errand without it is done again.
 * @return whether it is told */
static int tell(run_t *run, apr_time_t now, apr_time_t *wake)
{
    const edge_errand_t *errand = &run->errand;
    const edge_store_t *store = errand->config->store;
    ae_error_t err;

    if (now < run->write_at && run->write_at - now <= WRITE_AGAIN) {
        *wake = run->write_at;
        return 0;
    }
    if (edge_errand_tell(store, errand->id, &run->outcome, &err, errand->p) ==
        APR_SUCCESS) {
        /* Where it stays, its outcome beside it keeps it from being done. */
        apr_status_t ignored = ae_file_remove(
            edge_errand_path(store, errand->id, errand->p), &err, errand->p);

        (void)ignored;
        return 1;
    }
    *wake = run->write_at = now + WRITE_AGAIN;
    if (!run->told) {
        run->told = 1;
        ae_log(errand->config->log, AE_LOG_WARNING,
               "AE062: what came of a request by acme-edge cannot be written "
               "down, and is tried again: %s",
               ae_error_line(&err, errand->p));
    }
    return 0;
}

/* --- the way between ----------------------------------------------------- */

static void begin_provision(run_t *run)
{
    const edge_errand_t *errand = &run->errand;
    const edge_errands_config_t *config = errand->config;
    const edge_provision_config_t made = {
        {errand->cert, errand->provider, config->lookout, config->log},
        config->door,
        run->posting,
    };

    if (run->provision == NULL) {
        run->provision = edge_provision_create(&made, errand->p);
    }
    edge_provision_begin(run->provision, acme_order_tokens(errand->order));
}

/* @return whether to go on without waiting */
static int provision(run_t *run, apr_time_t now, apr_time_t *wake)
{
    if (edge_provision_step(run->provision) == NULL) {
        return 0;
    }
    switch (edge_provision_next(run->provision, now, wake)) {
    case EDGE_PROVISION_WAIT:
        return 0;
    case EDGE_PROVISION_READY:
        acme_order_provisioned(run->errand.order);
        break;
    case EDGE_PROVISION_FAILED:
        run->trouble = edge_provision_failure(run->provision)->error;
        break;
    }
    return 1;
}

static acme_next_t next_of(const edge_errand_t *errand, apr_time_t now,
                           const acme_request_t **request, apr_time_t *wake,
                           ae_error_t *err)
{
    return errand->order
               ? acme_order_next(errand->order, now, request, wake, err)
               : acme_errand_next(errand->request, now, request, wake, err);
}

/* One step of the leg. @return whether to go on without waiting */
static int step(run_t *run, apr_time_t now, const acme_request_t **request,
                apr_time_t *wake)
{
    ae_error_t err = {0};
    acme_next_t next = next_of(&run->errand, now, request, wake, &err);
    int is_end = next == ACME_DONE || next == ACME_FAILED;

    /* An account must be in the store before anything is sent with it. */
    if (edge_session_save(run->errand.session, &run->trouble, run->errand.p) !=
            APR_SUCCESS &&
        !is_end) {
        *request = NULL;
        return 1;
    }
    memset(&run->trouble, 0, sizeof(run->trouble));
    switch (next) {
    case ACME_SEND:
        APR_ARRAY_PUSH(run->flights, const acme_request_t *) = *request;
        return 0;
    case ACME_PROVISION:
        begin_provision(run);
        return 1;
    case ACME_WAIT:
        return provision(run, now, wake);
    case ACME_DONE:
    case ACME_FAILED:
        end_leg(run, &err, now);
        return 1;
    }
    return 0;
}

/* Another errand may have closed the session meanwhile. */
static void start(run_t *run, apr_time_t now, apr_time_t *wake)
{
    edge_errand_t *errand = &run->errand;
    ae_error_t err = {0};
    apr_status_t status = edge_sessions_open(
        &errand->session, errand->config->sessions, errand->provider, &err);

    if (status == APR_SUCCESS && !edge_errand_enter(errand)) {
        *wake = now + LOOK_AGAIN;
        return;
    }
    if (status == APR_SUCCESS) {
        status = errand->kind->begin(errand, now, &err);
    }
    if (status != APR_SUCCESS) {
        end_badly(run, &err, now);
    } else if (errand->request == NULL && errand->order == NULL) {
        end(run, &err, now);
    }
}

/* Our own trouble ends a leg when nothing of it is on the wire any more. */
static const acme_request_t *drive(run_t *run, apr_time_t now,
                                   apr_time_t *wake)
{
    const acme_request_t *request = NULL;
    int goes_on = 1;

    if (!run->errand.inside && !run->over) {
        start(run, now, wake);
    }
    while (goes_on && run->errand.inside) {
        if (run->trouble.status == APR_SUCCESS) {
            goes_on = step(run, now, &request, wake);
        } else if (run->flights->nelts == 0) {
            ae_error_t err = run->trouble;

            end_leg(run, &err, now);
        } else {
            goes_on = 0;
        }
    }
    return request;
}

static void nearer(apr_time_t *wake, apr_time_t at)
{
    if (at != 0 && (*wake == 0 || at < *wake)) {
        *wake = at;
    }
}

const acme_request_t *edge_errands_next(edge_errands_t *errands,
                                        apr_time_t now,
                                        const char **trust_file,
                                        apr_time_t *wake)
{
    int i = 0;

    *wake = 0;
    while (i < errands->count) {
        run_t *run = errands->active[i];
        apr_time_t at = 0;
        const acme_request_t *request = drive(run, now, &at);

        if (request) {
            *trust_file = run->errand.trust_file;
            return request;
        }
        if (run->over && tell(run, now, &at)) {
            drop(errands, i);
        } else {
            nearer(wake, at);
            i++;
        }
    }
    return NULL;
}

static int take_flight(run_t *run, const acme_request_t *request)
{
    const acme_request_t **all = (const acme_request_t **)run->flights->elts;
    int i;

    for (i = 0; i < run->flights->nelts; i++) {
        if (all[i] == request) {
            all[i] = all[--run->flights->nelts];
            return 1;
        }
    }
    return 0;
}

int edge_errands_reply(edge_errands_t *errands, const acme_request_t *request,
                       const acme_response_t *response, apr_time_t now,
                       const edge_session_t **session)
{
    edge_errand_t *errand;
    ae_error_t ignored;
    apr_status_t status;
    int i = 0;

    while (i < errands->count && !take_flight(errands->active[i], request)) {
        i++;
    }
    if (i == errands->count) {
        return 0;
    }
    errand = &errands->active[i]->errand;
    if (errand->order) {
        acme_order_reply(errand->order, request, response, now);
    } else {
        acme_errand_reply(errand->request, request, response, now);
    }
    *session = errand->session;
    /* The worker may be stopped before it is asked again; where this fails,
     * the next question fails for it. */
    status = edge_session_save(errand->session, &ignored, errand->p);
    (void)status;
    return 1;
}

/* --- what is asked for --------------------------------------------------- */

/* Whatever is wrong with it is its outcome, so that it is not looked at for
 * ever. */
static void begin(edge_errands_t *errands, const char *id, apr_time_t now)
{
    apr_pool_t *p;
    run_t *run;
    ae_error_t err = {0};
    apr_status_t status;

    apr_pool_create(&p, errands->p);
    run = apr_pcalloc(p, sizeof(*run));
    run->errand.config = &errands->config;
    run->errand.id = apr_pstrdup(p, id);
    run->errand.p = p;
    run->flights = apr_array_make(p, 4, sizeof(const acme_request_t *));
    run->posting = edge_posting_create(errands->config.challenges, p);
    status = edge_errand_take(&run->errand, errands->others, now, &err);
    if (APR_STATUS_IS_ENOENT(status) && run->errand.asked == NULL) {
        apr_pool_destroy(p); /* who asked took it back */
        return;
    }
    errands->active[errands->count++] = run;
    if (status != APR_SUCCESS) {
        end_badly(run, &err, now);
    }
}

static int is_active(const edge_errands_t *errands, const char *id)
{
    int i;

    for (i = 0; i < errands->count; i++) {
        if (strcmp(errands->active[i]->errand.id, id) == 0) {
            return 1;
        }
    }
    return 0;
}

/* Who asked may be about to read it. What is no outcome was not told by us:
 * what was asked is done yet. */
static void sweep(const edge_errands_t *errands, const char *id,
                  apr_time_t now, apr_pool_t *p)
{
    const edge_store_t *store = errands->config.store;
    const char *asked = edge_errand_path(store, id, p);
    edge_errand_end_t outcome;
    ae_error_t ignored;
    apr_status_t status =
        edge_errand_outcome(&outcome, store, id, &ignored, p);

    if (edge_record_is_bad(status)) {
        status =
            ae_file_remove(apr_pstrcat(p, asked, ".done", NULL), &ignored, p);
    } else if (status == APR_SUCCESS && now >= outcome.at &&
               now - outcome.at <= UNFETCHED_MAX) {
        status = ae_file_remove(asked, &ignored, p);
    } else if (status == APR_SUCCESS) {
        status = edge_errand_drop(store, id, &ignored, p);
    }
    (void)status;
}

static int is_done(const apr_array_header_t *names, const char *name,
                   apr_pool_t *p)
{
    return ae_text_is_among(names, apr_pstrcat(p, name, ".done", NULL));
}

static void look_at(edge_errands_t *errands, const apr_array_header_t *names,
                    const char *name, apr_time_t now, apr_pool_t *p)
{
    int done;
    const char *id = edge_errand_id(name, &done, p);

    if (id == NULL || is_active(errands, id)) {
        return;
    }
    if (done) {
        sweep(errands, id, now, p);
    } else if (errands->count < ACTIVE_MAX && !is_done(names, name, p)) {
        begin(errands, id, now);
    }
}

void edge_errands_ask(edge_errands_t *errands, apr_time_t now)
{
    apr_array_header_t *names;
    apr_pool_t *p;
    ae_error_t ignored;
    int i;

    apr_pool_create(&p, errands->p);
    if (ae_file_list(
            &names,
            edge_store_path(errands->config.store, p, "requests", NULL),
            &ignored, p) == APR_SUCCESS) {
        for (i = 0; i < names->nelts; i++) {
            look_at(errands, names, APR_ARRAY_IDX(names, i, const char *), now,
                    p);
        }
    }
    apr_pool_destroy(p);
}

void edge_errands_stop(edge_errands_t *errands)
{
    while (errands->count > 0) {
        drop(errands, errands->count - 1);
    }
}
