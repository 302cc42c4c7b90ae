#include "fuzz_acme.h"

#include "ae_csr.h"
#include "ae_time.h"
#include "edge_challenge.h"
#include "fuzz.h"

#include <apr_strings.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define JSON "application/json"
#define LINKS_MAX 50

static const ae_key_t *account_key(void)
{
    static ae_key_t *key;
    ae_error_t err;

    if (!key) {
        fuzz_must(ae_key_parse(&key, fuzz_fixture("key_p256.pem"), &err,
                               fuzz_global_pool) == APR_SUCCESS,
                  "the fixture is a key");
    }
    return key;
}

ae_bytes_t fuzz_csr(void)
{
    static ae_csr_t *csr;
    ae_error_t err;

    if (!csr) {
        fuzz_must(ae_csr_make(&csr, account_key(), fuzz_names(), NULL, &err,
                              fuzz_global_pool) == APR_SUCCESS,
                  "a CSR can be made");
    }
    return ae_csr_der(csr);
}

acme_session_t *fuzz_session(const json_t *saved)
{
    static acme_session_config_t config;
    acme_session_t *session;

    config.directory_url = "https://ca.test/directory";
    config.account_key = account_key();
    config.terms_accepted = 1;
    fuzz_must(acme_session_create(&session, &config, fuzz_pool) == APR_SUCCESS,
              "a session can be made");
    if (saved) {
        acme_session_load(session, saved);
    }
    return session;
}

/* -- a CA that does everything right -- */

static void give(acme_response_t *response, int code, const char *type,
                 const char *body)
{
    response->code = code;
    response->content_type = type;
    response->body = body;
    response->body_len = strlen(body);
}

static void give_order(acme_response_t *response, int code, const char *status)
{
    give(response, code, JSON,
         apr_psprintf(fuzz_pool,
                      "{\"status\":\"%s\",\"finalize\":\"/finalize\","
                      "\"authorizations\":[\"/authz/0\",\"/authz/1\"],"
                      "\"certificate\":\"/cert\"}",
                      status));
    response->location = "https://ca.test/order/1";
}

static void give_authorization(acme_response_t *response, const char *url)
{
    int i = url[strlen(url) - 1] == '1';

    give(response, 200, JSON,
         apr_psprintf(fuzz_pool,
                      "{\"status\":\"pending\",\"identifier\":"
                      "{\"type\":\"dns\",\"value\":\"%s\"},\"challenges\":["
                      "{\"type\":\"http-01\",\"url\":\"/challenge/%d\","
                      "\"token\":\"token-%d\"}]}",
                      APR_ARRAY_IDX(fuzz_names(), i, const char *), i, i));
}

static void give_certificate(acme_response_t *response)
{
    static const char *chain;

    if (!chain) {
        ae_bytes_t leaf = fuzz_fixture("leaf.pem");
        ae_bytes_t next = fuzz_fixture("intermediate.pem");

        chain = apr_psprintf(fuzz_global_pool, "%.*s%.*s", (int)leaf.len,
                             leaf.data, (int)next.len, next.data);
    }
    give(response, 200, "application/pem-certificate-chain", chain);
}

const acme_response_t *fuzz_right_answer(const acme_request_t *request,
                                         int *finalized)
{
    acme_response_t *response = apr_pcalloc(fuzz_pool, sizeof(*response));

    response->url = request->url;
    response->replay_nonce = "nonce";
    if (!strcmp(request->step, "directory")) {
        give(
            response, 200, JSON,
            "{\"newNonce\":\"/n\",\"newAccount\":\"/a\",\"newOrder\":\"/o\"}");
    } else if (!strcmp(request->step, "newNonce")) {
        give(response, 200, NULL, "");
    } else if (!strcmp(request->step, "newAccount")) {
        give(response, 201, JSON, "{\"status\":\"valid\"}");
        response->location = "https://ca.test/account/1";
    } else if (!strcmp(request->step, "newOrder")) {
        give_order(response, 201, "pending");
    } else if (!strcmp(request->step, "authorization")) {
        give_authorization(response, request->url);
    } else if (!strcmp(request->step, "challenge")) {
        give(response, 200, JSON, "{\"status\":\"processing\"}");
    } else if (!strcmp(request->step, "certificate")) {
        give_certificate(response);
    } else {
        *finalized |= !strcmp(request->step, "finalize");
        give_order(response, 200, *finalized ? "valid" : "ready");
    }
    return response;
}

