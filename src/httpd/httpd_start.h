#ifndef HTTPD_START_H
#define HTTPD_START_H

/** What one generation of httpd has of us, and the steps by which the parent
 * brings it about. mod_acme_edge.c says in which order. A step that fails
 * logs it, and httpd starts all the same. */

#include "httpd_challenge.h"
#include "httpd_commands.h"
#include "httpd_config.h"
#include "httpd_contexts.h"
#include "httpd_hot.h"
#include "httpd_reload.h"
#include "httpd_serve.h"
#include "httpd_tls.h"
#include "httpd_trial.h"
#include "httpd_watchdog.h"

typedef struct httpd_context_t {
    server_rec *server;
    apr_pool_t *pconf;
    apr_pool_t *ptemp; /* of post_config */
    apr_time_t now;    /* of post_config */
    const httpd_plan_t *plan;
    int restarts_itself;
    ae_log_t log;
    /* Each NULL where it is not (yet) there. */
    edge_store_t *store;
    httpd_tls_t *tls;
    httpd_contexts_t *contexts;
    httpd_board_t *board;
    edge_meter_t *meter;
    server_rec *port_server; /* of the port for challenges */
    httpd_challenge_t *challenge;
    httpd_watchdog_t *watchdog;
    httpd_reload_t *reload;
    httpd_commands_t *commands;
    httpd_trial_t *trial;
    httpd_hot_t *hot; /* as serve: only with ACMEReload hot */
    httpd_serve_t *serve;
} httpd_context_t;

/** Create, with nothing done yet. In `pconf`. */
httpd_context_t *httpd_start_context(server_rec *server,
                                     const httpd_plan_t *plan,
                                     apr_pool_t *pconf, apr_pool_t *ptemp);

/** Shared memory: of this generation, and the counters of all. */
void httpd_start_board(httpd_context_t *context);

/** The store, for the user that children run as. */
void httpd_start_store(httpd_context_t *context);

/** Memory for deployments without a restart. Where there is none, restarts
 * deploy, and all that is told says so. */
void httpd_start_hot(httpd_context_t *context);

/** What is staged goes live. */
void httpd_start_promote(httpd_context_t *context);

/** What is configured is told to the command. */
void httpd_start_catalog(const httpd_context_t *context);

/** Certificate files for mod_ssl.
 * @param quiet httpd's first pass, the second tells all again */
void httpd_start_tls(httpd_context_t *context, int quiet);

/** Every certificate's status, before the first request can ask for it. */
void httpd_start_status(httpd_context_t *context);

/** The challenge store, with what is still open in it. */
void httpd_start_challenges(httpd_context_t *context);

/** The worker, where all that it needs is there. */
void httpd_start_worker(httpd_context_t *context);

/** The commands that are owed after deployments. */
void httpd_start_commands(httpd_context_t *context);

/** The monitor's side of deployments: what is staged is tried, handed over, or
 * brought live by a restart. */
void httpd_start_reload(httpd_context_t *context);

#endif
