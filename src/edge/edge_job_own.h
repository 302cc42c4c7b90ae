#ifndef EDGE_JOB_OWN_H
#define EDGE_JOB_OWN_H

/** What the files of a job share: edge_job.c drives attempts,
 * edge_job_tell.c tells how they get on, edge_job_rest.c is what it does
 * between them, edge_job_event.c and edge_job_lasting.c tell what happened and
 * what lasts. For nobody else. */

#include "edge_attempt.h"
#include "edge_job.h"
#include "edge_plan.h"
#include "edge_standing.h"

typedef enum edge_job_state_t {
    EDGE_JOB_RESTING,
    EDGE_JOB_QUEUED,
    EDGE_JOB_ORDERING,
    EDGE_JOB_DRAINING, /* it ended, but replies are on the wire still */
    EDGE_JOB_STATES
} edge_job_state_t;

typedef struct edge_relook_t edge_relook_t;

/* What was mended meanwhile is not to be told of once more: it is looked at
 * again so long before that. */
#define EDGE_RELOOK_AHEAD apr_time_from_sec(600)

struct edge_job_t {
    const edge_job_context_t *context;
    const edge_cert_t *cert;
    int index;
    edge_job_state_t state;
    edge_standing_t standing;
    edge_marks_t marks;      /* what was told */
    edge_session_t *session; /* of the attempt */
    edge_attempt_t *attempt;
    apr_pool_t *p;            /* of the attempt */
    edge_course_t *course;    /* of the attempt */
    int replied;              /* since its names were looked at */
    edge_progress_t progress; /* as told last to who asked; of the attempt */
    edge_relook_t *relook;    /* at rest; NULL: nothing is looked at */
    apr_time_t relooked_at;
    int is_reread;        /* the store, since then */
    edge_status_t status; /* as published last */
};

const ae_log_t *edge_job_log(const edge_job_t *job);

/** A new random number. */
apr_uint32_t edge_job_draw(const edge_job_t *job);

/** Change the state, and log it. */
void edge_job_move(edge_job_t *job, const char *event, edge_job_state_t state);

/** Tell where it stands; `source` borrows from the job. */
void edge_job_source(edge_status_source_t *source, const edge_job_t *job,
                     apr_time_t now);

/** Derive the status and publish it where it changed. */
void edge_job_publish(edge_job_t *job, apr_time_t now);

/** Tell that the attempt is at a step: in the status, and to who asked for it
 * and follows it. */
void edge_job_tell(edge_job_t *job, const char *step, apr_time_t now);

/* The words of the ends, beside those of steps. */
#define EDGE_JOB_ISSUED "issued"
#define EDGE_JOB_FAILED "failed"

/** Tell that the attempt has ended, before it is counted. What each name came
 * to is written down for a failure that nobody follows, too. */
void edge_job_tell_end(edge_job_t *job, const char *end, apr_time_t now);

/** Write the state down; log where that fails. */
void edge_job_save(edge_job_t *job);

/** Drop a request that had its answer; what cannot be removed is passed over
 * all the same. */
void edge_job_drop_request(edge_job_t *job, edge_request_verb_t verb);

/** Log the failure that the state holds. */
void edge_job_log_failure(const edge_job_t *job, const char *id,
                          apr_time_t now);

/** When the next attempt is made, in words. */
const char *edge_job_next_attempt(const edge_job_t *job, apr_time_t at);

/** An event of this certificate, with no words yet. */
edge_event_t edge_job_event_of(const edge_job_t *job, edge_event_kind_t kind,
                               apr_time_t at);

/** Which certificate it is about. */
void edge_job_event_facts(edge_event_t *event, const ae_cert_facts_t *facts);

/** Tell it. */
void edge_job_event_tell(edge_job_t *job, edge_event_t *event);

/** Recall what was told, and tell what happened since. */
void edge_job_recall(edge_job_t *job, apr_time_t now);

/** Tell what came of the last deployment, unless that was told, or it waits
 * for who is to serve it.
 * @param is_new there was no history: what is old was told by the log */
void edge_job_event_deployed(edge_job_t *job, int is_new, apr_time_t now);

/** Tell what was staged, unless that was told. */
void edge_job_event_staged(edge_job_t *job, apr_time_t now);

/** Tell that what is live or was staged was revoked, unless that was told. */
void edge_job_event_revoked(edge_job_t *job,
                            const edge_revocation_t *revocation);

/** Whether a challenge went unanswered where the CA may look, as far as is
 * known. */
int edge_job_is_unanswered(const edge_job_t *job);

/** At rest: before that is told again, look whether it is so still; bring
 * `wake` nearer. */
void edge_job_relook(edge_job_t *job, apr_time_t now, apr_time_t *wake);

/** Look no more. */
void edge_job_relook_end(edge_job_t *job);

/** Tell what lasts, where it is time to; bring `wake` nearer.
 * @return whether the status is another one for it */
int edge_job_lasting(edge_job_t *job, const edge_status_source_t *source,
                     const edge_plan_t *plan, apr_time_t now,
                     apr_time_t *wake);

/** Read where the certificate stands, finish what was left half done. */
void edge_job_read(edge_job_t *job, apr_time_t now);

/** Bring the state in line with what was read. */
void edge_job_settle(edge_job_t *job, apr_time_t now);

#endif
