#include "scripted_work.h"

#include "ae_json.h"
#include "ae_time.h"
#include "fixture.h"
#include "scripted_jws.h"
#include "support.h"

#include <apr_strings.h>
#include <check.h>
#include <stdlib.h>
#include <string.h>

static void answer_json(ca_work_t *work, int code, json_t *json)
{
    ca_work_answer(work, code, "application/json; charset=utf-8",
                   ae_json_print(ae_json_keep(json, t_pool), t_pool));
}

static const char *place(const ca_work_t *work, const char *fmt, unsigned id,
                         int index)
{
    const char *path = apr_psprintf(t_pool, fmt, id, index);

    return work->ca->relative ? path
                              : apr_pstrcat(t_pool, CA_BASE, path, NULL);
}

/* -- RFC 8555 section 7.1 to 7.3 -- */

void ca_work_directory(ca_work_t *work)
{
    json_t *json = json_object();

    if (strcmp(work->request->method, "GET") != 0) {
        ca_work_breach(work, "the directory is for GET");
    }
    json_object_set_new(json, "newNonce",
                        json_string(place(work, "/newNonce", 0, 0)));
    json_object_set_new(json, "newAccount",
                        json_string(place(work, "/newAccount", 0, 0)));
    json_object_set_new(json, "newOrder",
                        json_string(place(work, "/newOrder", 0, 0)));
    json_object_set_new(json, "revokeCert",
                        work->ca->no_revoke
                            ? json_null()
                            : json_string(place(work, "/revokeCert", 0, 0)));
    json_object_set_new(json, "keyChange",
                        work->ca->no_key_change
                            ? json_null()
                            : json_string(place(work, "/keyChange", 0, 0)));
    json_object_set_new(json, "somethingNew", json_pack("[i]", 1));
    if (work->ca->meta) {
        json_object_set(json, "meta", work->ca->meta);
    }
    answer_json(work, 200, json);
}

static void print_account(ca_work_t *work, int code)
{
    json_t *json = json_pack("{s:s}", "status",
                             work->ca->deactivated ? "deactivated" : "valid");
    json_t *contact = json_object_get(work->ca->account, "contact");

    if (contact && !work->ca->hides_contacts) {
        json_object_set(json, "contact", contact);
    }
    answer_json(work, code, json);
}

/* RFC 8555 section 7.3.1 */
static int refuse_unknown(ca_work_t *work, int known)
{
    json_t *payload = ae_json_keep(json_loads(work->payload, 0, NULL), t_pool);

    if (!known &&
        json_is_true(json_object_get(payload, "onlyReturnExisting"))) {
        ca_work_refuse(work, 400, "accountDoesNotExist", "no such key");
        return 1;
    }
    if (known && work->ca->deactivated) {
        ca_work_refuse(work, 403, "unauthorized", "it is deactivated");
        return 1;
    }
    return 0;
}

static void give_account(ca_work_t *work)
{
    ca_t *ca = work->ca;
    json_t *jws = ae_json_keep(
        json_loadb(work->request->body, work->request->body_len, 0, NULL),
        t_pool);
    json_t *jwk =
        json_object_get(scripted_json(ca_text(jws, "protected")), "jwk");
    int known = ca->jwk && json_equal(ca->jwk, jwk) && !ca->forget_account;

    if (refuse_unknown(work, known)) {
        return;
    }
    ca->jwk = jwk;
    if (!known) {
        ca->accounts++;
        ca->deactivated = 0;
        ca->account = ae_json_keep(json_loads(work->payload, 0, NULL), t_pool);
    }
    print_account(work, known ? 200 : 201);
    work->response->location = place(work, "/account/%u", ca->accounts, 0);
}

/* RFC 8555 section 7.3.2 */
static void update_account(ca_work_t *work)
{
    json_t *payload = ae_json_keep(json_loads(work->payload, 0, NULL), t_pool);
    json_t *contact = json_object_get(payload, "contact");

    if (!strcmp(ca_text(payload, "status"), "deactivated")) {
        work->ca->deactivated = 1;
        print_account(work, 200);
        return;
    }
    if (!json_is_array(contact) || json_object_size(payload) != 1) {
        ca_work_breach(work, "an update that is not one of the contacts");
    }
    json_object_set(work->ca->account, "contact", contact);
    print_account(work, 200);
}

