#ifndef EDGE_CHALLENGE_H
#define EDGE_CHALLENGE_H

/** Open http-01 challenges (RFC 8555 section 8.3): which requests mean one,
 * and the store they are answered from. */

#include "acme_order.h"
#include "ae_log.h"
#include "edge_store.h"

#define EDGE_CHALLENGE_PREFIX "/.well-known/acme-challenge/"
#define EDGE_CHALLENGE_ANSWER_MAX (ACME_TOKEN_LENGTH_MAX + 1 + 43)

/** Shared by all processes and peers; somebody above implements it. */
typedef struct edge_challenge_store_t {
    AE_CHECKED apr_status_t (*put)(void *ctx, const acme_token_t *token,
                                   ae_error_t *err);
    void (*withdraw)(void *ctx, const char *token);
    void *ctx;
} edge_challenge_store_t;

/** The token that a request path asks for, or NULL: exactly the prefix and a
 * valid token, nothing encoded, nothing behind. Borrowed from path, which may
 * be NULL. */
const char *edge_challenge_token_of(const char *path);

/** Whether bytes out of the store are the key authorization of this token:
 * token "." 43 characters of base64url. Nothing else is ever served. */
int edge_challenge_answer_valid(const char *token, const char *answer,
                                apr_size_t len);

/** Whether the body of a response is this key authorization, as a CA reads it:
 * RFC 8555 section 8.3 has it pass over white space at the end. */
int edge_challenge_is_answered(const char *body, const char *answer);

/** Read the order in flight of a certificate without touching anything: any
 * process may, where edge_store_order_load is the worker's alone.
 * @return APR_SUCCESS, *saved is NULL where there is none; AE_EFORMAT,
 * AE_ETOOBIG, AE_EUNSAFE; the system's status. */
AE_CHECKED apr_status_t edge_challenge_order(json_t **saved,
                                             const edge_store_t *store,
                                             const edge_cert_t *cert,
                                             ae_error_t *err, apr_pool_t *p);

/** The tokens of an order that was read, acme_token_t, those alone that may be
 * published. They live in `p`. */
const apr_array_header_t *edge_challenge_saved(const json_t *saved,
                                               apr_pool_t *p);

/** Publish the unexpired tokens of all orders in flight again, from their
 * order.json. Any process. @return how many. What cannot be read is logged and
 * passed. */
unsigned edge_challenge_republish(const edge_challenge_store_t *challenges,
                                  const edge_store_t *store,
                                  const apr_array_header_t *certs,
                                  apr_time_t now, const ae_log_t *log,
                                  apr_pool_t *p);

#endif
