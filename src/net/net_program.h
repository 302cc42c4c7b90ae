#ifndef NET_PROGRAM_H
#define NET_PROGRAM_H

/** A program of the administrator's while it runs. Nothing here waits: whoever
 * started it looks once in a while. Also for processes with many threads. */

#include "net_command.h"

typedef struct net_program_t net_program_t;

/** Start it as net_command_run tells. What can be told only by the process
 * that it becomes, net_program_end tells.
 * @param in what it reads, or -1: nothing; still the caller's to close
 * @return APR_SUCCESS; the system's status. */
AE_CHECKED apr_status_t net_program_start(net_program_t **program,
                                          const net_command_t *command, int in,
                                          ae_error_t *err, apr_pool_t *p);

/** Take what it said, and kill it with its group where it has used up its
 * limit. @return whether it has ended */
int net_program_is_over(net_program_t *program);

/** Wait for output, or for its end where it has closed that, for so long. */
void net_program_wait(const net_program_t *program, int milliseconds);

/** Kill it with its group, and wait for its end. */
void net_program_kill(net_program_t *program);

/** Of one that is over: how it ended, as net_command_run tells. */
AE_CHECKED apr_status_t net_program_end(apr_array_header_t **output,
                                        net_program_t *program,
                                        ae_error_t *err);

#endif