static int is_authorized(const ca_t *ca)
{
    return ca->orders->nelts > 0 &&
           !strcmp(ca_order(ca, ca->orders->nelts - 1)->status, "ready");
}

/* RFC 8555 section 7.3.5: what is within is signed by the new key, for the
 * same URL, and names the account and the key that it has. */
static int check_inner(ca_work_t *work, const json_t *inner)
{
    const json_t *header = scripted_json(ca_text(inner, "protected"));
    const json_t *payload = scripted_json(ca_text(inner, "payload"));

    return scripted_jws_verify(
               ca_text(header, "alg"), json_object_get(header, "jwk"),
               ca_text(inner, "protected"), ca_text(inner, "payload"),
               ca_text(inner, "signature")) &&
           json_object_get(header, "nonce") == NULL &&
           !strcmp(ca_text(header, "url"), work->request->url) &&
           !strcmp(ca_text(payload, "account"),
                   place(work, "/account/%u", work->ca->accounts, 0)) &&
           json_equal(json_object_get(payload, "oldKey"), work->ca->jwk);
}

static void change_key(ca_work_t *work)
{
    const json_t *inner =
        ae_json_keep(json_loads(work->payload, 0, NULL), t_pool);

    if (!check_inner(work, inner)) {
        ca_work_breach(work, "a key change that is not as section 7.3.5 says");
    }
    if (work->ca->key_taken) {
        ca_work_answer(work, 409, NULL, "");
        work->response->location = work->ca->key_taken;
        return;
    }
    work->ca->jwk =
        json_object_get(scripted_json(ca_text(inner, "protected")), "jwk");
    ca_work_answer(work, 200, NULL, "");
}

/* RFC 8555 section 7.6 */
static void revoke_cert(ca_work_t *work)
{
    json_t *payload = ae_json_keep(json_loads(work->payload, 0, NULL), t_pool);
    ca_t *ca = work->ca;

    if (*ca_text(payload, "certificate") == '\0') {
        ca_work_breach(work, "a revocation without certificate");
    }
    if (ca->foreign && work->kid && !(ca->opens && is_authorized(ca))) {
        ca_work_refuse(work, 403, "unauthorized", "not of this account");
    } else if (ca->revoked &&
               json_equal(json_object_get(ca->revoked, "certificate"),
                          json_object_get(payload, "certificate"))) {
        ca_work_refuse(work, 400, "alreadyRevoked", "it was revoked before");
    } else {
        ca->revoked = payload;
        ca_work_answer(work, 200, NULL, "");
    }
}

/* -- RFC 8555 section 7.4: orders -- */

static json_t *print_order(const ca_work_t *work, const ca_order_t *order)
{
    json_t *json = json_object(), *list = json_array();
    int i;

    for (i = 0; i < order->authorizations->nelts; i++) {
        json_array_append_new(
            list, json_string(place(work, "/authz/%u-%d", order->id, i)));
    }
    json_object_set_new(json, "status", json_string(order->status));
    json_object_set_new(json, "authorizations", list);
    json_object_set_new(json, "expires",
                        json_string(ae_time_print(order->expires, t_pool)));
    json_object_set_new(
        json, "finalize",
        json_string(place(work, "/finalize/%u", order->id, 0)));
    if (!strcmp(order->status, "valid")) {
        json_object_set_new(
            json, "certificate",
            json_string(place(work, "/cert/%u", order->id, 0)));
    }
    if (!strcmp(order->status, "invalid") && work->ca->order_error) {
        json_object_set_new(json, "error",
                            json_loads(work->ca->order_error, 0, NULL));
    }
    return json;
}

static void give_order(ca_work_t *work, int code)
{
    answer_json(work, code, print_order(work, work->order));
    if (strcmp(work->order->status, "valid") &&
        strcmp(work->order->status, "invalid")) {
        work->response->retry_after = work->ca->retry_after;
    }
}

static void add_authorization(ca_t *ca, ca_order_t *order, const char *name)
{
    ca_authorization_t *one = apr_array_push(order->authorizations);

    memset(one, 0, sizeof(*one));
    one->wildcard = !strncmp(name, "*.", 2);
    one->name = apr_pstrdup(t_pool, name + 2 * one->wildcard);
    one->status = ca->reuse ? "valid" : "pending";
    one->challenge_status = one->status;
    one->token = apr_psprintf(t_pool, "Token_%u-%d_LoqXcYV8q5ONbJQxbmR7SCT",
                              order->id, order->authorizations->nelts);
}

