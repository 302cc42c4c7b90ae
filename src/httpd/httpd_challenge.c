#include "httpd_challenge.h"

#include <ap_socache.h>
#include <apr_global_mutex.h>
#include <apr_strings.h>
#include <http_config.h>
#include <http_protocol.h>
#include <http_ssl.h>
#include <openssl/evp.h>
#include <openssl/sha.h>
#include <stdlib.h>
#include <string.h>
#include <util_mutex.h>

#define MUTEX_TYPE "acme-edge-challenge"
#define NAMESPACE "acme-edge" /* at most 16 characters (ap_socache.h) */
#define SHMCB "shmcb"

/* What one open challenge may take in shmcb, which spreads them unevenly. */
#define SHMCB_BYTES_EACH 1024
#define SHMCB_BYTES_MIN (512 * 1024)
#define SHMCB_BYTES_MAX (32 * 1024 * 1024)

#define LIFE_DEFAULT apr_time_from_sec(60 * 60)
#define LIFE_MIN apr_time_from_sec(60)
#define LIFE_MAX apr_time_from_sec(7 * 24 * 60 * 60)

/* The token's digest: a token is 128 bytes of somebody else's choice. */
typedef struct entry_id_t {
    unsigned char bytes[SHA256_DIGEST_LENGTH];
} entry_id_t;

typedef struct answer_t {
    unsigned char bytes[EDGE_CHALLENGE_ANSWER_MAX];
    unsigned len;
} answer_t;

struct httpd_challenge_t {
    httpd_challenge_config_t config;
    const ap_socache_provider_t *provider;
    ap_socache_instance_t *instance;
    apr_global_mutex_t *mutex; /* NULL where the provider needs none */
    int broken;                /* in this process */
};

typedef struct writer_t {
    const httpd_challenge_t *challenge;
    apr_array_header_t *open; /* entry_id_t */
    apr_pool_t *scratch;
} writer_t;

apr_status_t httpd_challenge_register_mutex(apr_pool_t *pconf)
{
    return ap_mutex_register(pconf, MUTEX_TYPE, NULL, APR_LOCK_DEFAULT, 0);
}

static int is_shmcb(const httpd_challenge_t *challenge)
{
    return strcmp(challenge->config.provider, SHMCB) == 0;
}

/* Of providers that nobody knows here, the parent keeps away. */
int httpd_challenge_is_local(const httpd_challenge_t *challenge)
{
    return is_shmcb(challenge) ||
           strcmp(challenge->config.provider, "dbm") == 0;
}

static entry_id_t id_of(const char *token)
{
    static const char domain[] = "acme-edge:";
    char text[sizeof(domain) + ACME_TOKEN_LENGTH_MAX];
    entry_id_t id;

    memset(&id, 0, sizeof(id));
    apr_snprintf(text, sizeof(text), "%s%s", domain, token);
    EVP_Digest(text, strlen(text), id.bytes, NULL, EVP_sha256(), NULL);
    return id;
}

/* --- opening ------------------------------------------------------------ */

/* shmcb takes its size from its arguments only. */
static const char *shmcb_args(unsigned names, apr_pool_t *p)
{
    apr_size_t size = (apr_size_t)names * SHMCB_BYTES_EACH;

    size = size > SHMCB_BYTES_MIN ? size : SHMCB_BYTES_MIN;
    size = size < SHMCB_BYTES_MAX ? size : SHMCB_BYTES_MAX;
    return apr_psprintf(p, "%s(%" APR_SIZE_T_FMT ")",
                        ap_runtime_dir_relative(p, "socache-shmcb-" NAMESPACE),
                        size);
}

static apr_status_t provider_find(httpd_challenge_t *challenge,
                                  ae_error_t *err)
{
    const char *name = challenge->config.provider;

    challenge->provider = ap_lookup_provider(AP_SOCACHE_PROVIDER_GROUP, name,
                                             AP_SOCACHE_PROVIDER_VERSION);
    if (challenge->provider == NULL) {
        ae_error_set(err, APR_ENOENT, "ACMEChallengeStore %s", name);
        ae_error_why(err, "httpd has no such provider");
        return ae_error_next(err, "load mod_socache_%s", name);
    }
    return APR_SUCCESS;
}

