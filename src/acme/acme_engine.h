#ifndef ACME_ENGINE_H
#define ACME_ENGINE_H

/** What the files of the engine share. Nobody outside this room includes it.
 *
 * An exchange is one request and its reply. It is queued, then on the wire,
 * carried by the order or errand whose acme_..._next gave it out, then judged
 * by the one policy of acme_exchange.c, then read by its step, which stands in
 * acme_session_steps.c, acme_order_steps.c, or with the errands' kinds. */

#include "acme_errand.h"
#include "acme_exchange.h"
#include "acme_order.h"
#include "acme_problem.h"
#include "acme_session.h"

#define ACME_NONCES_MAX 64
#define ACME_NONCE_LENGTH_MAX 256
#define ACME_BAD_NONCES_MAX 5
#define ACME_IN_FLIGHT_MAX 10
#define ACME_AUTHORIZATIONS_MAX 1000
#define ACME_CHALLENGES_MAX 100
#define ACME_FINALIZES_MAX 5

typedef struct acme_exchange_t acme_exchange_t;

/** Why something failed; `problem` is borrowed from whoever met it. */
typedef struct acme_fault_t {
    ae_error_t err;
    const char *step;
    acme_obstacle_t obstacle;
    const char *name;
    const acme_problem_t *problem;
    acme_retry_t retry;
    apr_time_t retry_after;
    int order_lost;
} acme_fault_t;

/** A response that passed the policy, or the problem that it brought. */
typedef struct acme_answer_t {
    const acme_response_t *response;
    const char *url;               /* what relative URLs are relative to */
    json_t *json;                  /* the object; NULL for other media */
    const acme_problem_t *problem; /* NULL for none; in the exchange's pool */
    apr_time_t retry_after;        /* 0 for none */
    int brought_nonce;
} acme_answer_t;

/** Whoever puts exchanges on the wire, its own and the session's: it is part
 * of an order or an errand. */
typedef struct acme_carrier_t {
    int begins;       /* it can wait for the end of any pause */
    unsigned carried; /* on the wire, the session's among them */
} acme_carrier_t;

typedef enum acme_signing_t {
    ACME_UNSIGNED,
    ACME_SIGNED_BY_JWK, /* newAccount alone (RFC 8555 section 6.2) */
    ACME_SIGNED_BY_KID  /* or by the exchange's own key */
} acme_signing_t;

typedef enum acme_media_t {
    ACME_MEDIA_NONE,
    ACME_MEDIA_JSON,
    ACME_MEDIA_CHAIN
} acme_media_t;

/** One step of RFC 8555: a row of acme_session_steps.c, acme_order_steps.c, or
 * of an errand's kind. */
typedef struct acme_step_t {
    const char *name;
    const char *failed; /* "The CA's directory cannot be read" */
    const char *method;
    acme_signing_t signing;
    acme_media_t media;
    /* Set url and payload. A fault is final: nothing is sent. */
    apr_status_t (*build)(acme_exchange_t *exchange, acme_fault_t *fault);
    /* Take in what came back. */
    apr_status_t (*read)(acme_exchange_t *exchange,
                         const acme_answer_t *answer, apr_time_t now,
                         acme_fault_t *fault);
    /* Deal with a problem that is no failure, or add to the fault; true where
     * there is none any more. May be NULL. */
    int (*mend)(acme_exchange_t *exchange, const acme_answer_t *answer,
                apr_time_t now, acme_fault_t *fault);
} acme_step_t;

extern const acme_step_t acme_step_directory;
extern const acme_step_t acme_step_new_nonce;
extern const acme_step_t acme_step_new_account;
extern const acme_step_t acme_step_update_account;
extern const acme_step_t acme_step_new_order;
extern const acme_step_t acme_step_authorization;
extern const acme_step_t acme_step_challenge;
extern const acme_step_t acme_step_order;
extern const acme_step_t acme_step_finalize;
extern const acme_step_t acme_step_certificate;
extern const acme_step_t acme_step_revoke_cert;
extern const acme_step_t acme_step_tell_account;
extern const acme_step_t acme_step_deactivate;
extern const acme_step_t acme_step_key_change;
extern const acme_step_t acme_step_find_account;

