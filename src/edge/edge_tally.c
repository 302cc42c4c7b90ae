#include "edge_tally.h"

#include <string.h>

/* The step of a failure that was a refusal by the parent. */
#define STEP_DEPLOY "deploy"

/* A refusal waits no longer: a day, and a quarter of jitter. */
#define REFUSAL_MAX apr_time_from_sec(86400 * 5 / 4)

void edge_tally_forget(edge_state_t *state, const char *fingerprint)
{
    ae_text_copy(state->fingerprint, sizeof(state->fingerprint), fingerprint);
    state->attempts = 0;
    state->provider = 0;
    state->next_attempt = 0;
    state->retry = ACME_RETRY_BACKOFF;
    memset(state->quiet, 0, sizeof(state->quiet));
    memset(&state->error, 0, sizeof(state->error));
    state->cause = EDGE_CAUSE_NONE;
    memset(state->last_step, 0, sizeof(state->last_step));
    memset(&state->course, 0, sizeof(state->course));
    state->unanswered = EDGE_CAUSE_NONE;
    memset(&state->unanswered_error, 0, sizeof(state->unanswered_error));
}

static void count(edge_state_t *state, const char *step, edge_cause_t cause,
                  const ae_error_t *error, apr_time_t at)
{
    state->attempts++;
    state->last_sign_at = at;
    state->last_sign_ok = 0;
    state->error = *error;
    state->cause = cause;
    ae_text_copy(state->last_step, sizeof(state->last_step), step);
}

apr_time_t edge_tally_quiet(const edge_state_t *state, unsigned provider)
{
    return provider < EDGE_STATE_PROVIDERS ? state->quiet[provider] : 0;
}

/* When the first of all may be asked again, as far as they said. */
static apr_time_t first_quiet(const edge_state_t *state, unsigned providers)
{
    apr_time_t first = edge_tally_quiet(state, 0);
    unsigned i;

    for (i = 1; i < providers; i++) {
        if (edge_tally_quiet(state, i) < first) {
            first = edge_tally_quiet(state, i);
        }
    }
    return first;
}

void edge_tally_failed(edge_state_t *state, const edge_failure_t *failure,
                       unsigned providers, apr_interval_time_t lifetime,
                       apr_time_t now, apr_uint32_t random)
{
    count(state, failure->step, failure->cause, &failure->error, now);
    state->retry = failure->retry;
    if (state->provider < EDGE_STATE_PROVIDERS) {
        state->quiet[state->provider] = failure->retry_after;
    }
    state->provider = (state->provider + 1) % providers;
    if (state->attempts % providers != 0) {
        state->next_attempt = now;
        return;
    }
    /* Another provider's failure may pass by itself. */
    if (providers > 1 && state->retry == ACME_RETRY_PERSON) {
        state->retry = ACME_RETRY_DAILY;
    }
    state->next_attempt = edge_policy_retry_at(
        state->attempts / providers, state->retry,
        first_quiet(state, providers), lifetime, now, random);
}

void edge_tally_refused(edge_state_t *state, edge_cause_t cause,
                        const ae_error_t *error, apr_time_t at,
                        apr_interval_time_t lifetime, apr_time_t now,
                        apr_uint32_t random)
{
    /* Never before the refusal, even where the clock was set back: that is
     * how it is known to be counted. */
    count(state, STEP_DEPLOY, cause, error, now > at ? now : at);
    state->retry = ACME_RETRY_DAILY;
    state->next_attempt = edge_policy_retry_at(state->attempts, state->retry,
                                               0, lifetime, now, random);
}

static void rebase_quiet(edge_state_t *state, apr_interval_time_t ahead)
{
    int i;

    for (i = 0; i < EDGE_STATE_PROVIDERS; i++) {
        if (state->quiet[i] != 0) {
            state->quiet[i] -= ahead;
        }
    }
}

int edge_tally_rebase(edge_state_t *state, apr_time_t now)
{
    apr_interval_time_t ahead = state->last_sign_at - now;

    if (state->attempts == 0 || state->next_attempt == 0 || ahead <= 0) {
        return 0;
    }
    if (strcmp(state->last_step, STEP_DEPLOY) != 0) {
        rebase_quiet(state, ahead);
        state->next_attempt -= ahead;
        state->last_sign_at = now;
        return 1;
    }
    /* The moment of a refusal tells that it was counted: it stays. */
    if (state->next_attempt - now <= REFUSAL_MAX) {
        return 0;
    }
    state->next_attempt = now + REFUSAL_MAX;
    return 1;
}

void edge_tally_issued(edge_state_t *state, const ae_cert_facts_t *facts,
                       edge_span_t window, apr_time_t now, apr_uint32_t random)
{
    edge_tally_forget(state, state->fingerprint);
    state->last_sign_at = now;
    state->last_sign_ok = 1;
    state->succeeded_at = now;
    edge_tally_draw(state, facts, window, random);
}

void edge_tally_draw(edge_state_t *state, const ae_cert_facts_t *facts,
                     edge_span_t window, apr_uint32_t random)
{
    ae_text_copy(state->renew_serial, sizeof(state->renew_serial),
                 facts->serial);
    state->renew_at = edge_policy_renew_at(facts->not_before, facts->not_after,
                                           window, random);
}
