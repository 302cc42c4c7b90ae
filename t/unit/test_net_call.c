#include "net_call.h"

#include "net_client.h"
#include "support.h"

#include <apr_strings.h>
#include <check.h>
#include <stdlib.h>
#include <string.h>

Suite *suite_net_call(void);

#define BODY_MAX ACME_BODY_BYTES_MAX

/* The scripted CA */

static void say(https_answer_t *answer, const char *bytes)
{
    answer->bytes = bytes;
    answer->len = strlen(bytes);
}

static const char *answer_big(apr_size_t size, apr_pool_t *p)
{
    char *body = apr_palloc(p, size + 1);

    memset(body, 'b', size);
    body[size] = '\0';
    return apr_psprintf(
        p, "HTTP/1.1 200 OK\r\nContent-Length: %" APR_SIZE_T_FMT "\r\n\r\n%s",
        size, body);
}

static const char *answer_headers(const char *header, int count, apr_pool_t *p)
{
    apr_array_header_t *all = apr_array_make(p, count, sizeof(char *));

    while (count--) {
        APR_ARRAY_PUSH(all, const char *) = header;
    }
    return apr_pstrcat(p, "HTTP/1.1 204 No Content\r\n",
                       apr_array_pstrcat(p, all, 0), "\r\n", NULL);
}

static const char *answer_redirect(const char *to, apr_pool_t *p)
{
    return apr_psprintf(p,
                        "HTTP/1.1 302 Found\r\nLocation: %s\r\n"
                        "Replay-Nonce: first\r\nLink: <first>\r\n"
                        "Retry-After: 7\r\nContent-Length: 5\r\n\r\nfirst",
                        to);
}

static const char *answer_echo(const https_request_t *request, apr_pool_t *p)
{
    const char *body =
        apr_pstrcat(p, request->head, "\n", request->body, NULL);

    return apr_psprintf(
        p, "HTTP/1.1 200 OK\r\nContent-Length: %" APR_SIZE_T_FMT "\r\n\r\n%s",
        strlen(body), body);
}

static const char full_answer[] =
    "HTTP/1.1 201 Created\r\n"
    "Content-Type: application/json; charset=utf-8\r\n"
    "Location: https://ca.example/order/1\r\n"
    "replay-nonce: oFvnlFP1wIhRlYS2jTaXbA\r\n"
    "Retry-After: Fri, 21 Nov 2026 10:00:00 GMT\r\n"
    "Link: <https://ca.example/dir>;rel=\"index\"\r\n"
    "Link: <alt/1>;rel=\"alternate\"\r\n"
    "Link: <alt/2>;rel=\"alternate\"\r\n"
    "Content-Length: 2\r\n\r\n{}";

static const char early_answer[] =
    "HTTP/1.1 103 Early Hints\r\nLink: <early>\r\nReplay-Nonce: early\r\n\r\n"
    "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n";

static const char cut_answer[] =
    "HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\nonly this much";

static const char head_answer[] =
    "HTTP/1.1 200 OK\r\nReplay-Nonce: n1\r\nContent-Length: 400\r\n\r\n";

static const char ok_answer[] =
    "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";

static const char *answer_away(int left, apr_pool_t *p)
{
    return left ? answer_redirect(apr_psprintf(p, "/away/%d", left - 1), p)
                : ok_answer;
}

static int is_for(const https_request_t *request, const char *start)
{
    return !strncmp(request->head, start, strlen(start));
}

static void script_faults(https_answer_t *answer,
                          const https_request_t *request, apr_pool_t *p)
{
    if (is_for(request, "GET /hang ")) {
        answer->then = HTTPS_HANG;
    } else if (is_for(request, "GET /cut ")) {
        say(answer, cut_answer);
        answer->then = HTTPS_RESET;
    } else if (is_for(request, "GET /1MB ")) {
        say(answer, answer_big(BODY_MAX, p));
    } else if (is_for(request, "GET /over ")) {
        say(answer, answer_big(BODY_MAX + 1, p));
    } else if (is_for(request, "GET /links ")) {
        say(answer, answer_headers("Link: <l>\r\n", 60, p));
    } else if (is_for(request, "GET /headers ")) {
        say(answer, answer_headers("X-Filler: 0123456789012345678901234\r\n",
                                   2000, p));
    } else {
        say(answer, ok_answer);
    }
}

