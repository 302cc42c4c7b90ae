#ifndef NET_PROCESS_H
#define NET_PROCESS_H

/** Processes that are forked to work for this one. It has one thread, but for
 * the last three, which take no lock. */

#include "ae_bytes.h"
#include "ae_error.h"
#include "ae_file.h"

#include <apr_time.h>

/** Let a process of its own do some work. It is no child of this one when the
 * call returns, knows its memory as it was, and has of its descriptors `keep`
 * alone: no socket that httpd listens on, none of its logs. It ends with the
 * work, without any cleanup.
 * @param keep a descriptor, or -1
 * @return APR_SUCCESS: it works now; the system's status. */
AE_CHECKED apr_status_t net_process_detach(void (*work)(void *ctx), void *ctx,
                                           int keep, ae_error_t *err);

/** Work for another process, and what it may have. */
typedef struct net_process_task_t {
    void (*work)(void *ctx, int out); /* it tells what it found there */
    void *ctx;
    ae_file_owner_t user;      /* whose rights it has, where we are root */
    apr_size_t said_max;       /* what it tells, in bytes */
    apr_interval_time_t limit; /* then it is killed */
} net_process_task_t;

/** Let a process of its own look for something, for good without the rights of
 * root, and wait for it. Of this one's descriptors it has the standard ones.
 * @param said what it told, from `p`; not to be believed
 * @return APR_SUCCESS; AE_EUNSAFE where it cannot do without the rights of
 * root; AE_ETOOBIG; APR_TIMEUP; APR_EGENERAL where it ended otherwise than
 * well; the system's status. */
AE_CHECKED apr_status_t net_process_ask(ae_bytes_t *said,
                                        const net_process_task_t *task,
                                        ae_error_t *err, apr_pool_t *p);

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
