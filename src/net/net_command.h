#ifndef NET_COMMAND_H
#define NET_COMMAND_H

/** A program of the administrator's, run to its end or to its limit. */

#include "ae_error.h"

#include <apr_tables.h>
#include <apr_time.h>

/* What is kept of its output. */
#define NET_COMMAND_LINES_MAX 50
#define NET_COMMAND_LINE_MAX 500

typedef struct net_command_t {
    const char *const *argv; /* argv[0] is its path; NULL ends them */
    const char *const *envp; /* all of its environment, "NAME=value" */
    apr_interval_time_t limit;
} net_command_t;

/** Run it and wait. It is in a process group of its own and in /, what it
 * makes is for its user alone (umask 077), its input is empty, and of this
 * process it has no descriptor. At the limit it is killed with all of its
 * group; what it leaves running when it ends by itself is left alone.
 * @param output what it said, const char *, lines without control characters,
 * from `p`: set in any case, bounded as above, its last says what is missing
 * @return APR_SUCCESS: it ended with status 0; APR_EGENERAL: with another, or
 * by a signal; APR_TIMEUP: killed at the limit; the system's status where it
 * could not be started. */
AE_CHECKED apr_status_t net_command_run(apr_array_header_t **output,
                                        const net_command_t *command,
                                        ae_error_t *err, apr_pool_t *p);

#endif
