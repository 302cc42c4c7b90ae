#include "edge_job_own.h"

#include "ae_time.h"
#include "edge_plan.h"

#include <apr_strings.h>
#include <string.h>

/* How often a restart is asked for: the first gap of a minute every second. */
#define ASKS_PER_GAP 60
#define DEPLOY_PAUSE_MIN apr_time_from_sec(1)

/* How often what waits for a person's restart is looked at: its window may
 * shut meanwhile. */
#define WINDOW_PAUSE apr_time_from_sec(60)

static void read_again(edge_job_t *job, apr_time_t now)
{
    edge_state_t *kept =
        apr_pmemdup(job->context->scratch, &job->standing.state,
                    sizeof(job->standing.state));

    edge_job_read(job, now);
    job->standing.state = *kept;
    job->is_reread = 1;
    edge_job_settle(job, now);
    edge_job_event_deployed(job, 0, now);
    edge_job_event_staged(job, now);
}

/* A certificate that was issued and could not be staged may be staged now: it
 * must not be ordered twice. */
static void find_staged(edge_job_t *job, apr_time_t now)
{
    if (strcmp(job->standing.state.last_step, EDGE_STEP_STAGE) == 0) {
        read_again(job, now);
    }
}

static int is_other(const edge_deployment_t *a, const edge_deployment_t *b)
{
    return a->at != b->at || a->served_at != b->served_at ||
           a->waits != b->waits;
}

static int is_set_there(const edge_job_t *job)
{
    return ae_file_exists(edge_store_path(job->context->config->store,
                                          job->context->scratch, "staging",
                                          job->cert->dir, "set", NULL));
}

/* What the parent did at a restart, a new worker reads. Without one the parent
 * says so by a request, which a full disk may swallow, and of a refusal by the
 * record alone. */
static void find_deployed(edge_job_t *job, apr_time_t now)
{
    const edge_standing_t *standing = &job->standing;
    edge_deployment_t deployment;

    if (!job->context->config->is_hot ||
        !(standing->staged.present || standing->deployment.waits)) {
        return;
    }
    edge_live_deployment(&deployment, job->context->config->store, job->cert,
                         job->context->scratch);
    if (is_other(&deployment, &standing->deployment) ||
        (standing->staged.present && !is_set_there(job))) {
        read_again(job, now);
    }
}

/* --- what was asked for -------------------------------------------------- */

void edge_job_drop_request(edge_job_t *job, edge_request_verb_t verb)
{
    edge_request_t *request = &job->standing.requests[verb];
    ae_error_t err;

    if (request->found &&
        edge_request_drop(job->context->config->store, job->cert, verb, &err,
                          job->context->scratch) != APR_SUCCESS) {
        ae_log(edge_job_log(job), AE_LOG_WARNING,
               "AE055: %s: a request to %s has had its answer and cannot be "
               "removed: %s",
               job->cert->name, edge_request_word(verb),
               ae_error_line(&err, job->context->scratch));
    }
    memset(request, 0, sizeof(*request));
}

static int is_gone(const edge_standing_t *standing,
                   const edge_request_t *discard)
{
    return discard->at > standing->state.last_sign_at &&
           !standing->staged.present &&
           !(standing->live.present &&
             strcmp(standing->live.serial, discard->serial) == 0);
}

/* Who discards a certificate wants no other one like it within a second. */
static void take_discard(edge_job_t *job, edge_request_verb_t verb,
                         apr_time_t now)
{
    edge_standing_t *standing = &job->standing;
    ae_error_t why;

    read_again(job, now);
    if (is_gone(standing, &standing->requests[verb])) {
        ae_error_set(&why, APR_ENOENT, "The pending certificate is gone");
        ae_error_why(&why, "somebody discarded it");
        ae_error_next(&why, "acme-edge sign %s orders another at once",
                      job->cert->name);
        edge_tally_refused(&standing->state, EDGE_CAUSE_DISCARDED, &why,
                           standing->requests[verb].at,
                           edge_standing_lifetime(standing), now,
                           edge_job_draw(job));
        edge_job_save(job);
        ae_log(edge_job_log(job), AE_LOG_NOTICE,
               "%s: the pending certificate was discarded", job->cert->name);
    }
    edge_job_drop_request(job, verb);
}

