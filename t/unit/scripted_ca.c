#include "scripted_work.h"

#include "acme_jws.h"
#include "ae_json.h"
#include "fixture.h"
#include "scripted_jws.h"
#include "support.h"

#include <apr_strings.h>
#include <check.h>
#include <stdlib.h>
#include <string.h>

#define PROBLEM                                                               \
    "{\"type\":\"urn:ietf:params:acme:error:%s\",\"detail\":\"%s\"}"

ca_t *ca_make(void)
{
    ca_t *ca = apr_pcalloc(t_pool, sizeof(*ca));

    ca->faults = apr_array_make(t_pool, 4, sizeof(ca_fault_t));
    ca->orders = apr_array_make(t_pool, 4, sizeof(ca_order_t));
    ca->steps = ae_json_keep(json_object(), t_pool);
    ca->fresh = ae_json_keep(json_object(), t_pool);
    ca->meta = ae_json_keep(
        json_pack("{s:s}", "termsOfService", CA_BASE "/terms"), t_pool);
    ca->key = t_key("key_rsa2048.pem");
    ca->transcript = apr_array_make(t_pool, 16, sizeof(char *));
    return ca;
}

void ca_spoil(ca_t *ca, ca_fault_t fault)
{
    APR_ARRAY_PUSH(ca->faults, ca_fault_t) = fault;
}

unsigned ca_count(const ca_t *ca, const char *step)
{
    return (unsigned)json_integer_value(json_object_get(ca->steps, step));
}

ca_order_t *ca_order(const ca_t *ca, int i)
{
    ck_assert_int_lt(i, ca->orders->nelts);
    return &APR_ARRAY_IDX(ca->orders, i, ca_order_t);
}

void ca_work_breach(ca_work_t *work, const char *what)
{
    if (!work->ca->violation) {
        work->ca->violation =
            apr_psprintf(t_pool, "%s %s: %s", work->request->method,
                         work->request->url, what);
    }
}

void ca_work_answer(ca_work_t *work, int code, const char *type,
                    const char *body)
{
    work->response->code = code;
    work->response->content_type = type;
    work->response->body = body;
    work->response->body_len = strlen(body);
}

void ca_work_refuse(ca_work_t *work, int code, const char *type,
                    const char *detail)
{
    ca_work_answer(work, code, "application/problem+json",
                   apr_psprintf(t_pool, PROBLEM, type, detail));
}

const char *ca_text(const json_t *json, const char *key)
{
    const char *text = json_string_value(json_object_get(json, key));

    return text ? text : "";
}

/* -- RFC 8555 section 6 -- */

static const char *account_url(const ca_t *ca)
{
    return apr_psprintf(t_pool, CA_BASE "/account/%u", ca->accounts);
}

static int check_nonce(ca_work_t *work, const json_t *header)
{
    const char *nonce = ca_text(header, "nonce");

    if (json_object_del(work->ca->fresh, nonce) != 0) {
        ca_work_breach(work, "the nonce is not fresh");
        ca_work_refuse(work, 400, "badNonce", "not fresh");
        return 0;
    }
    return 1;
}

/* RFC 8555 section 7.6 */
static int check_cert_key(const ca_work_t *work, const json_t *jwk)
{
    const char *text = NULL;
    ae_error_t err;

    return work->ca->cert_key &&
           acme_jwk(&text, work->ca->cert_key, &err, t_pool) == APR_SUCCESS &&
           json_equal(jwk, ae_json_keep(json_loads(text, 0, NULL), t_pool));
}

static const json_t *check_key(ca_work_t *work, const json_t *header)
{
    const json_t *jwk = json_object_get(header, "jwk");
    const char *kid = ca_text(header, "kid");
    int account = !strcmp(work->request->url, CA_BASE "/newAccount");

    if (!strcmp(work->request->url, CA_BASE "/revokeCert") && jwk) {
        return check_cert_key(work, jwk) ? jwk : NULL;
    }
    if (account != (jwk != NULL) || account == (*kid != '\0')) {
        ca_work_breach(work,
                       "jwk belongs into newAccount, kid everywhere else");
    }
    if (!account && strcmp(kid, account_url(work->ca)) != 0 &&
        strncmp(kid, CA_BASE "/account/", strlen(CA_BASE "/account/")) != 0) {
        ca_work_breach(work, "kid is not the account");
    }
    return account ? jwk : work->ca->jwk;
}

/* Whether the body is a JWS as section 6.2 wants it; work->payload then. */
static int check_body(ca_work_t *work)
{
    const acme_request_t *request = work->request;
    json_t *jws, *header;
    const json_t *jwk;

    if (!request->content_type ||
        strcmp(request->content_type, "application/jose+json") != 0) {
        ca_work_breach(work, "Content-Type is not application/jose+json");
    }
    jws = ae_json_keep(json_loadb(request->body, request->body_len, 0, NULL),
                       t_pool);
    ck_assert_msg(jws && json_object_size(jws) == 3, "no flattened JWS");
    header = scripted_json(ca_text(jws, "protected"));
    work->payload = apr_pstrmemdup(
        t_pool, (const char *)scripted_base64url(ca_text(jws, "payload")).data,
        scripted_base64url(ca_text(jws, "payload")).len);
    if (strcmp(ca_text(header, "url"), request->url) != 0) {
        ca_work_breach(work, "the url of the JWS is another one");
    }
    jwk = check_key(work, header);
    if (!jwk || !scripted_jws_verify(
                    ca_text(header, "alg"), jwk, ca_text(jws, "protected"),
                    ca_text(jws, "payload"), ca_text(jws, "signature"))) {
        ca_work_breach(work, "the signature is bad");
    }
    if (!check_nonce(work, header)) {
        return 0;
    }
    work->kid = *ca_text(header, "kid") != '\0';
    if (work->kid &&
        (work->ca->forget_account > 0 ||
         strcmp(ca_text(header, "kid"), account_url(work->ca)) != 0)) {
        work->ca->forget_account -= work->ca->forget_account > 0;
        ca_work_refuse(work, 400, "accountDoesNotExist", "no such account");
        return 0;
    }
    if (work->kid && work->ca->deactivated) {
        ca_work_refuse(work, 401, "unauthorized", "it is deactivated");
        return 0;
    }
    return 1;
}

