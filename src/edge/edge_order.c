#include "edge_order.h"

#include "edge_keying.h"

#include <string.h>

json_t *edge_order_print(const acme_order_t *order, const edge_cert_t *cert,
                         const edge_provider_t *provider, apr_pool_t *p)
{
    const char *type = ae_key_type_word(cert->key_type);
    json_t *json = ae_json_keep(json_object(), p);

    if (json == NULL ||
        json_object_set_new(json, "provider", json_string(provider->name)) ||
        json_object_set_new(json, "keyType", json_string(type)) ||
        json_object_set_new(json, "request",
                            json_string(edge_keying_word(cert, p))) ||
        json_object_set(json, "order", acme_order_save(order, p))) {
        return NULL;
    }
    return json;
}

/* Orders of earlier versions say nothing of a request, and have none. */
static int says(const json_t *saved, const char *key, const char *value,
                apr_pool_t *p)
{
    const char *text = ae_json_get_string(saved, key, p);

    return strcmp(text != NULL ? text : "", value) == 0;
}

int edge_order_fits(const json_t *saved, const edge_cert_t *cert,
                    const edge_provider_t *provider, apr_pool_t *p)
{
    return says(saved, "provider", provider->name, p) &&
           says(saved, "keyType", ae_key_type_word(cert->key_type), p) &&
           says(saved, "request", edge_keying_word(cert, p), p) &&
           ae_json_get_object(saved, "order") != NULL;
}
