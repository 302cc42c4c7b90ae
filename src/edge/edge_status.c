#include "edge_status.h"

#include "ae_time.h"
#include "edge_plan.h"
#include "edge_standing.h"

#include <apr_strings.h>
#include <assert.h>
#include <string.h>

/* Room for "... and 12345 more" at the end of the names. */
#define NAMES_TAIL 32

static const char *const phase_words[] = {
    [EDGE_PHASE_WAITING] = "waiting", [EDGE_PHASE_ORDERING] = "ordering",
    [EDGE_PHASE_STAGED] = "staged",   [EDGE_PHASE_VALID] = "valid",
    [EDGE_PHASE_FAILING] = "failing", [EDGE_PHASE_EXPIRED] = "expired",
};
static_assert(sizeof(phase_words) / sizeof(phase_words[0]) == EDGE_PHASES,
              "each phase has a word");

static const char *const action_words[] = {
    [EDGE_ACTION_NONE] = "none",     [EDGE_ACTION_SIGN] = "sign",
    [EDGE_ACTION_RENEW] = "renew",   [EDGE_ACTION_RETRY] = "retry",
    [EDGE_ACTION_FOLLOW] = "follow", [EDGE_ACTION_DEPLOY] = "deploy",
};
static_assert(sizeof(action_words) / sizeof(action_words[0]) == EDGE_ACTIONS,
              "each action has a word");

static const char *const outcome_words[] = {
    [EDGE_OUTCOME_NEVER] = "never",
    [EDGE_OUTCOME_DONE] = "done",
    [EDGE_OUTCOME_FAILED] = "failed",
};
static_assert(sizeof(outcome_words) / sizeof(outcome_words[0]) ==
                  EDGE_OUTCOMES,
              "each outcome has a word");

/* Whole names only: half of one would be another name. */
static void join_names(char *text, apr_size_t size,
                       const apr_array_header_t *names)
{
    apr_size_t len = 0;
    int i;

    for (i = 0; i < names->nelts; i++) {
        const char *name = APR_ARRAY_IDX(names, i, const char *);
        apr_size_t more = strlen(name) + (len > 0);

        if (len + more + NAMES_TAIL > size) {
            apr_snprintf(text + len, size - len, "%s... and %d more",
                         len > 0 ? " " : "", names->nelts - i);
            return;
        }
        apr_snprintf(text + len, size - len, "%s%s", len > 0 ? " " : "", name);
        len += more;
    }
}

/* What is on the disk alone waits for who is to serve it. */
static edge_phase_t live_phase(const edge_status_source_t *source)
{
    if (source->live == NULL || source->live_misfit != NULL) {
        return EDGE_PHASE_WAITING;
    }
    return source->deployment != NULL && source->deployment->waits
               ? EDGE_PHASE_STAGED
               : EDGE_PHASE_VALID;
}

static edge_phase_t find_phase(const edge_status_source_t *source,
                               const edge_plan_t *plan, apr_time_t now)
{
    if (plan->action == EDGE_ACTION_FOLLOW && !source->queued) {
        return EDGE_PHASE_ORDERING;
    }
    if (plan->action == EDGE_ACTION_DEPLOY) {
        return EDGE_PHASE_STAGED;
    }
    if (source->live != NULL && source->live->not_after <= now) {
        return EDGE_PHASE_EXPIRED;
    }
    if (source->state->attempts > 0) {
        return EDGE_PHASE_FAILING;
    }
    return live_phase(source);
}

