#include "httpd_deploy.h"

static void tell_end(const httpd_deploy_t *deploy, const edge_cert_t *cert,
                     edge_promotion_t promotion, const ae_error_t *err,
                     apr_pool_t *ptemp)
{
    switch (promotion) {
    case EDGE_PROMOTION_NONE:
        break;
    case EDGE_PROMOTION_DONE:
        edge_meter_count(deploy->meter, EDGE_COUNT_DEPLOYED);
        ae_log(deploy->log, AE_LOG_NOTICE, "%s: deployed", cert->name);
        break;
    case EDGE_PROMOTION_REFUSED:
        edge_meter_count(deploy->meter, EDGE_COUNT_REFUSED);
        ae_log(deploy->log, AE_LOG_ERROR, "AE071: %s: not deployed: %s",
               cert->name, ae_error_line(err, ptemp));
        break;
    }
}

int httpd_deploy_enter(const edge_store_t *store, apr_pool_t *ptemp)
{
    ae_error_t ignored;

    return !APR_STATUS_IS_EBUSY(
        edge_store_enter(edge_store_dir(store), &ignored, ptemp));
}

edge_promotion_t httpd_deploy(const httpd_deploy_t *deploy,
                              const edge_cert_t *cert, apr_time_t now,
                              int *is_failing, apr_pool_t *ptemp)
{
    int is_told = *is_failing;
    edge_promotion_t promotion = EDGE_PROMOTION_NONE;
    ae_error_t err;

    *is_failing =
        edge_live_promote(&promotion, deploy->store, cert, deploy->by, now,
                          &err, ptemp) != APR_SUCCESS;
    if (!*is_failing) {
        tell_end(deploy, cert, promotion, &err, ptemp);
    } else if (!is_told) {
        ae_log(deploy->log, AE_LOG_ERROR,
               "AE072: %s: the deployment is not complete and is tried again: "
               "%s",
               cert->name, ae_error_line(&err, ptemp));
    }
    return *is_failing ? EDGE_PROMOTION_NONE : promotion;
}

int httpd_deploy_try(const httpd_deploy_t *deploy, const edge_cert_t *cert,
                     edge_live_judge_t *judge, void *ctx, apr_time_t now,
                     apr_pool_t *ptemp)
{
    edge_promotion_t promotion;
    ae_error_t err;
    apr_status_t rv = edge_live_try(&promotion, deploy->store, cert, judge,
                                    ctx, now, &err, ptemp);

    (void)rv;
    tell_end(deploy, cert, promotion, &err, ptemp);
    return promotion == EDGE_PROMOTION_REFUSED;
}
