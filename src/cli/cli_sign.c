#include "cli_sign.h"

#include "ae_time.h"
#include "cli_progress.h"
#include "cli_worker.h"
#include "edge_request.h"

#include <apr_strings.h>
#include <stdio.h>
#include <string.h>

/* httpd restarts itself once a minute at most; without, it takes seconds. */
#define DEPLOY_PATIENCE apr_time_from_sec(120)

/* What is followed, and what of it was told. */
typedef struct watch_t {
    const edge_cert_t *cert;
    apr_time_t asked; /* when the request was made */
    cli_worker_t worker;
    cli_progress_t told;
} watch_t;

/* Ask, or join who asked before. */
static apr_status_t ask(watch_t *watch, const cli_t *cli, ae_error_t *err)
{
    edge_request_t request;
    int joined;
    apr_status_t status = edge_request_sign(
        &request, &joined, cli->store, watch->cert, cli->now, err, cli->p);

    watch->asked = request.at;
    if (joined && !cli->args->json) {
        fprintf(stderr, "%s: it was asked for at %s, and is followed\n",
                watch->cert->name, ae_time_print(request.at, cli->p));
    }
    return status;
}

static int is_open(const watch_t *watch, const cli_t *cli, apr_pool_t *p)
{
    edge_request_t request;

    edge_request_find(&request, cli->store, watch->cert, EDGE_REQUEST_SIGN, p);
    return request.found;
}

static edge_status_t *read_status(const watch_t *watch, const cli_t *cli,
                                  apr_pool_t *p)
{
    edge_status_t *status = apr_palloc(p, sizeof(*status));

    edge_status_read(status, cli->store, watch->cert,
                     cli->catalog.restarts_itself, cli->catalog.is_hot,
                     apr_time_now(), p);
    return status;
}

/* Before it has its turn, what it waits for. */
static void tell(watch_t *watch, const cli_t *cli, apr_pool_t *p)
{
    cli_progress_tell(&watch->told, cli, watch->cert, watch->asked, p);
    if (watch->told.step[0] == '\0') {
        cli_progress_tell_plan(&watch->told, cli, read_status(watch, cli, p));
    }
}

static cli_exit_t deserted(const watch_t *watch, ae_error_t *err)
{
    ae_error_set(err, APR_TIMEUP, "Nobody orders the certificate of %s now",
                 watch->cert->name);
    ae_error_why(err, "%s", cli_no_worker);
    ae_error_next(err, "start httpd: the request is kept, and heard then");
    return CLI_FAILED;
}

static cli_exit_t follow(watch_t *watch, const cli_t *cli, ae_error_t *err)
{
    cli_exit_t end = CLI_DONE;
    apr_pool_t *ptemp;

    apr_pool_create(&ptemp, cli->p);
    while (end == CLI_DONE && is_open(watch, cli, ptemp)) {
        tell(watch, cli, ptemp);
        apr_sleep(CLI_LOOK_AGAIN);
        if (cli_worker_is_gone(&watch->worker, cli, apr_time_now())) {
            end = deserted(watch, err);
        }
        apr_pool_clear(ptemp);
    }
    /* What was written just before the end. */
    tell(watch, cli, ptemp);
    apr_pool_destroy(ptemp);
    return end;
}

/* --- the end ------------------------------------------------------------ */

/* What is live on disk, running processes may not have yet. */
static int is_being_handed(const watch_t *watch, const cli_t *cli,
                           apr_pool_t *p)
{
    edge_deployment_t deployment;

    edge_live_deployment(&deployment, cli->store, watch->cert, p);
    return deployment.waits && deployment.error.status == APR_SUCCESS;
}

/* Until it is live; or for as long as it is about to be. */
static void follow_deployment(watch_t *watch, const cli_t *cli)
{
    apr_time_t end = apr_time_now() + DEPLOY_PATIENCE;
    const edge_status_t *status;
    apr_pool_t *ptemp;

    apr_pool_create(&ptemp, cli->p);
    status = read_status(watch, cli, ptemp);
    if (status->action == EDGE_ACTION_DEPLOY) {
        ae_text_copy(watch->told.reason, sizeof(watch->told.reason), "-");
        cli_progress_tell_plan(&watch->told, cli, status);
    }
    while ((edge_status_goes_live(status, apr_time_now()) ||
            is_being_handed(watch, cli, ptemp)) &&
           apr_time_now() < end &&
           !cli_worker_is_gone(&watch->worker, cli, apr_time_now())) {
        apr_pool_clear(ptemp);
        apr_sleep(CLI_LOOK_AGAIN);
        status = read_status(watch, cli, ptemp);
    }
    apr_pool_destroy(ptemp);
}

