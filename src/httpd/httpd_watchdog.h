#ifndef HTTPD_WATCHDOG_H
#define HTTPD_WATCHDOG_H

/** The worker's place in httpd: a singleton watchdog in one of the children.
 * It keeps the store's lock as long as it works, and leaves within a second
 * when its child is to go. */

#include "httpd_challenge.h"
#include "httpd_config.h"

typedef struct httpd_watchdog_t httpd_watchdog_t;

/** Borrowed; must outlive it. */
typedef struct httpd_watchdog_config_t {
    const httpd_plan_t *plan;
    const edge_store_t *store;
    httpd_challenge_t *challenge;
    httpd_board_t *board;
    edge_meter_t *meter; /* or NULL */
    httpd_port_t *port;  /* or NULL */
    const ae_log_t *log;
    int restarts_itself;
    int is_hot; /* but hot: it deploys without */
} httpd_watchdog_config_t;

/** Parent, in post_config: register with mod_watchdog. In `pconf`.
 * @return APR_SUCCESS; APR_ENOTIMPL where mod_watchdog is not loaded; its
 * status. */
AE_CHECKED apr_status_t httpd_watchdog_create(
    httpd_watchdog_t **watchdog, const httpd_watchdog_config_t *config,
    ae_error_t *err, apr_pool_t *pconf);

/** Every child: see to it that the worker is gone before the process is. */
void httpd_watchdog_child_init(httpd_watchdog_t *watchdog, apr_pool_t *pchild);

/** Tell the worker to leave; does not wait. Any thread, and signal handlers. */
void httpd_watchdog_leave(httpd_watchdog_t *watchdog);

#endif