/* Who asked could not do it: what is staged is the worker's. */
static void take_remove(edge_job_t *job, apr_time_t now)
{
    const edge_standing_t *standing = &job->standing;
    ae_error_t err;

    read_again(job, now);
    if (standing->staged.present &&
        strcmp(standing->staged.serial,
               standing->requests[EDGE_REQUEST_REMOVE].serial) == 0 &&
        edge_store_set_drop(job->context->config->store, job->cert, &err,
                            job->context->scratch) != APR_SUCCESS) {
        ae_log(edge_job_log(job), AE_LOG_WARNING,
               "AE104: %s: the pending certificate was to be discarded and "
               "cannot be removed: %s; it stays",
               job->cert->name, ae_error_line(&err, job->context->scratch));
    }
    take_discard(job, EDGE_REQUEST_REMOVE, now);
}

/* An approval is of one set, which may have been staged by somebody else. */
static void look_at_requests(edge_job_t *job, apr_time_t now)
{
    edge_status_source_t source;

    if (job->standing.requests[EDGE_REQUEST_LOOK].found) {
        edge_job_drop_request(job, EDGE_REQUEST_LOOK);
        read_again(job, now);
    }
    if (job->standing.requests[EDGE_REQUEST_DISCARD].found) {
        take_discard(job, EDGE_REQUEST_DISCARD, now);
    }
    if (job->standing.requests[EDGE_REQUEST_REMOVE].found) {
        take_remove(job, now);
    }
    edge_standing_source(&source, &job->standing, job->cert);
    if (job->standing.requests[EDGE_REQUEST_SIGN].found &&
        !source.sign_asked) {
        edge_job_drop_request(job, EDGE_REQUEST_SIGN);
    }
    if (!job->standing.requests[EDGE_REQUEST_DEPLOY].found ||
        source.approved_at != 0) {
        return;
    }
    read_again(job, now);
    edge_standing_source(&source, &job->standing, job->cert);
    if (source.approved_at == 0) {
        edge_job_drop_request(job, EDGE_REQUEST_DEPLOY);
    }
}

int edge_job_ask(edge_job_t *job)
{
    return edge_standing_ask(&job->standing, job->context->config->store,
                             job->cert, job->context->scratch);
}

int edge_job_revoked(edge_job_t *job, const edge_revocation_t *revocation)
{
    if (!edge_standing_revoked(&job->standing, revocation,
                               job->context->scratch)) {
        return 0;
    }
    if (strcmp(job->standing.live.serial, revocation->serial) == 0) {
        ae_log(edge_job_log(job), AE_LOG_WARNING,
               "AE063: %s: %s; a new one is ordered, and this one stays in "
               "use until it is deployed",
               job->cert->name, job->standing.live.misfit);
    }
    edge_job_event_revoked(job, revocation);
    return 1;
}

/* --- waiting ------------------------------------------------------------- */

static void nearer(apr_time_t *wake, apr_time_t at, apr_time_t now)
{
    if (at > now && (*wake == 0 || at < *wake)) {
        *wake = at;
    }
}

/* @return when to ask again */
static apr_time_t ask_for_restart(const edge_job_t *job,
                                  apr_interval_time_t waited, apr_time_t now)
{
    const edge_scheduler_config_t *config = job->context->config;
    const ae_cert_facts_t *facts = &job->standing.staged.facts;
    apr_interval_time_t gap =
        edge_policy_restart_gap(facts->not_after - facts->not_before, waited);
    apr_interval_time_t pause = gap / ASKS_PER_GAP;

    config->deploy(config->ctx, gap);
    return now + (pause > DEPLOY_PAUSE_MIN ? pause : DEPLOY_PAUSE_MIN);
}

