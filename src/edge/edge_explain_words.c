#include "edge_explain_own.h"

#include <apr_strings.h>
#include <string.h>
#include <strings.h>

/* The CA's words are cut at 1024 bytes where they are read. */
#define TEXT_SIZE 2048

/* How Boulder begins where only some of its places failed. */
#define SECONDARY "During secondary validation: "

/* What Boulder says before an URL that it fetched, and Pebble, whose words
 * are those of Go's HTTP client. */
static const char *const fetched[] = {"Fetching ", "response from ", "Get \"",
                                      "from HTTP: ", "resolving URL \""};

/* Both must be in the words; the second may be NULL. The first rule that fits
 * decides, so what is more special comes first. */
typedef struct rule_t {
    edge_cause_t cause;
    const char *first;
    const char *second;
} rule_t;

static const rule_t redirect_rules[] = {
    {EDGE_CAUSE_REDIRECT_PORT, "Invalid port in redirect", NULL},
    {EDGE_CAUSE_REDIRECT_TARGET, "in redirect target", NULL},
    {EDGE_CAUSE_REDIRECT_TARGET, "empty host in redirect", NULL},
    {EDGE_CAUSE_REDIRECT_TARGET, "disallowed redirect", NULL},
    {EDGE_CAUSE_REDIRECT_TARGET, "Redirect target too long", NULL},
    {EDGE_CAUSE_REDIRECT_TARGET, "unsupported protocol scheme", NULL},
    {EDGE_CAUSE_REDIRECT_LOOP, "Redirect loop", NULL},
    {EDGE_CAUSE_REDIRECT_LOOP, "Too many redirects", NULL},
    {EDGE_CAUSE_REDIRECT_LOOP, "stopped after", "redirects"},
};

static const rule_t dns_rules[] = {
    {EDGE_CAUSE_DNSSEC, "DNSSEC", NULL},
    {EDGE_CAUSE_CAA_LOOKUP, "looking up CAA", NULL},
    {EDGE_CAUSE_CAA, "prevents issuance", NULL},
    {EDGE_CAUSE_NAME_UNKNOWN, "NXDOMAIN", NULL},
    {EDGE_CAUSE_NAME_UNKNOWN, "no such host", NULL},
    {EDGE_CAUSE_NAME_UNKNOWN, "unsuccessful response: 3", NULL},
    {EDGE_CAUSE_UNREACHABLE, "reserved address block", NULL},
    {EDGE_CAUSE_NO_ADDRESS, "no valid A", "records"},
    {EDGE_CAUSE_NO_ADDRESS, "No valid IP addresses", NULL},
    {EDGE_CAUSE_NO_ADDRESS, "No IP addresses found", NULL},
    {EDGE_CAUSE_NO_ADDRESS, "has no IP", "addresses"},
    {EDGE_CAUSE_NO_ADDRESS, "could not resolve URL", NULL},
    {EDGE_CAUSE_DNS_TIMEOUT, "query timed out", NULL},
    {EDGE_CAUSE_DNS_TIMEOUT, "resolving URL", "timeout"},
    {EDGE_CAUSE_DNS_TIMEOUT, "resolving URL", "deadline exceeded"},
    {EDGE_CAUSE_DNS_TIMEOUT, "lookup ", "i/o timeout"},
    {EDGE_CAUSE_DNS_FAILURE, "SERVFAIL", NULL},
    {EDGE_CAUSE_DNS_FAILURE, "DNS problem: REFUSED", NULL},
    {EDGE_CAUSE_DNS_FAILURE, "DNS problem: FORMERR", NULL},
    {EDGE_CAUSE_DNS_FAILURE, "DNS problem: networking error", NULL},
    {EDGE_CAUSE_DNS_FAILURE, "server failure at resolver", NULL},
    {EDGE_CAUSE_DNS_FAILURE, "server misbehaving", NULL},
    {EDGE_CAUSE_DNS_FAILURE, "unsuccessful response: 2", NULL},
    {EDGE_CAUSE_DNS_FAILURE, "unsuccessful response: 5", NULL},
    {EDGE_CAUSE_DNS, "DNS problem", NULL},
    {EDGE_CAUSE_DNS, "resolving URL", NULL},
    {EDGE_CAUSE_DNS, "unsuccessful response: ", NULL},
};

