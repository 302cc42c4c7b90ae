#include "cli_verb.h"
#include "edge_request.h"
#include "edge_staged.h"

#include <apr_strings.h>
#include <stdio.h>

static cli_exit_t nothing_pending(const edge_cert_t *cert, ae_error_t *err)
{
    ae_error_set(err, APR_ENOENT, "%s has no pending certificate", cert->name);
    ae_error_next(err, "acme-edge sign %s orders one", cert->name);
    return CLI_NOTHING;
}

/* --- deploy ------------------------------------------------------------- */

static cli_exit_t deploy(cli_t *cli, const edge_cert_t *cert, ae_error_t *err)
{
    const edge_standing_t *standing = cli_standing(cli, cert);

    if (!standing->staged.present) {
        return nothing_pending(cert, err);
    }
    if (standing->staged.misfit[0]) {
        ae_error_set(err, AE_EMISMATCH,
                     "The pending certificate of %s cannot go live",
                     cert->name);
        ae_error_why(err, "%s", standing->staged.misfit);
        ae_error_next(err, "acme-edge discard %s drops it", cert->name);
        return CLI_FAILED;
    }
    if (edge_request_put(cli->store, cert, EDGE_REQUEST_DEPLOY,
                         standing->staged.serial, cli->now, err,
                         cli->p) != APR_SUCCESS) {
        return CLI_FAILED;
    }
    cli_tell(cli, "%s: serial %s is approved, %s", cert->name,
             standing->staged.serial, cli_what_next(cli));
    return CLI_DONE;
}

cli_exit_t cli_deploy(cli_t *cli, ae_error_t *err)
{
    return cli_each(cli, deploy, err);
}

/* --- discard ------------------------------------------------------------ */

static int is_staged(const cli_t *cli, const edge_cert_t *cert)
{
    return ae_file_exists(edge_store_path(cli->store, cli->p, "staging",
                                          cert->dir, "set", NULL));
}

/* What was approved of the set is gone with it. The worker that cannot be told
 * has nothing to deploy all the same. */
static cli_exit_t forget(const cli_t *cli, const edge_cert_t *cert,
                         const char *serial, ae_error_t *err)
{
    ae_error_t untold;

    if (edge_request_drop(cli->store, cert, EDGE_REQUEST_DEPLOY, err,
                          cli->p) != APR_SUCCESS) {
        return CLI_FAILED;
    }
    cli_tell(cli, "%s: the pending certificate is discarded", cert->name);
    if (edge_request_put(cli->store, cert, EDGE_REQUEST_DISCARD, serial,
                         cli->now, &untold, cli->p) != APR_SUCCESS) {
        fprintf(stderr,
                "acme-edge: httpd is not told, and orders another one as soon "
                "as it notices: %s\n",
                ae_error_line(&untold, cli->p));
    }
    return CLI_DONE;
}

static cli_exit_t discard(cli_t *cli, const edge_cert_t *cert, ae_error_t *err)
{
    edge_staged_t *staged;
    const char *serial;
    apr_status_t status =
        edge_staged_open(&staged, cli->store, cert, err, cli->p);
    if (APR_STATUS_IS_ENOENT(status)) {
        return nothing_pending(cert, err);
    }
    if (status != APR_SUCCESS) {
        return CLI_FAILED;
    }
    serial = cli_standing(cli, cert)->staged.serial;
    edge_staged_remove(staged, cli->p);
    if (is_staged(cli, cert)) {
        ae_error_set(err, APR_EGENERAL,
                     "The pending certificate of %s is still there",
                     cert->name);
        ae_error_why(err, "it could not be moved away, or another one was "
                          "staged meanwhile");
        ae_error_next(err,
                      "look at it with acme-edge show --pending %s, and "
                      "try again",
                      cert->name);
        return CLI_FAILED;
    }
    return forget(cli, cert, serial, err);
}

cli_exit_t cli_discard(cli_t *cli, ae_error_t *err)
{
    return cli_each(cli, discard, err);
}
