#include "edge_job_own.h"

#include "ae_time.h"
#include "edge_plan.h"

#include <apr_strings.h>
#include <string.h>

/* How often a restart is asked for: the first gap of a minute every second. */
#define ASKS_PER_GAP 60
#define DEPLOY_PAUSE_MIN apr_time_from_sec(1)

/* A certificate that was issued and could not be staged may be staged now: it
 * must not be ordered twice. */
static void find_staged(edge_job_t *job, apr_time_t now)
{
    edge_state_t *state = &job->standing.state;
    edge_state_t *kept;

    if (strcmp(state->last_step, EDGE_STEP_STAGE) != 0) {
        return;
    }
    kept = apr_pmemdup(job->context->scratch, state, sizeof(*state));
    edge_job_read(job, now);
    job->standing.state = *kept;
    edge_job_settle(job, now);
}

static void nearer(apr_time_t *wake, apr_time_t at, apr_time_t now)
{
    if (at > now && (*wake == 0 || at < *wake)) {
        *wake = at;
    }
}

static void ask_for_deployment(edge_job_t *job, apr_time_t now,
                               apr_time_t *wake)
{
    const edge_scheduler_config_t *config = job->context->config;
    const ae_cert_facts_t *facts = &job->standing.staged.facts;
    apr_interval_time_t gap =
        edge_policy_restart_gap(facts->not_after - facts->not_before,
                                now - job->standing.state.last_sign_at);
    apr_interval_time_t pause = gap / ASKS_PER_GAP;

    config->deploy(config->ctx, gap);
    nearer(wake, now + (pause > DEPLOY_PAUSE_MIN ? pause : DEPLOY_PAUSE_MIN),
           now);
}

/* @return whether it expired just now */
static int look_at_expiry(edge_job_t *job, apr_time_t now, apr_time_t *wake)
{
    const edge_leaf_t *live = &job->standing.live;

    if (!live->present || job->told_expired) {
        return 0;
    }
    if (live->facts.not_after > now) {
        nearer(wake, live->facts.not_after, now);
        return 0;
    }
    job->told_expired = 1;
    ae_log(edge_job_log(job), AE_LOG_ERROR,
           "AE051: %s: the certificate in use expired at %s; it stays in use "
           "until a new one is there; the status page says what holds it up",
           job->cert->name,
           ae_time_print(live->facts.not_after, job->context->scratch));
    return 1;
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
    nearer(wake,
           edge_plan_renew_at(source->state, source->staged,
                              job->cert->renew_window),
           now);
    if (source->restarts_itself) {
        ask_for_deployment(job, now, wake);
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
    choose_provider(job, now);
    edge_job_source(&source, job, now);
    edge_plan(&plan, &source, now);
    if (is_order(plan.action) && plan.at <= now) {
        return 1;
    }
    if (is_order(plan.action)) {
        nearer(wake, plan.at, now);
    }
    news = look_at_expiry(job, now, wake) || job->state == EDGE_JOB_QUEUED ||
           plan.action != job->status.action ||
           plan.at != job->status.action_at;
    if (job->state == EDGE_JOB_QUEUED) {
        edge_job_move(job, "put off", EDGE_JOB_RESTING);
    }
    if (edge_plan_deployable(&source, now)) {
        wait_for_deployment(job, &source, now, wake);
    }
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
