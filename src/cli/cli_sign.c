#include "ae_time.h"
#include "cli_verb.h"
#include "edge_request.h"

#include <apr_strings.h>
#include <stdio.h>
#include <string.h>

#define LOOK_AGAIN apr_time_from_msec(300)

/* A restart takes the worker away for a moment. */
#define WORKER_PATIENCE apr_time_from_sec(15)

/* What is followed, and what of it was told. */
typedef struct watch_t {
    const edge_cert_t *cert;
    apr_time_t asked;   /* when the request was made */
    apr_time_t missed;  /* since when no worker was seen; 0: one is there */
    apr_time_t look_at; /* for a worker */
    char told[512];
} watch_t;

/* Ask, or join who asked before. */
static apr_status_t ask(watch_t *watch, const cli_t *cli, ae_error_t *err)
{
    edge_request_t request;

    edge_request_find(&request, cli->store, watch->cert, EDGE_REQUEST_SIGN,
                      cli->p);
    watch->asked = request.found ? request.at : cli->now;
    return request.found
               ? APR_SUCCESS
               : edge_request_put(cli->store, watch->cert, EDGE_REQUEST_SIGN,
                                  "", cli->now, err, cli->p);
}

static int is_open(const watch_t *watch, const cli_t *cli, apr_pool_t *p)
{
    edge_request_t request;

    edge_request_find(&request, cli->store, watch->cert, EDGE_REQUEST_SIGN, p);
    return request.found;
}

/* On the terminal, what happens next whenever that has changed. */
static void tell_progress(watch_t *watch, const cli_t *cli, apr_time_t now,
                          apr_pool_t *p)
{
    edge_status_t *status = apr_palloc(p, sizeof(*status));

    edge_status_read(status, cli->store, watch->cert,
                     cli->catalog.restarts_itself, now, p);
    if (strcmp(watch->told, status->action_reason) != 0) {
        if (!cli->args->json && watch->told[0]) {
            fprintf(stderr, "%s: %s\n", watch->cert->name,
                    status->action_reason);
        }
        ae_text_copy(watch->told, sizeof(watch->told), status->action_reason);
    }
}

/* @return whether no worker was there for long */
static int is_deserted(watch_t *watch, const cli_t *cli, apr_time_t now)
{
    if (now < watch->look_at) {
        return 0;
    }
    watch->look_at = now + apr_time_from_sec(1);
    if (cli_worker_runs(cli)) {
        watch->missed = 0;
    } else if (watch->missed == 0) {
        watch->missed = now;
    }
    return watch->missed != 0 && now - watch->missed > WORKER_PATIENCE;
}

static cli_exit_t deserted(const watch_t *watch, ae_error_t *err)
{
    ae_error_set(err, APR_TIMEUP, "Nobody orders the certificate of %s now",
                 watch->cert->name);
    ae_error_why(err, "%s", cli_no_worker);
    ae_error_next(err, "start httpd: the request is kept, and heard then");
    return CLI_FAILED;
}

static cli_exit_t tell_end(const watch_t *watch, const cli_t *cli,
                           ae_error_t *err)
{
    const edge_standing_t *standing = cli_standing(cli, watch->cert);
    const edge_leaf_t *leaf = &standing->staged;

    if (standing->state.last_sign_at < watch->asked) {
        ae_error_set(err, APR_EGENERAL, "The request for %s is gone unheard",
                     watch->cert->name);
        ae_error_why(err, "httpd did not order anything since");
        ae_error_next(err, "look at acme-edge status %s", watch->cert->name);
        return CLI_FAILED;
    }
    if (!standing->state.last_sign_ok) {
        *err = standing->state.error;
        return CLI_FAILED;
    }
    leaf = leaf->present ? leaf : &standing->live;
    cli_tell(cli, "%s: issued, serial %s, valid until %s; it is %s",
             watch->cert->name, leaf->serial,
             ae_time_print(leaf->facts.not_after, cli->p),
             leaf == &standing->live ? "live" : "pending");
    return CLI_DONE;
}

static cli_exit_t follow(watch_t *watch, const cli_t *cli, ae_error_t *err)
{
    apr_time_t now = cli->now;
    cli_exit_t end = CLI_DONE;
    apr_pool_t *ptemp;

    apr_pool_create(&ptemp, cli->p);
    while (end == CLI_DONE && is_open(watch, cli, ptemp)) {
        tell_progress(watch, cli, now, ptemp);
        apr_sleep(LOOK_AGAIN);
        now = apr_time_now();
        if (is_deserted(watch, cli, now)) {
            end = deserted(watch, err);
        }
        apr_pool_clear(ptemp);
    }
    apr_pool_destroy(ptemp);
    return end == CLI_DONE ? tell_end(watch, cli, err) : end;
}

cli_exit_t cli_sign(cli_t *cli, ae_error_t *err)
{
    watch_t watch = {0};

    if (cli_begin(&watch.cert, cli, err) != APR_SUCCESS ||
        ask(&watch, cli, err) != APR_SUCCESS) {
        return CLI_FAILED;
    }
    return follow(&watch, cli, err);
}
