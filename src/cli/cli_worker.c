#include "cli_worker.h"

/* A restart takes the worker away for a moment. */
#define PATIENCE apr_time_from_sec(15)

int cli_worker_is_gone(cli_worker_t *worker, const cli_t *cli, apr_time_t now)
{
    if (now < worker->look_at) {
        return 0;
    }
    worker->look_at = now + apr_time_from_sec(1);
    if (cli_worker_runs(cli)) {
        worker->missed = 0;
    } else if (worker->missed == 0) {
        worker->missed = now;
    }
    return worker->missed != 0 && now - worker->missed > PATIENCE;
}