static const rule_t wire_rules[] = {
    {EDGE_CAUSE_CONNECTION_REFUSED, "connection refused", NULL},
    {EDGE_CAUSE_UNREACHABLE, "no route to host", NULL},
    {EDGE_CAUSE_UNREACHABLE, "network unreachable", NULL},
    {EDGE_CAUSE_UNREACHABLE, "network is unreachable", NULL},
    {EDGE_CAUSE_TLS, "TLSv1.2 or better", NULL},
    {EDGE_CAUSE_TLS, "speaks HTTP, not TLS", NULL},
    {EDGE_CAUSE_TLS, "HTTP response to HTTPS client", NULL},
    {EDGE_CAUSE_TLS, "tls: ", NULL},
    {EDGE_CAUSE_TLS, "x509: ", NULL},
    {EDGE_CAUSE_NOT_HTTP, "malformed HTTP", NULL},
    {EDGE_CAUSE_NOT_HTTP, "HTTP/2 over HTTP", NULL},
    {EDGE_CAUSE_CONNECTION_RESET, "reset by peer", NULL},
    {EDGE_CAUSE_CONNECTION_RESET, "unexpected EOF", NULL},
    {EDGE_CAUSE_CONNECTION_RESET, ": EOF", NULL},
    {EDGE_CAUSE_CONNECT_TIMEOUT, "Timeout during connect", NULL},
    {EDGE_CAUSE_CONNECT_TIMEOUT, "Timeout during dial", NULL},
    {EDGE_CAUSE_CONNECT_TIMEOUT, "dial tcp", "timeout"},
    {EDGE_CAUSE_CONNECT_TIMEOUT, "connection timed out", NULL},
    {EDGE_CAUSE_CONNECT_TIMEOUT, "waiting for connection", NULL},
    /* Go says no more than that; it seldom was connected. */
    {EDGE_CAUSE_CONNECT_TIMEOUT, "Client.Timeout", NULL},
    {EDGE_CAUSE_ANSWER_TIMEOUT, "Timeout during", NULL},
    {EDGE_CAUSE_ANSWER_TIMEOUT, "Timeout after connect", NULL},
    {EDGE_CAUSE_ANSWER_TIMEOUT, "deadline exceeded", NULL},
    {EDGE_CAUSE_ANSWER_TIMEOUT, "i/o timeout", NULL},
};

static const rule_t answer_rules[] = {
    {EDGE_CAUSE_WRONG_ANSWER, "did not match this challenge", NULL},
    {EDGE_CAUSE_WRONG_ANSWER, "Invalid response from", NULL},
};

static const rule_t account_rules[] = {
    {EDGE_CAUSE_ACCOUNT_CLOSED, "account", "deactivated"},
    {EDGE_CAUSE_ACCOUNT_CLOSED, "account", "revoked"},
    {EDGE_CAUSE_PROFILE_REFUSED, "certificate profile", NULL},
};

static const rule_t name_rules[] = {
    {EDGE_CAUSE_TERMS_MISSING, "agree", "terms of service"},
    {EDGE_CAUSE_NAME_MALFORMED, "Domain name", NULL},
    {EDGE_CAUSE_NAME_MALFORMED, "Domain has a label", NULL},
    {EDGE_CAUSE_NAME_MALFORMED, "DNS identifier", NULL},
};

static const rule_t person_rules[] = {
    {EDGE_CAUSE_TERMS_CHANGED, "terms", NULL},
    {EDGE_CAUSE_TERMS_CHANGED, "subscriber agreement", NULL},
    {EDGE_CAUSE_PAUSED, "paused", NULL},
    {EDGE_CAUSE_PAUSED, "temporarily prevented", NULL},
};

static const rule_t limit_rules[] = {
    {EDGE_CAUSE_PAUSED, "temporarily prevented", NULL},
    {EDGE_CAUSE_CA_FAULT, "service busy", NULL},
};

#define RULES(list) list, sizeof(list) / sizeof(list[0])

/* Letters of either case; not of the locale, as httpd sets none. */
static const char *find(const char *text, const char *words)
{
    size_t len = strlen(words);

    for (; *text != '\0'; text++) {
        if (strncasecmp(text, words, len) == 0) {
            return text;
        }
    }
    return NULL;
}

static edge_cause_t match(const char *text, const rule_t *rules, size_t count)
{
    size_t i;

    for (i = 0; i < count; i++) {
        if (find(text, rules[i].first) != NULL &&
            (rules[i].second == NULL || find(text, rules[i].second) != NULL)) {
            return rules[i].cause;
        }
    }
    return EDGE_CAUSE_NONE;
}

/* The host of the URL that the CA asked last, where it says so. */
static const char *find_host(size_t *len, const char *text)
{
    size_t i;

    for (i = 0; i < sizeof(fetched) / sizeof(fetched[0]); i++) {
        const char *at = find(text, fetched[i]);

        at = at != NULL ? at + strlen(fetched[i]) : "";
        if (strncasecmp(at, "http", 4) == 0 &&
            (strncmp(at + 4, "://", 3) == 0 ||
             strncmp(at + 4, "s://", 4) == 0)) {
            at = strstr(at, "://") + 3;
            *len =
                *at == '[' ? strcspn(at, "]/ ") + 1 : strcspn(at, ":/?#\" ");
            return at;
        }
    }
    return NULL;
}

