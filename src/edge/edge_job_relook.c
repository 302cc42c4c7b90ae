#include "edge_job_own.h"

#include "edge_barrier.h"
#include "edge_condition.h"
#include "edge_probe.h"

struct edge_relook_t {
    edge_barrier_t *barrier;
    const char *token;
    apr_pool_t *p;
};

static int is_due(const edge_job_t *job, apr_time_t now)
{
    const edge_mark_t *mark =
        &job->marks.conditions[EDGE_EVENT_CHALLENGE_UNREACHABLE];

    return edge_job_is_unanswered(job) && mark->since != 0 &&
           now >= edge_condition_wake(mark) - EDGE_RELOOK_AHEAD &&
           job->relooked_at <= mark->told_at;
}

/* One token serves all names: no CA will ever ask for it. */
static const apr_array_header_t *make_tokens(const edge_job_t *job,
                                             const edge_probe_t *probe,
                                             apr_time_t now, apr_pool_t *p)
{
    const apr_array_header_t *names = job->cert->names;
    apr_array_header_t *tokens =
        apr_array_make(p, names->nelts, sizeof(acme_token_t));
    int i;

    for (i = 0; i < names->nelts; i++) {
        acme_token_t *token = apr_array_push(tokens);

        token->name = APR_ARRAY_IDX(names, i, const char *);
        token->token = probe->token;
        token->key_authorization = probe->answer;
        token->expires = now + EDGE_PROBE_LIFE;
    }
    return tokens;
}

static void begin(edge_job_t *job, apr_time_t now)
{
    const edge_scheduler_config_t *config = job->context->config;
    const edge_barrier_config_t barrier = {
        .cert = job->cert, .lookout = &config->lookout, .log = config->log};
    const apr_array_header_t *tokens;
    edge_relook_t *relook;
    edge_probe_t probe;
    ae_error_t ignored;
    apr_pool_t *p;

    job->relooked_at = now;
    apr_pool_create(&p, job->context->p);
    if (edge_probe_draw(&probe, &ignored, p) != APR_SUCCESS) {
        apr_pool_destroy(p);
        return;
    }
    tokens = make_tokens(job, &probe, now, p);
    relook = apr_pcalloc(p, sizeof(*relook));
    relook->p = p;
    relook->token = probe.token;
    relook->barrier = edge_barrier_create(&barrier, tokens, now, p);
    job->relook = relook;
    if (config->challenges.put(config->challenges.ctx,
                               &APR_ARRAY_IDX(tokens, 0, acme_token_t),
                               &ignored) != APR_SUCCESS) {
        edge_job_relook_end(job);
    }
}

static void finish(edge_job_t *job)
{
    edge_state_t *state = &job->standing.state;

    /* One that still fails may do so for another reason than the CA's, such
     * as a port 80 that is closed between orders: it says nothing new. */
    if (edge_barrier_found(job->relook->barrier)->cause == EDGE_CAUSE_NONE) {
        static const ae_error_t none;

        state->unanswered = EDGE_CAUSE_NONE;
        state->unanswered_error = none;
        edge_job_save(job);
    }
    edge_job_relook_end(job);
}

void edge_job_relook(edge_job_t *job, apr_time_t now, apr_time_t *wake)
{
    apr_time_t at = 0;

    if (job->relook == NULL && is_due(job, now)) {
        begin(job, now);
    }
    if (job->relook == NULL) {
        return;
    }
    if (edge_barrier_step(job->relook->barrier, now, &at) !=
        EDGE_BARRIER_WAIT) {
        finish(job);
    } else if (*wake == 0 || at < *wake) {
        *wake = at;
    }
}

void edge_job_relook_end(edge_job_t *job)
{
    const edge_challenge_store_t *challenges =
        &job->context->config->challenges;
    edge_relook_t *relook = job->relook;

    if (relook != NULL) {
        edge_barrier_end(relook->barrier);
        challenges->withdraw(challenges->ctx, relook->token);
        job->relook = NULL;
        apr_pool_destroy(relook->p);
    }
}
