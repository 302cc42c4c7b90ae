#include "acme_engine.h"
#include "acme_url.h"
#include "ae_time.h"

#include <apr_strings.h>
#include <string.h>
#include <strings.h>

static json_t *print_names(const apr_array_header_t *names)
{
    json_t *list = json_array();
    int i;

    for (i = 0; i < names->nelts; i++) {
        json_array_append_new(
            list, json_string(APR_ARRAY_IDX(names, i, const char *)));
    }
    return list;
}

static json_t *print_tokens(const apr_array_header_t *tokens, apr_pool_t *p)
{
    json_t *list = json_array();
    int i;

    for (i = 0; i < tokens->nelts; i++) {
        const acme_token_t *one = &APR_ARRAY_IDX(tokens, i, acme_token_t);
        json_array_append_new(
            list,
            json_pack("{s:s,s:s,s:s,s:s}", "name", one->name, "token",
                      one->token, "keyAuthorization", one->key_authorization,
                      "expires", ae_time_print(one->expires, p)));
    }
    return list;
}

json_t *acme_order_save(const acme_order_t *order, apr_pool_t *p)
{
    json_t *saved = ae_json_keep(json_object(), p);

    json_object_set_new(saved, "directory",
                        json_string(order->session->config.directory_url));
    json_object_set_new(saved, "names", print_names(order->names));
    json_object_set_new(saved, "tokens", print_tokens(order->tokens, p));
    if (order->url) {
        json_object_set_new(saved, "url", json_string(order->url));
        json_object_set_new(saved, "account", json_string(order->account));
    }
    if (order->expires) {
        json_object_set_new(saved, "expires",
                            json_string(ae_time_print(order->expires, p)));
    }
    return saved;
}

static apr_status_t refuse(ae_error_t *err, const char *why)
{
    ae_error_set(err, AE_EFORMAT, "The saved order cannot be taken up again");
    ae_error_why(err, "%s", why);
    return ae_error_next(err, "A new order is made.");
}

static int has_name(const json_t *list, const char *name)
{
    size_t i;

    for (i = 0; i < json_array_size(list); i++) {
        const char *one = json_string_value(json_array_get(list, i));
        if (one && !strcasecmp(one, name)) {
            return 1;
        }
    }
    return 0;
}

static int same_names(const acme_order_t *order, const json_t *saved)
{
    const json_t *list = ae_json_get_array(saved, "names");
    int i;

    if (json_array_size(list) != (size_t)order->names->nelts) {
        return 0;
    }
    for (i = 0; i < order->names->nelts; i++) {
        if (!has_name(list, APR_ARRAY_IDX(order->names, i, const char *))) {
            return 0;
        }
    }
    return 1;
}

/* The key authorization tells whether the account key is still the same one
 * (RFC 8555 section 8.1). */
static apr_status_t load_token(acme_order_t *order, const json_t *saved,
                               ae_error_t *err)
{
    acme_token_t token = {
        .name = ae_json_get_string(saved, "name", order->p),
        .token = ae_json_get_string(saved, "token", order->p),
        .key_authorization =
            ae_json_get_string(saved, "keyAuthorization", order->p)};
    const char *expires = ae_json_get_string(saved, "expires", order->p);
    const char *thumbprint;
    apr_status_t rv =
        acme_session_thumbprint(&thumbprint, order->session, err);

    if (rv != APR_SUCCESS) {
        return rv;
    }
    if (!token.name || !token.token || !token.key_authorization || !expires ||
        !acme_token_valid(token.token, strlen(token.token)) ||
        ae_time_parse(&token.expires, expires) != APR_SUCCESS) {
        return refuse(err, "one of its tokens is damaged");
    }
    if (strcmp(token.key_authorization,
               apr_pstrcat(order->p, token.token, ".", thumbprint, NULL))) {
        return refuse(err, "it was made with another account key");
    }
    acme_order_add_token(order, &token);
    return APR_SUCCESS;
}

static apr_status_t load_tokens(acme_order_t *order, const json_t *saved,
                                ae_error_t *err)
{
    const json_t *list = ae_json_get_array(saved, "tokens");
    apr_status_t rv = APR_SUCCESS;
    size_t i;

    if (json_array_size(list) > ACME_AUTHORIZATIONS_MAX) {
        return refuse(err, "it holds too many tokens");
    }
    for (i = 0; rv == APR_SUCCESS && i < json_array_size(list); i++) {
        rv = load_token(order, json_array_get(list, i), err);
    }
    return rv;
}

static apr_status_t load_url(acme_order_t *order, const json_t *saved,
                             ae_error_t *err)
{
    const char *expires = ae_json_get_string(saved, "expires", order->p);

    order->url = ae_json_get_string(saved, "url", order->p);
    order->account = ae_json_get_string(saved, "account", order->p);
    if (!order->url) {
        order->account = NULL;
        return APR_SUCCESS; /* newOrder was not answered */
    }
    if (!acme_url_valid(order->url) || !acme_url_valid(order->account)) {
        return refuse(err, "its URL or its account is damaged");
    }
    if (order->session->account_url &&
        strcmp(order->account, order->session->account_url) != 0) {
        return refuse(err, "it was made by another account");
    }
    if (expires && ae_time_parse(&order->expires, expires) != APR_SUCCESS) {
        order->expires = 0;
    }
    acme_order_move(order, ACME_ORDER_TAKE_UP);
    return APR_SUCCESS;
}

static apr_status_t load(acme_order_t *order, const json_t *saved,
                         ae_error_t *err)
{
    const char *directory = ae_json_get_string(saved, "directory", order->p);
    apr_status_t rv;

    if (!directory ||
        strcmp(directory, order->session->config.directory_url) != 0) {
        return refuse(err, "it was made at another CA");
    }
    if (!same_names(order, saved)) {
        return refuse(err, "it was made for other names");
    }
    rv = load_url(order, saved, err);
    if (rv == APR_SUCCESS) {
        rv = load_tokens(order, saved, err);
    }
    order->revision = 0;
    return rv;
}

apr_status_t acme_order_load(acme_order_t **order, acme_session_t *session,
                             const apr_array_header_t *names, ae_bytes_t csr,
                             const json_t *saved, ae_error_t *err,
                             apr_pool_t *p)
{
    acme_order_t *loaded;
    apr_status_t rv = acme_order_create(&loaded, session, names, csr, p);

    if (rv != APR_SUCCESS) {
        ae_error_set(err, rv, "The saved order cannot be taken up again");
        return ae_error_why_status(err, rv);
    }
    rv = load(loaded, saved, err);
    if (rv != APR_SUCCESS) {
        acme_order_destroy(loaded);
        return rv;
    }
    *order = loaded;
    return APR_SUCCESS;
}
