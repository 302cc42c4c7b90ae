#include "net_worker.h"

#include "https_server.h"
#include "support.h"

#include <apr_atomic.h>
#include <apr_strings.h>
#include <check.h>
#include <signal.h>
#include <string.h>

Suite *suite_net_worker(void);

static https_server_t *ca;
static net_worker_t *worker;
static edge_status_t status;
static volatile apr_uint32_t asked; /* requests the CA has seen */
static apr_time_t stop_at;          /* 0: never */
static int looks;                   /* how often the worker asked that */
static int stop_at_look;            /* 0: at none */

/* Two CAs: one that refuses, one that says nothing. */

static void script_busy(https_answer_t *answer, const https_request_t *request,
                        apr_pool_t *p)
{
    (void)request;
    (void)p;
    apr_atomic_inc32(&asked);
    answer->bytes = "HTTP/1.1 503 Service Unavailable\r\n"
                    "Retry-After: 7200\r\nContent-Length: 0\r\n\r\n";
    answer->len = strlen(answer->bytes);
}

static void script_silent(https_answer_t *answer,
                          const https_request_t *request, apr_pool_t *p)
{
    (void)request;
    (void)p;
    apr_atomic_inc32(&asked);
    answer->then = HTTPS_HANG;
}

static void script_late(https_answer_t *answer, const https_request_t *request,
                        apr_pool_t *p)
{
    apr_sleep(apr_time_from_msec(200));
    script_busy(answer, request, p);
}

/* What surrounds a scheduler */

static void log_write(void *ctx, ae_log_level_t level, const char *line)
{
    (void)ctx;
    (void)level;
    (void)line;
}

static const ae_log_t log_sink = {log_write, NULL};

static const net_transport_config_t transport_config = {
    .user_agent = "mod_acme_edge/0 (+https://example.org/)", .log = &log_sink};

static int stopped(void *ctx)
{
    (void)ctx;
    return ++looks == stop_at_look ||
           (stop_at != 0 && apr_time_now() >= stop_at);
}

static void publish(void *ctx, int index, const edge_status_t *news)
{
    (void)ctx;
    ck_assert_int_eq(index, 0);
    status = *news;
}

static void deploy(void *ctx, apr_interval_time_t gap)
{
    (void)ctx;
    (void)gap;
}

static apr_status_t token_put(void *ctx, const acme_token_t *token,
                              ae_error_t *err)
{
    (void)ctx;
    (void)token;
    (void)err;
    return APR_SUCCESS;
}

static void token_withdraw(void *ctx, const char *token)
{
    (void)ctx;
    (void)token;
}

static apr_uint32_t no_random(void)
{
    return 0;
}

static edge_cert_t *cert_make(void)
{
    edge_cert_t *cert = apr_pcalloc(t_pool, sizeof(*cert));
    apr_array_header_t *names = apr_array_make(t_pool, 1, sizeof(char *));
    apr_array_header_t *providers = apr_array_make(t_pool, 1, sizeof(char *));
    const edge_provider_t *provider;
    ae_error_t err;

    ck_assert_int_eq(
        edge_provider_resolve(&provider, https_server_url(ca, "/dir", t_pool),
                              &err, t_pool),
        APR_SUCCESS);
    APR_ARRAY_PUSH(names, const char *) = "www.example.org";
    APR_ARRAY_PUSH(providers, const edge_provider_t *) = provider;
    cert->name = "www.example.org";
    cert->dir = "www.example.org";
    cert->names = names;
    cert->providers = providers;
    cert->contacts = apr_array_make(t_pool, 0, sizeof(char *));
    cert->terms_accepted = 1;
    cert->trust_file = https_server_root(ca);
    cert->key_type = AE_KEY_ECDSA_P256;
    return cert;
}

static edge_store_t *store_make(void)
{
    const char *dir = apr_pstrcat(t_pool, t_dir(), "/store", NULL);
    ae_file_owner_t same = {(uid_t)-1, (gid_t)-1};
    edge_store_t *store;
    ae_error_t err;

    ck_assert_int_eq(edge_store_prepare(&store, dir, same, &err, t_pool),
                     APR_SUCCESS);
    return store;
}

static void worker_make(const apr_array_header_t *certs)
{
    edge_scheduler_config_t *config = apr_pcalloc(t_pool, sizeof(*config));
    edge_scheduler_t *scheduler;
    ae_error_t err;

    config->store = store_make();
    config->certs = certs;
    config->challenges.put = token_put;
    config->challenges.withdraw = token_withdraw;
    config->log = &log_sink;
    config->random = no_random;
    config->publish = publish;
    config->deploy = deploy;
    ck_assert_int_eq(edge_scheduler_create(&scheduler, config, apr_time_now(),
                                           &err, t_pool),
                     APR_SUCCESS);
    ck_assert_int_eq(net_worker_create(&worker, scheduler, &transport_config,
                                       stopped, NULL, &err, t_pool),
                     APR_SUCCESS);
}

