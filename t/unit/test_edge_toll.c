#include "edge_toll.h"

#include "support.h"

#include <check.h>
#include <pthread.h>
#include <stdatomic.h>
#include <sys/wait.h>
#include <unistd.h>

Suite *suite_edge_toll(void);

#define NOW apr_time_from_sec(1000000)
#define SECOND apr_time_from_sec(1)
#define SEED 7
#define THREADS 8
#define EACH 1000

static const unsigned char client[] = {192, 0, 2, 1};

static edge_toll_t *make(void)
{
    return edge_toll_make(apr_palloc(t_pool, edge_toll_size()), SEED);
}

static edge_toll_answer_t enter(edge_toll_t *toll, edge_pass_t *pass,
                                apr_time_t now)
{
    return edge_toll_enter(toll, pass, client, sizeof(client), getpid(), now);
}

/* @return how many of `times` were let through */
static unsigned ask(edge_toll_t *toll, const void *address, apr_size_t len,
                    unsigned times, edge_toll_end_t end, apr_time_t now)
{
    unsigned passed = 0;

    while (times-- > 0) {
        edge_pass_t pass;

        if (edge_toll_enter(toll, &pass, address, len, getpid(), now) ==
            EDGE_TOLL_PASSED) {
            edge_toll_leave(toll, &pass, end, now);
            passed++;
        }
    }
    return passed;
}

static unsigned ask_for_nothing(edge_toll_t *toll, unsigned times,
                                apr_time_t now)
{
    return ask(toll, client, sizeof(client), times, EDGE_TOLL_NOT_FOUND, now);
}

START_TEST(one_client_is_bounded)
{
    edge_toll_t *toll = make();

    ck_assert_uint_eq(ask_for_nothing(toll, EACH, NOW),
                      EDGE_TOLL_CLIENT_BURST);
    ck_assert_uint_eq(ask_for_nothing(toll, EACH, NOW), 0);
    ck_assert_uint_eq(ask_for_nothing(toll, EACH, NOW + SECOND),
                      EDGE_TOLL_CLIENT_RATE);
    ck_assert_uint_eq(ask_for_nothing(toll, EACH, NOW + 1000 * SECOND),
                      EDGE_TOLL_CLIENT_BURST);
}
END_TEST

START_TEST(one_does_not_take_from_another)
{
    static const unsigned char other[] = {198, 51, 100, 7};
    edge_toll_t *toll = make();

    ask_for_nothing(toll, EACH, NOW);
    ck_assert_uint_eq(
        ask(toll, other, sizeof(other), EACH, EDGE_TOLL_NOT_FOUND, NOW),
        EDGE_TOLL_CLIENT_BURST);
}
END_TEST

START_TEST(all_clients_are_bounded)
{
    edge_toll_t *toll = make();
    unsigned passed = 0;
    apr_uint32_t i;

    for (i = 0; i < EACH; i++) {
        passed += ask(toll, &i, sizeof(i), 5, EDGE_TOLL_NOT_FOUND, NOW);
    }
    ck_assert_uint_eq(passed, EDGE_TOLL_BURST);
    passed = 0;
    for (i = 0; i < EACH; i++) {
        passed +=
            ask(toll, &i, sizeof(i), 5, EDGE_TOLL_NOT_FOUND, NOW + SECOND);
    }
    ck_assert_uint_eq(passed, EDGE_TOLL_RATE);
}
END_TEST

/* A CA asks for hundreds of tokens from one address, and all are there. */
START_TEST(what_is_found_costs_the_client_nothing)
{
    edge_toll_t *toll = make();

    ck_assert_uint_eq(ask(toll, client, sizeof(client), EDGE_TOLL_BURST,
                          EDGE_TOLL_FOUND, NOW),
                      EDGE_TOLL_BURST);
    ck_assert_uint_eq(ask(toll, client, sizeof(client), EACH, EDGE_TOLL_FOUND,
                          NOW + SECOND / 2),
                      EDGE_TOLL_RATE / 2);
}
END_TEST

START_TEST(a_network_of_ipv6_is_one_client)
{
    unsigned char address[16] = {0x20, 0x01, 0x0d, 0xb8, 0, 1, 0, 1};
    edge_toll_t *toll = make();
    unsigned passed = 0;
    unsigned i;

    for (i = 0; i < 250; i++) {
        address[15] = (unsigned char)i;
        passed +=
            ask(toll, address, sizeof(address), 5, EDGE_TOLL_NOT_FOUND, NOW);
    }
    ck_assert_uint_eq(passed, EDGE_TOLL_CLIENT_BURST);
    address[7] = 2;
    ck_assert_uint_eq(
        ask(toll, address, sizeof(address), EACH, EDGE_TOLL_NOT_FOUND, NOW),
        EDGE_TOLL_CLIENT_BURST);
}
END_TEST

