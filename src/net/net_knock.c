#include "net_knock.h"

#include "net_clock.h"

#include <apr_network_io.h>
#include <apr_strings.h>
#include <curl/curl.h>
#include <fcntl.h>
#include <poll.h>
#include <string.h>

#define ANSWER_MAX 255

typedef struct kind_t {
    const char *provider;
    const char *name;
    const char *question;
    const char *answer; /* what the right one begins with */
    apr_port_t port;
} kind_t;

static const kind_t kinds[] = {
    [NET_KNOCK_REDIS] = {"redis", "Redis", "PING\r\n", "+PONG", 6379},
    [NET_KNOCK_MEMCACHED] = {"memcache", "memcached", "version\r\n",
                             "VERSION ", 11211},
};
#define KINDS (sizeof(kinds) / sizeof(kinds[0]))

typedef struct visit_t {
    const kind_t *kind;
    const char *server; /* as it is written */
    CURL *easy;
    apr_time_t end; /* by net_clock_steady */
    int connected;
    char line[ANSWER_MAX + 1];
    char error[CURL_ERROR_SIZE];
} visit_t;

int net_knock_kind(net_knock_kind_t *kind, const char *provider)
{
    apr_size_t i;

    for (i = 0; i < KINDS; i++) {
        if (strcmp(kinds[i].provider, provider) == 0) {
            *kind = (net_knock_kind_t)i;
            return 1;
        }
    }
    return 0;
}

/* --- what is wrong, and what mends it ------------------------------------ */

static apr_status_t say(ae_error_t *err, const visit_t *visit,
                        apr_status_t status, const char *why, const char *next)
{
    ae_error_set(err, status, "%s at %s", visit->kind->name, visit->server);
    ae_error_why(err, "%s", why);
    return ae_error_next(err, "%s", next);
}

static apr_status_t say_silent(ae_error_t *err, const visit_t *visit)
{
    return say(err, visit, APR_TIMEUP, "it does not answer in time",
               "see whether it hangs or is overloaded, and that no firewall "
               "drops what this server sends there");
}

static apr_status_t say_unreached(ae_error_t *err, const visit_t *visit,
                                  CURLcode code)
{
    const char *why =
        visit->error[0] ? visit->error : curl_easy_strerror(code);

    /* No enum of ours: curl's grows with each release. */
    switch ((int)code) {
    case CURLE_COULDNT_RESOLVE_HOST:
        return say(err, visit, AE_ENOHOST, why,
                   "write the right host into ACMEChallengeStore; httpd "
                   "reaches it by IPv4 only");
    case CURLE_OPERATION_TIMEDOUT:
        return say_silent(err, visit);
    case CURLE_COULDNT_CONNECT:
        return say(err, visit, APR_ECONNREFUSED, why,
                   "start it, let it listen on an address that all peers "
                   "reach, and see that ACMEChallengeStore names its port");
    default:
        return say(err, visit, APR_EGENERAL, why,
                   "see that what ACMEChallengeStore names is up");
    }
}

static int begins(const char *line, const char *with)
{
    return strncmp(line, with, strlen(with)) == 0;
}

static apr_status_t judge(ae_error_t *err, const visit_t *visit)
{
    const char *line = visit->line;

    if (begins(line, visit->kind->answer)) {
        return APR_SUCCESS;
    }
    if (begins(line, "-NOAUTH") || begins(line, "-WRONGPASS")) {
        return say(err, visit, APR_EACCES,
                   "it wants a password, which httpd's provider of Redis "
                   "cannot give",
                   "give the peers a Redis of their own without one, bound to "
                   "an address that they alone reach (bind, firewall, "
                   "stunnel), or a memcached");
    }
    if (begins(line, "-DENIED")) {
        return say(err, visit, APR_EGENERAL,
                   "it is in protected mode and takes only connections from "
                   "its own host",
                   "bind it to an address that the peers alone reach, and "
                   "write protected-mode no");
    }
    if (begins(line, "-LOADING") || begins(line, "-BUSY")) {
        return say(err, visit, APR_EAGAIN, line, "it is asked again");
    }
    return say(err, visit, AE_EFORMAT,
               line[0] ? "what answers there is another service"
                       : "it closes the connection and says nothing",
               "see that ACMEChallengeStore names host and port of the right "
               "one, without TLS, which httpd's provider does not speak");
}

/* --- one server ---------------------------------------------------------- */

/* At least one: none would be no limit. */
static long milliseconds_left(const visit_t *visit)
{
    apr_interval_time_t left = visit->end - net_clock_steady();

    return left > 0 ? (long)apr_time_as_msec(left) + 1 : 1;
}

/* Or every CGI that this child starts would have the connection too. */
static int keep_socket(void *ctx, curl_socket_t fd, curlsocktype purpose)
{
    (void)ctx;
    (void)purpose;
    return fcntl(fd, F_SETFD, FD_CLOEXEC) == 0 ? CURL_SOCKOPT_OK
                                               : CURL_SOCKOPT_ERROR;
}

