#include "ae_address.h"
#include "edge_caa.h"
#include "net_dns.h"
#include "net_look_own.h"
#include "net_probe.h"

#include <apr_strings.h>
#include <string.h>

#define TIMEOUT apr_time_from_sec(10)

/* --- port 80 ------------------------------------------------------------ */

/* Where somebody is asked, and what mends it there. */
typedef struct target_t {
    const char *name;
    edge_peer_t at;
    const char *about;
    const char *remedy;
} target_t;

static const char at_address[] =
    "let port 80 of this address lead to this httpd, or take the address out "
    "of the DNS; the answer must come from here";

static const char at_itself[] = "let port 80 of this address lead to this "
                                "httpd; the answer must come from "
                                "here";

static const char at_peer[] =
    "let httpd run there with this module and the same ACMEChallengeStore, or "
    "take the server out of ACMEClusterPeers and out of the DNS";

static int is_ours(const edge_sight_t *answer, const edge_probe_t *probe)
{
    return answer->code == 200 &&
           edge_challenge_is_answered(answer->body, probe->answer);
}

static void judge(json_t *rows, const target_t *target,
                  const edge_sight_t *answer, const net_look_t *look,
                  apr_pool_t *p)
{
    const char *found;

    if (is_ours(answer, look->probe)) {
        edge_rows_add(rows, EDGE_ROW_PASSED, target->about,
                      answer->redirects == 0
                          ? "this server answers"
                          : apr_psprintf(p,
                                         "this server answers, after %u "
                                         "redirects, at %s",
                                         answer->redirects, answer->url),
                      "");
        return;
    }
    found = answer->code == 200
                ? apr_psprintf(p, "%s is answered, but not by this server",
                               answer->url)
                : apr_psprintf(p, "%s is answered with status %d", answer->url,
                               answer->code);
    edge_rows_add(rows, EDGE_ROW_FAILED, target->about, found, target->remedy);
}

static void look_at(json_t *rows, const target_t *target,
                    const net_look_t *look, apr_pool_t *p)
{
    edge_sight_t answer;
    ae_error_t err;

    if (net_look_is_late(rows, target->about, look)) {
        return;
    }
    if (look->probe == NULL) {
        edge_rows_add(rows, EDGE_ROW_OPEN, target->about,
                      "without a worker nobody answers for it", "");
    } else if (net_probe_get(&answer,
                             apr_pstrcat(p, "http://",
                                         ae_address_host(target->name, p),
                                         EDGE_CHALLENGE_PREFIX,
                                         look->probe->token, NULL),
                             &target->at, net_look_left(look, TIMEOUT), &err,
                             p) == APR_SUCCESS) {
        judge(rows, target, &answer, look, p);
    } else if (err.status == AE_EMISMATCH) {
        edge_rows_add_error(rows, EDGE_ROW_FAILED, target->about, &err,
                            "let what begins with " EDGE_CHALLENGE_PREFIX
                            " be answered there, or redirect it to port 80 or "
                            "443 of a name",
                            p);
    } else if (look->opens_port && APR_STATUS_IS_ECONNREFUSED(err.status)) {
        edge_rows_add(rows, EDGE_ROW_OPEN, target->about,
                      "it is closed, and httpd opens it when a CA is to look "
                      "(ACMEChallengePort)",
                      "");
    } else {
        edge_rows_add_error(rows, EDGE_ROW_FAILED, target->about, &err,
                            target->remedy, p);
    }
}

static void look_at_address(json_t *rows, const char *name,
                            const char *address, const net_look_t *look,
                            apr_pool_t *p)
{
    const target_t target = {
        .name = name,
        .at = {address, EDGE_HTTP_PORT},
        .about = apr_psprintf(p, "port 80 of %s at %s", name, address),
        .remedy = at_address,
    };

    look_at(rows, &target, look, p);
}

/* RFC 8738: an address is in no zone. */
static void look_at_itself(json_t *rows, const char *address,
                           const net_look_t *look, apr_pool_t *p)
{
    const target_t target = {
        .name = address,
        .at = {address, EDGE_HTTP_PORT},
        .about = apr_psprintf(p, "port 80 of %s", address),
        .remedy = at_itself,
    };

    look_at(rows, &target, look, p);
}

