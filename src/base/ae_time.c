#include "ae_time.h"

#include <apr_date.h>
#include <apr_lib.h>
#include <apr_strings.h>
#include <string.h>

#define SECONDS_A_DAY 86400
#define RETRY_AFTER_MAX (7 * SECONDS_A_DAY)

/* Read exactly `digits` digits, then `after` unless that is NUL. */
static int read_number(int *number, const char **text, int digits, char after)
{
    int i;

    *number = 0;
    for (i = 0; i < digits; i++) {
        if (!apr_isdigit(**text)) {
            return 0;
        }
        *number = *number * 10 + (*(*text)++ - '0');
    }
    if (after && apr_toupper(**text) != after) {
        return 0;
    }
    *text += after != '\0';
    return 1;
}

/* Fractions beyond a microsecond are read and dropped. */
static int read_fraction(int *usec, const char **text)
{
    int unit = 100000;

    *usec = 0;
    if (**text != '.') {
        return 1;
    }
    (*text)++;
    if (!apr_isdigit(**text)) {
        return 0;
    }
    for (; apr_isdigit(**text); (*text)++) {
        *usec += (**text - '0') * unit;
        unit /= 10;
    }
    return 1;
}

static int read_offset(int *seconds, const char **text)
{
    int sign = **text == '-' ? -1 : 1;
    int hours, minutes;

    *seconds = 0;
    if (apr_toupper(**text) == 'Z') {
        (*text)++;
        return 1;
    }
    if (**text != '+' && **text != '-') {
        return 0;
    }
    (*text)++;
    if (!read_number(&hours, text, 2, ':') ||
        !read_number(&minutes, text, 2, '\0') || hours > 23 || minutes > 59) {
        return 0;
    }
    *seconds = sign * (hours * 60 + minutes) * 60;
    return 1;
}

static int is_leap(int year)
{
    return (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
}

/* -1 where there is no such day. Counted from March, a leap day is the last
 * of its year; 719468 days lie between 0000-03-01 and 1970-01-01. */
static int days_of(apr_int64_t *days, int year, int month, int day)
{
    static const int lengths[] = {31, 28, 31, 30, 31, 30,
                                  31, 31, 30, 31, 30, 31};
    int y = month > 2 ? year : year - 1;
    int m = month > 2 ? month - 3 : month + 9;
    int last;

    if (month < 1 || month > 12) {
        return 0;
    }
    last = lengths[month - 1] + (month == 2 && is_leap(year));
    if (day < 1 || day > last) {
        return 0;
    }
    /* y is -1 in the first two months of the year 0, four centuries earlier
     * or later the calendar is the same. */
    y += 400;
    *days = (apr_int64_t)365 * y + y / 4 - y / 100 + y / 400 +
            (153 * m + 2) / 5 + day - 1 - 719468 - 146097;
    return 1;
}

apr_status_t ae_time_parse(apr_time_t *t, const char *text)
{
    int year, month, day, hour, minute, second, usec, offset;
    apr_int64_t days;

    if (!read_number(&year, &text, 4, '-') ||
        !read_number(&month, &text, 2, '-') ||
        !read_number(&day, &text, 2, 'T') ||
        !read_number(&hour, &text, 2, ':') ||
        !read_number(&minute, &text, 2, ':') ||
        !read_number(&second, &text, 2, '\0') ||
        !read_fraction(&usec, &text) || !read_offset(&offset, &text) ||
        *text) {
        return AE_EFORMAT;
    }
    /* Second 60 is a leap second (RFC 3339 section 5.7). */
    if (hour > 23 || minute > 59 || second > 60 ||
        !days_of(&days, year, month, day)) {
        return AE_EFORMAT;
    }
    *t = apr_time_make(days * SECONDS_A_DAY + hour * 3600 + minute * 60 +
                           second - offset,
                       usec);
    return APR_SUCCESS;
}

const char *ae_time_print(apr_time_t t, apr_pool_t *p)
{
    apr_time_exp_t parts;
    apr_time_t below = t % APR_USEC_PER_SEC;

    if (t == 0) {
        return "-";
    }
    /* A moment before 1970 belongs to the second before it, too. */
    t -= below < 0 ? below + APR_USEC_PER_SEC : below;
    if (apr_time_exp_gmt(&parts, t) != APR_SUCCESS) {
        return "-";
    }
    return apr_psprintf(p, "%04d-%02d-%02dT%02d:%02d:%02dZ",
                        parts.tm_year + 1900, parts.tm_mon + 1, parts.tm_mday,
                        parts.tm_hour, parts.tm_min, parts.tm_sec);
}

const char *ae_time_print_span(apr_interval_time_t span, apr_pool_t *p)
{
    static const struct {
        apr_int64_t seconds;
        const char *word;
    } units[] = {{SECONDS_A_DAY, "d"}, {3600, "h"}, {60, "min"}, {1, "s"}};
    apr_int64_t rest = apr_time_sec(span);
    const char *sign = rest < 0 ? "-" : "";
    apr_int64_t many, more;
    int i = 0;

    rest = rest < 0 ? -rest : rest;
    while (i < 3 && rest < units[i].seconds) {
        i++;
    }
    many = rest / units[i].seconds;
    more = i < 3 ? rest % units[i].seconds / units[i + 1].seconds : 0;
    if (more == 0) {
        return apr_psprintf(p, "%s%" APR_INT64_T_FMT " %s", sign, many,
                            units[i].word);
    }
    return apr_psprintf(p, "%s%" APR_INT64_T_FMT " %s %" APR_INT64_T_FMT " %s",
                        sign, many, units[i].word, more, units[i + 1].word);
}

/* delay-seconds (RFC 9110 section 10.2.3). */
static int read_delay(apr_int64_t *seconds, const char *text)
{
    apr_int64_t sum = 0;

    if (!apr_isdigit(*text)) {
        return 0;
    }
    for (; apr_isdigit(*text); text++) {
        sum = sum * 10 + (*text - '0');
        if (sum > RETRY_AFTER_MAX) {
            sum = RETRY_AFTER_MAX;
        }
    }
    *seconds = sum;
    return text[strspn(text, " \t")] == '\0';
}

apr_status_t ae_time_parse_retry_after(apr_time_t *t, const char *text,
                                       apr_time_t now)
{
    apr_int64_t seconds;
    apr_time_t at;

    text += strspn(text, " \t");
    if (read_delay(&seconds, text)) {
        at = now + apr_time_from_sec(seconds);
    } else {
        at = apr_date_parse_http(text);
        if (at == APR_DATE_BAD) {
            return AE_EFORMAT;
        }
    }
    if (at < now + apr_time_from_sec(1)) {
        at = now + apr_time_from_sec(1);
    }
    if (at > now + apr_time_from_sec(RETRY_AFTER_MAX)) {
        at = now + apr_time_from_sec(RETRY_AFTER_MAX);
    }
    *t = at;
    return APR_SUCCESS;
}
