#include "cli_verb.h"
#include "edge_pending.h"

#include <stdio.h>

static cli_exit_t exit_of(apr_status_t status)
{
    return status == APR_SUCCESS          ? CLI_DONE
           : APR_STATUS_IS_ENOENT(status) ? CLI_NOTHING
                                          : CLI_FAILED;
}

static cli_exit_t deploy(cli_t *cli, const edge_cert_t *cert, ae_error_t *err)
{
    const char *serial;
    apr_status_t status = edge_pending_deploy(&serial, cli->store, cert, NULL,
                                              cli->now, err, cli->p);

    if (status == APR_SUCCESS) {
        cli_tell(cli, "%s: serial %s is approved, %s", cert->name, serial,
                 cli_what_next(cli));
    }
    return exit_of(status);
}

cli_exit_t cli_deploy(cli_t *cli, ae_error_t *err)
{
    return cli_each(cli, deploy, err);
}

static cli_exit_t discard(cli_t *cli, const edge_cert_t *cert, ae_error_t *err)
{
    ae_error_t untold;
    apr_status_t status = edge_pending_discard(&untold, cli->store, cert, NULL,
                                               cli->now, err, cli->p);

    if (status == APR_SUCCESS) {
        cli_tell(cli, "%s: the pending certificate is discarded", cert->name);
    }
    if (status == APR_SUCCESS && untold.what[0]) {
        fprintf(stderr,
                "acme-edge: httpd is not told, and orders another one as soon "
                "as it notices: %s\n",
                ae_error_line(&untold, cli->p));
    }
    return exit_of(status);
}

cli_exit_t cli_discard(cli_t *cli, ae_error_t *err)
{
    return cli_each(cli, discard, err);
}