static CURLcode connect_to(visit_t *visit, const char *url)
{
    CURL *easy = visit->easy;
    CURLcode codes[] = {
        curl_easy_setopt(easy, CURLOPT_URL, url),
        curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "http"),
        curl_easy_setopt(easy, CURLOPT_CONNECT_ONLY, 1L),
        /* As the provider does. */
        curl_easy_setopt(easy, CURLOPT_IPRESOLVE, (long)CURL_IPRESOLVE_V4),
        curl_easy_setopt(easy, CURLOPT_PROXY, ""),
        curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L),
        /* A name server that is silent holds up nobody at the end. */
        curl_easy_setopt(easy, CURLOPT_QUICK_EXIT, 1L),
        curl_easy_setopt(easy, CURLOPT_TIMEOUT_MS, milliseconds_left(visit)),
        curl_easy_setopt(easy, CURLOPT_SOCKOPTFUNCTION, keep_socket),
        curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, visit->error),
    };
    apr_size_t i;

    for (i = 0; i < sizeof(codes) / sizeof(codes[0]); i++) {
        if (codes[i] != CURLE_OK) {
            return codes[i];
        }
    }
    return curl_easy_perform(easy);
}

static int wait_for(const visit_t *visit, short events)
{
    struct pollfd one = {.events = events};
    curl_socket_t fd = CURL_SOCKET_BAD;

    (void)curl_easy_getinfo(visit->easy, CURLINFO_ACTIVESOCKET, &fd);
    one.fd = fd;
    return net_clock_steady() < visit->end &&
           poll(&one, 1, (int)milliseconds_left(visit)) > 0;
}

/* Up to the end of a line, or of what there is.
 * @return whether that came in time */
static int read_line(visit_t *visit)
{
    size_t len = 0;
    CURLcode code = CURLE_OK;

    while (len < ANSWER_MAX && memchr(visit->line, '\n', len) == NULL) {
        size_t more = 0;

        if (!wait_for(visit, POLLIN)) {
            return 0;
        }
        code = curl_easy_recv(visit->easy, visit->line + len, ANSWER_MAX - len,
                              &more);
        if (code == CURLE_AGAIN) {
            continue;
        }
        if (code != CURLE_OK || more == 0) {
            break;
        }
        len += more;
    }
    visit->line[len] = '\0';
    visit->line[strcspn(visit->line, "\r\n")] = '\0';
    return 1;
}

static apr_status_t converse(visit_t *visit, const char *url, ae_error_t *err)
{
    const char *question = visit->kind->question;
    CURLcode code = connect_to(visit, url);
    size_t sent = 0;

    if (code != CURLE_OK) {
        return say_unreached(err, visit, code);
    }
    visit->connected = 1;
    /* A connection just made has room for one line. */
    code = curl_easy_send(visit->easy, question, strlen(question), &sent);
    if (code != CURLE_OK) {
        return say_unreached(err, visit, code);
    }
    return read_line(visit) ? judge(err, visit) : say_silent(err, visit);
}

/* @param silent set where it took the connection and said nothing */
static apr_status_t ask(int *silent, const kind_t *kind, const char *server,
                        apr_interval_time_t timeout, ae_error_t *err,
                        apr_pool_t *p)
{
    visit_t visit = {.kind = kind, .server = server};
    char *host = NULL;
    char *scope;
    apr_port_t port;
    apr_status_t status;

    if (apr_parse_addr_port(&host, &scope, &port, server, p) != APR_SUCCESS ||
        host == NULL || (visit.easy = curl_easy_init()) == NULL) {
        return say(err, &visit, AE_ENOHOST, "it is not host and port",
                   "write redis:host:port or memcache:host:port");
    }
    visit.end = net_clock_steady() + timeout;
    status = converse(
        &visit,
        apr_psprintf(p, "http://%s:%u/", host, port ? port : kind->port), err);
    curl_easy_cleanup(visit.easy);
    *silent = visit.connected && APR_STATUS_IS_TIMEUP(status);
    return status;
}

/* --- all of them --------------------------------------------------------- */

apr_status_t net_knock(net_knock_kind_t kind, const char *servers,
                       apr_interval_time_t timeout, ae_error_t *err,
                       apr_pool_t *p)
{
    ae_error_t first = {.status = AE_ENOHOST};
    int answered = 0;
    char *state;
    char *server = apr_strtok(apr_pstrdup(p, servers), ",", &state);

    for (; server; server = apr_strtok(NULL, ",", &state)) {
        ae_error_t one;
        int silent = 0;
        apr_status_t status =
            ask(&silent, &kinds[kind], server, timeout, &one, p);

        if (silent) {
            *err = one;
            return status;
        }
        if (status == APR_SUCCESS) {
            answered = 1;
        } else if (first.what[0] == '\0') {
            first = one;
        }
    }
    if (!answered) {
        *err = first;
    }
    return answered ? APR_SUCCESS : err->status;
}
