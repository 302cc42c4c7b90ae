#ifndef HTTPD_HOT_H
#define HTTPD_HOT_H

/** ACMEReload hot, the parent's side: what goes live between two starts is
 * handed to the running children through shared memory. The memory has no
 * name and is left out of core dumps. */

#include "ae_log.h"
#include "edge_live.h"
#include "edge_meter.h"
#include "edge_served.h"
#include "edge_slots.h"
#include "edge_store.h"
#include "httpd_board.h"
#include "httpd_commands.h"

typedef struct httpd_hot_t httpd_hot_t;

/** Borrowed; must outlive it. */
typedef struct httpd_hot_config_t {
    const char *store_dir;
    const edge_store_t *store;
    const apr_array_header_t *certs; /* const edge_cert_t * */
    httpd_board_t *board;
    edge_meter_t *meter;
    edge_served_t *served;      /* what mod_ssl reads at this start */
    httpd_commands_t *commands; /* or NULL */
    const ae_log_t *log;
    edge_live_judge_t *judge;
    void *ctx;
} httpd_hot_config_t;

/** Make the memory, before children are made; it goes with `p`.
 * @return APR_SUCCESS or the system's status */
AE_CHECKED apr_status_t httpd_hot_create(httpd_hot_t **hot, int certs,
                                         ae_error_t *err, apr_pool_t *p);

/** What children read. */
edge_slots_t *httpd_hot_slots(httpd_hot_t *hot);

/** From now on deployments may be asked for. */
void httpd_hot_begin(httpd_hot_t *hot, const httpd_hot_config_t *config);

/** Monitor: deploy what is asked for, and hand over what is live and was not
 * when it was last handed over. */
void httpd_hot_check(httpd_hot_t *hot, apr_time_t now);

#endif
