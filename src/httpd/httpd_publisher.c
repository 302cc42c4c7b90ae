#include "httpd_publisher.h"

#include "httpd_challenge_own.h"
#include "net_clock.h"
#include "net_knock.h"

#include <openssl/crypto.h>
#include <string.h>

#define LIFE_DEFAULT apr_time_from_sec(60 * 60)
#define LIFE_MIN apr_time_from_sec(60)
#define LIFE_MAX apr_time_from_sec(7 * 24 * 60 * 60)

/* The worker has other things to do, and must be able to stop soon. One that
 * hangs after it has answered holds it up, so that an answer does not count
 * for long. */
#define KNOCK_PATIENCE apr_time_from_msec(500)
#define HOLDS_OPEN apr_time_from_msec(100)
#define HOLDS_CLOSED apr_time_from_sec(2)

#define TEND_PAUSE apr_time_from_sec(1)
#define TEND_MAX 64

typedef struct published_t {
    httpd_cache_id_t id;
    httpd_cache_entry_t entry;
    apr_time_t expires;
} published_t;

struct httpd_publisher_t {
    const httpd_challenge_t *challenge;
    apr_array_header_t *open; /* published_t */
    ae_error_t closed;        /* what came of knocking there */
    apr_time_t hold_until;    /* by net_clock_steady */
    apr_time_t tended;        /* by net_clock_steady */
    int next;                 /* to be looked at */
    int found;                /* one after the other, up to now */
    int lost;                 /* and told of */
    apr_pool_t *scratch;
};

static published_t *open_at(const httpd_publisher_t *publisher, int i)
{
    return &APR_ARRAY_IDX(publisher->open, i, published_t);
}

/* --- what is open -------------------------------------------------------- */

static apr_time_t life_end(apr_time_t expires, apr_time_t now)
{
    apr_interval_time_t life = expires ? expires - now : LIFE_DEFAULT;

    life = life > LIFE_MIN ? life : LIFE_MIN;
    return now + (life < LIFE_MAX ? life : LIFE_MAX);
}

static int open_find(const httpd_publisher_t *publisher,
                     const httpd_cache_id_t *id)
{
    int i;

    for (i = 0; i < publisher->open->nelts; i++) {
        if (memcmp(&open_at(publisher, i)->id, id, sizeof(*id)) == 0) {
            return i;
        }
    }
    return -1;
}

static void open_add(httpd_publisher_t *publisher, const published_t *one)
{
    int i = open_find(publisher, &one->id);

    if (i < 0) {
        APR_ARRAY_PUSH(publisher->open, published_t) = *one;
    } else {
        *open_at(publisher, i) = *one;
    }
    httpd_board_challenge_opened(publisher->challenge->config.board,
                                 one->expires);
}

static void open_remove(httpd_publisher_t *publisher, int i)
{
    published_t *last = apr_array_pop(publisher->open);

    if (i < publisher->open->nelts) {
        *open_at(publisher, i) = *last;
    }
    OPENSSL_cleanse(last, sizeof(*last));
}

static void open_expire(httpd_publisher_t *publisher, apr_time_t now)
{
    int i;

    for (i = publisher->open->nelts - 1; i >= 0; i--) {
        if (open_at(publisher, i)->expires <= now) {
            open_remove(publisher, i);
        }
    }
}

/* --- the store over the network ------------------------------------------ */

/* Of a provider that nobody knows here, it alone can tell. */
static apr_status_t knock(httpd_publisher_t *publisher, ae_error_t *err)
{
    const httpd_challenge_config_t *config = &publisher->challenge->config;
    net_knock_kind_t kind;

    return net_knock_kind(&kind, config->provider)
               ? net_knock(kind, config->args ? config->args : "",
                           KNOCK_PATIENCE, err, publisher->scratch)
               : APR_SUCCESS;
}

static void knock_now(httpd_publisher_t *publisher)
{
    publisher->closed.status = knock(publisher, &publisher->closed);
    publisher->hold_until =
        net_clock_steady() +
        (publisher->closed.status == APR_SUCCESS ? HOLDS_OPEN : HOLDS_CLOSED);
}

/* Many tokens come and go at once: all of them go by the same answer. */
static apr_status_t reach(httpd_publisher_t *publisher, ae_error_t *err)
{
    if (net_clock_steady() >= publisher->hold_until) {
        knock_now(publisher);
    }
    if (publisher->closed.status != APR_SUCCESS) {
        *err = publisher->closed;
    }
    return publisher->closed.status;
}

