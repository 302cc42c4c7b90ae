#include "edge_policy.h"

#include <apr_lib.h>
#include <string.h>

#define DAYS_MAX 3650

/* A unit, and how many of it a span may have. */
typedef struct unit_t {
    char letter;
    apr_int64_t seconds;
} unit_t;

static const unit_t units[] = {
    {'d', 86400}, {'h', 3600}, {'m', 60}, {'s', 1}, {'\0', 86400}};

static apr_status_t refuse(ae_error_t *err, const char *word, const char *why)
{
    ae_error_set(err, AE_EFORMAT, "\"%s\" is not a span of time", word);
    ae_error_why(err, "%s", why);
    return ae_error_next(err, "write a time such as 30d, 12h, 45m or 90s, "
                              "or a share of the lifetime such as 33%%");
}

static const unit_t *find_unit(const char *rest)
{
    apr_size_t i;

    for (i = 0; i < sizeof(units) / sizeof(units[0]); i++) {
        if (rest[0] == units[i].letter &&
            (rest[0] == '\0' || rest[1] == '\0')) {
            return &units[i];
        }
    }
    return NULL;
}

/* More digits than any span has stop at a number that is too large for all. */
static apr_int64_t read_digits(const char *word, const char **rest)
{
    const apr_int64_t large = (apr_int64_t)DAYS_MAX * 86400 + 1;
    apr_int64_t number = 0;

    for (; apr_isdigit(*word); word++) {
        number = number * 10 + (*word - '0');
        number = number > large ? large : number;
    }
    *rest = word;
    return number;
}

static apr_status_t parse_percent(edge_span_t *span, const char *word,
                                  apr_int64_t number, ae_error_t *err)
{
    if (number < 1 || number > 99) {
        return refuse(err, word, "a share lies between 1% and 99%");
    }
    span->time = 0;
    span->percent = (unsigned)number;
    return APR_SUCCESS;
}

apr_status_t edge_span_parse(edge_span_t *span, const char *word,
                             ae_error_t *err)
{
    const char *rest;
    apr_int64_t number = read_digits(word, &rest);
    const unit_t *unit = find_unit(rest);

    if (rest == word) {
        return refuse(err, word, "it does not begin with a whole number");
    }
    if (strcmp(rest, "%") == 0) {
        return parse_percent(span, word, number, err);
    }
    if (unit == NULL) {
        return refuse(err, word, "the unit is unknown");
    }
    if (number < 1 || number > DAYS_MAX * (86400 / unit->seconds)) {
        return refuse(err, word, "a time lies between 1s and 3650d");
    }
    span->time = apr_time_from_sec(number * unit->seconds);
    span->percent = 0;
    return APR_SUCCESS;
}