static void script(https_answer_t *answer, const https_request_t *request,
                   apr_pool_t *p)
{
    if (is_for(request, "GET /full ")) {
        say(answer, full_answer);
    } else if (is_for(request, "GET /early ")) {
        say(answer, early_answer);
    } else if (is_for(request, "GET /echo") || is_for(request, "POST ") ||
               is_for(request, "GET /a/../b")) {
        say(answer, answer_echo(request, p));
    } else if (is_for(request, "HEAD ")) {
        say(answer, head_answer);
    } else if (is_for(request, "GET /moved ")) {
        say(answer, answer_redirect("/ok", p));
    } else if (is_for(request, "GET /plain ")) {
        say(answer, answer_redirect("http://127.0.0.1:1/ok", p));
    } else if (is_for(request, "GET /away/")) {
        say(answer, answer_away(atoi(request->head + 10), p));
    } else {
        script_faults(answer, request, p);
    }
}

static void setup(void)
{
    t_setup();
    client_start(script);
}

/* What a CA may say */

START_TEST(answer_is_told_in_full)
{
    const acme_response_t *response = client_exchange_get("/full");
    const apr_array_header_t *links = response->links;

    client_assert_answer(response, 201);
    ck_assert_str_eq(response->url, client_url("/full"));
    ck_assert_str_eq(response->content_type,
                     "application/json; charset=utf-8");
    ck_assert_str_eq(response->location, "https://ca.example/order/1");
    ck_assert_str_eq(response->replay_nonce, "oFvnlFP1wIhRlYS2jTaXbA");
    ck_assert_str_eq(response->retry_after, "Fri, 21 Nov 2026 10:00:00 GMT");
    ck_assert_int_eq(links->nelts, 3);
    ck_assert_str_eq(APR_ARRAY_IDX(links, 0, const char *),
                     "<https://ca.example/dir>;rel=\"index\"");
    ck_assert_str_eq(APR_ARRAY_IDX(links, 2, const char *),
                     "<alt/2>;rel=\"alternate\"");
    ck_assert_str_eq(response->body, "{}");
    ck_assert_uint_eq(response->body_len, 2);
}
END_TEST

START_TEST(absent_headers_are_null)
{
    const acme_response_t *response = client_exchange_get("/ok");

    client_assert_answer(response, 200);
    ck_assert_ptr_null(response->content_type);
    ck_assert_ptr_null(response->location);
    ck_assert_ptr_null(response->replay_nonce);
    ck_assert_ptr_null(response->retry_after);
    ck_assert_ptr_null(response->date);
    ck_assert_int_eq(response->links->nelts, 0);
}
END_TEST

/* RFC 8555 section 6.1: clients MUST send a User-Agent. */
START_TEST(request_names_itself)
{
    acme_request_t *request = client_get("/echo");
    const acme_response_t *response;

    request->accept = "application/pem-certificate-chain";
    response = client_exchange(request);
    client_assert_answer(response, 200);
    ck_assert_ptr_nonnull(strstr(response->body, client.config.user_agent));
    ck_assert_ptr_nonnull(
        strstr(response->body, "\nAccept: application/pem-certificate-chain"));
    ck_assert_ptr_null(strstr(response->body, "Content-Type"));
    ck_assert_ptr_null(strstr(response->body, "Accept-Encoding"));
}
END_TEST

/* RFC 8555 section 7.2: HEAD on newNonce. */
START_TEST(head_brings_the_nonce)
{
    const acme_response_t *response =
        client_exchange(client_request("HEAD", client_url("/nonce")));

    client_assert_answer(response, 200);
    ck_assert_str_eq(response->replay_nonce, "n1");
    ck_assert_uint_eq(response->body_len, 0);
    ck_assert_str_eq(response->body, "");
}
END_TEST

START_TEST(post_sends_its_body)
{
    acme_request_t *request = client_request("POST", client_url("/order"));
    const acme_response_t *response;
    char *body = apr_palloc(t_pool, 100001);

    memset(body, 'x', 100000);
    body[100000] = '\0';
    request->content_type = "application/jose+json";
    request->body = body;
    request->body_len = 100000;
    response = client_exchange(request);
    client_assert_answer(response, 200);
    ck_assert_ptr_nonnull(strstr(response->body, body));
    ck_assert_ptr_nonnull(
        strstr(response->body, "\nContent-Type: application/jose+json\r\n"));
    ck_assert_ptr_null(strstr(response->body, "Expect"));
}
END_TEST

