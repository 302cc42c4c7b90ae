#ifndef EDGE_WORLD_H
#define EDGE_WORLD_H

/** A scheduler with its scene, a scripted CA and a clock that jumps: a year
 * takes a moment. One world a test. */

#include "edge_request.h"
#include "edge_scene.h"
#include "edge_scheduler.h"
#include "scripted_ca.h"
#include "test_pki.h"

typedef struct world_t {
    edge_scheduler_config_t config;
    edge_scheduler_t *scheduler; /* NULL: stopped */
    apr_pool_t *pool;            /* of the scheduler */
    ca_t *ca;
    test_pki_t *pki;
    apr_time_t now;
    apr_uint32_t random;          /* what the scheduler draws */
    apr_interval_time_t lifetime; /* of what the CA issues */
    const char *other_names;      /* it issues for these instead, or NULL */
    apr_array_header_t *wire;     /* const acme_request_t * */
    const char *sent;             /* steps that went out, blanks around */
    unsigned requests;
    edge_status_t *statuses;
    unsigned published;             /* calls of publish */
    unsigned deploys;               /* calls of deploy */
    apr_interval_time_t deploy_gap; /* of the last */
    apr_array_header_t *events;     /* edge_event_t, told by notify */
    int ordering_most;              /* jobs under way at once */
} world_t;

/** The world with these certificates, its scheduler not started. */
world_t *world_make(apr_array_header_t *certs);

/** A world of one certificate, started. */
world_t *world_begin(const char *names, const char *providers);

/** Make the CA answer requests of a step, from the nth on so often, with this
 * code and ACME problem. */
void world_spoil(const char *step, unsigned nth, unsigned times, int code,
                 const char *type, const char *retry_after);

/** Create the scheduler, and destroy it with what is on its wire. */
void world_start(void);
void world_stop(void);
void world_restart(void);

/** Put on the wire what is to be sent. @return when to come back */
apr_time_t world_send(void);

/** Answer the oldest request on the wire; false where none is. */
int world_answer(void);

/** Let time pass, answering all that is sent. */
void world_run(apr_interval_time_t span);

/** The same until certificate `index` is in the phase; the test fails where it
 * is not after `span`. */
void world_run_until(int index, edge_phase_t phase, apr_interval_time_t span);

/** Let time pass until a request of this step is the next to be answered. */
void world_go_to(const char *step);

/** What was told since the last call: "staged failed/over", in turn. */
const char *world_told(void);

/** Be the command that was handed all of it: no worker tells it again. */
void world_settle(void);

/** Be the parent at a restart: promote what is staged, start anew. */
void world_deploy(void);

/** Be the parent that restarts nothing: promote what is staged, and hand it to
 * children a second later. Tell the worker of neither. */
void world_deploy_hot(void);

/** Be the command: ask, a second from now; whether it still stands. */
void world_ask(const edge_cert_t *cert, edge_request_verb_t verb,
               const char *serial);
int world_is_asked(const edge_cert_t *cert, edge_request_verb_t verb);

/** Stage another certificate of 90 days. @return its serial */
const char *world_stage(const edge_cert_t *cert);

#endif
