#ifndef HTTPD_REHEARSAL_H
#define HTTPD_REHEARSAL_H

/** Before a restart that nobody watches: httpd -t, beside the running server.
 * A configuration that somebody is in the middle of editing would end httpd at
 * the restart. */

#include "ae_error.h"

#include <apr_file_io.h>
#include <apr_pools.h>

#define HTTPD_REHEARSAL_WORDS_MAX 700

typedef struct httpd_rehearsal_t httpd_rehearsal_t;

/** Told at the end, in the parent's main loop; the rehearsal is gone then.
 * @param words what httpd -t said where it did not pass; for the call only */
typedef void httpd_rehearsal_done_t(void *ctx, int passed, const char *words);

/** Parent: begin. `done` is called once, seconds later, unless `p` goes first,
 * which ends the process. A test that could not be run passes; one that ended
 * in any other way than well does not.
 * @param argv how this httpd was started, `argc` words
 * @return APR_SUCCESS, or the system's status where no process came about. */
AE_CHECKED apr_status_t httpd_rehearsal_start(httpd_rehearsal_t **rehearsal,
                                              int argc,
                                              const char *const *argv,
                                              httpd_rehearsal_done_t *done,
                                              void *ctx, apr_pool_t *p);

/** Parent: end one that takes too long. `done` is told that it did not pass,
 * as soon as the process is gone. */
void httpd_rehearsal_stop(httpd_rehearsal_t *rehearsal);

/** The end of what httpd -t said, as one line in `p`: any bytes but line ends,
 * at most HTTPD_REHEARSAL_WORDS_MAX. */
const char *httpd_rehearsal_words(apr_file_t *output, apr_pool_t *p);

#endif