/* -- an answer from the input -- */

static void take_header(acme_response_t *response, apr_array_header_t *links,
                        const char *name, size_t len, const char *value)
{
    const struct {
        const char *name;
        const char **value;
    } fields[] = {
        {"Content-Type", &response->content_type},
        {"Location", &response->location},
        {"Replay-Nonce", &response->replay_nonce},
        {"Retry-After", &response->retry_after},
        {"URL", &response->url},
    };
    size_t i;

    for (i = 0; i < sizeof(fields) / sizeof(fields[0]); i++) {
        if (len == strlen(fields[i].name) &&
            !strncasecmp(name, fields[i].name, len)) {
            *fields[i].value = value;
        }
    }
    if (len == 4 && !strncasecmp(name, "Link", len) &&
        links->nelts < LINKS_MAX) {
        APR_ARRAY_PUSH(links, const char *) = value;
    }
}

const acme_response_t *fuzz_answer_of(ae_bytes_t text)
{
    acme_response_t *response = apr_pcalloc(fuzz_pool, sizeof(*response));
    apr_array_header_t *links =
        apr_array_make(fuzz_pool, 2, sizeof(const char *));
    const char *at = fuzz_string(text.data, text.len);
    const char *begin = at;

    response->code = atoi(at);
    response->status = response->code ? APR_SUCCESS : APR_ETIMEDOUT;
    at += strcspn(at, "\n");
    while (at[0] == '\n' && at[1] != '\n' && at[1] != '\0') {
        const char *line = at + 1;
        size_t len = strcspn(line, "\n");
        size_t name = strcspn(line, ":\n");
        const unsigned char *value = (const unsigned char *)line + name + 1;

        if (name + 1 < len && line[name + 1] == ' ') {
            take_header(response, links, line, name,
                        fuzz_string(value + 1, len - name - 2));
        }
        at = line + len;
    }
    at += strspn(at, "\n");
    response->links = links;
    response->body_len = text.len - (apr_size_t)(at - begin);
    response->body =
        (const char *)fuzz_bytes(text.data + (at - begin), response->body_len)
            .data;
    return response;
}

/* -- tokens -- */

void fuzz_must_be_tokens(const apr_array_header_t *tokens)
{
    int i;

    for (i = 0; i < tokens->nelts; i++) {
        const acme_token_t *one = &APR_ARRAY_IDX(tokens, i, acme_token_t);

        fuzz_must(one->name != NULL, "a token is of a name");
        fuzz_must(edge_challenge_answer_valid(one->token,
                                              one->key_authorization,
                                              strlen(one->key_authorization)),
                  "a token and its key authorization may be served");
        fuzz_must(edge_challenge_token_of(apr_pstrcat(
                      fuzz_pool, EDGE_CHALLENGE_PREFIX, one->token, NULL)) !=
                      NULL,
                  "a token can be asked for");
    }
}

int fuzz_expiries_are_sane(const apr_array_header_t *tokens)
{
    apr_time_t t;
    int i;

    for (i = 0; i < tokens->nelts; i++) {
        const acme_token_t *one = &APR_ARRAY_IDX(tokens, i, acme_token_t);

        if (ae_time_parse(&t, ae_time_print(one->expires, fuzz_pool)) !=
            APR_SUCCESS) {
            return 0;
        }
    }
    return 1;
}
