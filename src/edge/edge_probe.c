#include "edge_probe.h"

#include "acme_jws.h"
#include "ae_random.h"
#include "edge_record.h"

#include <apr_strings.h>
#include <string.h>

#define PREFIX "probe."
#define RANDOM_BYTES 32 /* 43 characters, as long as a thumbprint */

struct edge_probes_t {
    const edge_store_t *store;
    const edge_challenge_store_t *challenges;
    char tokens[EDGE_PROBES_MAX][ACME_TOKEN_LENGTH_MAX + 1]; /* "": free */
};

static const char *path_of(const edge_store_t *store, const char *token,
                           apr_pool_t *p)
{
    return edge_store_path(store, p, "requests",
                           apr_pstrcat(p, PREFIX, token, NULL), NULL);
}

/* --- the command -------------------------------------------------------- */

static apr_status_t draw(const char **word, ae_error_t *err, apr_pool_t *p)
{
    unsigned char bytes[RANDOM_BYTES];
    ae_bytes_t random = {bytes, sizeof(bytes)};
    apr_status_t status = ae_random_bytes(bytes, sizeof(bytes), err);

    if (status == APR_SUCCESS) {
        *word = acme_base64url_encode(random, p);
    }
    return status;
}

static apr_status_t write_probe(const edge_store_t *store,
                                const edge_probe_t *probe, apr_time_t at,
                                int published, ae_error_t *err, apr_pool_t *p)
{
    json_t *json =
        ae_json_keep(json_pack("{s:I,s:s,s:b}", "at", (json_int_t)at, "answer",
                               probe->answer, "published", published),
                     p);
    const char *text = ae_json_print(json, p);
    ae_bytes_t bytes = {(const unsigned char *)text, strlen(text)};

    return ae_file_write(path_of(store, probe->token, p), bytes, 0600,
                         edge_store_worker(store), AE_FILE_VOLATILE, err, p);
}

apr_status_t edge_probe_draw(edge_probe_t *probe, ae_error_t *err,
                             apr_pool_t *p)
{
    const char *rest;
    apr_status_t status = draw(&probe->token, err, p);

    if (status == APR_SUCCESS) {
        status = draw(&rest, err, p);
    }
    if (status == APR_SUCCESS) {
        probe->answer = apr_pstrcat(p, probe->token, ".", rest, NULL);
    }
    return status;
}

apr_status_t edge_probe_put(edge_probe_t *probe, const edge_store_t *store,
                            apr_time_t now, ae_error_t *err, apr_pool_t *p)
{
    apr_status_t status = edge_probe_draw(probe, err, p);

    return status == APR_SUCCESS ? write_probe(store, probe, now, 0, err, p)
                                 : status;
}

static int load(json_t **json, const edge_store_t *store, const char *token,
                apr_pool_t *p)
{
    ae_error_t ignored;

    return edge_record_read(json, path_of(store, token, p), &ignored, p) ==
           APR_SUCCESS;
}

int edge_probe_is_published(const edge_store_t *store,
                            const edge_probe_t *probe, apr_pool_t *p)
{
    json_t *json;

    return load(&json, store, probe->token, p) &&
           ae_json_get_bool(json, "published", 0);
}

void edge_probe_drop(const edge_store_t *store, const edge_probe_t *probe,
                     apr_pool_t *p)
{
    ae_error_t ignored;
    /* Where this fails, its hour ends it. */
    apr_status_t status =
        ae_file_remove(path_of(store, probe->token, p), &ignored, p);

    (void)status;
}

/* --- the worker --------------------------------------------------------- */

edge_probes_t *edge_probes_create(const edge_store_t *store,
                                  const edge_challenge_store_t *challenges,
                                  apr_pool_t *p)
{
    edge_probes_t *probes = apr_pcalloc(p, sizeof(*probes));

    probes->store = store;
    probes->challenges = challenges;
    return probes;
}

static char *find(edge_probes_t *probes, const char *token)
{
    int i;

    for (i = 0; i < EDGE_PROBES_MAX; i++) {
        if (strcmp(probes->tokens[i], token) == 0) {
            return probes->tokens[i];
        }
    }
    return NULL;
}

/* @return whether it may be served now */
static int take(edge_probe_t *probe, apr_time_t *at, const json_t *json,
                apr_time_t now, apr_pool_t *p)
{
    probe->answer = ae_json_get_string(json, "answer", p);
    return edge_record_get_time(at, json, "at") && *at <= now &&
           now - *at < EDGE_PROBE_LIFE && probe->answer &&
           edge_challenge_answer_valid(probe->token, probe->answer,
                                       strlen(probe->answer));
}

static int publish(edge_probes_t *probes, const edge_probe_t *probe,
                   apr_time_t at, apr_pool_t *p)
{
    acme_token_t token = {.name = PREFIX,
                          .token = probe->token,
                          .key_authorization = probe->answer,
                          .expires = at + EDGE_PROBE_LIFE};
    char *place = find(probes, "");
    ae_error_t ignored;

    if (place == NULL ||
        probes->challenges->put(probes->challenges->ctx, &token, &ignored) !=
            APR_SUCCESS) {
        return 0;
    }
    if (write_probe(probes->store, probe, at, 1, &ignored, p) != APR_SUCCESS) {
        probes->challenges->withdraw(probes->challenges->ctx, probe->token);
        return 0;
    }
    apr_cpystrn(place, probe->token, sizeof(probes->tokens[0]));
    return 1;
}

static int look_at(edge_probes_t *probes, const char *token, apr_time_t now,
                   apr_pool_t *p)
{
    edge_probe_t probe = {.token = token};
    apr_time_t at;
    json_t *json;

    if (!acme_token_valid(token, strlen(token)) || find(probes, token) ||
        !load(&json, probes->store, token, p)) {
        return 1;
    }
    if (take(&probe, &at, json, now, p)) {
        return publish(probes, &probe, at, p);
    }
    edge_probe_drop(probes->store, &probe, p);
    return 1;
}

static void withdraw_gone(edge_probes_t *probes, apr_pool_t *p)
{
    int i;

    for (i = 0; i < EDGE_PROBES_MAX; i++) {
        char *token = probes->tokens[i];

        if (token[0] && !ae_file_exists(path_of(probes->store, token, p))) {
            probes->challenges->withdraw(probes->challenges->ctx, token);
            token[0] = '\0';
        }
    }
}

int edge_probes_look(edge_probes_t *probes, apr_time_t now, apr_pool_t *ptemp)
{
    apr_array_header_t *names;
    ae_error_t ignored;
    int done = 1;
    int i;

    withdraw_gone(probes, ptemp);
    if (ae_file_list(&names,
                     edge_store_path(probes->store, ptemp, "requests", NULL),
                     &ignored, ptemp) != APR_SUCCESS) {
        return 0;
    }
    for (i = 0; i < names->nelts; i++) {
        const char *name = APR_ARRAY_IDX(names, i, const char *);

        if (strncmp(name, PREFIX, sizeof(PREFIX) - 1) == 0 &&
            !look_at(probes, name + sizeof(PREFIX) - 1, now, ptemp)) {
            done = 0;
        }
    }
    return done;
}
