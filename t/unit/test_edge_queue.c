/* The nearest first, whatever was put in, moved and taken out before. */

#include "edge_queue.h"
#include "support.h"

#include <check.h>

#define SIZE 500

START_TEST(empty)
{
    edge_queue_t *queue = edge_queue_create(0, t_pool);
    apr_time_t at;

    ck_assert_int_eq(edge_queue_first(queue, &at), -1);
}
END_TEST

START_TEST(nearest_first)
{
    edge_queue_t *queue = edge_queue_create(3, t_pool);
    apr_time_t at;

    edge_queue_set(queue, 0, 30);
    edge_queue_set(queue, 1, 10);
    edge_queue_set(queue, 2, 20);
    ck_assert_int_eq(edge_queue_first(queue, &at), 1);
    ck_assert_int_eq(at, 10);
    edge_queue_set(queue, 1, 40);
    ck_assert_int_eq(edge_queue_first(queue, &at), 2);
    edge_queue_set(queue, 0, 5);
    ck_assert_int_eq(edge_queue_first(queue, &at), 0);
}
END_TEST

START_TEST(taken_out)
{
    edge_queue_t *queue = edge_queue_create(2, t_pool);
    apr_time_t at;

    edge_queue_set(queue, 1, 1);
    ck_assert_int_eq(edge_queue_has(queue, 1), 1);
    edge_queue_remove(queue, 1);
    edge_queue_remove(queue, 1);
    edge_queue_remove(queue, 0);
    ck_assert_int_eq(edge_queue_has(queue, 1), 0);
    ck_assert_int_eq(edge_queue_first(queue, &at), -1);
}
END_TEST

static int nearest_by_hand(const apr_time_t *moments)
{
    int best = -1;
    int i;

    for (i = 0; i < SIZE; i++) {
        if (moments[i] >= 0 && (best < 0 || moments[i] < moments[best])) {
            best = i;
        }
    }
    return best;
}

/* Numbers of a fixed generator: the same in every run. */
static unsigned next_number(unsigned *seed)
{
    *seed = *seed * 1664525u + 1013904223u;
    return *seed >> 8;
}

START_TEST(as_a_plain_list_would)
{
    edge_queue_t *queue = edge_queue_create(SIZE, t_pool);
    apr_time_t moments[SIZE];
    unsigned seed = 7;
    int i;

    for (i = 0; i < SIZE; i++) {
        moments[i] = -1;
    }
    for (i = 0; i < 20000; i++) {
        int number = (int)(next_number(&seed) % SIZE);
        apr_time_t at = 0;
        int best;

        if (next_number(&seed) % 3 == 0) {
            edge_queue_remove(queue, number);
            moments[number] = -1;
        } else {
            moments[number] = next_number(&seed) % 1000;
            edge_queue_set(queue, number, moments[number]);
        }
        best = nearest_by_hand(moments);
        number = edge_queue_first(queue, &at);
        ck_assert_int_eq(number < 0, best < 0);
        if (best >= 0) {
            ck_assert_int_eq(at, moments[best]);
            ck_assert_int_eq(at, moments[number]);
        }
    }
}
END_TEST

Suite *suite_edge_queue(void);

Suite *suite_edge_queue(void)
{
    Suite *suite = suite_create("edge_queue");
    TCase *tc = tcase_create("queue");

    tcase_add_checked_fixture(tc, t_setup, t_teardown);
    tcase_add_test(tc, empty);
    tcase_add_test(tc, nearest_first);
    tcase_add_test(tc, taken_out);
    tcase_add_test(tc, as_a_plain_list_would);
    suite_add_tcase(suite, tc);
    return suite;
}
