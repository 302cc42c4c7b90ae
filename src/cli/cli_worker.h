#ifndef CLI_WORKER_H
#define CLI_WORKER_H

/** Whether anybody is there to do what is waited for. */

#include "cli_verb.h"

/** How often to look for what is waited for. */
#define CLI_LOOK_AGAIN apr_time_from_msec(300)

/** Zeros to begin with. */
typedef struct cli_worker_t {
    apr_time_t missed;  /* since when no worker was seen; 0: one is there */
    apr_time_t look_at; /* when to look again */
} cli_worker_t;

/** Whether no worker has had the store for longer than a restart takes. */
int cli_worker_is_gone(cli_worker_t *worker, const cli_t *cli, apr_time_t now);

#endif
