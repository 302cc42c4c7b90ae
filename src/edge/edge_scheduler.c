#include "edge_scheduler.h"

#include "edge_errands.h"
#include "edge_job.h"
#include "edge_probe.h"
#include "edge_queue.h"
#include "edge_request.h"

#include <string.h>

#define ACTIVE_MAX 50
#define IN_FLIGHT_MAX 256
#define LONGEST_SLEEP apr_time_from_sec(86400)

/* Behind all that were begun before: while their CA works on them, there is
 * time for the next one's key. */
#define LAST_IN_TURN (APR_INT64_MAX / 2)

/* A clock that goes back by less is merely being kept right. */
#define CLOCK_SLACK apr_time_from_sec(1)

/* Changes of a directory closer than this may be one to its time. */
#define STAMP_GRAIN apr_time_from_sec(2)

typedef struct flight_t {
    const acme_request_t *request;
    int job;
} flight_t;

typedef enum activity_t {
    AT_REST,
    TO_BEGIN,
    BEGUN
} activity_t;

/* A job is in exactly one place: in `clock` at rest, in `turn` while due, or
 * active; an active one is in `ready` to be asked, in `clock` until its moment,
 * or in neither until a reply. */
struct edge_scheduler_t {
    edge_scheduler_config_t config;
    edge_job_context_t context;
    edge_teller_t teller;
    edge_errands_t *errands;
    edge_probes_t *probes;
    int count;
    edge_job_t **jobs;
    edge_queue_t *clock;
    edge_queue_t *turn;
    edge_queue_t *ready;
    apr_time_t asked; /* counts up: who became ready first is asked first */
    activity_t *active;
    int active_count;
    int begun;           /* a job was begun in this call */
    apr_time_t requests; /* the stamp of what was read of them last */
    apr_time_t last;     /* when it was asked last */
    flight_t flights[IN_FLIGHT_MAX];
    int flight_count;
    apr_pool_t *p;
};

static void make_ready(edge_scheduler_t *scheduler, int number)
{
    edge_queue_remove(scheduler->clock, number);
    if (!edge_queue_has(scheduler->ready, number)) {
        apr_time_t turn = ++scheduler->asked;

        if (scheduler->active[number] == TO_BEGIN) {
            turn += LAST_IN_TURN;
        }
        edge_queue_set(scheduler->ready, number, turn);
    }
}

static void activate(edge_scheduler_t *scheduler, int number)
{
    scheduler->active[number] = TO_BEGIN;
    scheduler->active_count++;
    make_ready(scheduler, number);
}

/* A job at rest came to its moment, or came to rest. */
static void look(edge_scheduler_t *scheduler, int number, apr_time_t now)
{
    apr_time_t wake;

    if (!edge_job_look(scheduler->jobs[number], now, &wake)) {
        if (wake != 0) {
            edge_queue_set(scheduler->clock, number, wake);
        }
    } else if (scheduler->active_count < ACTIVE_MAX) {
        activate(scheduler, number);
    } else {
        edge_job_queue(scheduler->jobs[number], now);
        edge_queue_set(scheduler->turn, number, now);
    }
}

static void rest(edge_scheduler_t *scheduler, int number, apr_time_t now)
{
    apr_time_t since;
    int first;

    scheduler->active[number] = AT_REST;
    scheduler->active_count--;
    while (scheduler->active_count < ACTIVE_MAX &&
           (first = edge_queue_first(scheduler->turn, &since)) >= 0) {
        edge_queue_remove(scheduler->turn, first);
        look(scheduler, first, now);
    }
    look(scheduler, number, now);
}

static void wake_all(edge_scheduler_t *scheduler, apr_time_t now)
{
    apr_time_t at;
    int number;

    while ((number = edge_queue_first(scheduler->clock, &at)) >= 0 &&
           at <= now) {
        edge_queue_remove(scheduler->clock, number);
        if (scheduler->active[number] != AT_REST) {
            make_ready(scheduler, number);
        } else {
            look(scheduler, number, now);
        }
        apr_pool_clear(scheduler->context.scratch);
    }
}

