#include "httpd_start.h"

#include "edge_catalog.h"
#include "edge_deployment.h"
#include "httpd_deploy.h"
#include "httpd_log.h"
#include "httpd_meter.h"
#include "httpd_port_serve.h"
#include "httpd_publisher.h"

#include <apr_strings.h>
#include <http_core.h>
#include <string.h>
#include <unistd.h>
#include <unixd.h>

/* For the start of another httpd with some thousand hosts. */
#define STORE_PATIENCE apr_time_from_sec(60)
#define LOOK_AGAIN apr_time_from_msec(50)

static const edge_cert_t *cert_at(const httpd_context_t *context, int i)
{
    return APR_ARRAY_IDX(context->plan->certs, i, const edge_cert_t *);
}

static const char *line_of(const httpd_context_t *context,
                           const ae_error_t *err)
{
    return ae_error_line(err, context->ptemp);
}

/* httpd -X cannot restart: there is no parent to do it. */
static int is_one_process(void)
{
    return ap_exists_config_define("ONE_PROCESS") ||
           ap_exists_config_define("DEBUG");
}

httpd_context_t *httpd_start_context(server_rec *server,
                                     const httpd_plan_t *plan,
                                     apr_pool_t *pconf, apr_pool_t *ptemp)
{
    httpd_context_t *context = apr_pcalloc(pconf, sizeof(*context));

    context->server = server;
    context->pconf = pconf;
    context->ptemp = ptemp;
    context->now = apr_time_now();
    context->plan = plan;
    context->restarts_itself = plan->restarts_itself && !is_one_process();
    context->log = httpd_log_sink(server);
    return context;
}

static void find_meter(httpd_context_t *context)
{
    ae_error_t err;
    int i, n;

    if (httpd_meter_find(&context->meter, context->server, context->now,
                         &err) != APR_SUCCESS) {
        ae_log(&context->log, AE_LOG_WARNING,
               "AE087: nothing is counted: %s; metrics and status show no "
               "counters, all else works; the next restart tries again",
               line_of(context, &err));
    }
    for (i = 0; i < context->plan->certs->nelts; i++) {
        const apr_array_header_t *providers = cert_at(context, i)->providers;

        for (n = 0; n < providers->nelts; n++) {
            edge_meter_know(
                context->meter,
                APR_ARRAY_IDX(providers, n, const edge_provider_t *)->name);
        }
    }
}

/* It may be open already: who comes there is to meet nothing else, whatever
 * fails here. */
static void begin_port(httpd_context_t *context)
{
    httpd_port_t *port = context->plan->port;

    if (port == NULL) {
        return;
    }
    context->port_server = httpd_port_server(context->server, context->pconf);
    if (context->board != NULL) {
        httpd_port_begin(port, context->board, &context->log,
                         context->restarts_itself);
    }
}

void httpd_start_board(httpd_context_t *context)
{
    ae_error_t err;

    if (httpd_board_create(&context->board,
                           (unsigned)context->plan->certs->nelts, &err,
                           context->pconf) != APR_SUCCESS) {
        ae_log(&context->log, AE_LOG_ERROR,
               "AE073: no shared memory: %s; httpd serves what is live, and "
               "orders and renews no certificate",
               line_of(context, &err));
    }
    begin_port(context);
    find_meter(context);
}

/* --- the store ---------------------------------------------------------- */

static ae_file_owner_t worker_user(void)
{
    ae_file_owner_t same = {(uid_t)-1, (gid_t)-1};
    ae_file_owner_t children = {ap_unixd_config.user_id,
                                ap_unixd_config.group_id};

    return geteuid() == 0 ? children : same;
}

static void show_trouble(const httpd_context_t *context, const ae_error_t *err)
{
    if (context->board != NULL) {
        httpd_board_put_trouble(context->board, err);
    }
}

static int wait_a_little(apr_interval_time_t *waited)
{
    apr_sleep(LOOK_AGAIN);
    *waited += LOOK_AGAIN;
    return *waited < STORE_PATIENCE;
}

/* Another httpd with the same store may start right now: until mod_ssl has
 * read its files, nobody else changes them. */
static apr_status_t open_store(httpd_context_t *context, ae_error_t *err)
{
    apr_interval_time_t waited = 0;
    apr_status_t rv = APR_SUCCESS;

    do {
        if (context->store == NULL) {
            rv = edge_store_prepare(&context->store, context->plan->store_dir,
                                    worker_user(), err, context->pconf);
        }
        if (context->store != NULL) {
            rv = edge_store_enter(context->plan->store_dir, err,
                                  context->ptemp);
        }
    } while (APR_STATUS_IS_EBUSY(rv) && wait_a_little(&waited));
    return rv;
}

void httpd_start_store(httpd_context_t *context)
{
    ae_error_t err;

    if (open_store(context, &err) != APR_SUCCESS) {
        context->store = NULL;
        show_trouble(context, &err);
        ae_log(&context->log, AE_LOG_ERROR,
               "AE070: the store cannot be used: %s; httpd serves what is "
               "live, and orders and renews no certificate",
               line_of(context, &err));
        return;
    }
    edge_store_sweep(context->store, context->now, context->ptemp);
}

