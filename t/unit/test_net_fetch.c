#include "net_fetch.h"

#include "net_client.h"
#include "support.h"

#include <apr_strings.h>
#include <check.h>
#include <string.h>

Suite *suite_net_fetch(void);

static ae_bytes_t body;
static ae_error_t told;

static void say(https_answer_t *said, const char *text)
{
    said->bytes = text;
    said->len = strlen(text);
}

static void script(https_answer_t *said, const https_request_t *request,
                   apr_pool_t *p)
{
    (void)p;
    if (strstr(request->head, "/file ")) {
        say(said, "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nfound");
    } else if (strstr(request->head, "/moved ")) {
        say(said, "HTTP/1.1 302 Found\r\nLocation: /file\r\n"
                  "Content-Length: 0\r\n\r\n");
    } else if (strstr(request->head, "/round ")) {
        say(said, "HTTP/1.1 302 Found\r\nLocation: /round\r\n"
                  "Content-Length: 0\r\n\r\n");
    } else if (strstr(request->head, "/local ")) {
        say(said, "HTTP/1.1 302 Found\r\nLocation: file:///etc/hostname\r\n"
                  "Content-Length: 0\r\n\r\n");
    } else if (strstr(request->head, "/hang ")) {
        said->then = HTTPS_HANG;
    } else {
        say(said, "HTTP/1.1 404 No\r\nContent-Length: 0\r\n\r\n");
    }
}

static apr_status_t fetch_url(const char *url, apr_size_t max)
{
    net_fetch_t fetch = {
        .url = url,
        .trust_file = client_root(),
        .max = max,
        .timeout = client_timeout(apr_time_from_sec(5)),
    };

    return net_fetch(&body, &fetch, &told, t_pool);
}

static apr_status_t fetch(const char *path)
{
    return fetch_url(client_url(path), 5);
}

static void setup(void)
{
    t_setup();
    client_start(script);
}

START_TEST(test_found)
{
    static const char *const paths[] = {"/file", "/moved"};

    ck_assert_msg(fetch(paths[_i]) == APR_SUCCESS, "%s",
                  ae_error_line(&told, t_pool));
    ck_assert_uint_eq(body.len, 5);
    ck_assert_mem_eq(body.data, "found", 5);
}
END_TEST

START_TEST(test_not_found)
{
    ck_assert_int_eq(fetch("/nothing"), AE_EREMOTE);
    ck_assert_str_eq(told.why, "the answer is 404");
    ck_assert_int_eq(fetch("/round"), APR_EGENERAL);
    ck_assert_int_eq(fetch("/local"), APR_EGENERAL);
    ck_assert_ptr_nonnull(strstr(told.what, "/local"));
    ck_assert_int_eq(fetch_url("file:///etc/hostname", 100), APR_EGENERAL);
    ck_assert_int_eq(fetch_url("ftp://127.0.0.1/x", 100), APR_EGENERAL);
    ck_assert_int_eq(fetch_url(apr_psprintf(t_pool, "http://127.0.0.1:%u/",
                                            client_port_closed()),
                               100),
                     APR_EGENERAL);
    ck_assert_str_ne(told.why, "");
}
END_TEST

START_TEST(test_bounds)
{
    net_fetch_t hanging = {
        .url = client_url("/hang"),
        .trust_file = client_root(),
        .max = 5,
        .timeout = apr_time_from_msec(500),
    };

    ck_assert_int_eq(fetch_url(client_url("/file"), 4), AE_ETOOBIG);
    ck_assert_str_eq(told.why, "it has more than 4 bytes");
    ck_assert_int_eq(net_fetch(&body, &hanging, &told, t_pool), APR_TIMEUP);
}
END_TEST

Suite *suite_net_fetch(void)
{
    Suite *suite = suite_create("net_fetch");
    TCase *tc = tcase_create("fetch");

    tcase_add_checked_fixture(tc, setup, t_teardown);
    tcase_add_loop_test(tc, test_found, 0, 2);
    tcase_add_test(tc, test_not_found);
    tcase_add_test(tc, test_bounds);
    suite_add_tcase(suite, tc);
    return suite;
}