static void describe_cert(edge_status_t *status,
                          const edge_status_source_t *source)
{
    const apr_array_header_t *providers = source->cert->providers;
    unsigned count = (unsigned)providers->nelts;

    ae_text_copy(status->name, sizeof(status->name), source->cert->name);
    join_names(status->names, sizeof(status->names), source->cert->names);
    if (count > 0) {
        ae_text_copy(status->provider, sizeof(status->provider),
                     APR_ARRAY_IDX(providers, source->state->provider % count,
                                   const edge_provider_t *)
                         ->name);
    }
    if (source->live != NULL) {
        ae_text_copy(status->serial, sizeof(status->serial),
                     source->live->serial);
        status->not_before = source->live->not_before;
        status->not_after = source->live->not_after;
        status->warn_at = edge_policy_warn_at(
            status->not_before, status->not_after, source->cert->warn_window,
            source->cert->renew_window);
    }
}

/* Of a failure that was forgotten, only that it was is known. */
static const char *failure_words(const edge_state_t *state, apr_pool_t *p)
{
    if (state->attempts == 0 && state->error.status == APR_SUCCESS) {
        return "that was with another configuration";
    }
    return apr_pstrcat(p, state->last_step, state->last_step[0] ? ": " : "",
                       ae_error_line(&state->error, p), NULL);
}

static void describe_signing(edge_status_t *status,
                             const edge_status_source_t *source, apr_pool_t *p)
{
    const edge_state_t *state = source->state;
    const ae_cert_facts_t *facts =
        source->staged != NULL ? source->staged : source->live;

    status->attempts = state->attempts;
    status->signed_at = state->last_sign_at;
    if (state->last_sign_at == 0) {
        status->signed_outcome = EDGE_OUTCOME_NEVER;
    } else if (!state->last_sign_ok) {
        status->signed_outcome = EDGE_OUTCOME_FAILED;
        status->cause = state->cause;
        ae_text_copy(status->signed_text, sizeof(status->signed_text),
                     failure_words(state, p));
    } else {
        status->signed_outcome = EDGE_OUTCOME_DONE;
        if (facts != NULL && strcmp(facts->serial, state->renew_serial) == 0) {
            ae_text_copy(status->signed_text, sizeof(status->signed_text),
                         apr_psprintf(p, "issued by %s, valid until %s",
                                      facts->issuer,
                                      ae_time_print(facts->not_after, p)));
        }
    }
}

/* What is to come of itself: the renewal, and before it the deployment. */
static void describe_moments(edge_status_t *status,
                             const edge_status_source_t *source,
                             apr_time_t now)
{
    const edge_cert_t *cert = source->cert;
    const ae_cert_facts_t *facts = source->live;
    apr_time_t ignored;

    status->succeeded_at = source->state->succeeded_at;
    if (edge_plan_deployable(source, now)) {
        facts = source->staged;
        ae_text_copy(status->staged_serial, sizeof(status->staged_serial),
                     facts->serial);
        status->staged_not_after = facts->not_after;
        status->deploy_at = edge_plan_may_deploy(source, &ignored, now)
                                ? 0
                                : edge_schedule_next(&cert->deploy, now);
    }
    if (facts != NULL) {
        status->renew_at =
            edge_plan_renew_at(source->state, facts, cert->renew_window);
    }
}

static int is_issued(const edge_status_source_t *source)
{
    return source->state->attempts == 0 &&
           ((source->staged != NULL && source->staged_misfit == NULL) ||
            (source->live != NULL && source->live_misfit == NULL));
}

/* A state of an earlier version, or one that was lost, says nothing of the
 * order that what is issued came of. */
static void describe_course(edge_status_t *status,
                            const edge_status_source_t *source)
{
    edge_course_t course =
        source->course != NULL ? *source->course : source->state->course;

    if (source->course == NULL && is_issued(source)) {
        edge_course_issued(&course, source->cert->names->nelts);
    }
    memcpy(status->steps, course.steps, sizeof(status->steps));
    memcpy(status->name_states, course.names, sizeof(status->name_states));
}

