#include "edge_schedule.h"

#include <apr_lib.h>
#include <apr_strings.h>
#include <string.h>

#define DAY_MINUTES (24 * 60)
#define DAY_SECONDS 86400
#define MOMENT_MINUTES 60

/* How many days before a window may have begun that is open still: one, and
 * one that the clock has skipped. */
#define DAYS_BACK 2
#define DAYS_AHEAD 9

static const char day_words[] = "Sun\0Mon\0Tue\0Wed\0Thu\0Fri\0Sat";

/* From when to when a window is open on a certain day. */
typedef struct stretch_t {
    apr_time_t begin, end;
} stretch_t;

/* --- reading ------------------------------------------------------------- */

static apr_status_t refuse(ae_error_t *err, const char *word, const char *why)
{
    ae_error_set(err, AE_EFORMAT, "\"%.80s\" does not belong there", word);
    ae_error_why(err, "%s", why);
    return ae_error_next(err, "write immediately, manual, or days and times "
                              "such as Mon-Fri 03:00-04:30 Sun 02:00");
}

static int is_word(const char *word, apr_size_t len, const char *expected)
{
    apr_size_t i;

    for (i = 0; i < len; i++) {
        if (apr_tolower(word[i]) != apr_tolower(expected[i])) {
            return 0;
        }
    }
    return expected[len] == '\0';
}

static const char *day_word(int day)
{
    return day_words + 4 * day;
}

/* @return where it goes on, NULL where no day begins here */
static const char *read_day(unsigned char *day, const char *word)
{
    int i;

    for (i = 0; i < 7; i++) {
        if (strlen(word) >= 3 && is_word(word, 3, day_word(i))) {
            *day = (unsigned char)i;
            return word + 3;
        }
    }
    return NULL;
}

static int read_days(edge_window_t *window, const char *word)
{
    const char *rest = read_day(&window->first_day, word);

    window->last_day = window->first_day;
    if (rest != NULL && *rest == '-') {
        rest = read_day(&window->last_day, rest + 1);
    }
    return rest != NULL && *rest == '\0';
}

static int read_two(short *number, const char *digits)
{
    if (!apr_isdigit(digits[0]) || !apr_isdigit(digits[1])) {
        return 0;
    }
    *number = (short)((digits[0] - '0') * 10 + digits[1] - '0');
    return 1;
}

/* 24:00 is the end of a day and nothing's begin. */
static const char *read_time(short *minutes, const char *word, int is_end)
{
    short hour, minute;

    if (!read_two(&hour, word) || word[2] != ':' ||
        !read_two(&minute, word + 3) || minute > 59) {
        return NULL;
    }
    *minutes = (short)(hour * 60 + minute);
    return *minutes < DAY_MINUTES + is_end ? word + 5 : NULL;
}

/* @return NULL, or why it is none */
static const char *read_times(edge_window_t *window, const char *word)
{
    const char *rest = read_time(&window->from, word, 0);

    window->is_moment = rest != NULL && *rest == '\0';
    if (window->is_moment) {
        window->to = (short)(window->from + MOMENT_MINUTES);
        return NULL;
    }
    if (rest != NULL && *rest == '-') {
        rest = read_time(&window->to, rest + 1, 1);
    }
    if (rest == NULL || *rest != '\0') {
        return "it is neither days (Mon, Mon-Fri) nor a time of day (03:00, "
               "03:00-04:30)";
    }
    if (window->to == window->from) {
        return "it ends when it begins; a whole day is 00:00-24:00";
    }
    if (window->to < window->from) {
        window->to = (short)(window->to + DAY_MINUTES);
    }
    return NULL;
}

static apr_status_t add_window(edge_schedule_t *schedule,
                               const edge_window_t *days, const char *word,
                               ae_error_t *err)
{
    edge_window_t window = *days;
    const char *wrong = read_times(&window, word);

    if (wrong != NULL) {
        return refuse(err, word, wrong);
    }
    if (schedule->count == EDGE_WINDOWS_MAX) {
        return refuse(err, word, "there are more than 32 windows");
    }
    schedule->windows[schedule->count++] = window;
    return APR_SUCCESS;
}

