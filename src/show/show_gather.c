#include "show_gather.h"

#include <apr_strings.h>
#include <string.h>

#define DIGITS_MAX 24

void show_gather_end(show_gather_t *gather)
{
    gather->out->write(gather->out->ctx, gather->text, gather->len);
    gather->len = 0;
}

void show_gather_bytes(show_gather_t *gather, const char *bytes,
                       apr_size_t len)
{
    if (len > sizeof(gather->text) - gather->len) {
        show_gather_end(gather);
    }
    if (len > sizeof(gather->text)) {
        gather->out->write(gather->out->ctx, bytes, len);
        return;
    }
    memcpy(gather->text + gather->len, bytes, len);
    gather->len += len;
}

void show_gather_put(show_gather_t *gather, const char *text)
{
    show_gather_bytes(gather, text, strlen(text));
}

/* A format would take most of the time. */
void show_gather_number(show_gather_t *gather, apr_uint64_t number)
{
    char digits[DIGITS_MAX];
    char *begin = digits + sizeof(digits);

    do {
        *--begin = (char)('0' + number % 10);
        number /= 10;
    } while (number > 0);
    show_gather_bytes(gather, begin,
                      (apr_size_t)(digits + sizeof(digits) - begin));
}

void show_gather_seconds(show_gather_t *gather, apr_time_t span)
{
    char fraction[8];
    int digits = (int)(span % APR_USEC_PER_SEC);

    show_gather_number(gather, (apr_uint64_t)(span / APR_USEC_PER_SEC));
    if (digits != 0) {
        apr_snprintf(fraction, sizeof(fraction), ".%06d", digits);
        show_gather_put(gather, fraction);
    }
}
