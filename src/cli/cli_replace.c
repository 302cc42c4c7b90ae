#include "cli_replace.h"

#include "cli_kept.h"
#include "cli_sign.h"
#include "cli_worker.h"
#include "edge_archive.h"
#include "edge_live.h"
#include "edge_request.h"

#include <apr_strings.h>
#include <stdio.h>
#include <string.h>

/* httpd restarts itself once a minute at most; a person takes longer. */
#define PATIENCE apr_time_from_sec(180)

static cli_exit_t fail(const cli_subject_t *subject, ae_error_t *err)
{
    ae_error_t cause = *err;

    ae_error_set(err, cause.status,
                 "The certificate of %s was not replaced, and not revoked",
                 subject->in_use->name);
    ae_error_why(err, "%s%s%s", cause.what, cause.why[0] ? ": " : "",
                 cause.why);
    ae_error_next(err, "%s", cause.next);
    return CLI_FAILED;
}

/* A key that is kept for every order would come with the next one, too. */
static apr_status_t forget_key(const cli_t *cli, const cli_subject_t *subject,
                               ae_error_t *err)
{
    const ae_csr_t *csr;
    ae_key_t *key;
    ae_error_t ignored;
    apr_status_t status;

    if (edge_kept_load(&key, &csr, cli->store, subject->in_use, &ignored,
                       cli->p) != APR_SUCCESS ||
        ae_cert_check_key(subject->chain, key, &ignored) != APR_SUCCESS) {
        return APR_SUCCESS;
    }
    status = cli_kept_drop(cli, subject->in_use, err);
    if (status == APR_ENOTIMPL) {
        ae_error_next(err, "put another key and request into the files of "
                           "ACMECSR, restart httpd gracefully, and try "
                           "again");
    }
    return status;
}

static int is_other(const ae_cert_t *chain, const cli_subject_t *subject)
{
    return strcmp(ae_cert_facts(chain)->serial,
                  ae_cert_facts(subject->chain)->serial) != 0;
}

/* --- going live ---------------------------------------------------------- */

/* Where httpd takes it with no restart, what is live on disk is served a little
 * later, once the record says so. */
static int is_served(const cli_t *cli, const cli_subject_t *subject,
                     const ae_cert_t *chain, apr_pool_t *p)
{
    edge_deployment_t deployment;

    if (!cli->catalog.is_hot) {
        return 1;
    }
    edge_live_deployment(&deployment, cli->store, subject->in_use, p);
    return !deployment.waits &&
           strcmp(deployment.serial, ae_cert_facts(chain)->serial) == 0;
}

/* @return whether another one is live */
static int is_live(const cli_t *cli, const cli_subject_t *subject,
                   ae_cert_t **chain, apr_pool_t *p)
{
    ae_error_t ignored;

    return edge_live_load(chain, edge_store_dir(cli->store), subject->in_use,
                          &ignored, p) == APR_SUCCESS &&
           is_other(*chain, subject) && is_served(cli, subject, *chain, p);
}

static apr_status_t approve(const cli_t *cli, const cli_subject_t *subject,
                            ae_error_t *err)
{
    const edge_standing_t *standing = cli_standing(cli, subject->in_use);

    return standing->staged.present
               ? edge_request_put(cli->store, subject->in_use,
                                  EDGE_REQUEST_DEPLOY, standing->staged.serial,
                                  apr_time_now(), err, cli->p)
               : APR_SUCCESS;
}

static void tell_waiting(const cli_t *cli, const cli_subject_t *subject)
{
    if (!cli->args->json) {
        fprintf(stderr, "%s: the new certificate is approved; %s\n",
                subject->in_use->name, cli_what_next(cli));
    }
}

static apr_status_t explain_waiting(const cli_t *cli,
                                    const cli_subject_t *subject,
                                    ae_error_t *err)
{
    ae_error_set(err, APR_TIMEUP, "The new certificate is not live yet");
    ae_error_why(err, "%s",
                 !cli->catalog.restarts_itself
                     ? "ACMEReload is none: httpd does not restart by itself"
                 : cli->catalog.is_hot ? "httpd's processes do not have it"
                                       : "httpd has not restarted for it");
    return ae_error_next(err,
                         "apachectl graceful; when acme-edge show --live %s "
                         "tells another serial than %s, revoke the old one, "
                         "which is the newest in archive/%s/ then",
                         subject->in_use->name,
                         ae_cert_facts(subject->chain)->serial,
                         subject->in_use->dir);
}

/* @return whether the new one was refused since then; err says why */
static int is_refused(const cli_t *cli, const cli_subject_t *subject,
                      apr_time_t since, ae_error_t *err, apr_pool_t *p)
{
    edge_deployment_t deployment;

    edge_live_deployment(&deployment, cli->store, subject->in_use, p);
    if (deployment.at <= since || deployment.ok) {
        return 0;
    }
    *err = deployment.error;
    return 1;
}

static apr_status_t wait_live(const cli_t *cli, const cli_subject_t *subject,
                              apr_time_t since, ae_cert_t **chain,
                              ae_error_t *err)
{
    apr_time_t end = apr_time_now() + PATIENCE;
    cli_worker_t worker = {0};
    apr_pool_t *ptemp;
    int live, refused = 0;

    apr_pool_create(&ptemp, cli->p);
    live = is_live(cli, subject, chain, ptemp);
    while (!live && !refused && apr_time_now() < end &&
           !cli_worker_is_gone(&worker, cli, apr_time_now())) {
        apr_pool_clear(ptemp);
        apr_sleep(CLI_LOOK_AGAIN);
        live = is_live(cli, subject, chain, ptemp);
        refused = is_refused(cli, subject, since, err, ptemp);
    }
    apr_pool_destroy(ptemp);
    if (!live && refused) {
        return err->status;
    }
    return live && is_live(cli, subject, chain, cli->p)
               ? APR_SUCCESS
               : explain_waiting(cli, subject, err);
}

/* Where the key is known: with the same one it would be as it was. */
static apr_status_t check_key(const ae_cert_t *chain,
                              const cli_subject_t *subject, ae_error_t *err)
{
    ae_error_t ignored;

    if (subject->key == NULL ||
        ae_cert_check_key(chain, subject->key, &ignored) != APR_SUCCESS) {
        return APR_SUCCESS;
    }
    ae_error_set(err, AE_EMISMATCH, "The new certificate has the old key");
    ae_error_why(err, "an order that had begun before was taken up");
    return ae_error_next(err, "try again: the next order makes a new one");
}

cli_exit_t cli_replace(const cli_t *cli, const cli_subject_t *subject,
                       ae_error_t *err)
{
    apr_time_t since = apr_time_now();
    ae_cert_t *chain;

    if (forget_key(cli, subject, err) != APR_SUCCESS ||
        cli_sign_now(cli, subject->in_use, err) != CLI_DONE) {
        return fail(subject, err);
    }
    if (!is_live(cli, subject, &chain, cli->p)) {
        if (approve(cli, subject, err) != APR_SUCCESS) {
            return fail(subject, err);
        }
        tell_waiting(cli, subject);
    }
    if (wait_live(cli, subject, since, &chain, err) != APR_SUCCESS ||
        check_key(chain, subject, err) != APR_SUCCESS) {
        return fail(subject, err);
    }
    return CLI_DONE;
}
