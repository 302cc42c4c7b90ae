#include "net_probe.h"

#include "net_clock.h"

#include <apr_strings.h>
#include <arpa/inet.h>
#include <curl/curl.h>
#include <string.h>
#include <strings.h>

/* Where the body is longer, the rest is of no interest to anybody. */
typedef struct body_t {
    char bytes[NET_PROBE_BODY_MAX + 1];
    apr_size_t len;
} body_t;

typedef struct walk_t {
    CURL *easy;
    const char *host; /* that `address` stands for */
    const char *address;
    apr_time_t end; /* by net_clock_steady */
    body_t *body;
    char error[CURL_ERROR_SIZE];
    apr_pool_t *p;
} walk_t;

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
static const char *refuse_target(const target_t *target, apr_pool_t *p)
{
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
    if (is_address(target->host)) {
        return "to an address, and CAs follow to names only";
    }
    return NULL;
}

/* --- one request -------------------------------------------------------- */

static size_t take_body(char *bytes, size_t one, size_t len, void *ctx)
{
    body_t *body = ctx;
    apr_size_t room = NET_PROBE_BODY_MAX - body->len;
    apr_size_t taken = len < room ? len : room;

    (void)one;
    memcpy(body->bytes + body->len, bytes, taken);
    body->len += taken;
    body->bytes[body->len] = '\0';
    return taken;
}

static struct curl_slist *make_route(const walk_t *walk, const char *host)
{
    struct curl_slist *route = apr_pcalloc(walk->p, sizeof(*route));
    int is_v6 = strchr(walk->address, ':') != NULL;

    if (strcasecmp(host, walk->host) != 0) {
        return NULL;
    }
    route->data = apr_psprintf(walk->p, "::%s%s%s:", is_v6 ? "[" : "",
                               walk->address, is_v6 ? "]" : "");
    return route;
}

/* At least one: none would be no limit. */
static long milliseconds_left(const walk_t *walk)
{
    apr_interval_time_t left = walk->end - net_clock_steady();

    return left > 0 ? (long)apr_time_as_msec(left) + 1 : 1;
}

static CURLcode prepare(walk_t *walk, const char *url, const char *host)
{
    long left = milliseconds_left(walk);
    CURL *easy = walk->easy;
    CURLcode codes[] = {
        curl_easy_setopt(easy, CURLOPT_URL, url),
        curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "http,https"),
        curl_easy_setopt(easy, CURLOPT_CONNECT_TO, make_route(walk, host)),
        curl_easy_setopt(easy, CURLOPT_PROXY, ""),
        curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L),
        curl_easy_setopt(easy, CURLOPT_TIMEOUT_MS, left),
        curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT_MS, left),
        /* RFC 8555 section 8.3: the server may not have one yet. */
        curl_easy_setopt(easy, CURLOPT_SSL_VERIFYPEER, 0L),
        curl_easy_setopt(easy, CURLOPT_SSL_VERIFYHOST, 0L),
        curl_easy_setopt(easy, CURLOPT_USERAGENT, "acme-edge/" AE_VERSION),
        curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, walk->error),
        curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, take_body),
        curl_easy_setopt(easy, CURLOPT_WRITEDATA, walk->body),
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

static apr_status_t perform(walk_t *walk, const char *url, const char *host,
                            ae_error_t *err)
{
    CURLcode code;

    walk->body->len = 0;
    walk->body->bytes[0] = '\0';
    walk->error[0] = '\0';
    curl_easy_reset(walk->easy);
    code = prepare(walk, url, host);
    if (code == CURLE_OK) {
        code = curl_easy_perform(walk->easy);
    }
    /* A body that is longer than anybody wants is cut off by us. */
    if (code == CURLE_OK ||
        (code == CURLE_WRITE_ERROR && walk->body->len == NET_PROBE_BODY_MAX)) {
        return APR_SUCCESS;
    }
    ae_error_set(err, status_of(code), "%s does not answer", url);
    return ae_error_why(
        err, "%s", walk->error[0] ? walk->error : curl_easy_strerror(code));
}

/* --- and where it sends one --------------------------------------------- */

static int is_redirect(long code)
{
    return code == 301 || code == 302 || code == 307 || code == 308;
}

/* @param next set to where it goes on, or NULL */
static apr_status_t look(const char **next, net_probe_answer_t *answer,
                         walk_t *walk, ae_error_t *err)
{
    target_t target;
    const char *wrong;
    char *location = NULL;
    long code = 0;

    (void)curl_easy_getinfo(walk->easy, CURLINFO_RESPONSE_CODE, &code);
    (void)curl_easy_getinfo(walk->easy, CURLINFO_REDIRECT_URL, &location);
    answer->code = (int)code;
    *next =
        is_redirect(code) && location ? apr_pstrdup(walk->p, location) : NULL;
    if (*next == NULL) {
        return APR_SUCCESS;
    }
    wrong = !read_target(&target, *next, walk->p)
                ? "to no URL"
                : refuse_target(&target, walk->p);
    if (wrong == NULL && ++answer->redirects > NET_PROBE_REDIRECTS_MAX) {
        wrong = "once more, and CAs follow ten times at most";
    }
    if (wrong == NULL) {
        return APR_SUCCESS;
    }
    ae_error_set(err, AE_EMISMATCH, "%s redirects where no CA follows",
                 answer->url);
    return ae_error_why(err, "it leads to %s: %s", *next, wrong);
}

static apr_status_t go(net_probe_answer_t *answer, walk_t *walk,
                       const char *url, ae_error_t *err)
{
    apr_status_t status = APR_SUCCESS;

    while (status == APR_SUCCESS && url) {
        target_t target;

        answer->url = url;
        if (!read_target(&target, url, walk->p)) {
            ae_error_set(err, APR_EGENERAL, "%s is no URL", url);
            return err->status;
        }
        walk->host = walk->host ? walk->host : target.host;
        status = perform(walk, url, target.host, err);
        if (status == APR_SUCCESS) {
            status = look(&url, answer, walk, err);
        }
    }
    return status;
}

apr_status_t net_probe_get(net_probe_answer_t *answer, const char *url,
                           const char *address, apr_interval_time_t timeout,
                           ae_error_t *err, apr_pool_t *p)
{
    walk_t walk = {.easy = curl_easy_init(), .address = address, .p = p};
    apr_status_t status;

    memset(answer, 0, sizeof(*answer));
    if (walk.easy == NULL) {
        ae_error_set(err, APR_EGENERAL, "curl has no handle left");
        return err->status;
    }
    walk.end = net_clock_steady() + timeout;
    walk.body = apr_pcalloc(p, sizeof(*walk.body));
    answer->body = walk.body->bytes;
    status = go(answer, &walk, url, err);
    curl_easy_cleanup(walk.easy);
    return status;
}
