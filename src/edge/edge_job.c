#include "edge_job_own.h"

#include "ae_time.h"
#include "edge_explain.h"
#include "edge_plan.h"

#include <apr_strings.h>
#include <assert.h>
#include <string.h>

static const char *const state_words[] = {
    [EDGE_JOB_RESTING] = "resting",
    [EDGE_JOB_QUEUED] = "queued",
    [EDGE_JOB_ORDERING] = "ordering",
    [EDGE_JOB_DRAINING] = "draining",
};
static_assert(sizeof(state_words) / sizeof(state_words[0]) == EDGE_JOB_STATES,
              "each state has a word");

const ae_log_t *edge_job_log(const edge_job_t *job)
{
    return job->context->config->log;
}

void edge_job_move(edge_job_t *job, const char *event, edge_job_state_t state)
{
    ae_log(edge_job_log(job), AE_LOG_DEBUG, "%s: %s -- %s -> %s",
           job->cert->name, state_words[job->state], event,
           state_words[state]);
    job->state = state;
}

apr_uint32_t edge_job_draw(const edge_job_t *job)
{
    return job->context->config->random();
}

static unsigned count_providers(const edge_job_t *job)
{
    return (unsigned)job->cert->providers->nelts;
}

static const edge_provider_t *provider_of(const edge_job_t *job)
{
    unsigned provider = job->standing.state.provider % count_providers(job);

    return APR_ARRAY_IDX(job->cert->providers, provider,
                         const edge_provider_t *);
}

static apr_time_t quiet_until(const edge_job_t *job, apr_time_t now)
{
    const edge_state_t *state = &job->standing.state;
    const edge_sessions_t *sessions = job->context->sessions;
    apr_time_t quiet =
        edge_sessions_quiet_until(sessions, job->cert, state,
                                  state->provider % count_providers(job), now);
    apr_time_t busy =
        edge_sessions_busy_until(sessions, provider_of(job), now);

    return quiet > busy ? quiet : busy;
}

/* --- status -------------------------------------------------------------- */

void edge_job_source(edge_status_source_t *source, const edge_job_t *job,
                     apr_time_t now)
{
    edge_standing_source(source, &job->standing, job->cert);
    source->restarts_itself = job->context->config->restarts_itself;
    source->is_hot = job->context->config->is_hot;
    source->queued = job->state == EDGE_JOB_QUEUED;
    source->paused_until = quiet_until(job, now);
    if (job->state == EDGE_JOB_ORDERING) {
        source->order_step = edge_attempt_step(job->attempt);
        source->course = job->course;
    }
}

void edge_job_publish(edge_job_t *job, apr_time_t now)
{
    const edge_scheduler_config_t *config = job->context->config;
    edge_status_source_t source;
    edge_status_t status;

    edge_job_source(&source, job, now);
    edge_status_derive(&status, &source, now);
    job->is_reread = 0;
    if (memcmp(&status, &job->status, sizeof(status)) != 0) {
        memcpy(&job->status, &status, sizeof(status));
        config->publish(config->ctx, job->index, &job->status);
    }
}

void edge_job_save(edge_job_t *job)
{
    ae_error_t err;

    if (edge_state_save(&job->standing.state, job->context->config->store,
                        job->cert, &err,
                        job->context->scratch) != APR_SUCCESS) {
        ae_log(edge_job_log(job), AE_LOG_WARNING,
               "AE043: %s: what happened cannot be written down, and a "
               "restart will forget it: %s",
               job->cert->name, ae_error_line(&err, job->context->scratch));
    }
}

/* --- ends of an attempt -------------------------------------------------- */

const char *edge_job_next_attempt(const edge_job_t *job, apr_time_t at)
{
    apr_pool_t *p = job->context->scratch;

    if (job->cert->renews_by_hand) {
        return apr_psprintf(p, "only after `acme-edge sign %s`",
                            job->cert->name);
    }
    return at == 0 ? "only after somebody acted and `apachectl graceful`"
                   : ae_time_print(at, p);
}

void edge_job_log_failure(const edge_job_t *job, const char *id,
                          apr_time_t now)
{
    const edge_state_t *state = &job->standing.state;
    const ae_error_t *error = &state->error;
    int at_once = state->next_attempt != 0 && state->next_attempt <= now &&
                  !job->cert->renews_by_hand;

    ae_log(edge_job_log(job),
           edge_standing_urgent(&job->standing, job->cert, now)
               ? AE_LOG_ERROR
               : AE_LOG_WARNING,
           "%s: %s: %s%s%s; next attempt %s%s%s", id, job->cert->name,
           error->what, error->why[0] ? ": " : "", error->why,
           at_once ? "at once, with the next provider"
                   : edge_job_next_attempt(job, state->next_attempt),
           error->next[0] ? "; " : "", error->next);
}

