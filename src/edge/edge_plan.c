#include "edge_plan.h"

#include "ae_time.h"

#include <apr_strings.h>
#include <string.h>

static void set(edge_plan_t *plan, edge_action_t action, apr_time_t at,
                const char *reason)
{
    plan->action = action;
    plan->at = at;
    ae_text_copy(plan->reason, sizeof(plan->reason), reason);
}

int edge_plan_renew_drawn(const edge_state_t *state,
                          const ae_cert_facts_t *facts, edge_span_t window)
{
    apr_time_t earliest =
        edge_policy_renew_at(facts->not_before, facts->not_after, window, 0);
    apr_time_t latest =
        earliest + edge_policy_look(facts->not_after - facts->not_before);

    /* Bounds, because ACMERenewWindow may have changed since. */
    return strcmp(state->renew_serial, facts->serial) == 0 &&
           state->renew_at >= earliest && state->renew_at <= latest;
}

apr_time_t edge_plan_renew_at(const edge_state_t *state,
                              const ae_cert_facts_t *facts, edge_span_t window)
{
    if (edge_plan_renew_drawn(state, facts, window)) {
        return state->renew_at;
    }
    return edge_policy_renew_at(facts->not_before, facts->not_after, window,
                                0);
}

int edge_plan_deployable(const edge_status_source_t *source, apr_time_t now)
{
    return source->staged != NULL && source->staged_misfit == NULL &&
           source->staged->not_after > now;
}

int edge_plan_may_deploy(const edge_status_source_t *source, apr_time_t *since,
                         apr_time_t now)
{
    if (edge_schedule_open(&source->cert->deploy, since, now)) {
        return 1;
    }
    *since = source->approved_at;
    return source->approved_at != 0;
}

const char *edge_plan_waits_for(const edge_cert_t *cert, apr_time_t now,
                                apr_pool_t *p)
{
    const edge_schedule_t *schedule = &cert->deploy;

    if (edge_schedule_open(schedule, NULL, now)) {
        return NULL;
    }
    if (schedule->kind == EDGE_SCHEDULE_MANUAL) {
        return apr_psprintf(p, "it waits for `acme-edge deploy %s`",
                            cert->name);
    }
    return apr_psprintf(
        p, "it waits for the window %s",
        edge_schedule_words(schedule, edge_schedule_next(schedule, now), p));
}

static apr_time_t later_of(apr_time_t a, apr_time_t b)
{
    return a > b ? a : b;
}

const char *edge_plan_goes_live(int restarts_itself, int is_hot)
{
    return !restarts_itself ? "`apachectl graceful` deploys it"
           : is_hot         ? "it goes live within seconds, with no restart"
                            : "it goes live with the next restart, which the "
                              "server does by itself";
}

static void plan_deployment(edge_plan_t *plan,
                            const edge_status_source_t *source, apr_time_t now,
                            apr_pool_t *p)
{
    apr_time_t since;
    const char *staged =
        apr_psprintf(p, "a certificate valid until %s is staged",
                     ae_time_print(source->staged->not_after, p));

    if (!edge_plan_may_deploy(source, &since, now)) {
        set(plan, EDGE_ACTION_DEPLOY,
            edge_schedule_next(&source->cert->deploy, now),
            apr_pstrcat(p, staged, "; ",
                        edge_plan_waits_for(source->cert, now, p), NULL));
    } else {
        set(plan, EDGE_ACTION_DEPLOY,
            source->restarts_itself
                ? later_of(source->state->last_sign_at, since)
                : 0,
            apr_pstrcat(
                p, staged, "; ",
                edge_plan_goes_live(source->restarts_itself, source->is_hot),
                NULL));
    }
}

static void plan_after_failure(edge_plan_t *plan, const edge_state_t *state,
                               apr_pool_t *p)
{
    const char *failed =
        apr_psprintf(p, "attempt %u failed: %s", state->attempts,
                     ae_error_line(&state->error, p));

    if (state->next_attempt == 0) {
        set(plan, EDGE_ACTION_NONE, 0,
            apr_psprintf(p,
                         "somebody must act first, then `apachectl "
                         "graceful` tries again; %s",
                         failed));
    } else {
        set(plan, EDGE_ACTION_RETRY, state->next_attempt, failed);
    }
}

static const char *left_words(edge_span_t window, apr_pool_t *p)
{
    if (window.percent == EDGE_THIRD_PERCENT) {
        return "two thirds of its lifetime are over";
    }
    if (window.percent != 0) {
        return apr_psprintf(p, "%u%% of its lifetime are left",
                            window.percent);
    }
    return apr_psprintf(p, "%s are left", ae_time_print_span(window.time, p));
}

static void plan_renewal(edge_plan_t *plan, const edge_status_source_t *source,
                         const ae_cert_facts_t *facts, apr_time_t now,
                         apr_pool_t *p)
{
    edge_span_t window = source->cert->renew_window;
    apr_time_t at = edge_plan_renew_at(source->state, facts, window);

    if (facts->not_after <= now) {
        set(plan, EDGE_ACTION_RENEW, at,
            apr_psprintf(p, "it expired at %s",
                         ae_time_print(facts->not_after, p)));
    } else {
        set(plan, EDGE_ACTION_RENEW, at,
            apr_psprintf(p, "%s at %s", left_words(window, p),
                         ae_time_print(at, p)));
    }
}

