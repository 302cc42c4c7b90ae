#include "httpd_trial.h"

#include "edge_request.h"

#include <string.h>

typedef struct row_t {
    char serial[64]; /* of what was tried last */
} row_t;

struct httpd_trial_t {
    httpd_trial_config_t config;
    row_t *rows;
    apr_pool_t *pool;
};

httpd_trial_t *httpd_trial_create(const httpd_trial_config_t *config,
                                  apr_pool_t *p)
{
    httpd_trial_t *trial = apr_palloc(p, sizeof(*trial));

    trial->config = *config;
    trial->rows =
        apr_pcalloc(p, (apr_size_t)config->certs->nelts * sizeof(row_t));
    trial->pool = p;
    return trial;
}

/* The worker says so; nothing else is believed of it. */
static int is_news(const httpd_trial_t *trial, int i,
                   const edge_status_t *status)
{
    return status->staged_not_after != 0 &&
           strcmp(status->staged_serial, trial->rows[i].serial) != 0;
}

/* It may be waiting for a window, and looks at nothing before. */
static void tell_worker(const httpd_trial_t *trial, const edge_cert_t *cert,
                        apr_time_t now, apr_pool_t *ptemp)
{
    const httpd_deploy_t *deploy = &trial->config.deploy;
    ae_error_t err;

    if (edge_request_put(deploy->store, cert, EDGE_REQUEST_LOOK, "", now, &err,
                         ptemp) != APR_SUCCESS) {
        ae_log(deploy->log, AE_LOG_WARNING,
               "AE110: %s: that what is staged was refused, the worker hears "
               "when httpd is restarted: %s",
               cert->name, ae_error_line(&err, ptemp));
    }
}

/* @return whether it was refused */
static int try(httpd_trial_t *trial, int i, const edge_status_t *status,
               apr_time_t now, apr_pool_t *ptemp)
{
    const httpd_trial_config_t *config = &trial->config;
    const edge_cert_t *cert =
        APR_ARRAY_IDX(config->certs, i, const edge_cert_t *);
    int is_refused = httpd_deploy_try(&config->deploy, cert, config->judge,
                                      config->ctx, now, ptemp);

    ae_text_copy(trial->rows[i].serial, sizeof(trial->rows[i].serial),
                 status->staged_serial);
    if (is_refused) {
        tell_worker(trial, cert, now, ptemp);
    }
    return is_refused;
}

/* Where nothing else waits, there is nothing to restart for any more. */
static void try_all(httpd_trial_t *trial, edge_status_t *status,
                    apr_time_t now, apr_pool_t *ptemp)
{
    httpd_board_t *board = trial->config.board;
    int i, is_entered = 0, refused = 0, waiting = 0;

    for (i = 0; i < trial->config.certs->nelts; i++) {
        httpd_board_get(board, (unsigned)i, status);
        if (is_news(trial, i, status)) {
            is_entered = is_entered ||
                         httpd_deploy_enter(trial->config.deploy.store, ptemp);
            if (is_entered && try(trial, i, status, now, ptemp)) {
                refused = 1;
                continue;
            }
        }
        waiting |= edge_status_goes_live(status, now);
    }
    if (refused && !waiting) {
        httpd_board_take_deploy(board);
    }
}

void httpd_trial_check(httpd_trial_t *trial, apr_time_t now)
{
    apr_pool_t *ptemp;

    apr_pool_create(&ptemp, trial->pool);
    try_all(trial, apr_palloc(ptemp, sizeof(edge_status_t)), now, ptemp);
    apr_pool_destroy(ptemp);
}
