#include "edge_job_own.h"

#include "ae_time.h"
#include "edge_condition.h"

#include <apr_strings.h>

/* So long a new certificate may take to go live before the one in use is told
 * of: most restarts come within seconds. */
#define DEPLOY_SPAN apr_time_from_sec(600)

static const char *const over_words[] = {
    [EDGE_EVENT_FAILED] = "No attempt to get a certificate fails any more",
    [EDGE_EVENT_EXPIRING] = "The certificate in use does not expire soon any "
                            "more",
    [EDGE_EVENT_RENEWAL_DUE] = "No certificate is to be ordered by hand any "
                               "more",
    [EDGE_EVENT_ACTION_REQUIRED] = "Nobody has to act any more",
    [EDGE_EVENT_CHALLENGE_UNREACHABLE] = "No challenge is known to go "
                                         "unanswered any more",
    [EDGE_EVENTS] = NULL,
};

/* What the CA met when it looked at a name, or this server before it. */
static int is_unreachable(edge_cause_t cause)
{
    return (cause >= EDGE_CAUSE_CONNECTION_REFUSED &&
            cause <= EDGE_CAUSE_DNS) ||
           (cause >= EDGE_CAUSE_PROBE_PEER &&
            cause <= EDGE_CAUSE_PROBE_LOOKUP);
}

/* The CA may have got through, and may not the next time. */
int edge_job_is_unanswered(const edge_job_t *job)
{
    return job->standing.state.unanswered != EDGE_CAUSE_NONE &&
           (job->cert->probing != EDGE_PROBING_OFF ||
            job->cert->peers != NULL);
}

/* EDGE_EVENTS: nothing fails. A failure is of one kind. */
static edge_event_kind_t kind_of_failure(const edge_job_t *job)
{
    const edge_state_t *state = &job->standing.state;

    if (state->attempts == 0) {
        return EDGE_EVENTS;
    }
    if (state->next_attempt == 0 && !job->cert->renews_by_hand) {
        return EDGE_EVENT_ACTION_REQUIRED;
    }
    return is_unreachable(state->cause) ? EDGE_EVENT_CHALLENGE_UNREACHABLE
                                        : EDGE_EVENT_FAILED;
}

static const char *next_words(const edge_job_t *job)
{
    const edge_state_t *state = &job->standing.state;
    apr_pool_t *p = job->context->scratch;

    return apr_pstrcat(
        p, "next attempt ", edge_job_next_attempt(job, state->next_attempt),
        state->error.next[0] ? "; " : "", state->error.next, NULL);
}

static void describe_failure(edge_event_t *event, const edge_job_t *job)
{
    const edge_state_t *state = &job->standing.state;

    event->text = state->error;
    event->attempts = state->attempts;
    ae_text_copy(event->cause, sizeof(event->cause),
                 edge_cause_word(state->cause));
    ae_error_next(&event->text, "%s", next_words(job));
}

static void describe_unanswered(edge_event_t *event, const edge_job_t *job)
{
    const edge_state_t *state = &job->standing.state;

    event->text = state->unanswered_error;
    event->attempts = state->attempts;
    ae_text_copy(event->cause, sizeof(event->cause),
                 edge_cause_word(state->unanswered));
}

static void describe_unreachable(edge_event_t *event, const edge_job_t *job)
{
    if (kind_of_failure(job) == EDGE_EVENT_CHALLENGE_UNREACHABLE) {
        describe_failure(event, job);
    } else {
        describe_unanswered(event, job);
    }
}

static void describe_expiry(edge_event_t *event, const edge_job_t *job,
                            const edge_plan_t *plan, apr_time_t now)
{
    const ae_cert_facts_t *live = &job->standing.live.facts;
    apr_pool_t *p = job->context->scratch;

    edge_job_event_facts(event, live);
    event->attempts = job->standing.state.attempts;
    ae_error_set(&event->text, APR_SUCCESS, "The certificate in use %s at %s",
                 live->not_after <= now ? "expired" : "expires",
                 ae_time_print(live->not_after, p));
    ae_error_why(&event->text, "%s", plan->reason);
    ae_error_next(&event->text,
                  "it stays in use until a new one is there; `acme-edge check "
                  "%s` looks at what holds it up",
                  job->cert->name);
}

