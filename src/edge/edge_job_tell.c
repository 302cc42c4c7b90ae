#include "edge_job_own.h"

#include <string.h>

/* What cannot be written is not told. */
static void save_progress(edge_job_t *job, const char *step, apr_time_t now)
{
    edge_progress_t progress = {.at = now, .step = step};
    apr_pool_t *p = job->context->scratch;
    ae_error_t ignored;

    progress.names = edge_attempt_names(job->attempt, p);
    if (job->progress.at != 0 &&
        edge_progress_is_same(&job->progress, &progress)) {
        return;
    }
    if (edge_progress_save(&progress, job->context->config->store, job->cert,
                           &ignored, p) == APR_SUCCESS) {
        progress.names = edge_attempt_names(job->attempt, job->p);
        job->progress = progress;
    }
}

static int is_followed(const edge_job_t *job)
{
    return job->standing.requests[EDGE_REQUEST_SIGN].found;
}

/* Neighbours' replies come here too, most of them for nothing. */
void edge_job_tell(edge_job_t *job, const char *step, apr_time_t now)
{
    int news = edge_course_step(job->course, step, now);

    if (job->replied) {
        job->replied = 0;
        news = edge_course_names(
                   job->course,
                   edge_attempt_names(job->attempt, job->context->scratch)) ||
               news;
    }
    if (is_followed(job)) {
        save_progress(job, step, now);
    }
    if (news) {
        edge_job_publish(job, now);
    }
}

void edge_job_tell_end(edge_job_t *job, const char *end, apr_time_t now)
{
    int failed = strcmp(end, EDGE_JOB_FAILED) == 0;

    edge_course_step(job->course, end, now);
    if (job->attempt == NULL) {
        return;
    }
    edge_course_names(job->course,
                      edge_attempt_names(job->attempt, job->context->scratch));
    if (!failed) {
        edge_course_issued(job->course, job->cert->names->nelts);
    }
    if (failed || is_followed(job)) {
        save_progress(job, end, now);
    }
}
