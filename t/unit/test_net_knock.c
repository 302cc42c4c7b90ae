#include "net_knock.h"

#include "net_client.h"
#include "support.h"

#include <apr_strings.h>
#include <arpa/inet.h>
#include <check.h>
#include <pthread.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

Suite *suite_net_knock(void);

#define QUICK apr_time_from_msec(300)

/* A service on loopback that says the same to each who asks; NULL: nothing,
 * and keeps them. */
typedef struct server_t {
    int fd;
    const char *answer;
    char asked[64];
} server_t;

static ae_error_t err;

static void *serve(void *ctx)
{
    server_t *server = ctx;

    for (;;) {
        int peer = accept(server->fd, NULL, NULL);
        ssize_t len;

        if (peer < 0) {
            return NULL;
        }
        len = read(peer, server->asked, sizeof(server->asked) - 1);
        server->asked[len > 0 ? len : 0] = '\0';
        if (server->answer == NULL) {
            continue;
        }
        if (write(peer, server->answer, strlen(server->answer)) < 0) {
            return NULL;
        }
        close(peer);
    }
}

/* It ends with the test's process. @return host:port */
static const char *stand(server_t *server, const char *answer)
{
    struct sockaddr_in address = {.sin_family = AF_INET};
    socklen_t len = sizeof(address);
    pthread_t thread;

    server->answer = answer;
    server->fd = socket(AF_INET, SOCK_STREAM, 0);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    ck_assert_int_eq(bind(server->fd, (struct sockaddr *)&address, len), 0);
    ck_assert_int_eq(
        getsockname(server->fd, (struct sockaddr *)&address, &len), 0);
    ck_assert_int_eq(listen(server->fd, 8), 0);
    ck_assert_int_eq(pthread_create(&thread, NULL, serve, server), 0);
    pthread_detach(thread);
    return apr_psprintf(t_pool, "127.0.0.1:%u", ntohs(address.sin_port));
}

static const char *closed(void)
{
    return apr_psprintf(t_pool, "127.0.0.1:%u", client_port_closed());
}

static apr_status_t knock(net_knock_kind_t kind, const char *servers)
{
    return net_knock(kind, servers, client_timeout(apr_time_from_sec(5)), &err,
                     t_pool);
}

static apr_status_t knock_at(const char *answer)
{
    static server_t server;

    return knock(NET_KNOCK_REDIS, stand(&server, answer));
}

static void says(const char *why, const char *next)
{
    ck_assert_msg(strstr(err.why, why) != NULL, "%s", err.why);
    ck_assert_msg(strstr(err.next, next) != NULL, "%s", err.next);
}

START_TEST(the_right_ones_answer)
{
    static server_t redis, memcached;

    ck_assert_int_eq(knock(NET_KNOCK_REDIS, stand(&redis, "+PONG\r\n")),
                     APR_SUCCESS);
    ck_assert_str_eq(redis.asked, "PING\r\n");
    ck_assert_int_eq(
        knock(NET_KNOCK_MEMCACHED, stand(&memcached, "VERSION 1.6.18\r\n")),
        APR_SUCCESS);
    ck_assert_str_eq(memcached.asked, "version\r\n");
}
END_TEST

START_TEST(one_that_wants_a_password)
{
    ck_assert_int_eq(knock_at("-NOAUTH Authentication required.\r\n"),
                     APR_EACCES);
    says("it wants a password", "a Redis of their own");
}
END_TEST

START_TEST(one_in_protected_mode)
{
    ck_assert_int_eq(knock_at("-DENIED Redis is running in protected mode "
                              "because ...\r\n"),
                     APR_EGENERAL);
    says("protected mode", "protected-mode no");
}
END_TEST

START_TEST(one_that_is_not_ready)
{
    ck_assert_int_eq(knock_at("-LOADING Redis is loading the dataset\r\n"),
                     APR_EAGAIN);
    says("-LOADING", "asked again");
}
END_TEST

