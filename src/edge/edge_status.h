#ifndef EDGE_STATUS_H
#define EDGE_STATUS_H

/** One certificate as shown to people: a plain value without pointers, so that
 * it can lie in shared memory. */

#include "ae_cert.h"
#include "edge_cause.h"
#include "edge_live.h"
#include "edge_state.h"

typedef enum edge_phase_t {
    EDGE_PHASE_WAITING,  /* no certificate yet, nothing under way */
    EDGE_PHASE_ORDERING, /* an order is under way */
    EDGE_PHASE_STAGED,   /* issued, waits to be deployed */
    EDGE_PHASE_VALID,    /* live, and nothing is wrong */
    EDGE_PHASE_FAILING,  /* the last attempt failed */
    EDGE_PHASE_EXPIRED,  /* live, but past its not-after */
    EDGE_PHASES
} edge_phase_t;

typedef enum edge_action_t {
    EDGE_ACTION_NONE, /* somebody must do something first */
    EDGE_ACTION_SIGN, /* first certificate */
    EDGE_ACTION_RENEW,
    EDGE_ACTION_RETRY,
    EDGE_ACTION_FOLLOW, /* go on with the order under way */
    EDGE_ACTION_DEPLOY,
    EDGE_ACTIONS
} edge_action_t;

typedef enum edge_outcome_t {
    EDGE_OUTCOME_NEVER,
    EDGE_OUTCOME_DONE,
    EDGE_OUTCOME_FAILED,
    EDGE_OUTCOMES
} edge_outcome_t;

typedef struct edge_status_t {
    char name[256];
    char names[1024]; /* blank-separated, "... and N more" where cut */
    char provider[128];
    edge_phase_t phase;
    char step[32];   /* of the order under way */
    char serial[64]; /* of what is live */
    apr_time_t not_before;
    apr_time_t not_after;  /* 0: nothing is live */
    apr_time_t live_since; /* 0: not known, or it is not served yet */
    edge_deployed_by_t live_by;
    int is_hot; /* what is staged goes live with no restart */
    edge_action_t action;
    apr_time_t action_at; /* 0: at no known moment */
    char action_reason[512];
    edge_outcome_t signed_outcome;
    apr_time_t signed_at;
    char signed_text[1024];
    edge_outcome_t deployed_outcome;
    apr_time_t deployed_at;
    char deployed_text[1024];
    unsigned attempts;
    edge_cause_t cause;  /* of the last failure to sign */
    apr_time_t renew_at; /* when renewal is due, of what is staged or else of
                            what is live; 0: there is neither */
    apr_time_t warn_at;  /* expires soon from then on; 0: nothing is live */
    char staged_serial[64];
    apr_time_t staged_not_after; /* 0: nothing is staged */
    apr_time_t deploy_at;        /* the window that it waits for; 0: none */
    apr_time_t succeeded_at;     /* the last success in signing; 0: never */
    edge_step_t steps[EDGE_STATUS_STEPS]; /* of the last order, in turn; an
                                             empty word ends them */
    /* edge_name_state_t of the last order, by index in the certificate's
     * names; further ones are not told of */
    unsigned char name_states[EDGE_STATUS_NAMES];
} edge_status_t;

/** What a status is made of; pointers may be NULL where there is nothing. */
typedef struct edge_status_source_t {
    const edge_cert_t *cert;
    const ae_cert_facts_t *live;
    const ae_cert_facts_t *staged;
    const edge_state_t *state;
    const edge_deployment_t *deployment;
    const char *order_step;    /* NULL: no order under way */
    int restarts_itself;       /* ACMEReload is not none */
    int is_hot;                /* but hot: it takes no restart */
    const char *live_misfit;   /* why live is not what is configured */
    const char *staged_misfit; /* why the staged set will not do */
    int order_kept;            /* an order in the store waits to be taken up */
    int queued;                /* due, but others go first */
    apr_time_t paused_until;   /* the CA is not asked before; 0: it is */
    int sign_asked;            /* somebody asked for a new certificate */
    apr_time_t approved_at;    /* the staged set may go live since; 0: not */
    const edge_course_t *course; /* of the order under way */
} edge_status_source_t;

/** Derive the status. Pure. */
void edge_status_derive(edge_status_t *status,
                        const edge_status_source_t *source, apr_time_t now);

/** Derive it from the store alone, as the parent does at start. */
void edge_status_read(edge_status_t *status, const edge_store_t *store,
                      const edge_cert_t *cert, int restarts_itself, int is_hot,
                      apr_time_t now, apr_pool_t *p);

/** Whether httpd brings what is staged live by itself, at once or with its next
 * restart: it waits for no window, approval or restart of yours. */
int edge_status_goes_live(const edge_status_t *status, apr_time_t now);

/** The words shown: "valid", "renew", "done". */
const char *edge_phase_word(edge_phase_t phase);
const char *edge_action_word(edge_action_t action);
const char *edge_outcome_word(edge_outcome_t outcome);

#endif
