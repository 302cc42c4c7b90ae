#include "ae_secret.h"

#include <openssl/crypto.h>

typedef struct secret_t {
    void *data;
    apr_size_t len;
} secret_t;

static apr_status_t secret_cleanse(void *ctx)
{
    secret_t *secret = ctx;

    OPENSSL_cleanse(secret->data, secret->len);
    return APR_SUCCESS;
}

void *ae_secret_alloc(apr_size_t len, apr_pool_t *p)
{
    secret_t *secret = apr_palloc(p, sizeof(*secret));

    secret->data = apr_pcalloc(p, len);
    secret->len = len;
    apr_pool_cleanup_register(p, secret, secret_cleanse,
                              apr_pool_cleanup_null);
    return secret->data;
}
