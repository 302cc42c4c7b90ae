#include "edge_account.h"

#include "acme_jws.h"
#include "ae_time.h"
#include "edge_record.h"
#include "edge_store_account.h"

#include <apr_strings.h>
#include <assert.h>
#include <string.h>

static const char *const words[] = {
    [EDGE_ACCOUNT_NONE] = "none",
    [EDGE_ACCOUNT_VALID] = "valid",
    [EDGE_ACCOUNT_DEACTIVATED] = "deactivated",
    [EDGE_ACCOUNT_DAMAGED] = "damaged",
};
static_assert(sizeof(words) / sizeof(words[0]) == EDGE_ACCOUNT_STATES,
              "each state has a word");

const char *edge_account_word(edge_account_state_t state)
{
    return words[state];
}

/* --- one ----------------------------------------------------------------- */

static const char *cleaned(const char *text, apr_pool_t *p)
{
    apr_size_t size = text ? strlen(text) + 1 : 0;
    char *clean = text ? apr_palloc(p, size) : NULL;

    if (clean) {
        ae_text_copy(clean, size, text);
    }
    return clean;
}

static const char *take_text(const json_t *json, const char *key,
                             apr_pool_t *p)
{
    return cleaned(ae_json_get_string(json, key, p), p);
}

static const apr_array_header_t *take_contacts(const json_t *list,
                                               apr_pool_t *p)
{
    apr_array_header_t *contacts = apr_array_make(p, 1, sizeof(const char *));
    size_t i;

    for (i = 0; i < json_array_size(list); i++) {
        const char *text =
            cleaned(json_string_value(json_array_get(list, i)), p);

        if (text) {
            APR_ARRAY_PUSH(contacts, const char *) = text;
        }
    }
    return list ? contacts : NULL;
}

/* Whether the record is of the key that was put aside: it says what the
 * account was. */
static int is_deactivated(const edge_account_t *account,
                          const edge_store_t *store, const char *of_key,
                          apr_pool_t *p)
{
    const char *thumbprint;
    ae_error_t ignored;
    ae_key_t *key;

    return of_key &&
           edge_store_account_retired(&key, store, account->provider, &ignored,
                                      p) == APR_SUCCESS &&
           acme_jwk_thumbprint(&thumbprint, key, &ignored, p) == APR_SUCCESS &&
           strcmp(of_key, thumbprint) == 0;
}

static void take_state(edge_account_t *account, const edge_store_t *store,
                       const json_t *json, apr_pool_t *p)
{
    const char *of_key = ae_json_get_string(json, "key", p);

    account->url = take_text(json, "account", p);
    if (account->url && account->thumbprint &&
        (!of_key || account->gets_key ||
         strcmp(of_key, account->thumbprint) == 0)) {
        account->state = EDGE_ACCOUNT_VALID;
    } else if (account->url && is_deactivated(account, store, of_key, p)) {
        account->state = EDGE_ACCOUNT_DEACTIVATED;
    } else {
        account->url = NULL;
    }
}

static void take_record(edge_account_t *account, const edge_store_t *store,
                        const json_t *json, apr_pool_t *p)
{
    const char *until = ae_json_get_string(json, "pausedUntil", p);

    account->directory = take_text(json, "directory", p);
    account->terms = take_text(json, "terms", p);
    if (until && ae_time_parse(&account->paused_until, until) != APR_SUCCESS) {
        account->paused_until = 0;
    }
    take_state(account, store, json, p);
    if (account->url) {
        account->contacts =
            take_contacts(ae_json_get_array(json, "contact"), p);
    }
}

/* @return as edge_store_account_peek, or what OpenSSL refused */
static apr_status_t take_key(edge_account_t *account,
                             const edge_store_t *store, apr_pool_t *p)
{
    ae_key_t *key;
    apr_status_t status = edge_store_account_peek(
        &key, store, account->provider, &account->err, p);

    if (status != APR_SUCCESS) {
        return APR_STATUS_IS_ENOENT(status) ? APR_SUCCESS : status;
    }
    account->key_type = ae_key_type_word(ae_key_type(key));
    return acme_jwk_thumbprint(&account->thumbprint, key, &account->err, p);
}

void edge_account_read(edge_account_t *account, const edge_store_t *store,
                       const char *provider, apr_pool_t *p)
{
    apr_status_t key_status, status;
    json_t *json;
    ae_error_t err;

    memset(account, 0, sizeof(*account));
    account->provider = provider;
    key_status = take_key(account, store, p);
    account->gets_key = ae_file_exists(edge_store_path(
        store, p, "accounts", provider, "account.key.next", NULL));
    status = edge_record_read(
        &json,
        edge_store_path(store, p, "accounts", provider, "account.json", NULL),
        &err, p);
    if (status == APR_SUCCESS) {
        take_record(account, store, json, p);
    } else if (!APR_STATUS_IS_ENOENT(status) && key_status == APR_SUCCESS) {
        account->err = err;
        ae_error_next(&account->err,
                      "nothing is lost: the next order looks the account up "
                      "by its key");
        key_status = status;
    }
    if (key_status != APR_SUCCESS) {
        account->state = EDGE_ACCOUNT_DAMAGED;
    }
}

/* --- all ----------------------------------------------------------------- */

static void add(apr_array_header_t *providers, const char *name)
{
    if (!ae_text_is_among(providers, name)) {
        APR_ARRAY_PUSH(providers, const char *) = name;
    }
}

static const char *provider_at(const edge_cert_t *cert, int i)
{
    return APR_ARRAY_IDX(cert->providers, i, const edge_provider_t *)->name;
}

apr_status_t edge_account_providers(apr_array_header_t **providers,
                                    const edge_store_t *store,
                                    const apr_array_header_t *certs,
                                    ae_error_t *err, apr_pool_t *p)
{
    apr_array_header_t *kept;
    apr_status_t status;
    int i, k;

    *providers = apr_array_make(p, 2, sizeof(const char *));
    for (i = 0; i < certs->nelts; i++) {
        const edge_cert_t *cert = APR_ARRAY_IDX(certs, i, const edge_cert_t *);

        for (k = 0; k < cert->providers->nelts; k++) {
            add(*providers, provider_at(cert, k));
        }
    }
    status = ae_file_list(&kept, edge_store_path(store, p, "accounts", NULL),
                          err, p);
    if (status != APR_SUCCESS) {
        return APR_STATUS_IS_ENOENT(status) ? APR_SUCCESS : status;
    }
    for (i = 0; i < kept->nelts; i++) {
        add(*providers, APR_ARRAY_IDX(kept, i, const char *));
    }
    return APR_SUCCESS;
}

int edge_account_is_used(const char *provider, const edge_cert_t *cert)
{
    int i;

    for (i = 0; i < cert->providers->nelts; i++) {
        if (strcmp(provider_at(cert, i), provider) == 0) {
            return 1;
        }
    }
    return 0;
}