static apr_status_t provider_create(httpd_challenge_t *challenge,
                                    ae_error_t *err, apr_pool_t *p,
                                    apr_pool_t *ptemp)
{
    const httpd_challenge_config_t *config = &challenge->config;
    const char *args = config->args;
    const char *refusal;

    if (args == NULL && is_shmcb(challenge)) {
        args = shmcb_args(config->names, p);
    }
    refusal =
        challenge->provider->create(&challenge->instance, args, ptemp, p);
    if (refusal != NULL) {
        ae_error_set(err, APR_EINVAL, "ACMEChallengeStore %s:%s",
                     config->provider, args ? args : "");
        return ae_error_why(err, "%s", refusal);
    }
    return APR_SUCCESS;
}

static apr_status_t instance_destroy(void *data)
{
    httpd_challenge_t *challenge = data;

    challenge->provider->destroy(challenge->instance,
                                 challenge->config.server);
    return APR_SUCCESS;
}

static apr_status_t provider_init(httpd_challenge_t *challenge,
                                  ae_error_t *err, apr_pool_t *p)
{
    static const struct ap_socache_hints hints = {
        SHA256_DIGEST_LENGTH, EDGE_CHALLENGE_ANSWER_MAX, LIFE_MIN};
    const httpd_challenge_config_t *config = &challenge->config;
    apr_status_t rv = challenge->provider->init(challenge->instance, NAMESPACE,
                                                &hints, config->server, p);

    if (rv != APR_SUCCESS) {
        ae_error_set(err, rv, "ACMEChallengeStore %s:%s", config->provider,
                     config->args ? config->args : "");
        return ae_error_why_status(err, rv);
    }
    apr_pool_cleanup_register(p, challenge, instance_destroy,
                              apr_pool_cleanup_null);
    return APR_SUCCESS;
}

static apr_status_t mutex_create(httpd_challenge_t *challenge, ae_error_t *err,
                                 apr_pool_t *p)
{
    apr_status_t rv = APR_SUCCESS;

    if (challenge->provider->flags & AP_SOCACHE_FLAG_NOTMPSAFE) {
        rv = ap_global_mutex_create(&challenge->mutex, NULL, MUTEX_TYPE, NULL,
                                    challenge->config.server, p, 0);
    }
    if (rv != APR_SUCCESS) {
        ae_error_set(err, rv, "the mutex " MUTEX_TYPE);
        ae_error_why_status(err, rv);
        return ae_error_next(
            err, "choose another mechanism: Mutex file:DIR " MUTEX_TYPE);
    }
    return APR_SUCCESS;
}

apr_status_t httpd_challenge_create(httpd_challenge_t **challenge,
                                    const httpd_challenge_config_t *config,
                                    ae_error_t *err, apr_pool_t *p,
                                    apr_pool_t *ptemp)
{
    httpd_challenge_t *made = apr_pcalloc(p, sizeof(*made));
    apr_status_t rv;

    made->config = *config;
    if ((rv = provider_find(made, err)) != APR_SUCCESS ||
        (rv = provider_create(made, err, p, ptemp)) != APR_SUCCESS ||
        (rv = mutex_create(made, err, p)) != APR_SUCCESS ||
        (rv = provider_init(made, err, p)) != APR_SUCCESS) {
        return rv;
    }
    *challenge = made;
    return APR_SUCCESS;
}

apr_status_t httpd_challenge_child_init(httpd_challenge_t *challenge,
                                        ae_error_t *err, apr_pool_t *pchild)
{
    apr_status_t rv = APR_SUCCESS;

    if (challenge->mutex != NULL) {
        rv = apr_global_mutex_child_init(
            &challenge->mutex, apr_global_mutex_lockfile(challenge->mutex),
            pchild);
    }
    if (rv != APR_SUCCESS) {
        challenge->broken = 1;
        ae_error_set(err, rv, "the mutex " MUTEX_TYPE);
        ae_error_why_status(err, rv);
        return ae_error_next(
            err, "choose another mechanism: Mutex file:DIR " MUTEX_TYPE);
    }
    return APR_SUCCESS;
}

/* --- one access --------------------------------------------------------- */

static apr_status_t lock(const httpd_challenge_t *challenge)
{
    if (challenge->broken) {
        return APR_ENOLOCK;
    }
    return challenge->mutex ? apr_global_mutex_lock(challenge->mutex)
                            : APR_SUCCESS;
}

