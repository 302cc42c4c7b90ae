#include "edge_scene.h"

#include "scripted_ca.h"
#include "support.h"
#include "test_pki.h"

#include <apr_strings.h>
#include <check.h>
#include <stdarg.h>
#include <string.h>

static edge_store_t *store;
static apr_array_header_t *lines;
static apr_array_header_t *tokens; /* acme_token_t */
static int challenges_broken;

void scene_setup(void)
{
    t_setup();
    store = NULL;
    lines = apr_array_make(t_pool, 64, sizeof(const char *));
    tokens = apr_array_make(t_pool, 8, sizeof(acme_token_t));
    challenges_broken = 0;
}

const edge_provider_t *scene_provider(const char *name)
{
    edge_provider_t *provider = apr_pcalloc(t_pool, sizeof(*provider));

    provider->name = apr_pstrdup(t_pool, name);
    provider->directory_url =
        strcmp(name, "ca") == 0 ? CA_DIRECTORY
                                : apr_psprintf(t_pool, "https://%s/dir", name);
    provider->names_max = 100;
    return provider;
}

edge_cert_t *scene_cert(const char *names, const char *providers)
{
    edge_cert_t *cert = apr_pcalloc(t_pool, sizeof(*cert));
    const apr_array_header_t *words = test_pki_names(providers, t_pool);
    apr_array_header_t *list =
        apr_array_make(t_pool, 2, sizeof(const edge_provider_t *));
    int i;

    for (i = 0; i < words->nelts; i++) {
        APR_ARRAY_PUSH(list, const edge_provider_t *) =
            scene_provider(APR_ARRAY_IDX(words, i, const char *));
    }
    cert->names = test_pki_names(names, t_pool);
    cert->name = APR_ARRAY_IDX(cert->names, 0, const char *);
    cert->dir = edge_name_to_dir(cert->name, t_pool);
    cert->providers = list;
    cert->contacts = test_pki_names("mailto:admin@example.org", t_pool);
    cert->terms_accepted = 1;
    cert->key_type = AE_KEY_ECDSA_P256;
    cert->renew_window.percent = 33;
    cert->warn_window.percent = 10;
    return cert;
}

apr_array_header_t *scene_certs(const edge_cert_t *first, ...)
{
    apr_array_header_t *certs =
        apr_array_make(t_pool, 4, sizeof(const edge_cert_t *));
    const edge_cert_t *cert = first;
    va_list args;

    va_start(args, first);
    while (cert != NULL) {
        APR_ARRAY_PUSH(certs, const edge_cert_t *) = cert;
        cert = va_arg(args, const edge_cert_t *);
    }
    va_end(args);
    return certs;
}

const char *scene_path(const char *below)
{
    return apr_pstrcat(t_pool, t_dir(), "/store/", below, NULL);
}

apr_array_header_t *scene_many(int count, const char *providers)
{
    apr_array_header_t *certs =
        apr_array_make(t_pool, count, sizeof(const edge_cert_t *));
    int i;

    for (i = 0; i < count; i++) {
        APR_ARRAY_PUSH(certs, const edge_cert_t *) =
            scene_cert(apr_psprintf(t_pool, "host%d.example", i), providers);
    }
    return certs;
}

const edge_store_t *scene_store(void)
{
    static const ae_file_owner_t same = {(uid_t)-1, (gid_t)-1};
    ae_error_t err;

    if (store == NULL) {
        ck_assert_msg(edge_store_prepare(
                          &store, apr_pstrcat(t_pool, t_dir(), "/store", NULL),
                          same, &err, t_pool) == APR_SUCCESS,
                      "%s", ae_error_line(&err, t_pool));
    }
    return store;
}

void scene_write(const char *below, ae_bytes_t bytes)
{
    static const ae_file_owner_t same = {(uid_t)-1, (gid_t)-1};
    ae_error_t err;

    ck_assert_msg(ae_file_write(scene_path(below), bytes, 0600, same,
                                AE_FILE_VOLATILE, &err, t_pool) == APR_SUCCESS,
                  "%s", ae_error_line(&err, t_pool));
}

void scene_break(const char *below)
{
    ae_bytes_t nothing = {(const unsigned char *)"", 0};
    ae_error_t err;

    ck_assert_int_eq(ae_file_remove(scene_path(below), &err, t_pool),
                     APR_SUCCESS);
    scene_write(below, nothing);
}

/* --- the log ------------------------------------------------------------- */

static void keep_line(void *ctx, ae_log_level_t level, const char *line)
{
    static const char *const words[] = {"error", "warning", "notice", "info",
                                        "debug"};

    (void)ctx;
    APR_ARRAY_PUSH(lines, const char *) =
        apr_pstrcat(t_pool, words[level], ": ", line, NULL);
}

const ae_log_t *scene_log(void)
{
    static const ae_log_t log = {keep_line, NULL};

    return &log;
}

int scene_logged(const char *text)
{
    int count = 0;
    int i;

    for (i = 0; i < lines->nelts; i++) {
        count += strstr(APR_ARRAY_IDX(lines, i, const char *), text) != NULL;
    }
    return count;
}

const char *scene_log_line(const char *text)
{
    int i;

    for (i = lines->nelts - 1; i >= 0; i--) {
        const char *line = APR_ARRAY_IDX(lines, i, const char *);

        if (strstr(line, text) != NULL) {
            return line;
        }
    }
    return "";
}

void scene_log_forget(void)
{
    apr_array_clear(lines);
}

/* --- challenges ---------------------------------------------------------- */

static acme_token_t *find_token(const char *token)
{
    int i;

    for (i = 0; i < tokens->nelts; i++) {
        acme_token_t *one = &APR_ARRAY_IDX(tokens, i, acme_token_t);

        if (strcmp(one->token, token) == 0) {
            return one;
        }
    }
    return NULL;
}

static apr_status_t put(void *ctx, const acme_token_t *token, ae_error_t *err)
{
    acme_token_t *kept = find_token(token->token);

    (void)ctx;
    if (challenges_broken) {
        ae_error_set(err, APR_ENOMEM, "the challenge store is full");
        return ae_error_next(err, "make it larger");
    }
    kept = kept != NULL ? kept : apr_array_push(tokens);
    kept->name = apr_pstrdup(t_pool, token->name);
    kept->token = apr_pstrdup(t_pool, token->token);
    kept->key_authorization = apr_pstrdup(t_pool, token->key_authorization);
    kept->expires = token->expires;
    return APR_SUCCESS;
}

static void withdraw(void *ctx, const char *token)
{
    acme_token_t *kept = find_token(token);
    const acme_token_t *last;

    (void)ctx;
    if (kept != NULL) {
        last = apr_array_pop(tokens);
        *kept = *last;
    }
}

const edge_challenge_store_t *scene_challenges(void)
{
    static const edge_challenge_store_t challenges = {put, withdraw, NULL};

    return &challenges;
}

const char *scene_challenge(const char *token)
{
    const acme_token_t *kept = find_token(token);

    return kept != NULL ? kept->key_authorization : NULL;
}

int scene_challenges_open(void)
{
    return tokens->nelts;
}

const apr_array_header_t *scene_tokens(void)
{
    return tokens;
}

void scene_challenges_forget(void)
{
    apr_array_clear(tokens);
}

void scene_challenges_break(int broken)
{
    challenges_broken = broken;
}
