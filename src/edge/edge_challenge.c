#include "edge_challenge.h"

#include "ae_time.h"
#include "edge_record.h"

#include <string.h>

#define TOKENS_MAX 1000
#define THUMBPRINT_LENGTH 43 /* SHA-256 in base64url (RFC 8555 section 8.1) */

const char *edge_challenge_token_of(const char *path)
{
    static const char prefix[] = EDGE_CHALLENGE_PREFIX;
    const char *token;

    if (path == NULL || strncmp(path, prefix, sizeof(prefix) - 1) != 0) {
        return NULL;
    }
    token = path + sizeof(prefix) - 1;
    return acme_token_valid(token, strnlen(token, ACME_TOKEN_LENGTH_MAX + 1))
               ? token
               : NULL;
}

int edge_challenge_answer_valid(const char *token, const char *answer,
                                apr_size_t len)
{
    apr_size_t token_len = strnlen(token, ACME_TOKEN_LENGTH_MAX + 1);

    return acme_token_valid(token, token_len) &&
           len == token_len + 1 + THUMBPRINT_LENGTH &&
           memcmp(answer, token, token_len) == 0 && answer[token_len] == '.' &&
           acme_token_valid(answer + token_len + 1, THUMBPRINT_LENGTH);
}

int edge_challenge_is_answered(const char *body, const char *answer)
{
    apr_size_t len = strlen(answer);

    return strncmp(body, answer, len) == 0 &&
           body[len + strspn(body + len, " \t\r\n")] == '\0';
}

apr_status_t edge_challenge_order(json_t **saved, const edge_store_t *store,
                                  const edge_cert_t *cert, ae_error_t *err,
                                  apr_pool_t *p)
{
    apr_status_t status =
        edge_record_read(saved,
                         edge_store_path(store, p, "staging", cert->dir,
                                         "order", "order.json", NULL),
                         err, p);

    if (status != APR_SUCCESS) {
        *saved = NULL;
    }
    return APR_STATUS_IS_ENOENT(status) ? APR_SUCCESS : status;
}

static int read_token(acme_token_t *token, const json_t *saved, apr_pool_t *p)
{
    const char *expires = ae_json_get_string(saved, "expires", p);

    token->name = ae_json_get_string(saved, "name", p);
    token->token = ae_json_get_string(saved, "token", p);
    token->key_authorization =
        ae_json_get_string(saved, "keyAuthorization", p);
    token->expires = 0;
    return token->name != NULL && token->token != NULL &&
           token->key_authorization != NULL && expires != NULL &&
           ae_time_parse(&token->expires, expires) == APR_SUCCESS &&
           edge_challenge_answer_valid(token->token, token->key_authorization,
                                       strlen(token->key_authorization));
}

const apr_array_header_t *edge_challenge_saved(const json_t *saved,
                                               apr_pool_t *p)
{
    apr_array_header_t *tokens = apr_array_make(p, 4, sizeof(acme_token_t));
    const json_t *order = ae_json_get_object(saved, "order");
    const json_t *list =
        order != NULL ? ae_json_get_array(order, "tokens") : NULL;
    size_t i;

    for (i = 0; i < json_array_size(list) && i < TOKENS_MAX; i++) {
        acme_token_t token;

        if (read_token(&token, json_array_get(list, i), p)) {
            APR_ARRAY_PUSH(tokens, acme_token_t) = token;
        }
    }
    return tokens;
}

static unsigned publish(const edge_challenge_store_t *challenges,
                        const apr_array_header_t *tokens,
                        const edge_cert_t *cert, apr_time_t now,
                        const ae_log_t *log, apr_pool_t *p)
{
    unsigned published = 0;
    int i;

    for (i = 0; i < tokens->nelts; i++) {
        const acme_token_t *token = &APR_ARRAY_IDX(tokens, i, acme_token_t);
        ae_error_t err;

        if (token->expires <= now) {
            continue;
        }
        if (challenges->put(challenges->ctx, token, &err) != APR_SUCCESS) {
            ae_log(log, AE_LOG_WARNING,
                   "AE049: %s: an open challenge for %s could not be "
                   "published again: %s",
                   cert->name, token->name, ae_error_line(&err, p));
            continue;
        }
        published++;
    }
    return published;
}

unsigned edge_challenge_republish(const edge_challenge_store_t *challenges,
                                  const edge_store_t *store,
                                  const apr_array_header_t *certs,
                                  apr_time_t now, const ae_log_t *log,
                                  apr_pool_t *p)
{
    unsigned published = 0;
    apr_pool_t *scratch;
    int i;

    apr_pool_create(&scratch, p);
    for (i = 0; i < certs->nelts; i++) {
        const edge_cert_t *cert = APR_ARRAY_IDX(certs, i, const edge_cert_t *);
        json_t *saved = NULL;
        ae_error_t err;

        apr_pool_clear(scratch);
        if (edge_challenge_order(&saved, store, cert, &err, scratch) !=
            APR_SUCCESS) {
            ae_log(log, AE_LOG_WARNING,
                   "AE048: %s: the order under way cannot be read, its "
                   "challenges are not answered: %s",
                   cert->name, ae_error_line(&err, scratch));
        } else if (saved != NULL) {
            published +=
                publish(challenges, edge_challenge_saved(saved, scratch), cert,
                        now, log, scratch);
        }
    }
    apr_pool_destroy(scratch);
    return published;
}
