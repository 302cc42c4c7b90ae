#include "net_client.h"
#include "net_probe.h"
#include "net_walk.h"
#include "support.h"

#include <apr_strings.h>
#include <check.h>
#include <stdlib.h>
#include <string.h>

Suite *suite_net_probe(void);

/* What ports 80 and 443 say, and where redirects lead on them, stands in
 * t/httpd/test_check.py: nobody else may listen there. */

static edge_sight_t answer;
static const edge_peer_t here = {"127.0.0.1", 0};
static ae_error_t err;

static void say(https_answer_t *said, const char *text, apr_pool_t *p)
{
    said->bytes = apr_pstrdup(p, text);
    said->len = strlen(text);
}

static void script(https_answer_t *said, const https_request_t *request,
                   apr_pool_t *p)
{
    if (strstr(request->head, "/token ")) {
        say(said, "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nfound", p);
    } else if (strstr(request->head, "/endless ")) {
        char *body = apr_pcalloc(p, 100001);

        memset(body, 'x', 100000);
        say(said,
            apr_pstrcat(p, "HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n",
                        body, NULL),
            p);
    } else if (strstr(request->head, "/hang ")) {
        said->then = HTTPS_HANG;
    } else if (strstr(request->head, "/port ")) {
        say(said,
            "HTTP/1.1 302 Found\r\nLocation: https://localhost:8443/\r\n"
            "Content-Length: 0\r\n\r\n",
            p);
    } else if (strstr(request->head, "/scheme ")) {
        say(said,
            "HTTP/1.1 307 Go\r\nLocation: gopher://localhost/\r\n"
            "Content-Length: 0\r\n\r\n",
            p);
    } else if (strstr(request->head, "/address ")) {
        say(said,
            "HTTP/1.1 308 Go\r\nLocation: http://[::1]/\r\n"
            "Content-Length: 0\r\n\r\n",
            p);
    } else if (strstr(request->head, "/other ")) {
        say(said,
            "HTTP/1.1 303 See\r\nLocation: http://localhost/\r\n"
            "Content-Length: 0\r\n\r\n",
            p);
    } else {
        say(said, "HTTP/1.1 404 No\r\nContent-Length: 0\r\n\r\n", p);
    }
}

static void setup(void)
{
    t_setup();
    client_start(script);
}

/* By a name that no name server knows: the address alone leads there. */
static apr_status_t get(const char *path)
{
    const char *port = strrchr(client_url(""), ':');

    return net_probe_get(
        &answer,
        apr_pstrcat(t_pool, "https://no.such.name.invalid", port, path, NULL),
        &here, client_timeout(apr_time_from_sec(2)), &err, t_pool);
}

START_TEST(test_answers)
{
    ck_assert_int_eq(get("/token"), APR_SUCCESS);
    ck_assert_int_eq(answer.code, 200);
    ck_assert_str_eq(answer.body, "found");
    ck_assert_uint_eq(answer.redirects, 0);
    ck_assert_int_eq(get("/nothing"), APR_SUCCESS);
    ck_assert_int_eq(answer.code, 404);
    ck_assert_str_eq(answer.body, "");
}
END_TEST

START_TEST(test_bounded)
{
    ck_assert_int_eq(get("/endless"), APR_SUCCESS);
    ck_assert_uint_eq(strlen(answer.body), NET_WALK_BODY_MAX);
}
END_TEST

START_TEST(test_silent)
{
    ck_assert_int_eq(get("/hang"), APR_TIMEUP);
    ck_assert_str_ne(err.why, "");
}
END_TEST

START_TEST(test_nobody_listens)
{
    const char *url =
        apr_psprintf(t_pool, "http://localhost:%u/", client_port_closed());

    ck_assert_int_eq(
        net_probe_get(&answer, url, &here, apr_time_from_sec(5), &err, t_pool),
        APR_ECONNREFUSED);
    ck_assert_ptr_nonnull(strstr(err.what, url));
}
END_TEST

static void expect_refused(const char *path, const char *words)
{
    ck_assert_int_eq(get(path), AE_EMISMATCH);
    ck_assert_ptr_nonnull(strstr(err.what, "redirects where no CA follows"));
    ck_assert_ptr_nonnull(strstr(err.why, words));
}

START_TEST(test_redirects_that_nobody_follows)
{
    expect_refused("/port", "to port 8443");
    expect_refused("/scheme", "to the scheme gopher");
    expect_refused("/address", "to names only");
    ck_assert_int_eq(get("/other"), APR_SUCCESS);
    ck_assert_int_eq(answer.code, 303);
}
END_TEST

/* RFC 8738: who is asked by an address has no name to lead to. What answers at
 * port 80 there is of no interest. */
START_TEST(test_redirect_of_an_address)
{
    const char *port = strrchr(client_url(""), ':');
    apr_status_t status = net_probe_get(
        &answer,
        apr_pstrcat(t_pool, "https://127.0.0.1", port, "/address", NULL),
        &here, client_timeout(apr_time_from_sec(2)), &err, t_pool);

    ck_assert_int_ne(status, AE_EMISMATCH);
    ck_assert_uint_eq(answer.redirects, 1);
}
END_TEST

/* Whatever the environment says: a CA knows no proxy of ours. */
START_TEST(test_no_proxy)
{
    setenv("https_proxy", "http://127.0.0.1:1", 1);
    ck_assert_int_eq(get("/token"), APR_SUCCESS);
    unsetenv("https_proxy");
}
END_TEST

Suite *suite_net_probe(void)
{
    Suite *suite = suite_create("net_probe");
    TCase *tc = tcase_create("probe");

    tcase_add_checked_fixture(tc, setup, t_teardown);
    tcase_set_timeout(tc, 30);
    tcase_add_test(tc, test_answers);
    tcase_add_test(tc, test_bounded);
    tcase_add_test(tc, test_silent);
    tcase_add_test(tc, test_nobody_listens);
    tcase_add_test(tc, test_redirects_that_nobody_follows);
    tcase_add_test(tc, test_redirect_of_an_address);
    tcase_add_test(tc, test_no_proxy);
    suite_add_tcase(suite, tc);
    return suite;
}
