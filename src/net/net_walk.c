#include "net_walk.h"

#include "net_clock.h"

#include <apr_strings.h>
#include <arpa/inet.h>
#include <string.h>
#include <strings.h>

#define USUAL_PORT "80"

/* Where the body is longer, the rest is of no interest to anybody. */
typedef struct body_t {
    char bytes[NET_WALK_BODY_MAX + 1];
    apr_size_t len;
} body_t;

struct net_walk_t {
    CURL *easy;
    const char *url;  /* of the next request */
    const char *host; /* of the first; `at` stands for it */
    edge_peer_t at;
    apr_time_t end; /* by net_clock_steady */
    body_t body;
    edge_sight_t sight;
    struct curl_slist route;
    struct curl_slist *known; /* as CURLOPT_RESOLVE has it */
    apr_array_header_t *led;  /* const char *: hosts that are in it */
    char error[CURL_ERROR_SIZE];
    apr_pool_t *p;
};

/* The parts of an URL that say where it leads. */
typedef struct target_t {
    const char *scheme, *host, *port;
} target_t;

/* --- where an URL leads ------------------------------------------------- */

static const char *part_of(CURLU *parser, CURLUPart part, unsigned flags,
                           apr_pool_t *p)
{
    char *found = NULL;
    const char *copy = "";

    if (curl_url_get(parser, part, &found, flags) == CURLUE_OK) {
        copy = apr_pstrdup(p, found);
    }
    curl_free(found);
    return copy;
}

static int read_target(target_t *target, const char *url, apr_pool_t *p)
{
    CURLU *parser = curl_url();
    int good = parser && curl_url_set(parser, CURLUPART_URL, url,
                                      CURLU_NON_SUPPORT_SCHEME) == CURLUE_OK;

    if (good) {
        target->scheme = part_of(parser, CURLUPART_SCHEME, 0, p);
        target->host = part_of(parser, CURLUPART_HOST, 0, p);
        target->port = part_of(parser, CURLUPART_PORT, CURLU_DEFAULT_PORT, p);
    }
    curl_url_cleanup(parser);
    return good;
}

static int is_address(const char *host)
{
    struct in_addr plain;

    return host[0] == '[' || inet_pton(AF_INET, host, &plain) == 1;
}

/* What the validators of public CAs go by.
 * @return NULL, or why they do not */
static const char *refuse_target(const target_t *target,
                                 const net_walk_t *walk)
{
    apr_pool_t *p = walk->p;

    if (strcasecmp(target->scheme, "http") != 0 &&
        strcasecmp(target->scheme, "https") != 0) {
        return apr_psprintf(p,
                            "to the scheme %s, and CAs follow to http and "
                            "https only",
                            target->scheme);
    }
    if (strcmp(target->port, "80") != 0 && strcmp(target->port, "443") != 0) {
        return apr_psprintf(p,
                            "to port %s, and CAs follow to ports 80 and "
                            "443 only",
                            target->port);
    }
    if (is_address(target->host) && !is_address(walk->host)) {
        return "to an address, and CAs follow to names only";
    }
    return NULL;
}

/* --- one request -------------------------------------------------------- */

static size_t take_body(char *bytes, size_t one, size_t len, void *ctx)
{
    body_t *body = ctx;
    apr_size_t room = NET_WALK_BODY_MAX - body->len;
    apr_size_t taken = len < room ? len : room;

    (void)one;
    memcpy(body->bytes + body->len, bytes, taken);
    body->len += taken;
    body->bytes[body->len] = '\0';
    return taken;
}

/* Where the first host is asked at another port than 80, that is of its plain
 * HTTP; a redirect to its port 443 leads to that one. */
static struct curl_slist *make_route(net_walk_t *walk, const target_t *target)
{
    int is_v6 = strchr(walk->at.address, ':') != NULL;
    int is_moved = walk->at.port != 0 && strcmp(target->port, USUAL_PORT) == 0;

