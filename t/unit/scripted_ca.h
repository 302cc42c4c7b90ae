#ifndef SCRIPTED_CA_H
#define SCRIPTED_CA_H

/** A small CA in memory: it takes requests of the engine, holds them against
 * RFC 8555, keeps accounts and orders, and issues certificates. Tests tell it
 * how to behave and which answers to spoil. All from t_pool. */

#include "acme_exchange.h"
#include "acme_order.h"

#include <jansson.h>

#define CA_DIRECTORY "https://ca.test/directory"

/** How one answer, or several in a row, differ from the right one. */
typedef struct ca_fault_t {
    const char *step;
    unsigned nth;        /* which request of this step, from 1 */
    unsigned times;      /* how many in a row, 0 for one */
    int done;            /* the CA did its work, only the answer is spoiled */
    apr_status_t status; /* no answer at all */
    int code;            /* instead of the right one */
    const char *content_type;
    const char *body;
    const char *retry_after;
    const char *link;
    int no_location;
    int no_nonce;
    int cut; /* half of the body */
} ca_fault_t;

typedef struct ca_authorization_t {
    const char *name; /* without "*." */
    int wildcard;
    const char *status;
    const char *challenge_status;
    const char *token;
    int answers; /* how often the challenge was answered */
} ca_authorization_t;

typedef struct ca_order_t {
    unsigned id;
    const char *status;
    apr_array_header_t *authorizations; /* ca_authorization_t */
    const char *chain;
    int polls; /* until it goes on */
    int finalized;
    apr_time_t expires;
} ca_order_t;

typedef struct ca_t {
    /* How it behaves; set by tests. */
    json_t *meta;
    int validate_polls;      /* order polls until validated; 0: at once */
    int issue_polls;         /* order polls until issued; 0: in finalize */
    const char *retry_after; /* with every order that is not final */
    int reuse;     /* authorizations are valid, orders ready at once */
    int ready;     /* orders are ready from the start */
    int life;      /* of orders in seconds, 0 for a week */
    int not_ready; /* finalize says orderNotReady so often */
    int dns_only_wildcards;
    int relative;              /* URLs are relative references */
    const char *bad_name;      /* does not validate */
    const char *bad_problem;   /* for this reason, JSON */
    const char *order_error;   /* error of orders that fail at issuing, JSON */
    const char *links[3];      /* with the certificate */
    const ae_key_t *other_key; /* certificates are for this key, or NULL */
    int no_revoke;             /* the directory has no revokeCert */
    int foreign;               /* certificates are of another account, */
    int opens;                 /* but authorizations for all names do, too */
    int no_key_change;         /* the directory has no keyChange */
    const char *key_taken;     /* keyChange answers 409 with this account */
    int deactivated;           /* the account is */
    const ae_key_t *cert_key;  /* what revokeCert by jwk is signed with */
    int hides_contacts;        /* account objects have none */
    int forget_account;        /* kid is unknown until newAccount, so often */
    unsigned mangle;           /* seed: damages every third body */
    apr_array_header_t *faults; /* ca_fault_t */
    const ae_key_t *key;        /* issues */
    apr_time_t now;
    /* What tests look at. */
    json_t *steps; /* how many requests of each step */
    unsigned requests;
    const char *violation;          /* the first breach of RFC 8555, or NULL */
    apr_array_header_t *transcript; /* const char *: each exchange */
    json_t *account;                /* payload of newAccount, NULL before */
    json_t *jwk;
    json_t *revoked;   /* the last payload of revokeCert, NULL before */
    unsigned accounts; /* how often one was made */
    apr_array_header_t *orders; /* ca_order_t */
    /* Its own. */
    unsigned nonces;
    json_t *fresh;
} ca_t;

/** A CA that does everything right and at once. */
ca_t *ca_make(void);

/** Spoil an answer. */
void ca_spoil(ca_t *ca, ca_fault_t fault);

/** Answer a request. `published` are the tokens that can be fetched now. */
const acme_response_t *ca_answer(ca_t *ca, const acme_request_t *request,
                                 const apr_array_header_t *published,
                                 apr_time_t now);

/** How many requests of a step there were. */
unsigned ca_count(const ca_t *ca, const char *step);

/** The i-th order. */
ca_order_t *ca_order(const ca_t *ca, int i);

/** A chain for these names and the key of the CSR, PEM; NULL without a CSR. */
const char *ca_issue(const ca_t *ca, const ca_order_t *order, ae_bytes_t csr);

/** The type of an identifier (RFC 8738 section 3), for the names of tests. */
const char *ca_type_of(const char *name);

#endif