struct acme_exchange_t {
    acme_request_t request;
    const acme_step_t *step;
    acme_session_t *session;
    acme_carrier_t *owner;   /* NULL: the session's own */
    acme_carrier_t *carrier; /* NULL: not on the wire */
    acme_order_t *order;     /* what it belongs to, */
    acme_errand_t *errand;   /* one of both, or NULL */
    int index;               /* which authorization */
    const ae_key_t *signer;  /* signs by jwk, without an account; or NULL */
    const char *url;         /* set by build */
    const char *payload;
    char nonce[ACME_NONCE_LENGTH_MAX + 1]; /* of a badNonce reply, or "" */
    unsigned nonces_refused;
    unsigned account;  /* the session's when it was signed */
    int asked;         /* it waits for the session, */
    apr_time_t since;  /* since then, */
    unsigned failures; /* when this many of its steps had failed */
    acme_exchange_t *next;
    apr_pool_t *p;    /* its own */
    apr_pool_t *wire; /* what is on the wire; cleared at each signing */
};

/* -- acme_nonces.c -- */

/** The freshest nonces, the oldest fall out. */
typedef struct acme_nonces_t {
    unsigned count;
    unsigned newest;
    char ring[ACME_NONCES_MAX][ACME_NONCE_LENGTH_MAX + 1];
} acme_nonces_t;

/** Whether it is a nonce (RFC 8555 section 6.5.1). */
int acme_nonce_valid(const char *nonce);
void acme_nonces_push(acme_nonces_t *nonces, const char *nonce);
/** Take the freshest. @return false where there is none. */
int acme_nonces_pop(char nonce[ACME_NONCE_LENGTH_MAX + 1],
                    acme_nonces_t *nonces);

/* -- acme_exchange.c -- */

typedef enum acme_verdict_t {
    ACME_ANSWERED, /* read it */
    ACME_AGAIN,    /* sign and send again */
    ACME_REFUSED   /* the fault says why */
} acme_verdict_t;

/** Queue a new exchange at the end of a list. */
acme_exchange_t *acme_exchange_queue(acme_exchange_t **list,
                                     const acme_step_t *step,
                                     acme_session_t *session,
                                     acme_carrier_t *owner,
                                     apr_pool_t *parent);

/** Take it out of its list and destroy it, wherever it stands. */
void acme_exchange_drop(acme_exchange_t **list, acme_exchange_t *exchange);

/** The first of a list that is not on the wire, or NULL. */
acme_exchange_t *acme_exchange_queued(acme_exchange_t *list);

/** Build its URL and payload, once. @return APR_SUCCESS, else fault. */
AE_CHECKED apr_status_t acme_exchange_build(acme_exchange_t *exchange,
                                            acme_fault_t *fault);

/** Sign with `nonce` where the step wants it and make its request, carried by
 * `carrier`. @return APR_SUCCESS, else fault. */
AE_CHECKED apr_status_t acme_exchange_launch(acme_exchange_t *exchange,
                                             acme_carrier_t *carrier,
                                             const char *nonce,
                                             acme_fault_t *fault);

/** Take it off the wire, and judge what came back. */
acme_verdict_t acme_exchange_judge(acme_answer_t *answer, acme_fault_t *fault,
                                   acme_exchange_t *exchange,
                                   const acme_response_t *response,
                                   apr_time_t now);

/** Begin a fault of a step: in the step's words, to be tried again. */
void acme_fault_begin(acme_fault_t *fault, const acme_step_t *step,
                      apr_status_t status);

/** An answer that is JSON but not what RFC 8555 says. @return AE_EFORMAT. */
apr_status_t acme_fault_odd(acme_fault_t *fault,
                            const acme_exchange_t *exchange, const char *fmt,
                            ...) AE_PRINTF(3, 4);

/* -- acme_session.c, acme_session_save.c -- */

