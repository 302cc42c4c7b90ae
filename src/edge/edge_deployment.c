#include "edge_deployment.h"

#include "edge_record.h"

#include <apr_strings.h>
#include <assert.h>
#include <string.h>

static const char *const by_words[] = {
    [EDGE_BY_RESTART] = "restart",
    [EDGE_BY_HOT] = "hot",
};
static_assert(sizeof(by_words) / sizeof(by_words[0]) == EDGE_BYS,
              "each has a word");

const char *edge_deployed_by_word(edge_deployed_by_t by)
{
    return by_words[by];
}

static const char *record_path(const edge_store_t *store,
                               const edge_cert_t *cert, apr_pool_t *p)
{
    return edge_store_path(store, p, "deploy",
                           apr_pstrcat(p, cert->dir, ".json", NULL), NULL);
}

/* @return whether it is absent, as in a record of an earlier version, or a
 * word that is known */
static int take_by(edge_deployed_by_t *by, const json_t *json)
{
    const char *word = json_string_value(json_object_get(json, "by"));
    int i;

    for (i = 0; word != NULL && i < EDGE_BYS; i++) {
        if (strcmp(word, by_words[i]) == 0) {
            *by = (edge_deployed_by_t)i;
            return 1;
        }
    }
    return json_object_get(json, "by") == NULL;
}

/* Earlier versions knew restarts alone. */
static int take_serving(edge_deployment_t *d, const json_t *json)
{
    if (json_object_get(json, "by") == NULL) {
        d->served_at = d->ok ? d->at : 0;
        return 1;
    }
    d->waits = ae_json_get_bool(json, "waits", 0);
    return take_by(&d->by, json) &&
           edge_record_get_time(&d->served_at, json, "servedAt");
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
                                "replaced") &&
           take_serving(d, json);
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

int edge_live_is_held_back(const edge_deployment_t *deployment)
{
    return deployment->ok && deployment->waits &&
           deployment->error.status != APR_SUCCESS;
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
    json_object_set_new(json, "by", json_string(by_words[d->by]));
    json_object_set_new(json, "servedAt", json_integer(d->served_at));
    json_object_set_new(json, "waits", json_boolean(d->waits));
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

static int is_same(const ae_error_t *a, const ae_error_t *b)
{
    return a->status == b->status && strcmp(a->what, b->what) == 0 &&
           strcmp(a->why, b->why) == 0 && strcmp(a->next, b->next) == 0;
}

/* Where a set was refused since, why that was stays.
 * @return whether that is news */
static int note(edge_deployment_t *d, edge_deployed_by_t by,
                const ae_error_t *trouble, apr_time_t now)
{
    static const ae_error_t none;

    if (!d->waits ||
        (trouble != NULL && (!d->ok || is_same(&d->error, trouble)))) {
        return 0;
    }
    if (d->ok) {
        d->error = trouble != NULL ? *trouble : none;
    }
    if (trouble == NULL) {
        d->by = by;
        d->served_at = now;
        d->waits = 0;
    }
    return 1;
}

/* @return the same */
static int take_back(edge_deployment_t *d, const ae_error_t *trouble)
{
    if (d->at == 0 || d->waits) {
        return 0;
    }
    if (d->ok) {
        d->error = *trouble;
    }
    d->served_at = 0;
    d->waits = 1;
    return 1;
}

apr_status_t edge_deployment_served(const edge_store_t *store,
                                    const edge_cert_t *cert,
                                    edge_deployed_by_t by,
                                    const ae_error_t *trouble, apr_time_t now,
                                    ae_error_t *err, apr_pool_t *p)
{
    edge_deployment_t d;

    edge_live_deployment(&d, store, cert, p);
    return note(&d, by, trouble, now)
               ? edge_deployment_save(&d, store, cert, err, p)
               : APR_SUCCESS;
}

apr_status_t edge_deployment_unserved(const edge_store_t *store,
                                      const edge_cert_t *cert,
                                      const ae_error_t *trouble,
                                      ae_error_t *err, apr_pool_t *p)
{
    edge_deployment_t d;

    edge_live_deployment(&d, store, cert, p);
    return take_back(&d, trouble)
               ? edge_deployment_save(&d, store, cert, err, p)
               : APR_SUCCESS;
}
