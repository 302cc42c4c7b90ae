#ifndef HTTPD_RELOAD_H
#define HTTPD_RELOAD_H

/** The parent's side of a deployment: where the worker asked for it, httpd
 * restarts itself gracefully, and the next generation finds what is staged.
 * It does the same where another httpd with the same store has deployed, and
 * where the port for challenges is to be opened or closed. It does not while
 * its configuration on disk would not start. */

#include "ae_log.h"
#include "edge_meter.h"
#include "edge_served.h"
#include "httpd_board.h"
#include "httpd_port.h"

#include <httpd.h>

typedef struct httpd_reload_t httpd_reload_t;

/** Parent: for this generation. All is borrowed and must outlive it.
 * @param meter may be NULL
 * @param served NULL: deployments take no restart
 * @param port NULL: none is opened and closed */
httpd_reload_t *httpd_reload_create(const server_rec *server,
                                    httpd_board_t *board, edge_meter_t *meter,
                                    const edge_served_t *served,
                                    httpd_port_t *port, const ae_log_t *log,
                                    apr_pool_t *pconf);

/** Parent, from the monitor hook: restart where it was asked for, or where
 * something else is live than what is served, once, and not sooner after our
 * last such restart than asked; or for the port. */
void httpd_reload_check(httpd_reload_t *reload, apr_time_t now);

#endif
