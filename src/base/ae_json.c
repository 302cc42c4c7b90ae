#include "ae_json.h"

#include "ae_secret.h"

#include <openssl/crypto.h>
#include <stdlib.h>
#include <string.h>

/* jansson's own text quotes what it read, which may be a secret. */
static const char *const reasons[] = {
    [json_error_stack_overflow] = "it is nested too deeply",
    [json_error_invalid_utf8] = "a string is not UTF-8",
    [json_error_premature_end_of_input] = "it ends too early",
    [json_error_end_of_input_expected] = "something follows its end",
    [json_error_invalid_syntax] = "the syntax is wrong",
    [json_error_duplicate_key] = "a member is there twice",
    [json_error_numeric_overflow] = "a number is too large",
    [json_error_null_character] = "a string holds a NUL",
    [json_error_null_byte_in_key] = "the name of a member holds a NUL",
};

static const char *reason_words(const json_error_t *error)
{
    apr_size_t code = json_error_code(error);

    if (code < sizeof(reasons) / sizeof(reasons[0]) && reasons[code]) {
        return reasons[code];
    }
    return "it cannot be read";
}

static apr_status_t json_drop(void *json)
{
    json_decref(json);
    return APR_SUCCESS;
}

json_t *ae_json_keep(json_t *json, apr_pool_t *p)
{
    if (json) {
        apr_pool_cleanup_register(p, json, json_drop, apr_pool_cleanup_null);
    }
    return json;
}

apr_status_t ae_json_parse(json_t **json, const char *bytes, apr_size_t len,
                           ae_error_t *err, apr_pool_t *p)
{
    return ae_json_parse_large(json, bytes, len, AE_JSON_BYTES_MAX, err, p);
}

apr_status_t ae_json_parse_large(json_t **json, const char *bytes,
                                 apr_size_t len, apr_size_t max,
                                 ae_error_t *err, apr_pool_t *p)
{
    json_error_t error;
    json_t *parsed;

    if (len > max) {
        ae_error_set(err, AE_ETOOBIG, "This JSON document is too large");
        return ae_error_why(err, "it has %lu bytes, the limit is %lu",
                            (unsigned long)len, (unsigned long)max);
    }
    parsed = json_loadb(len ? bytes : "", len,
                        JSON_REJECT_DUPLICATES | JSON_DECODE_ANY, &error);
    if (parsed == NULL) {
        ae_error_set(err, AE_EFORMAT, "This is not a JSON document");
        return ae_error_why(err, "%s at line %d, column %d",
                            reason_words(&error), error.line, error.column);
    }
    if (!json_is_object(parsed)) {
        json_decref(parsed);
        ae_error_set(err, AE_EFORMAT, "This is not a JSON object");
        return ae_error_why(err, "something else begins at line 1, column 1");
    }
    *json = ae_json_keep(parsed, p);
    return APR_SUCCESS;
}

const char *ae_json_print(const json_t *json, apr_pool_t *p)
{
    char *text =
        json_dumps(json, JSON_COMPACT | JSON_SORT_KEYS | JSON_ENCODE_ANY);
    apr_size_t size;
    char *copy;

    if (text == NULL) {
        return "null";
    }
    /* What is printed may be a file with a secret in it. */
    size = strlen(text) + 1;
    copy = memcpy(ae_secret_alloc(size, p), text, size);
    OPENSSL_cleanse(text, size);
    free(text);
    return copy;
}

const char *ae_json_get_string(const json_t *object, const char *key,
                               apr_pool_t *p)
{
    const json_t *member = json_object_get(object, key);
    apr_size_t len = json_string_length(member);

    if (!json_is_string(member) || len > AE_JSON_STRING_MAX ||
        strlen(json_string_value(member)) != len) {
        return NULL;
    }
    return memcpy(ae_secret_alloc(len + 1, p), json_string_value(member),
                  len + 1);
}

apr_int64_t ae_json_get_int(const json_t *object, const char *key,
                            apr_int64_t other)
{
    const json_t *member = json_object_get(object, key);

    return json_is_integer(member) ? json_integer_value(member) : other;
}

int ae_json_get_bool(const json_t *object, const char *key, int other)
{
    const json_t *member = json_object_get(object, key);

    return json_is_boolean(member) ? json_is_true(member) : other;
}

const json_t *ae_json_get_object(const json_t *object, const char *key)
{
    const json_t *member = json_object_get(object, key);

    return json_is_object(member) ? member : NULL;
}

const json_t *ae_json_get_array(const json_t *object, const char *key)
{
    const json_t *member = json_object_get(object, key);

    return json_is_array(member) ? member : NULL;
}

json_t *ae_json_texts(const apr_array_header_t *texts)
{
    json_t *list = json_array();
    int i;

    for (i = 0; i < texts->nelts; i++) {
        json_array_append_new(
            list, json_string(APR_ARRAY_IDX(texts, i, const char *)));
    }
    return list;
}
