#include "cli_errand.h"

#include "cli_worker.h"
#include "edge_errand.h"

/* Nothing is done later that nobody waits for any more. */
static cli_exit_t take_back(const cli_t *cli, const char *id, ae_error_t *err)
{
    ae_error_t cause;

    ae_error_set(err, APR_TIMEUP, "Nobody can ask the CA now");
    ae_error_why(err, "%s", cli_no_worker);
    ae_error_next(err, "start httpd, and try again; nothing was done");
    if (edge_errand_drop(cli->store, id, &cause, cli->p) != APR_SUCCESS) {
        ae_error_next(err,
                      "start httpd: the request could not be taken back and "
                      "is heard then (%s)",
                      cause.why);
    }
    return CLI_FAILED;
}

/* @return APR_SUCCESS; APR_TIMEUP where no worker is there; what
 * edge_errand_outcome returns */
static apr_status_t wait_for(edge_errand_end_t *outcome, const cli_t *cli,
                             const char *id, ae_error_t *err)
{
    cli_worker_t worker = {0};
    apr_status_t status;
    apr_pool_t *ptemp;

    apr_pool_create(&ptemp, cli->p);
    status = edge_errand_outcome(outcome, cli->store, id, err, ptemp);
    while (APR_STATUS_IS_ENOENT(status)) {
        apr_pool_clear(ptemp);
        apr_sleep(CLI_LOOK_AGAIN);
        status =
            cli_worker_is_gone(&worker, cli, apr_time_now())
                ? APR_TIMEUP
                : edge_errand_outcome(outcome, cli->store, id, err, ptemp);
    }
    apr_pool_destroy(ptemp);
    return status;
}

cli_exit_t cli_errand(const cli_t *cli, json_t *asked, ae_error_t *err)
{
    edge_errand_end_t outcome;
    const char *id;
    apr_status_t status =
        edge_errand_put(&id, cli->store, asked, cli->now, err, cli->p);
    ae_error_t ignored;

    if (status == APR_SUCCESS) {
        status = wait_for(&outcome, cli, id, err);
        if (status == APR_TIMEUP) {
            return take_back(cli, id, err);
        }
    }
    if (status != APR_SUCCESS) {
        return CLI_FAILED;
    }
    /* Where it stays, the worker sweeps it. */
    status = edge_errand_drop(cli->store, id, &ignored, cli->p);
    if (outcome.error.status != APR_SUCCESS) {
        *err = outcome.error;
        return CLI_FAILED;
    }
    cli_tell(cli, "%s", outcome.answer);
    return CLI_DONE;
}
