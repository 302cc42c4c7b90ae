#ifndef SHOW_WORKER_H
#define SHOW_WORKER_H

/** Whether the worker lives. */

#include "show_source.h"

/** It is seen every second or so; one that was not for longer is news. */
#define SHOW_WORKER_SILENCE apr_time_from_sec(30)

/** "not begun", "active", "silent". */
const char *show_worker_word(apr_time_t last_tick, apr_time_t now);

#endif
