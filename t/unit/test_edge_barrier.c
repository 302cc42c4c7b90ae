#include "edge_barrier.h"

#include "edge_scene.h"
#include "lookout_scene.h"
#include "support.h"

#include <apr_strings.h>
#include <check.h>
#include <string.h>

Suite *suite_edge_barrier(void);

#define PRINT "ccccccccccccccccccccccccccccccccccccccccccc"
#define V4 "192.0.2.1"
#define V6 "2001:db8::1"
#define PEER "192.0.2.70"

static const edge_lookout_t *lookout;
static edge_cert_t *cert;
static edge_barrier_t *barrier;
static apr_time_t now, wake;

static void setup(void)
{
    scene_setup();
    now = SCENE_NOW;
    cert = scene_cert("a.example b.example", "ca");
    cert->probing = EDGE_PROBING_ADVISORY;
    lookout = lookout_make();
    lookout_name("a.example", V4 " " V6);
    lookout_name("b.example", V4);
}

static void add_peer_at(const char *address, unsigned port)
{
    apr_array_header_t *peers = apr_array_make(t_pool, 1, sizeof(edge_peer_t));
    const edge_peer_t peer = {address, port};

    APR_ARRAY_PUSH(peers, edge_peer_t) = peer;
    cert->peers = peers;
}

static void add_peer(const char *address)
{
    add_peer_at(address, 8080);
}

static const apr_array_header_t *publish(void)
{
    apr_array_header_t *tokens =
        apr_array_make(t_pool, 2, sizeof(acme_token_t));
    int i;

    for (i = 0; i < cert->names->nelts; i++) {
        acme_token_t *token = apr_array_push(tokens);
        ae_error_t err;

        token->name = APR_ARRAY_IDX(cert->names, i, const char *);
        token->token =
            apr_psprintf(t_pool, "%043d", i); /* RFC 8555 section 8.3 */
        token->key_authorization =
            apr_pstrcat(t_pool, token->token, "." PRINT, NULL);
        token->expires = now + DAY;
        ck_assert_int_eq(
            scene_challenges()->put(scene_challenges()->ctx, token, &err),
            APR_SUCCESS);
    }
    return tokens;
}

static void begin_with(const edge_lookout_t *by)
{
    const edge_barrier_config_t config = {
        .cert = cert,
        .provider = scene_provider("ca"),
        .lookout = by,
        .log = scene_log(),
    };

    barrier = edge_barrier_create(&config, publish(), now, t_pool);
}

static void begin(void)
{
    begin_with(lookout);
}

/* Time passes until it is over, or the span is. */
static edge_barrier_next_t run(apr_interval_time_t span)
{
    apr_time_t end = now + span;
    edge_barrier_next_t next = edge_barrier_step(barrier, now, &wake);

    while (next == EDGE_BARRIER_WAIT && wake <= end) {
        ck_assert_ptr_null(edge_barrier_found(barrier));
        ck_assert_int_gt(wake, now);
        now = wake;
        next = edge_barrier_step(barrier, now, &wake);
    }
    return next;
}

static const ae_error_t *trouble(void)
{
    return &edge_barrier_found(barrier)->error;
}

static void expect_open(unsigned cause)
{
    ck_assert_int_eq(run(30 * SECOND), EDGE_BARRIER_OPEN);
    ck_assert_uint_eq(edge_barrier_found(barrier)->cause, cause);
    ck_assert_uint_eq(lookout_open(), 0);
}

START_TEST(all_answer)
{
    add_peer(PEER);
    begin();
    expect_open(EDGE_CAUSE_NONE);
    ck_assert_int_lt(now - SCENE_NOW, SECOND);
    ck_assert_uint_eq(lookout_count(V4), 2);
    ck_assert_uint_eq(lookout_count(V6), 1);
    ck_assert_uint_eq(lookout_count(PEER), 2);
    ck_assert_int_eq(scene_logged("AE09"), 0);
}
END_TEST

