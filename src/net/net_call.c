#include "net_call.h"

#include <apr_strings.h>
#include <fcntl.h>
#include <openssl/x509_vfy.h>
#include <string.h>

#define CONNECT_MS 10000L
#define REQUEST_MS 60000L
#define BODY_BYTES_FIRST 8192

net_call_t *net_call_create(const acme_request_t *request,
                            const char *trust_file, CURL *easy, apr_pool_t *p)
{
    net_call_t *call;
    apr_pool_t *pool;

    apr_pool_create(&pool, p);
    apr_pool_tag(pool, "net_call");
    call = apr_pcalloc(pool, sizeof(*call));
    APR_RING_ELEM_INIT(call, link);
    call->pool = pool;
    call->easy = easy;
    call->request = request;
    call->trust_file = trust_file;
    return call;
}

static void call_refuse(net_call_t *call, apr_status_t status,
                        const char *reason)
{
    if (!call->refusal) {
        call->refusal_status = status;
        call->refusal = reason;
    }
}

static size_t call_take_header(char *line, size_t one, size_t len, void *ctx)
{
    net_call_t *call = ctx;

    (void)line;
    (void)one;
    /* Counted over redirects and interim answers: an endless row of these is
     * no better than one endless header. */
    call->header_bytes += len;
    if (call->header_bytes > NET_CALL_HEADER_BYTES_MAX) {
        call_refuse(call, AE_ETOOBIG,
                    "the header of the answer is larger than 64 kB");
        return 0;
    }
    return len;
}

static void call_grow_body(net_call_t *call, apr_size_t size)
{
    char *body;

    if (size <= call->body_size) {
        return;
    }
    if (size < 2 * call->body_size) {
        size = 2 * call->body_size;
    }
    if (size < BODY_BYTES_FIRST) {
        size = BODY_BYTES_FIRST;
    }
    body = apr_palloc(call->pool, size);
    if (call->body_len) {
        memcpy(body, call->body, call->body_len);
    }
    call->body = body;
    call->body_size = size;
}

static size_t call_take_body(char *bytes, size_t one, size_t len, void *ctx)
{
    net_call_t *call = ctx;

    (void)one;
    if (len > ACME_BODY_BYTES_MAX - call->body_len) {
        call_refuse(call, AE_ETOOBIG, "the answer is larger than 1 MB");
        return 0;
    }
    call_grow_body(call, call->body_len + len + 1);
    memcpy(call->body + call->body_len, bytes, len);
    call->body_len += len;
    call->body[call->body_len] = '\0';
    return len;
}

static void call_check(net_call_t *call, CURLcode result)
{
    if (result != CURLE_OK) {
        call_refuse(call, APR_EGENERAL, curl_easy_strerror(result));
    }
}

static void call_set_long(net_call_t *call, CURLoption option, long value)
{
    call_check(call, curl_easy_setopt(call->easy, option, value));
}

static void call_set_text(net_call_t *call, CURLoption option,
                          const char *value)
{
    call_check(call, curl_easy_setopt(call->easy, option, value));
}

/* Or every CGI that this child starts would have the connection too. */
static int call_keep_socket(void *ctx, curl_socket_t fd, curlsocktype purpose)
{
    (void)ctx;
    (void)purpose;
    return fcntl(fd, F_SETFD, FD_CLOEXEC) == 0 ? CURL_SOCKOPT_OK
                                               : CURL_SOCKOPT_ERROR;
}

static void call_set_sinks(net_call_t *call)
{
    CURL *easy = call->easy;

    call_check(call, curl_easy_setopt(easy, CURLOPT_PRIVATE, call));
    call_check(call, curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, call->error));
    call_check(call, curl_easy_setopt(easy, CURLOPT_HEADERFUNCTION,
                                      call_take_header));
    call_check(call, curl_easy_setopt(easy, CURLOPT_HEADERDATA, call));
    call_check(call,
               curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, call_take_body));
    call_check(call, curl_easy_setopt(easy, CURLOPT_WRITEDATA, call));
}

static void call_set_limits(net_call_t *call, apr_interval_time_t timeout)
{
    long ms = timeout ? (long)apr_time_as_msec(timeout) : REQUEST_MS;

    call_set_long(call, CURLOPT_NOSIGNAL, 1);
    call_set_long(call, CURLOPT_TIMEOUT_MS, ms);
    call_set_long(call, CURLOPT_CONNECTTIMEOUT_MS,
                  ms < CONNECT_MS ? ms : CONNECT_MS);
    /* Or a name server that does not answer would hold up the whole loop, and
     * with it the end of the process: getaddrinfo cannot be interrupted. */
    call_set_long(call, CURLOPT_QUICK_EXIT, 1);
}