static int is_elsewhere(const char *text, const char *name)
{
    size_t len;
    const char *host = find_host(&len, text);

    return host != NULL && name != NULL &&
           (len != strlen(name) || strncasecmp(host, name, len) != 0);
}

/* "2001:db8::1" and what ends it; an IPv4 address has no colon. */
static int is_ipv6(const char *text, const char *end)
{
    size_t len = strspn(text, "0123456789abcdefABCDEF:.");
    size_t colons = 0;
    size_t i;

    /* Boulder's "2001:db8::1: " runs on into its colon. */
    if (len > 0 && text[len - 1] == ':' && end[0] == ':') {
        len--;
    }
    for (i = 0; i < len; i++) {
        colons += text[i] == ':';
    }
    return colons >= 2 && strncmp(text + len, end, strlen(end)) == 0;
}

/* Boulder begins with the address, older ones and Go have it in brackets. Of
 * Go's two the second is the other end. */
static int asked_ipv6(const char *text)
{
    const char *at = text;

    if (is_ipv6(text, ": ")) {
        return 1;
    }
    while ((at = strchr(at, '[')) != NULL) {
        at++;
        if (is_ipv6(at, "]")) {
            return 1;
        }
    }
    return 0;
}

static edge_cause_t cause_of_status(int status)
{
    switch (status) {
    case 403:
        return EDGE_CAUSE_ANSWER_403;
    case 404:
    case 410:
        return EDGE_CAUSE_ANSWER_404;
    default:
        return status >= 500 ? EDGE_CAUSE_ANSWER_5XX
                             : EDGE_CAUSE_ANSWER_STATUS;
    }
}

/* "...: 404" and "... returned 404". */
static edge_cause_t read_status(const char *text)
{
    size_t len = strlen(text);
    const char *end = len >= 4 ? text + len - 4 : "";
    int number = 0;
    int i;

    if (find(text, "Invalid response from") == NULL &&
        find(text, "Non-200 status code") == NULL) {
        return EDGE_CAUSE_NONE;
    }
    if (*end != ' ' || strspn(end + 1, "0123456789") != 3) {
        return EDGE_CAUSE_NONE;
    }
    for (i = 1; i <= 3; i++) {
        number = number * 10 + (end[i] - '0');
    }
    return number >= 100 ? cause_of_status(number) : EDGE_CAUSE_NONE;
}

/* What a server said is quoted behind these, and may hold any words. */
static void drop_quotation(char *text)
{
    const char *answer = find(text, "Invalid response from");
    const char *other = find(text, "did not match this challenge");

    if (other != NULL) {
        text[other - text + strlen("did not match this challenge")] = '\0';
    }
    if (answer != NULL && strchr(answer, '"') != NULL) {
        text[strchr(answer, '"') - text] = '\0';
    }
}

static edge_cause_t look(const char *text, const char *name)
{
    edge_cause_t cause = match(text, RULES(redirect_rules));

    if (cause != EDGE_CAUSE_NONE) {
        return cause;
    }
    if (is_elsewhere(text, name)) {
        return EDGE_CAUSE_REDIRECT_HOST;
    }
    cause = match(text, RULES(dns_rules));
    if (cause != EDGE_CAUSE_NONE) {
        return cause;
    }
    if (asked_ipv6(text)) {
        return EDGE_CAUSE_IPV6;
    }
    cause = read_status(text);
    if (cause == EDGE_CAUSE_NONE) {
        cause = match(text, RULES(wire_rules));
    }
    return cause != EDGE_CAUSE_NONE ? cause : match(text, RULES(answer_rules));
}

/* These are the same wherever the CA looks from. */
static int is_everywhere(edge_cause_t cause)
{
    return cause == EDGE_CAUSE_NONE || cause == EDGE_CAUSE_CAA ||
           cause == EDGE_CAUSE_IPV6 || cause == EDGE_CAUSE_REDIRECT_PORT ||
           cause == EDGE_CAUSE_REDIRECT_TARGET;
}

edge_cause_t edge_words_of_validation(const char *words, const char *name)
{
    char text[TEXT_SIZE];
    const char *begin = text;
    edge_cause_t cause;

    apr_cpystrn(text, words, sizeof(text));
    drop_quotation(text);
    if (strncasecmp(text, SECONDARY, sizeof(SECONDARY) - 1) == 0) {
        begin = text + sizeof(SECONDARY) - 1;
    }
    cause = look(begin, name);
    return begin != text && !is_everywhere(cause) ? EDGE_CAUSE_SECONDARY
                                                  : cause;
}

edge_cause_t edge_words_of_account(const char *words)
{
    return match(words, RULES(account_rules));
}

edge_cause_t edge_words_of_name(const char *words)
{
    return match(words, RULES(name_rules));
}

edge_cause_t edge_words_of_person(const char *words)
{
    return match(words, RULES(person_rules));
}

edge_cause_t edge_words_of_limit(const char *words)
{
    return match(words, RULES(limit_rules));
}