static void describe_due(edge_event_t *event, const edge_job_t *job,
                         const edge_plan_t *plan)
{
    if (job->standing.live.present) {
        edge_job_event_facts(event, &job->standing.live.facts);
    }
    ae_error_set(&event->text, APR_SUCCESS,
                 "A certificate is to be ordered by hand");
    ae_error_why(&event->text, "%s", plan->reason);
    ae_error_next(&event->text, "acme-edge sign %s", job->cert->name);
}

/* On the disk it is live, and a restart may be what mends that, or what must
 * not be: the words say. */
static void describe_held_back(edge_event_t *event, const edge_job_t *job)
{
    const edge_deployment_t *d = &job->standing.deployment;

    ae_text_copy(event->serial, sizeof(event->serial), d->serial);
    ae_error_set(&event->text, APR_SUCCESS,
                 "The certificate with serial %s is live on the disk, and the "
                 "former one is served on",
                 d->serial);
    ae_error_why(&event->text, "%s",
                 ae_error_line(&d->error, job->context->scratch));
}

static void describe_action(edge_event_t *event, const edge_job_t *job)
{
    if (kind_of_failure(job) == EDGE_EVENT_ACTION_REQUIRED) {
        describe_failure(event, job);
    } else {
        describe_held_back(event, job);
    }
}

static void describe(edge_event_t *event, const edge_job_t *job,
                     const edge_plan_t *plan, apr_time_t now)
{
    switch (event->kind) {
    case EDGE_EVENT_FAILED:
        describe_failure(event, job);
        break;
    case EDGE_EVENT_ACTION_REQUIRED:
        describe_action(event, job);
        break;
    case EDGE_EVENT_CHALLENGE_UNREACHABLE:
        describe_unreachable(event, job);
        break;
    case EDGE_EVENT_EXPIRING:
        describe_expiry(event, job, plan, now);
        break;
    case EDGE_EVENT_RENEWAL_DUE:
        describe_due(event, job, plan);
        break;
    case EDGE_EVENT_STAGED:
    case EDGE_EVENT_DEPLOYED:
    case EDGE_EVENT_RENEWED:
    case EDGE_EVENT_ACCOUNT_CREATED:
    case EDGE_EVENT_REVOKED:
    case EDGE_EVENTS:
        break;
    }
}

static const char *words_of_end(const edge_job_t *job, edge_event_kind_t kind)
{
    return kind == EDGE_EVENT_FAILED && kind_of_failure(job) != EDGE_EVENTS
               ? "The attempts fail in another way now"
               : over_words[kind];
}

static void describe_end(edge_event_t *event, const edge_job_t *job,
                         const edge_plan_t *plan)
{
    event->is_over = 1;
    event->attempts = job->standing.state.attempts;
    if (job->standing.live.present) {
        edge_job_event_facts(event, &job->standing.live.facts);
    }
    ae_error_set(&event->text, APR_SUCCESS, "%s",
                 words_of_end(job, event->kind));
    ae_error_next(&event->text, "%s", plan->reason);
}

static int tell_condition(edge_job_t *job, edge_event_kind_t kind, int holds,
                          apr_time_t news, const edge_plan_t *plan,
                          apr_time_t now)
{
    edge_mark_t *mark = &job->marks.conditions[kind];
    apr_time_t since = mark->since;
    edge_telling_t telling = edge_condition_step(mark, holds, news, now);
    edge_event_t event = edge_job_event_of(job, kind, now);

    if (telling == EDGE_TELL_NOTHING) {
        return 0;
    }
    /* One in the future was before the clock was set back. */
    event.since = since != 0 && since < now ? since : now;
    if (telling == EDGE_TELL_NOW) {
        describe(&event, job, plan, now);
    } else {
        describe_end(&event, job, plan);
    }
    edge_job_event_tell(job, &event);
    return telling == EDGE_TELL_NOW;
}