struct acme_session_t {
    apr_pool_t *p;
    acme_session_config_t config;
    unsigned revision;
    /* RFC 8555 section 7.1.1; all NULL before it was read */
    const char *new_nonce;
    const char *new_account;
    const char *new_order;
    const char *revoke_cert; /* NULL where the CA has none, */
    const char *key_change;  /* as here */
    int external_account_required;
    const char *terms;
    const char *thumbprint;
    const char *account_url;
    unsigned account; /* counts account_url's changes */
    unsigned accounts_lost;
    int is_created;                 /* for acme_session_take_created */
    const apr_array_header_t *told; /* contacts; NULL: nobody knows which */
    int tell_failed;                /* not again in this session */
    ae_error_t tell_error;          /* for acme_session_take_warning, */
    acme_failure_t tell_failure;    /* as this */
    acme_nonces_t nonces;
    acme_exchange_t *exchanges; /* the session's own */
    unsigned in_flight;         /* of all carriers */
    unsigned waiting;           /* queued and to be signed */
    unsigned nonces_coming;     /* newNonce in flight */
    acme_fault_t fault;         /* the last of `failures` */
    apr_pool_t *fault_pool;
    unsigned failures;
    unsigned troubles;    /* failures in a row */
    apr_time_t failed_at; /* 0 before; the pause counts from here */
    apr_time_t paused_until;
    apr_time_t refused_until; /* `fault` is the answer to all until then */
};

/** Let an exchange go out, or what the session needs before.
 * @return ACME_SEND, ACME_WAIT or ACME_FAILED with fault */
acme_next_t acme_session_admit(const acme_request_t **request,
                               apr_time_t *wake, acme_fault_t *fault,
                               acme_session_t *session,
                               acme_exchange_t *exchange,
                               acme_carrier_t *carrier, apr_time_t now);

/** Take a verdict on one of the session's own exchanges. */
void acme_session_take(acme_session_t *session, acme_exchange_t *exchange,
                       acme_verdict_t verdict, const acme_answer_t *answer,
                       acme_fault_t *fault, apr_time_t now);

/** One of the session's own came to nothing: all that wait for it fail. */
void acme_session_fail_own(acme_session_t *session, acme_exchange_t *exchange,
                           const acme_fault_t *fault, apr_time_t now);

/** Drop what this one carries for the session. */
void acme_session_forget(acme_session_t *session,
                         const acme_carrier_t *carrier);

/** The CA does not know the account that signed this exchange: make it anew.
 * @return false where that was done once before */
int acme_session_lose_account(acme_session_t *session,
                              const acme_exchange_t *exchange);

/** Whether this answer says that the account is lost, and it is made anew:
 * the exchange waits for it (RFC 8555 section 6.7). */
int acme_session_account_is_lost(const acme_exchange_t *exchange,
                                 const acme_answer_t *answer);

/** The account key's thumbprint, made once. */
AE_CHECKED apr_status_t acme_session_thumbprint(const char **thumbprint,
                                                acme_session_t *session,
                                                ae_error_t *err);

/* What the steps tell the session. */
void acme_session_set_key(acme_session_t *session, const ae_key_t *key);
void acme_session_set_account(acme_session_t *session, const char *url);
void acme_session_set_terms(acme_session_t *session, const char *url);

/* -- acme_account.c -- */

/** The contacts as JSON, a new reference. NULL is none. */
json_t *acme_account_print(const apr_array_header_t *contacts);

/** Note what the CA knows now; NULL is none. */
void acme_account_told(acme_session_t *session,
                       const apr_array_header_t *contacts);

/** Note what an account object, or what was saved, says of it. */
void acme_account_load(acme_session_t *session, const json_t *object);

/** Whether the CA is to be told other contacts than it knows. */
int acme_account_is_outdated(const acme_session_t *session);

/** It could not be told; that keeps nothing else from going on. */
void acme_account_fail(acme_session_t *session, const acme_fault_t *fault);

/* -- acme_order.c -- */

typedef enum acme_order_state_t {
    ACME_ORDER_BEGIN,
    ACME_ORDER_TAKE_UP,
    ACME_ORDER_AUTHORIZE,
    ACME_ORDER_PROVISION,
    ACME_ORDER_CHALLENGE,
    ACME_ORDER_POLL,
    ACME_ORDER_FINALIZE,
    ACME_ORDER_DOWNLOAD,
    ACME_ORDER_EXPLAIN,
    ACME_ORDER_READY,
    ACME_ORDER_FAILED,
    ACME_ORDER_STATES
} acme_order_state_t;

/** RFC 8555 section 7.1.6. */
typedef enum acme_order_status_t {
    ACME_STATUS_PENDING,
    ACME_STATUS_READY,
    ACME_STATUS_PROCESSING,
    ACME_STATUS_VALID,
    ACME_STATUS_INVALID,
    ACME_ORDER_STATUSES
} acme_order_status_t;

