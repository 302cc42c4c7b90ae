#ifndef HTTPD_PORT_H
#define HTTPD_PORT_H

/** The port of ACMEChallengePort in one generation of httpd: open or not, and
 * whether the next one is to have it. It is opened by a graceful restart when
 * orders came to it, and closed by the next once none needs it any more. What
 * one generation wants of the next survives restarts, and no start. */

#include "edge_door.h"
#include "httpd_board.h"

#include "ae_log.h"

#include <httpd.h>

typedef struct httpd_port_t httpd_port_t;

/** What is configured, nothing open; in `p`.
 * @param where as httpd_port_where has it, borrowed */
httpd_port_t *httpd_port_create(apr_port_t port,
                                const apr_array_header_t *where,
                                apr_pool_t *p);

/** check_config: open it, where the last generation wanted that.
 * @param port NULL: forget what was wanted */
void httpd_port_open(httpd_port_t *port, server_rec *server,
                     apr_pool_t *ptemp);

/** post_config: from now on orders may come. All is borrowed.
 * @param restarts_itself else it cannot be opened */
void httpd_port_begin(httpd_port_t *port, httpd_board_t *board,
                      const ae_log_t *log, int restarts_itself);

apr_port_t httpd_port_number(const httpd_port_t *port);
int httpd_port_is_open(const httpd_port_t *port);

/* --- worker -------------------------------------------------------------- */

/** As the scheduler wants it; lives as long as the port. One thread. */
const edge_door_t *httpd_port_door(httpd_port_t *port);

/** Say that somebody needs it still, where that is so. To be called at least
 * once a second. */
void httpd_port_hold(httpd_port_t *port);

/* --- parent's monitor; `port` may be NULL --------------------------------- */

/** Have the next generation have it, where orders use it: somebody else's
 * restart comes without notice. */
void httpd_port_keep(httpd_port_t *port);

/** Look whether it is to be opened or closed by a restart. Where it cannot be
 * opened, those who wait are told. */
int httpd_port_is_due(httpd_port_t *port);

/** Whether orders use it right now, so that a deployment should wait. */
int httpd_port_is_busy(const httpd_port_t *port);

/** Tell those who wait that httpd does not restart. */
void httpd_port_refuse(httpd_port_t *port, const char *words);

/** What a restart would do with it: "open port 80 for challenges"; or NULL.
 * From `p`. */
const char *httpd_port_purpose(const httpd_port_t *port, apr_pool_t *p);

/** The restart comes: the next generation has the port where it is needed.
 * @return whether that is all the restart is for, if nothing is deployed: to
 * open it */
int httpd_port_hand_over(httpd_port_t *port);

#endif