/* RFC 8555 section 6.4: the server compares "url" with what was asked for. */
START_TEST(path_is_sent_as_it_is)
{
    const acme_response_t *response = client_exchange_get("/a/../b?c=%2F");

    client_assert_answer(response, 200);
    ck_assert_ptr_nonnull(strstr(response->body, "GET /a/../b?c=%2F HTTP"));
}
END_TEST

START_TEST(interim_answers_do_not_count)
{
    const acme_response_t *response = client_exchange_get("/early");

    client_assert_answer(response, 200);
    ck_assert_ptr_null(response->replay_nonce);
    ck_assert_int_eq(response->links->nelts, 0);
}
END_TEST

/* Redirects */

START_TEST(redirect_is_followed_when_asked)
{
    acme_request_t *request = client_get("/moved");
    const acme_response_t *response;

    request->follow_redirects = 1;
    response = client_exchange(request);
    client_assert_answer(response, 200);
    ck_assert_str_eq(response->url, client_url("/ok"));
    ck_assert_str_eq(response->body, "ok");
    ck_assert_ptr_null(response->location);
    ck_assert_ptr_null(response->replay_nonce);
    ck_assert_ptr_null(response->retry_after);
    ck_assert_int_eq(response->links->nelts, 0);
}
END_TEST

START_TEST(redirect_is_told_otherwise)
{
    const acme_response_t *response = client_exchange_get("/moved");

    client_assert_answer(response, 302);
    ck_assert_str_eq(response->location, "/ok");
    ck_assert_str_eq(response->body, "first");
}
END_TEST

START_TEST(redirect_never_leaves_https)
{
    acme_request_t *request = client_get("/plain");

    request->follow_redirects = 1;
    client_assert_failure(client_exchange(request), APR_EGENERAL,
                          "redirects to an address that is not https");
}
END_TEST

START_TEST(redirects_come_to_an_end)
{
    acme_request_t *request = client_get("/away/5");

    request->follow_redirects = 1;
    client_assert_answer(client_exchange(request), 200);
    request->url = client_url("/away/6");
    client_assert_failure(client_exchange(request), APR_EGENERAL,
                          "more than 5 redirects");
}
END_TEST

/* Bounds */

START_TEST(body_of_1_mb_is_taken)
{
    const acme_response_t *response = client_exchange_get("/1MB");

    client_assert_answer(response, 200);
    ck_assert_uint_eq(response->body_len, BODY_MAX);
    ck_assert_int_eq(response->body[BODY_MAX - 1], 'b');
}
END_TEST

START_TEST(body_over_1_mb_is_refused)
{
    client_assert_failure(client_exchange_get("/over"), AE_ETOOBIG,
                          "the answer is larger than 1 MB");
    client_assert_answer(client_exchange_get("/ok"), 200);
}
END_TEST

START_TEST(headers_are_bounded)
{
    const acme_response_t *response;

    client_assert_failure(client_exchange_get("/headers"), AE_ETOOBIG,
                          "larger than 64 kB");
    response = client_exchange_get("/links");
    client_assert_answer(response, 204);
    ck_assert_int_eq(response->links->nelts, 50);
}
END_TEST

/* Trouble on the way */

START_TEST(reset_in_the_middle_is_a_failure)
{
    const acme_response_t *response = client_exchange_get("/cut");

    ck_assert_int_eq(response->status, APR_EGENERAL);
    ck_assert_ptr_nonnull(response->reason);
    ck_assert_ptr_null(response->body);
    client_assert_answer(client_exchange_get("/ok"), 200);
}
END_TEST

START_TEST(no_answer_times_out)
{
    client.config.timeout = client_timeout(apr_time_from_msec(300));
    client_assert_failure(client_exchange_get("/hang"), APR_TIMEUP,
                          "no answer in time");
    client_assert_answer(client_exchange_get("/ok"), 200);
}
END_TEST

START_TEST(nobody_there_is_a_failed_connect)
{
    const char *url =
        apr_psprintf(t_pool, "https://127.0.0.1:%u/dir", client_port_closed());

    client_assert_failure(client_exchange(client_request("GET", url)),
                          APR_ECONNREFUSED, "onnect");
}
END_TEST

START_TEST(strange_roots_are_not_trusted)
{
    https_server_t *other = https_server_start(script, t_pool);
    const acme_response_t *response =
        client_exchange_with(client_get("/ok"), https_server_root(other));

    client_assert_failure(response, AE_EDISTRUST, "is not trusted");
    client_assert_failure(response, AE_EDISTRUST, "ACMETrustFile");
    client_assert_failure(response, AE_EDISTRUST, https_server_root(other));
    client_assert_failure(client_exchange_with(client_get("/ok"), NULL),
                          AE_EDISTRUST, "ACMETrustFile");
}
END_TEST