/* An attempt that did not get that far says nothing of it. */
static void note_probe(edge_job_t *job)
{
    const edge_failure_t *found =
        job->attempt != NULL ? edge_attempt_probed(job->attempt) : NULL;

    if (found != NULL) {
        job->standing.state.unanswered = found->cause;
        job->standing.state.unanswered_error = found->error;
    }
}

static void fail(edge_job_t *job, const edge_failure_t *failure,
                 apr_time_t now)
{
    edge_state_t *state = &job->standing.state;

    edge_meter_count(job->context->config->meter, EDGE_COUNT_ATTEMPTS_FAILED);
    edge_tally_failed(state, failure, count_providers(job),
                      edge_standing_lifetime(&job->standing), now,
                      edge_job_draw(job));
    state->course = *job->course;
    note_probe(job);
    edge_job_save(job);
    edge_job_drop_request(job, EDGE_REQUEST_SIGN);
    edge_job_log_failure(job, state->next_attempt == 0 ? "AE041" : failure->id,
                         now);
}

static const char *what_deploys(const edge_job_t *job, apr_time_t now)
{
    const edge_scheduler_config_t *config = job->context->config;
    const char *waits =
        edge_plan_waits_for(job->cert, now, job->context->scratch);

    return waits != NULL
               ? waits
               : edge_plan_goes_live(config->restarts_itself, config->is_hot);
}

static void succeed(edge_job_t *job, apr_time_t now)
{
    const ae_cert_facts_t *facts = edge_attempt_facts(job->attempt);

    edge_standing_staged(&job->standing, facts);
    edge_tally_issued(&job->standing.state, facts, job->cert->renew_window,
                      now, edge_job_draw(job));
    job->standing.state.course = *job->course;
    note_probe(job);
    edge_job_save(job);
    edge_job_drop_request(job, EDGE_REQUEST_SIGN);
    ae_log(edge_job_log(job), AE_LOG_NOTICE,
           "%s: certificate issued by %s, valid until %s, staged; %s",
           job->cert->name, facts->issuer,
           ae_time_print(facts->not_after, job->context->scratch),
           what_deploys(job, now));
    edge_job_event_staged(job, now);
}

static void drop_attempt(edge_job_t *job)
{
    if (job->attempt != NULL) {
        edge_attempt_end(job->attempt);
        edge_session_leave(job->session);
    }
    if (job->p != NULL) {
        apr_pool_destroy(job->p);
    }
    job->attempt = NULL;
    job->session = NULL;
    job->p = NULL;
    job->course = NULL;
    memset(&job->progress, 0, sizeof(job->progress));
}

/* What the order has on the wire is borrowed by the transport, so the attempt
 * outlives its end until all is back. */
static edge_job_next_t leave(edge_job_t *job, const char *event,
                             apr_time_t now, apr_time_t *wake)
{
    if (edge_attempt_pending(job->attempt) > 0) {
        edge_job_move(job, event, EDGE_JOB_DRAINING);
        edge_job_publish(job, now);
        *wake = 0;
        return EDGE_JOB_WAIT;
    }
    edge_job_move(job, event, EDGE_JOB_RESTING);
    drop_attempt(job);
    edge_job_publish(job, now);
    return EDGE_JOB_REST;
}

/* --- an attempt ---------------------------------------------------------- */

static apr_status_t open_attempt(edge_job_t *job, ae_error_t *err)
{
    const edge_scheduler_config_t *config = job->context->config;
    edge_attempt_config_t attempt = {0};

    attempt.store = config->store;
    attempt.cert = job->cert;
    attempt.provider = provider_of(job);
    attempt.challenges = &config->challenges;
    attempt.lookout = &config->lookout;
    attempt.door = config->door;
    attempt.log = config->log;
    attempt.meter = config->meter;
    attempt.session = job->session;
    return edge_attempt_begin(&job->attempt, &attempt, err, job->p);
}

/* A pause that was in the store is known only now that the session is open. To
 * wait for its end among those under way would hold up other CAs. */
void edge_job_begin(edge_job_t *job, apr_time_t now)
{
    edge_failure_t failure = {.id = "AE040", .step = "prepare"};
    apr_status_t status =
        edge_sessions_open(&job->session, job->context->sessions,
                           provider_of(job), &failure.error);

    edge_job_relook_end(job);
    apr_pool_create(&job->p, job->context->p);
    job->course = apr_pcalloc(job->p, sizeof(*job->course));
    if (status == APR_SUCCESS && quiet_until(job, now) > now) {
        edge_job_move(job, "the CA is left alone", EDGE_JOB_RESTING);
        drop_attempt(job);
        edge_job_publish(job, now);
        return;
    }
    edge_meter_count(job->context->config->meter, EDGE_COUNT_ATTEMPTS);
    if (status == APR_SUCCESS &&
        open_attempt(job, &failure.error) == APR_SUCCESS) {
        edge_session_enter(job->session);
        edge_job_move(job, job->state == EDGE_JOB_QUEUED ? "turn" : "due",
                      EDGE_JOB_ORDERING);
    } else {
        failure.cause = edge_explain_trouble(&failure.error, failure.step);
        edge_explain_next(&failure.error, failure.cause, 0);
        edge_job_tell_end(job, EDGE_JOB_FAILED, now);
        fail(job, &failure, now);
        edge_job_move(job, "cannot begin", EDGE_JOB_RESTING);
        drop_attempt(job);
    }
    edge_job_publish(job, now);
}

