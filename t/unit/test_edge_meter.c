#include "edge_meter.h"

#include "edge_world.h"
#include "support.h"
#include "test_store.h"

#include <apr_strings.h>
#include <check.h>
#include <pthread.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

Suite *suite_edge_meter(void);

#define NOW apr_time_from_sec(APR_INT64_C(1800000000))
#define OTHER (EDGE_METER_CAS - 1)
#define EACH 20000

static edge_meter_t *make_meter(void)
{
    return edge_meter_make(apr_palloc(t_pool, edge_meter_size()), NOW);
}

static acme_response_t answered(int code, apr_interval_time_t took)
{
    acme_response_t response = {0};

    response.code = code;
    response.took = took;
    return response;
}

START_TEST(test_all_is_zero_at_first)
{
    edge_meter_t *meter = make_meter();
    edge_durations_t durations;
    int i;

    for (i = 0; i < EDGE_COUNTS; i++) {
        ck_assert_uint_eq(edge_meter_read(meter, (edge_count_t)i), 0);
        ck_assert_str_ne(edge_count_key((edge_count_t)i), "");
        ck_assert_str_ne(edge_count_label((edge_count_t)i), "");
    }
    for (i = 0; i < ACME_PROBLEM_KINDS; i++) {
        ck_assert_uint_eq(edge_meter_problems(meter, (acme_problem_kind_t)i),
                          0);
    }
    edge_meter_durations(meter, OTHER, &durations);
    ck_assert_uint_eq(durations.count, 0);
    ck_assert_int_eq(edge_meter_since(meter), NOW);
    ck_assert_ptr_null(edge_meter_ca(meter, 0));
    ck_assert_str_eq(edge_meter_ca(meter, OTHER), "other");
}
END_TEST

START_TEST(test_each_counter_is_its_own)
{
    edge_meter_t *meter = make_meter();
    int i, n;

    for (i = 0; i < EDGE_COUNTS; i++) {
        for (n = 0; n <= i; n++) {
            edge_meter_count(meter, (edge_count_t)i);
        }
    }
    for (i = 0; i < EDGE_COUNTS; i++) {
        ck_assert_uint_eq(edge_meter_read(meter, (edge_count_t)i),
                          (unsigned)i + 1);
    }
}
END_TEST

/* --- requests ------------------------------------------------------------ */

START_TEST(test_requests_by_ca_and_code)
{
    static const struct {
        int code;
        apr_status_t status;
        int counted;
    } rows[] = {
        {200, APR_SUCCESS, 200}, {404, APR_SUCCESS, 404},
        {599, APR_SUCCESS, 599}, {600, APR_SUCCESS, 0},
        {-1, APR_SUCCESS, 0},    {0, APR_TIMEUP, 0},
        {200, APR_EGENERAL, 0},
    };
    apr_size_t i;

    for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        edge_meter_t *meter = make_meter();
        acme_response_t response = answered(rows[i].code, 0);

        response.status = rows[i].status;
        edge_meter_know(meter, "one");
        edge_meter_know(meter, "two");
        edge_meter_request(meter, "two", &response);
        ck_assert_uint_eq(edge_meter_requests(meter, 1, rows[i].counted), 1);
        ck_assert_uint_eq(edge_meter_requests(meter, 0, rows[i].counted), 0);
    }
}
END_TEST

START_TEST(test_durations_fall_into_buckets)
{
    static const struct {
        apr_interval_time_t took;
        int bucket;
    } rows[] = {
        {-5, 0},      {0, 0},       {50000, 0},    {50001, 1},     {100000, 1},
        {1000000, 4}, {1000001, 5}, {60000000, 9}, {60000001, 10},
    };
    apr_size_t i;

    for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        edge_meter_t *meter = make_meter();
        acme_response_t response = answered(200, rows[i].took);
        edge_durations_t durations;

        edge_meter_request(meter, "unknown", &response);
        edge_meter_durations(meter, OTHER, &durations);
        ck_assert_uint_eq(durations.buckets[rows[i].bucket], 1);
        ck_assert_uint_eq(durations.count, 1);
        ck_assert_int_eq(durations.total, rows[i].took > 0 ? rows[i].took : 0);
    }
    for (i = 1; i + 1 < EDGE_METER_BUCKETS; i++) {
        ck_assert_int_gt(edge_meter_bound((int)i),
                         edge_meter_bound((int)i - 1));
    }
    ck_assert_int_eq(edge_meter_bound(EDGE_METER_BUCKETS - 1), 0);
}
END_TEST

/* What an administrator configures over months must not lead anywhere else
 * than to "other". */