    if (strcasecmp(target->host, walk->host) != 0) {
        return NULL;
    }
    walk->route.data = apr_psprintf(
        walk->p, "::%s%s%s:%s", is_v6 ? "[" : "", walk->at.address,
        is_v6 ? "]" : "",
        is_moved ? apr_psprintf(walk->p, "%u", walk->at.port) : "");
    return &walk->route;
}

/* At least one: none would be no limit. */
static long milliseconds_left(const net_walk_t *walk)
{
    apr_interval_time_t left = walk->end - net_clock_steady();

    return left > 0 ? (long)apr_time_as_msec(left) + 1 : 1;
}

static CURLcode set_options(net_walk_t *walk, const target_t *target)
{
    long left = milliseconds_left(walk);
    CURL *easy = walk->easy;
    CURLcode codes[] = {
        curl_easy_setopt(easy, CURLOPT_URL, walk->url),
        curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "http,https"),
        curl_easy_setopt(easy, CURLOPT_CONNECT_TO, make_route(walk, target)),
        curl_easy_setopt(easy, CURLOPT_RESOLVE, walk->known),
        curl_easy_setopt(easy, CURLOPT_PROXY, ""),
        curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L),
        curl_easy_setopt(easy, CURLOPT_TIMEOUT_MS, left),
        curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT_MS, left),
        /* As a CA comes: by a connection of its own. */
        curl_easy_setopt(easy, CURLOPT_FRESH_CONNECT, 1L),
        curl_easy_setopt(easy, CURLOPT_FORBID_REUSE, 1L),
        /* RFC 8555 section 8.3: the server may not have one yet. */
        curl_easy_setopt(easy, CURLOPT_SSL_VERIFYPEER, 0L),
        curl_easy_setopt(easy, CURLOPT_SSL_VERIFYHOST, 0L),
        curl_easy_setopt(easy, CURLOPT_USERAGENT, "acme-edge/" AE_VERSION),
        curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, walk->error),
        curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, take_body),
        curl_easy_setopt(easy, CURLOPT_WRITEDATA, &walk->body),
    };
    apr_size_t i;

    for (i = 0; i < sizeof(codes) / sizeof(codes[0]); i++) {
        if (codes[i] != CURLE_OK) {
            return codes[i];
        }
    }
    return CURLE_OK;
}

static apr_status_t status_of(CURLcode code)
{
    /* No enum of ours: curl's grows with each release. */
    switch ((int)code) {
    case CURLE_OPERATION_TIMEDOUT:
        return APR_TIMEUP;
    case CURLE_COULDNT_CONNECT:
        return APR_ECONNREFUSED;
    default:
        return APR_EGENERAL;
    }
}

static apr_status_t fail(ae_error_t *err, const net_walk_t *walk,
                         CURLcode code)
{
    ae_error_set(err, status_of(code), "%s does not answer", walk->url);
    return ae_error_why(
        err, "%s", walk->error[0] ? walk->error : curl_easy_strerror(code));
}

apr_status_t net_walk_prepare(net_walk_t *walk, ae_error_t *err)
{
    target_t target;
    CURLcode code;

    if (!read_target(&target, walk->url, walk->p)) {
        ae_error_set(err, APR_EGENERAL, "%s is no URL", walk->url);
        return err->status;
    }
    walk->host = walk->host ? walk->host : target.host;
    walk->body.len = 0;
    walk->body.bytes[0] = '\0';
    walk->error[0] = '\0';
    walk->sight.url = walk->url;
    curl_easy_reset(walk->easy);
    code = set_options(walk, &target);
    return code == CURLE_OK ? APR_SUCCESS : fail(err, walk, code);
}

/* --- and where it sends one --------------------------------------------- */

static int is_redirect(long code)
{
    return code == 301 || code == 302 || code == 307 || code == 308;
}

/* @return where it goes on, or NULL */
static const char *read_answer(net_walk_t *walk)
{
    char *location = NULL;
    long code = 0;

    (void)curl_easy_getinfo(walk->easy, CURLINFO_RESPONSE_CODE, &code);
    (void)curl_easy_getinfo(walk->easy, CURLINFO_REDIRECT_URL, &location);
    walk->sight.code = (int)code;
    return is_redirect(code) && location ? apr_pstrdup(walk->p, location)
                                         : NULL;
}

