#ifndef SHOW_WORKER_H
#define SHOW_WORKER_H

/** Whether the worker lives. */

#include <apr_time.h>

/** Whether it was seen once, and then not for so long that it is news. */
int show_worker_is_silent(apr_time_t last_tick, apr_time_t now);

/** "not begun", "active", "silent". */
const char *show_worker_word(apr_time_t last_tick, apr_time_t now);

#endif