static const char *next_nonce(ca_t *ca)
{
    const char *nonce = apr_psprintf(t_pool, "nonce-%06u", ++ca->nonces);

    json_object_set_new(ca->fresh, nonce, json_true());
    return nonce;
}

/* An answer that was damaged may lead elsewhere. */
static const char *path_of(const char *url)
{
    return !strncmp(url, CA_BASE, strlen(CA_BASE)) ? url + strlen(CA_BASE)
                                                   : "/elsewhere";
}

static void serve(ca_work_t *work)
{
    const char *path = path_of(work->request->url);

    if (!strcmp(path, "/directory")) {
        ca_work_directory(work);
    } else if (!strcmp(path, "/newNonce")) {
        if (strcmp(work->request->method, "HEAD") != 0) {
            ca_work_breach(work, "newNonce is for HEAD");
        }
        ca_work_answer(work, 200, NULL, "");
    } else if (strcmp(work->request->method, "POST") != 0) {
        ca_work_breach(work, "everything else is for POST");
        ca_work_refuse(work, 405, "malformed", "POST only");
    } else if (check_body(work)) {
        ca_work_serve(work, path);
    }
}

static const ca_fault_t *fault_for(const ca_t *ca, const char *step)
{
    unsigned nth = ca_count(ca, step);
    int i;

    for (i = 0; i < ca->faults->nelts; i++) {
        const ca_fault_t *one = &APR_ARRAY_IDX(ca->faults, i, ca_fault_t);
        unsigned times = one->times ? one->times : 1;
        if (!strcmp(one->step, step) && nth >= one->nth &&
            nth < one->nth + times) {
            return one;
        }
    }
    return NULL;
}

static const char *or_else(const char *text, const char *other)
{
    return text ? text : other;
}

static void spoil(acme_response_t *response, const ca_fault_t *fault)
{
    apr_array_header_t *links;

    if (fault->status != APR_SUCCESS) {
        memset(response, 0, sizeof(*response));
        response->status = fault->status;
        response->reason = "Connection reset by peer";
        return;
    }
    response->code = fault->code ? fault->code : response->code;
    response->content_type =
        or_else(fault->content_type, fault->body ? "application/problem+json"
                                                 : response->content_type);
    response->body = or_else(fault->body, response->body);
    response->body_len = response->body ? strlen(response->body) : 0;
    response->retry_after = or_else(fault->retry_after, response->retry_after);
    if (fault->no_location) {
        response->location = NULL;
    }
    if (fault->no_nonce) {
        response->replay_nonce = NULL;
    }
    if (fault->cut) {
        response->body_len /= 2;
    }
    if (fault->link) {
        links = apr_array_make(t_pool, 1, sizeof(char *));
        APR_ARRAY_PUSH(links, const char *) = fault->link;
        response->links = links;
    }
}

static unsigned draw(ca_t *ca)
{
    ca->mangle = ca->mangle * 1664525u + 1013904223u;
    return ca->mangle >> 8;
}

/* A byte changed, a piece doubled, or a piece gone. */
static void mangle(ca_t *ca, acme_response_t *response)
{
    size_t len = response->body_len;
    size_t at = len ? draw(ca) % len : 0, n = len ? draw(ca) % (len - at) : 0;
    char *body = apr_pcalloc(t_pool, 2 * len + 1);

    if (len == 0 || draw(ca) % 3 != 0) {
        return;
    }
    memcpy(body, response->body, at + n);
    switch (draw(ca) % 3) {
    case 0:
        memcpy(body, response->body, len);
        body[at] = "\"{}[]:,\\x\xff 09-"[draw(ca) % 15];
        break;
    case 1:
        memcpy(body + at + n, response->body + at, len - at);
        response->body_len = len + n;
        break;
    default:
        memcpy(body + at, response->body + at + n, len - at - n);
        response->body_len = len - n;
        break;
    }
    response->body = body;
}

static void note(ca_t *ca, const acme_request_t *request,
                 const acme_response_t *response)
{
    APR_ARRAY_PUSH(ca->transcript, const char *) = apr_psprintf(
        t_pool, "%s %s %s at %" APR_TIME_T_FMT "\n%s\n-> %d %s", request->step,
        request->method, request->url, ca->now, or_else(request->body, ""),
        response->code, or_else(response->body, ""));
}

const acme_response_t *ca_answer(ca_t *ca, const acme_request_t *request,
                                 const apr_array_header_t *published,
                                 apr_time_t now)
{
    acme_response_t *response = apr_pcalloc(t_pool, sizeof(*response));
    ca_work_t work = {.ca = ca,
                      .request = request,
                      .published = published,
                      .response = response};
    const ca_fault_t *fault;

    ca->now = now;
    ca->requests++;
    json_object_set_new(ca->steps, request->step,
                        json_integer(ca_count(ca, request->step) + 1));
    fault = fault_for(ca, request->step);
    response->url = request->url;
    response->body = "";
    if (!fault || fault->done) {
        serve(&work);
    }
    if (strcmp(request->method, "GET") != 0) {
        response->replay_nonce = next_nonce(ca);
    }
    if (fault) {
        spoil(response, fault);
    }
    if (ca->mangle) {
        mangle(ca, response);
    }
    note(ca, request, response);
    return response;
}