START_TEST(test_names_are_kept_and_bounded)
{
    edge_meter_t *meter = make_meter();
    acme_response_t response = answered(200, 0);
    char longest[1000];
    int i;

    for (i = 0; i < 100; i++) {
        edge_meter_know(meter, apr_psprintf(t_pool, "ca-%d", i));
        edge_meter_know(meter, "ca-0");
    }
    for (i = 0; i < OTHER; i++) {
        ck_assert_str_eq(edge_meter_ca(meter, i),
                         apr_psprintf(t_pool, "ca-%d", i));
    }
    edge_meter_request(meter, "ca-99", &response);
    edge_meter_request(meter, "ca-15", &response);
    ck_assert_uint_eq(edge_meter_requests(meter, OTHER, 200), 1);
    ck_assert_uint_eq(edge_meter_requests(meter, 15, 200), 1);

    meter = make_meter();
    memset(longest, 'x', sizeof(longest) - 1);
    longest[sizeof(longest) - 1] = '\0';
    edge_meter_know(meter, longest);
    edge_meter_know(meter, longest);
    edge_meter_request(meter, longest, &response);
    ck_assert_uint_eq(edge_meter_requests(meter, 0, 200), 1);
    ck_assert_ptr_null(edge_meter_ca(meter, 1));
}
END_TEST

/* --- problems ------------------------------------------------------------ */

START_TEST(test_problems_with_their_subproblems)
{
    static const char text[] =
        "{\"type\":\"urn:ietf:params:acme:error:compound\",\"subproblems\":["
        "{\"type\":\"urn:ietf:params:acme:error:caa\"},"
        "{\"type\":\"urn:ietf:params:acme:error:caa\"},"
        "{\"type\":\"https://ca.example/odd\"}]}";
    edge_meter_t *meter = make_meter();
    json_t *json = ae_json_keep(json_loads(text, 0, NULL), t_pool);

    edge_meter_problem(meter, acme_problem_read(json, t_pool));
    ck_assert_uint_eq(edge_meter_problems(meter, ACME_PROBLEM_COMPOUND), 1);
    ck_assert_uint_eq(edge_meter_problems(meter, ACME_PROBLEM_CAA), 2);
    ck_assert_uint_eq(edge_meter_problems(meter, ACME_PROBLEM_OTHER), 1);
    edge_meter_problem(meter, NULL);
    ck_assert_uint_eq(edge_meter_problems(meter, ACME_PROBLEM_OTHER), 1);
}
END_TEST

START_TEST(test_without_a_meter)
{
    acme_response_t response = answered(200, 0);
    acme_problem_t problem = {0};

    edge_meter_know(NULL, "one");
    edge_meter_count(NULL, EDGE_COUNT_ORDERS);
    edge_meter_request(NULL, "one", &response);
    edge_meter_problem(NULL, &problem);
}
END_TEST

/* --- at once ------------------------------------------------------------- */

static void *count_many(void *data)
{
    acme_response_t response = answered(200, 10);
    int i;

    for (i = 0; i < EACH; i++) {
        edge_meter_count(data, EDGE_COUNT_CHALLENGE_MISSES);
        edge_meter_request(data, "one", &response);
    }
    return NULL;
}

