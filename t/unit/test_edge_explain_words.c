#include "edge_explain.h"

#include "fixture.h"
#include "support.h"

#include <check.h>

#define AT ".well-known/acme-challenge/toKen"

typedef struct wording_t {
    const char *type;
    const char *detail;
    edge_cause_t cause;
} wording_t;

/* As Let's Encrypt words it, of today and of some years ago. */
static const wording_t boulder[] = {
    {"connection",
     "192.0.2.7: Fetching http://a.example/" AT ": Connection refused",
     EDGE_CAUSE_CONNECTION_REFUSED},
    {"connection",
     "192.0.2.7: Fetching http://a.example/" AT
     ": Timeout during connect (likely firewall problem)",
     EDGE_CAUSE_CONNECT_TIMEOUT},
    {"connection",
     "192.0.2.7: Fetching http://a.example/" AT
     ": Timeout after connect (your server may be slow or overloaded)",
     EDGE_CAUSE_ANSWER_TIMEOUT},
    {"connection",
     "192.0.2.7: Fetching http://a.example/" AT
     ": Timeout during read (your server may be slow or overloaded)",
     EDGE_CAUSE_ANSWER_TIMEOUT},
    {"connection",
     "192.0.2.7: Fetching http://a.example/" AT ": Network unreachable",
     EDGE_CAUSE_UNREACHABLE},
    {"connection",
     "192.0.2.7: Fetching http://a.example/" AT ": Connection reset by peer",
     EDGE_CAUSE_CONNECTION_RESET},
    {"connection",
     "192.0.2.7: Fetching http://a.example/" AT
     ": Server is speaking HTTP/2 over HTTP",
     EDGE_CAUSE_NOT_HTTP},
    {"connection",
     "192.0.2.7: Fetching http://a.example/" AT
     ": Error getting validation data",
     EDGE_CAUSE_CONNECTION},
    {"connection",
     "192.0.2.7: Fetching https://a.example:8443/" AT
     ": Invalid port in redirect target. Only ports 80 and 443 are "
     "supported, not 8443",
     EDGE_CAUSE_REDIRECT_PORT},
    {"connection",
     "192.0.2.7: Fetching http://other.example:8080/path: "
     "Invalid port in redirect target. Only ports 80 and 443 are "
     "supported, not 8080",
     EDGE_CAUSE_REDIRECT_PORT},
    {"connection",
     "192.0.2.7: Fetching gopher://a.example: Invalid protocol "
     "scheme in redirect target. Only \"http\" and \"https\" protocol "
     "schemes are supported, not \"gopher\"",
     EDGE_CAUSE_REDIRECT_TARGET},
    {"connection",
     "192.0.2.7: Fetching https://a.example.well-known/" AT
     ": Invalid host in redirect target \"a.example.well-known\". Check "
     "webserver config for missing '/' in redirect target.",
     EDGE_CAUSE_REDIRECT_TARGET},
    {"connection",
     "192.0.2.7: Fetching http://a.invalid/x: Invalid host in "
     "redirect target, must end in IANA registered TLD",
     EDGE_CAUSE_REDIRECT_TARGET},
    {"connection",
     "192.0.2.7: Fetching http://a.example/3: received "
     "disallowed redirect status code",
     EDGE_CAUSE_REDIRECT_TARGET},
    {"connection",
     "192.0.2.7: Fetching https://a.example/loop: Redirect "
     "loop detected",
     EDGE_CAUSE_REDIRECT_LOOP},
    {"connection",
     "192.0.2.7: Fetching https://a.example/12: Too many "
     "redirects",
     EDGE_CAUSE_REDIRECT_LOOP},
    {"connection",
     "192.0.2.7: Fetching https://other.example/" AT ": Connection refused",
     EDGE_CAUSE_REDIRECT_HOST},
    {"connection",
     "2001:db8::7: Fetching http://a.example/" AT ": Connection refused",
     EDGE_CAUSE_IPV6},
    {"connection",
     "::1: Fetching http://a.example/" AT ": Error getting validation data",
     EDGE_CAUSE_IPV6},
    {"connection",
     "During secondary validation: 192.0.2.7: Fetching "
     "http://a.example/" AT ": Timeout during connect (likely firewall "
     "problem)",
     EDGE_CAUSE_SECONDARY},
    {"unauthorized",
     "During secondary validation: 2001:db8::7: Invalid "
     "response from http://a.example/" AT ": 404",
     EDGE_CAUSE_IPV6},
    {"connection",
     "192.0.2.7: Fetching https://a.example/x: validation "
     "attempt was redirected to an HTTPS server that doesn't support "
     "TLSv1.2 or better. See https://community.letsencrypt.org/t/1",
     EDGE_CAUSE_TLS},
    {"tls",
     "192.0.2.7: Fetching https://a.example/x: remote error: tls: "
     "handshake failure",
     EDGE_CAUSE_TLS},
    {"tls", "192.0.2.7: words of another year", EDGE_CAUSE_TLS},
    {"malformed",
     "192.0.2.7: Fetching https://a.example/x: Server only "
     "speaks HTTP, not TLS",
     EDGE_CAUSE_TLS},
    {"unauthorized",
     "192.0.2.7: Invalid response from http://a.example/" AT ": 404",
     EDGE_CAUSE_ANSWER_404},
    {"unauthorized",
     "192.0.2.7: Invalid response from http://a.example/" AT ": 410",
     EDGE_CAUSE_ANSWER_404},
    {"unauthorized",
     "192.0.2.7: Invalid response from http://a.example/" AT ": 403",
     EDGE_CAUSE_ANSWER_403},
    {"unauthorized",
     "192.0.2.7: Invalid response from http://a.example/" AT ": 503",
     EDGE_CAUSE_ANSWER_5XX},
    {"unauthorized",
     "192.0.2.7: Invalid response from http://a.example/" AT ": 401",
     EDGE_CAUSE_ANSWER_STATUS},
    {"unauthorized",
     "2001:db8::7: Invalid response from http://a.example/" AT ": 404",
     EDGE_CAUSE_IPV6},
    {"unauthorized",
     "Invalid response from http://a.example/" AT " [2001:db8::7]: 404",
     EDGE_CAUSE_IPV6},
    {"unauthorized",
     "Invalid response from http://a.example/" AT " [192.0.2.7]: 404",
     EDGE_CAUSE_ANSWER_404},
    {"unauthorized",
     "192.0.2.7: Invalid response from https://A.Example/" AT ": 404",
     EDGE_CAUSE_ANSWER_404},
    {"unauthorized",
     "192.0.2.7: Invalid response from "
     "https://www.a.example/" AT ": 404",
     EDGE_CAUSE_REDIRECT_HOST},
    {"unauthorized",
     "192.0.2.7: Invalid response from http://a.example/" AT
     ": \"<html>[2001:db8::1] Fetching http://b.example/: connection "
     "refused NXDOMAIN\"",
     EDGE_CAUSE_WRONG_ANSWER},
    {"unauthorized",
     "The key authorization file from the server did not "
     "match this challenge. Expected \"x\" (got \"redirect loop\")",
     EDGE_CAUSE_WRONG_ANSWER},
    {"incorrectResponse", "some words", EDGE_CAUSE_WRONG_ANSWER},
    {"dns",
     "DNS problem: NXDOMAIN looking up A for a.example - check that a "
     "DNS record exists for this domain; DNS problem: NXDOMAIN looking up "
     "AAAA for a.example - check that a DNS record exists for this domain",
     EDGE_CAUSE_NAME_UNKNOWN},
    {"dns",
     "no valid A records found for a.example; no valid AAAA records "
     "found for a.example",
     EDGE_CAUSE_NO_ADDRESS},
    {"dns",
     "DNS problem: SERVFAIL looking up A for a.example - the domain's "
     "nameservers may be malfunctioning",
     EDGE_CAUSE_DNS_FAILURE},
    {"dns",
     "DNS problem: server failure at resolver looking up A for "
     "a.example",
     EDGE_CAUSE_DNS_FAILURE},
    {"dns", "DNS problem: REFUSED looking up AAAA for a.example",
     EDGE_CAUSE_DNS_FAILURE},
    {"dns", "DNS problem: query timed out looking up A for a.example",
     EDGE_CAUSE_DNS_TIMEOUT},
    {"dns", "DNS problem: looking up A for a.example: DNSSEC: Bogus",
     EDGE_CAUSE_DNSSEC},
    {"dns",
     "DNS problem: looking up A for a.example: DNSSEC: Signature "
     "Expired: signature before inception date",
     EDGE_CAUSE_DNSSEC},
    {"dns",
     "DNS problem: looking up A for a.example: Unknown Extended DNS "
     "Error code 1337",
     EDGE_CAUSE_DNS},
    {"dns", "no words that are known", EDGE_CAUSE_DNS},
    {"dns",
     "While processing CAA for a.example: DNS problem: SERVFAIL "
     "looking up CAA for example - the domain's nameservers may be "
     "malfunctioning",
     EDGE_CAUSE_CAA_LOOKUP},
    {"dns",
     "While processing CAA for a.example: DNS problem: looking up CAA "
     "for a.example: DNSSEC: Bogus",
     EDGE_CAUSE_DNSSEC},
    {"caa",
     "While processing CAA for a.example: CAA record for example "
     "prevents issuance",
     EDGE_CAUSE_CAA},
    {"caa",
     "Error finalizing order :: rechecking caa: CAA record for "
     "a.example prevents issuance",
     EDGE_CAUSE_CAA},
    {"dns",
     "192.0.2.7: Fetching http://a.example/: IP address is in a "
     "reserved address block: [RFC1918]: Private-Use",
     EDGE_CAUSE_UNREACHABLE},
    {"rateLimited",
     "too many failed authorizations (5) for \"a.example\" in "
     "the last 1h0m0s, retry after 2026-01-01 00:00:15 UTC: see "
     "https://letsencrypt.org/docs/rate-limits/",
     EDGE_CAUSE_RATE_LIMIT},
    {"rateLimited",
     "Your account is temporarily prevented from requesting "
     "certificates for a.example and possibly others. Please visit: "
     "https://portal.example/sfe/v1/unpause?jwt=x.y.z",
     EDGE_CAUSE_PAUSED},
    {"rateLimited",
     "Your account is temporarily prevented from requesting "
     "certificates for a.example",
     EDGE_CAUSE_PAUSED},
    {"rateLimited", "Service busy; retry later.", EDGE_CAUSE_CA_FAULT},
    {"malformed",
     "Cannot issue for \"a_b.example\": Domain name contains an "
     "invalid character",
     EDGE_CAUSE_NAME_MALFORMED},
    {"malformed", "must agree to terms of service", EDGE_CAUSE_TERMS_MISSING},
    {"malformed", "JWS verification error", EDGE_CAUSE_MALFORMED},
    {"unauthorized", "Account is not valid, has status \"deactivated\"",
     EDGE_CAUSE_ACCOUNT_CLOSED},
    {"unauthorized",
     "account ID 7 is not permitted to use certificate "
     "profile \"x\"",
     EDGE_CAUSE_PROFILE_REFUSED},
    {"unauthorized", "something else", EDGE_CAUSE_UNAUTHORIZED},
    {"rejectedIdentifier",
     "The ACME server refuses to issue a certificate "
     "for this domain name, because it is forbidden by policy",
     EDGE_CAUSE_NAME_REFUSED},
    {"serverInternal", "Error creating new order: deadline exceeded",
     EDGE_CAUSE_CA_FAULT},
    {"externalAccountRequired", "no binding", EDGE_CAUSE_EXTERNAL_ACCOUNT},
    {"userActionRequired", "Terms of service have changed",
     EDGE_CAUSE_TERMS_CHANGED},
    {"userActionRequired", "Pay your bill", EDGE_CAUSE_USER_ACTION},
    {"userActionRequired", "The account is paused", EDGE_CAUSE_PAUSED},
    {"newKindOfError", "words", EDGE_CAUSE_OTHER},
};