static const char *deployed_words(const edge_deployment_t *d, apr_pool_t *p)
{
    if (!d->ok) {
        return ae_error_line(&d->error, p);
    }
    if (d->waits) {
        return apr_psprintf(p,
                            "serial %s is in live/ and not served yet, but "
                            "with the next restart%s%s",
                            d->serial, d->error.status ? ": " : "",
                            d->error.status ? ae_error_line(&d->error, p)
                                            : "");
    }
    return apr_psprintf(p, "serial %s went live%s", d->serial,
                        d->by == EDGE_BY_HOT ? ", with no restart" : "");
}

/* Of what came back from the archive by itself nothing is known. */
static int is_of_live(const edge_deployment_t *d, const ae_cert_facts_t *live)
{
    return live != NULL && (!d->ok || strcmp(d->serial, live->serial) == 0);
}

static void describe_deployment(edge_status_t *status,
                                const edge_status_source_t *source,
                                apr_pool_t *p)
{
    const edge_deployment_t *d = source->deployment;

    if (d == NULL || d->at == 0) {
        status->deployed_outcome = EDGE_OUTCOME_NEVER;
        return;
    }
    status->deployed_at = d->at;
    status->deployed_outcome = d->ok && !edge_live_is_held_back(d)
                                   ? EDGE_OUTCOME_DONE
                                   : EDGE_OUTCOME_FAILED;
    ae_text_copy(status->deployed_text, sizeof(status->deployed_text),
                 deployed_words(d, p));
    if (is_of_live(d, source->live)) {
        status->live_since = d->served_at;
        status->live_by = d->by;
    }
}

void edge_status_derive(edge_status_t *status,
                        const edge_status_source_t *source, apr_time_t now)
{
    static const edge_state_t blank;
    edge_status_source_t whole = *source;
    edge_plan_t plan;
    apr_pool_t *scratch;

    if (whole.state == NULL) {
        whole.state = &blank;
    }
    /* Zeroed to the last byte: statuses are compared as memory. */
    memset(status, 0, sizeof(*status));
    apr_pool_create(&scratch, NULL);
    edge_plan(&plan, &whole, now);
    describe_cert(status, &whole);
    describe_signing(status, &whole, scratch);
    describe_deployment(status, &whole, scratch);
    describe_moments(status, &whole, now);
    describe_course(status, &whole);
    status->phase = find_phase(&whole, &plan, now);
    status->is_hot = whole.is_hot && whole.restarts_itself;
    status->action = plan.action;
    status->action_at = plan.at;
    ae_text_copy(status->action_reason, sizeof(status->action_reason),
                 plan.reason);
    if (whole.order_step != NULL) {
        ae_text_copy(status->step, sizeof(status->step), whole.order_step);
    }
    apr_pool_destroy(scratch);
}

void edge_status_read(edge_status_t *status, const edge_store_t *store,
                      const edge_cert_t *cert, int restarts_itself, int is_hot,
                      apr_time_t now, apr_pool_t *p)
{
    edge_status_source_t source;
    edge_standing_t *standing;
    apr_pool_t *scratch;

    apr_pool_create(&scratch, p);
    standing = apr_palloc(scratch, sizeof(*standing));
    /* The worker reads the same soon after, and logs what it met. */
    edge_standing_read(standing, store, cert, now, &ae_log_silent, scratch);
    edge_standing_settle(standing, cert, now, 0, scratch);
    edge_standing_source(&source, standing, cert);
    source.restarts_itself = restarts_itself;
    source.is_hot = is_hot;
    edge_status_derive(status, &source, now);
    apr_pool_destroy(scratch);
}

int edge_status_goes_live(const edge_status_t *status, apr_time_t now)
{
    return status->action == EDGE_ACTION_DEPLOY && status->action_at != 0 &&
           status->action_at <= now;
}

const char *edge_phase_word(edge_phase_t phase)
{
    return phase_words[phase];
}

const char *edge_action_word(edge_action_t action)
{
    return action_words[action];
}

const char *edge_outcome_word(edge_outcome_t outcome)
{
    return outcome_words[outcome];
}
