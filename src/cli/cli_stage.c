#include "cli_stage.h"

#include "edge_staged.h"

#define PATIENCE apr_time_from_sec(10)
#define LOOK_AGAIN apr_time_from_msec(50)

apr_status_t cli_enter(cli_t *cli, ae_error_t *err)
{
    const char *dir = edge_store_dir(cli->store);
    apr_interval_time_t waited = 0;
    apr_status_t status = edge_store_enter(dir, err, cli->p);

    while (APR_STATUS_IS_EBUSY(status) && waited < PATIENCE) {
        apr_sleep(LOOK_AGAIN);
        waited += LOOK_AGAIN;
        status = edge_store_enter(dir, err, cli->p);
    }
    if (APR_STATUS_IS_EBUSY(status)) {
        ae_error_why(err, "httpd is starting with it, or acme-edge is at work "
                          "elsewhere");
        ae_error_next(err, "try again when that has ended");
    }
    return status;
}

static apr_status_t ask(const cli_t *cli, const edge_cert_t *cert,
                        edge_request_verb_t verb, const char *serial,
                        ae_error_t *err)
{
    return edge_request_put(cli->store, cert, verb, serial, apr_time_now(),
                            err, cli->p);
}

/* The worker may have read the request before the set was there, and dropped
 * it. Where it is still there it does. */
static apr_status_t ask_again(const cli_t *cli, const edge_cert_t *cert,
                              edge_request_verb_t verb, const char *serial,
                              ae_error_t *err)
{
    apr_status_t status = ask(cli, cert, verb, serial, err);
    edge_request_t request;

    edge_request_find(&request, cli->store, cert, verb, cli->p);
    return request.found ? APR_SUCCESS : status;
}

/* The request comes first, so that whatever ends this program leaves either
 * nothing staged or all that was asked for. */
apr_status_t cli_stage(const cli_t *cli, const edge_cert_t *cert,
                       const ae_key_t *key, const ae_cert_t *chain,
                       edge_request_verb_t verb, ae_error_t *err)
{
    const char *serial = ae_cert_facts(chain)->serial;
    ae_error_t ignored;
    apr_status_t status = edge_staged_none(cli->store, cert, err, cli->p);

    if (status == APR_SUCCESS) {
        status = ask(cli, cert, verb, serial, err);
    }
    if (status != APR_SUCCESS) {
        return status;
    }
    status = edge_staged_put(cli->store, cert, key, chain, err, cli->p);
    if (status == APR_SUCCESS) {
        return ask_again(cli, cert, verb, serial, err);
    }
    if (edge_request_drop(cli->store, cert, verb, &ignored, cli->p) !=
        APR_SUCCESS) {
        ae_error_next(err, "try again");
    }
    return status;
}
