#ifndef SHOW_OUT_H
#define SHOW_OUT_H

/** Where a page goes, piece by piece, and what text must become on its way
 * there. Nothing of a certificate, a CA or a request goes out but by the
 * function for its place. */

#include "ae_error.h"

/** Borrowed; `write` takes whole pieces and cannot fail: who reads may be gone,
 * and the rest is lost. */
typedef struct show_out_t {
    void (*write)(void *ctx, const char *bytes, apr_size_t len);
    void *ctx;
} show_out_t;

/** Put out our own text as it is. */
void show_out_put(const show_out_t *out, const char *text);

/** The same by a format; what it makes must be safe where it goes: numbers,
 * our own words. */
void show_out_format(const show_out_t *out, const char *format, ...)
    AE_PRINTF(2, 3);

/** Any text in HTML, between tags or in a quoted attribute: markup and quotes
 * escaped, control characters and invalid UTF-8 replaced by U+FFFD. */
void show_out_html(const show_out_t *out, const char *text);

/** Any text as a value in a query, percent-encoded but for RFC 3986's
 * unreserved characters. */
void show_out_query(const show_out_t *out, const char *text);

/** Any text as the value of a label in OpenMetrics, between its quotes: quote,
 * backslash and newline escaped, other control characters and invalid UTF-8
 * replaced by U+FFFD. */
void show_out_label(const show_out_t *out, const char *text);

#endif
