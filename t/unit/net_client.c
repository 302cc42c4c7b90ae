#include "net_client.h"
#include "support.h"

#include <apr_strings.h>
#include <arpa/inet.h>
#include <check.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

client_t client;

static void log_write(void *ctx, ae_log_level_t level, const char *line)
{
    (void)ctx;
    ck_assert_int_eq(level, AE_LOG_DEBUG);
    client.logged = apr_pstrdup(t_pool, line);
}

static const ae_log_t log_sink = {log_write, NULL};

void client_start(https_script_t *script)
{
    ae_error_t err;

    signal(SIGPIPE, SIG_IGN);
    memset(&client, 0, sizeof(client));
    client.config.user_agent = "mod_acme_edge/0 (+https://example.org/)";
    client.config.log = &log_sink;
    client.server = https_server_start(script, t_pool);
    ck_assert_int_eq(net_transport_create(&client.transport, &client.config,
                                          client_done, &client, &err, t_pool),
                     APR_SUCCESS);
}

static const char *keep(const char *text)
{
    return text ? apr_pstrdup(t_pool, text) : NULL;
}

static const apr_array_header_t *keep_links(const apr_array_header_t *links)
{
    apr_array_header_t *kept;
    int i;

    if (!links) {
        return NULL;
    }
    kept = apr_array_make(t_pool, links->nelts, sizeof(const char *));
    for (i = 0; i < links->nelts; i++) {
        APR_ARRAY_PUSH(kept, const char *) =
            keep(APR_ARRAY_IDX(links, i, const char *));
    }
    return kept;
}

/* The response is gone when `done` returns. */
static void keep_reply(client_reply_t *reply, const acme_request_t *request,
                       const acme_response_t *response)
{
    acme_response_t *kept = &reply->response;

    reply->request = request;
    *kept = *response;
    kept->reason = keep(response->reason);
    kept->url = keep(response->url);
    kept->content_type = keep(response->content_type);
    kept->location = keep(response->location);
    kept->replay_nonce = keep(response->replay_nonce);
    kept->retry_after = keep(response->retry_after);
    kept->links = keep_links(response->links);
    if (response->body) {
        kept->body =
            apr_pstrmemdup(t_pool, response->body, response->body_len);
    }
}

void client_done(void *ctx, const acme_request_t *request,
                 const acme_response_t *response)
{
    ck_assert_ptr_eq(ctx, &client);
    ck_assert_uint_lt(client.reply_count, CLIENT_REPLIES_MAX);
    keep_reply(&client.replies[client.reply_count++], request, response);
    if (client.relay_left) {
        client.relay_left--;
        net_transport_send(client.transport, request, client_root());
    }
}

const char *client_url(const char *path)
{
    return https_server_url(client.server, path, t_pool);
}

const char *client_root(void)
{
    return https_server_root(client.server);
}

unsigned client_port_closed(void)
{
    struct sockaddr_in address = {.sin_family = AF_INET};
    socklen_t len = sizeof(address);
    int fd = socket(AF_INET, SOCK_STREAM, 0);

    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    ck_assert_int_eq(bind(fd, (struct sockaddr *)&address, len), 0);
    ck_assert_int_eq(getsockname(fd, (struct sockaddr *)&address, &len), 0);
    close(fd);
    return ntohs(address.sin_port);
}

acme_request_t *client_request(const char *method, const char *url)
{
    acme_request_t *request = apr_pcalloc(t_pool, sizeof(*request));

    request->step = "newOrder";
    request->method = method;
    request->url = url;
    return request;
}

apr_interval_time_t client_timeout(apr_interval_time_t span)
{
    return getenv("CK_TIMEOUT_MULTIPLIER") ? 20 * span : span;
}

acme_request_t *client_get(const char *path)
{
    return client_request("GET", client_url(path));
}

void client_run_until(unsigned count)
{
    int rounds = 0;

    while (client.reply_count < count) {
        ck_assert_int_lt(rounds++, 3000);
        net_transport_run(client.transport, apr_time_from_msec(100));
    }
    ck_assert_uint_eq(client.reply_count, count);
}

const acme_response_t *client_exchange_with(const acme_request_t *request,
                                            const char *trust_file)
{
    unsigned before = client.reply_count;

    net_transport_send(client.transport, request, trust_file);
    ck_assert_uint_eq(net_transport_pending(client.transport), 1);
    client_run_until(before + 1);
    ck_assert_uint_eq(net_transport_pending(client.transport), 0);
    ck_assert_ptr_eq(client.replies[before].request, request);
    return &client.replies[before].response;
}

const acme_response_t *client_exchange(const acme_request_t *request)
{
    return client_exchange_with(request, client_root());
}

const acme_response_t *client_exchange_get(const char *path)
{
    return client_exchange(client_get(path));
}

void client_assert_answer(const acme_response_t *response, int code)
{
    ck_assert_msg(response->status == APR_SUCCESS, "%s", response->reason);
    ck_assert_int_eq(response->code, code);
}

void client_assert_failure(const acme_response_t *response,
                           apr_status_t status, const char *words)
{
    ck_assert_int_eq(response->status, status);
    ck_assert_ptr_nonnull(response->reason);
    ck_assert_msg(strstr(response->reason, words) != NULL, "%s",
                  response->reason);
}