/* As Pebble does, in the words of Go. */
static const wording_t pebble[] = {
    {"connection",
     "Get \"http://a.example:5002/" AT "\": dial tcp "
     "192.0.2.7:5002: connect: connection refused",
     EDGE_CAUSE_CONNECTION_REFUSED},
    {"connection",
     "Get \"http://a.example:5002/" AT "\": dial tcp "
     "[::1]:5002: connect: connection refused",
     EDGE_CAUSE_IPV6},
    {"connection",
     "Get \"http://a.example:5002/" AT "\": dial tcp "
     "192.0.2.7:5002: i/o timeout (Client.Timeout exceeded while awaiting "
     "headers)",
     EDGE_CAUSE_CONNECT_TIMEOUT},
    {"connection",
     "Get \"http://a.example:5002/" AT "\": net/http: request "
     "canceled while waiting for connection (Client.Timeout exceeded while "
     "awaiting headers)",
     EDGE_CAUSE_CONNECT_TIMEOUT},
    {"connection",
     "Get \"http://a.example:5002/" AT "\": context deadline "
     "exceeded (Client.Timeout exceeded while awaiting headers)",
     EDGE_CAUSE_CONNECT_TIMEOUT},
    {"connection",
     "Get \"http://a.example:5002/" AT "\": dial tcp "
     "192.0.2.7:5002: connect: no route to host",
     EDGE_CAUSE_UNREACHABLE},
    {"connection", "Get \"http://a.example:5002/" AT "\": EOF",
     EDGE_CAUSE_CONNECTION_RESET},
    {"connection",
     "Get \"http://a.example:5002/" AT "\": read tcp "
     "192.0.2.1:4->192.0.2.7:5002: read: connection reset by peer",
     EDGE_CAUSE_CONNECTION_RESET},
    {"connection",
     "Get \"http://a.example:5002/" AT "\": net/http: HTTP/1.x "
     "transport connection broken: malformed HTTP response \"\\x15\"",
     EDGE_CAUSE_NOT_HTTP},
    {"connection", "Get \"/loop\": stopped after 10 redirects",
     EDGE_CAUSE_REDIRECT_LOOP},
    {"connection",
     "Get \"gopher://a.example\": unsupported protocol scheme "
     "\"gopher\"",
     EDGE_CAUSE_REDIRECT_TARGET},
    {"connection",
     "Get \"http://b.example/" AT "\": dial tcp 192.0.2.9:80: "
     "connect: connection refused",
     EDGE_CAUSE_REDIRECT_HOST},
    {"connection",
     "Get \"http://a.example:5002/" AT "\": error occurred "
     "while resolving URL \"http://a.example:5002/" AT "\": lookup a.example "
     "on 127.0.0.1:53: no such host",
     EDGE_CAUSE_NAME_UNKNOWN},
    {"connection",
     "Get \"http://a.example:5002/" AT "\": error occurred "
     "while resolving URL \"http://a.example:5002/" AT "\": read udp "
     "127.0.0.1:4->127.0.0.1:53: i/o timeout",
     EDGE_CAUSE_DNS_TIMEOUT},
    {"connection",
     "Get \"http://a.example:5002/" AT "\": error occurred "
     "while resolving URL \"http://a.example:5002/" AT "\": words",
     EDGE_CAUSE_DNS},
    {"connection",
     "Get \"http://a.example:5002/" AT "\": could not resolve "
     "URL \"http://a.example:5002/" AT "\"",
     EDGE_CAUSE_NO_ADDRESS},
    {"unauthorized",
     "Non-200 status code from HTTP: http://a.example:5002/" AT
     " returned 404",
     EDGE_CAUSE_ANSWER_404},
    {"unauthorized",
     "Non-200 status code from HTTP: http://a.example:5002/" AT
     " returned 502",
     EDGE_CAUSE_ANSWER_5XX},
    {"unauthorized",
     "The key authorization file from the server did not "
     "match this challenge \"a\" != \"connection refused\"",
     EDGE_CAUSE_WRONG_ANSWER},
    {"unauthorized", "Account has been deactivated",
     EDGE_CAUSE_ACCOUNT_CLOSED},
    {"malformed",
     "Order included DNS identifier with a value containing an "
     "illegal character: '_'",
     EDGE_CAUSE_NAME_MALFORMED},
    {"userActionRequired",
     "Provided account did not agree to the terms of "
     "service",
     EDGE_CAUSE_TERMS_CHANGED},
};

static void check(const wording_t *one)
{
    const acme_problem_t *problem = t_problem(one->type, one->detail);
    edge_cause_t cause = edge_explain_problem(problem, "a.example");

    ck_assert_msg(cause == one->cause, "\"%s\" is %s, not %s", one->detail,
                  edge_cause_word(cause), edge_cause_word(one->cause));
}

START_TEST(test_boulder)
{
    check(&boulder[_i]);
}
END_TEST

START_TEST(test_pebble)
{
    check(&pebble[_i]);
}
END_TEST

Suite *suite_edge_explain_words(void)
{
    Suite *suite = suite_create("edge_explain_words");
    TCase *tc = tcase_create("words");

    tcase_add_checked_fixture(tc, t_setup, t_teardown);
    tcase_add_loop_test(tc, test_boulder, 0,
                        sizeof(boulder) / sizeof(boulder[0]));
    tcase_add_loop_test(tc, test_pebble, 0,
                        sizeof(pebble) / sizeof(pebble[0]));
    suite_add_tcase(suite, tc);
    return suite;
}