/* What a provider says tells little. */
static apr_status_t explain_put(httpd_publisher_t *publisher, apr_status_t rv,
                                ae_error_t *err)
{
    const httpd_challenge_config_t *config = &publisher->challenge->config;

    publisher->hold_until = 0;
    if (reach(publisher, err) != APR_SUCCESS) {
        return err->status;
    }
    ae_error_set(err, rv, "%s:%s", config->provider,
                 config->args ? config->args : "");
    if (rv == APR_NOTFOUND) {
        ae_error_why(err, "it did not answer a moment ago, and httpd leaves a "
                          "server that failed alone for some seconds");
    } else {
        ae_error_why_status(err, rv);
    }
    return ae_error_next(err, "see that it is up, has room, and is no replica "
                              "that only reads");
}

static apr_status_t put_shared(httpd_publisher_t *publisher, published_t *one,
                               ae_error_t *err)
{
    const httpd_challenge_t *challenge = publisher->challenge;
    apr_status_t rv = reach(publisher, err);

    if (rv != APR_SUCCESS) {
        return rv;
    }
    rv = httpd_cache_put(challenge->shared, &one->id, &one->entry,
                         one->expires, publisher->scratch);
    return rv == APR_SUCCESS ? rv : explain_put(publisher, rv, err);
}

/* --- publishing ---------------------------------------------------------- */

static apr_status_t published_make(published_t *one, const acme_token_t *token)
{
    apr_size_t len = strlen(token->key_authorization);

    if (len > sizeof(one->entry.bytes)) {
        return AE_ETOOBIG;
    }
    one->id = httpd_cache_id(token->token);
    one->expires = life_end(token->expires, apr_time_now());
    one->entry.len = (unsigned)len;
    memcpy(one->entry.bytes, token->key_authorization, len);
    return APR_SUCCESS;
}

static apr_status_t put_local(httpd_publisher_t *publisher, published_t *one)
{
    const httpd_challenge_t *challenge = publisher->challenge;

    return challenge->local == NULL
               ? APR_SUCCESS
               : httpd_cache_put(challenge->local, &one->id, &one->entry,
                                 one->expires, publisher->scratch);
}

static apr_status_t refuse(const httpd_publisher_t *publisher, apr_status_t rv,
                           const ae_error_t *shared, ae_error_t *err)
{
    ae_error_set(err, rv, "the challenge store (%s) did not keep a token",
                 publisher->challenge->config.provider);
    if (shared == NULL) {
        ae_error_why_status(err, rv);
        return ae_error_next(err, "see that it has room");
    }
    ae_error_why(err, "%s: %s", shared->what, shared->why);
    return ae_error_next(err, "%s", shared->next);
}

/* By the worker before this one, say: the parent has seen to it since. */
static int is_known(const httpd_publisher_t *publisher, const published_t *one)
{
    const httpd_challenge_t *challenge = publisher->challenge;
    httpd_cache_entry_t here;

    return challenge->local != NULL &&
           httpd_cache_get(&here, challenge->local, &one->id,
                           publisher->scratch) == APR_SUCCESS &&
           httpd_cache_same(&here, &one->entry);
}

static apr_status_t publish_shared(httpd_publisher_t *publisher,
                                   published_t *one, ae_error_t *err)
{
    ae_error_t why;
    apr_status_t rv = put_shared(publisher, one, &why);

    if (rv != APR_SUCCESS) {
        /* Tending goes on where a CA may have been told of it. */
        if (is_known(publisher, one)) {
            open_add(publisher, one);
        }
        return refuse(publisher, rv, &why, err);
    }
    /* What is not found here is looked up there. */
    (void)put_local(publisher, one);
    open_add(publisher, one);
    return APR_SUCCESS;
}

static apr_status_t publish_local(httpd_publisher_t *publisher,
                                  published_t *one, ae_error_t *err)
{
    apr_status_t rv = put_local(publisher, one);

    if (rv != APR_SUCCESS) {
        return refuse(publisher, rv, NULL, err);
    }
    open_add(publisher, one);
    return APR_SUCCESS;
}

static apr_status_t publish(httpd_publisher_t *publisher,
                            const acme_token_t *token, int everywhere,
                            ae_error_t *err)
{
    published_t one;
    apr_status_t rv = published_make(&one, token);

    apr_pool_clear(publisher->scratch);
    if (rv != APR_SUCCESS) {
        return refuse(publisher, rv, NULL, err);
    }
    rv = everywhere && publisher->challenge->shared != NULL
             ? publish_shared(publisher, &one, err)
             : publish_local(publisher, &one, err);
    OPENSSL_cleanse(&one, sizeof(one));
    return rv;
}

static apr_status_t put(void *ctx, const acme_token_t *token, ae_error_t *err)
{
    return publish(ctx, token, 1, err);
}

static apr_status_t adopt(void *ctx, const acme_token_t *token,
                          ae_error_t *err)
{
    return publish(ctx, token, 0, err);
}

