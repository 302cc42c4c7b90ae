#include "httpd_cache.h"

#include <ap_socache.h>
#include <apr_global_mutex.h>
#include <apr_strings.h>
#include <http_config.h>
#include <openssl/evp.h>
#include <string.h>
#include <util_mutex.h>

#define MUTEX_TYPE "acme-edge-challenge"
#define NAMESPACE "acme-edge" /* at most 16 characters (ap_socache.h) */
#define LIFE_HINT apr_time_from_sec(60)

struct httpd_cache_t {
    httpd_cache_config_t config;
    const ap_socache_provider_t *provider;
    ap_socache_instance_t *instance;
    apr_global_mutex_t *mutex; /* NULL where the provider needs none */
    int broken;                /* in this process */
};

apr_status_t httpd_cache_register_mutex(apr_pool_t *pconf)
{
    return ap_mutex_register(pconf, MUTEX_TYPE, NULL, APR_LOCK_DEFAULT, 0);
}

/* --- opening ------------------------------------------------------------- */

static const ap_socache_provider_t *provider_of(const char *name)
{
    return ap_lookup_provider(AP_SOCACHE_PROVIDER_GROUP, name,
                              AP_SOCACHE_PROVIDER_VERSION);
}

int httpd_cache_has(const char *provider)
{
    return provider_of(provider) != NULL;
}

static apr_status_t provider_find(httpd_cache_t *cache, ae_error_t *err)
{
    const char *name = cache->config.provider;

    cache->provider = provider_of(name);
    if (cache->provider == NULL) {
        ae_error_set(err, APR_ENOENT, "ACMEChallengeStore %s", name);
        ae_error_why(err, "httpd has no such provider");
        return ae_error_next(err, "load mod_socache_%s", name);
    }
    return APR_SUCCESS;
}

static const char *args_of(const httpd_cache_t *cache)
{
    return cache->config.args ? cache->config.args : "";
}

static apr_status_t provider_create(httpd_cache_t *cache, ae_error_t *err,
                                    apr_pool_t *p, apr_pool_t *ptemp)
{
    const char *refusal = cache->provider->create(
        &cache->instance, cache->config.args, ptemp, p);

    if (refusal != NULL) {
        ae_error_set(err, APR_EINVAL, "ACMEChallengeStore %s:%s",
                     cache->config.provider, args_of(cache));
        return ae_error_why(err, "%s", refusal);
    }
    return APR_SUCCESS;
}

static apr_status_t instance_destroy(void *data)
{
    httpd_cache_t *cache = data;

    cache->provider->destroy(cache->instance, cache->config.server);
    return APR_SUCCESS;
}

static apr_status_t provider_init(httpd_cache_t *cache, ae_error_t *err,
                                  apr_pool_t *p)
{
    static const struct ap_socache_hints hints = {
        sizeof(httpd_cache_id_t), EDGE_CHALLENGE_ANSWER_MAX, LIFE_HINT};
    apr_status_t rv = cache->provider->init(cache->instance, NAMESPACE, &hints,
                                            cache->config.server, p);

    if (rv != APR_SUCCESS) {
        ae_error_set(err, rv, "ACMEChallengeStore %s:%s",
                     cache->config.provider, args_of(cache));
        return ae_error_why_status(err, rv);
    }
    apr_pool_cleanup_register(p, cache, instance_destroy,
                              apr_pool_cleanup_null);
    return APR_SUCCESS;
}

static apr_status_t refuse_mutex(ae_error_t *err, apr_status_t rv)
{
    ae_error_set(err, rv, "the mutex " MUTEX_TYPE);
    ae_error_why_status(err, rv);
    return ae_error_next(
        err, "choose another mechanism: Mutex file:DIR " MUTEX_TYPE);
}

static apr_status_t mutex_create(httpd_cache_t *cache, ae_error_t *err,
                                 apr_pool_t *p)
{
    apr_status_t rv = APR_SUCCESS;

    if (cache->provider->flags & AP_SOCACHE_FLAG_NOTMPSAFE) {
        rv = ap_global_mutex_create(&cache->mutex, NULL, MUTEX_TYPE,
                                    cache->config.mutex, cache->config.server,
                                    p, 0);
    }
    return rv == APR_SUCCESS ? rv : refuse_mutex(err, rv);
}

apr_status_t httpd_cache_create(httpd_cache_t **cache,
                                const httpd_cache_config_t *config,
                                ae_error_t *err, apr_pool_t *p,
                                apr_pool_t *ptemp)
{
    httpd_cache_t *made = apr_pcalloc(p, sizeof(*made));
    apr_status_t rv;

    made->config = *config;
    if ((rv = provider_find(made, err)) != APR_SUCCESS ||
        (rv = provider_create(made, err, p, ptemp)) != APR_SUCCESS ||
        (rv = mutex_create(made, err, p)) != APR_SUCCESS ||
        (rv = provider_init(made, err, p)) != APR_SUCCESS) {
        return rv;
    }
    *cache = made;
    return APR_SUCCESS;
}

