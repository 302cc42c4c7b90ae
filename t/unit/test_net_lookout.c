#include "net_lookout.h"

#include "edge_challenge.h"
#include "net_client.h"
#include "net_clock.h"
#include "net_resolve.h"
#include "support.h"

#include <apr_strings.h>
#include <arpa/inet.h>
#include <check.h>
#include <netinet/in.h>
#include <pthread.h>
#include <stdatomic.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

Suite *suite_net_lookout(void);

/* By no name server known: the address alone leads there. */
#define NAME "no.such.name.invalid"

#define HEAD "HTTP/1.1 "
#define SMALL "\r\nContent-Length: 4\r\nConnection: close\r\n\r\n"

static net_lookout_t *lookout;
static edge_lookout_t asked;
static edge_look_t look;
static apr_pool_t *own;
static ae_error_t err;

/* --- a server that speaks plain HTTP ------------------------------------- */

static int listener;
static unsigned port;
static pthread_t acceptor;
static atomic_int visits;
static char head[2048]; /* of the last request */

static const char *answer_for(const char *request)
{
    if (strstr(request, "/good ")) {
        return HEAD "200 OK" SMALL "good";
    }
    if (strstr(request, "/moved ")) {
        return HEAD "302 Found\r\nLocation: http://" NAME EDGE_CHALLENGE_PREFIX
                    "good" SMALL "gone";
    }
    return HEAD "404 No" SMALL "none";
}

/* What is asked to hang keeps its connection, and nobody answers there. */
static void visit(int fd)
{
    const char *answer;
    ssize_t len = read(fd, head, sizeof(head) - 1);

    head[len > 0 ? len : 0] = '\0';
    visits++;
    if (strstr(head, "/hang ") == NULL) {
        answer = answer_for(head);
        len = write(fd, answer, strlen(answer));
        close(fd);
    }
}

static void *serve(void *data)
{
    int fd;

    (void)data;
    while ((fd = accept(listener, NULL, NULL)) >= 0) {
        visit(fd);
    }
    return NULL;
}

static void start(void)
{
    struct sockaddr_in at = {.sin_family = AF_INET};
    socklen_t len = sizeof(at);

    at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    visits = 0;
    listener = socket(AF_INET, SOCK_STREAM, 0);
    ck_assert_int_eq(bind(listener, (struct sockaddr *)&at, len), 0);
    ck_assert_int_eq(listen(listener, 64), 0);
    ck_assert_int_eq(getsockname(listener, (struct sockaddr *)&at, &len), 0);
    port = ntohs(at.sin_port);
    ck_assert_int_eq(pthread_create(&acceptor, NULL, serve, NULL), 0);
}

static void setup(void)
{
    t_setup();
    start();
    apr_pool_create(&own, t_pool);
    ck_assert_int_eq(net_lookout_create(&lookout, &err, own), APR_SUCCESS);
    asked = net_lookout_of(lookout);
    look.name = NAME;
    look.at.address = "127.0.0.1";
    look.at.port = port;
}

static void teardown(void)
{
    if (own != NULL) {
        apr_pool_destroy(own);
    }
    shutdown(listener, SHUT_RDWR);
    pthread_join(acceptor, NULL);
    close(listener);
    t_teardown();
}

static void end(void)
{
    apr_pool_destroy(own);
    own = NULL;
}

/* --- looks --------------------------------------------------------------- */

static void *fetch(const char *token)
{
    edge_look_t *own_look = apr_pmemdup(t_pool, &look, sizeof(look));

    own_look->token = token;
    return asked.fetch(asked.ctx, own_look);
}

static const edge_report_t *report(void *question)
{
    return asked.report(asked.ctx, question);
}

static const edge_report_t *wait_for(void *question)
{
    while (report(question) == NULL) {
        ck_assert_uint_gt(net_lookout_run(lookout, APR_USEC_PER_SEC) +
                              (report(question) != NULL),
                          0);
    }
    return report(question);
}

START_TEST(as_a_ca_comes)
{
    void *question = fetch("good");
    const edge_report_t *said;

    ck_assert_ptr_null(report(question));
    said = wait_for(question);
    ck_assert_int_eq(said->status, APR_SUCCESS);
    ck_assert_int_eq(said->sight.code, 200);
    ck_assert_str_eq(said->sight.body, "good");
    ck_assert_uint_eq(said->sight.redirects, 0);
    ck_assert_ptr_eq(head, strstr(head, "GET " EDGE_CHALLENGE_PREFIX "good "));
    ck_assert_ptr_nonnull(strstr(head, "\r\nHost: " NAME "\r\n"));
    asked.drop(asked.ctx, question);
    ck_assert_uint_eq(net_lookout_run(lookout, 0), 0);
}
END_TEST