START_TEST(trust_is_per_request)
{
    client_assert_answer(client_exchange_get("/ok"), 200);
    client_assert_failure(client_exchange_with(client_get("/ok"), NULL),
                          AE_EDISTRUST, "is not trusted");
}
END_TEST

START_TEST(missing_trust_file_is_named)
{
    const char *file = apr_pstrcat(t_pool, t_dir(), "/absent.pem", NULL);
    const acme_response_t *response =
        client_exchange_with(client_get("/ok"), file);

    client_assert_failure(response, APR_EACCES, file);
    client_assert_failure(response, APR_EACCES, "ACMETrustFile");
}
END_TEST

START_TEST(certificate_of_another_host_is_refused)
{
    const char *port = strrchr(client_url(""), ':');
    const char *url = apr_pstrcat(t_pool, "https://localhost", port, NULL);

    client_assert_failure(client_exchange(client_request("GET", url)),
                          AE_EDISTRUST, "another host");
}
END_TEST

/* RFC 8555 section 6.1: clients MUST use HTTPS. */
START_TEST(plain_http_is_refused)
{
    const char *url = apr_pstrcat(t_pool, "http", client_url("/ok") + 5, NULL);

    client_assert_failure(client_exchange(client_request("GET", url)),
                          APR_EGENERAL, "not https");
    ck_assert_uint_eq(https_server_connections(client.server), 0);
}
END_TEST

/* Proxies */

START_TEST(proxy_of_the_environment_is_ignored)
{
    setenv("https_proxy", "http://127.0.0.1:1/", 1);
    setenv("ALL_PROXY", "http://127.0.0.1:1/", 1);
    client_assert_answer(client_exchange_get("/ok"), 200);
    unsetenv("https_proxy");
    unsetenv("ALL_PROXY");
}
END_TEST

START_TEST(proxy_configured_is_used)
{
    client.config.proxy =
        apr_psprintf(t_pool, "http://127.0.0.1:%u", client_port_closed());
    setenv("no_proxy", "*", 1);
    client_assert_failure(client_exchange_get("/ok"), APR_ECONNREFUSED,
                          "onnect");
    unsetenv("no_proxy");
    ck_assert_uint_eq(https_server_connections(client.server), 0);
}
END_TEST

static TCase *case_make(Suite *suite, const char *name)
{
    TCase *tc = tcase_create(name);

    tcase_add_checked_fixture(tc, setup, t_teardown);
    tcase_set_timeout(tc, 60);
    suite_add_tcase(suite, tc);
    return tc;
}

static void add_exchange_tests(TCase *tc)
{
    tcase_add_test(tc, answer_is_told_in_full);
    tcase_add_test(tc, absent_headers_are_null);
    tcase_add_test(tc, request_names_itself);
    tcase_add_test(tc, head_brings_the_nonce);
    tcase_add_test(tc, post_sends_its_body);
    tcase_add_test(tc, path_is_sent_as_it_is);
    tcase_add_test(tc, interim_answers_do_not_count);
    tcase_add_test(tc, redirect_is_followed_when_asked);
    tcase_add_test(tc, redirect_is_told_otherwise);
    tcase_add_test(tc, redirect_never_leaves_https);
    tcase_add_test(tc, redirects_come_to_an_end);
}

static void add_trouble_tests(TCase *tc)
{
    tcase_add_test(tc, body_of_1_mb_is_taken);
    tcase_add_test(tc, body_over_1_mb_is_refused);
    tcase_add_test(tc, headers_are_bounded);
    tcase_add_test(tc, reset_in_the_middle_is_a_failure);
    tcase_add_test(tc, no_answer_times_out);
    tcase_add_test(tc, nobody_there_is_a_failed_connect);
    tcase_add_test(tc, strange_roots_are_not_trusted);
    tcase_add_test(tc, trust_is_per_request);
    tcase_add_test(tc, missing_trust_file_is_named);
    tcase_add_test(tc, certificate_of_another_host_is_refused);
    tcase_add_test(tc, plain_http_is_refused);
    tcase_add_test(tc, proxy_of_the_environment_is_ignored);
    tcase_add_test(tc, proxy_configured_is_used);
}

Suite *suite_net_call(void)
{
    Suite *suite = suite_create("net_call");

    add_exchange_tests(case_make(suite, "exchange"));
    add_trouble_tests(case_make(suite, "trouble"));
    return suite;
}