/* RFC 8555 section 6.1: clients MUST use HTTPS. */
static void call_set_trust(net_call_t *call)
{
    call_set_text(call, CURLOPT_PROTOCOLS_STR, "https");
    call_set_text(call, CURLOPT_REDIR_PROTOCOLS_STR, "https");
    call_set_long(call, CURLOPT_SSLVERSION, CURL_SSLVERSION_TLSv1_2);
    call_set_long(call, CURLOPT_SSL_VERIFYPEER, 1);
    call_set_long(call, CURLOPT_SSL_VERIFYHOST, 2);
    if (call->trust_file) {
        /* Without the second the system's roots stay trusted too. */
        call_set_text(call, CURLOPT_CAINFO, call->trust_file);
        call_set_text(call, CURLOPT_CAPATH, NULL);
    }
}

static void call_set_route(net_call_t *call,
                           const net_transport_config_t *config)
{
    /* Empty, not NULL: that would take the proxy of the environment. */
    call_set_text(call, CURLOPT_PROXY, config->proxy ? config->proxy : "");
    call_set_text(call, CURLOPT_NOPROXY, "");
    call_set_long(call, CURLOPT_SUPPRESS_CONNECT_HEADERS, 1);
    call_set_long(call, CURLOPT_HTTP_VERSION, CURL_HTTP_VERSION_2TLS);
    call_set_long(call, CURLOPT_PIPEWAIT, 1);
    call_check(call, curl_easy_setopt(call->easy, CURLOPT_SOCKOPTFUNCTION,
                                      call_keep_socket));
    call_set_long(call, CURLOPT_FOLLOWLOCATION,
                  call->request->follow_redirects ? 1 : 0);
    call_set_long(call, CURLOPT_MAXREDIRS, ACME_REDIRECTS_MAX);
    call_set_long(call, CURLOPT_DISALLOW_USERNAME_IN_URL, 1);
    /* The JWS signs the URL as the CA gave it (RFC 8555 section 6.4). */
    call_set_long(call, CURLOPT_PATH_AS_IS, 1);
}

static void call_set_body(net_call_t *call)
{
    const acme_request_t *request = call->request;

    call_set_long(call, CURLOPT_POST, 1);
    call_check(call, curl_easy_setopt(call->easy, CURLOPT_POSTFIELDSIZE_LARGE,
                                      (curl_off_t)request->body_len));
    call_set_text(call, CURLOPT_POSTFIELDS,
                  request->body ? request->body : "");
}

static void call_set_method(net_call_t *call)
{
    const char *method = call->request->method;

    if (!strcmp(method, "GET")) {
        call_set_long(call, CURLOPT_HTTPGET, 1);
    } else if (!strcmp(method, "HEAD")) {
        call_set_long(call, CURLOPT_NOBODY, 1);
    } else if (!strcmp(method, "POST")) {
        call_set_body(call);
    } else {
        call_refuse(
            call, APR_EGENERAL,
            apr_psprintf(call->pool, "the method %s is unknown here", method));
    }
}

/* From the pool, so that nothing is left to be freed. */
static struct curl_slist *header_add(struct curl_slist *list, const char *name,
                                     const char *value, apr_pool_t *p)
{
    struct curl_slist *header = apr_palloc(p, sizeof(*header));

    header->data = apr_pstrcat(p, name, value, NULL);
    header->next = list;
    return header;
}

static void call_set_headers(net_call_t *call, const char *user_agent)
{
    const acme_request_t *request = call->request;
    struct curl_slist *list = header_add(NULL, "Expect:", "", call->pool);

    if (request->accept) {
        list = header_add(list, "Accept: ", request->accept, call->pool);
    }
    if (request->content_type) {
        list = header_add(list, "Content-Type: ", request->content_type,
                          call->pool);
    }
    call_set_text(call, CURLOPT_USERAGENT, user_agent);
    call_check(call, curl_easy_setopt(call->easy, CURLOPT_HTTPHEADER, list));
}

apr_status_t net_call_prepare(net_call_t *call,
                              const net_transport_config_t *config)
{
    if (!call->easy) {
        call_refuse(call, APR_EGENERAL, "curl has no handle left");
        return APR_EGENERAL;
    }
    call_set_sinks(call);
    call_set_limits(call, config->timeout);
    call_set_trust(call);
    call_set_route(call, config);
    call_set_method(call);
    call_set_headers(call, config->user_agent);
    call_set_text(call, CURLOPT_URL, call->request->url);
    return call->refusal ? APR_EGENERAL : APR_SUCCESS;
}

static const char *call_header(net_call_t *call, const char *name)
{
    struct curl_header *header;

    if (curl_easy_header(call->easy, name, 0, CURLH_HEADER, -1, &header) !=
        CURLHE_OK) {
        return NULL;
    }
    return apr_pstrdup(call->pool, header->value);
}

static const apr_array_header_t *call_links(net_call_t *call)
{
    apr_array_header_t *links;
    struct curl_header *header;
    size_t i;

    links = apr_array_make(call->pool, 4, sizeof(const char *));
    for (i = 0; i < NET_CALL_LINKS_MAX; i++) {
        if (curl_easy_header(call->easy, "Link", i, CURLH_HEADER, -1,
                             &header) != CURLHE_OK) {
            break;
        }
        APR_ARRAY_PUSH(links, const char *) =
            apr_pstrdup(call->pool, header->value);
    }
    return links;
}

