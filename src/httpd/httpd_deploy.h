#ifndef HTTPD_DEPLOY_H
#define HTTPD_DEPLOY_H

/** What is staged goes live on the disk: at a start, and with ACMEReload hot
 * between starts. Parent. */

#include "ae_log.h"
#include "edge_live.h"
#include "edge_meter.h"

/** Borrowed. */
typedef struct httpd_deploy_t {
    const edge_store_t *store;
    edge_deployed_by_t by;
    edge_meter_t *meter;
    const ae_log_t *log;
} httpd_deploy_t;

/** Another httpd with the same store may start or deploy right now, and the
 * command may stage: until that is over, nobody else touches what is live or
 * staged, and what is recorded of it. Ends with `ptemp`.
 * @return 0 where somebody else is at work */
int httpd_deploy_enter(const edge_store_t *store, apr_pool_t *ptemp);

/** Promote what is staged for a certificate and may go live at `now`, as
 * edge_live_promote does; log and count what came of it.
 * @param is_failing whether it could not the last time, so that the log has
 * it already; set to whether it could not now
 * @return what came of it; EDGE_PROMOTION_NONE where it could not */
edge_promotion_t httpd_deploy(const httpd_deploy_t *deploy,
                              const edge_cert_t *cert, apr_time_t now,
                              int *is_failing, apr_pool_t *ptemp);

/** Refuse what is staged for a certificate and its virtual hosts could not
 * serve, as edge_live_try does; log and count that. What cannot be read is told
 * when it is to go live.
 * @return whether it was refused */
int httpd_deploy_try(const httpd_deploy_t *deploy, const edge_cert_t *cert,
                     edge_live_judge_t *judge, void *ctx, apr_time_t now,
                     apr_pool_t *ptemp);

#endif
