#ifndef EDGE_SESSION_OWN_H
#define EDGE_SESSION_OWN_H

/** What the files of a session share: edge_session.c opens and keeps them,
 * edge_session_account.c changes their accounts. For nobody else. */

#include "edge_session.h"

struct edge_session_t {
    const edge_store_t *store;
    const edge_provider_t *provider;
    const ae_log_t *log;
    acme_session_config_t config;
    acme_session_t *acme;
    unsigned saved;       /* revision that is in the store */
    unsigned inside;      /* how many are */
    const void *claimed;  /* who wants it alone */
    const ae_key_t *next; /* in doubt, or NULL */
    int untaken;          /* the CA has the key that is not in its place yet */
    unsigned unsettled;   /* how often nobody could find out, */
    apr_time_t settle_at; /* and when to try again */
    apr_pool_t *p;        /* its own */
};

/** Read the new key of a rollover that was cut off, and warn where it is
 * damaged. */
void edge_session_load_next(edge_session_t *session, apr_pool_t *ptemp);

/** When to ask again which key the account has; 0 for at once. */
apr_time_t edge_session_settle_at(const edge_session_t *session,
                                  apr_time_t now);

#endif
