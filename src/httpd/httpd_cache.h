#ifndef HTTPD_CACHE_H
#define HTTPD_CACHE_H

/** One of httpd's socache providers, for open challenges. Entries are found by
 * the digest of their token, for a token is 128 bytes of somebody else's
 * choice. */

#include "edge_challenge.h"

#include <httpd.h>

typedef struct httpd_cache_t httpd_cache_t;

/** Borrowed; must outlive it. */
typedef struct httpd_cache_config_t {
    server_rec *server;
    const char *provider; /* "shmcb" */
    const char *args;     /* the provider's own, or NULL */
    const char *mutex;    /* tells the mutexes of two apart, or NULL */
} httpd_cache_config_t;

typedef struct httpd_cache_id_t {
    unsigned char bytes[32]; /* SHA-256 */
} httpd_cache_id_t;

typedef struct httpd_cache_entry_t {
    unsigned char bytes[EDGE_CHALLENGE_ANSWER_MAX];
    unsigned len;
} httpd_cache_entry_t;

/** pre_config: let the Mutex directive know ours. */
AE_CHECKED apr_status_t httpd_cache_register_mutex(apr_pool_t *pconf);

/** Whether httpd has such a provider. */
int httpd_cache_has(const char *provider);

/** Parent: open it. Talks to nobody.
 * @return APR_SUCCESS; APR_ENOENT where httpd has no such provider;
 * APR_EINVAL for arguments it refuses; the provider's status. */
AE_CHECKED apr_status_t httpd_cache_create(httpd_cache_t **cache,
                                           const httpd_cache_config_t *config,
                                           ae_error_t *err, apr_pool_t *p,
                                           apr_pool_t *ptemp);

/** Every child, before its threads start. On failure this child finds and
 * keeps nothing there. */
AE_CHECKED apr_status_t httpd_cache_child_init(httpd_cache_t *cache,
                                               ae_error_t *err,
                                               apr_pool_t *pchild);

httpd_cache_id_t httpd_cache_id(const char *token);

/** Any thread.
 * @return APR_SUCCESS; APR_NOTFOUND, which a provider says of a server that
 * did not answer lately too; APR_ENOMEM for what is too long to be one of
 * ours; the provider's status. */
AE_CHECKED apr_status_t httpd_cache_get(httpd_cache_entry_t *entry,
                                        const httpd_cache_t *cache,
                                        const httpd_cache_id_t *id,
                                        apr_pool_t *p);

/** Put it and read it back: a store may take an entry and not have it. shmcb
 * drops what finds no room, one in the network may be gone.
 * @return APR_SUCCESS: it is there; AE_EMISMATCH: another one is; the
 * provider's status. */
AE_CHECKED apr_status_t httpd_cache_put(const httpd_cache_t *cache,
                                        const httpd_cache_id_t *id,
                                        httpd_cache_entry_t *entry,
                                        apr_time_t expires, apr_pool_t *p);

void httpd_cache_remove(const httpd_cache_t *cache, const httpd_cache_id_t *id,
                        apr_pool_t *p);

/** Whether two entries say the same. */
int httpd_cache_same(const httpd_cache_entry_t *one,
                     const httpd_cache_entry_t *other);

#endif
