#ifndef HTTPD_TRIAL_H
#define HTTPD_TRIAL_H

/** A certificate that the TLS settings of its virtual host do not take ends
 * httpd where a restart brings it to mod_ssl. So what is staged is tried while
 * httpd runs, as soon as it is there, whoever will deploy it and when. */

#include "edge_live.h"
#include "httpd_board.h"
#include "httpd_deploy.h"

typedef struct httpd_trial_t httpd_trial_t;

/** Borrowed; must outlive it. */
typedef struct httpd_trial_config_t {
    httpd_deploy_t deploy;
    const apr_array_header_t *certs; /* const edge_cert_t * */
    httpd_board_t *board;
    edge_live_judge_t *judge;
    void *ctx;
} httpd_trial_config_t;

/** Parent: of this generation. */
httpd_trial_t *httpd_trial_create(const httpd_trial_config_t *config,
                                  apr_pool_t *p);

/** Parent, from the monitor hook, before anything is deployed there: refuse
 * what will not do. Each set is tried once. */
void httpd_trial_check(httpd_trial_t *trial, apr_time_t now);

#endif