/* Two threads of a child, and the parent. */
START_TEST(test_none_is_lost)
{
    void *memory = mmap(NULL, edge_meter_size(), PROT_READ | PROT_WRITE,
                        MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    edge_meter_t *meter;
    edge_durations_t durations;
    pthread_t thread;
    pid_t child;
    int status;

    ck_assert_ptr_ne(memory, MAP_FAILED);
    meter = edge_meter_make(memory, NOW);
    edge_meter_know(meter, "one");
    child = fork();
    ck_assert_int_ge(child, 0);
    if (child == 0) {
        status = pthread_create(&thread, NULL, count_many, meter);
        count_many(meter);
        _exit(status != 0 || pthread_join(thread, NULL) != 0);
    }
    count_many(meter);
    ck_assert_int_eq(waitpid(child, &status, 0), child);
    ck_assert_int_eq(status, 0);
    ck_assert_uint_eq(edge_meter_read(meter, EDGE_COUNT_CHALLENGE_MISSES),
                      3 * EACH);
    edge_meter_durations(meter, 0, &durations);
    ck_assert_uint_eq(durations.count, 3 * EACH);
    ck_assert_int_eq(durations.total, 30 * EACH);
    munmap(memory, edge_meter_size());
}
END_TEST

/* --- in the worker ------------------------------------------------------- */

static world_t *w;

static edge_meter_t *metered_world(void)
{
    w = world_make(scene_certs(scene_cert("a.example", "ca"), NULL));
    w->config.meter = make_meter();
    edge_meter_know(w->config.meter, "ca");
    return w->config.meter;
}

static void check_counts(const edge_meter_t *meter, unsigned attempts,
                         unsigned failed, unsigned orders, unsigned lost,
                         unsigned issued)
{
    ck_assert_uint_eq(edge_meter_read(meter, EDGE_COUNT_ATTEMPTS), attempts);
    ck_assert_uint_eq(edge_meter_read(meter, EDGE_COUNT_ATTEMPTS_FAILED),
                      failed);
    ck_assert_uint_eq(edge_meter_read(meter, EDGE_COUNT_ORDERS), orders);
    ck_assert_uint_eq(edge_meter_read(meter, EDGE_COUNT_ORDERS_LOST), lost);
    ck_assert_uint_eq(edge_meter_read(meter, EDGE_COUNT_ISSUED), issued);
}

static unsigned sum_requests(const edge_meter_t *meter, int ca)
{
    apr_uint64_t sum = 0;
    int code;

    for (code = 0; code < EDGE_METER_CODES; code++) {
        sum += edge_meter_requests(meter, ca, code);
    }
    return (unsigned)sum;
}

START_TEST(test_a_certificate_is_issued)
{
    const edge_meter_t *meter = metered_world();

    world_start();
    world_run_until(0, EDGE_PHASE_STAGED, DAY);
    check_counts(meter, 1, 0, 1, 0, 1);
    ck_assert_uint_gt(w->requests, 5);
    ck_assert_uint_eq(sum_requests(meter, 0), w->requests);
    ck_assert_uint_eq(edge_meter_requests(meter, 0, 201), 2);
    ck_assert_uint_eq(sum_requests(meter, OTHER), 0);
}
END_TEST

/* What fails and is taken up again is one order in two attempts. */
START_TEST(test_an_order_is_taken_up_again)
{
    const edge_meter_t *meter = metered_world();

    world_spoil("finalize", 1, 1, 500, "serverInternal", NULL);
    world_start();
    world_run_until(0, EDGE_PHASE_STAGED, DAY);
    check_counts(meter, 2, 1, 1, 0, 1);
    ck_assert_uint_eq(edge_meter_requests(meter, 0, 500), 1);
    ck_assert_uint_eq(edge_meter_problems(meter, ACME_PROBLEM_SERVER_INTERNAL),
                      1);
}
END_TEST

/* The certificate is fetched twice, for a disk that was full. */
START_TEST(test_a_certificate_counts_once)
{
    const edge_meter_t *meter = metered_world();

    world_start();
    world_go_to("certificate");
    test_store_fill_disk();
    world_answer();
    world_run(SECOND);
    test_store_free_disk();
    world_run_until(0, EDGE_PHASE_STAGED, DAY);
    check_counts(meter, 2, 1, 1, 0, 1);
}
END_TEST

START_TEST(test_an_order_comes_to_nothing)
{
    const edge_meter_t *meter = metered_world();

    w->other_names = "b.example";
    world_start();
    world_run_until(0, EDGE_PHASE_FAILING, DAY);
    check_counts(meter, 1, 1, 1, 1, 0);
}
END_TEST

START_TEST(test_an_order_is_refused)
{
    const edge_meter_t *meter = metered_world();

    world_spoil("newOrder", 1, 1, 403, "rejectedIdentifier", NULL);
    world_start();
    world_run_until(0, EDGE_PHASE_FAILING, DAY);
    check_counts(meter, 1, 1, 1, 0, 0);
    ck_assert_uint_eq(
        edge_meter_problems(meter, ACME_PROBLEM_REJECTED_IDENTIFIER), 1);
}
END_TEST

static void add_worker_case(Suite *suite)
{
    TCase *tc = tcase_create("worker");

    tcase_add_checked_fixture(tc, scene_setup, t_teardown);
    tcase_set_timeout(tc, 120);
    tcase_add_test(tc, test_a_certificate_is_issued);
    tcase_add_test(tc, test_an_order_is_taken_up_again);
    tcase_add_test(tc, test_a_certificate_counts_once);
    tcase_add_test(tc, test_an_order_comes_to_nothing);
    tcase_add_test(tc, test_an_order_is_refused);
    suite_add_tcase(suite, tc);
}

Suite *suite_edge_meter(void)
{
    Suite *suite = suite_create("edge_meter");
    TCase *tc = tcase_create("meter");

    tcase_add_checked_fixture(tc, t_setup, t_teardown);
    tcase_add_test(tc, test_all_is_zero_at_first);
    tcase_add_test(tc, test_each_counter_is_its_own);
    tcase_add_test(tc, test_requests_by_ca_and_code);
    tcase_add_test(tc, test_durations_fall_into_buckets);
    tcase_add_test(tc, test_names_are_kept_and_bounded);
    tcase_add_test(tc, test_problems_with_their_subproblems);
    tcase_add_test(tc, test_without_a_meter);
    tcase_add_test(tc, test_none_is_lost);
    suite_add_tcase(suite, tc);
    add_worker_case(suite);
    return suite;
}