static void look_at_peers(json_t *rows, const char *name,
                          const apr_array_header_t *peers,
                          const net_look_t *look, apr_pool_t *p)
{
    int i;

    for (i = 0; peers && i < peers->nelts; i++) {
        const edge_peer_t *peer = &APR_ARRAY_IDX(peers, i, edge_peer_t);
        const target_t target = {
            .name = name,
            .at = *peer,
            .about = apr_psprintf(p, "port %u of %s at the peer %s",
                                  peer->port, name, peer->address),
            .remedy = at_peer,
        };

        look_at(rows, &target, look, p);
    }
}

/* But for those of peers. */
static void look_at_addresses(json_t *rows, const char *name,
                              const apr_array_header_t *peers,
                              const net_look_t *look, apr_pool_t *p)
{
    const char *about = apr_psprintf(p, "DNS of %s", name);
    const apr_array_header_t *addresses;
    ae_error_t err;
    int i;

    if (net_look_is_late(rows, about, look)) {
        return;
    }
    if (net_dns_addresses(&addresses, name, &err, p) != APR_SUCCESS) {
        edge_rows_add_error(
            rows, EDGE_ROW_FAILED, about, &err,
            "give the name an A or AAAA record with an address "
            "of this server",
            p);
        return;
    }
    edge_rows_add(rows, EDGE_ROW_PASSED, about,
                  apr_array_pstrcat(p, addresses, ' '), "");
    for (i = 0; i < addresses->nelts; i++) {
        const edge_peer_t at = {APR_ARRAY_IDX(addresses, i, const char *),
                                EDGE_HTTP_PORT};

        if (!edge_peer_is_among(peers, &at)) {
            look_at_address(rows, name, at.address, look, p);
        }
    }
}

/* --- CAA ---------------------------------------------------------------- */

static void judge_ca(json_t *rows, const char *name,
                     const apr_array_header_t *records, const char *where,
                     const net_look_ca_t *ca, apr_pool_t *p)
{
    static const edge_row_result_t results[] = {
        [EDGE_CAA_ALLOWED] = EDGE_ROW_PASSED,
        [EDGE_CAA_FORBIDDEN] = EDGE_ROW_FAILED,
        [EDGE_CAA_UNKNOWN] = EDGE_ROW_OPEN,
    };
    const char *why;
    edge_caa_verdict_t verdict =
        edge_caa_judge(records, ca->identities, &why, p);
    const char *identity = ca->identities->nelts
                               ? APR_ARRAY_IDX(ca->identities, 0, const char *)
                               : "the CA's name";

    edge_rows_add(
        rows, results[verdict],
        apr_psprintf(p, "CAA of %s for %s", name, ca->provider->name),
        where ? apr_psprintf(p, "at %s %s", where, why) : why,
        verdict == EDGE_CAA_FORBIDDEN
            ? apr_psprintf(p, "add to %s: CAA 0 issue \"%s\"", where, identity)
        : verdict == EDGE_CAA_UNKNOWN
            ? "see in the CA's practice statement whether that is its name"
            : "");
}

static void look_at_caa(json_t *rows, const char *name,
                        const apr_array_header_t *cas, const net_look_t *look,
                        apr_pool_t *p)
{
    const char *about = apr_psprintf(p, "CAA of %s", name);
    apr_array_header_t *records;
    const char *where;
    ae_error_t err;
    int i;

    if (net_look_is_late(rows, about, look)) {
        return;
    }
    if (net_dns_caa(&records, &where, name, &err, p) != APR_SUCCESS) {
        edge_rows_add_error(rows, EDGE_ROW_FAILED, about, &err,
                            "see to the domain's name servers: without their "
                            "word no CA may issue",
                            p);
        return;
    }
    for (i = 0; i < cas->nelts; i++) {
        judge_ca(rows, name, records, where,
                 APR_ARRAY_IDX(cas, i, const net_look_ca_t *), p);
    }
}

void net_look_at_name(json_t *rows, const char *name,
                      const apr_array_header_t *peers,
                      const apr_array_header_t *cas, const net_look_t *look,
                      apr_pool_t *p)
{
    if (ae_address_is(name)) {
        look_at_itself(rows, name, look, p);
        look_at_peers(rows, name, peers, look, p);
        return;
    }
    look_at_addresses(rows, name, peers, look, p);
    look_at_peers(rows, name, peers, look, p);
    look_at_caa(rows, name, cas, look, p);
}