static void new_order(ca_work_t *work)
{
    ca_t *ca = work->ca;
    json_t *payload = ae_json_keep(json_loads(work->payload, 0, NULL), t_pool);
    json_t *list = json_object_get(payload, "identifiers");
    size_t i;

    work->order = apr_array_push(ca->orders);
    memset(work->order, 0, sizeof(*work->order));
    work->order->id = (unsigned)ca->orders->nelts;
    work->order->expires =
        ca->now + apr_time_from_sec(ca->life ? ca->life : 7 * 24 * 3600);
    work->order->authorizations =
        apr_array_make(t_pool, 2, sizeof(ca_authorization_t));
    if (json_array_size(list) == 0) {
        ca_work_breach(work, "an order without identifiers");
    }
    for (i = 0; i < json_array_size(list); i++) {
        if (strcmp(ca_text(json_array_get(list, i), "type"),
                   ca_type_of(ca_text(json_array_get(list, i), "value"))) !=
            0) {
            ca_work_breach(work, "an identifier of another type");
        }
        add_authorization(ca, work->order,
                          ca_text(json_array_get(list, i), "value"));
    }
    work->order->status = ca->reuse ? "ready" : "pending";
    give_order(work, 201);
    work->response->location = place(work, "/order/%u", work->order->id, 0);
}

/* What the CA does in the background, seen at the next poll. */
static void decide(ca_work_t *work)
{
    ca_order_t *order = work->order;
    int i, all = 1, bad = 0;

    for (i = 0; i < order->authorizations->nelts; i++) {
        ca_authorization_t *one =
            &APR_ARRAY_IDX(order->authorizations, i, ca_authorization_t);
        if (!strcmp(one->challenge_status, "processing")) {
            bad = bad || (work->ca->bad_name &&
                          !strcmp(work->ca->bad_name, one->name));
        } else if (strcmp(one->challenge_status, "valid") != 0) {
            all = 0;
        }
    }
    if (!all || order->polls-- > 0) {
        return;
    }
    for (i = 0; i < order->authorizations->nelts; i++) {
        ca_authorization_t *one =
            &APR_ARRAY_IDX(order->authorizations, i, ca_authorization_t);
        int fails =
            work->ca->bad_name && !strcmp(work->ca->bad_name, one->name);
        one->status = fails ? "invalid" : "valid";
        one->challenge_status = one->status;
    }
    order->status = bad ? "invalid" : "ready";
}

static void poll_order(ca_work_t *work)
{
    ca_order_t *order = work->order;

    if (!strcmp(order->status, "pending")) {
        decide(work);
    } else if (!strcmp(order->status, "processing") && order->polls-- <= 0) {
        order->status = work->ca->order_error ? "invalid" : "valid";
    }
    give_order(work, 200);
}

static void finalize(ca_work_t *work)
{
    ca_order_t *order = work->order;
    json_t *payload = ae_json_keep(json_loads(work->payload, 0, NULL), t_pool);

    if (strcmp(order->status, "ready") != 0 || work->ca->not_ready > 0) {
        work->ca->not_ready--;
        ca_work_refuse(work, 403, "orderNotReady", "not ready yet");
        return;
    }
    order->chain =
        ca_issue(work->ca, order, scripted_base64url(ca_text(payload, "csr")));
    if (!order->chain) {
        ca_work_refuse(work, 400, "badCSR", "no CSR");
        return;
    }
    order->finalized++;
    order->polls = work->ca->issue_polls - 1;
    order->status = work->ca->issue_polls > 0 ? "processing" : "valid";
    give_order(work, 200);
}

static void give_chain(ca_work_t *work)
{
    apr_array_header_t *links = apr_array_make(t_pool, 3, sizeof(char *));
    size_t i;

    for (i = 0; i < 3 && work->ca->links[i]; i++) {
        APR_ARRAY_PUSH(links, const char *) = work->ca->links[i];
    }
    if (strcmp(work->request->accept, "application/pem-certificate-chain")) {
        ca_work_breach(work,
                       "Accept is not application/pem-certificate-chain");
    }
    ca_work_answer(work, 200,
                   "application/pem-certificate-chain; charset=utf-8",
                   work->order->chain);
    work->response->links = links;
}

/* -- RFC 8555 section 7.5: authorizations and challenges -- */

