#include "httpd_contexts.h"

#include "edge_pairs.h"

#include <apr_hash.h>
#include <apr_strings.h>

struct httpd_contexts_t {
    apr_hash_t *hosts; /* const server_rec * to host_t * */
    apr_pool_t *pool;
};

typedef struct host_t {
    const edge_cert_t *cert;
    SSL_CTX *ctx; /* NULL: mod_ssl has none */
} host_t;

httpd_contexts_t *httpd_contexts_create(apr_pool_t *p)
{
    httpd_contexts_t *contexts = apr_palloc(p, sizeof(*contexts));

    contexts->hosts = apr_hash_make(p);
    contexts->pool = p;
    return contexts;
}

void httpd_contexts_add(httpd_contexts_t *contexts, const server_rec *s,
                        const edge_cert_t *cert)
{
    host_t *host = apr_pcalloc(contexts->pool, sizeof(*host));

    host->cert = cert;
    apr_hash_set(contexts->hosts, apr_pmemdup(contexts->pool, &s, sizeof(s)),
                 sizeof(s), host);
}

void httpd_contexts_init_server(httpd_contexts_t *contexts,
                                const server_rec *s, SSL_CTX *ctx)
{
    host_t *host = apr_hash_get(contexts->hosts, &s, sizeof(s));

    if (host != NULL) {
        host->ctx = ctx;
    }
}

static int has(const host_t *host, const edge_cert_t *cert)
{
    const edge_cert_t *own = host->cert;

    while (own != NULL && own != cert) {
        own = own->sibling;
    }
    return own != NULL;
}

/* On a connection of nobody. */
static int takes(const host_t *host, const edge_pair_refs_t *pair)
{
    SSL *trial = SSL_new(host->ctx);
    int good =
        trial != NULL && SSL_use_cert_and_key(trial, pair->leaf, pair->key,
                                              pair->chain, 1) == 1;

    SSL_free(trial);
    return good;
}

static apr_status_t refuse(ae_error_t *err)
{
    ae_error_set(err, AE_EMISMATCH,
                 "The TLS settings of its virtual host do not take the "
                 "certificate");
    ae_error_why_openssl(err);
    return ae_error_next(err, "with it mod_ssl would not start: mend "
                              "SSLCipherSuite or SSLOpenSSLConfCmd, or choose "
                              "another ACMEKeyType");
}

apr_status_t httpd_contexts_judge(void *contexts, const edge_cert_t *cert,
                                  const ae_cert_t *chain, const ae_key_t *key,
                                  ae_error_t *err)
{
    const httpd_contexts_t *self = contexts;
    apr_hash_index_t *at = apr_hash_first(NULL, self->hosts);
    edge_pair_refs_t pair;
    apr_status_t rv = edge_pair_refs_make(&pair, chain, key, err);

    if (rv != APR_SUCCESS) {
        return rv;
    }
    for (; rv == APR_SUCCESS && at != NULL; at = apr_hash_next(at)) {
        const host_t *host = apr_hash_this_val(at);

        if (host->ctx != NULL && has(host, cert) && !takes(host, &pair)) {
            rv = refuse(err);
        }
    }
    edge_pair_refs_drop(&pair);
    return rv;
}