static void ask_for_deployment(edge_job_t *job, apr_time_t since,
                               apr_time_t now, apr_time_t *wake)
{
    const edge_scheduler_config_t *config = job->context->config;
    apr_time_t last_sign_at = job->standing.state.last_sign_at;
    apr_interval_time_t waited =
        now - (since > last_sign_at ? since : last_sign_at);

    if (config->is_hot) {
        config->deploy(config->ctx, 0);
        nearer(wake, now + edge_policy_ask_pause(waited), now);
    } else {
        nearer(wake, ask_for_restart(job, waited, now), now);
    }
}

/* It is live on disk, and children are about to be handed it. */
static void wait_for_serving(const edge_job_t *job, apr_time_t now,
                             apr_time_t *wake)
{
    const edge_deployment_t *deployment = &job->standing.deployment;

    if (job->context->config->is_hot && deployment->waits) {
        nearer(wake, now + edge_policy_ask_pause(now - deployment->at), now);
    }
}

static int is_order(edge_action_t action)
{
    return action != EDGE_ACTION_DEPLOY && action != EDGE_ACTION_NONE;
}

/* What is staged is asked for again and again, nothing else comes of time. */
static void wait_for_deployment(edge_job_t *job,
                                const edge_status_source_t *source,
                                apr_time_t now, apr_time_t *wake)
{
    apr_time_t since;

    nearer(wake,
           edge_plan_renew_at(source->state, source->staged,
                              job->cert->renew_window),
           now);
    if (!edge_plan_may_deploy(source, &since, now)) {
        nearer(wake, edge_schedule_next(&job->cert->deploy, now), now);
    } else if (source->restarts_itself) {
        ask_for_deployment(job, since, now, wake);
    } else if (job->cert->deploy.kind == EDGE_SCHEDULE_WINDOWS) {
        nearer(wake, now + WINDOW_PAUSE, now);
    }
}

/* An order that is kept is its provider's; any other may be anybody's. */
static void choose_provider(edge_job_t *job, apr_time_t now)
{
    edge_state_t *state = &job->standing.state;

    if (!job->standing.order_kept) {
        state->provider = edge_sessions_choose(job->context->sessions,
                                               job->cert, state, now);
    }
}

int edge_job_look(edge_job_t *job, apr_time_t now, apr_time_t *wake)
{
    edge_status_source_t source;
    edge_plan_t plan;
    int news;

    *wake = 0;
    if (edge_tally_rebase(&job->standing.state, now)) {
        edge_job_save(job);
    }
    find_staged(job, now);
    find_deployed(job, now);
    look_at_requests(job, now);
    choose_provider(job, now);
    edge_job_source(&source, job, now);
    edge_plan(&plan, &source, now);
    if (is_order(plan.action) && plan.at <= now) {
        return 1;
    }
    if (is_order(plan.action)) {
        nearer(wake, plan.at, now);
    }
    edge_job_relook(job, now, wake);
    news = edge_job_lasting(job, &source, &plan, now, wake) ||
           job->is_reread || job->state == EDGE_JOB_QUEUED ||
           plan.action != job->status.action ||
           plan.at != job->status.action_at ||
           strcmp(plan.reason, job->status.action_reason) != 0;
    if (job->state == EDGE_JOB_QUEUED) {
        edge_job_move(job, "put off", EDGE_JOB_RESTING);
    }
    if (edge_plan_deployable(&source, now)) {
        wait_for_deployment(job, &source, now, wake);
    }
    wait_for_serving(job, now, wake);
    if (news) {
        edge_job_publish(job, now);
    }
    return 0;
}

void edge_job_queue(edge_job_t *job, apr_time_t now)
{
    edge_job_move(job, "due", EDGE_JOB_QUEUED);
    edge_job_publish(job, now);
}
