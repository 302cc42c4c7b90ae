#include "edge_request.h"
#include "support.h"
#include "test_store.h"

#include <check.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

Suite *suite_edge_request(void);

#define SIGN_FILE "requests/www.example.org.sign"
#define DEPLOY_FILE "requests/www.example.org.deploy"

static edge_request_t find(const test_store_t *t, edge_request_verb_t verb)
{
    edge_request_t request;

    memset(&request, 0x55, sizeof(request));
    edge_request_find(&request, t->store, t->cert, verb, t_pool);
    return request;
}

static void put(const test_store_t *t, edge_request_verb_t verb,
                const char *serial)
{
    ae_error_t err;

    ck_status(edge_request_put(t->store, t->cert, verb, serial, t->now, &err,
                               t_pool),
              APR_SUCCESS, &err);
}

static void drop(const test_store_t *t, edge_request_verb_t verb)
{
    ae_error_t err;

    ck_status(edge_request_drop(t->store, t->cert, verb, &err, t_pool),
              APR_SUCCESS, &err);
}

START_TEST(nothing_is_asked_for_at_first)
{
    test_store_t *t = test_store_make();
    edge_request_t request = find(t, EDGE_REQUEST_SIGN);

    ck_assert_int_eq(request.found, 0);
    ck_assert_int_eq(request.at, 0);
    ck_assert_str_eq(request.serial, "");
    drop(t, EDGE_REQUEST_SIGN);
}
END_TEST

START_TEST(what_is_put_is_found_until_it_is_dropped)
{
    test_store_t *t = test_store_make();
    edge_request_t request;

    put(t, EDGE_REQUEST_DEPLOY, "2a00ff");
    request = find(t, EDGE_REQUEST_DEPLOY);
    ck_assert_int_eq(request.found, 1);
    ck_assert_int_eq(request.at, t->now);
    ck_assert_str_eq(request.serial, "2a00ff");
    ck_assert_int_eq(find(t, EDGE_REQUEST_SIGN).found, 0);
    put(t, EDGE_REQUEST_DEPLOY, "3b");
    ck_assert_str_eq(find(t, EDGE_REQUEST_DEPLOY).serial, "3b");
    drop(t, EDGE_REQUEST_DEPLOY);
    ck_assert_int_eq(find(t, EDGE_REQUEST_DEPLOY).found, 0);
    ck_assert(!test_store_has(t, DEPLOY_FILE));
}
END_TEST

START_TEST(the_file_bears_the_verb)
{
    test_store_t *t = test_store_make();

    put(t, EDGE_REQUEST_SIGN, "");
    ck_assert(test_store_has(t, SIGN_FILE));
    ck_assert_str_eq(edge_request_word(EDGE_REQUEST_SIGN), "sign");
    ck_assert_str_eq(edge_request_word(EDGE_REQUEST_DEPLOY), "deploy");
}
END_TEST

/* Who asks for what is asked for already joins, and puts off nothing. */
START_TEST(two_ask_for_one_certificate)
{
    test_store_t *t = test_store_make();
    apr_time_t first = t->now;
    edge_request_t request;
    ae_error_t err;
    int joined;

    ck_status(edge_request_sign(&request, &joined, t->store, t->cert, t->now,
                                &err, t_pool),
              APR_SUCCESS, &err);
    ck_assert(!joined);
    ck_assert(request.found);
    ck_assert_int_eq(request.at, first);
    t->now += APR_USEC_PER_SEC;
    ck_status(edge_request_sign(&request, &joined, t->store, t->cert, t->now,
                                &err, t_pool),
              APR_SUCCESS, &err);
    ck_assert(joined);
    ck_assert_int_eq(request.at, first);
    ck_assert_int_eq(find(t, EDGE_REQUEST_SIGN).at, first);
}
END_TEST

START_TEST(a_damaged_one_counts_as_none)
{
    static const char *const texts[] = {
        "",
        "{",
        "[]",
        "{}",
        "{\"at\":0,\"serial\":\"\"}",
        "{\"at\":-1,\"serial\":\"\"}",
        "{\"at\":\"1\",\"serial\":\"\"}",
        "{\"at\":999999999999999999,\"serial\":\"\"}",
        "{\"at\":1,\"serial\":7}",
        "{\"at\":1,\"serial\":\"00112233445566778899aabbccddeeff001122334455"
        "66778899aabbccddeeff\"}",
    };
    test_store_t *t = test_store_make();
    edge_request_t request;
    size_t i;

    for (i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
        test_store_put(t, SIGN_FILE, texts[i]);
        request = find(t, EDGE_REQUEST_SIGN);
        ck_assert_msg(request.found == 0 && request.at == 0 &&
                          request.serial[0] == '\0',
                      "%s", texts[i]);
    }
}
END_TEST

