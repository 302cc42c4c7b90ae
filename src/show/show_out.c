#include "show_out.h"

#include <apr_strings.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#define FORMATTED_MAX 512
#define REPLACEMENT "\xef\xbf\xbd"

typedef const char *escape_t(unsigned char c);

void show_out_put(const show_out_t *out, const char *text)
{
    out->write(out->ctx, text, strlen(text));
}

void show_out_format(const show_out_t *out, const char *format, ...)
{
    char text[FORMATTED_MAX];
    va_list args;

    va_start(args, format);
    apr_vsnprintf(text, sizeof(text), format, args);
    va_end(args);
    show_out_put(out, text);
}

/* --- UTF-8 (RFC 3629 section 4) ----------------------------------------- */

static int is_tail(unsigned char c)
{
    return (c & 0xc0) == 0x80;
}

/* The second byte has bounds of its own: no overlong form, no surrogate,
 * nothing above U+10FFFF. */
static int is_second(unsigned char first, unsigned char second)
{
    unsigned char low = first == 0xe0 ? 0xa0 : first == 0xf0 ? 0x90 : 0x80;
    unsigned char high = first == 0xed ? 0x9f : first == 0xf4 ? 0x8f : 0xbf;

    return second >= low && second <= high;
}

/* How many bytes the character has that begins here; 0: none does. */
static apr_size_t character_length(const unsigned char *s)
{
    if (s[0] < 0x80) {
        return 1;
    }
    if (s[0] >= 0xc2 && s[0] <= 0xdf) {
        return is_tail(s[1]) ? 2 : 0;
    }
    if (s[0] >= 0xe0 && s[0] <= 0xef) {
        return is_second(s[0], s[1]) && is_tail(s[2]) ? 3 : 0;
    }
    if (s[0] >= 0xf0 && s[0] <= 0xf4) {
        return is_second(s[0], s[1]) && is_tail(s[2]) && is_tail(s[3]) ? 4 : 0;
    }
    return 0;
}

/* C0 and C1 controls and DEL; C1 ones are two bytes long. */
static int is_control(const unsigned char *s, apr_size_t len)
{
    return (len == 1 && (s[0] < 0x20 || s[0] == 0x7f)) ||
           (len == 2 && s[0] == 0xc2 && s[1] < 0xa0);
}

/* Runs of what may pass go out in one piece. */
static void escape(const show_out_t *out, const char *text, escape_t *find)
{
    const unsigned char *s = (const unsigned char *)text;
    const unsigned char *begin = s;

    while (*s != '\0') {
        apr_size_t len = character_length(s);
        const char *instead = len == 1 ? find(*s) : NULL;

        if (instead == NULL && (len == 0 || is_control(s, len))) {
            instead = REPLACEMENT;
        }
        if (instead != NULL) {
            out->write(out->ctx, (const char *)begin, (apr_size_t)(s - begin));
            show_out_put(out, instead);
            begin = s + (len > 0 ? len : 1);
        }
        s += len > 0 ? len : 1;
    }
    out->write(out->ctx, (const char *)begin, (apr_size_t)(s - begin));
}

/* --- the places --------------------------------------------------------- */

static const char *html_escape(unsigned char c)
{
    switch (c) {
    case '&':
        return "&amp;";
    case '<':
        return "&lt;";
    case '>':
        return "&gt;";
    case '"':
        return "&quot;";
    case '\'':
        return "&#39;";
    case '\t':
    case '\n':
        return " ";
    default:
        return NULL;
    }
}

static const char *label_escape(unsigned char c)
{
    switch (c) {
    case '"':
        return "\\\"";
    case '\\':
        return "\\\\";
    case '\n':
        return "\\n";
    default:
        return NULL;
    }
}

void show_out_html(const show_out_t *out, const char *text)
{
    escape(out, text, html_escape);
}

void show_out_label(const show_out_t *out, const char *text)
{
    escape(out, text, label_escape);
}

static int is_unreserved(unsigned char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
           (c >= '0' && c <= '9') || (c != '\0' && strchr("-._~", c) != NULL);
}

void show_out_query(const show_out_t *out, const char *text)
{
    const char *s;

    for (s = text; *s != '\0'; s++) {
        if (is_unreserved((unsigned char)*s)) {
            out->write(out->ctx, s, 1);
        } else {
            show_out_format(out, "%%%02X", (unsigned char)*s);
        }
    }
}
