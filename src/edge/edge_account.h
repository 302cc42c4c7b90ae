#ifndef EDGE_ACCOUNT_H
#define EDGE_ACCOUNT_H

/** One account with a CA as the store tells it, for people. */

#include "edge_store.h"

typedef enum edge_account_state_t {
    EDGE_ACCOUNT_NONE, /* the next order opens it */
    EDGE_ACCOUNT_VALID,
    EDGE_ACCOUNT_DEACTIVATED, /* likewise the next order opens another one */
    EDGE_ACCOUNT_DAMAGED,     /* `err` says what is */
    EDGE_ACCOUNT_STATES
} edge_account_state_t;

/** What is not known is NULL or 0. Texts are fit to be shown. */
typedef struct edge_account_t {
    const char *provider;
    edge_account_state_t state;
    const char *directory;
    const char *url;
    const apr_array_header_t
        *contacts; /* const char *, that the CA was told */
    const char *terms;
    const char *key_type;
    const char *thumbprint; /* RFC 7638 */
    int gets_key; /* a rollover is under way, or was cut off: the account may
                     have another key already */
    apr_time_t paused_until;
    ae_error_t err;
} edge_account_t;

/** The word shown: "valid". */
const char *edge_account_word(edge_account_state_t state);

/** Read it and touch nothing; all lives in `p`. Of the key nothing is told but
 * its type and its thumbprint. */
void edge_account_read(edge_account_t *account, const edge_store_t *store,
                       const char *provider, apr_pool_t *p);

/** The providers of these certificates in their order, then those further ones
 * of which the store has an account: const char *, from `p`.
 * @param certs const edge_cert_t *
 * @return APR_SUCCESS or the system's status. */
AE_CHECKED apr_status_t edge_account_providers(apr_array_header_t **providers,
                                               const edge_store_t *store,
                                               const apr_array_header_t *certs,
                                               ae_error_t *err, apr_pool_t *p);

/** Whether a certificate may be ordered there. */
int edge_account_is_used(const char *provider, const edge_cert_t *cert);

#endif
