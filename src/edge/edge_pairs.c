#include "edge_pairs.h"

#include <apr_tables.h>
#include <pthread.h>
#include <string.h>

typedef struct entry_t {
    pthread_mutex_t mutex; /* of all that follows */
    apr_uint64_t seen;     /* the version that was looked at last */
    edge_pair_refs_t refs; /* in use; no leaf: none yet */
} entry_t;

struct edge_pairs_t {
    edge_slots_t *slots;
    const ae_log_t *log;
    const apr_array_header_t *names;
    entry_t *entries;
};

void edge_pair_refs_drop(edge_pair_refs_t *refs)
{
    X509_free(refs->leaf);
    EVP_PKEY_free(refs->key);
    sk_X509_pop_free(refs->chain, X509_free);
    memset(refs, 0, sizeof(*refs));
}

static apr_status_t pairs_end(void *ctx)
{
    edge_pairs_t *pairs = ctx;
    int i;

    for (i = 0; i < edge_slots_count(pairs->slots); i++) {
        edge_pair_refs_drop(&pairs->entries[i].refs);
        pthread_mutex_destroy(&pairs->entries[i].mutex);
    }
    return APR_SUCCESS;
}

edge_pairs_t *edge_pairs_create(edge_slots_t *slots, const ae_log_t *log,
                                const apr_array_header_t *names, apr_pool_t *p)
{
    edge_pairs_t *pairs = apr_palloc(p, sizeof(*pairs));
    int i, count = edge_slots_count(slots);

    pairs->slots = slots;
    pairs->log = log;
    pairs->names = names;
    pairs->entries = apr_pcalloc(p, (apr_size_t)count * sizeof(entry_t));
    for (i = 0; i < count; i++) {
        pthread_mutex_init(&pairs->entries[i].mutex, NULL);
    }
    apr_pool_cleanup_register(p, pairs, pairs_end, apr_pool_cleanup_null);
    return pairs;
}

static STACK_OF(X509) * chain_make(const ae_cert_t *cert)
{
    STACK_OF(X509) *chain = sk_X509_new_null();
    int i;

    for (i = 1; chain && i < ae_cert_length(cert); i++) {
        if (!X509_add_cert(chain, ae_cert_x509(cert, i),
                           X509_ADD_FLAG_UP_REF)) {
            sk_X509_pop_free(chain, X509_free);
            chain = NULL;
        }
    }
    return chain;
}

apr_status_t edge_pair_refs_make(edge_pair_refs_t *refs, const ae_cert_t *cert,
                                 const ae_key_t *key, ae_error_t *err)
{
    refs->chain = chain_make(cert);
    if (refs->chain == NULL) {
        ae_error_set(err, APR_ENOMEM, "Cannot keep the certificate");
        return ae_error_why_openssl(err);
    }
    refs->leaf = ae_cert_x509(cert, 0);
    refs->key = ae_key_evp(key);
    X509_up_ref(refs->leaf);
    EVP_PKEY_up_ref(refs->key);
    return APR_SUCCESS;
}

static apr_status_t pair_parse(edge_pair_refs_t *refs, ae_bytes_t chain_pem,
                               ae_bytes_t key_pem, ae_error_t *err,
                               apr_pool_t *p)
{
    ae_cert_t *cert;
    ae_key_t *key;
    apr_status_t status = ae_cert_parse(&cert, chain_pem, err, p);

    if (status == APR_SUCCESS) {
        status = ae_key_parse(&key, key_pem, err, p);
    }
    if (status == APR_SUCCESS) {
        status = ae_cert_check_key(cert, key, err);
    }
    return status == APR_SUCCESS ? edge_pair_refs_make(refs, cert, key, err)
                                 : status;
}

static void tell(edge_pairs_t *pairs, int i, apr_uint64_t version,
                 const ae_error_t *err, apr_pool_t *p)
{
    if (!edge_slots_may_tell(pairs->slots, i, version)) {
        return;
    }
    ae_log(pairs->log, AE_LOG_ERROR,
           "AE107: %s: the certificate that was deployed without a restart "
           "cannot be served: %s; the former one is served; \"apachectl "
           "graceful\" serves the new one from live/",
           APR_ARRAY_IDX(pairs->names, i, const char *),
           ae_error_line(err, p));
}

static void entry_renew(edge_pairs_t *pairs, int i, apr_pool_t *p)
{
    entry_t *entry = &pairs->entries[i];
    edge_pair_refs_t refs;
    ae_bytes_t chain_pem, key_pem;
    ae_error_t err;
    apr_status_t status = edge_slots_get(&chain_pem, &key_pem, &entry->seen,
                                         pairs->slots, i, &err, p);

    if (status == APR_SUCCESS) {
        status = pair_parse(&refs, chain_pem, key_pem, &err, p);
    }
    if (status != APR_SUCCESS) {
        tell(pairs, i, entry->seen, &err, p);
        return;
    }
    edge_pair_refs_drop(&entry->refs);
    entry->refs = refs;
}

/* Threads share no pool: this one has an allocator of its own. */
static void entry_look(edge_pairs_t *pairs, int i)
{
    apr_pool_t *ptemp;

    if (edge_slots_version(pairs->slots, i) == pairs->entries[i].seen ||
        apr_pool_create_unmanaged_ex(&ptemp, NULL, NULL) != APR_SUCCESS) {
        return;
    }
    entry_renew(pairs, i, ptemp);
    apr_pool_destroy(ptemp);
}

static int refs_copy(edge_pair_refs_t *refs, const edge_pair_refs_t *from)
{
    if (from->leaf == NULL) {
        return 0;
    }
    refs->chain = X509_chain_up_ref(from->chain);
    if (refs->chain == NULL) {
        return 0;
    }
    refs->leaf = from->leaf;
    refs->key = from->key;
    X509_up_ref(refs->leaf);
    EVP_PKEY_up_ref(refs->key);
    return 1;
}

int edge_pairs_take(edge_pair_refs_t *refs, edge_pairs_t *pairs, int i)
{
    entry_t *entry = &pairs->entries[i];
    int is_there;

    if (edge_slots_version(pairs->slots, i) == 0) {
        return 0;
    }
    pthread_mutex_lock(&entry->mutex);
    entry_look(pairs, i);
    is_there = refs_copy(refs, &entry->refs);
    pthread_mutex_unlock(&entry->mutex);
    return is_there;
}