START_TEST(no_link_is_followed)
{
    test_store_t *t = test_store_make();

    put(t, EDGE_REQUEST_SIGN, "");
    ck_assert_int_eq(
        symlink(test_store_at(t, SIGN_FILE), test_store_at(t, DEPLOY_FILE)),
        0);
    ck_assert_int_eq(find(t, EDGE_REQUEST_DEPLOY).found, 0);
}
END_TEST

START_TEST(too_long_a_serial_is_refused)
{
    test_store_t *t = test_store_make();
    char serial[65];
    ae_error_t err;

    memset(serial, 'a', 64);
    serial[64] = '\0';
    ck_status(edge_request_put(t->store, t->cert, EDGE_REQUEST_DEPLOY, serial,
                               t->now, &err, t_pool),
              APR_EINVAL, &err);
    ck_assert(!test_store_has(t, DEPLOY_FILE));
}
END_TEST

START_TEST(a_full_disk_leaves_what_was_asked_before)
{
    test_store_t *t = test_store_make();
    ae_error_t err;
    apr_status_t status;

    put(t, EDGE_REQUEST_DEPLOY, "2a");
    test_store_fill_disk();
    status = edge_request_put(t->store, t->cert, EDGE_REQUEST_DEPLOY, "3b",
                              t->now, &err, t_pool);
    test_store_free_disk();
    ck_assert_int_ne(status, APR_SUCCESS);
    ck_assert_str_eq(find(t, EDGE_REQUEST_DEPLOY).serial, "2a");
}
END_TEST

START_TEST(the_worker_owns_what_root_asks)
{
    const ae_file_owner_t worker = {12345, 23456};
    test_store_t *t = test_store_make();
    edge_store_t *given;
    struct stat info;
    ae_error_t err;

    if (geteuid() != 0) {
        return;
    }
    ck_status(edge_store_prepare(&given, edge_store_dir(t->store), worker,
                                 &err, t_pool),
              APR_SUCCESS, &err);
    ck_status(edge_request_put(given, t->cert, EDGE_REQUEST_SIGN, "", t->now,
                               &err, t_pool),
              APR_SUCCESS, &err);
    ck_assert_int_eq(stat(test_store_at(t, SIGN_FILE), &info), 0);
    ck_assert_uint_eq(info.st_uid, worker.uid);
    ck_assert_uint_eq(info.st_gid, worker.gid);
    ck_assert_uint_eq(info.st_mode & 07777, 0600);
}
END_TEST

START_TEST(the_stamp_tells_of_changes)
{
    static const struct timespec before[2] = {{1000, 0}, {1000, 5000}};
    test_store_t *t = test_store_make();
    apr_time_t stamp;

    ck_assert_int_eq(
        utimensat(AT_FDCWD, test_store_at(t, "requests"), before, 0), 0);
    stamp = edge_request_stamp(t->store, t_pool);
    ck_assert_int_eq(stamp, apr_time_make(1000, 5));
    put(t, EDGE_REQUEST_SIGN, "");
    ck_assert_int_gt(edge_request_stamp(t->store, t_pool), stamp);
    test_store_remove(t, "requests");
    ck_assert_int_eq(edge_request_stamp(t->store, t_pool), 0);
}
END_TEST

Suite *suite_edge_request(void)
{
    Suite *s = suite_create("edge_request");
    TCase *tc = tcase_create("request");

    tcase_add_checked_fixture(tc, t_setup, t_teardown);
    tcase_add_test(tc, nothing_is_asked_for_at_first);
    tcase_add_test(tc, what_is_put_is_found_until_it_is_dropped);
    tcase_add_test(tc, the_file_bears_the_verb);
    tcase_add_test(tc, two_ask_for_one_certificate);
    tcase_add_test(tc, a_damaged_one_counts_as_none);
    tcase_add_test(tc, no_link_is_followed);
    tcase_add_test(tc, too_long_a_serial_is_refused);
    tcase_add_test(tc, a_full_disk_leaves_what_was_asked_before);
    tcase_add_test(tc, the_worker_owns_what_root_asks);
    tcase_add_test(tc, the_stamp_tells_of_changes);
    suite_add_tcase(s, tc);
    return s;
}
