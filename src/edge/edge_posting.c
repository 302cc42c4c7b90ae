#include "edge_posting.h"

#include <apr_strings.h>

struct edge_posting_t {
    const edge_challenge_store_t *challenges;
    apr_array_header_t *published; /* const char *: tokens */
    apr_pool_t *p;
};

edge_posting_t *edge_posting_create(const edge_challenge_store_t *challenges,
                                    apr_pool_t *p)
{
    edge_posting_t *posting = apr_pcalloc(p, sizeof(*posting));

    posting->challenges = challenges;
    posting->published = apr_array_make(p, 4, sizeof(const char *));
    posting->p = p;
    return posting;
}

static void remember(edge_posting_t *posting, const char *token)
{
    if (!ae_text_is_among(posting->published, token)) {
        APR_ARRAY_PUSH(posting->published, const char *) =
            apr_pstrdup(posting->p, token);
    }
}

void edge_posting_recall(edge_posting_t *posting, const json_t *saved)
{
    const apr_array_header_t *tokens = edge_challenge_saved(saved, posting->p);
    int i;

    for (i = 0; i < tokens->nelts; i++) {
        remember(posting, APR_ARRAY_IDX(tokens, i, acme_token_t).token);
    }
}

apr_status_t edge_posting_put(edge_posting_t *posting,
                              const apr_array_header_t *tokens,
                              ae_error_t *err)
{
    const edge_challenge_store_t *challenges = posting->challenges;
    apr_status_t status = APR_SUCCESS;
    int i;

    for (i = 0; status == APR_SUCCESS && i < tokens->nelts; i++) {
        const acme_token_t *token = &APR_ARRAY_IDX(tokens, i, acme_token_t);

        remember(posting, token->token);
        status = challenges->put(challenges->ctx, token, err);
    }
    return status;
}

void edge_posting_withdraw(edge_posting_t *posting)
{
    const edge_challenge_store_t *challenges = posting->challenges;
    int i;

    for (i = 0; i < posting->published->nelts; i++) {
        challenges->withdraw(challenges->ctx, APR_ARRAY_IDX(posting->published,
                                                            i, const char *));
    }
    apr_array_clear(posting->published);
}
