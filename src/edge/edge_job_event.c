#include "edge_job_own.h"

#include "ae_time.h"
#include "edge_plan.h"
#include "edge_teller.h"

#include <apr_strings.h>
#include <assert.h>
#include <string.h>

/* Without a history: a deployment is news for so long, and older ones were
 * told by the log of a version that had none. */
#define NEWS_MAX apr_time_from_sec(3600)

edge_event_t edge_job_event_of(const edge_job_t *job, edge_event_kind_t kind,
                               apr_time_t at)
{
    edge_event_t event;

    memset(&event, 0, sizeof(event));
    event.kind = kind;
    event.at = at;
    ae_text_copy(event.certificate, sizeof(event.certificate),
                 job->cert->name);
    return event;
}

void edge_job_event_facts(edge_event_t *event, const ae_cert_facts_t *facts)
{
    ae_text_copy(event->serial, sizeof(event->serial), facts->serial);
    event->not_after = facts->not_after;
}

void edge_job_event_tell(edge_job_t *job, edge_event_t *event)
{
    edge_teller_tell(job->context->teller, &job->marks, job->cert->dir, event,
                     job->context->scratch);
}

/* --- what happens once --------------------------------------------------- */

void edge_job_event_staged(edge_job_t *job, apr_time_t now)
{
    const edge_leaf_t *staged = &job->standing.staged;
    apr_time_t signed_at = job->standing.state.last_sign_at;
    apr_pool_t *p = job->context->scratch;
    const edge_scheduler_config_t *config = job->context->config;
    const char *waits = edge_plan_waits_for(job->cert, now, p);
    edge_event_t event;

    if (!staged->present || staged->misfit[0] != '\0' ||
        strcmp(job->marks.staged, staged->serial) == 0) {
        return;
    }
    ae_text_copy(job->marks.staged, sizeof(job->marks.staged), staged->serial);
    event =
        edge_job_event_of(job, EDGE_EVENT_STAGED, signed_at ? signed_at : now);
    edge_job_event_facts(&event, &staged->facts);
    ae_error_set(&event.text, APR_SUCCESS, "A certificate is staged");
    ae_error_why(&event.text, "%s issued it, valid until %s", staged->issuer,
                 ae_time_print(event.not_after, p));
    ae_error_next(&event.text, "%s",
                  waits != NULL ? waits
                                : edge_plan_goes_live(config->restarts_itself,
                                                      config->is_hot));
    edge_job_event_tell(job, &event);
}

static void tell_deployment(edge_job_t *job)
{
    const edge_deployment_t *d = &job->standing.deployment;
    const edge_leaf_t *live = &job->standing.live;
    edge_event_t event = edge_job_event_of(
        job, d->renews ? EDGE_EVENT_RENEWED : EDGE_EVENT_DEPLOYED, d->at);

    ae_text_copy(event.serial, sizeof(event.serial), d->serial);
    if (live->present && strcmp(live->serial, d->serial) == 0) {
        event.not_after = live->facts.not_after;
    }
    ae_error_set(&event.text, APR_SUCCESS,
                 "The certificate with serial %s went live", d->serial);
    if (d->replaced[0] != '\0') {
        ae_error_why(&event.text, "it replaced the one with serial %s",
                     d->replaced);
    }
    if (event.not_after != 0) {
        ae_error_next(&event.text, "it is valid until %s",
                      ae_time_print(event.not_after, job->context->scratch));
    }
    edge_job_event_tell(job, &event);
}

/* A refusal is told as the failure that it is counted as. */
void edge_job_event_deployed(edge_job_t *job, int is_new, apr_time_t now)
{
    const edge_deployment_t *d = &job->standing.deployment;

    if (d->at == 0 || d->at == job->marks.deployed_at || d->waits) {
        return;
    }
    job->marks.deployed_at = d->at;
    if (d->ok && (!is_new || (d->at <= now && now - d->at < NEWS_MAX))) {
        tell_deployment(job);
    }
}

void edge_job_event_revoked(edge_job_t *job,
                            const edge_revocation_t *revocation)
{
    const edge_leaf_t *live = &job->standing.live;
    int is_live =
        live->present && strcmp(live->serial, revocation->serial) == 0;
    edge_event_t event;

    if (strcmp(job->marks.revoked, revocation->serial) == 0) {
        return;
    }
    ae_text_copy(job->marks.revoked, sizeof(job->marks.revoked),
                 revocation->serial);
    event = edge_job_event_of(job, EDGE_EVENT_REVOKED, revocation->at);
    ae_text_copy(event.serial, sizeof(event.serial), revocation->serial);
    event.not_after = is_live ? live->facts.not_after : 0;
    ae_error_set(&event.text, APR_SUCCESS, "The certificate %s was revoked",
                 is_live ? "in use" : "that was staged");
    ae_error_why(&event.text, "%s", revocation->reason);
    ae_error_next(&event.text, "%s",
                  job->cert->renews_by_hand
                      ? apr_psprintf(job->context->scratch,
                                     "`acme-edge sign %s` orders a new one",
                                     job->cert->name)
                      : "a new one is ordered");
    edge_job_event_tell(job, &event);
}

/* Found out by a worker that could not say so any more. */
static void look_at_revoked(edge_job_t *job)
{
    const edge_leaf_t *live = &job->standing.live;
    edge_revocation_t revocation;

    if (live->present && live->misfit[0] != '\0' &&
        edge_revoked_find(&revocation, job->context->config->store,
                          &live->facts, job->context->scratch) &&
        revocation.at != 0) {
        edge_job_event_revoked(job, &revocation);
    }
}

void edge_job_recall(edge_job_t *job, apr_time_t now)
{
    int is_new = edge_teller_recall(&job->marks, job->context->teller,
                                    job->cert->dir, job->context->scratch);

    edge_job_event_deployed(job, is_new, now);
    look_at_revoked(job);
    edge_job_event_staged(job, now);
}