/* RFC 8555 section 8.3; a redirect to the same host leads to the same server,
 * at the port that stands for 80 there. */
START_TEST(along_redirects)
{
    const edge_report_t *said = wait_for(fetch("moved"));

    ck_assert_int_eq(said->status, APR_SUCCESS);
    ck_assert_str_eq(said->sight.body, "good");
    ck_assert_uint_eq(said->sight.redirects, 1);
    ck_assert_ptr_nonnull(strstr(said->sight.url, NAME));
    ck_assert_int_eq(wait_for(fetch("nothing"))->sight.code, 404);
}
END_TEST

START_TEST(nobody_listens)
{
    const edge_report_t *said;

    look.at.port = client_port_closed();
    said = wait_for(fetch("good"));
    ck_assert_int_eq(said->status, APR_ECONNREFUSED);
    ck_assert_str_ne(said->err.why, "");
}
END_TEST

START_TEST(nobody_answers)
{
    ck_assert_int_eq(wait_for(fetch("hang"))->status, APR_TIMEUP);
}
END_TEST

/* Those that hang leave no place to others, and give it back. */
START_TEST(so_many_at_once)
{
    void *questions[NET_LOOKOUT_FETCHES_MAX];
    void *last;
    int i;

    for (i = 0; i < NET_LOOKOUT_FETCHES_MAX; i++) {
        questions[i] = fetch("hang");
    }
    last = fetch("good");
    while (visits < NET_LOOKOUT_FETCHES_MAX) {
        net_lookout_run(lookout, APR_USEC_PER_SEC / 10);
    }
    ck_assert_ptr_null(report(last));
    ck_assert_uint_eq(net_lookout_run(lookout, 0),
                      NET_LOOKOUT_FETCHES_MAX + 1);
    ck_assert_int_eq(visits, NET_LOOKOUT_FETCHES_MAX);
    asked.drop(asked.ctx, questions[3]);
    ck_assert_str_eq(wait_for(last)->sight.body, "good");
    end();
}
END_TEST

/* --- names --------------------------------------------------------------- */

START_TEST(an_address_of_a_name)
{
    const edge_report_t *said = wait_for(asked.find(asked.ctx, "127.0.0.1"));

    ck_assert_int_eq(said->status, APR_SUCCESS);
    ck_assert_int_eq(said->addresses->nelts, 1);
    ck_assert_str_eq(APR_ARRAY_IDX(said->addresses, 0, const char *),
                     "127.0.0.1");
}
END_TEST

START_TEST(no_name)
{
    const edge_report_t *said = wait_for(asked.find(asked.ctx, "a..b"));

    ck_assert_int_ne(said->status, APR_SUCCESS);
    ck_assert_ptr_nonnull(strstr(said->err.what, "a..b"));
    ck_assert_str_ne(said->err.why, "");
}
END_TEST

/* Whatever the name servers do: nobody waits for them at the end. */
START_TEST(left_behind)
{
    apr_time_t begun;
    int i;

    for (i = 0; i < NET_LOOKOUT_FINDS_MAX * 2; i++) {
        asked.find(asked.ctx, apr_psprintf(t_pool, "%d." NAME, i));
    }
    net_lookout_run(lookout, 0);
    begun = net_clock_steady();
    end();
    ck_assert_int_lt(net_clock_steady() - begun,
                     client_timeout(APR_USEC_PER_SEC));
}
END_TEST

START_TEST(a_dropped_name_is_given_back)
{
    net_resolve_t *resolve = net_resolve_begin("127.0.0.1");

    while (!net_resolve_is_over(resolve)) {
        usleep(1000);
    }
    net_resolve_end(resolve);
}
END_TEST

Suite *suite_net_lookout(void)
{
    Suite *suite = suite_create("net_lookout");
    TCase *tc = tcase_create("lookout");

    tcase_add_checked_fixture(tc, setup, teardown);
    tcase_set_timeout(tc, 60);
    tcase_add_test(tc, as_a_ca_comes);
    tcase_add_test(tc, along_redirects);
    tcase_add_test(tc, nobody_listens);
    tcase_add_test(tc, nobody_answers);
    tcase_add_test(tc, so_many_at_once);
    tcase_add_test(tc, an_address_of_a_name);
    tcase_add_test(tc, no_name);
    tcase_add_test(tc, left_behind);
    tcase_add_test(tc, a_dropped_name_is_given_back);
    suite_add_tcase(suite, tc);
    return suite;
}
