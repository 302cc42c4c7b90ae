#include "fuzz.h"
#include "net_call.h"

#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

/* What a CA says on its connection, as net_call and curl read it. The input is
 * cut by lines "%%": one part for each connection that redirects lead to. */

#define URL "http://ca.test/directory"

typedef struct wire_t {
    const unsigned char *data;
    size_t size;
} wire_t;

/* A connection on which all was said already. */
static curl_socket_t open_wire(void *ctx, curlsocktype purpose,
                               struct curl_sockaddr *address)
{
    wire_t *wire = ctx;
    ae_bytes_t part = fuzz_part(&wire->data, &wire->size);
    int ends[2];

    (void)purpose;
    (void)address;
    fuzz_must(socketpair(AF_UNIX, SOCK_STREAM, 0, ends) == 0 &&
                  send(ends[1], part.data, part.len, MSG_NOSIGNAL) ==
                      (ssize_t)part.len,
              "an answer fits into a socket");
    close(ends[1]);
    return ends[0];
}

static int is_open(void *ctx, curl_socket_t fd, curlsocktype purpose)
{
    (void)ctx;
    (void)fd;
    (void)purpose;
    return CURL_SOCKOPT_ALREADY_CONNECTED;
}

/* Everything as in earnest but for the wire, which is no TLS. */
static CURLcode ask(net_call_t *call, wire_t *wire)
{
    static const net_transport_config_t config = {.user_agent = "fuzz"};
    static struct curl_slist hosts = {(char *)(size_t) "+*:80:127.0.0.1",
                                      NULL};
    CURL *easy = call->easy;

    fuzz_must(
        net_call_prepare(call, &config) == APR_SUCCESS &&
            !curl_easy_setopt(easy, CURLOPT_URL, URL) &&
            !curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "http") &&
            !curl_easy_setopt(easy, CURLOPT_REDIR_PROTOCOLS_STR, "http") &&
            !curl_easy_setopt(easy, CURLOPT_RESOLVE, &hosts) &&
            !curl_easy_setopt(easy, CURLOPT_OPENSOCKETFUNCTION, open_wire) &&
            !curl_easy_setopt(easy, CURLOPT_OPENSOCKETDATA, wire) &&
            !curl_easy_setopt(easy, CURLOPT_SOCKOPTFUNCTION, is_open),
        "curl can be told");
    return curl_easy_perform(easy);
}

static void check_value(const char *value)
{
    fuzz_must(!value || !strpbrk(value, "\r\n"), "a field is one line");
}

static void check_answer(const acme_response_t *response)
{
    int i;

    fuzz_must(response->code >= 0 && response->code <= 999,
              "a code has three digits");
    check_value(response->content_type);
    check_value(response->location);
    check_value(response->replay_nonce);
    check_value(response->retry_after);
    fuzz_must(response->links->nelts <= NET_CALL_LINKS_MAX,
              "links are bounded");
    for (i = 0; i < response->links->nelts; i++) {
        check_value(APR_ARRAY_IDX(response->links, i, const char *));
    }
    fuzz_must(!strncmp(response->url, "http://", 7),
              "a redirect leads where it may");
    fuzz_must(response->body_len <= ACME_BODY_BYTES_MAX &&
                  response->body[response->body_len] == '\0',
              "a body is bounded and ends");
}

static void run(const unsigned char *data, size_t size)
{
    static const acme_request_t request = {.step = "directory",
                                           .method = "GET",
                                           .url = URL,
                                           .accept = "application/json",
                                           .follow_redirects = 1};
    wire_t wire = {data, size};
    net_call_t *call =
        net_call_create(&request, NULL, curl_easy_init(), fuzz_pool);
    acme_response_t response;

    net_call_response(&response, call, ask(call, &wire));
    if (response.status == APR_SUCCESS) {
        check_answer(&response);
    } else {
        fuzz_must(response.reason && response.reason[0],
                  "a failure has a reason");
    }
    curl_easy_cleanup(call->easy);
}

const fuzz_target_t fuzz_header = {"header", run, 1500};