static cli_exit_t unheard(const watch_t *watch, ae_error_t *err)
{
    ae_error_set(err, APR_EGENERAL, "The request for %s is gone unheard",
                 watch->cert->name);
    ae_error_why(err, "httpd did not order anything since");
    ae_error_next(err, "look at acme-edge status %s", watch->cert->name);
    return CLI_FAILED;
}

/* @return whether what was deployed since is served; else err says why not */
static int is_served(const watch_t *watch, const edge_deployment_t *deployment,
                     const cli_t *cli, ae_error_t *err)
{
    const ae_error_t *trouble = &deployment->error;

    if (deployment->at <= watch->asked ||
        (deployment->ok && !deployment->waits)) {
        return 1;
    }
    if (!deployment->ok) {
        *err = *trouble;
        return 0;
    }
    ae_error_set(err, APR_EAGAIN,
                 "The new certificate of %s is in live/ and not served yet",
                 watch->cert->name);
    ae_error_why(err, "%s",
                 trouble->status ? ae_error_line(trouble, cli->p)
                                 : "httpd has not handed it to its processes");
    ae_error_next(err, "apachectl graceful serves it");
    return 0;
}

static cli_exit_t tell_issued(const watch_t *watch, const cli_t *cli,
                              ae_error_t *err)
{
    const edge_standing_t *standing = cli_standing(cli, watch->cert);
    const edge_leaf_t *leaf =
        standing->staged.present ? &standing->staged : &standing->live;

    if (!is_served(watch, &standing->deployment, cli, err)) {
        return CLI_FAILED;
    }
    cli_tell(cli, "%s: issued, serial %s, valid until %s; it is %s",
             watch->cert->name, leaf->serial,
             ae_time_print(leaf->facts.not_after, cli->p),
             leaf == &standing->live ? "live" : "pending");
    return CLI_DONE;
}

static cli_exit_t end_of(watch_t *watch, const cli_t *cli, ae_error_t *err)
{
    const edge_standing_t *standing = cli_standing(cli, watch->cert);

    if (standing->state.last_sign_at < watch->asked) {
        return unheard(watch, err);
    }
    if (!standing->state.last_sign_ok) {
        *err = standing->state.error;
        return CLI_FAILED;
    }
    follow_deployment(watch, cli);
    return CLI_DONE;
}

static cli_exit_t see_to_it(watch_t *watch, const cli_t *cli, ae_error_t *err)
{
    cli_exit_t end = follow(watch, cli, err);

    return end == CLI_DONE ? end_of(watch, cli, err) : end;
}

cli_exit_t cli_sign_now(const cli_t *cli, const edge_cert_t *cert,
                        ae_error_t *err)
{
    watch_t watch = {.cert = cert};

    if (ask(&watch, cli, err) != APR_SUCCESS) {
        return CLI_FAILED;
    }
    return see_to_it(&watch, cli, err);
}

/* Each type of key is asked for before one is followed. */
cli_exit_t cli_sign(cli_t *cli, ae_error_t *err)
{
    watch_t watches[AE_KEY_TYPES] = {{0}};
    cli_exit_t end = CLI_DONE;
    const edge_cert_t *cert;
    int count = 0;
    int i;

    if (cli_begin(&cert, cli, err) != APR_SUCCESS) {
        return CLI_FAILED;
    }
    for (; cert != NULL && count < AE_KEY_TYPES;
         cert = cli_sibling(cli, cert)) {
        watches[count].cert = cert;
        if (ask(&watches[count++], cli, err) != APR_SUCCESS) {
            return CLI_FAILED;
        }
    }
    for (i = 0; i < count; i++) {
        ae_error_t trouble;
        cli_exit_t came = see_to_it(&watches[i], cli, &trouble);

        if (came == CLI_DONE) {
            came = tell_issued(&watches[i], cli, &trouble);
        }
        if (came != CLI_DONE && end == CLI_DONE) {
            *err = trouble;
            end = came;
        } else if (came != CLI_DONE) {
            fprintf(stderr, "acme-edge: %s\n",
                    ae_error_line(&trouble, cli->p));
        }
    }
    return end;
}
