#ifndef HTTPD_DEED_H
#define HTTPD_DEED_H

/** What the buttons of the manager page do, in a child of httpd, with the
 * rights that it has. Who may press them is httpd_manager's to know. */

#include "ae_language.h"
#include "edge_store.h"

#include <apr_time.h>

typedef enum httpd_verb_t {
    HTTPD_VERB_SIGN,
    HTTPD_VERB_SHOW,
    HTTPD_VERB_DEPLOY,
    HTTPD_VERB_DISCARD,
    HTTPD_VERB_CHECK,
    HTTPD_VERBS /* and what is none of them */
} httpd_verb_t;

/** What is to be done. Borrowed. */
typedef struct httpd_deed_t {
    httpd_verb_t verb;
    const edge_store_t *store;
    const edge_cert_t *cert;
    const char *serial; /* of the staged one that the page showed; or "" */
    const char *proxy;  /* towards the CA, or NULL */
    int opens_port;     /* as net_look.h has it */
    int worker_runs;
    ae_language_t language;
    apr_time_t now;
} httpd_deed_t;

/** What came of it; text is from the pool. */
typedef struct httpd_outcome_t {
    int code;            /* of HTTP: 303: done, the page shows it */
    const char *notice;  /* for the page */
    const char *text;    /* longer, for the page; or NULL */
    const char *refused; /* for the log; NULL: done */
    int is_fault;        /* refused for something that is to be mended */
    int is_bad;          /* it was done, and what came out is not good */
} httpd_outcome_t;

/** The word in forms, requests and the log: "sign". */
const char *httpd_verb_word(httpd_verb_t verb);

/** @return HTTPD_VERBS where it is none. */
httpd_verb_t httpd_verb_find(const char *word);

/** What is said of a verb that was done and shows nothing itself; NULL for one
 * that does. */
const char *httpd_verb_notice(httpd_verb_t verb, ae_language_t language);

/** Do it. A check takes a minute at most, and a name server's patience. */
void httpd_deed_do(httpd_outcome_t *outcome, const httpd_deed_t *deed,
                   apr_pool_t *p);

#endif