static edge_job_next_t drive(edge_job_t *job, apr_time_t now,
                             const acme_request_t **request, apr_time_t *wake)
{
    edge_attempt_next_t next = edge_attempt_next(job->attempt, now, request,
                                                 wake, job->context->scratch);

    switch (next) {
    case EDGE_ATTEMPT_SEND:
        edge_job_tell(job, edge_attempt_step(job->attempt), now);
        return EDGE_JOB_SEND;
    case EDGE_ATTEMPT_WAIT:
        edge_job_tell(job, edge_attempt_step(job->attempt), now);
        return EDGE_JOB_WAIT;
    case EDGE_ATTEMPT_ISSUED:
        edge_job_tell_end(job, EDGE_JOB_ISSUED, now);
        succeed(job, now);
        return leave(job, "issued", now, wake);
    case EDGE_ATTEMPT_FAILED:
        break;
    }
    edge_job_tell_end(job, EDGE_JOB_FAILED, now);
    fail(job, edge_attempt_failure(job->attempt), now);
    return leave(job, "failed", now, wake);
}

edge_job_next_t edge_job_next(edge_job_t *job, apr_time_t now,
                              const acme_request_t **request, apr_time_t *wake)
{
    switch (job->state) {
    case EDGE_JOB_ORDERING:
        return drive(job, now, request, wake);
    case EDGE_JOB_DRAINING:
        return leave(job, "reply", now, wake);
    case EDGE_JOB_RESTING:
    case EDGE_JOB_QUEUED:
    case EDGE_JOB_STATES:
        break;
    }
    return EDGE_JOB_REST;
}

void edge_job_reply(edge_job_t *job, const acme_request_t *request,
                    const acme_response_t *response, apr_time_t now)
{
    edge_attempt_reply(job->attempt, request, response, now,
                       job->context->scratch);
    job->replied = 1;
}

/* --- what the store says ------------------------------------------------- */

void edge_job_read(edge_job_t *job, apr_time_t now)
{
    const edge_scheduler_config_t *config = job->context->config;
    apr_pool_t *p = job->context->scratch;
    json_t *saved;
    ae_error_t err;
    apr_status_t status;

    /* It finishes what a crash or a full disk left half done. */
    if (edge_store_order_load(&saved, config->store, job->cert, &err, p) !=
        APR_SUCCESS) {
        ae_log(config->log, AE_LOG_WARNING,
               "AE053: %s: the order under way cannot be read: %s",
               job->cert->name, ae_error_line(&err, p));
    }
    edge_standing_read(&job->standing, config->store, job->cert, now,
                       config->log, p);
    if (job->standing.state_damaged) {
        /* Where it cannot be kept, the next state takes its place. */
        status = edge_state_set_aside(config->store, job->cert, &err, p);
        (void)status;
    }
}

void edge_job_settle(edge_job_t *job, apr_time_t now)
{
    edge_settled_t settled =
        edge_standing_settle(&job->standing, job->cert, now,
                             edge_job_draw(job), job->context->scratch);

    if (settled != EDGE_SETTLED_NOTHING) {
        edge_job_save(job);
    }
    if (settled == EDGE_SETTLED_REFUSED) {
        edge_job_log_failure(job, "AE052", now);
    }
}

/* --- life ---------------------------------------------------------------- */

edge_job_t *edge_job_create(const edge_job_context_t *context, int index,
                            apr_time_t now, apr_pool_t *p)
{
    const edge_scheduler_config_t *config = context->config;
    edge_job_t *job = apr_pcalloc(p, sizeof(*job));

    job->context = context;
    job->cert = APR_ARRAY_IDX(config->certs, index, const edge_cert_t *);
    job->index = index;
    edge_job_read(job, now);
    edge_job_settle(job, now);
    edge_job_recall(job, now);
    edge_job_publish(job, now);
    return job;
}

const edge_session_t *edge_job_session(const edge_job_t *job)
{
    return job->session;
}

const edge_cert_t *edge_job_cert(const edge_job_t *job)
{
    return job->cert;
}

void edge_job_stop(edge_job_t *job)
{
    edge_job_relook_end(job);
    drop_attempt(job);
}
