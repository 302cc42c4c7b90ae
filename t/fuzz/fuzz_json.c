#include "ae_json.h"
#include "fuzz.h"

#include <string.h>

/* JSON, from whoever: ae_json_parse and its getters. */

static void check_member(const json_t *json, const char *key)
{
    const char *text = ae_json_get_string(json, key, fuzz_pool);
    apr_int64_t number = ae_json_get_int(json, key, -7);
    int flag = ae_json_get_bool(json, key, -7);

    fuzz_must(!text || strlen(text) <= AE_JSON_STRING_MAX,
              "a string is bounded");
    fuzz_must(flag == 0 || flag == 1 || flag == -7, "a boolean is one");
    fuzz_must((text != NULL) + (number != -7) + (flag != -7) +
                      (ae_json_get_object(json, key) != NULL) +
                      (ae_json_get_array(json, key) != NULL) <=
                  1,
              "a member is of one type");
}

static void check_object(const json_t *json)
{
    const char *text = ae_json_print(json, fuzz_pool);
    json_t *again = NULL;
    ae_error_t err;
    const char *key;
    json_t *value;

    fuzz_must(json_is_object(json), "it is an object");
    json_object_foreach((json_t *)(size_t)json, key, value)
    {
        check_member(json, key);
    }
    check_member(json, "");
    fuzz_must(strlen(text) > AE_JSON_BYTES_MAX ||
                  ae_json_parse(&again, text, strlen(text), &err, fuzz_pool) ==
                      APR_SUCCESS,
              "what was printed can be read");
    fuzz_must(!again || !strcmp(ae_json_print(again, fuzz_pool), text),
              "what was printed is read as the same");
}

static void run(const unsigned char *data, size_t size)
{
    ae_bytes_t bytes = fuzz_bytes(data, size);
    ae_error_t err;
    json_t *json = NULL;
    apr_status_t status = ae_json_parse(&json, (const char *)bytes.data,
                                        bytes.len, &err, fuzz_pool);

    if (status == APR_SUCCESS) {
        check_object(json);
    } else {
        fuzz_must(status == AE_EFORMAT || status == AE_ETOOBIG,
                  "the status is a documented one");
        fuzz_must_explain(&err, status);
    }
}

const fuzz_target_t fuzz_json = {"json", run, 4000};
