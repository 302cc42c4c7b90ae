#ifndef HTTPD_REHEARSAL_H
#define HTTPD_REHEARSAL_H

/** Before a restart that nobody watches: httpd -t, beside the running server.
 * A configuration that somebody is in the middle of editing would end httpd at
 * the restart. */

#include "ae_error.h"

#include <httpd.h>

/** Told at the end, in the parent's main loop.
 * @param words what httpd -t said where it did not pass; for the call only */
typedef void httpd_rehearsal_done_t(void *ctx, int passed, const char *words);

/** Parent: begin. `done` is called once, seconds later, unless a restart or
 * `p`'s end comes first. A test that could not be run passes.
 * @return APR_SUCCESS, or the system's status where no process came about. */
AE_CHECKED apr_status_t httpd_rehearsal_start(const server_rec *server,
                                              httpd_rehearsal_done_t *done,
                                              void *ctx, apr_pool_t *p);

#endif
