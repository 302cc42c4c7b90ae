#include "httpd_form.h"

#include "show_query.h"

#include <apr_lib.h>
#include <apr_strings.h>
#include <stddef.h>
#include <string.h>

/* One field, and where it goes. */
typedef struct slot_t {
    const char *key;
    size_t offset;
} slot_t;

static const slot_t slots[] = {
    {"do", offsetof(httpd_form_t, verb)},
    {"name", offsetof(httpd_form_t, name)},
    {"serial", offsetof(httpd_form_t, serial)},
    {"nonce", offsetof(httpd_form_t, nonce)},
    {"lang", offsetof(httpd_form_t, lang)},
};

enum {
    SLOTS = sizeof(slots) / sizeof(slots[0])
};

static const char **place_of(httpd_form_t *form, const slot_t *slot)
{
    return (const char **)(void *)((char *)form + slot->offset);
}

/* No field of ours has a control character. @return NULL where it is no
 * text */
static char *decode(const char *encoded, apr_pool_t *p)
{
    char *text = show_query_decode(encoded, p);
    const char *c;

    for (c = text; c != NULL && *c != '\0'; c++) {
        if (apr_iscntrl(*c)) {
            return NULL;
        }
    }
    return text;
}

/* @return NULL, or what is wrong */
static const char *take(httpd_form_t *form, char *key, apr_pool_t *p)
{
    char *value = strchr(key, '=');
    int i;

    if (value == NULL) {
        return "a field has no value";
    }
    *value++ = '\0';
    key = decode(key, p);
    value = decode(value, p);
    if (key == NULL || value == NULL) {
        return "a field is not encoded as a form's";
    }
    for (i = 0; i < SLOTS; i++) {
        if (strcmp(slots[i].key, key) == 0) {
            if (*place_of(form, &slots[i]) != NULL) {
                return "a field is there twice";
            }
            *place_of(form, &slots[i]) = value;
            return NULL;
        }
    }
    return "it has a field that the page has not";
}

static void fill_absent(httpd_form_t *form)
{
    int i;

    for (i = 0; i < SLOTS; i++) {
        const char **place = place_of(form, &slots[i]);

        *place = *place ? *place : "";
    }
}

apr_status_t httpd_form_read(httpd_form_t *form, ae_bytes_t body,
                             ae_error_t *err, apr_pool_t *p)
{
    const char *wrong = NULL;
    char *text, *key, *rest;

    memset(form, 0, sizeof(*form));
    ae_error_set(err, AE_EFORMAT,
                 "That is not what a button of this page "
                 "sends");
    if (body.len > HTTPD_FORM_BYTES_MAX) {
        err->status = AE_ETOOBIG;
        return ae_error_why(err, "it has more than %d bytes",
                            HTTPD_FORM_BYTES_MAX);
    }
    if (body.len > 0 && memchr(body.data, '\0', body.len) != NULL) {
        return ae_error_why(err, "it is no text");
    }
    text = apr_pstrmemdup(p, (const char *)body.data, body.len);
    for (key = apr_strtok(text, "&", &rest); key && !wrong;
         key = apr_strtok(NULL, "&", &rest)) {
        wrong = take(form, key, p);
    }
    if (wrong) {
        return ae_error_why(err, "%s", wrong);
    }
    fill_absent(form);
    return APR_SUCCESS;
}
