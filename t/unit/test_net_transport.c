#include "net_transport.h"

#include "net_client.h"
#include "support.h"

#include <apr_strings.h>
#include <check.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>

Suite *suite_net_transport(void);

static void script(https_answer_t *answer, const https_request_t *request,
                   apr_pool_t *p)
{
    apr_size_t len = strlen(request->head);

    if (!strncmp(request->head, "GET /hang ", 10)) {
        answer->then = HTTPS_HANG;
        return;
    }
    answer->bytes =
        apr_psprintf(p,
                     "HTTP/1.1 201 Created\r\n"
                     "Replay-Nonce: oFvnlFP1wIhRlYS2jTaXbA\r\n"
                     "Content-Length: %" APR_SIZE_T_FMT "\r\n\r\n%s",
                     len, request->head);
    answer->len = strlen(answer->bytes);
}

static void setup(void)
{
    t_setup();
    client_start(script);
}

/* Many at once, and the connections they take */

START_TEST(many_share_few_connections)
{
    acme_request_t *sent[50];
    int seen[50] = {0};
    unsigned i;
    unsigned k;

    for (i = 0; i < 50; i++) {
        sent[i] = client_get(apr_psprintf(t_pool, "/echo/%u/", i));
        net_transport_send(client.transport, sent[i], client_root());
    }
    ck_assert_uint_eq(net_transport_pending(client.transport), 50);
    client_run_until(50);
    ck_assert_uint_eq(net_transport_pending(client.transport), 0);
    for (i = 0; i < 50; i++) {
        client_assert_answer(&client.replies[i].response, 201);
        for (k = 0; sent[k] != client.replies[i].request; k++) {
        }
        seen[k]++;
        ck_assert_ptr_nonnull(strstr(client.replies[i].response.body,
                                     apr_psprintf(t_pool, "/echo/%u/", k)));
    }
    for (k = 0; k < 50; k++) {
        ck_assert_int_eq(seen[k], 1);
    }
    ck_assert_uint_le(https_server_connections(client.server), 4);
}
END_TEST

START_TEST(one_after_the_other_takes_one_connection)
{
    client.relay_left = 30;
    net_transport_send(client.transport, client_get("/full"), client_root());
    client_run_until(31);
    client_assert_answer(&client.replies[30].response, 201);
    ck_assert_uint_eq(https_server_connections(client.server), 1);
}
END_TEST

/* The port that a descriptor is connected to, or 0. */
static unsigned peer_port(int fd)
{
    struct sockaddr_in peer;
    socklen_t size = sizeof(peer);

    memset(&peer, 0, sizeof(peer));
    return getpeername(fd, (struct sockaddr *)&peer, &size) == 0 &&
                   peer.sin_family == AF_INET
               ? ntohs(peer.sin_port)
               : 0;
}

/* A CGI is started by fork and exec from the child that has the worker. */
START_TEST(what_this_process_starts_inherits_no_connection)
{
    const char *port = strrchr(client_url(""), ':') + 1;
    unsigned found = 0;
    int fd;

    client_exchange_get("/kept");
    for (fd = 0; fd < 256; fd++) {
        if (peer_port(fd) == (unsigned)apr_atoi64(port)) {
            ck_assert(fcntl(fd, F_GETFD) & FD_CLOEXEC);
            found++;
        }
    }
    ck_assert_uint_eq(found, 1);
}
END_TEST

START_TEST(one_that_hangs_holds_up_nobody)
{
    unsigned i;

    client.config.timeout = client_timeout(apr_time_from_sec(2));
    net_transport_send(client.transport, client_get("/hang"), client_root());
    for (i = 0; i < 20; i++) {
        net_transport_send(client.transport, client_get("/order"),
                           client_root());
    }
    client_run_until(20);
    for (i = 0; i < 20; i++) {
        client_assert_answer(&client.replies[i].response, 201);
    }
    client_run_until(21);
    ck_assert_int_eq(client.replies[20].response.status, APR_TIMEUP);
}
END_TEST

