#include "show_worker.h"

const char *show_worker_word(apr_time_t last_tick, apr_time_t now)
{
    if (last_tick == 0) {
        return "not begun";
    }
    return now - last_tick < SHOW_WORKER_SILENCE ? "active" : "silent";
}
