#ifndef EDGE_JOB_H
#define EDGE_JOB_H

/** One certificate's way from due to staged, and round again. It knows when it
 * is due and drives its attempts; the scheduler says when. One thread. */

#include "edge_revoked.h"
#include "edge_scheduler.h"
#include "edge_session.h"
#include "edge_teller.h"

typedef struct edge_job_t edge_job_t;

/** What all jobs share. Borrowed; must outlive them. */
typedef struct edge_job_context_t {
    const edge_scheduler_config_t *config;
    edge_sessions_t *sessions;
    edge_teller_t *teller;
    apr_pool_t *p;       /* attempts have a pool each below it */
    apr_pool_t *scratch; /* cleared by the scheduler between calls */
} edge_job_context_t;

/** Create: read where the certificate stands, and publish its status.
 * @param index counts as in the scheduler's certs */
edge_job_t *edge_job_create(const edge_job_context_t *context, int index,
                            apr_time_t now, apr_pool_t *p);

/** Look at a job at rest: ask for the deployment of what is staged, tell of an
 * expiry.
 * @param wake set where it is not due: when to look again; 0: never
 * @return true where it is due: call edge_job_begin */
int edge_job_look(edge_job_t *job, apr_time_t now, apr_time_t *wake);

/** Read again what somebody asked for.
 * @return whether it is another thing now: look at it, where it is at rest */
int edge_job_ask(edge_job_t *job);

/** Tell that a certificate was revoked.
 * @return whether it is the live or the staged one: look at it, where it is at
 * rest */
int edge_job_revoked(edge_job_t *job, const edge_revocation_t *revocation);

/** Tell that it is due and others go first. */
void edge_job_queue(edge_job_t *job, apr_time_t now);

/** Begin an attempt. Ask edge_job_next then, also where it failed at once or
 * was put off because the CA is left alone. */
void edge_job_begin(edge_job_t *job, apr_time_t now);

typedef enum edge_job_next_t {
    EDGE_JOB_SEND, /* put the request on the wire; ask again at once */
    EDGE_JOB_WAIT, /* nothing before `wake`, or, where that is 0, before a reply
                      to this or another job of its session */
    EDGE_JOB_REST  /* the attempt is over: edge_job_look */
} edge_job_next_t;

/** Say what comes next in an attempt. */
edge_job_next_t edge_job_next(edge_job_t *job, apr_time_t now,
                              const acme_request_t **request,
                              apr_time_t *wake);

/** Tell what came back. */
void edge_job_reply(edge_job_t *job, const acme_request_t *request,
                    const acme_response_t *response, apr_time_t now);

/** The session of the attempt, NULL where there is none. */
const edge_session_t *edge_job_session(const edge_job_t *job);

const edge_cert_t *edge_job_cert(const edge_job_t *job);

/** Drop the attempt, for good. */
void edge_job_stop(edge_job_t *job);

#endif