static void check_deployment(const httpd_context_t *context,
                             const edge_cert_t *cert)
{
    ae_error_t err;

    if (edge_deployment_check(context->store, cert, &err, context->ptemp) !=
        APR_SUCCESS) {
        ae_log(&context->log, AE_LOG_WARNING,
               "AE084: %s: how the last deployment ended cannot be read and "
               "counts no more: %s",
               cert->name, line_of(context, &err));
    }
}

static void guard_key(const httpd_context_t *context, const edge_cert_t *cert)
{
    ae_error_t err;

    if (edge_live_guard(context->plan->store_dir, cert, &err,
                        context->ptemp) != APR_SUCCESS) {
        ae_log(&context->log, AE_LOG_ERROR, "AE085: %s: %s", cert->name,
               line_of(context, &err));
    }
}

/* --- deployments --------------------------------------------------------- */

/* httpd -X has no monitor. */
static int may_be_hot(const httpd_context_t *context)
{
    return context->plan->is_hot && context->restarts_itself;
}

void httpd_start_hot(httpd_context_t *context)
{
    const apr_array_header_t *certs = context->plan->certs;
    ae_error_t err;

    if (!may_be_hot(context) || context->board == NULL ||
        context->store == NULL) {
        return;
    }
    if (httpd_hot_create(&context->hot, certs->nelts, &err, context->pconf) !=
        APR_SUCCESS) {
        ae_log(&context->log, AE_LOG_ERROR,
               "AE098: ACMEReload hot cannot be: %s; certificates go live by "
               "graceful restarts of httpd",
               line_of(context, &err));
        return;
    }
    context->serve = httpd_serve_create(httpd_hot_slots(context->hot), certs,
                                        &context->log, context->pconf);
}

static int is_hot(const httpd_context_t *context)
{
    return context->hot != NULL;
}

void httpd_start_promote(httpd_context_t *context)
{
    const httpd_deploy_t deploy = {context->store, EDGE_BY_RESTART,
                                   context->meter, &context->log};
    int i;

    for (i = 0; context->store && i < context->plan->certs->nelts; i++) {
        int is_failing = 0;

        check_deployment(context, cert_at(context, i));
        httpd_deploy(&deploy, cert_at(context, i), context->now, &is_failing,
                     context->ptemp);
        guard_key(context, cert_at(context, i));
    }
}

void httpd_start_catalog(const httpd_context_t *context)
{
    edge_catalog_t catalog = {
        .certs = context->plan->certs,
        .findings = context->plan->findings,
        .restarts_itself = context->restarts_itself,
        .is_hot = is_hot(context),
        .opens_port = context->plan->port != NULL,
        .proxy = context->plan->proxy,
    };
    ae_error_t err;

    if (context->store != NULL &&
        edge_catalog_save(context->store, &catalog, &err, context->ptemp) !=
            APR_SUCCESS) {
        ae_log(&context->log, AE_LOG_WARNING,
               "AE088: the command acme-edge does not hear of this "
               "configuration: %s; the next start tries again",
               line_of(context, &err));
    }
}

/* --- TLS ---------------------------------------------------------------- */

void httpd_start_tls(httpd_context_t *context, int quiet)
{
    httpd_tls_config_t config = {
        .store_dir = context->plan->store_dir,
        .store = context->store,
        .log = &context->log,
        .findings = context->plan->findings,
        .quiet = quiet,
        .is_hot = quiet ? may_be_hot(context) : is_hot(context),
        .serve = context->serve,
    };

    if (!quiet) {
        context->contexts = httpd_contexts_create(context->pconf);
        config.contexts = context->contexts;
    }
    context->tls = httpd_tls_create(&config, context->pconf, context->ptemp);
}

/* --- status ------------------------------------------------------------- */

/* Without a store: what is live can still be told. */
static void derive_live(edge_status_t *status, const httpd_context_t *context,
                        const edge_cert_t *cert)
{
    edge_status_source_t source = {
        .cert = cert,
        .restarts_itself = context->restarts_itself,
        .is_hot = is_hot(context),
    };
    ae_error_t ignored;

    if (edge_live_facts(&source.live, context->plan->store_dir, cert, &ignored,
                        context->ptemp) != APR_SUCCESS) {
        source.live = NULL;
    }
    edge_status_derive(status, &source, context->now);
}

void httpd_start_status(httpd_context_t *context)
{
    edge_status_t *status = apr_palloc(context->ptemp, sizeof(*status));
    int i;

    for (i = 0; context->board && i < context->plan->certs->nelts; i++) {
        const edge_cert_t *cert = cert_at(context, i);

        memset(status, 0, sizeof(*status));
        if (context->store != NULL) {
            edge_status_read(status, context->store, cert,
                             context->restarts_itself, is_hot(context),
                             context->now, context->ptemp);
        } else {
            derive_live(status, context, cert);
        }
        httpd_board_put(context->board, (unsigned)i, status);
    }
}

