#include "edge_peer.h"

#include "ae_address.h"

#include <apr_strings.h>
#include <assert.h>
#include <stdlib.h>
#include <string.h>

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

/* In its one spelling. */
static int take_address(edge_peer_t *peer, const char *text, apr_pool_t *p)
{
    ae_address_t address;

    if (!ae_address_read(&address, text)) {
        return 0;
    }
    peer->address = ae_address_print(&address, p);
    return 1;
}

/* "[address]", and what may stand behind. */
static int take_bracketed(edge_peer_t *peer, const char *text, apr_pool_t *p)
{
    const char *end = strchr(text, ']');
    const char *inside;

    if (end == NULL) {
        return 0;
    }
    inside = apr_pstrmemdup(p, text + 1, (apr_size_t)(end - text - 1));
    return strchr(inside, ':') != NULL && take_address(peer, inside, p) &&
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
        return take_address(peer, text, p);
    }
    return take_address(
               peer, apr_pstrmemdup(p, text, (apr_size_t)(colon - text)), p) &&
           take_port(&peer->port, colon + 1);
}

apr_status_t edge_peer_parse(edge_peer_t *peer, const char *text,
                             ae_error_t *err, apr_pool_t *p)
{
    if (take(peer, text, p)) {
        return APR_SUCCESS;
    }
    ae_error_set(err, AE_EFORMAT, "\"%.100s\" is not the address of a server",
                 text);
    ae_error_why(err, "it is neither an IPv4 nor an IPv6 address, with or "
                      "without a port");
    return ae_error_next(err, "write it like 192.0.2.1, 192.0.2.1:8080, "
                              "2001:db8::1 or [2001:db8::1]:8080");
}

int edge_peer_is_among(const apr_array_header_t *peers,
                       const edge_peer_t *peer)
{
    int i;

    for (i = 0; peers != NULL && i < peers->nelts; i++) {
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

    if (texts->nelts > EDGE_PEERS_MAX) {
        ae_error_set(err, AE_ETOOBIG, "%d servers are too many", texts->nelts);
        return ae_error_next(err, "name %d at most", EDGE_PEERS_MAX);
    }
    for (i = 0; i < texts->nelts; i++) {
        const char *text = APR_ARRAY_IDX(texts, i, const char *);
        edge_peer_t peer;
        apr_status_t status = edge_peer_parse(&peer, text, err, p);

        if (status != APR_SUCCESS) {
            return status;
        }
        if (edge_peer_is_among(list, &peer)) {
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
    return apr_psprintf(p, "%s:%u", ae_address_host(peer->address, p),
                        peer->port);
}
