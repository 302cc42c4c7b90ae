#ifndef EDGE_SCHEDULE_H
#define EDGE_SCHEDULE_H

/** When a staged certificate may go live: ACMEDeploy. Local time, in the zone
 * of the process (TZ). */

#include "ae_error.h"

#include <apr_time.h>

#define EDGE_WINDOWS_MAX 32

typedef enum edge_schedule_kind_t {
    EDGE_SCHEDULE_IMMEDIATELY, /* also of a value that is all zero */
    EDGE_SCHEDULE_MANUAL,
    EDGE_SCHEDULE_WINDOWS
} edge_schedule_kind_t;

/** Some days of each week, from a time of day to another one. */
typedef struct edge_window_t {
    unsigned char first_day, last_day; /* 0: Sunday; Sat-Mon is 6 and 1 */
    unsigned char is_moment;           /* written without an end */
    short from;                        /* minutes after midnight */
    short to; /* the same, after `from`: that of the next day from 1440 on */
} edge_window_t;

/** A plain value. */
typedef struct edge_schedule_t {
    edge_schedule_kind_t kind;
    int count;
    edge_window_t windows[EDGE_WINDOWS_MAX];
} edge_schedule_t;

/** Read "immediately", "manual" or windows: "Mon-Fri 03:00-04:30 Sun 02:00",
 * days (Mon, Mon-Fri) and after them one or more times. A window that ends
 * before it begins goes on after midnight; a moment stands for the hour that
 * begins with it. Case does not matter.
 * @return APR_SUCCESS or AE_EFORMAT, err with what may be written. */
AE_CHECKED apr_status_t edge_schedule_parse(edge_schedule_t *schedule,
                                            const char *words,
                                            ae_error_t *err);

/** Whether certificates may go live at `now`.
 * Where the clock shows a time twice, a window begins and ends by the first;
 * where it skips one, at the moment that comes in its place. A window that is
 * skipped as a whole is as long after that as it is written.
 * @param since NULL, or where to put since when: the begin of the window, 0 for
 * EDGE_SCHEDULE_IMMEDIATELY and where it is shut */
int edge_schedule_open(const edge_schedule_t *schedule, apr_time_t *since,
                       apr_time_t now);

/** The next moment at which certificates may go live: `now` where they may; 0:
 * never by itself. */
apr_time_t edge_schedule_next(const edge_schedule_t *schedule, apr_time_t now);

/** The words of the window that is open at `at`: "Mon-Fri 03:00-04:30", from
 * `p`; empty where none is. */
const char *edge_schedule_words(const edge_schedule_t *schedule, apr_time_t at,
                                apr_pool_t *p);

/** All of it in words that edge_schedule_parse reads, from `p`. */
const char *edge_schedule_print(const edge_schedule_t *schedule,
                                apr_pool_t *p);

#endif
