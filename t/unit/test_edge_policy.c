#include "edge_policy.h"

#include <check.h>

Suite *suite_edge_policy(void);

#define S(n) apr_time_from_sec((apr_int64_t)(n))
#define M(n) S(60 * (n))
#define H(n) S(3600 * (n))
#define D(n) S(86400 * (n))
#define LAST 0xffffffffu

static const edge_span_t third = {0, 33};

/* A calm moment to begin at. */
static const apr_time_t start = S(1800000000);

/* Half a day for those that last, a thirtieth for those that do not, so that
 * at least ten looks fall into the last third. */
START_TEST(test_look)
{
    static const apr_interval_time_t rows[][2] = {
        {D(90), H(12)}, {D(64), H(12)}, {D(45), H(12)},
        {D(15), H(12)}, {D(6), M(288)}, {S(60), S(2)},
        {S(5), S(1)},   {0, S(1)},      {-5, S(1)}};
    apr_size_t i;

    for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        ck_assert_int_eq(edge_policy_look(rows[i][0]), rows[i][1]);
        if (rows[i][0] >= S(30)) {
            ck_assert_int_ge(rows[i][0] / 3 / edge_policy_look(rows[i][0]),
                             10);
        }
    }
}
END_TEST

/* With 33% left, put off by less than one look. */
START_TEST(test_renew_by_share)
{
    static const apr_interval_time_t rows[][2] = {{D(90), M(86832)},
                                                  {D(64), S(3704832)},
                                                  {D(45), M(43416)},
                                                  {D(6), S(347328)},
                                                  {S(60), 40200000}};
    apr_size_t i;

    for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        apr_time_t end = start + rows[i][0];
        apr_time_t first = start + rows[i][1];
        apr_time_t last = edge_policy_renew_at(start, end, third, LAST);

        ck_assert_int_eq(edge_policy_renew_at(start, end, third, 0), first);
        ck_assert_int_gt(last, first);
        ck_assert_int_lt(last, first + edge_policy_look(rows[i][0]));
        ck_assert_int_gt(last,
                         first + edge_policy_look(rows[i][0]) / 100 * 99);
        ck_assert_int_lt(edge_policy_renew_at(start, end, third, LAST / 2),
                         last);
    }
}
END_TEST

START_TEST(test_renew_by_time)
{
    static const edge_span_t month = {D(30), 0};
    static const edge_span_t hours = {H(6), 0};

    ck_assert_int_eq(edge_policy_renew_at(start, start + D(90), month, 0),
                     start + D(60));
    ck_assert_int_eq(edge_policy_renew_at(start, start + D(45), month, 0),
                     start + D(15));
    /* A month of six days: a third, or it would never stop renewing. */
    ck_assert_int_eq(edge_policy_renew_at(start, start + D(6), month, 0),
                     start + D(4));
    ck_assert_int_eq(edge_policy_renew_at(start, start + D(6), hours, 0),
                     start + D(6) - H(6));
}
END_TEST

/* Whatever the window, half of it is left for attempts that fail. */
START_TEST(test_renew_before_the_end)
{
    static const apr_interval_time_t lifetimes[] = {D(90), D(6), S(60), S(2)};
    edge_span_t span = {0, 0};
    apr_size_t i;

    for (i = 0; i < sizeof(lifetimes) / sizeof(lifetimes[0]); i++) {
        apr_time_t end = start + lifetimes[i];

        for (span.percent = 1; span.percent < 100; span.percent++) {
            apr_time_t at = edge_policy_renew_at(start, end, span, LAST);

            ck_assert_int_ge(end - at, lifetimes[i] / 100 * span.percent / 2);
            ck_assert_int_ge(at, start);
        }
    }
}
END_TEST

START_TEST(test_renew_of_nonsense)
{
    static const edge_span_t none = {0, 0};
    static const edge_span_t huge = {APR_INT64_MAX, 0};

    ck_assert_int_eq(edge_policy_renew_at(start, start, third, LAST), start);
    ck_assert_int_le(edge_policy_renew_at(start, start - D(1), third, LAST),
                     start);
    ck_assert_int_eq(edge_policy_renew_at(start, start + D(90), none, 0),
                     start + D(60));
    ck_assert_int_eq(edge_policy_renew_at(start, start + D(90), huge, 0),
                     start + D(60));
    ck_assert_int_gt(edge_policy_renew_at(0, APR_INT64_MAX, third, LAST), 0);
    ck_assert_int_gt(
        edge_policy_renew_at(APR_INT64_MIN, APR_INT64_MAX, third, LAST), 0);
}
END_TEST

static apr_interval_time_t wait_of(unsigned attempts, acme_retry_t retry,
                                   apr_interval_time_t lifetime,
                                   apr_uint32_t random)
{
    return edge_policy_retry_at(attempts, retry, 0, lifetime, start, random) -
           start;
}

START_TEST(test_warn)
{
    static const edge_span_t tenth = {0, 10};
    static const edge_span_t fortnight = {D(14), 0};
    static const edge_span_t half = {0, 50};

    ck_assert_int_eq(edge_policy_warn_at(start, start + D(90), tenth, third),
                     start + D(81));
    ck_assert_int_eq(
        edge_policy_warn_at(start, start + D(90), fortnight, third),
        start + D(76));
    /* A fortnight of six days: a tenth. */
    ck_assert_int_eq(
        edge_policy_warn_at(start, start + D(10), fortnight, third),
        start + D(9));
    /* Nobody is warned before the renewal had half of its time. */
    ck_assert_int_eq(edge_policy_warn_at(start, start + D(90), half, tenth),
                     start + D(90) - H(108));
    ck_assert_int_eq(edge_policy_warn_at(start, start + D(90), tenth, tenth),
                     start + D(90) - H(108));
    ck_assert_int_eq(edge_policy_warn_at(start, start, tenth, third), start);
}
END_TEST