/* Where the clock was set back, a moment that was near may be a year away: all
 * that wait for one are to say anew for which. */
static void watch_clock(edge_scheduler_t *scheduler, apr_time_t now)
{
    int i;

    for (i = 0; now + CLOCK_SLACK < scheduler->last && i < scheduler->count;
         i++) {
        if (edge_queue_has(scheduler->clock, i)) {
            edge_queue_set(scheduler->clock, i, now);
        }
    }
    scheduler->last = now;
}

/* Ask one job. @return whether it has a request */
static int ask(edge_scheduler_t *scheduler, int number, apr_time_t now,
               edge_dispatch_t *dispatch)
{
    edge_job_t *job = scheduler->jobs[number];
    flight_t *flight = &scheduler->flights[scheduler->flight_count];
    apr_time_t wake = 0;

    if (scheduler->active[number] == TO_BEGIN) {
        scheduler->active[number] = BEGUN;
        scheduler->begun = 1;
        edge_job_begin(job, now);
    }
    switch (edge_job_next(job, now, &flight->request, &wake)) {
    case EDGE_JOB_SEND:
        flight->job = number;
        scheduler->flight_count++;
        dispatch->request = flight->request;
        dispatch->trust_file = edge_job_cert(job)->trust_file;
        return 1;
    case EDGE_JOB_WAIT:
        edge_queue_remove(scheduler->ready, number);
        if (wake != 0) {
            edge_queue_set(scheduler->clock, number,
                           wake > now ? wake : now + 1);
        }
        return 0;
    case EDGE_JOB_REST:
        edge_queue_remove(scheduler->ready, number);
        rest(scheduler, number, now);
        return 0;
    }
    return 0;
}

/* To begin takes a new key and a few writes to the disk: only one a call, for
 * the caller may have to stop. */
int edge_scheduler_next(edge_scheduler_t *scheduler, apr_time_t now,
                        edge_dispatch_t *dispatch, apr_time_t *wake)
{
    apr_time_t at;
    apr_time_t errand_at;
    int number;

    scheduler->begun = 0;
    apr_pool_clear(scheduler->context.scratch);
    watch_clock(scheduler, now);
    dispatch->request = edge_errands_next(scheduler->errands, now,
                                          &dispatch->trust_file, &errand_at);
    if (dispatch->request) {
        return 1;
    }
    wake_all(scheduler, now);
    while (!scheduler->begun && scheduler->flight_count < IN_FLIGHT_MAX &&
           (number = edge_queue_first(scheduler->ready, &at)) >= 0) {
        if (ask(scheduler, number, now, dispatch)) {
            return 1;
        }
        apr_pool_clear(scheduler->context.scratch);
        wake_all(scheduler, now);
    }
    *wake = now + (scheduler->begun ? 1 : LONGEST_SLEEP);
    if (edge_queue_first(scheduler->clock, &at) >= 0 && at < *wake) {
        *wake = at;
    }
    if (errand_at != 0 && errand_at < *wake) {
        *wake = errand_at;
    }
    return 0;
}

/* Who is due, or under way, will look at its end. */
void edge_scheduler_ask(edge_scheduler_t *scheduler, apr_time_t now)
{
    apr_time_t stamp;
    int i;

    apr_pool_clear(scheduler->context.scratch);
    edge_errands_settle(scheduler->context.sessions, scheduler->config.store,
                        scheduler->config.log, now,
                        scheduler->context.scratch);
    stamp = edge_request_stamp(scheduler->config.store,
                               scheduler->context.scratch);
    if (stamp == scheduler->requests && now - stamp > STAMP_GRAIN) {
        return;
    }
    scheduler->requests = stamp;
    edge_errands_ask(scheduler->errands, now);
    if (!edge_probes_look(scheduler->probes, now,
                          scheduler->context.scratch)) {
        scheduler->requests = 0;
    }
    for (i = 0; i < scheduler->count; i++) {
        apr_pool_clear(scheduler->context.scratch);
        if (edge_job_ask(scheduler->jobs[i]) &&
            scheduler->active[i] == AT_REST &&
            !edge_queue_has(scheduler->turn, i)) {
            edge_queue_set(scheduler->clock, i, now);
        }
    }
}

