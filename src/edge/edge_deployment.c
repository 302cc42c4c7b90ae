#include "edge_deployment.h"

#include "edge_record.h"

#include <apr_strings.h>
#include <string.h>

static const char *record_path(const edge_store_t *store,
                               const edge_cert_t *cert, apr_pool_t *p)
{
    return edge_store_path(store, p, "deploy",
                           apr_pstrcat(p, cert->dir, ".json", NULL), NULL);
}

static int take(edge_deployment_t *d, const json_t *json, apr_pool_t *p)
{
    d->ok = ae_json_get_bool(json, "ok", 0);
    edge_record_get_error(&d->error, json, "error", p);
    return edge_record_get_time(&d->at, json, "at") &&
           edge_record_get_text(d->serial, sizeof(d->serial), json, "serial");
}

void edge_live_deployment(edge_deployment_t *deployment,
                          const edge_store_t *store, const edge_cert_t *cert,
                          apr_pool_t *p)
{
    apr_pool_t *ptemp;
    ae_error_t ignored;
    json_t *json;

    memset(deployment, 0, sizeof(*deployment));
    apr_pool_create(&ptemp, p);
    if (edge_record_read(&json, record_path(store, cert, ptemp), &ignored,
                         ptemp) == APR_SUCCESS &&
        !take(deployment, json, ptemp)) {
        memset(deployment, 0, sizeof(*deployment));
    }
    apr_pool_destroy(ptemp);
}

void edge_deployment_save(const edge_deployment_t *d,
                          const edge_store_t *store, const edge_cert_t *cert,
                          apr_pool_t *p)
{
    json_t *json = ae_json_keep(json_object(), p);
    ae_error_t ignored;
    apr_status_t status;

    json_object_set_new(json, "at", json_integer(d->at));
    json_object_set_new(json, "ok", json_boolean(d->ok));
    json_object_set_new(json, "serial", json_string(d->serial));
    edge_record_put_error(json, "error", &d->error);
    status = edge_record_write(record_path(store, cert, p), json, 0644,
                               &ignored, p);
    (void)status;
}