/* --- challenges --------------------------------------------------------- */

static unsigned count_names(const httpd_context_t *context)
{
    unsigned names = 0;
    int i;

    for (i = 0; i < context->plan->certs->nelts; i++) {
        names += (unsigned)cert_at(context, i)->names->nelts;
    }
    return names;
}

/* In the memory of this generation the tokens of the last one are gone; a CA
 * may ask for them before the worker has begun. */
static void republish(httpd_context_t *context)
{
    edge_challenge_store_t store = httpd_publisher_adopt(
        httpd_publisher_create(context->challenge, context->ptemp));
    unsigned count =
        edge_challenge_republish(&store, context->store, context->plan->certs,
                                 context->now, &context->log, context->ptemp);

    if (count > 0) {
        ae_log(&context->log, AE_LOG_INFO,
               "%u open challenges are published again", count);
    }
}

void httpd_start_challenges(httpd_context_t *context)
{
    httpd_challenge_config_t config = {
        .server = context->server,
        .provider = context->plan->challenge_provider,
        .args = context->plan->challenge_args,
        .names = count_names(context),
        .board = context->board,
        .meter = context->meter,
        .log = &context->log,
    };
    ae_error_t err;

    if (context->board == NULL) {
        return;
    }
    if (httpd_challenge_create(&context->challenge, &config, &err,
                               context->pconf,
                               context->ptemp) != APR_SUCCESS) {
        show_trouble(context, &err);
        ae_log(&context->log, AE_LOG_ERROR,
               "AE074: the challenge store cannot be used: %s; httpd serves "
               "what is live, and orders and renews no certificate",
               line_of(context, &err));
    } else if (context->store != NULL) {
        republish(context);
    }
}

/* --- worker and restarts ------------------------------------------------ */

void httpd_start_worker(httpd_context_t *context)
{
    httpd_watchdog_config_t config = {
        .plan = context->plan,
        .store = context->store,
        .challenge = context->challenge,
        .board = context->board,
        .meter = context->meter,
        .port = context->plan->port,
        .log = &context->log,
        .restarts_itself = context->restarts_itself,
        .is_hot = is_hot(context),
    };
    ae_error_t err;

    if (context->store == NULL || context->challenge == NULL ||
        context->plan->certs->nelts == 0) {
        return;
    }
    if (httpd_watchdog_create(&context->watchdog, &config, &err,
                              context->pconf) != APR_SUCCESS) {
        show_trouble(context, &err);
        ae_log(&context->log, AE_LOG_ERROR,
               "AE075: no worker: %s; httpd serves what is live, and orders "
               "and renews no certificate",
               line_of(context, &err));
    }
}

/* Without a worker nobody asks for a restart, but the port is to be closed. */
static int may_restart(const httpd_context_t *context)
{
    const httpd_port_t *port = context->plan->port;

    return context->restarts_itself &&
           (context->watchdog != NULL ||
            (context->board != NULL && port && httpd_port_is_open(port)));
}

void httpd_start_commands(httpd_context_t *context)
{
    if (context->store != NULL) {
        context->commands =
            httpd_commands_create(context->store, context->plan->certs,
                                  &context->log, context->pconf);
    }
}

/* To be called before mod_ssl reads it. */
static edge_served_t *note_live(const httpd_context_t *context)
{
    return edge_served_note(context->plan->store_dir, context->plan->certs,
                            context->pconf);
}

static void begin_hot(const httpd_context_t *context)
{
    const httpd_hot_config_t config = {
        .store_dir = context->plan->store_dir,
        .store = context->store,
        .certs = context->plan->certs,
        .board = context->board,
        .meter = context->meter,
        .served = note_live(context),
        .commands = context->commands,
        .log = &context->log,
        .judge = httpd_contexts_judge,
        .ctx = context->contexts,
    };

    httpd_hot_begin(context->hot, &config);
}

static void begin_trial(httpd_context_t *context)
{
    const httpd_trial_config_t config = {
        .deploy = {.store = context->store,
                   .meter = context->meter,
                   .log = &context->log},
        .certs = context->plan->certs,
        .board = context->board,
        .judge = httpd_contexts_judge,
        .ctx = context->contexts,
    };

    if (context->store != NULL && context->board != NULL) {
        context->trial = httpd_trial_create(&config, context->pconf);
    }
}

void httpd_start_reload(httpd_context_t *context)
{
    begin_trial(context);
    if (context->plan->restarts_itself && !context->restarts_itself) {
        ae_log(&context->log, AE_LOG_NOTICE,
               "httpd runs as one process and cannot restart itself: what is "
               "staged is deployed at its next start");
    }
    if (is_hot(context)) {
        begin_hot(context);
    }
    if (may_restart(context)) {
        context->reload = httpd_reload_create(
            context->server, context->board, context->meter,
            is_hot(context) ? NULL : note_live(context), context->plan->port,
            &context->log, context->pconf);
    }
}
