#include "net_fetch.h"

#include <curl/curl.h>
#include <string.h>

typedef struct sink_t {
    unsigned char *bytes;
    apr_size_t len;
    apr_size_t max;
} sink_t;

/* Less than it was given ends the transfer. */
static size_t take(char *bytes, size_t one, size_t len, void *ctx)
{
    sink_t *sink = ctx;

    (void)one;
    if (len > sink->max - sink->len) {
        sink->len = sink->max + 1;
        return 0;
    }
    memcpy(sink->bytes + sink->len, bytes, len);
    sink->len += len;
    return len;
}

static CURLcode prepare(CURL *easy, const net_fetch_t *fetch, sink_t *sink,
                        char *trouble)
{
    CURLcode codes[] = {
        curl_easy_setopt(easy, CURLOPT_URL, fetch->url),
        curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "http,https"),
        curl_easy_setopt(easy, CURLOPT_REDIR_PROTOCOLS_STR, "http,https"),
        curl_easy_setopt(easy, CURLOPT_FOLLOWLOCATION, 1L),
        curl_easy_setopt(easy, CURLOPT_MAXREDIRS,
                         (long)NET_FETCH_REDIRECTS_MAX),
        curl_easy_setopt(easy, CURLOPT_PROXY,
                         fetch->proxy ? fetch->proxy : ""),
        curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L),
        curl_easy_setopt(easy, CURLOPT_TIMEOUT_MS,
                         (long)apr_time_as_msec(fetch->timeout)),
        curl_easy_setopt(easy, CURLOPT_USERAGENT, "acme-edge/" AE_VERSION),
        curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, trouble),
        curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, take),
        curl_easy_setopt(easy, CURLOPT_WRITEDATA, sink),
        fetch->trust_file
            ? curl_easy_setopt(easy, CURLOPT_CAINFO, fetch->trust_file)
            : CURLE_OK,
    };
    apr_size_t i;

    for (i = 0; i < sizeof(codes) / sizeof(codes[0]); i++) {
        if (codes[i] != CURLE_OK) {
            return codes[i];
        }
    }
    return CURLE_OK;
}

static apr_status_t failed(ae_error_t *err, const net_fetch_t *fetch,
                           CURLcode code, const char *trouble)
{
    ae_error_set(err,
                 code == CURLE_OPERATION_TIMEDOUT ? APR_TIMEUP : APR_EGENERAL,
                 "Cannot fetch %s", fetch->url);
    return ae_error_why(err, "%s",
                        trouble[0] ? trouble : curl_easy_strerror(code));
}

static apr_status_t judge(ae_error_t *err, const net_fetch_t *fetch,
                          const sink_t *sink, long code)
{
    if (sink->len > sink->max) {
        ae_error_set(err, AE_ETOOBIG, "Cannot fetch %s", fetch->url);
        return ae_error_why(err, "it has more than %lu bytes",
                            (unsigned long)sink->max);
    }
    if (code != 200) {
        ae_error_set(err, AE_EREMOTE, "Cannot fetch %s", fetch->url);
        return ae_error_why(err, "the answer is %ld", code);
    }
    return APR_SUCCESS;
}

apr_status_t net_fetch(ae_bytes_t *body, const net_fetch_t *fetch,
                       ae_error_t *err, apr_pool_t *p)
{
    CURL *easy = curl_easy_init();
    char trouble[CURL_ERROR_SIZE] = "";
    sink_t sink = {apr_palloc(p, fetch->max + 1), 0, fetch->max};
    CURLcode result =
        easy ? prepare(easy, fetch, &sink, trouble) : CURLE_OUT_OF_MEMORY;
    apr_status_t status;
    long code = 0;

    if (result == CURLE_OK) {
        result = curl_easy_perform(easy);
    }
    if (result == CURLE_OK || sink.len > sink.max) {
        (void)curl_easy_getinfo(easy, CURLINFO_RESPONSE_CODE, &code);
        status = judge(err, fetch, &sink, code);
    } else {
        status = failed(err, fetch, result, trouble);
    }
    curl_easy_cleanup(easy);
    body->data = sink.bytes;
    body->len = sink.len;
    return status;
}
