#include "edge_peer.h"

#include <apr_lib.h>
#include <apr_strings.h>
#include <assert.h>
#include <stdlib.h>
#include <string.h>

/* Of an IPv6 address with an IPv4 one behind, and a scope. */
#define ADDRESS_MAX 64
#define PORT_MAX 65535

static const char *const words[] = {
    [EDGE_PROBING_OFF] = "off",
    [EDGE_PROBING_ADVISORY] = "advisory",
    [EDGE_PROBING_REQUIRED] = "required",
};
static_assert(sizeof(words) / sizeof(words[0]) == EDGE_PROBINGS,
              "each has a word");

const char *edge_probing_word(edge_probing_t probing)
{
    return words[probing];
}

int edge_probing_find(edge_probing_t *probing, const char *word)
{
    int i;

    for (i = 0; i < EDGE_PROBINGS; i++) {
        if (strcmp(words[i], word) == 0) {
            *probing = (edge_probing_t)i;
            return 1;
        }
    }
    return 0;
}

/* --- addresses ----------------------------------------------------------- */

static const char *skip_number(const char *text)
{
    apr_size_t len = strspn(text, "0123456789");
    int is_good = len >= 1 && len <= 3 && (len == 1 || text[0] != '0') &&
                  atoi(text) <= 255;

    return is_good ? text + len : NULL;
}

static int is_v4(const char *text)
{
    int i;

    for (i = 0; text != NULL && i < 4; i++) {
        if (i > 0 && *text++ != '.') {
            return 0;
        }
        text = skip_number(text);
    }
    return text != NULL && *text == '\0';
}

/* How many groups of an IPv6 address the text has, and nothing else; -1: it
 * has something else (RFC 4291 section 2.2). The last may be an IPv4 address,
 * which takes the place of two. */
static int count_groups(const char *text, int may_end_v4)
{
    int groups = 0;

    while (*text != '\0') {
        apr_size_t len = strspn(text, "0123456789abcdef");

        if (may_end_v4 && text[len] == '.') {
            return is_v4(text) ? groups + 2 : -1;
        }
        if (len < 1 || len > 4 || (text[len] != ':' && text[len] != '\0')) {
            return -1;
        }
        groups++;
        text += len;
        if (*text == ':' && *++text == '\0') {
            return -1;
        }
    }
    return groups;
}

static int is_v6(const char *text, apr_pool_t *p)
{
    const char *gap = strstr(text, "::");
    int before, behind;

    if (gap == NULL) {
        return count_groups(text, 1) == 8;
    }
    before =
        count_groups(apr_pstrmemdup(p, text, (apr_size_t)(gap - text)), 0);
    behind = count_groups(gap + 2, 1);
    return before >= 0 && behind >= 0 && before + behind <= 7;
}

static int is_address(const char *text, apr_pool_t *p)
{
    return strlen(text) <= ADDRESS_MAX && (is_v4(text) || is_v6(text, p));
}

/* --- what is configured -------------------------------------------------- */

static int take_port(unsigned *port, const char *text)
{
    apr_size_t len = strlen(text);

    if (len == 0 || len > 5 || strspn(text, "0123456789") != len) {
        return 0;
    }
    *port = (unsigned)atoi(text);
    return *port >= 1 && *port <= PORT_MAX;
}

static const char *lower(const char *text, apr_pool_t *p)
{
    char *copy = apr_pstrdup(p, text);
    char *c;

    for (c = copy; *c != '\0'; c++) {
        *c = (char)apr_tolower(*c);
    }
    return copy;
}

/* "[address]", and what may stand behind. */
static int take_bracketed(edge_peer_t *peer, const char *text, apr_pool_t *p)
{
    const char *end = strchr(text, ']');

    if (end == NULL) {
        return 0;
    }
    peer->address = apr_pstrmemdup(p, text + 1, (apr_size_t)(end - text - 1));
    return strchr(peer->address, ':') != NULL &&
           (end[1] == '\0' ||
            (end[1] == ':' && take_port(&peer->port, end + 2)));
}

static int take(edge_peer_t *peer, const char *text, apr_pool_t *p)
{
    const char *colon = strchr(text, ':');

    peer->port = EDGE_HTTP_PORT;
    if (text[0] == '[') {
        return take_bracketed(peer, text, p);
    }
    if (colon == NULL || strchr(colon + 1, ':') != NULL) {
        peer->address = apr_pstrdup(p, text);
        return 1;
    }
    peer->address = apr_pstrmemdup(p, text, (apr_size_t)(colon - text));
    return take_port(&peer->port, colon + 1);
}

apr_status_t edge_peer_parse(edge_peer_t *peer, const char *text,
                             ae_error_t *err, apr_pool_t *p)
{
    if (take(peer, lower(text, p), p) && is_address(peer->address, p)) {
        return APR_SUCCESS;
    }
    ae_error_set(err, AE_EFORMAT, "\"%.100s\" is not the address of a server",
                 text);
    ae_error_why(err, "it is neither an IPv4 nor an IPv6 address, with or "
                      "without a port");
    return ae_error_next(err, "write it like 192.0.2.1, 192.0.2.1:8080, "
                              "2001:db8::1 or [2001:db8::1]:8080");
}

static int is_listed(const apr_array_header_t *peers, const edge_peer_t *peer)
{
    int i;

    for (i = 0; i < peers->nelts; i++) {
        const edge_peer_t *other = &APR_ARRAY_IDX(peers, i, edge_peer_t);

        if (other->port == peer->port &&
            strcmp(other->address, peer->address) == 0) {
            return 1;
        }
    }
    return 0;
}

apr_status_t edge_peers_parse(const apr_array_header_t **peers,
                              const apr_array_header_t *texts, ae_error_t *err,
                              apr_pool_t *p)
{
    apr_array_header_t *list =
        apr_array_make(p, texts->nelts, sizeof(edge_peer_t));
    int i;

    for (i = 0; i < texts->nelts; i++) {
        const char *text = APR_ARRAY_IDX(texts, i, const char *);
        edge_peer_t peer;
        apr_status_t status = edge_peer_parse(&peer, text, err, p);

        if (status != APR_SUCCESS) {
            return status;
        }
        if (is_listed(list, &peer)) {
            ae_error_set(err, AE_EFORMAT, "%.100s is named twice", text);
            return ae_error_next(err, "write it once");
        }
        APR_ARRAY_PUSH(list, edge_peer_t) = peer;
    }
    *peers = list;
    return APR_SUCCESS;
}

const char *edge_peer_print(const edge_peer_t *peer, apr_pool_t *p)
{
    if (peer->port == EDGE_HTTP_PORT) {
        return apr_pstrdup(p, peer->address);
    }
    return strchr(peer->address, ':') != NULL
               ? apr_psprintf(p, "[%s]:%u", peer->address, peer->port)
               : apr_psprintf(p, "%s:%u", peer->address, peer->port);
}