START_TEST(another_service)
{
    ck_assert_int_eq(knock_at("HTTP/1.1 400 Bad Request\r\n"), AE_EFORMAT);
    says("another service", "right one");
    ck_assert_int_eq(knock_at("VERSION 1.6.18\r\n"), AE_EFORMAT);
    ck_assert_int_eq(knock_at(""), AE_EFORMAT);
    says("says nothing", "without TLS");
    ck_assert_int_eq(knock_at(apr_psprintf(t_pool, "%02000d", 1)), AE_EFORMAT);
}
END_TEST

START_TEST(nobody_listens)
{
    ck_assert_int_eq(knock(NET_KNOCK_REDIS, closed()), APR_ECONNREFUSED);
    ck_assert_msg(strstr(err.what, "Redis at 127.0.0.1:") != NULL, "%s",
                  err.what);
    says("", "start it");
}
END_TEST

START_TEST(no_such_host)
{
    ck_assert_int_eq(knock(NET_KNOCK_MEMCACHED, "no.such.host.invalid:1"),
                     AE_ENOHOST);
    says("", "right host");
    ck_assert_int_eq(knock(NET_KNOCK_REDIS, "6379"), AE_ENOHOST);
    ck_assert_int_eq(knock(NET_KNOCK_REDIS, ""), AE_ENOHOST);
}
END_TEST

START_TEST(one_that_hangs)
{
    static server_t server;

    ck_assert_int_eq(
        net_knock(NET_KNOCK_REDIS, stand(&server, NULL), QUICK, &err, t_pool),
        APR_TIMEUP);
    says("does not answer in time", "hangs");
}
END_TEST

/* The provider goes on to the next where one is away; one that hangs would
 * hold it up. */
START_TEST(one_of_several_is_enough_unless_another_hangs)
{
    static server_t good, silent;
    const char *up = stand(&good, "+PONG\r\n");
    const char *hanging = stand(&silent, NULL);
    const char *away = closed();

    ck_assert_int_eq(
        knock(NET_KNOCK_REDIS, apr_pstrcat(t_pool, away, ",", up, NULL)),
        APR_SUCCESS);
    ck_assert_int_eq(
        knock(NET_KNOCK_REDIS, apr_pstrcat(t_pool, up, ",", away, NULL)),
        APR_SUCCESS);
    ck_assert_int_eq(
        net_knock(NET_KNOCK_REDIS,
                  apr_pstrcat(t_pool, away, ",", up, ",", hanging, NULL),
                  QUICK, &err, t_pool),
        APR_TIMEUP);
    ck_assert_msg(strstr(err.what, hanging) != NULL, "%s", err.what);
}
END_TEST

START_TEST(kinds_by_the_names_of_providers)
{
    net_knock_kind_t kind = NET_KNOCK_REDIS;

    ck_assert(net_knock_kind(&kind, "memcache"));
    ck_assert_int_eq(kind, NET_KNOCK_MEMCACHED);
    ck_assert(net_knock_kind(&kind, "redis"));
    ck_assert_int_eq(kind, NET_KNOCK_REDIS);
    ck_assert(!net_knock_kind(&kind, "shmcb"));
    ck_assert(!net_knock_kind(&kind, "dc"));
}
END_TEST

Suite *suite_net_knock(void)
{
    Suite *suite = suite_create("net_knock");
    TCase *tc = tcase_create("knock");

    tcase_set_timeout(tc, 60);
    tcase_add_checked_fixture(tc, t_setup, t_teardown);
    tcase_add_test(tc, the_right_ones_answer);
    tcase_add_test(tc, one_that_wants_a_password);
    tcase_add_test(tc, one_in_protected_mode);
    tcase_add_test(tc, one_that_is_not_ready);
    tcase_add_test(tc, another_service);
    tcase_add_test(tc, nobody_listens);
    tcase_add_test(tc, no_such_host);
    tcase_add_test(tc, one_that_hangs);
    tcase_add_test(tc, one_of_several_is_enough_unless_another_hangs);
    tcase_add_test(tc, kinds_by_the_names_of_providers);
    suite_add_tcase(suite, tc);
    return suite;
}