START_TEST(a_mapped_address_is_that_of_ipv4)
{
    unsigned char mapped[16] = {0, 0, 0,    0,    0,   0, 0, 0,
                                0, 0, 0xff, 0xff, 192, 0, 2, 1};
    edge_toll_t *toll = make();

    ask_for_nothing(toll, EACH, NOW);
    ck_assert_uint_eq(
        ask(toll, mapped, sizeof(mapped), EACH, EDGE_TOLL_NOT_FOUND, NOW), 0);
}
END_TEST

START_TEST(few_are_under_way_at_once)
{
    edge_toll_t *toll = make();
    edge_pass_t passes[EDGE_TOLL_PLACES];
    edge_pass_t more;
    int i;

    for (i = 0; i < EDGE_TOLL_PLACES; i++) {
        ck_assert_int_eq(enter(toll, &passes[i], NOW), EDGE_TOLL_PASSED);
    }
    ck_assert_int_eq(enter(toll, &more, NOW), EDGE_TOLL_BUSY);
    ck_assert_int_eq(edge_toll_retry(toll, &more, getpid(), NOW),
                     EDGE_TOLL_BUSY);
    edge_toll_leave(toll, &passes[3], EDGE_TOLL_NOT_FOUND, NOW);
    ck_assert_int_eq(edge_toll_retry(toll, &more, getpid(), NOW),
                     EDGE_TOLL_PASSED);
    ck_assert_uint_eq(more.place, passes[3].place);
}
END_TEST

/* Or a flood would have any number of threads wait beside a slow store. */
START_TEST(whoever_waits_for_a_place_has_paid)
{
    edge_toll_t *toll = make();
    edge_pass_t pass, waits;
    int i;

    for (i = 0; i < EDGE_TOLL_PLACES; i++) {
        ck_assert_int_eq(enter(toll, &pass, NOW), EDGE_TOLL_PASSED);
    }
    for (; i < EDGE_TOLL_CLIENT_BURST; i++) {
        ck_assert_int_eq(enter(toll, &waits, NOW), EDGE_TOLL_BUSY);
    }
    ck_assert_int_eq(enter(toll, &waits, NOW), EDGE_TOLL_REFUSED);
}
END_TEST

START_TEST(nobody_waits_for_a_place_where_it_hangs)
{
    edge_toll_t *toll = make();
    edge_pass_t slow, waits;
    apr_time_t late = NOW + EDGE_TOLL_SLOW;
    int i;

    for (i = 0; i < EDGE_TOLL_PLACES; i++) {
        ck_assert_int_eq(enter(toll, &slow, NOW), EDGE_TOLL_PASSED);
    }
    ck_assert_int_eq(enter(toll, &waits, late - 1000), EDGE_TOLL_BUSY);
    ck_assert_int_eq(edge_toll_retry(toll, &waits, getpid(), late),
                     EDGE_TOLL_REFUSED);
}
END_TEST

START_TEST(one_that_hangs_refuses_all)
{
    edge_toll_t *toll = make();
    edge_pass_t slow, other;
    apr_time_t late = NOW + EDGE_TOLL_SLOW;

    ck_assert_int_eq(enter(toll, &slow, NOW), EDGE_TOLL_PASSED);
    ck_assert_int_eq(enter(toll, &other, late - 1000), EDGE_TOLL_PASSED);
    edge_toll_leave(toll, &other, EDGE_TOLL_NOT_FOUND, late - 1000);
    ck_assert_int_eq(enter(toll, &other, late), EDGE_TOLL_REFUSED);
    ck_assert_int_eq(enter(toll, &other, late + 100 * SECOND),
                     EDGE_TOLL_REFUSED);
    late += 100 * SECOND;
    edge_toll_leave(toll, &slow, EDGE_TOLL_NOT_FOUND, late);
    ck_assert_int_eq(enter(toll, &other, late), EDGE_TOLL_REFUSED);
    late += EDGE_TOLL_PAUSE;
    ck_assert_int_eq(enter(toll, &other, late), EDGE_TOLL_PASSED);
}
END_TEST

/* Or a server would find nothing of other peers until its next restart. */
START_TEST(one_that_never_ends_is_lost)
{
    edge_toll_t *toll = make();
    edge_pass_t lost, pass;
    apr_time_t late = NOW + EDGE_TOLL_LOST;
    int i;

    for (i = 0; i < EDGE_TOLL_PLACES; i++) {
        ck_assert_int_eq(enter(toll, &lost, NOW), EDGE_TOLL_PASSED);
    }
    ck_assert_int_eq(enter(toll, &pass, late - 1000), EDGE_TOLL_REFUSED);
    for (i = 0; i < EDGE_TOLL_PLACES; i++) {
        ck_assert_int_eq(enter(toll, &pass, late), EDGE_TOLL_PASSED);
    }
    ck_assert_int_eq(enter(toll, &pass, late), EDGE_TOLL_BUSY);
}
END_TEST

