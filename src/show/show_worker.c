#include "show_worker.h"

/* It is seen every second or so. */
#define SILENCE apr_time_from_sec(30)

int show_worker_is_silent(apr_time_t last_tick, apr_time_t now)
{
    return last_tick != 0 && now - last_tick >= SILENCE;
}

const char *show_worker_word(apr_time_t last_tick, apr_time_t now)
{
    if (last_tick == 0) {
        return "not begun";
    }
    return show_worker_is_silent(last_tick, now) ? "silent" : "active";
}