/** RFC 8555 section 7.1.4. */
typedef struct acme_authorization_t {
    const char *url;
    const char *name; /* "*.a.example" for a wildcard */
    const char *status;
    const char *challenge_url; /* its http-01 challenge */
    int answer;                /* the challenge waits for {} */
    int failed;                /* neither pending nor valid */
    const acme_problem_t *problem;
} acme_authorization_t;

struct acme_order_t {
    acme_carrier_t carrier;
    apr_pool_t *p;
    acme_session_t *session;
    const apr_array_header_t *names;
    ae_bytes_t csr;
    acme_order_state_t state;
    int entered; /* the state's exchanges were queued */
    int told;    /* ACME_PROVISION was returned */
    unsigned revision;
    acme_exchange_t *exchanges;
    const char *url;
    const char *account; /* that made it */
    const char *finalize;
    const char *certificate;
    apr_time_t expires; /* 0 for unknown */
    const acme_problem_t *problem;
    apr_array_header_t *authorizations; /* acme_authorization_t */
    apr_array_header_t *states;         /* acme_authorization_state_t */
    apr_array_header_t *tokens;         /* acme_token_t */
    apr_time_t poll_at;
    apr_interval_time_t poll_pause;
    apr_time_t poll_until;
    unsigned finalized; /* how often */
    const char *chain;
    apr_array_header_t *alternates;
    acme_failure_t failure;
    ae_error_t err;
};

/** It failed for good. What is on the wire comes back and is absorbed. */
void acme_order_fail(acme_order_t *order, const acme_fault_t *fault);

/* -- acme_order_state.c -- */

/** Queue what the state sends; leave it when all of that is done. */
void acme_order_settle(acme_order_t *order, apr_time_t now);

/** The one function that changes the state. */
void acme_order_move(acme_order_t *order, acme_order_state_t state);

/** Go on as the CA's order object says. */
AE_CHECKED apr_status_t acme_order_follow(acme_exchange_t *exchange,
                                          acme_order_status_t status,
                                          apr_time_t retry_after,
                                          apr_time_t now, acme_fault_t *fault);

/** Poll the order again: when the CA said, or soon. */
void acme_order_poll(acme_order_t *order, apr_time_t retry_after,
                     apr_time_t now);

/* -- acme_authorization.c -- */

acme_authorization_t *acme_order_authorization(const acme_order_t *order,
                                               int index);

/** Read an authorization object into its row, and its token. */
AE_CHECKED apr_status_t acme_authorization_read(acme_exchange_t *exchange,
                                                const json_t *object,
                                                const char *base,
                                                apr_time_t now,
                                                acme_fault_t *fault);

/** Show all names as valid: the order says so. */
void acme_authorization_show_valid(acme_order_t *order);

/** Say of an order that cannot come to its end what failed for which name. */
void acme_authorization_explain(acme_fault_t *fault,
                                const acme_order_t *order);

/** Add a token, or know it already. */
void acme_order_add_token(acme_order_t *order, const acme_token_t *token);

/* -- acme_errand.c -- */

struct acme_errand_t {
    acme_carrier_t carrier;
    apr_pool_t *p;
    acme_session_t *session;
    const acme_step_t *step;
    acme_exchange_t *exchanges; /* one; none once it has ended */
    int done_before;
    int sent; /* its own exchange was on the wire */
    int failed;
    acme_failure_t failure;
    ae_error_t err;
    void *data; /* of the kind, in p */
};

/** Make an errand of one step, with a pool of its own below `p`.
 * @param signer signs by jwk instead of the account, or NULL; borrowed */
AE_CHECKED apr_status_t acme_errand_create(acme_errand_t **errand,
                                           acme_session_t *session,
                                           const acme_step_t *step,
                                           const ae_key_t *signer,
                                           apr_pool_t *p);

/* -- acme_chain.c -- */

/** Check what the CA sent as certificate: a chain in PEM whose leaf has the
 * key of the request. @return APR_SUCCESS; AE_EFORMAT; AE_EMISMATCH for
 * another key. */
AE_CHECKED apr_status_t acme_chain_check(ae_bytes_t pem, ae_bytes_t csr,
                                         ae_error_t *err, apr_pool_t *ptemp);

#endif
