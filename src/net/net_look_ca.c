#include "ae_json.h"
#include "ae_time.h"
#include "net_look_own.h"
#include "net_transport.h"

#include <apr_date.h>
#include <apr_strings.h>
#include <curl/curl.h>
#include <string.h>

#define TIMEOUT apr_time_from_sec(20)
#define IDENTITIES_MAX 32

/* What is to be kept of the answer. */
typedef struct directory_t {
    apr_status_t status;
    const char *reason;
    int code;
    apr_time_t date; /* 0: not told */
    json_t *json;    /* NULL: it is none */
    int done;
    apr_pool_t *p;
} directory_t;

static void take(void *ctx, const acme_request_t *request,
                 const acme_response_t *response)
{
    directory_t *directory = ctx;
    ae_error_t ignored;

    (void)request;
    directory->done = 1;
    directory->status = response->status;
    directory->reason =
        apr_pstrdup(directory->p, response->reason ? response->reason : "");
    directory->code = response->code;
    if (response->status != APR_SUCCESS) {
        return;
    }
    directory->date = response->date ? apr_date_parse_http(response->date) : 0;
    if (ae_json_parse(&directory->json, response->body, response->body_len,
                      &ignored, directory->p) != APR_SUCCESS) {
        directory->json = NULL;
    }
}

static apr_status_t fetch(directory_t *directory, const net_look_ca_t *ca,
                          const net_look_t *look, ae_error_t *err,
                          apr_pool_t *p)
{
    const net_transport_config_t config = {
        .user_agent = "acme-edge/" AE_VERSION,
        .proxy = look->proxy,
        .log = &ae_log_silent,
        .timeout = net_look_left(look, TIMEOUT),
    };
    const acme_request_t request = {
        .step = "directory",
        .method = "GET",
        .url = ca->provider->directory_url,
        .accept = "application/json",
        .follow_redirects = 1,
    };
    net_transport_t *transport;
    apr_status_t status =
        net_transport_create(&transport, &config, take, directory, err, p);

    if (status == APR_SUCCESS) {
        net_transport_send(transport, &request, ca->trust_file);
        while (!directory->done) {
            net_transport_run(transport, TIMEOUT);
        }
    }
    return status;
}

/* Whoever ends with it first would take it from the others. */
void net_look_prepare(void)
{
    (void)curl_global_init(CURL_GLOBAL_DEFAULT);
}

static int is_directory(const json_t *json, apr_pool_t *p)
{
    return json && ae_json_get_string(json, "newNonce", p) &&
           ae_json_get_string(json, "newAccount", p) &&
           ae_json_get_string(json, "newOrder", p);
}

/* @return NULL, or what is wrong */
static const char *find_fault(const directory_t *directory, apr_pool_t *p)
{
    if (directory->status != APR_SUCCESS) {
        return directory->reason;
    }
    if (directory->code != 200) {
        return apr_psprintf(p, "it answers with status %d", directory->code);
    }
    return is_directory(directory->json, p)
               ? NULL
               : "what it answers is no ACME directory";
}

/* RFC 8555 section 7.1.1: caaIdentities. Where a CA that is known here does
 * not tell them, they are in its practice statement. */
static void take_identities(net_look_ca_t *ca, const json_t *json,
                            apr_pool_t *p)
{
    static const char *const published[][2] = {
        {"letsencrypt", "letsencrypt.org"},
        {"letsencrypt-staging", "letsencrypt.org"},
        {"google", "pki.goog"},
        {"zerossl", "sectigo.com"},
        {"sslcom", "ssl.com"},
    };
    const json_t *list =
        ae_json_get_array(ae_json_get_object(json, "meta"), "caaIdentities");
    size_t i;

    for (i = 0; i < json_array_size(list) && i < IDENTITIES_MAX; i++) {
        const char *one = json_string_value(json_array_get(list, i));

        if (one) {
            APR_ARRAY_PUSH(ca->identities, const char *) = apr_pstrdup(p, one);
        }
    }
    for (i = 0; i < sizeof(published) / sizeof(published[0]); i++) {
        if (ca->identities->nelts == 0 &&
            strcmp(published[i][0], ca->provider->name) == 0) {
            APR_ARRAY_PUSH(ca->identities, const char *) = published[i][1];
        }
    }
}

int net_look_at_ca(json_t *rows, net_look_ca_t *ca,
                   apr_interval_time_t *clock_off, const net_look_t *look,
                   apr_pool_t *p)
{
    const char *about = apr_psprintf(p, "CA %s", ca->provider->name);
    directory_t directory = {.p = p};
    const char *fault;
    ae_error_t err;

    ca->identities = apr_array_make(p, 2, sizeof(const char *));
    if (net_look_is_late(rows, about, look)) {
        return 0;
    }
    if (look->proxy_hidden) {
        edge_rows_add(rows, EDGE_ROW_OPEN, about,
                      "the proxy on the way wants a password, which this "
                      "command does not know",
                      "");
        take_identities(ca, NULL, p);
        return 0;
    }
    if (fetch(&directory, ca, look, &err, p) != APR_SUCCESS) {
        edge_rows_add_error(rows, EDGE_ROW_FAILED, about, &err, "", p);
        return 0;
    }
    take_identities(ca, directory.json, p);
    fault = find_fault(&directory, p);
    if (fault) {
        edge_rows_add(
            rows, EDGE_ROW_FAILED, about,
            apr_psprintf(p, "%s: %s", ca->provider->directory_url, fault),
            "see that ACMEProvider and ACMETrustFile are right, and "
            "that this server may go out to it, by ACMEProxy where "
            "there is one");
        return 0;
    }
    edge_rows_add(rows, EDGE_ROW_PASSED, about, ca->provider->directory_url,
                  "");
    *clock_off = directory.date - apr_time_now();
    return directory.date != 0;
}