START_TEST(nobody_is_to_be_asked)
{
    static const edge_lookout_t none;

    cert->probing = EDGE_PROBING_OFF;
    begin();
    expect_open(EDGE_CAUSE_NONE);
    ck_assert_uint_eq(lookout_count("a.example"), 0);
    cert->probing = EDGE_PROBING_REQUIRED;
    begin_with(&none);
    expect_open(EDGE_CAUSE_NONE);
}
END_TEST

/* Whoever names them wants them to be waited for. */
START_TEST(peers_are_asked_though_it_is_off)
{
    cert->probing = EDGE_PROBING_OFF;
    add_peer(PEER);
    lookout_says(PEER, "404");
    begin();
    expect_open(EDGE_CAUSE_PROBE_PEER);
    ck_assert_uint_eq(lookout_count("a.example"), 0);
}
END_TEST

START_TEST(tried_each_second)
{
    lookout_says(V6, "404");
    begin();
    ck_assert_int_eq(run(5 * SECOND), EDGE_BARRIER_WAIT);
    ck_assert_uint_ge(lookout_count(V6), 5);
    ck_assert_uint_le(lookout_count(V6), 6);
    lookout_says(V6, "");
    expect_open(EDGE_CAUSE_NONE);
    /* Who answered is left alone. */
    ck_assert_uint_eq(lookout_count(V4), 2);
}
END_TEST

START_TEST(advisory)
{
    lookout_says(V6, "refused");
    begin();
    expect_open(EDGE_CAUSE_PROBE_ADDRESS);
    ck_assert_int_ge(now - SCENE_NOW, EDGE_BARRIER_SPAN);
    ck_assert_int_lt(now - SCENE_NOW, EDGE_BARRIER_SPAN + 2 * SECOND);
    ck_assert_int_eq(scene_logged("warning: AE091: a.example: The challenge "
                                  "for a.example at " V6 " is not answered: "
                                  "Connection refused; "),
                     1);
    ck_assert_int_eq(scene_logged("ca is asked to look all the same"), 1);
}
END_TEST

START_TEST(required)
{
    cert->probing = EDGE_PROBING_REQUIRED;
    lookout_says(V4, "something else");
    begin();
    ck_assert_int_eq(run(30 * SECOND), EDGE_BARRIER_SHUT);
    ck_assert_uint_eq(lookout_open(), 0);
    ck_assert_str_eq(edge_barrier_found(barrier)->id, "AE092");
    ck_assert_str_eq(trouble()->what,
                     "The challenge for a.example at " V4 " is not answered");
    ck_assert_str_eq(trouble()->why,
                     "another answer than this challenge's came back; nor is "
                     "b.example at " V4);
    ck_assert_str_eq(trouble()->next,
                     edge_cause_remedy(EDGE_CAUSE_PROBE_ADDRESS, AE_ENGLISH));
    ck_assert_int_eq(scene_logged("AE09"), 0);
}
END_TEST

START_TEST(status_and_port_are_told)
{
    add_peer(V6);
    lookout_says(V6, "404");
    begin();
    expect_open(EDGE_CAUSE_PROBE_PEER);
    ck_assert_str_eq(trouble()->what, "The challenge for a.example at [" V6
                                      "]:8080 is not answered");
    ck_assert_ptr_nonnull(strstr(trouble()->why, "status 404 came back; nor"));
}
END_TEST

START_TEST(a_peer_in_the_dns_is_asked_once)
{
    add_peer_at(V6, EDGE_HTTP_PORT);
    begin();
    expect_open(EDGE_CAUSE_NONE);
    ck_assert_uint_eq(lookout_count(V4), 2);
    ck_assert_uint_eq(lookout_count(V6), 2);
    lookout_says(V6, "404");
    begin();
    expect_open(EDGE_CAUSE_PROBE_PEER);
    ck_assert_str_eq(trouble()->what,
                     "The challenge for a.example at " V6 " is not answered");
    ck_assert_str_eq(trouble()->why,
                     "status 404 came back; nor is b.example at " V6);
    /* At another port it may be another server. */
    add_peer(V6);
    begin();
    expect_open(EDGE_CAUSE_PROBE_PEER);
    ck_assert_ptr_nonnull(strstr(trouble()->why, "a.example at " V6));
}
END_TEST