/* What cannot be taken out of a store that is away expires there. */
static void withdraw(void *ctx, const char *token)
{
    httpd_publisher_t *publisher = ctx;
    const httpd_challenge_t *challenge = publisher->challenge;
    httpd_cache_id_t id = httpd_cache_id(token);
    int i = open_find(publisher, &id);
    ae_error_t ignored;

    apr_pool_clear(publisher->scratch);
    if (i >= 0) {
        open_remove(publisher, i);
    }
    if (publisher->open->nelts == 0) {
        httpd_board_challenges_closed(challenge->config.board);
    }
    if (challenge->local != NULL) {
        httpd_cache_remove(challenge->local, &id, publisher->scratch);
    }
    if (challenge->shared != NULL &&
        reach(publisher, &ignored) == APR_SUCCESS) {
        httpd_cache_remove(challenge->shared, &id, publisher->scratch);
    }
}

httpd_publisher_t *httpd_publisher_create(httpd_challenge_t *challenge,
                                          apr_pool_t *p)
{
    httpd_publisher_t *publisher = apr_pcalloc(p, sizeof(*publisher));

    publisher->challenge = challenge;
    publisher->open = apr_array_make(p, 16, sizeof(published_t));
    apr_pool_create(&publisher->scratch, p);
    return publisher;
}

edge_challenge_store_t httpd_publisher_store(httpd_publisher_t *publisher)
{
    return (edge_challenge_store_t){put, withdraw, publisher};
}

edge_challenge_store_t httpd_publisher_adopt(httpd_publisher_t *publisher)
{
    return (edge_challenge_store_t){adopt, withdraw, publisher};
}

/* --- tending ------------------------------------------------------------- */

/* @return APR_SUCCESS, *gone tells whether it had to be put there again */
static apr_status_t look_at(int *gone, httpd_publisher_t *publisher,
                            published_t *one, ae_error_t *err)
{
    httpd_cache_entry_t there;

    *gone = httpd_cache_get(&there, publisher->challenge->shared, &one->id,
                            publisher->scratch) != APR_SUCCESS ||
            !httpd_cache_same(&there, &one->entry);
    return *gone ? put_shared(publisher, one, err) : APR_SUCCESS;
}

/* @return APR_SUCCESS: all that were looked at were there */
static apr_status_t look_around(httpd_publisher_t *publisher, ae_error_t *err)
{
    int count = publisher->open->nelts;
    int looks = count < TEND_MAX ? count : TEND_MAX;
    int all_gone = 0;

    while (looks-- > 0) {
        int gone;
        apr_status_t rv;

        publisher->next = (publisher->next + 1) % count;
        rv = look_at(&gone, publisher, open_at(publisher, publisher->next),
                     err);
        if (rv != APR_SUCCESS) {
            return rv;
        }
        all_gone += gone;
        publisher->found = gone ? 0 : publisher->found + 1;
    }
    if (all_gone == 0) {
        return APR_SUCCESS;
    }
    ae_error_set(err, APR_NOTFOUND, "%d of its entries were gone", all_gone);
    return ae_error_why(err, "it was restarted, flushed, or lacks room");
}

static void tell_lost(httpd_publisher_t *publisher, const ae_error_t *err)
{
    const httpd_challenge_config_t *config = &publisher->challenge->config;

    publisher->found = 0;
    if (!publisher->lost) {
        publisher->lost = 1;
        ae_log(config->log, AE_LOG_WARNING,
               "AE090: the challenge store (%s) does not have what was "
               "published: %s; other peers cannot answer for this server's "
               "open challenges meanwhile; it is looked at each second, and "
               "what is gone is put there again",
               config->provider, ae_error_line(err, publisher->scratch));
    }
}

static void tell_found(httpd_publisher_t *publisher)
{
    const httpd_challenge_config_t *config = &publisher->challenge->config;

    if (publisher->lost && publisher->found >= publisher->open->nelts) {
        publisher->lost = 0;
        ae_log(config->log, AE_LOG_NOTICE,
               "the challenge store (%s) has all that was published again",
               config->provider);
    }
}

void httpd_publisher_tend(httpd_publisher_t *publisher)
{
    apr_time_t now = net_clock_steady();
    ae_error_t err;
    apr_status_t rv;

    if (publisher->challenge->shared == NULL ||
        now - publisher->tended < TEND_PAUSE) {
        return;
    }
    publisher->tended = now;
    open_expire(publisher, apr_time_now());
    if (publisher->open->nelts == 0) {
        publisher->lost = 0;
        return;
    }
    apr_pool_clear(publisher->scratch);
    rv = reach(publisher, &err);
    if (rv == APR_SUCCESS) {
        rv = look_around(publisher, &err);
    }
    if (rv == APR_SUCCESS) {
        tell_found(publisher);
    } else {
        tell_lost(publisher, &err);
    }
}
