#include "support.h"
#include "test_store.h"

#include <check.h>
#include <fcntl.h>
#include <sys/stat.h>

Suite *suite_edge_store_sweep(void);

#define LEFT "/.tmp-0123456789abcdef"
#define MINUTE 60

/* Make it so many minutes old. */
static void age(const test_store_t *t, const char *below, int minutes)
{
    struct timespec times[2] = {{0, 0}, {0, 0}};

    times[1].tv_sec = (time_t)apr_time_sec(t->now) - minutes * MINUTE;
    ck_assert_int_eq(utimensat(AT_FDCWD, test_store_at(t, below), times, 0),
                     0);
}

/* A file that was written so many minutes ago. */
static void leave(const test_store_t *t, const char *below, int minutes)
{
    test_store_put(t, below, "left");
    age(t, below, minutes);
}

static const char *const roots[] = {
    "." LEFT,        "deploy" LEFT,  "fallback" LEFT,
    "requests" LEFT, "staging" LEFT, "kept/www.example.org" LEFT};
static const char *const workers[] = {
    "accounts/letsencrypt" LEFT,
    "staging/www.example.org" LEFT,
    "staging/www.example.org/order" LEFT,
    "staging/www.example.org/set" LEFT,
    "state" LEFT,
};

START_TEST(test_parent)
{
    test_store_t *t = test_store_make();

    leave(t, roots[_i], 61);
    edge_store_sweep(t->store, t->now, t_pool);
    ck_assert(!test_store_has(t, roots[_i]));
    /* Another httpd may be writing it. */
    leave(t, roots[_i], 59);
    edge_store_sweep(t->store, t->now, t_pool);
    ck_assert(test_store_has(t, roots[_i]));
    /* The clock was set back. */
    leave(t, roots[_i], -61);
    edge_store_sweep(t->store, t->now, t_pool);
    ck_assert(!test_store_has(t, roots[_i]));
}
END_TEST

/* One that was being made for the worker, by whom another may be made. */
START_TEST(test_directory)
{
    static const char *const left[] = {"staging" LEFT, "kept" LEFT};
    test_store_t *t = test_store_make();

    test_store_put(t, "kept/file", "so that it is there");
    ck_assert_int_eq(mkdir(test_store_at(t, left[_i]), 0700), 0);
    age(t, left[_i], 59);
    edge_store_sweep(t->store, t->now, t_pool);
    edge_store_sweep_workers(t->store, t_pool);
    ck_assert(test_store_has(t, left[_i]));
    age(t, left[_i], 61);
    edge_store_sweep(t->store, t->now, t_pool);
    ck_assert(!test_store_has(t, left[_i]));
}
END_TEST

/* Of a command that was killed: no other can be at it now. */
START_TEST(test_incoming)
{
    test_store_t *t = test_store_make();

    test_store_put(t, "archive/incoming/www.example.org/file", "left");
    test_store_put(t, "archive/www.example.org/0001/file", "kept");
    edge_store_sweep(t->store, t->now, t_pool);
    ck_assert(!test_store_has(t, "archive/incoming"));
    ck_assert(test_store_has(t, "archive/www.example.org/0001/file"));
}
END_TEST

START_TEST(test_worker)
{
    test_store_t *t = test_store_make();

    leave(t, workers[_i], 0);
    edge_store_sweep(t->store, t->now + apr_time_from_sec(86400), t_pool);
    ck_assert(test_store_has(t, workers[_i]));
    edge_store_sweep_workers(t->store, t_pool);
    ck_assert(!test_store_has(t, workers[_i]));
}
END_TEST

/* Nothing but what was being written. */
START_TEST(test_others_stay)
{
    static const char *const others[] = {
        "store.json", "deploy/.kept", "state/www.example.org.json",
        "staging/www.example.org/set/ecdsa-p256.key",
        "accounts/letsencrypt/.tmp-directory/file"};
    test_store_t *t = test_store_make();
    apr_size_t i;

    for (i = 1; i < sizeof(others) / sizeof(others[0]); i++) {
        leave(t, others[i], 1000);
    }
    edge_store_sweep(t->store, t->now, t_pool);
    edge_store_sweep_workers(t->store, t_pool);
    for (i = 0; i < sizeof(others) / sizeof(others[0]); i++) {
        ck_assert_msg(test_store_has(t, others[i]), "%s is gone", others[i]);
    }
}
END_TEST

Suite *suite_edge_store_sweep(void)
{
    Suite *suite = suite_create("edge_store_sweep");
    TCase *tc = tcase_create("sweep");

    tcase_add_checked_fixture(tc, t_setup, t_teardown);
    tcase_add_loop_test(tc, test_parent, 0,
                        (int)(sizeof(roots) / sizeof(roots[0])));
    tcase_add_loop_test(tc, test_directory, 0, 2);
    tcase_add_test(tc, test_incoming);
    tcase_add_loop_test(tc, test_worker, 0,
                        (int)(sizeof(workers) / sizeof(workers[0])));
    tcase_add_test(tc, test_others_stay);
    suite_add_tcase(suite, tc);
    return suite;
}
