#include "edge_record.h"

#include <apr_strings.h>
#include <string.h>

#define FILE_MAX (256 * 1024)
#define TIME_MAX apr_time_from_sec(APR_INT64_C(253402300800))

apr_status_t edge_record_read(json_t **json, const char *path, ae_error_t *err,
                              apr_pool_t *p)
{
    ae_bytes_t bytes;
    apr_status_t status = ae_file_read(&bytes, path, FILE_MAX, err, p);
    ae_error_t cause;

    if (status != APR_SUCCESS) {
        return status;
    }
    status =
        ae_json_parse(json, (const char *)bytes.data, bytes.len, &cause, p);
    if (status != APR_SUCCESS) {
        ae_error_set(err, status, "%s is damaged", path);
        return ae_error_why(err, "%s", bytes.len ? cause.why : "it is empty");
    }
    return APR_SUCCESS;
}

apr_status_t edge_record_write(const char *path, const json_t *json,
                               mode_t mode, ae_file_durability_t durability,
                               ae_error_t *err, apr_pool_t *p)
{
    static const ae_file_owner_t writer = {(uid_t)-1, (gid_t)-1};
    const char *text = apr_pstrcat(p, ae_json_print(json, p), "\n", NULL);
    ae_bytes_t bytes = {(const unsigned char *)text, strlen(text)};

    return ae_file_write(path, bytes, mode, writer, durability, err, p);
}

int edge_record_is_bad(apr_status_t status)
{
    return status == AE_EFORMAT || status == AE_EMISMATCH ||
           status == AE_ESEAL || status == AE_ETOOBIG || status == AE_EUNSAFE;
}

int edge_record_is_lost(apr_status_t status)
{
    return edge_record_is_bad(status) || APR_STATUS_IS_EACCES(status);
}

apr_status_t edge_record_set_aside(const char *path, ae_error_t *err,
                                   apr_pool_t *p)
{
    const char *aside = apr_pstrcat(p, path, ".damaged", NULL);
    apr_status_t status = ae_file_remove(aside, err, p);

    return status == APR_SUCCESS ? ae_file_rename(path, aside, err, p)
                                 : status;
}

void edge_record_put_error(json_t *object, const char *key,
                           const ae_error_t *error)
{
    json_t *value;

    if (error->status == APR_SUCCESS) {
        return;
    }
    value = json_object();
    json_object_set_new(value, "status", json_integer(error->status));
    json_object_set_new(value, "what", json_string(error->what));
    json_object_set_new(value, "why", json_string(error->why));
    json_object_set_new(value, "next", json_string(error->next));
    json_object_set_new(object, key, value);
}

static void copy_text(char *buf, apr_size_t size, const json_t *object,
                      const char *key, apr_pool_t *p)
{
    const char *text = ae_json_get_string(object, key, p);

    ae_text_copy(buf, size, text ? text : "");
}

void edge_record_get_error(ae_error_t *error, const json_t *object,
                           const char *key, apr_pool_t *p)
{
    const json_t *value = ae_json_get_object(object, key);

    memset(error, 0, sizeof(*error));
    if (value == NULL) {
        return;
    }
    error->status = (apr_status_t)ae_json_get_int(value, "status", 0);
    copy_text(error->what, sizeof(error->what), value, "what", p);
    copy_text(error->why, sizeof(error->why), value, "why", p);
    copy_text(error->next, sizeof(error->next), value, "next", p);
    /* Whatever the number: there was an error. */
    if (error->status == APR_SUCCESS) {
        error->status = APR_EGENERAL;
    }
}

int edge_record_get_time(apr_time_t *t, const json_t *object, const char *key)
{
    const json_t *value = json_object_get(object, key);

    if (value && !json_is_integer(value)) {
        return 0;
    }
    *t = value ? (apr_time_t)json_integer_value(value) : 0;
    return *t >= 0 && *t < TIME_MAX;
}

int edge_record_get_text(char *buf, apr_size_t size, const json_t *object,
                         const char *key)
{
    const json_t *value = json_object_get(object, key);

    buf[0] = '\0';
    if (value &&
        (!json_is_string(value) || json_string_length(value) >= size)) {
        return 0;
    }
    ae_text_copy(buf, size, value ? json_string_value(value) : "");
    return 1;
}
