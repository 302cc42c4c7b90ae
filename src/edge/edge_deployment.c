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
    d->renews = ae_json_get_bool(json, "renews", 0);
    edge_record_get_error(&d->error, json, "error", p);
    return edge_record_get_time(&d->at, json, "at") &&
           edge_record_get_text(d->serial, sizeof(d->serial), json,
                                "serial") &&
           edge_record_get_text(d->replaced, sizeof(d->replaced), json,
                                "replaced");
}

static apr_status_t load(edge_deployment_t *d, const char *path,
                         ae_error_t *err, apr_pool_t *p)
{
    json_t *json;
    apr_status_t status = edge_record_read(&json, path, err, p);

    memset(d, 0, sizeof(*d));
    if (status != APR_SUCCESS || take(d, json, p)) {
        return status;
    }
    memset(d, 0, sizeof(*d));
    ae_error_set(err, AE_EFORMAT, "%s is damaged", path);
    return ae_error_why(err, "it has members that cannot be right");
}

void edge_live_deployment(edge_deployment_t *deployment,
                          const edge_store_t *store, const edge_cert_t *cert,
                          apr_pool_t *p)
{
    apr_pool_t *ptemp;
    ae_error_t ignored;
    apr_status_t status;

    apr_pool_create(&ptemp, p);
    status =
        load(deployment, record_path(store, cert, ptemp), &ignored, ptemp);
    (void)status;
    apr_pool_destroy(ptemp);
}

apr_status_t edge_deployment_check(const edge_store_t *store,
                                   const edge_cert_t *cert, ae_error_t *err,
                                   apr_pool_t *p)
{
    const char *path = record_path(store, cert, p);
    edge_deployment_t d;
    ae_error_t ignored;
    apr_status_t status = load(&d, path, err, p);

    if (APR_STATUS_IS_ENOENT(status)) {
        return APR_SUCCESS;
    }
    if (edge_record_is_bad(status) &&
        edge_record_set_aside(path, &ignored, p) == APR_SUCCESS) {
        ae_error_next(err, "it is kept as %s.damaged", path);
    }
    return status;
}

static json_t *print(const edge_deployment_t *d, apr_pool_t *p)
{
    json_t *json = ae_json_keep(json_object(), p);

    json_object_set_new(json, "at", json_integer(d->at));
    json_object_set_new(json, "ok", json_boolean(d->ok));
    json_object_set_new(json, "serial", json_string(d->serial));
    json_object_set_new(json, "replaced", json_string(d->replaced));
    json_object_set_new(json, "renews", json_boolean(d->renews));
    edge_record_put_error(json, "error", &d->error);
    return json;
}

apr_status_t edge_deployment_save(const edge_deployment_t *d,
                                  const edge_store_t *store,
                                  const edge_cert_t *cert, ae_error_t *err,
                                  apr_pool_t *p)
{
    return edge_record_write(record_path(store, cert, p), print(d, p), 0644,
                             AE_FILE_DURABLE, err, p);
}