/* Cut the next word off. @return its length; 0 where there is none */
static apr_size_t next_word(char *word, apr_size_t size, const char **rest)
{
    apr_size_t len;

    *rest += strspn(*rest, " \t");
    len = strcspn(*rest, " \t");
    apr_snprintf(word, size, "%.*s", (int)(len < size ? len : size), *rest);
    *rest += len;
    return len;
}

static apr_status_t parse_windows(edge_schedule_t *schedule, const char *rest,
                                  ae_error_t *err)
{
    edge_window_t days = {0};
    char word[64] = "";
    int has_days = 0, has_times = 0;
    apr_status_t status = APR_SUCCESS;

    while (status == APR_SUCCESS &&
           next_word(word, sizeof(word), &rest) != 0) {
        if (!has_days || !apr_isdigit(word[0])) {
            if ((has_days && !has_times) || !read_days(&days, word)) {
                return refuse(err, word,
                              has_days && !has_times
                                  ? "a time of day must follow the days"
                                  : "days are written Mon or Mon-Fri, and "
                                    "come before the time");
            }
            has_days = 1;
            has_times = 0;
        } else {
            status = add_window(schedule, &days, word, err);
            has_times = 1;
        }
    }
    if (status == APR_SUCCESS && !has_times) {
        return refuse(err, word, "a time of day must follow the days");
    }
    return status;
}

apr_status_t edge_schedule_parse(edge_schedule_t *schedule, const char *words,
                                 ae_error_t *err)
{
    memset(schedule, 0, sizeof(*schedule));
    if (is_word(words, strlen(words), "immediately")) {
        return APR_SUCCESS;
    }
    if (is_word(words, strlen(words), "manual")) {
        schedule->kind = EDGE_SCHEDULE_MANUAL;
        return APR_SUCCESS;
    }
    schedule->kind = EDGE_SCHEDULE_WINDOWS;
    return parse_windows(schedule, words, err);
}

/* --- local time ---------------------------------------------------------- */

static apr_int64_t offset_at(apr_int64_t second)
{
    apr_time_exp_t local;

    return apr_time_exp_lt(&local, apr_time_from_sec(second)) == APR_SUCCESS
               ? local.tm_gmtoff
               : 0;
}

static apr_int64_t day_of(apr_time_t now)
{
    apr_int64_t second = apr_time_sec(now);

    return (second + offset_at(second)) / DAY_SECONDS;
}

/* The first of 1970 was a Thursday. */
static int weekday_of(apr_int64_t day)
{
    return (int)((day + 4) % 7);
}

/* The clock skips from what it shows before `early` to what it shows from
 * `late` on: find the second. */
static apr_int64_t find_skip(apr_int64_t early, apr_int64_t late)
{
    apr_int64_t offset = offset_at(late);

    while (late - early > 1) {
        apr_int64_t middle = early + (late - early) / 2;

        if (offset_at(middle) == offset) {
            late = middle;
        } else {
            early = middle;
        }
    }
    return late;
}

/* When the clock first shows `shown`, counted in seconds as if it were UTC, or
 * skips it. A zone changes its offset once in two days at most. */
static apr_int64_t find_second(apr_int64_t shown, int *skipped)
{
    apr_int64_t before = shown - offset_at(shown - DAY_SECONDS);
    apr_int64_t after = shown - offset_at(shown + DAY_SECONDS);

    *skipped = 0;
    if (before + offset_at(before) == shown) {
        return before;
    }
    if (after + offset_at(after) == shown) {
        return after;
    }
    *skipped = 1;
    return find_skip(after, before);
}

static stretch_t find_stretch(const edge_window_t *window, apr_int64_t day)
{
    apr_int64_t midnight = day * DAY_SECONDS;
    apr_int64_t length = (window->to - window->from) * APR_INT64_C(60);
    int skipped, ignored;
    apr_int64_t begin = find_second(midnight + window->from * 60, &skipped);
    apr_int64_t end = find_second(midnight + window->to * 60, &ignored);
    stretch_t stretch;

    if (window->is_moment || (skipped && end <= begin)) {
        end = begin + length;
    }
    stretch.begin = apr_time_from_sec(begin);
    stretch.end = apr_time_from_sec(end);
    return stretch;
}

