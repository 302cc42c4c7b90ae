#ifndef SHOW_GATHER_H
#define SHOW_GATHER_H

/** Short pieces gathered into long ones, for text that has ten thousands of
 * lines: what writes may take longer for each piece than we do to make it. */

#include "show_out.h"

#include <apr_time.h>

#define SHOW_GATHERED_MAX 16384

/** A plain value; begin with {out}. */
typedef struct show_gather_t {
    const show_out_t *out;
    apr_size_t len;
    char text[SHOW_GATHERED_MAX];
} show_gather_t;

/** Put out our own text, or what was escaped already. */
void show_gather_put(show_gather_t *gather, const char *text);
void show_gather_bytes(show_gather_t *gather, const char *bytes,
                       apr_size_t len);

/** A number in decimal digits. */
void show_gather_number(show_gather_t *gather, apr_uint64_t number);

/** A moment or a span, not negative, in seconds; with a fraction where there
 * is one. */
void show_gather_seconds(show_gather_t *gather, apr_time_t span);

/** Put out what is left. */
void show_gather_end(show_gather_t *gather);

#endif