static void unlock(const httpd_challenge_t *challenge)
{
    if (challenge->mutex != NULL) {
        apr_global_mutex_unlock(challenge->mutex);
    }
}

static apr_status_t entry_get(answer_t *answer,
                              const httpd_challenge_t *challenge,
                              const entry_id_t *id, apr_pool_t *p)
{
    apr_status_t rv = lock(challenge);

    if (rv != APR_SUCCESS) {
        return rv;
    }
    answer->len = sizeof(answer->bytes);
    rv = challenge->provider->retrieve(
        challenge->instance, challenge->config.server, id->bytes,
        sizeof(id->bytes), answer->bytes, &answer->len, p);
    unlock(challenge);
    return rv;
}

static apr_status_t entry_put(const httpd_challenge_t *challenge,
                              const entry_id_t *id, answer_t *answer,
                              apr_time_t expires, apr_pool_t *p)
{
    apr_status_t rv = lock(challenge);

    if (rv != APR_SUCCESS) {
        return rv;
    }
    rv = challenge->provider->store(
        challenge->instance, challenge->config.server, id->bytes,
        sizeof(id->bytes), expires, answer->bytes, answer->len, p);
    unlock(challenge);
    return rv;
}

static void entry_remove(const httpd_challenge_t *challenge,
                         const entry_id_t *id, apr_pool_t *p)
{
    if (lock(challenge) == APR_SUCCESS) {
        challenge->provider->remove(challenge->instance,
                                    challenge->config.server, id->bytes,
                                    sizeof(id->bytes), p);
        unlock(challenge);
    }
}

/* --- publishing --------------------------------------------------------- */

static apr_time_t life_end(apr_time_t expires, apr_time_t now)
{
    apr_interval_time_t life = expires ? expires - now : LIFE_DEFAULT;

    life = life > LIFE_MIN ? life : LIFE_MIN;
    return now + (life < LIFE_MAX ? life : LIFE_MAX);
}

static int open_find(const writer_t *writer, const entry_id_t *id)
{
    int i;

    for (i = 0; i < writer->open->nelts; i++) {
        if (memcmp(&APR_ARRAY_IDX(writer->open, i, entry_id_t), id,
                   sizeof(*id)) == 0) {
            return i;
        }
    }
    return -1;
}

static void open_add(writer_t *writer, const entry_id_t *id,
                     apr_time_t expires)
{
    if (open_find(writer, id) < 0) {
        APR_ARRAY_PUSH(writer->open, entry_id_t) = *id;
    }
    httpd_board_challenge_opened(writer->challenge->config.board, expires);
}

static void open_remove(writer_t *writer, const entry_id_t *id)
{
    int i = open_find(writer, id);

    if (i >= 0) {
        APR_ARRAY_IDX(writer->open, i, entry_id_t) =
            *(entry_id_t *)apr_array_pop(writer->open);
    }
    if (writer->open->nelts == 0) {
        httpd_board_challenges_closed(writer->challenge->config.board);
    }
}

/* A store may take an entry and not have it: shmcb drops what finds no room,
 * a cache in the network may be gone. Better known before the CA looks. */
static apr_status_t put_and_verify(const writer_t *writer,
                                   const entry_id_t *id, answer_t *answer,
                                   apr_time_t expires)
{
    answer_t back;
    apr_status_t rv =
        entry_put(writer->challenge, id, answer, expires, writer->scratch);

    if (rv == APR_SUCCESS) {
        rv = entry_get(&back, writer->challenge, id, writer->scratch);
    }
    if (rv == APR_SUCCESS &&
        (back.len != answer->len ||
         memcmp(back.bytes, answer->bytes, back.len) != 0)) {
        rv = AE_EMISMATCH;
    }
    return rv;
}

static apr_status_t writer_put(void *ctx, const acme_token_t *token,
                               ae_error_t *err)
{
    writer_t *writer = ctx;
    const httpd_challenge_config_t *config = &writer->challenge->config;
    entry_id_t id = id_of(token->token);
    apr_time_t expires = life_end(token->expires, apr_time_now());
    answer_t answer;
    apr_status_t rv = AE_ETOOBIG;

    answer.len = (unsigned)strlen(token->key_authorization);
    if (answer.len <= sizeof(answer.bytes)) {
        memcpy(answer.bytes, token->key_authorization, answer.len);
        apr_pool_clear(writer->scratch);
        rv = put_and_verify(writer, &id, &answer, expires);
    }
    if (rv != APR_SUCCESS) {
        ae_error_set(err, rv, "the challenge store (%s) did not keep a token",
                     config->provider);
        ae_error_why_status(err, rv);
        return ae_error_next(err,
                             "see that what ACMEChallengeStore names is up "
                             "and has room");
    }
    open_add(writer, &id, expires);
    return APR_SUCCESS;
}

