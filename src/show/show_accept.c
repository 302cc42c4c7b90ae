#include "show_accept.h"

#include <apr_lib.h>
#include <string.h>
#include <strings.h>

#define QUALITY_MAX 1000
#define BLANKS " \t"

/* A part of a header, not terminated. */
typedef struct piece_t {
    const char *text;
    int len;
} piece_t;

/* One range with its weight, in thousandths. */
typedef struct range_t {
    piece_t value;
    int quality;
} range_t;

/* --- the list ------------------------------------------------------------ */

/* RFC 9110 section 5.6.4: a separator in a quoted string separates nothing. */
static const char *find_end(const char *text, const char *end, char separator)
{
    int quoted = 0;

    for (; text < end && (quoted || *text != separator); text++) {
        if (*text == '"') {
            quoted = !quoted;
        } else if (quoted && *text == '\\' && text + 1 < end) {
            text++;
        }
    }
    return text;
}

/* Cut the next piece off, without the blanks around it. */
static int next_piece(piece_t *piece, const char **rest, const char *end,
                      char separator)
{
    const char *begin = *rest;
    const char *stop;

    if (begin >= end) {
        return 0;
    }
    stop = find_end(begin, end, separator);
    *rest = stop < end ? stop + 1 : end;
    while (begin < stop && strchr(BLANKS, *begin) != NULL) {
        begin++;
    }
    while (stop > begin && strchr(BLANKS, stop[-1]) != NULL) {
        stop--;
    }
    *piece = (piece_t){begin, (int)(stop - begin)};
    return 1;
}

/* RFC 9110 section 12.4.2: 0 or 1, and at most three digits behind a dot.
 * @return -1 for what is none */
static int read_quality(const char *text, int len)
{
    int quality = 0;
    int i;

    if (len < 1 || len > 5 || (text[0] != '0' && text[0] != '1') ||
        (len > 1 && text[1] != '.')) {
        return -1;
    }
    for (i = 0; i < 5; i++) {
        if (i == 1) {
            continue;
        }
        if (i < len && !apr_isdigit(text[i])) {
            return -1;
        }
        quality = quality * 10 + (i < len ? text[i] - '0' : 0);
    }
    return quality <= QUALITY_MAX ? quality : -1;
}

static int read_range(range_t *range, piece_t element)
{
    const char *rest = element.text;
    const char *end = element.text + element.len;
    piece_t parameter;

    range->quality = QUALITY_MAX;
    if (!next_piece(&range->value, &rest, end, ';') || range->value.len == 0) {
        return 0;
    }
    while (next_piece(&parameter, &rest, end, ';')) {
        if (parameter.len >= 2 && strncasecmp(parameter.text, "q=", 2) == 0) {
            range->quality =
                read_quality(parameter.text + 2, parameter.len - 2);
        }
    }
    return range->quality >= 0;
}

/* @return whether there is one more; what cannot be read is passed over */
static int next_range(range_t *range, const char **rest)
{
    const char *end = *rest + strlen(*rest);
    piece_t element;

    while (next_piece(&element, rest, end, ',')) {
        if (read_range(range, element)) {
            return 1;
        }
    }
    return 0;
}

/* --- media types --------------------------------------------------------- */

static int is_text(piece_t piece, const char *text, apr_size_t len)
{
    return (apr_size_t)piece.len == len &&
           strncasecmp(piece.text, text, len) == 0;
}

/* RFC 9110 section 12.5.1: of several ranges the most specific counts. */
static int media_match(piece_t range, const char *type)
{
    apr_size_t major = strcspn(type, "/") + 1;

    if (is_text(range, type, strlen(type))) {
        return 3;
    }
    if ((apr_size_t)range.len == major + 1 && range.text[major] == '*' &&
        strncasecmp(range.text, type, major) == 0) {
        return 2;
    }
    return is_text(range, "*/*", 3);
}

static int media_quality(const char *header, const char *type)
{
    range_t range;
    int quality = 0;
    int best = 0;

    while (next_range(&range, &header)) {
        int match = media_match(range.value, type);

        if (match > best) {
            best = match;
            quality = range.quality;
        }
    }
    return quality;
}

int show_accept_media(const char *header, const char *const *types, int count)
{
    int chosen = 0;
    int best = 0;
    int i;

    for (i = 0; header != NULL && i < count; i++) {
        int quality = media_quality(header, types[i]);

        if (quality > best) {
            best = quality;
            chosen = i;
        }
    }
    return chosen;
}

/* --- languages ----------------------------------------------------------- */

typedef struct liking_t {
    int quality;
    int place; /* of the range that says so, in the header */
    int named; /* by more than an asterisk */
} liking_t;

/* Who reads the language of some country reads the language. */
static int is_language(piece_t range, const char *tag)
{
    apr_size_t len = strlen(tag);

    return is_text(range, tag, len) ||
           ((apr_size_t)range.len > len && range.text[len] == '-' &&
            strncasecmp(range.text, tag, len) == 0);
}

static liking_t language_liking(const char *header, const char *tag)
{
    liking_t liking = {0, 0, 0};
    range_t range;
    int place;

    for (place = 0; next_range(&range, &header); place++) {
        int named = is_language(range.value, tag);

        if ((named && (!liking.named || range.quality > liking.quality)) ||
            (is_text(range.value, "*", 1) && !liking.named)) {
            liking = (liking_t){range.quality, place, named};
        }
    }
    return liking;
}

int show_accept_language(const char *header, const char *const *tags,
                         int count)
{
    liking_t best = {0, 0, 0};
    int chosen = 0;
    int i;

    for (i = 0; header != NULL && i < count; i++) {
        liking_t liking = language_liking(header, tags[i]);

        if (liking.quality > best.quality ||
            (liking.quality == best.quality && liking.quality > 0 &&
             liking.place < best.place)) {
            best = liking;
            chosen = i;
        }
    }
    return chosen;
}
