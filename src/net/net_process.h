#ifndef NET_PROCESS_H
#define NET_PROCESS_H

/** Processes that are forked to work for this one. It has one thread. */

#include "ae_error.h"

/** Let a process of its own do some work. It is no child of this one when the
 * call returns, knows its memory as it was, and has of its descriptors `keep`
 * alone: no socket that httpd listens on, none of its logs. It ends with the
 * work, without any cleanup.
 * @param keep a descriptor, or -1
 * @return APR_SUCCESS: it works now; the system's status. */
AE_CHECKED apr_status_t net_process_detach(void (*work)(void *ctx), void *ctx,
                                           int keep, ae_error_t *err);

/** For a process that was forked just now: no signal is handled, ignored or
 * held back any more. */
void net_process_reset_signals(void);

/** For a process that was forked just now: what it reads is empty, what it
 * says is lost. */
void net_process_silence(void);

/** For a process that was forked just now: close all descriptors but the three
 * standard ones and `keep`. */
void net_process_close_others(int keep);

#endif
