#include "fixture.h"

#include "support.h"

#include <apr_strings.h>
#include <check.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

ae_bytes_t t_bytes(const char *text)
{
    ae_bytes_t bytes = {(const unsigned char *)text, strlen(text)};

    return bytes;
}

const char *t_hex(ae_bytes_t bytes)
{
    char *text = apr_pcalloc(t_pool, 2 * bytes.len + 1);
    apr_size_t i;

    for (i = 0; i < bytes.len; i++) {
        apr_snprintf(text + 2 * i, 3, "%02x", bytes.data[i]);
    }
    return text;
}

apr_array_header_t *t_names(const char *first, ...)
{
    apr_array_header_t *names = apr_array_make(t_pool, 4, sizeof(char *));
    const char *name;
    va_list args;

    va_start(args, first);
    for (name = first; name; name = va_arg(args, const char *)) {
        APR_ARRAY_PUSH(names, const char *) = name;
    }
    va_end(args);
    return names;
}

static const char *text_read(const char *fixture)
{
    static char text[64 * 1024];
    FILE *file = fopen(t_fixture(fixture), "r");
    size_t len;

    ck_assert_msg(file != NULL, "no fixture %s", fixture);
    len = fread(text, 1, sizeof(text) - 1, file);
    fclose(file);
    return apr_pstrmemdup(t_pool, text, len);
}

ae_bytes_t t_pem(const char *first, ...)
{
    const char *all = "";
    const char *name;
    va_list args;

    va_start(args, first);
    for (name = first; name; name = va_arg(args, const char *)) {
        all = apr_pstrcat(t_pool, all, text_read(name), NULL);
    }
    va_end(args);
    return t_bytes(all);
}

const acme_problem_t *t_problem(const char *type, const char *detail)
{
    json_t *json = ae_json_keep(json_pack("{s:s+, s:s}", "type",
                                          "urn:ietf:params:acme:error:", type,
                                          "detail", detail),
                                t_pool);

    ck_assert_ptr_nonnull(json);
    return acme_problem_read(json, t_pool);
}

ae_key_t *t_key(const char *fixture)
{
    ae_key_t *key = NULL;
    ae_error_t err;

    ck_assert_msg(ae_key_parse(&key, t_pem(fixture, NULL), &err, t_pool) ==
                      APR_SUCCESS,
                  "%s: %s", fixture, err.why);
    return key;
}

ae_cert_t *t_cert(const char *leaf, const char *issuer)
{
    ae_cert_t *cert = NULL;
    ae_error_t err;

    ck_assert_msg(ae_cert_parse(&cert, t_pem(leaf, issuer, NULL), &err,
                                t_pool) == APR_SUCCESS,
                  "%s: %s", leaf, err.why);
    return cert;
}