static int take_flight(edge_scheduler_t *scheduler,
                       const acme_request_t *request)
{
    int i;

    for (i = 0; i < scheduler->flight_count; i++) {
        if (scheduler->flights[i].request == request) {
            int number = scheduler->flights[i].job;

            scheduler->flights[i] =
                scheduler->flights[--scheduler->flight_count];
            return number;
        }
    }
    return -1;
}

static void count(const edge_scheduler_t *scheduler,
                  const edge_session_t *session,
                  const acme_response_t *response)
{
    edge_meter_request(scheduler->config.meter,
                       edge_session_provider(session)->name, response);
}

/* What one learned, its neighbours may have waited for. */
static void rouse(edge_scheduler_t *scheduler, const edge_session_t *session)
{
    int i;

    for (i = 0; i < scheduler->count; i++) {
        if (scheduler->active[i] == BEGUN &&
            edge_job_session(scheduler->jobs[i]) == session &&
            !edge_queue_has(scheduler->clock, i)) {
            make_ready(scheduler, i);
        }
    }
}

/* Of whichever certificate it was opened for, it is the server's. */
static void tell_account(edge_scheduler_t *scheduler,
                         const edge_session_t *session, apr_time_t now)
{
    edge_event_t event;

    if (session == NULL ||
        !acme_session_take_created(edge_session_acme(session))) {
        return;
    }
    memset(&event, 0, sizeof(event));
    event.kind = EDGE_EVENT_ACCOUNT_CREATED;
    event.at = now;
    ae_text_copy(event.provider, sizeof(event.provider),
                 edge_session_provider(session)->name);
    ae_error_set(&event.text, APR_SUCCESS, "An account with %s was opened",
                 event.provider);
    ae_error_why(&event.text, "%s",
                 acme_session_account_url(edge_session_acme(session)));
    edge_teller_tell(&scheduler->teller, &scheduler->teller.server,
                     EDGE_HISTORY_SERVER, &event, scheduler->context.scratch);
}

void edge_scheduler_reply(edge_scheduler_t *scheduler,
                          const acme_request_t *request,
                          const acme_response_t *response, apr_time_t now)
{
    int number = take_flight(scheduler, request);
    const edge_session_t *session;

    apr_pool_clear(scheduler->context.scratch);
    if (edge_errands_reply(scheduler->errands, request, response, now,
                           &session)) {
        count(scheduler, session, response);
        tell_account(scheduler, session, now);
        rouse(scheduler, session);
    } else if (number >= 0) {
        count(scheduler, edge_job_session(scheduler->jobs[number]), response);
        edge_job_reply(scheduler->jobs[number], request, response, now);
        tell_account(scheduler, edge_job_session(scheduler->jobs[number]),
                     now);
        make_ready(scheduler, number);
        rouse(scheduler, edge_job_session(scheduler->jobs[number]));
    }
}

/* Orders are dropped before the sessions they belong to. */
static apr_status_t stop(void *data)
{
    edge_scheduler_t *scheduler = data;
    int i;

    edge_errands_stop(scheduler->errands);
    for (i = 0; i < scheduler->count; i++) {
        edge_job_stop(scheduler->jobs[i]);
    }
    return APR_SUCCESS;
}

static void tell_revoked(edge_scheduler_t *scheduler,
                         const edge_revocation_t *revocation)
{
    edge_event_t event;

    memset(&event, 0, sizeof(event));
    event.kind = EDGE_EVENT_REVOKED;
    event.at = revocation->at;
    ae_text_copy(event.serial, sizeof(event.serial), revocation->serial);
    ae_error_set(&event.text, APR_SUCCESS,
                 "The certificate with serial %s was revoked",
                 revocation->serial);
    ae_error_why(&event.text, "%s", revocation->reason);
    ae_error_next(&event.text, "it is not in use here");
    edge_teller_tell(&scheduler->teller, &scheduler->teller.server,
                     EDGE_HISTORY_SERVER, &event, scheduler->context.scratch);
}