START_TEST(a_failure_is_followed_by_a_pause)
{
    edge_toll_t *toll = make();
    edge_pass_t pass;

    ck_assert_int_eq(enter(toll, &pass, NOW), EDGE_TOLL_PASSED);
    edge_toll_leave(toll, &pass, EDGE_TOLL_FAILED, NOW);
    ck_assert_int_eq(enter(toll, &pass, NOW + EDGE_TOLL_PAUSE - 1),
                     EDGE_TOLL_REFUSED);
    ck_assert_int_eq(enter(toll, &pass, NOW + EDGE_TOLL_PAUSE),
                     EDGE_TOLL_PASSED);
}
END_TEST

static pid_t dead(void)
{
    pid_t pid = fork();

    if (pid == 0) {
        _exit(0);
    }
    ck_assert_int_eq(waitpid(pid, NULL, 0), pid);
    return pid;
}

START_TEST(what_the_dead_hold_is_free_again)
{
    edge_toll_t *toll = make();
    edge_pass_t lost[EDGE_TOLL_PLACES], pass;
    apr_time_t late = NOW + EDGE_TOLL_SLOW;
    pid_t pid = dead();
    int i;

    for (i = 0; i < EDGE_TOLL_PLACES; i++) {
        ck_assert_int_eq(
            edge_toll_enter(toll, &lost[i], client, sizeof(client), pid, NOW),
            EDGE_TOLL_PASSED);
    }
    ck_assert_int_eq(enter(toll, &pass, NOW), EDGE_TOLL_BUSY);
    ck_assert_int_eq(enter(toll, &pass, late), EDGE_TOLL_PASSED);
    /* Nobody gives free what another one has by now. */
    edge_toll_leave(toll, &lost[pass.place], EDGE_TOLL_NOT_FOUND, NOW);
    for (i = 1; i < EDGE_TOLL_PLACES; i++) {
        ck_assert_int_eq(enter(toll, &lost[0], late), EDGE_TOLL_PASSED);
    }
    ck_assert_int_eq(enter(toll, &lost[0], late), EDGE_TOLL_BUSY);
}
END_TEST

START_TEST(a_failure_is_told_of_now_and_then)
{
    edge_toll_t *toll = make();

    ck_assert(edge_toll_tells(toll, NOW));
    ck_assert(!edge_toll_tells(toll, NOW + EDGE_TOLL_TELLING - 1));
    ck_assert(edge_toll_tells(toll, NOW + EDGE_TOLL_TELLING));
}
END_TEST

static void *ask_often(void *ctx)
{
    static atomic_uint all;
    edge_toll_t *toll = ctx;

    atomic_fetch_add(&all, ask_for_nothing(toll, EACH, NOW));
    return &all;
}

START_TEST(threads_do_not_pass_together)
{
    edge_toll_t *toll = make();
    pthread_t threads[THREADS];
    void *all = NULL;
    int i;

    for (i = 0; i < THREADS; i++) {
        ck_assert_int_eq(pthread_create(&threads[i], NULL, ask_often, toll),
                         0);
    }
    for (i = 0; i < THREADS; i++) {
        pthread_join(threads[i], &all);
    }
    ck_assert_uint_eq(atomic_load((atomic_uint *)all), EDGE_TOLL_CLIENT_BURST);
}
END_TEST

Suite *suite_edge_toll(void)
{
    Suite *suite = suite_create("edge_toll");
    TCase *tc = tcase_create("toll");

    tcase_add_checked_fixture(tc, t_setup, t_teardown);
    tcase_add_test(tc, one_client_is_bounded);
    tcase_add_test(tc, one_does_not_take_from_another);
    tcase_add_test(tc, all_clients_are_bounded);
    tcase_add_test(tc, what_is_found_costs_the_client_nothing);
    tcase_add_test(tc, a_network_of_ipv6_is_one_client);
    tcase_add_test(tc, a_mapped_address_is_that_of_ipv4);
    tcase_add_test(tc, few_are_under_way_at_once);
    tcase_add_test(tc, whoever_waits_for_a_place_has_paid);
    tcase_add_test(tc, nobody_waits_for_a_place_where_it_hangs);
    tcase_add_test(tc, one_that_hangs_refuses_all);
    tcase_add_test(tc, one_that_never_ends_is_lost);
    tcase_add_test(tc, a_failure_is_followed_by_a_pause);
    tcase_add_test(tc, what_the_dead_hold_is_free_again);
    tcase_add_test(tc, a_failure_is_told_of_now_and_then);
    tcase_add_test(tc, threads_do_not_pass_together);
    suite_add_tcase(suite, tc);
    return suite;
}
