#ifndef AE_JSON_H
#define AE_JSON_H

/** JSON by jansson, owned by pools, read through bounded getters. */

#include "ae_error.h"

#include <apr_tables.h>
#include <apr_time.h>
#include <jansson.h>

#define AE_JSON_BYTES_MAX (1024 * 1024)
#define AE_JSON_STRING_MAX (64 * 1024)

/** Parse one object of at most AE_JSON_BYTES_MAX bytes. It lives in `p`.
 * @return APR_SUCCESS; AE_ETOOBIG; AE_EFORMAT, with line and column in err. */
AE_CHECKED apr_status_t ae_json_parse(json_t **json, const char *bytes,
                                      apr_size_t len, ae_error_t *err,
                                      apr_pool_t *p);

/** The same of at most `max` bytes, for files of our own. */
AE_CHECKED apr_status_t ae_json_parse_large(json_t **json, const char *bytes,
                                            apr_size_t len, apr_size_t max,
                                            ae_error_t *err, apr_pool_t *p);

/** Hand a reference to a pool, which drops it when cleared. Returns json. */
json_t *ae_json_keep(json_t *json, apr_pool_t *p);

/** Print compactly with sorted keys, into `p`; cleansed when `p` is cleared. */
const char *ae_json_print(const json_t *json, apr_pool_t *p);

/** The string member, copied into `p`; NULL where it is absent, null, no
 * string, longer than AE_JSON_STRING_MAX or holds a NUL. */
const char *ae_json_get_string(const json_t *object, const char *key,
                               apr_pool_t *p);

/** The integer member, or `other` where there is none. */
apr_int64_t ae_json_get_int(const json_t *object, const char *key,
                            apr_int64_t other);

/** The boolean member, or `other` where there is none. */
int ae_json_get_bool(const json_t *object, const char *key, int other);

/** The object or array member (borrowed), or NULL. */
const json_t *ae_json_get_object(const json_t *object, const char *key);
const json_t *ae_json_get_array(const json_t *object, const char *key);

/** An array of texts (const char *), copied. A new reference. */
json_t *ae_json_texts(const apr_array_header_t *texts);

#endif