/* Who is under way will look at its end. */
static void look_at_revoked(void *ctx, const edge_revocation_t *revocation,
                            apr_time_t now)
{
    edge_scheduler_t *scheduler = ctx;
    int known = 0;
    int i;

    for (i = 0; i < scheduler->count; i++) {
        int is_its = edge_job_revoked(scheduler->jobs[i], revocation);

        known = known || is_its;
        if (is_its && scheduler->active[i] == AT_REST &&
            !edge_queue_has(scheduler->turn, i)) {
            edge_queue_set(scheduler->clock, i, now);
        }
    }
    if (!known) {
        tell_revoked(scheduler, revocation);
    }
}

static void make_teller(edge_scheduler_t *scheduler)
{
    edge_teller_t *teller = &scheduler->teller;

    teller->store = scheduler->config.store;
    teller->log = scheduler->config.log;
    teller->notify = scheduler->config.notify;
    teller->ctx = scheduler->config.ctx;
    scheduler->context.teller = teller;
}

static void make_errands(edge_scheduler_t *scheduler)
{
    edge_errands_config_t config = {
        .store = scheduler->config.store,
        .certs = scheduler->config.certs,
        .sessions = scheduler->context.sessions,
        .challenges = &scheduler->config.challenges,
        .lookout = &scheduler->config.lookout,
        .door = scheduler->config.door,
        .log = scheduler->config.log,
        .meter = scheduler->config.meter,
        .revoked = look_at_revoked,
        .ctx = scheduler,
    };

    scheduler->errands = edge_errands_create(&config, scheduler->p);
}

static edge_scheduler_t *make(const edge_scheduler_config_t *config,
                              apr_pool_t *p)
{
    edge_scheduler_t *scheduler = apr_pcalloc(p, sizeof(*scheduler));
    int size = config->certs->nelts;

    scheduler->config = *config;
    scheduler->p = p;
    scheduler->jobs =
        apr_pcalloc(p, ((apr_size_t)size + 1) * sizeof(*scheduler->jobs));
    scheduler->active =
        apr_pcalloc(p, ((apr_size_t)size + 1) * sizeof(*scheduler->active));
    scheduler->clock = edge_queue_create(size, p);
    scheduler->turn = edge_queue_create(size, p);
    scheduler->ready = edge_queue_create(size, p);
    scheduler->context.config = &scheduler->config;
    scheduler->context.sessions =
        edge_sessions_create(config->store, config->certs, config->log, p);
    scheduler->context.p = p;
    apr_pool_create(&scheduler->context.scratch, p);
    make_teller(scheduler);
    make_errands(scheduler);
    apr_pool_pre_cleanup_register(p, scheduler, stop);
    return scheduler;
}

apr_status_t edge_scheduler_create(edge_scheduler_t **scheduler,
                                   const edge_scheduler_config_t *config,
                                   apr_time_t now, ae_error_t *err,
                                   apr_pool_t *p)
{
    edge_scheduler_t *made;
    apr_pool_t *own;
    apr_status_t status;
    int i;

    apr_pool_create(&own, p);
    made = make(config, own);
    status = edge_store_probe(config->store, err, made->context.scratch);
    if (status != APR_SUCCESS) {
        apr_pool_destroy(own);
        return status;
    }
    edge_store_sweep_workers(config->store, made->context.scratch);
    edge_revoked_sweep(config->store, now, made->context.scratch);
    edge_teller_recall(&made->teller.server, &made->teller,
                       EDGE_HISTORY_SERVER, made->context.scratch);
    made->probes =
        edge_probes_create(config->store, &made->config.challenges, own);
    edge_challenge_republish(&config->challenges, config->store, config->certs,
                             now, config->log, made->context.scratch);
    for (i = 0; i < config->certs->nelts; i++) {
        apr_pool_clear(made->context.scratch);
        made->jobs[i] = edge_job_create(&made->context, i, now, own);
        made->count++;
        edge_queue_set(made->clock, i, now);
    }
    *scheduler = made;
    return APR_SUCCESS;
}