static json_t *print_challenge(const ca_work_t *work, int index)
{
    const ca_authorization_t *one = work->authorization;
    json_t *json =
        json_pack("{s:s,s:s,s:s,s:s}", "type", "http-01", "token", one->token,
                  "status", one->challenge_status, "url",
                  place(work, "/chall/%u-%d", work->order->id, index));

    if (!strcmp(one->status, "invalid")) {
        json_object_set_new(json, "error",
                            json_loads(work->ca->bad_problem, 0, NULL));
    }
    return json;
}

static void give_authorization(ca_work_t *work, int index)
{
    const ca_authorization_t *one = work->authorization;
    int http = !(one->wildcard && work->ca->dns_only_wildcards);
    json_t *other = json_pack(
        "{s:s,s:s,s:s,s:s}", "type", "dns-01", "token", one->token, "status",
        "pending", "url", place(work, "/dns/%u-%d", work->order->id, index));
    json_t *list = json_pack("[o]", other);

    if (http) {
        json_array_append_new(list, print_challenge(work, index));
    }
    answer_json(work, 200,
                json_pack("{s:{s:s,s:s},s:s,s:o,s:b,s:s}", "identifier",
                          "type", ca_type_of(one->name), "value", one->name,
                          "status", one->status, "challenges", list,
                          "wildcard", one->wildcard, "expires",
                          ae_time_print(work->order->expires, t_pool)));
    if (strcmp(work->payload, "") != 0) {
        ca_work_breach(work, "an authorization is read by POST-as-GET");
    }
}

/* The token must be there as section 8.3 says when the CA is asked to look. */
static void fetch_token(ca_work_t *work)
{
    const char *wanted = apr_pstrcat(t_pool, work->authorization->token, ".",
                                     scripted_thumbprint(work->ca->jwk), NULL);
    int i;

    for (i = 0; work->published && i < work->published->nelts; i++) {
        const acme_token_t *one =
            &APR_ARRAY_IDX(work->published, i, const acme_token_t);
        if (!strcmp(one->token, work->authorization->token) &&
            !strcmp(one->key_authorization, wanted)) {
            return;
        }
    }
    ca_work_breach(work, "the token is not published");
}

static void take_challenge(ca_work_t *work, int index)
{
    ca_authorization_t *one = work->authorization;

    if (strcmp(work->payload, "{}") != 0) {
        ca_work_breach(work, "a challenge is answered with {}");
    }
    if (strcmp(one->challenge_status, "pending") != 0) {
        ca_work_breach(work, "a challenge is answered twice");
    }
    fetch_token(work);
    one->answers++;
    one->challenge_status = "processing";
    work->order->polls = work->ca->validate_polls;
    answer_json(work, 200, print_challenge(work, index));
}

static int find(ca_work_t *work, const char *path, const char *prefix,
                int *index)
{
    unsigned id = 0;
    size_t len = strlen(prefix);
    char *end;

    if (strncmp(path, prefix, len) != 0) {
        return 0;
    }
    id = (unsigned)strtoul(path + len, &end, 10);
    if (id < 1 || id > (unsigned)work->ca->orders->nelts) {
        return 0;
    }
    work->order = ca_order(work->ca, (int)id - 1);
    *index = *end == '-' ? atoi(end + 1) : 0;
    if (*index < work->order->authorizations->nelts) {
        work->authorization = &APR_ARRAY_IDX(work->order->authorizations,
                                             *index, ca_authorization_t);
    }
    return 1;
}

void ca_work_serve(ca_work_t *work, const char *path)
{
    int i = 0;

    if (!strcmp(path, "/newAccount")) {
        give_account(work);
    } else if (!strncmp(path, "/account/", strlen("/account/"))) {
        update_account(work);
    } else if (!strcmp(path, "/keyChange")) {
        change_key(work);
    } else if (!strcmp(path, "/revokeCert")) {
        revoke_cert(work);
    } else if (!strcmp(path, "/newOrder")) {
        new_order(work);
    } else if (find(work, path, "/order/", &i)) {
        poll_order(work);
    } else if (find(work, path, "/authz/", &i)) {
        give_authorization(work, i);
    } else if (find(work, path, "/chall/", &i)) {
        take_challenge(work, i);
    } else if (find(work, path, "/finalize/", &i)) {
        finalize(work);
    } else if (find(work, path, "/cert/", &i)) {
        give_chain(work);
    } else {
        ca_work_refuse(work, 404, "malformed", "no such resource");
    }
}
