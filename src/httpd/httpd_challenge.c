#include "httpd_challenge_own.h"

#include "ae_random.h"

#include <apr_shm.h>
#include <apr_strings.h>
#include <http_config.h>
#include <string.h>

#define SHMCB "shmcb"

/* What one open challenge may take in shmcb, which spreads them unevenly. */
#define SHMCB_BYTES_EACH 1024
#define SHMCB_BYTES_MIN (512 * 1024)
#define SHMCB_BYTES_MAX (32 * 1024 * 1024)

/* Of providers that nobody knows here, the parent keeps away. */
static int is_local(const char *provider)
{
    return strcmp(provider, SHMCB) == 0 || strcmp(provider, "dbm") == 0;
}

/* shmcb takes its size from its arguments only. */
static const char *shmcb_args(unsigned names, apr_pool_t *p)
{
    apr_size_t size = (apr_size_t)names * SHMCB_BYTES_EACH;

    size = size > SHMCB_BYTES_MIN ? size : SHMCB_BYTES_MIN;
    size = size < SHMCB_BYTES_MAX ? size : SHMCB_BYTES_MAX;
    return apr_psprintf(p, "%s(%" APR_SIZE_T_FMT ")",
                        ap_runtime_dir_relative(p, "socache-shmcb-acme-edge"),
                        size);
}

static apr_status_t make_local(httpd_challenge_t *challenge, const char *name,
                               const char *args, ae_error_t *err,
                               apr_pool_t *p, apr_pool_t *ptemp)
{
    httpd_cache_config_t config = {challenge->config.server, name, args, NULL};

    if (args == NULL && strcmp(name, SHMCB) == 0) {
        config.args = shmcb_args(challenge->config.names, p);
    }
    return httpd_cache_create(&challenge->local, &config, err, p, ptemp);
}

static apr_status_t make_toll(httpd_challenge_t *challenge, ae_error_t *err,
                              apr_pool_t *p)
{
    apr_size_t size = edge_toll_size();
    apr_shm_t *shm;
    apr_status_t rv = apr_shm_create(&shm, size, NULL, p);

    if (rv != APR_SUCCESS) {
        ae_error_set(err, rv, "%" APR_SIZE_T_FMT " bytes of shared memory",
                     size);
        return ae_error_why_status(err, rv);
    }
    challenge->toll =
        edge_toll_make(apr_shm_baseaddr_get(shm),
                       (apr_uint64_t)ae_random_u32() << 32 | ae_random_u32());
    return APR_SUCCESS;
}

static apr_status_t make_shared(httpd_challenge_t *challenge, ae_error_t *err,
                                apr_pool_t *p, apr_pool_t *ptemp)
{
    httpd_cache_config_t config = {challenge->config.server,
                                   challenge->config.provider,
                                   challenge->config.args, "shared"};
    apr_status_t rv = make_toll(challenge, err, p);

    return rv == APR_SUCCESS
               ? httpd_cache_create(&challenge->shared, &config, err, p, ptemp)
               : rv;
}

/* Without a level of its own this server asks the network for what it has
 * published itself, as for everything else: the configuration was told of
 * that where shmcb is not loaded. */
static apr_status_t make_both(httpd_challenge_t *challenge, ae_error_t *err,
                              apr_pool_t *p, apr_pool_t *ptemp)
{
    apr_status_t rv = make_shared(challenge, err, p, ptemp);

    return rv == APR_SUCCESS && httpd_cache_has(SHMCB)
               ? make_local(challenge, SHMCB, NULL, err, p, ptemp)
               : rv;
}

apr_status_t httpd_challenge_create(httpd_challenge_t **challenge,
                                    const httpd_challenge_config_t *config,
                                    ae_error_t *err, apr_pool_t *p,
                                    apr_pool_t *ptemp)
{
    httpd_challenge_t *made = apr_pcalloc(p, sizeof(*made));
    apr_status_t rv;

    made->config = *config;
    rv = is_local(config->provider)
             ? make_local(made, config->provider, config->args, err, p, ptemp)
             : make_both(made, err, p, ptemp);
    if (rv == APR_SUCCESS) {
        *challenge = made;
    }
    return rv;
}

apr_status_t httpd_challenge_child_init(httpd_challenge_t *challenge,
                                        ae_error_t *err, apr_pool_t *pchild)
{
    apr_status_t rv = APR_SUCCESS;

    if (challenge->local != NULL) {
        rv = httpd_cache_child_init(challenge->local, err, pchild);
    }
    return rv == APR_SUCCESS && challenge->shared != NULL
               ? httpd_cache_child_init(challenge->shared, err, pchild)
               : rv;
}