static void writer_withdraw(void *ctx, const char *token)
{
    writer_t *writer = ctx;
    entry_id_t id = id_of(token);

    apr_pool_clear(writer->scratch);
    entry_remove(writer->challenge, &id, writer->scratch);
    open_remove(writer, &id);
}

edge_challenge_store_t httpd_challenge_store(httpd_challenge_t *challenge,
                                             apr_pool_t *p)
{
    writer_t *writer = apr_pcalloc(p, sizeof(*writer));

    writer->challenge = challenge;
    writer->open = apr_array_make(p, 16, sizeof(entry_id_t));
    apr_pool_create(&writer->scratch, p);
    return (edge_challenge_store_t){writer_put, writer_withdraw, writer};
}

/* --- answering ---------------------------------------------------------- */

/* httpd has dropped slashes that a path begins with twice. */
static int begins_twice(const request_rec *r)
{
    const char *target = strchr(r->the_request, ' ');

    return target != NULL && strncmp(target, " //", 3) == 0;
}

/* The path as it came over the wire: nothing decoded, nothing merged. */
static const char *asked_token(const request_rec *r)
{
    const char *token;

    if (r->main != NULL || r->prev != NULL || r->method_number != M_GET ||
        r->parsed_uri.path == NULL || r->parsed_uri.query != NULL ||
        r->parsed_uri.fragment != NULL) {
        return NULL;
    }
    token = edge_challenge_token_of(r->parsed_uri.path);
    return token != NULL && !begins_twice(r) ? token : NULL;
}

static void send_answer(request_rec *r, const answer_t *answer)
{
    r->status = HTTP_OK;
    ap_set_content_type(r, "application/octet-stream");
    ap_set_content_length(r, answer->len);
    apr_table_setn(r->headers_out, "Cache-Control", "no-store");
    ap_rwrite(answer->bytes, (int)answer->len, r);
}

/* Another peer may have opened one in a store that is shared. */
static int may_be_open(const httpd_challenge_t *challenge)
{
    return !httpd_challenge_is_local(challenge) ||
           httpd_board_challenge_open(challenge->config.board, apr_time_now());
}

static int has_answer(answer_t *answer, const httpd_challenge_t *challenge,
                      const char *token, apr_pool_t *p)
{
    entry_id_t id;

    if (!may_be_open(challenge)) {
        return 0;
    }
    id = id_of(token);
    return entry_get(answer, challenge, &id, p) == APR_SUCCESS &&
           edge_challenge_answer_valid(token, (const char *)answer->bytes,
                                       answer->len);
}

static int find_answer(answer_t *answer, const httpd_challenge_t *challenge,
                       const request_rec *r)
{
    const char *token = asked_token(r);
    int found;

    if (token == NULL) {
        return 0;
    }
    found = has_answer(answer, challenge, token, r->pool);
    edge_meter_count(challenge->config.meter,
                     found ? EDGE_COUNT_CHALLENGE_HITS
                           : EDGE_COUNT_CHALLENGE_MISSES);
    return found;
}

int httpd_challenge_read_request(const httpd_challenge_t *challenge,
                                 request_rec *r)
{
    answer_t answer;

    if (!ap_ssl_conn_is_ssl(r->connection) ||
        !find_answer(&answer, challenge, r)) {
        return DECLINED;
    }
    /* So that the answer says what httpd will do anyway. */
    r->connection->keepalive = AP_CONN_CLOSE;
    send_answer(r, &answer);
    return DONE;
}

int httpd_challenge_quick_handler(const httpd_challenge_t *challenge,
                                  request_rec *r, int lookup)
{
    answer_t answer;

    if (lookup || ap_ssl_conn_is_ssl(r->connection) ||
        !find_answer(&answer, challenge, r)) {
        return DECLINED;
    }
    send_answer(r, &answer);
    return OK;
}
