#include "edge_revoked.h"

#include "ae_time.h"
#include "edge_digest.h"
#include "edge_record.h"

#include <apr_strings.h>
#include <string.h>

#define PLACE "revoked"

/* Clocks differ. */
#define SLACK apr_time_from_sec(86400)

/* RFC 5280 section 4.1.2.2: issuer and serial identify a certificate. */
static const char *path_of(const edge_store_t *store,
                           const ae_cert_facts_t *facts, apr_pool_t *p)
{
    const char *both =
        apr_pstrcat(p, facts->issuer, "\n", facts->serial, NULL);

    return edge_store_path(
        store, p, PLACE,
        apr_pstrcat(p, edge_digest_text(both, p), ".json", NULL), NULL);
}

apr_status_t edge_revoked_note(const edge_store_t *store,
                               const ae_cert_facts_t *facts,
                               const char *reason, apr_time_t now,
                               ae_error_t *err, apr_pool_t *p)
{
    json_t *json = ae_json_keep(json_object(), p);

    json_object_set_new(json, "at", json_integer(now));
    json_object_set_new(json, "reason", json_string(reason));
    json_object_set_new(json, "serial", json_string(facts->serial));
    json_object_set_new(json, "not_after", json_integer(facts->not_after));
    return edge_record_write(path_of(store, facts, p), json, 0644,
                             AE_FILE_DURABLE, err, p);
}

static void take(edge_revocation_t *found, const json_t *json)
{
    if (!edge_record_get_time(&found->at, json, "at")) {
        found->at = 0;
    }
    if (!edge_record_get_text(found->reason, sizeof(found->reason), json,
                              "reason")) {
        found->reason[0] = '\0';
    }
}

int edge_revoked_find(edge_revocation_t *found, const edge_store_t *store,
                      const ae_cert_facts_t *facts, apr_pool_t *p)
{
    apr_pool_t *ptemp;
    const char *path;
    json_t *json;
    ae_error_t ignored;
    int is_there;

    apr_pool_create(&ptemp, p);
    path = path_of(store, facts, ptemp);
    is_there = ae_file_exists(path);
    if (is_there && found) {
        memset(found, 0, sizeof(*found));
        ae_text_copy(found->serial, sizeof(found->serial), facts->serial);
        if (edge_record_read(&json, path, &ignored, ptemp) == APR_SUCCESS) {
            take(found, json);
        }
    }
    apr_pool_destroy(ptemp);
    return is_there;
}

const char *edge_revoked_words(const edge_revocation_t *revocation,
                               apr_pool_t *p)
{
    return apr_pstrcat(p, "it was revoked", revocation->reason[0] ? " (" : "",
                       revocation->reason, revocation->reason[0] ? ")" : "",
                       revocation->at ? " at " : "",
                       revocation->at ? ae_time_print(revocation->at, p) : "",
                       NULL);
}

apr_status_t edge_revoked_check(const edge_store_t *store,
                                const ae_cert_facts_t *facts, ae_error_t *err,
                                apr_pool_t *p)
{
    edge_revocation_t revocation;

    if (!edge_revoked_find(&revocation, store, facts, p)) {
        return APR_SUCCESS;
    }
    ae_error_set(err, AE_EMISMATCH, "The certificate must not go live");
    return ae_error_why(err, "%s", edge_revoked_words(&revocation, p));
}

static int has_expired(const char *path, apr_time_t now, apr_pool_t *p)
{
    apr_time_t not_after;
    json_t *json;
    ae_error_t ignored;

    return edge_record_read(&json, path, &ignored, p) == APR_SUCCESS &&
           edge_record_get_time(&not_after, json, "not_after") &&
           not_after != 0 && not_after + SLACK < now;
}

void edge_revoked_sweep(const edge_store_t *store, apr_time_t now,
                        apr_pool_t *p)
{
    apr_array_header_t *names;
    ae_error_t ignored;
    int i;

    ae_file_sweep(edge_store_path(store, p, PLACE, NULL), 0, 0, p);
    if (ae_file_list(&names, edge_store_path(store, p, PLACE, NULL), &ignored,
                     p) != APR_SUCCESS) {
        return;
    }
    for (i = 0; i < names->nelts; i++) {
        const char *path = edge_store_path(
            store, p, PLACE, APR_ARRAY_IDX(names, i, const char *), NULL);

        if (has_expired(path, now, p) &&
            ae_file_remove(path, &ignored, p) != APR_SUCCESS) {
            return;
        }
    }
}
