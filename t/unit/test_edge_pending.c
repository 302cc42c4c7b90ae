/* What is done with a staged certificate, by who has seen which one. */

#include "edge_pending.h"
#include "edge_request.h"
#include "support.h"
#include "test_store.h"

#include <check.h>
#include <string.h>

Suite *suite_edge_pending(void);

static test_store_t *t;
static const char *staged;
static const char *serial;
static ae_error_t err;

static void setup(void)
{
    t_setup();
    t = test_store_make();
    staged = test_store_stage(t);
}

static edge_request_t asked(edge_request_verb_t verb)
{
    edge_request_t request;

    edge_request_find(&request, t->store, t->cert, verb, t_pool);
    return request;
}

static int is_staged(void)
{
    return test_store_has(t, "staging/www.example.org/set");
}

static apr_status_t deploy(const char *seen)
{
    return edge_pending_deploy(&serial, t->store, t->cert, seen, t->now, &err,
                               t_pool);
}

static apr_status_t discard(const char *seen)
{
    ae_error_t untold;
    apr_status_t status = edge_pending_discard(&untold, t->store, t->cert,
                                               seen, t->now, &err, t_pool);

    ck_assert_str_eq(status == APR_SUCCESS ? untold.what : "", "");
    return status;
}

static apr_status_t ask_discard(const char *seen)
{
    return edge_pending_ask_discard(&serial, t->store, t->cert, seen, t->now,
                                    &err, t_pool);
}

START_TEST(test_deploy)
{
    ck_status(deploy(staged), APR_SUCCESS, &err);
    ck_assert_str_eq(serial, staged);
    ck_assert_str_eq(asked(EDGE_REQUEST_DEPLOY).serial, staged);
    ck_assert(is_staged());
    ck_status(deploy(NULL), APR_SUCCESS, &err);
}
END_TEST

START_TEST(test_what_does_not_fit)
{
    test_store_stage_as(t, "li", "www.example.org", t->now - 1, t->now + 1000);
    ck_status(deploy(NULL), AE_EMISMATCH, &err);
    ck_assert_ptr_nonnull(strstr(err.what, "cannot go live"));
    ck_assert(!asked(EDGE_REQUEST_DEPLOY).found);
}
END_TEST

/* The worker is told, and nothing that was asked about the set remains. */
START_TEST(test_discard)
{
    ck_status(deploy(NULL), APR_SUCCESS, &err);
    ck_status(ask_discard(NULL), APR_SUCCESS, &err);
    ck_status(discard(staged), APR_SUCCESS, &err);
    ck_assert(!is_staged());
    ck_assert(!asked(EDGE_REQUEST_DEPLOY).found);
    ck_assert(!asked(EDGE_REQUEST_REMOVE).found);
    ck_assert_str_eq(asked(EDGE_REQUEST_DISCARD).serial, staged);
}
END_TEST

START_TEST(test_ask_discard)
{
    ck_status(ask_discard(staged), APR_SUCCESS, &err);
    ck_assert_str_eq(serial, staged);
    ck_assert_str_eq(asked(EDGE_REQUEST_REMOVE).serial, staged);
    ck_assert(is_staged());
}
END_TEST

typedef apr_status_t pending_fn_t(const char *seen);

static pending_fn_t *const all[] = {deploy, discard, ask_discard};

static void expect_nothing_asked(void)
{
    edge_request_verb_t verb;

    for (verb = EDGE_REQUEST_SIGN; verb < EDGE_REQUEST_VERBS; verb++) {
        ck_assert(!asked(verb).found);
    }
}

/* Another one was staged since somebody looked. */
START_TEST(test_another)
{
    ck_status(all[_i]("1234"), AE_EMISMATCH, &err);
    ck_assert_ptr_nonnull(strstr(err.what, "is another one now"));
    ck_assert_ptr_nonnull(strstr(err.why, staged));
    ck_assert(is_staged());
    expect_nothing_asked();
}
END_TEST

START_TEST(test_none)
{
    test_store_remove(t, "staging/www.example.org");
    ck_status(all[_i](NULL), APR_ENOENT, &err);
    ck_assert_str_eq(err.what, "www.example.org has no pending certificate");
    expect_nothing_asked();
}
END_TEST

Suite *suite_edge_pending(void)
{
    Suite *suite = suite_create("edge_pending");
    TCase *tc = tcase_create("pending");

    tcase_add_checked_fixture(tc, setup, t_teardown);
    tcase_add_test(tc, test_deploy);
    tcase_add_test(tc, test_what_does_not_fit);
    tcase_add_test(tc, test_discard);
    tcase_add_test(tc, test_ask_discard);
    tcase_add_loop_test(tc, test_another, 0, 3);
    tcase_add_loop_test(tc, test_none, 0, 3);
    suite_add_tcase(suite, tc);
    return suite;
}