static apr_status_t follow(net_walk_t *walk, const char *next, ae_error_t *err)
{
    target_t target;
    const char *wrong = !read_target(&target, next, walk->p)
                            ? "to no URL"
                            : refuse_target(&target, walk);

    if (wrong == NULL && ++walk->sight.redirects > NET_WALK_REDIRECTS_MAX) {
        wrong = "once more, and CAs follow ten times at most";
    }
    if (wrong == NULL) {
        return APR_SUCCESS;
    }
    ae_error_set(err, AE_EMISMATCH, "%s redirects where no CA follows",
                 walk->url);
    return ae_error_why(err, "it leads to %s: %s", next, wrong);
}

apr_status_t net_walk_take(int *goes_on, net_walk_t *walk, CURLcode code,
                           ae_error_t *err)
{
    /* A body that is longer than anybody wants is cut off by us. */
    int is_cut =
        code == CURLE_WRITE_ERROR && walk->body.len == NET_WALK_BODY_MAX;
    const char *next;
    apr_status_t status = APR_SUCCESS;

    *goes_on = 0;
    if (code != CURLE_OK && !is_cut) {
        return fail(err, walk, code);
    }
    next = read_answer(walk);
    if (next != NULL) {
        status = follow(walk, next, err);
        *goes_on = status == APR_SUCCESS;
        walk->url = next;
    }
    return status;
}

/* --- hosts that it is sent to -------------------------------------------- */

const char *net_walk_stranger(const net_walk_t *walk)
{
    target_t target;
    int i;

    if (walk->host == NULL || !read_target(&target, walk->url, walk->p) ||
        strcasecmp(target.host, walk->host) == 0) {
        return NULL;
    }
    for (i = 0; i < walk->led->nelts; i++) {
        if (strcasecmp(target.host,
                       APR_ARRAY_IDX(walk->led, i, const char *)) == 0) {
            return NULL;
        }
    }
    return target.host;
}

static void add_known(net_walk_t *walk, const char *host, unsigned port,
                      const char *addresses)
{
    struct curl_slist *entry = apr_pcalloc(walk->p, sizeof(*entry));

    entry->data = apr_psprintf(walk->p, "+%s:%u:%s", host, port, addresses);
    entry->next = walk->known;
    walk->known = entry;
}

void net_walk_lead(net_walk_t *walk, const apr_array_header_t *addresses)
{
    const char *host = net_walk_stranger(walk);
    const char *text = apr_array_pstrcat(walk->p, addresses, ',');

    add_known(walk, host, 80, text);
    add_known(walk, host, 443, text);
    APR_ARRAY_PUSH(walk->led, const char *) = host;
}

/* --- its life ------------------------------------------------------------ */

static apr_status_t clean_up(void *easy)
{
    curl_easy_cleanup(easy);
    return APR_SUCCESS;
}

apr_status_t net_walk_create(net_walk_t **walk, const char *url,
                             edge_peer_t at, apr_interval_time_t timeout,
                             ae_error_t *err, apr_pool_t *p)
{
    net_walk_t *made = apr_pcalloc(p, sizeof(*made));

    made->easy = curl_easy_init();
    if (made->easy == NULL) {
        ae_error_set(err, APR_EGENERAL, "curl has no handle left");
        return err->status;
    }
    apr_pool_cleanup_register(p, made->easy, clean_up, apr_pool_cleanup_null);
    made->url = apr_pstrdup(p, url);
    made->at = at;
    made->led = apr_array_make(p, 2, sizeof(const char *));
    made->end = net_clock_steady() + timeout;
    made->sight.body = made->body.bytes;
    made->p = p;
    *walk = made;
    return APR_SUCCESS;
}

CURL *net_walk_easy(const net_walk_t *walk)
{
    return walk->easy;
}

const edge_sight_t *net_walk_sight(const net_walk_t *walk)
{
    return &walk->sight;
}
