#include "httpd_serve.h"

#include <apr_hash.h>
#include <apr_strings.h>
#include <http_ssl.h>
#include <stdatomic.h>

#define RETRY_AFTER "30" /* seconds: an order takes about so long */

struct httpd_serve_t {
    edge_slots_t *slots;
    const apr_array_header_t *certs;
    const ae_log_t *log;
    edge_pairs_t *pairs; /* of this child; NULL in the parent */
    apr_hash_t *hosts;   /* const server_rec * to host_t * */
    apr_hash_t *by_ctx;  /* const SSL_CTX * to the same */
    apr_pool_t *pool;
};

/* One virtual host: its slots follow each other, one for each type of key. */
typedef struct host_t {
    const httpd_serve_t *serve;
    int first, count;
    unsigned own;                 /* as httpd_serve_add has it */
    _Atomic int is_ready;         /* there is more than the fallback */
    httpd_serve_info_t *mod_ssls; /* its own callback, or NULL */
} host_t;

/* What is presented in one handshake. */
typedef struct bundle_t {
    edge_pair_refs_t pairs[AE_KEY_TYPES];
    int count;
    int is_whole; /* it takes the place of all that mod_ssl read */
} bundle_t;

httpd_serve_t *httpd_serve_create(edge_slots_t *slots,
                                  const apr_array_header_t *certs,
                                  const ae_log_t *log, apr_pool_t *p)
{
    httpd_serve_t *serve = apr_pcalloc(p, sizeof(*serve));

    serve->slots = slots;
    serve->certs = certs;
    serve->log = log;
    serve->hosts = apr_hash_make(p);
    serve->by_ctx = apr_hash_make(p);
    serve->pool = p;
    return serve;
}

static const edge_cert_t *cert_at(const httpd_serve_t *serve, int i)
{
    return APR_ARRAY_IDX(serve->certs, i, const edge_cert_t *);
}

static int place_of(const httpd_serve_t *serve, const edge_cert_t *cert)
{
    int i = 0;

    while (cert_at(serve, i) != cert) {
        i++;
    }
    return i;
}

void httpd_serve_add(httpd_serve_t *serve, const server_rec *s,
                     const edge_cert_t *cert, unsigned own)
{
    host_t *host = apr_pcalloc(serve->pool, sizeof(*host));

    host->serve = serve;
    host->first = place_of(serve, cert);
    host->own = own;
    for (; cert != NULL; cert = cert->sibling) {
        host->count++;
    }
    apr_hash_set(serve->hosts, apr_pmemdup(serve->pool, &s, sizeof(s)),
                 sizeof(s), host);
}

static host_t *host_of(const httpd_serve_t *serve, const server_rec *s)
{
    return apr_hash_get(serve->hosts, &s, sizeof(s));
}

/* --- what there is ------------------------------------------------------- */

static void take(bundle_t *bundle, const host_t *host)
{
    int i;

    bundle->count = 0;
    bundle->is_whole = 1;
    for (i = 0; i < host->count; i++) {
        if (edge_pairs_take(&bundle->pairs[bundle->count], host->serve->pairs,
                            host->first + i)) {
            bundle->count++;
        } else if (host->own & 1U << i) {
            bundle->is_whole = 0;
        }
    }
}

static void drop(bundle_t *bundle)
{
    while (bundle->count > 0) {
        edge_pair_refs_drop(&bundle->pairs[--bundle->count]);
    }
}

/* --- handshakes ---------------------------------------------------------- */

static int use_pair(SSL *ssl, const edge_pair_refs_t *pair)
{
    return SSL_use_cert_and_key(ssl, pair->leaf, pair->key, pair->chain, 1) ==
           1;
}

/* Where one type is missing, mod_ssl's own of that type is better than none. */
static int use(SSL *ssl, const bundle_t *bundle)
{
    int i, good = 1;

    if (bundle->count > 0 && bundle->is_whole) {
        SSL_certs_clear(ssl);
    }
    for (i = 0; good && i < bundle->count; i++) {
        good = use_pair(ssl, &bundle->pairs[i]);
    }
    return good;
}

static int present(SSL *ssl, void *data)
{
    const host_t *host = data;
    bundle_t bundle;
    int good;

    if (host->serve->pairs == NULL) {
        return 1;
    }
    take(&bundle, host);
    good = use(ssl, &bundle);
    drop(&bundle);
    return good;
}

void httpd_serve_init_server(httpd_serve_t *serve, const server_rec *s,
                             SSL_CTX *ctx, httpd_serve_info_t *info)
{
    host_t *host = host_of(serve, s);

    if (host == NULL) {
        return;
    }
    SSL_CTX_set_cert_cb(ctx, present, host);
    host->mod_ssls = SSL_CTX_get_info_callback(ctx);
    SSL_CTX_set_info_callback(ctx, info);
    apr_hash_set(serve->by_ctx, apr_pmemdup(serve->pool, &ctx, sizeof(ctx)),
                 sizeof(ctx), host);
}

/* Where a session is resumed nobody is asked for a certificate, and the
 * connection would go on with the one that mod_ssl read at its start: that is
 * what SSL_SERVER_* would tell. */
void httpd_serve_follow(const httpd_serve_t *serve, const SSL *ssl, int where,
                        int value)
{
    const SSL_CTX *ctx = SSL_get_SSL_CTX(ssl);
    host_t *host = apr_hash_get(serve->by_ctx, &ctx, sizeof(ctx));

    if (host == NULL) {
        return;
    }
    if (host->mod_ssls != NULL) {
        host->mod_ssls(ssl, where, value);
    }
    if (where & SSL_CB_HANDSHAKE_DONE && SSL_session_reused((SSL *)ssl)) {
        present((SSL *)ssl, host);
    }
}

/* --- processes ----------------------------------------------------------- */

static const apr_array_header_t *names_of(const httpd_serve_t *serve,
                                          apr_pool_t *p)
{
    apr_array_header_t *names =
        apr_array_make(p, serve->certs->nelts, sizeof(const char *));
    int i;

    for (i = 0; i < serve->certs->nelts; i++) {
        APR_ARRAY_PUSH(names, const char *) = cert_at(serve, i)->name;
    }
    return names;
}

void httpd_serve_child_init(httpd_serve_t *serve, apr_pool_t *pchild)
{
    serve->pairs = edge_pairs_create(serve->slots, serve->log,
                                     names_of(serve, pchild), pchild);
}

/* --- requests ------------------------------------------------------------ */

static int is_ready(host_t *host)
{
    bundle_t bundle;

    if (host->own != 0 || atomic_load(&host->is_ready)) {
        return 1;
    }
    take(&bundle, host);
    atomic_store(&host->is_ready, bundle.count > 0);
    drop(&bundle);
    return atomic_load(&host->is_ready);
}

int httpd_serve_read_request(const httpd_serve_t *serve, request_rec *r)
{
    host_t *host = host_of(serve, r->server);

    if (host == NULL || !ap_ssl_conn_is_ssl(r->connection) || is_ready(host)) {
        return DECLINED;
    }
    apr_table_setn(r->err_headers_out, "Retry-After", RETRY_AFTER);
    return HTTP_SERVICE_UNAVAILABLE;
}
