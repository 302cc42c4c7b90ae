#include "ae_time.h"
#include "cli_stage.h"
#include "edge_plan.h"
#include "edge_rollback.h"

#include <string.h>

/* A certificate that comes back late in its life is renewed by its schedule
 * all the same. */
static int is_due(const cli_t *cli, const edge_cert_t *cert,
                  const ae_cert_facts_t *facts)
{
    return !cert->renews_by_hand &&
           edge_policy_renew_at(facts->not_before, facts->not_after,
                                cert->renew_window, 0) <= cli->now;
}

static void tell(const cli_t *cli, const edge_cert_t *cert,
                 const ae_cert_facts_t *facts)
{
    cli_tell(cli, "%s: serial %s, valid until %s, comes back: %s%s",
             cert->name, facts->serial,
             ae_time_print(facts->not_after, cli->p), cli_what_next(cli),
             is_due(cli, cert, facts)
                 ? "; its renewal is due and follows at once"
                 : "");
}

static int is_approved(const edge_standing_t *standing, const char *serial)
{
    const edge_request_t *deploy = &standing->requests[EDGE_REQUEST_DEPLOY];

    return deploy->found && strcmp(deploy->serial, serial) == 0;
}

/* It was asked before, and httpd has not restarted since; or what was to come
 * back is pending for some other reason. */
static cli_exit_t join(const cli_t *cli, const edge_cert_t *cert,
                       const edge_standing_t *standing, const ae_cert_t *chain,
                       ae_error_t *err)
{
    const ae_cert_facts_t *facts = ae_cert_facts(chain);

    if (is_approved(standing, facts->serial)) {
        ae_error_set(err, APR_EEXIST,
                     "The certificate of %s with serial %s is about to come "
                     "back already",
                     cert->name, facts->serial);
        ae_error_why(err, "%s", cli_what_next(cli));
        return CLI_NOTHING;
    }
    if (edge_request_put(cli->store, cert, EDGE_REQUEST_DEPLOY, facts->serial,
                         cli->now, err, cli->p) != APR_SUCCESS) {
        return CLI_FAILED;
    }
    tell(cli, cert, facts);
    return CLI_DONE;
}

cli_exit_t cli_rollback(cli_t *cli, ae_error_t *err)
{
    const edge_standing_t *standing;
    const edge_cert_t *cert;
    ae_cert_t *chain;
    ae_key_t *key;

    if (cli_begin(&cert, cli, err) != APR_SUCCESS ||
        cli_enter(cli, err) != APR_SUCCESS ||
        edge_rollback_find(&key, &chain, cli->store, cert, cli->now, err,
                           cli->p) != APR_SUCCESS) {
        return CLI_FAILED;
    }
    standing = cli_standing(cli, cert);
    if (standing->staged.present &&
        strcmp(standing->staged.serial, ae_cert_facts(chain)->serial) == 0) {
        return join(cli, cert, standing, chain, err);
    }
    if (cli_stage(cli, cert, key, chain, EDGE_REQUEST_DEPLOY, err) !=
        APR_SUCCESS) {
        return CLI_FAILED;
    }
    tell(cli, cert, ae_cert_facts(chain));
    return CLI_DONE;
}
