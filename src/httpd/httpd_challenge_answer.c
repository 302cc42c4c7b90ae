#include "httpd_challenge_own.h"

#include "net_clock.h"

#include <http_protocol.h>
#include <http_ssl.h>
#include <string.h>
#include <unistd.h>

/* A place is free again within a round trip, mostly. */
#define PLACE_WAIT apr_time_from_msec(5)
#define PLACE_PATIENCE apr_time_from_msec(100)

/* httpd has dropped slashes that a path begins with twice. */
static int begins_twice(const request_rec *r)
{
    const char *target = strchr(r->the_request, ' ');

    return target != NULL && strncmp(target, " //", 3) == 0;
}

/* The path as it came over the wire: nothing decoded, nothing merged. */
static const char *asked_token(const request_rec *r)
{
    const char *token;

    if (r->main != NULL || r->prev != NULL || r->method_number != M_GET ||
        r->parsed_uri.path == NULL || r->parsed_uri.query != NULL ||
        r->parsed_uri.fragment != NULL) {
        return NULL;
    }
    token = edge_challenge_token_of(r->parsed_uri.path);
    return token != NULL && !begins_twice(r) ? token : NULL;
}

static int is_answer(const httpd_cache_entry_t *entry, const char *token)
{
    return edge_challenge_answer_valid(token, (const char *)entry->bytes,
                                       entry->len);
}

/* --- what this server published ------------------------------------------ */

static int find_local(httpd_cache_entry_t *entry,
                      const httpd_challenge_t *challenge, const char *token,
                      apr_pool_t *p)
{
    httpd_cache_id_t id;

    if (challenge->local == NULL ||
        !httpd_board_challenge_open(challenge->config.board, apr_time_now())) {
        return 0;
    }
    id = httpd_cache_id(token);
    return httpd_cache_get(entry, challenge->local, &id, p) == APR_SUCCESS &&
           is_answer(entry, token);
}

/* --- what another peer published ----------------------------------------- */

static int enter(edge_pass_t *pass, const httpd_challenge_t *challenge,
                 const request_rec *r)
{
    const apr_sockaddr_t *client = r->useragent_addr;
    apr_time_t now = net_clock_steady();
    apr_time_t end = now + PLACE_PATIENCE;
    edge_toll_answer_t answer =
        edge_toll_enter(challenge->toll, pass, client->ipaddr_ptr,
                        (apr_size_t)client->ipaddr_len, getpid(), now);

    while (answer == EDGE_TOLL_BUSY && now < end) {
        apr_sleep(PLACE_WAIT);
        now = net_clock_steady();
        answer = edge_toll_retry(challenge->toll, pass, getpid(), now);
    }
    return answer == EDGE_TOLL_PASSED;
}

static void tell_failure(const httpd_challenge_t *challenge, apr_status_t rv,
                         apr_pool_t *p)
{
    ae_error_t err;

    if (!edge_toll_tells(challenge->toll, net_clock_steady())) {
        return;
    }
    ae_error_set(&err, rv, "%s", challenge->config.provider);
    ae_error_why_status(&err, rv);
    ae_log(challenge->config.log, AE_LOG_WARNING,
           "AE089: the challenge store does not answer (%s): what other peers "
           "publish is not found here, and after each failure it is left "
           "alone for a second; see that what ACMEChallengeStore names is up "
           "and can be reached from here",
           ae_error_line(&err, p));
}

/* What is there and is too long is none of ours: the store works. */
static edge_toll_end_t look_up(httpd_cache_entry_t *entry,
                               const httpd_challenge_t *challenge,
                               const char *token, apr_pool_t *p)
{
    httpd_cache_id_t id = httpd_cache_id(token);
    apr_status_t rv = httpd_cache_get(entry, challenge->shared, &id, p);

    if (rv == APR_SUCCESS) {
        return is_answer(entry, token) ? EDGE_TOLL_FOUND : EDGE_TOLL_NOT_FOUND;
    }
    if (rv == APR_NOTFOUND || rv == APR_ENOMEM) {
        return EDGE_TOLL_NOT_FOUND;
    }
    tell_failure(challenge, rv, p);
    return EDGE_TOLL_FAILED;
}

static int find_shared(httpd_cache_entry_t *entry,
                       const httpd_challenge_t *challenge, const char *token,
                       const request_rec *r)
{
    edge_pass_t pass;
    edge_toll_end_t end;

    if (challenge->shared == NULL) {
        return 0;
    }
    if (!enter(&pass, challenge, r)) {
        edge_meter_count(challenge->config.meter,
                         EDGE_COUNT_CHALLENGE_REFUSED);
        return 0;
    }
    end = look_up(entry, challenge, token, r->pool);
    edge_toll_leave(challenge->toll, &pass, end, net_clock_steady());
    edge_meter_count(challenge->config.meter, EDGE_COUNT_CHALLENGE_LOOKUPS);
    return end == EDGE_TOLL_FOUND;
}

/* --- answering ----------------------------------------------------------- */

static int find_answer(httpd_cache_entry_t *entry,
                       const httpd_challenge_t *challenge,
                       const request_rec *r)
{
    const char *token = asked_token(r);
    int found;

    if (token == NULL) {
        return 0;
    }
    found = find_local(entry, challenge, token, r->pool) ||
            find_shared(entry, challenge, token, r);
    edge_meter_count(challenge->config.meter,
                     found ? EDGE_COUNT_CHALLENGE_HITS
                           : EDGE_COUNT_CHALLENGE_MISSES);
    return found;
}

static void send_answer(request_rec *r, const httpd_cache_entry_t *answer)
{
    r->status = HTTP_OK;
    ap_set_content_type(r, "application/octet-stream");
    ap_set_content_length(r, answer->len);
    apr_table_setn(r->headers_out, "Cache-Control", "no-store");
    ap_rwrite(answer->bytes, (int)answer->len, r);
}

int httpd_challenge_read_request(const httpd_challenge_t *challenge,
                                 request_rec *r)
{
    httpd_cache_entry_t answer;

    if (!ap_ssl_conn_is_ssl(r->connection) ||
        !find_answer(&answer, challenge, r)) {
        return DECLINED;
    }
    /* So that the answer says what httpd will do anyway. */
    r->connection->keepalive = AP_CONN_CLOSE;
    send_answer(r, &answer);
    return DONE;
}

int httpd_challenge_quick_handler(const httpd_challenge_t *challenge,
                                  request_rec *r, int lookup)
{
    httpd_cache_entry_t answer;

    if (lookup || ap_ssl_conn_is_ssl(r->connection) ||
        !find_answer(&answer, challenge, r)) {
        return DECLINED;
    }
    send_answer(r, &answer);
    return OK;
}
