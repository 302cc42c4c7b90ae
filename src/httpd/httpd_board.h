#ifndef HTTPD_BOARD_H
#define HTTPD_BOARD_H

/** Shared memory of one generation of httpd: made by the parent, inherited by
 * all children. One writer (the worker, or the parent before it forks), any
 * number of readers, no lock. A writer that dies in the middle of a write
 * leaves what was there before. */

#include "edge_status.h"

typedef struct httpd_board_t httpd_board_t;

/** Make it in `p`, all zero, for `certs` certificates.
 * @return APR_SUCCESS or the system's status. */
AE_CHECKED apr_status_t httpd_board_create(httpd_board_t **board,
                                           unsigned certs, ae_error_t *err,
                                           apr_pool_t *p);

unsigned httpd_board_certs(const httpd_board_t *board);

/** Writer: replace one status. */
void httpd_board_put(httpd_board_t *board, unsigned index,
                     const edge_status_t *status);

/** Any process: copy one status, never a torn one. */
void httpd_board_get(const httpd_board_t *board, unsigned index,
                     edge_status_t *status);

/** What keeps the worker from its work; an empty `what` for nothing. */
void httpd_board_put_trouble(httpd_board_t *board, const ae_error_t *trouble);
void httpd_board_get_trouble(const httpd_board_t *board, ae_error_t *trouble);

/** Worker: ask the parent to restart, not within `gap` of the last time; of
 * several the shortest counts. */
void httpd_board_ask_deploy(httpd_board_t *board, apr_interval_time_t gap);

/** Parent: whether that was asked. */
int httpd_board_deploy_asked(const httpd_board_t *board,
                             apr_interval_time_t *gap);

/** The same, and from now on it is not asked for any more. */
int httpd_board_take_deploy(httpd_board_t *board);

/** Parent, before it forks: the port of ACMEChallengePort, and whether it is
 * open in this generation. Any process: which it is, 0 for none. */
void httpd_board_put_port(httpd_board_t *board, unsigned port, int is_open);
unsigned httpd_board_port(const httpd_board_t *board, int *is_open);

/** Worker: that port is needed until then, by net_clock_steady. Parent: until
 * when (0: nobody said so). */
void httpd_board_need_port(httpd_board_t *board, apr_time_t until);
apr_time_t httpd_board_port_needed(const httpd_board_t *board);

/** Parent: it cannot be opened. Worker: how often that was said, and why the
 * last time. */
void httpd_board_refuse_port(httpd_board_t *board, const ae_error_t *why);
apr_uint32_t httpd_board_port_refusals(const httpd_board_t *board);
void httpd_board_get_refusal(const httpd_board_t *board, ae_error_t *why);

/** Until when a challenge may be open; grows only while any is. */
void httpd_board_challenge_opened(httpd_board_t *board, apr_time_t expires);
void httpd_board_challenges_closed(httpd_board_t *board);
int httpd_board_challenge_open(const httpd_board_t *board, apr_time_t now);

/** Worker: it lives; any process: when it last said so (0: never). */
void httpd_board_tick(httpd_board_t *board, apr_time_t now);
apr_time_t httpd_board_last_tick(const httpd_board_t *board);

#endif