START_TEST(test_retry_backoff)
{
    static const struct {
        unsigned attempts;
        apr_interval_time_t wait;
    } rows[] = {{0, M(1)}, {1, M(1)}, {2, M(10)}, {3, M(100)},
                {4, D(1)}, {5, D(1)}, {99, D(1)}, {LAST, D(1)}};
    apr_size_t i;

    for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        unsigned n = rows[i].attempts;
        apr_interval_time_t last = wait_of(n, ACME_RETRY_BACKOFF, 0, LAST);

        ck_assert_int_eq(wait_of(n, ACME_RETRY_BACKOFF, 0, 0), rows[i].wait);
        ck_assert_int_gt(last, rows[i].wait / 100 * 124);
        ck_assert_int_le(last, rows[i].wait / 4 * 5);
    }
    ck_assert_int_eq(wait_of(1, ACME_RETRY_DAILY, 0, 0), D(1));
}
END_TEST

/* A certificate of 60 seconds cannot wait for a minute. */
START_TEST(test_retry_within_lifetime)
{
    ck_assert_int_eq(wait_of(1, ACME_RETRY_BACKOFF, S(60), LAST), S(2));
    ck_assert_int_eq(wait_of(9, ACME_RETRY_DAILY, S(60), 0), S(2));
    ck_assert_int_eq(wait_of(3, ACME_RETRY_BACKOFF, D(6), 0), M(100));
    ck_assert_int_eq(wait_of(4, ACME_RETRY_BACKOFF, D(6), 0), M(288));
    ck_assert_int_eq(wait_of(4, ACME_RETRY_BACKOFF, D(90), 0), D(1));
    ck_assert_int_eq(wait_of(4, ACME_RETRY_BACKOFF, D(45), 0), D(1));
}
END_TEST

/* RFC 8555 section 6.6: Retry-After wins. */
START_TEST(test_retry_after)
{
    ck_assert_int_eq(edge_policy_retry_at(1, ACME_RETRY_BACKOFF, start + H(1),
                                          S(60), start, 0),
                     start + H(1));
    ck_assert_int_eq(
        edge_policy_retry_at(4, ACME_RETRY_BACKOFF, start + H(1), 0, start, 0),
        start + D(1));
    ck_assert_int_eq(
        edge_policy_retry_at(1, ACME_RETRY_BACKOFF, start - H(1), 0, start, 0),
        start + M(1));
}
END_TEST

START_TEST(test_retry_by_a_person)
{
    ck_assert_int_eq(edge_policy_retry_at(1, ACME_RETRY_PERSON, start + H(1),
                                          D(90), start, 1),
                     0);
}
END_TEST

START_TEST(test_retry_at_the_end_of_time)
{
    ck_assert_int_eq(edge_policy_retry_at(4, ACME_RETRY_BACKOFF, 0, 0,
                                          APR_INT64_MAX - S(1), LAST),
                     APR_INT64_MAX);
}
END_TEST

START_TEST(test_restart_gap)
{
    static const apr_interval_time_t rows[][2] = {
        {D(90), M(1)}, {D(6), M(1)}, {S(60), S(5)}, {S(2), S(1)}, {0, M(1)}};
    apr_size_t i;

    for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        ck_assert_int_eq(edge_policy_restart_gap(rows[i][0], 0), rows[i][1]);
    }
    /* A set that has waited for long is seldom asked for. */
    ck_assert_int_eq(edge_policy_restart_gap(D(90), M(30)), M(15));
    ck_assert_int_eq(edge_policy_restart_gap(D(90), D(9)), D(1));
    ck_assert_int_eq(edge_policy_restart_gap(D(90), -D(9)), M(1));
}
END_TEST

START_TEST(test_ask_pause)
{
    ck_assert_int_eq(edge_policy_ask_pause(0), S(2));
    ck_assert_int_eq(edge_policy_ask_pause(-D(9)), S(2));
    ck_assert_int_eq(edge_policy_ask_pause(S(80)), S(10));
    ck_assert_int_eq(edge_policy_ask_pause(D(9)), M(1));
}
END_TEST

Suite *suite_edge_policy(void)
{
    Suite *suite = suite_create("edge_policy");
    TCase *tc = tcase_create("policy");

    tcase_add_test(tc, test_look);
    tcase_add_test(tc, test_renew_by_share);
    tcase_add_test(tc, test_renew_by_time);
    tcase_add_test(tc, test_renew_before_the_end);
    tcase_add_test(tc, test_renew_of_nonsense);
    tcase_add_test(tc, test_warn);
    tcase_add_test(tc, test_retry_backoff);
    tcase_add_test(tc, test_retry_within_lifetime);
    tcase_add_test(tc, test_retry_after);
    tcase_add_test(tc, test_retry_by_a_person);
    tcase_add_test(tc, test_retry_at_the_end_of_time);
    tcase_add_test(tc, test_restart_gap);
    tcase_add_test(tc, test_ask_pause);
    suite_add_tcase(suite, tc);
    return suite;
}