static void call_read_answer(acme_response_t *response, net_call_t *call)
{
    const char *url = NULL;
    long code = 0;

    (void)curl_easy_getinfo(call->easy, CURLINFO_RESPONSE_CODE, &code);
    (void)curl_easy_getinfo(call->easy, CURLINFO_EFFECTIVE_URL, &url);
    response->code = (int)code;
    response->url = apr_pstrdup(call->pool, url ? url : call->request->url);
    response->content_type = call_header(call, "Content-Type");
    response->location = call_header(call, "Location");
    response->replay_nonce = call_header(call, "Replay-Nonce");
    response->retry_after = call_header(call, "Retry-After");
    response->date = call_header(call, "Date");
    response->links = call_links(call);
    response->body = call->body ? call->body : "";
    response->body_len = call->body_len;
}

static long verdict_of(net_call_t *call)
{
    long verified = 0;

    (void)curl_easy_getinfo(call->easy, CURLINFO_SSL_VERIFYRESULT, &verified);
    return verified;
}

static int is_of_another_time(long verified)
{
    return verified == X509_V_ERR_CERT_NOT_YET_VALID ||
           verified == X509_V_ERR_CERT_HAS_EXPIRED;
}

static apr_status_t status_of(net_call_t *call, CURLcode result)
{
    /* No enum of ours: curl's grows with each release. */
    switch ((int)result) {
    case CURLE_OK:
        return APR_SUCCESS;
    case CURLE_OPERATION_TIMEDOUT:
        return APR_TIMEUP;
    case CURLE_COULDNT_CONNECT:
        return APR_ECONNREFUSED;
    case CURLE_COULDNT_RESOLVE_HOST:
    case CURLE_COULDNT_RESOLVE_PROXY:
        return AE_ENOHOST;
    case CURLE_PEER_FAILED_VERIFICATION:
        return is_of_another_time(verdict_of(call)) ? AE_ECLOCK : AE_EDISTRUST;
    case CURLE_SSL_CACERT_BADFILE:
        return APR_EACCES;
    default:
        return APR_EGENERAL;
    }
}

static const char *reason_distrust(net_call_t *call, const char *words)
{
    long verified = verdict_of(call);

    /* Where no chain was found wanting, but the host name, curl leaves "not
     * verified" here, and no file mends that. */
    if (verified <= 1) {
        return apr_psprintf(call->pool,
                            "the CA's HTTPS certificate is for another host "
                            "(%s)",
                            words);
    }
    if (is_of_another_time(verified)) {
        return apr_psprintf(call->pool,
                            "the CA's HTTPS certificate does not hold by this "
                            "server's clock (%s)",
                            words);
    }
    if (call->trust_file) {
        return apr_psprintf(call->pool,
                            "the CA's HTTPS certificate is not trusted (%s); "
                            "ACMETrustFile %s must hold the CA's HTTPS root",
                            words, call->trust_file);
    }
    return apr_psprintf(call->pool,
                        "the CA's HTTPS certificate is not trusted (%s); for "
                        "a CA that the system does not know, ACMETrustFile "
                        "names a PEM file with its HTTPS root",
                        words);
}

static const char *reason_not_https(net_call_t *call)
{
    long redirects = 0;

    (void)curl_easy_getinfo(call->easy, CURLINFO_REDIRECT_COUNT, &redirects);
    return redirects ? "the CA redirects to an address that is not https"
                     : "the address is not https, as RFC 8555 demands";
}

static const char *reason_of(net_call_t *call, CURLcode result)
{
    const char *words =
        call->error[0] ? call->error : curl_easy_strerror(result);

    switch ((int)result) {
    case CURLE_UNSUPPORTED_PROTOCOL:
        return reason_not_https(call);
    case CURLE_PEER_FAILED_VERIFICATION:
        return reason_distrust(call, words);
    case CURLE_SSL_CACERT_BADFILE:
        return apr_psprintf(call->pool,
                            "the trusted roots cannot be read (%s); "
                            "ACMETrustFile must name a PEM file that the "
                            "server's user can read",
                            words);
    case CURLE_OPERATION_TIMEDOUT:
        return apr_psprintf(call->pool, "no answer in time (%s)", words);
    case CURLE_TOO_MANY_REDIRECTS:
        return apr_psprintf(call->pool, "more than %d redirects",
                            ACME_REDIRECTS_MAX);
    default:
        return apr_pstrdup(call->pool, words);
    }
}

void net_call_response(acme_response_t *response, net_call_t *call,
                       CURLcode result)
{
    memset(response, 0, sizeof(*response));
    if (call->refusal) {
        response->status = call->refusal_status;
        response->reason = call->refusal;
    } else if (result != CURLE_OK) {
        response->status = status_of(call, result);
        response->reason = reason_of(call, result);
    } else {
        call_read_answer(response, call);
    }
}