/* --- windows ------------------------------------------------------------- */

static int has_day(const edge_window_t *window, int day)
{
    return (day - window->first_day + 7) % 7 <=
           (window->last_day - window->first_day + 7) % 7;
}

/* The window that is open at `now`, with the begin of the one that began
 * first; or, where none is, the one that opens next. */
static const edge_window_t *find(stretch_t *found,
                                 const edge_schedule_t *schedule,
                                 apr_time_t now)
{
    const edge_window_t *window = NULL;
    apr_int64_t today = day_of(now);
    apr_int64_t day;
    int i;

    for (day = today - DAYS_BACK; day <= today + DAYS_AHEAD; day++) {
        for (i = 0; i < schedule->count; i++) {
            const edge_window_t *candidate = &schedule->windows[i];
            stretch_t stretch;

            if (!has_day(candidate, weekday_of(day))) {
                continue;
            }
            stretch = find_stretch(candidate, day);
            if (stretch.end > now &&
                (window == NULL || stretch.begin < found->begin)) {
                window = candidate;
                *found = stretch;
            }
        }
    }
    return window;
}

int edge_schedule_open(const edge_schedule_t *schedule, apr_time_t *since,
                       apr_time_t now)
{
    stretch_t found = {0, 0};
    int open = schedule->kind == EDGE_SCHEDULE_IMMEDIATELY;

    if (schedule->kind == EDGE_SCHEDULE_WINDOWS) {
        open = find(&found, schedule, now) != NULL && found.begin <= now;
    }
    if (since != NULL) {
        *since = open ? found.begin : 0;
    }
    return open;
}

apr_time_t edge_schedule_next(const edge_schedule_t *schedule, apr_time_t now)
{
    stretch_t found;

    switch (schedule->kind) {
    case EDGE_SCHEDULE_IMMEDIATELY:
        return now;
    case EDGE_SCHEDULE_MANUAL:
        return 0;
    case EDGE_SCHEDULE_WINDOWS:
        break;
    }
    if (find(&found, schedule, now) == NULL) {
        return 0;
    }
    return found.begin > now ? found.begin : now;
}

static const char *print_time(int minutes, apr_pool_t *p)
{
    return apr_psprintf(p, "%02d:%02d", minutes / 60, minutes % 60);
}

static const char *print(const edge_window_t *window, apr_pool_t *p)
{
    const char *days = day_word(window->first_day);
    int to = window->to;

    if (window->last_day != window->first_day) {
        days = apr_pstrcat(p, days, "-", day_word(window->last_day), NULL);
    }
    if (to > DAY_MINUTES) {
        to -= DAY_MINUTES;
    }
    return apr_pstrcat(p, days, " ", print_time(window->from, p),
                       window->is_moment ? "" : "-",
                       window->is_moment ? "" : print_time(to, p), NULL);
}

const char *edge_schedule_words(const edge_schedule_t *schedule, apr_time_t at,
                                apr_pool_t *p)
{
    stretch_t found;
    const edge_window_t *window = schedule->kind == EDGE_SCHEDULE_WINDOWS
                                      ? find(&found, schedule, at)
                                      : NULL;

    return window != NULL && found.begin <= at ? print(window, p) : "";
}

const char *edge_schedule_print(const edge_schedule_t *schedule, apr_pool_t *p)
{
    const char *words = "";
    int i;

    if (schedule->kind == EDGE_SCHEDULE_IMMEDIATELY) {
        return "immediately";
    }
    if (schedule->kind == EDGE_SCHEDULE_MANUAL) {
        return "manual";
    }
    for (i = 0; i < schedule->count; i++) {
        words = apr_pstrcat(p, words, i ? " " : "",
                            print(&schedule->windows[i], p), NULL);
    }
    return words;
}