/* The life of a transport */

START_TEST(unknown_method_is_refused_from_run)
{
    net_transport_send(client.transport,
                       client_request("PUT", "https://127.0.0.1/"), NULL);
    ck_assert_uint_eq(client.reply_count, 0);
    ck_assert_uint_eq(net_transport_pending(client.transport), 1);
    client_run_until(1);
    client_assert_failure(&client.replies[0].response, APR_EGENERAL, "PUT");
    ck_assert_uint_eq(net_transport_pending(client.transport), 0);
}
END_TEST

START_TEST(nothing_pending_returns_at_once)
{
    apr_time_t begin = apr_time_now();

    net_transport_run(client.transport, apr_time_from_sec(20));
    ck_assert(apr_time_now() - begin < apr_time_from_sec(10));
}
END_TEST

START_TEST(run_keeps_to_its_span)
{
    apr_time_t begin = apr_time_now();

    net_transport_send(client.transport, client_get("/hang"), client_root());
    net_transport_run(client.transport, apr_time_from_msec(150));
    ck_assert(apr_time_now() - begin >= apr_time_from_msec(140));
    ck_assert(apr_time_now() - begin < apr_time_from_sec(10));
    ck_assert_uint_eq(client.reply_count, 0);
    ck_assert_uint_eq(net_transport_pending(client.transport), 1);
}
END_TEST

START_TEST(end_drops_what_is_pending)
{
    apr_time_t begin = apr_time_now();
    apr_pool_t *pool;
    ae_error_t err;

    apr_pool_create(&pool, t_pool);
    ck_assert_int_eq(net_transport_create(&client.transport, &client.config,
                                          client_done, &client, &err, pool),
                     APR_SUCCESS);
    net_transport_send(client.transport, client_get("/hang"), client_root());
    net_transport_send(client.transport,
                       client_request("PUT", "https://127.0.0.1/"), NULL);
    net_transport_run(client.transport, 0);
    net_transport_send(client.transport,
                       client_request("PUT", "https://127.0.0.1/"), NULL);
    apr_pool_destroy(pool);
    ck_assert_uint_eq(client.reply_count, 1);
    ck_assert(apr_time_now() - begin < apr_time_from_sec(1));
}
END_TEST

START_TEST(log_has_one_line_and_no_nonce)
{
    const char *start = apr_psprintf(t_pool, "newOrder GET %s -> 201 in ",
                                     client_url("/full"));

    client_assert_answer(client_exchange_get("/full"), 201);
    ck_assert_ptr_nonnull(client.logged);
    ck_assert_msg(!strncmp(client.logged, start, strlen(start)), "%s",
                  client.logged);
    ck_assert_ptr_null(strstr(client.logged, "oFvnlFP1wIhRlYS2jTaXbA"));
    ck_assert_str_eq(client.logged + strlen(client.logged) - 3, " ms");
}
END_TEST

static void add_wire_tests(TCase *tc)
{
    tcase_add_test(tc, many_share_few_connections);
    tcase_add_test(tc, one_after_the_other_takes_one_connection);
    tcase_add_test(tc, what_this_process_starts_inherits_no_connection);
    tcase_add_test(tc, one_that_hangs_holds_up_nobody);
    tcase_add_test(tc, unknown_method_is_refused_from_run);
    tcase_add_test(tc, nothing_pending_returns_at_once);
    tcase_add_test(tc, run_keeps_to_its_span);
    tcase_add_test(tc, end_drops_what_is_pending);
    tcase_add_test(tc, log_has_one_line_and_no_nonce);
}

Suite *suite_net_transport(void)
{
    Suite *suite = suite_create("net_transport");
    TCase *tc = tcase_create("wire");

    tcase_add_checked_fixture(tc, setup, t_teardown);
    tcase_set_timeout(tc, 60);
    add_wire_tests(tc);
    suite_add_tcase(suite, tc);
    return suite;
}