/* In spite of a backoff: who asks has looked, or wants to know. */
static void plan_asked(edge_plan_t *plan, const edge_status_source_t *source,
                       apr_time_t now, apr_pool_t *p)
{
    edge_action_t action =
        source->live == NULL ? EDGE_ACTION_SIGN : EDGE_ACTION_RENEW;

    set(plan, source->order_kept ? EDGE_ACTION_FOLLOW : action, now,
        apr_psprintf(p, "`acme-edge sign %s` asked for it",
                     source->cert->name));
}

static const char *by_hand_words(const edge_status_source_t *source,
                                 apr_pool_t *p)
{
    const edge_state_t *state = source->state;
    edge_span_t window = source->cert->renew_window;

    if (state->attempts > 0) {
        return apr_psprintf(p, "attempt %u failed: %s", state->attempts,
                            ae_error_line(&state->error, p));
    }
    if (source->live_misfit != NULL) {
        return source->live_misfit;
    }
    if (source->live == NULL) {
        return "there is no certificate yet";
    }
    return apr_psprintf(
        p, "%s at %s", left_words(window, p),
        ae_time_print(edge_plan_renew_at(state, source->live, window), p));
}

static void plan_by_hand(edge_plan_t *plan, const edge_status_source_t *source,
                         apr_pool_t *p)
{
    set(plan, EDGE_ACTION_NONE, 0,
        apr_psprintf(p,
                     "ACMERenew is manual: waits for `acme-edge sign %s`; "
                     "%s",
                     source->cert->name, by_hand_words(source, p)));
}

int edge_plan_renewal_due(const edge_status_source_t *source, apr_time_t now)
{
    return source->cert->renews_by_hand && !source->sign_asked &&
           !edge_plan_deployable(source, now) &&
           (source->live == NULL || source->live_misfit != NULL ||
            edge_plan_renew_at(source->state, source->live,
                               source->cert->renew_window) <= now);
}

static void plan_order(edge_plan_t *plan, const edge_status_source_t *source,
                       apr_time_t now, apr_pool_t *p)
{
    if (source->order_kept) {
        set(plan, EDGE_ACTION_FOLLOW, now,
            "the order under way is taken up again");
    } else if (source->live == NULL) {
        set(plan, EDGE_ACTION_SIGN, now,
            source->live_misfit != NULL ? source->live_misfit
                                        : "the first certificate is ordered");
    } else if (source->live_misfit != NULL) {
        set(plan, EDGE_ACTION_RENEW, now, source->live_misfit);
    } else {
        plan_renewal(plan, source, source->live, now, p);
    }
}

static void decide(edge_plan_t *plan, const edge_status_source_t *source,
                   apr_time_t now, apr_pool_t *p)
{
    const edge_state_t *state = source->state;

    if (source->order_step != NULL) {
        set(plan, EDGE_ACTION_FOLLOW, 0,
            apr_psprintf(p, "the order is under way, at %s",
                         source->order_step));
    } else if (source->sign_asked) {
        plan_asked(plan, source, now, p);
    } else if (edge_plan_deployable(source, now) &&
               (source->cert->renews_by_hand ||
                edge_plan_renew_at(state, source->staged,
                                   source->cert->renew_window) > now)) {
        plan_deployment(plan, source, now, p);
    } else if (source->cert->renews_by_hand) {
        plan_by_hand(plan, source, p);
    } else if (state->attempts > 0) {
        plan_after_failure(plan, state, p);
    } else {
        plan_order(plan, source, now, p);
    }
}

/* RFC 8555 section 6.6: what the CA asked of one order holds for the next, and
 * for one in the store. One that is under way may go on. */
static void put_off(edge_plan_t *plan, const edge_status_source_t *source,
                    apr_time_t now, apr_pool_t *p)
{
    int begins = plan->action == EDGE_ACTION_SIGN ||
                 plan->action == EDGE_ACTION_RENEW ||
                 plan->action == EDGE_ACTION_RETRY ||
                 plan->action == EDGE_ACTION_FOLLOW;

    if (begins && source->order_step == NULL && source->paused_until > now &&
        source->paused_until > plan->at) {
        set(plan, plan->action, source->paused_until,
            apr_pstrcat(p,
                        "the CA is left alone until then, because it said so "
                        "or its last answer was no good, or its account is "
                        "being changed; ",
                        plan->reason, NULL));
    }
}

void edge_plan(edge_plan_t *plan, const edge_status_source_t *source,
               apr_time_t now)
{
    apr_pool_t *scratch;

    memset(plan, 0, sizeof(*plan));
    apr_pool_create(&scratch, NULL);
    decide(plan, source, now, scratch);
    put_off(plan, source, now, scratch);
    if (source->queued) {
        set(plan, plan->action, plan->at,
            apr_pstrcat(scratch, "waits for its turn: ", plan->reason, NULL));
    }
    apr_pool_destroy(scratch);
}