/* A worker with one certificate that is due, at this CA. */
static void worker_make_due(https_script_t *script)
{
    apr_array_header_t *certs = apr_array_make(t_pool, 1, sizeof(void *));

    ca = https_server_start(script, t_pool);
    APR_ARRAY_PUSH(certs, const edge_cert_t *) = cert_make();
    worker_make(certs);
}

static apr_interval_time_t tick(apr_interval_time_t budget)
{
    apr_time_t begin = apr_time_now();

    net_worker_tick(worker, budget);
    return apr_time_now() - begin;
}

static void setup(void)
{
    t_setup();
    signal(SIGPIPE, SIG_IGN);
    memset(&status, 0, sizeof(status));
    asked = 0;
    stop_at = 0;
}

START_TEST(nothing_to_do_returns_at_once)
{
    worker_make(apr_array_make(t_pool, 0, sizeof(void *)));
    ck_assert(tick(apr_time_from_sec(20)) < apr_time_from_sec(10));
}
END_TEST

/* RFC 8555 section 6.6: the moment the CA names is kept to. */
START_TEST(what_is_due_is_sent_and_its_reply_told)
{
    worker_make_due(script_busy);
    ck_assert(tick(apr_time_from_sec(20)) < apr_time_from_sec(15));
    ck_assert_uint_eq(asked, 1);
    ck_assert_int_eq(status.signed_outcome, EDGE_OUTCOME_FAILED);
    ck_assert(status.action_at > apr_time_now() + apr_time_from_sec(7000));
    ck_assert(tick(apr_time_from_sec(20)) < apr_time_from_sec(10));
    ck_assert_uint_eq(asked, 1);
}
END_TEST

START_TEST(budget_is_kept_while_a_reply_is_awaited)
{
    apr_interval_time_t span;

    worker_make_due(script_silent);
    span = tick(apr_time_from_msec(500));
    ck_assert(span >= apr_time_from_msec(490));
    ck_assert(span < apr_time_from_sec(10));
    span = tick(apr_time_from_msec(200));
    ck_assert(span >= apr_time_from_msec(190));
    ck_assert_uint_eq(asked, 1);
}
END_TEST

/* A watchdog's child must be able to leave within a second. */
START_TEST(stop_is_seen_within_a_second)
{
    apr_time_t end;

    worker_make_due(script_silent);
    stop_at = apr_time_now() + apr_time_from_msec(300);
    (void)tick(apr_time_from_sec(30));
    end = apr_time_now();
    ck_assert(end >= stop_at);
    ck_assert(end < stop_at + apr_time_from_sec(1));
    ck_assert(tick(apr_time_from_sec(30)) < apr_time_from_sec(1));
    ck_assert_int_ne(status.signed_outcome, EDGE_OUTCOME_FAILED);
}
END_TEST

/* Once a restart has begun, the CA may be told of nothing that the next
 * generation did not find in the store. */
START_TEST(what_was_made_while_told_to_stop_is_not_sent)
{
    worker_make_due(script_busy);
    stop_at_look = looks + 3; /* the tick, before, and after the making */
    (void)tick(apr_time_from_msec(500));
    ck_assert_int_gt(looks, stop_at_look);
    ck_assert_uint_eq(asked, 0);
}
END_TEST

static void expect_drained(https_script_t *script,
                           apr_interval_time_t at_least,
                           apr_interval_time_t less_than)
{
    apr_time_t begin;

    worker_make_due(script);
    (void)tick(apr_time_from_msec(100));
    begin = apr_time_now();
    net_worker_drain(worker, apr_time_from_sec(5));
    ck_assert(apr_time_now() - begin >= at_least);
    ck_assert(apr_time_now() - begin < less_than);
    ck_assert_uint_eq(asked, 1);
}

/* RFC 8555 section 7.4: where an order is, a CA says once. */
START_TEST(what_is_on_the_wire_may_still_come)
{
    expect_drained(script_late, 0, apr_time_from_sec(4));
    (void)tick(apr_time_from_msec(500));
    ck_assert_uint_eq(asked, 1);
    ck_assert_int_eq(status.signed_outcome, EDGE_OUTCOME_FAILED);
}
END_TEST

START_TEST(a_silent_ca_is_left)
{
    expect_drained(script_silent, apr_time_from_msec(4900),
                   apr_time_from_sec(20));
}
END_TEST

Suite *suite_net_worker(void)
{
    Suite *suite = suite_create("net_worker");
    TCase *tc = tcase_create("tick");

    tcase_add_checked_fixture(tc, setup, t_teardown);
    tcase_set_timeout(tc, 60);
    tcase_add_test(tc, nothing_to_do_returns_at_once);
    tcase_add_test(tc, what_was_made_while_told_to_stop_is_not_sent);
    tcase_add_test(tc, what_is_due_is_sent_and_its_reply_told);
    tcase_add_test(tc, budget_is_kept_while_a_reply_is_awaited);
    tcase_add_test(tc, stop_is_seen_within_a_second);
    tcase_add_test(tc, what_is_on_the_wire_may_still_come);
    tcase_add_test(tc, a_silent_ca_is_left);
    suite_add_tcase(suite, tc);
    return suite;
}
