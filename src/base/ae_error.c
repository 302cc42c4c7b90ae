#include "ae_error.h"

#include <apr_strings.h>
#include <openssl/err.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

/* Larger than every field, so that only ae_text_copy cuts, and it cuts where
 * a character ends. */
#define RAW_SIZE 4096

static const struct {
    apr_status_t status;
    const char *words;
} own_words[] = {
    {AE_EFORMAT, "it is not what it claims to be"},
    {AE_EMISMATCH, "two things do not belong together"},
    {AE_ESEAL, "it is sealed with another key, or damaged"},
    {AE_EVERSION, "it is of a newer version"},
    {AE_ETOOBIG, "it is larger than allowed"},
    {AE_ECRYPTO, "OpenSSL refused"},
    {AE_EREMOTE, "the CA answered with an error"},
    {AE_EUNSAFE, "its mode, owner or kind is unsafe"},
    {AE_EDISTRUST, "the other end's certificate is not trusted"},
    {AE_ECLOCK, "the other end's certificate is not valid now"},
    {AE_ENOHOST, "the host's name cannot be looked up"},
};

/* The length of the UTF-8 character at s (RFC 3629 section 4), 0 where there
 * is none. */
static apr_size_t utf8_read(apr_uint32_t *code, const unsigned char *s)
{
    static const apr_uint32_t least[] = {0, 0, 0x80, 0x800, 0x10000};
    static const unsigned char bits[] = {0, 0x7f, 0x1f, 0x0f, 0x07};
    apr_size_t len = s[0] < 0x80             ? 1
                     : (s[0] & 0xe0) == 0xc0 ? 2
                     : (s[0] & 0xf0) == 0xe0 ? 3
                     : (s[0] & 0xf8) == 0xf0 ? 4
                                             : 0;
    apr_size_t i;

    *code = s[0] & bits[len];
    for (i = 1; i < len; i++) {
        if ((s[i] & 0xc0) != 0x80) {
            return 0;
        }
        *code = *code << 6 | (s[i] & 0x3f);
    }
    if (*code < least[len] || *code > 0x10ffff ||
        (*code >= 0xd800 && *code <= 0xdfff)) {
        return 0;
    }
    return len;
}

static int is_control(apr_uint32_t code)
{
    return code < 0x20 || (code >= 0x7f && code < 0xa0);
}

void ae_text_copy(char *buf, apr_size_t size, const char *text)
{
    const unsigned char *in = (const unsigned char *)text;
    apr_size_t out = 0;

    while (*in) {
        apr_uint32_t code;
        apr_size_t len = utf8_read(&code, in);
        int bad = len == 0 || is_control(code);
        apr_size_t room = bad ? 1 : len;

        if (out + room >= size) {
            break;
        }
        if (bad) {
            buf[out] = '?';
        } else {
            memcpy(buf + out, in, len);
        }
        out += room;
        in += len ? len : 1;
    }
    buf[out] = '\0';
}

const char *ae_text_clean(const char *text, apr_size_t size, apr_pool_t *p)
{
    apr_size_t whole = strlen(text) + 1;
    char *clean;

    size = whole < size ? whole : size;
    clean = apr_palloc(p, size);
    ae_text_copy(clean, size, text);
    return clean;
}

int ae_text_is_among(const apr_array_header_t *texts, const char *text)
{
    int i;

    for (i = 0; i < texts->nelts; i++) {
        if (strcmp(APR_ARRAY_IDX(texts, i, const char *), text) == 0) {
            return 1;
        }
    }
    return 0;
}

/* By way of a buffer of its own: the arguments may be fields of the error
 * that is written to. */
static void field_print(char *buf, apr_size_t size, const char *fmt,
                        va_list args)
{
    char raw[RAW_SIZE];

    if (vsnprintf(raw, sizeof(raw), fmt, args) < 0) {
        raw[0] = '\0';
    }
    ae_text_copy(buf, size, raw);
}

apr_status_t ae_error_set(ae_error_t *err, apr_status_t status,
                          const char *what, ...)
{
    va_list args;

    va_start(args, what);
    field_print(err->what, sizeof(err->what), what, args);
    va_end(args);
    err->status = status;
    err->why[0] = '\0';
    err->next[0] = '\0';
    return status;
}

apr_status_t ae_error_why(ae_error_t *err, const char *why, ...)
{
    va_list args;

    va_start(args, why);
    field_print(err->why, sizeof(err->why), why, args);
    va_end(args);
    return err->status;
}

apr_status_t ae_error_why_status(ae_error_t *err, apr_status_t status)
{
    char words[256];
    apr_size_t i;

    for (i = 0; i < sizeof(own_words) / sizeof(own_words[0]); i++) {
        if (own_words[i].status == status) {
            return ae_error_why(err, "%s", own_words[i].words);
        }
    }
    return ae_error_why(err, "%s", apr_strerror(status, words, sizeof(words)));
}

apr_status_t ae_error_why_openssl(ae_error_t *err)
{
    const char *data = "";
    int flags = 0;
    /* The oldest is the cause, the ones after it are who passed it on. */
    unsigned long code = ERR_get_error_all(NULL, NULL, NULL, &data, &flags);
    const char *words = ERR_reason_error_string(code);
    char number[256];

    if (code == 0) {
        words = "OpenSSL gives no reason";
    } else if (words == NULL) {
        ERR_error_string_n(code, number, sizeof(number));
        words = number;
    }
    if ((flags & ERR_TXT_STRING) && data[0]) {
        ae_error_why(err, "%s (%s)", words, data);
    } else {
        ae_error_why(err, "%s", words);
    }
    ERR_clear_error();
    return err->status;
}

apr_status_t ae_error_next(ae_error_t *err, const char *next, ...)
{
    va_list args;

    va_start(args, next);
    field_print(err->next, sizeof(err->next), next, args);
    va_end(args);
    return err->status;
}

const char *ae_error_line(const ae_error_t *err, apr_pool_t *p)
{
    const char *line = err->what;

    if (err->why[0]) {
        line = apr_pstrcat(p, line, line[0] ? ": " : "", err->why, NULL);
    }
    if (err->next[0]) {
        line = apr_pstrcat(p, line, line[0] ? "; " : "", err->next, NULL);
    }
    return apr_pstrdup(p, line);
}
