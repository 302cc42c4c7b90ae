#include "edge_errand.h"

#include "acme_jws.h"
#include "ae_random.h"
#include "edge_record.h"

#include <apr_strings.h>
#include <string.h>

#define PLACE "requests"
#define PREFIX "errand."
#define DONE ".done"

static const char *path_of(const edge_store_t *store, const char *id,
                           const char *suffix, apr_pool_t *p)
{
    return edge_store_path(store, p, PLACE,
                           apr_pstrcat(p, PREFIX, id, suffix, NULL), NULL);
}

const char *edge_errand_path(const edge_store_t *store, const char *id,
                             apr_pool_t *p)
{
    return path_of(store, id, "", p);
}

const char *edge_errand_id(const char *name, int *is_done, apr_pool_t *p)
{
    const char *id = name + strlen(PREFIX);
    apr_size_t len = strlen(name);

    if (len < strlen(PREFIX) + EDGE_ERRAND_ID_LENGTH ||
        strncmp(name, PREFIX, strlen(PREFIX)) != 0 ||
        strspn(id, "0123456789abcdef") != EDGE_ERRAND_ID_LENGTH) {
        return NULL;
    }
    *is_done = strcmp(id + EDGE_ERRAND_ID_LENGTH, DONE) == 0;
    if (!*is_done && id[EDGE_ERRAND_ID_LENGTH] != '\0') {
        return NULL;
    }
    return apr_pstrmemdup(p, id, EDGE_ERRAND_ID_LENGTH);
}

static apr_status_t draw_id(const char **id, ae_error_t *err, apr_pool_t *p)
{
    unsigned char bytes[EDGE_ERRAND_ID_LENGTH / 2];
    char *text = apr_pcalloc(p, EDGE_ERRAND_ID_LENGTH + 1);
    apr_status_t status = ae_random_bytes(bytes, sizeof(bytes), err);
    apr_size_t i;

    for (i = 0; i < sizeof(bytes); i++) {
        apr_snprintf(text + 2 * i, 3, "%02x", bytes[i]);
    }
    *id = text;
    return status;
}

static apr_status_t write_for(ae_file_owner_t owner, const char *path,
                              const json_t *json, ae_error_t *err,
                              apr_pool_t *p)
{
    const char *text = apr_pstrcat(p, ae_json_print(json, p), "\n", NULL);
    ae_bytes_t bytes = {(const unsigned char *)text, strlen(text)};

    return ae_file_write(path, bytes, 0600, owner, AE_FILE_DURABLE, err, p);
}

apr_status_t edge_errand_put(const char **id, const edge_store_t *store,
                             json_t *asked, apr_time_t now, ae_error_t *err,
                             apr_pool_t *p)
{
    apr_status_t status = draw_id(id, err, p);

    if (status != APR_SUCCESS) {
        return status;
    }
    json_object_set_new(asked, "at", json_integer(now));
    return write_for(edge_store_worker(store), path_of(store, *id, "", p),
                     asked, err, p);
}

apr_status_t edge_errand_outcome(edge_errand_end_t *outcome,
                                 const edge_store_t *store, const char *id,
                                 ae_error_t *err, apr_pool_t *p)
{
    const char *path = path_of(store, id, DONE, p);
    json_t *json;
    apr_status_t status = edge_record_read(&json, path, err, p);

    memset(outcome, 0, sizeof(*outcome));
    if (status != APR_SUCCESS) {
        return status;
    }
    edge_record_get_error(&outcome->error, json, "error", p);
    if (!edge_record_get_time(&outcome->at, json, "at") ||
        !edge_record_get_text(outcome->answer, sizeof(outcome->answer), json,
                              "answer") ||
        (outcome->answer[0] == '\0' && outcome->error.status == APR_SUCCESS)) {
        ae_error_set(err, AE_EFORMAT, "%s is damaged", path);
        return ae_error_why(err, "it says nothing of what was done");
    }
    return APR_SUCCESS;
}

apr_status_t edge_errand_tell(const edge_store_t *store, const char *id,
                              const edge_errand_end_t *outcome,
                              ae_error_t *err, apr_pool_t *p)
{
    static const ae_file_owner_t writer = {(uid_t)-1, (gid_t)-1};
    json_t *json = ae_json_keep(json_object(), p);

    json_object_set_new(json, "at", json_integer(outcome->at));
    json_object_set_new(json, "answer", json_string(outcome->answer));
    edge_record_put_error(json, "error", &outcome->error);
    return write_for(writer, path_of(store, id, DONE, p), json, err, p);
}

/* What was asked goes first: without its outcome it would be done again. */
apr_status_t edge_errand_drop(const edge_store_t *store, const char *id,
                              ae_error_t *err, apr_pool_t *p)
{
    apr_status_t status = ae_file_remove(path_of(store, id, "", p), err, p);

    return status == APR_SUCCESS
               ? ae_file_remove(path_of(store, id, DONE, p), err, p)
               : status;
}

static const char *purpose(const char *member, apr_pool_t *p)
{
    return apr_pstrcat(p, PLACE "/" PREFIX, member, NULL);
}

apr_status_t edge_errand_seal(json_t *asked, const char *member,
                              const edge_store_t *store, ae_bytes_t secret,
                              ae_error_t *err, apr_pool_t *p)
{
    ae_bytes_t sealed;
    apr_status_t status = ae_seal_close(&sealed, edge_store_seal(store),
                                        purpose(member, p), secret, err, p);

    if (status == APR_SUCCESS) {
        json_object_set_new(asked, member,
                            json_string(acme_base64url_encode(sealed, p)));
    }
    return status;
}

apr_status_t edge_errand_unseal(ae_bytes_t *secret, const json_t *asked,
                                const char *member, const edge_store_t *store,
                                ae_error_t *err, apr_pool_t *p)
{
    const char *text = ae_json_get_string(asked, member, p);
    ae_bytes_t sealed;
    apr_status_t status;

    if (text == NULL) {
        ae_error_set(err, APR_ENOENT, "No %s is given", member);
        return APR_ENOENT;
    }
    status = acme_base64url_decode(&sealed, text, p);
    if (status != APR_SUCCESS) {
        ae_error_set(err, status, "The %s that is given cannot be read",
                     member);
        return ae_error_why(err, "it is not base64url");
    }
    return ae_seal_open(secret, edge_store_seal(store), purpose(member, p),
                        sealed, err, p);
}