/* It holds up its own order, and no longer than the others may take. */
START_TEST(one_that_hangs)
{
    lookout_says(V6, "hangs");
    begin();
    expect_open(EDGE_CAUSE_PROBE_ADDRESS);
    ck_assert_uint_eq(lookout_count(V6), 1);
    ck_assert_uint_eq(lookout_count(V4), 2);
    ck_assert_str_eq(trouble()->why, "nothing came back in time");
}
END_TEST

START_TEST(a_name_without_an_address)
{
    lookout_name("b.example", "");
    begin();
    ck_assert_int_eq(run(3 * SECOND), EDGE_BARRIER_WAIT);
    ck_assert_uint_ge(lookout_count("b.example"), 3);
    lookout_name("b.example", V6);
    expect_open(EDGE_CAUSE_NONE);
    ck_assert_uint_eq(lookout_count(V6), 2);
    lookout_name("b.example", "");
    begin();
    expect_open(EDGE_CAUSE_PROBE_LOOKUP);
    ck_assert_str_eq(trouble()->what,
                     "This server finds no address of b.example");
    ck_assert_str_eq(trouble()->why, "no such host");
}
END_TEST

START_TEST(few_at_once_and_the_rest_counted)
{
    const char *addresses = "";
    int i;

    for (i = 0; i < 20; i++) {
        const char *one = apr_psprintf(t_pool, "192.0.2.%d", 100 + i);

        lookout_says(one, "404");
        addresses = apr_pstrcat(t_pool, addresses, " ", one, NULL);
    }
    cert = scene_cert("a.example", "ca");
    cert->probing = EDGE_PROBING_ADVISORY;
    lookout_name("a.example", addresses);
    begin();
    expect_open(EDGE_CAUSE_PROBE_ADDRESS);
    ck_assert_uint_eq(lookout_most(), 4);
    ck_assert_uint_ge(lookout_count("192.0.2.119"), 10);
    ck_assert_ptr_nonnull(
        strstr(trouble()->why, "at 192.0.2.104 and 15 more"));
}
END_TEST

START_TEST(the_clock_is_set_back)
{
    lookout_says(V4, "404");
    begin();
    ck_assert_int_eq(run(5 * SECOND), EDGE_BARRIER_WAIT);
    now -= 365 * DAY;
    ck_assert_int_eq(run(30 * SECOND), EDGE_BARRIER_OPEN);
    ck_assert_int_lt(now, SCENE_NOW - 364 * DAY);
}
END_TEST

START_TEST(ended_in_between)
{
    lookout_says(V4, "hangs");
    begin();
    ck_assert_int_eq(run(SECOND), EDGE_BARRIER_WAIT);
    ck_assert_uint_gt(lookout_open(), 0);
    edge_barrier_end(barrier);
    ck_assert_uint_eq(lookout_open(), 0);
    edge_barrier_end(NULL);
}
END_TEST

Suite *suite_edge_barrier(void)
{
    Suite *suite = suite_create("edge_barrier");
    TCase *tc = tcase_create("barrier");

    tcase_add_checked_fixture(tc, setup, t_teardown);
    tcase_add_test(tc, all_answer);
    tcase_add_test(tc, nobody_is_to_be_asked);
    tcase_add_test(tc, peers_are_asked_though_it_is_off);
    tcase_add_test(tc, tried_each_second);
    tcase_add_test(tc, advisory);
    tcase_add_test(tc, required);
    tcase_add_test(tc, status_and_port_are_told);
    tcase_add_test(tc, a_peer_in_the_dns_is_asked_once);
    tcase_add_test(tc, one_that_hangs);
    tcase_add_test(tc, a_name_without_an_address);
    tcase_add_test(tc, few_at_once_and_the_rest_counted);
    tcase_add_test(tc, the_clock_is_set_back);
    tcase_add_test(tc, ended_in_between);
    suite_add_tcase(suite, tc);
    return suite;
}