apr_status_t httpd_cache_child_init(httpd_cache_t *cache, ae_error_t *err,
                                    apr_pool_t *pchild)
{
    apr_status_t rv = APR_SUCCESS;

    if (cache->mutex != NULL) {
        rv = apr_global_mutex_child_init(
            &cache->mutex, apr_global_mutex_lockfile(cache->mutex), pchild);
    }
    cache->broken = rv != APR_SUCCESS;
    return rv == APR_SUCCESS ? rv : refuse_mutex(err, rv);
}

/* --- one access ---------------------------------------------------------- */

static apr_status_t lock(const httpd_cache_t *cache)
{
    if (cache->broken) {
        return APR_ENOLOCK;
    }
    return cache->mutex ? apr_global_mutex_lock(cache->mutex) : APR_SUCCESS;
}

static void unlock(const httpd_cache_t *cache)
{
    if (cache->mutex != NULL) {
        apr_global_mutex_unlock(cache->mutex);
    }
}

httpd_cache_id_t httpd_cache_id(const char *token)
{
    static const char domain[] = "acme-edge:";
    char text[sizeof(domain) + ACME_TOKEN_LENGTH_MAX];
    httpd_cache_id_t id;

    memset(&id, 0, sizeof(id));
    apr_snprintf(text, sizeof(text), "%s%s", domain, token);
    EVP_Digest(text, strlen(text), id.bytes, NULL, EVP_sha256(), NULL);
    return id;
}

/* Of several servers, the one that an entry belongs to: the provider fails
 * where that is down, and goes on to the next when it is asked again. */
static int may_go_on(apr_status_t rv)
{
    return rv != APR_SUCCESS && rv != APR_NOTFOUND && rv != APR_ENOMEM;
}

static apr_status_t retrieve(httpd_cache_entry_t *entry,
                             const httpd_cache_t *cache,
                             const httpd_cache_id_t *id, apr_pool_t *p)
{
    entry->len = sizeof(entry->bytes);
    return cache->provider->retrieve(cache->instance, cache->config.server,
                                     id->bytes, sizeof(id->bytes),
                                     entry->bytes, &entry->len, p);
}

apr_status_t httpd_cache_get(httpd_cache_entry_t *entry,
                             const httpd_cache_t *cache,
                             const httpd_cache_id_t *id, apr_pool_t *p)
{
    apr_status_t rv = lock(cache);

    if (rv != APR_SUCCESS) {
        return rv;
    }
    rv = retrieve(entry, cache, id, p);
    if (may_go_on(rv) && retrieve(entry, cache, id, p) == APR_SUCCESS) {
        rv = APR_SUCCESS;
    }
    unlock(cache);
    return rv;
}

static apr_status_t put_once(const httpd_cache_t *cache,
                             const httpd_cache_id_t *id,
                             httpd_cache_entry_t *entry, apr_time_t expires,
                             apr_pool_t *p)
{
    return cache->provider->store(cache->instance, cache->config.server,
                                  id->bytes, sizeof(id->bytes), expires,
                                  entry->bytes, entry->len, p);
}

static apr_status_t store(const httpd_cache_t *cache,
                          const httpd_cache_id_t *id,
                          httpd_cache_entry_t *entry, apr_time_t expires,
                          apr_pool_t *p)
{
    apr_status_t rv = lock(cache);

    if (rv != APR_SUCCESS) {
        return rv;
    }
    rv = put_once(cache, id, entry, expires, p);
    if (may_go_on(rv) &&
        put_once(cache, id, entry, expires, p) == APR_SUCCESS) {
        rv = APR_SUCCESS;
    }
    unlock(cache);
    return rv;
}

apr_status_t httpd_cache_put(const httpd_cache_t *cache,
                             const httpd_cache_id_t *id,
                             httpd_cache_entry_t *entry, apr_time_t expires,
                             apr_pool_t *p)
{
    httpd_cache_entry_t back;
    apr_status_t rv = store(cache, id, entry, expires, p);

    if (rv == APR_SUCCESS) {
        rv = httpd_cache_get(&back, cache, id, p);
    }
    return rv == APR_SUCCESS && !httpd_cache_same(&back, entry) ? AE_EMISMATCH
                                                                : rv;
}

void httpd_cache_remove(const httpd_cache_t *cache, const httpd_cache_id_t *id,
                        apr_pool_t *p)
{
    if (lock(cache) == APR_SUCCESS) {
        cache->provider->remove(cache->instance, cache->config.server,
                                id->bytes, sizeof(id->bytes), p);
        unlock(cache);
    }
}

int httpd_cache_same(const httpd_cache_entry_t *one,
                     const httpd_cache_entry_t *other)
{
    return one->len == other->len &&
           memcmp(one->bytes, other->bytes, one->len) == 0;
}
