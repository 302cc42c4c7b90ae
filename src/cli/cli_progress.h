#ifndef CLI_PROGRESS_H
#define CLI_PROGRESS_H

/** How an order gets on, told line by line while one follows it. */

#include "cli_verb.h"

/** What was told; all zero at first. */
typedef struct cli_progress_t {
    char step[32];
    char reason[512];
    apr_array_header_t *names; /* const char *: what was said of each name */
} cli_progress_t;

/** Say on standard error what is new since the last call: the step, and of
 * each name whether the CA has validated it. Nothing with --json.
 * @param since when the order was asked for */
void cli_progress_tell(cli_progress_t *told, const cli_t *cli,
                       const edge_cert_t *cert, apr_time_t since,
                       apr_pool_t *ptemp);

/** Say what happens next, where that has changed; not the first time. */
void cli_progress_tell_plan(cli_progress_t *told, const cli_t *cli,
                            const edge_status_t *status);

#endif