static void look_at_failure(edge_job_t *job, const edge_plan_t *plan,
                            apr_time_t now)
{
    edge_event_kind_t kind = kind_of_failure(job);

    tell_condition(job, EDGE_EVENT_FAILED, kind == EDGE_EVENT_FAILED, 0, plan,
                   now);
    tell_condition(job, EDGE_EVENT_ACTION_REQUIRED,
                   kind == EDGE_EVENT_ACTION_REQUIRED ||
                       edge_live_is_held_back(&job->standing.deployment),
                   0, plan, now);
    tell_condition(job, EDGE_EVENT_CHALLENGE_UNREACHABLE,
                   kind == EDGE_EVENT_CHALLENGE_UNREACHABLE ||
                       edge_job_is_unanswered(job),
                   0, plan, now);
}

/* One that is staged is about to take its place. */
static int is_saved(const edge_job_t *job, const edge_status_source_t *source,
                    apr_time_t now)
{
    apr_time_t since;

    return job->marks.conditions[EDGE_EVENT_EXPIRING].since == 0 &&
           source->restarts_itself && edge_plan_deployable(source, now) &&
           edge_plan_may_deploy(source, &since, now) &&
           now - source->state->last_sign_at < DEPLOY_SPAN;
}

static void log_expiry(const edge_job_t *job, const edge_plan_t *plan,
                       apr_time_t now)
{
    apr_time_t not_after = job->standing.live.facts.not_after;
    const char *at = ae_time_print(not_after, job->context->scratch);

    if (not_after <= now) {
        ae_log(edge_job_log(job), AE_LOG_ERROR,
               "AE051: %s: the certificate in use expired at %s; it stays in "
               "use until a new one is there; the status page says what holds "
               "it up",
               job->cert->name, at);
    } else {
        ae_log(edge_job_log(job), AE_LOG_ERROR,
               "AE066: %s: the certificate in use expires at %s, and there is "
               "no new one: %s; `acme-edge check %s` looks at what holds it "
               "up",
               job->cert->name, at, plan->reason, job->cert->name);
    }
}

static int look_at_expiry(edge_job_t *job, const edge_status_source_t *source,
                          const edge_plan_t *plan, apr_time_t now)
{
    int expires = source->live != NULL &&
                  edge_standing_urgent(&job->standing, job->cert, now) &&
                  !is_saved(job, source, now);
    apr_time_t end = source->live != NULL ? source->live->not_after : 0;

    if (!tell_condition(job, EDGE_EVENT_EXPIRING, expires, end, plan, now)) {
        return 0;
    }
    log_expiry(job, plan, now);
    return 1;
}

/* ACMERenew manual: nobody else orders it. */
static void look_at_renewal(edge_job_t *job,
                            const edge_status_source_t *source,
                            const edge_plan_t *plan, apr_time_t now)
{
    if (tell_condition(job, EDGE_EVENT_RENEWAL_DUE,
                       edge_plan_renewal_due(source, now), 0, plan, now)) {
        ae_log(edge_job_log(job), AE_LOG_WARNING,
               "AE054: %s: a certificate is to be ordered by hand: %s",
               job->cert->name, plan->reason);
    }
}

static void nearer(apr_time_t *wake, apr_time_t at, apr_time_t now)
{
    if (at > now && (*wake == 0 || at < *wake)) {
        *wake = at;
    }
}

static void wake_for(apr_time_t *wake, const edge_job_t *job,
                     const edge_status_source_t *source, apr_time_t now)
{
    const ae_cert_facts_t *live = source->live;
    int i;

    for (i = 0; i < EDGE_EVENTS; i++) {
        apr_time_t at = edge_condition_wake(&job->marks.conditions[i]);

        nearer(wake, at, now);
        nearer(wake, at - EDGE_RELOOK_AHEAD, now);
    }
    if (live == NULL) {
        return;
    }
    nearer(wake, live->not_after, now);
    nearer(wake,
           edge_policy_warn_at(live->not_before, live->not_after,
                               job->cert->warn_window,
                               job->cert->renew_window),
           now);
    if (job->cert->renews_by_hand) {
        nearer(
            wake,
            edge_plan_renew_at(source->state, live, job->cert->renew_window),
            now);
    }
}

int edge_job_lasting(edge_job_t *job, const edge_status_source_t *source,
                     const edge_plan_t *plan, apr_time_t now, apr_time_t *wake)
{
    int news;

    look_at_failure(job, plan, now);
    news = look_at_expiry(job, source, plan, now);
    look_at_renewal(job, source, plan, now);
    wake_for(wake, job, source, now);
    return news;
}
