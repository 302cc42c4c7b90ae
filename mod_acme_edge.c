/* mod_acme_edge: TLS certificates by ACME (RFC 8555), from within httpd.
 * The module record, the hooks, and the plan of a start. */

#include "httpd_cache.h"
#include "httpd_log.h"
#include "httpd_manager.h"
#include "httpd_port_serve.h"
#include "httpd_start.h"
#include "httpd_status.h"

#include <httpd.h>
#include <http_config.h>
#include <http_connection.h>
#include <http_core.h>
#include <http_log.h>
#include <http_protocol.h>
#include <http_ssl.h>
#include <mod_ssl_openssl.h>
#include <mod_status.h>
#include <mpm_common.h>

/* httpd's hooks bring no context of ours along. It is of this generation:
 * NULL before post_config, and where nothing is managed. */
static httpd_context_t *context;

static apr_status_t forget_context(void *data)
{
    (void)data;
    context = NULL;
    return APR_SUCCESS;
}

/* --- configuration ------------------------------------------------------ */

static int pre_config(apr_pool_t *pconf, apr_pool_t *plog, apr_pool_t *ptemp)
{
    (void)plog;
    (void)ptemp;
    apr_pool_cleanup_register(pconf, NULL, forget_context,
                              apr_pool_cleanup_null);
    return httpd_cache_register_mutex(pconf) == APR_SUCCESS
               ? OK
               : HTTP_INTERNAL_SERVER_ERROR;
}

static int check_config(apr_pool_t *pconf, apr_pool_t *plog, apr_pool_t *ptemp,
                        server_rec *server)
{
    const httpd_plan_t *plan;
    int rv = httpd_plan_make(server, pconf, ptemp);

    (void)plog;
    if (rv == OK) {
        plan = httpd_plan_get(server);
        /* Who does not restart itself could not close it again. */
        httpd_port_open(plan && plan->restarts_itself ? plan->port : NULL,
                        server, ptemp);
    }
    return rv;
}

/* httpd reads its configuration twice at start, and mod_ssl wants files both
 * times; only the second pass may change anything. */
static int is_first_pass(void)
{
    return ap_state_query(AP_SQ_MAIN_STATE) == AP_SQ_MS_CREATE_PRE_CONFIG;
}

static int post_config(apr_pool_t *pconf, apr_pool_t *plog, apr_pool_t *ptemp,
                       server_rec *server)
{
    const httpd_plan_t *plan = httpd_plan_get(server);

    (void)plog;
    if (plan == NULL) {
        return OK;
    }
    context = httpd_start_context(server, plan, pconf, ptemp);
    if (is_first_pass()) {
        httpd_start_tls(context, 1);
        return OK;
    }
    /* 1. Where all processes see how things stand. */
    httpd_start_board(context);
    /* 2. The store; from here on a failure leaves out what needs it. */
    httpd_start_store(context);
    httpd_start_hot(context);
    /* 3. What is staged goes live, before mod_ssl reads its files. */
    httpd_start_promote(context);
    httpd_start_catalog(context);
    /* 4. Files for mod_ssl, which comes next. */
    httpd_start_tls(context, 0);
    /* 5. How each certificate stands, for the first who asks. */
    httpd_start_status(context);
    /* 6. Open challenges, before the first request can arrive. */
    httpd_start_challenges(context);
    /* 7. The worker, in whichever child it will be. */
    httpd_start_worker(context);
    /* 8. What other services are to be told of, from then on. */
    httpd_start_commands(context);
    /* 9. Deployments that the worker will ask for. */
    httpd_start_reload(context);
    return OK;
}

/* --- processes ---------------------------------------------------------- */

static void child_init(apr_pool_t *pchild, server_rec *server)
{
    ae_error_t err;

    (void)server;
    if (context == NULL) {
        return;
    }
    if (context->challenge != NULL &&
        httpd_challenge_child_init(context->challenge, &err, pchild) !=
            APR_SUCCESS) {
        ae_log(&context->log, AE_LOG_ERROR,
               "AE080: this child answers no challenge: %s",
               ae_error_line(&err, pchild));
    }
    if (context->serve != NULL) {
        httpd_serve_child_init(context->serve, pchild);
    }
    httpd_manager_child_init();
    if (context->watchdog != NULL) {
        httpd_watchdog_child_init(context->watchdog, pchild);
    }
}

static void child_stopping(apr_pool_t *pchild, int graceful)
{
    (void)pchild;
    (void)graceful;
    if (context != NULL && context->watchdog != NULL) {
        httpd_watchdog_leave(context->watchdog);
    }
}

static int monitor(apr_pool_t *p, server_rec *server)
{
    (void)p;
    (void)server;
    if (context != NULL && context->trial != NULL) {
        httpd_trial_check(context->trial, apr_time_now());
    }
    if (context != NULL && context->hot != NULL) {
        httpd_hot_check(context->hot, apr_time_now());
    }
    if (context != NULL && context->reload != NULL) {
        httpd_reload_check(context->reload, apr_time_now());
    }
    if (context != NULL && context->commands != NULL) {
        httpd_commands_check(context->commands);
    }
    return DECLINED;
}

/* --- TLS, requests, status ---------------------------------------------- */

static int ssl_add_cert_files(server_rec *server, apr_pool_t *p,
                              apr_array_header_t *cert_files,
                              apr_array_header_t *key_files)
{
    return context == NULL
               ? DECLINED
               : httpd_tls_add(context->tls, server, cert_files, key_files, p);
}

static int ssl_add_fallback_cert_files(server_rec *server, apr_pool_t *p,
                                       apr_array_header_t *cert_files,
                                       apr_array_header_t *key_files)
{
    return context == NULL ? DECLINED
                           : httpd_tls_add_fallback(context->tls, server,
                                                    cert_files, key_files, p);
}

static void ssl_info(const SSL *ssl, int where, int value)
{
    if (context != NULL && context->serve != NULL) {
        httpd_serve_follow(context->serve, ssl, where, value);
    }
}

static int ssl_init_server(server_rec *server, apr_pool_t *p, int is_proxy,
                           SSL_CTX *ctx)
{
    (void)p;
    if (context == NULL || is_proxy) {
        return APR_SUCCESS;
    }
    if (context->contexts != NULL) {
        httpd_contexts_init_server(context->contexts, server, ctx);
    }
    if (context->serve != NULL) {
        httpd_serve_init_server(context->serve, server, ctx, ssl_info);
    }
    return APR_SUCCESS;
}

static const httpd_port_t *challenge_port(void)
{
    return context == NULL || context->port_server == NULL
               ? NULL
               : context->plan->port;
}

static int pre_connection(conn_rec *c, void *csd)
{
    const httpd_port_t *port = challenge_port();

    (void)csd;
    return port == NULL
               ? DECLINED
               : httpd_port_pre_connection(port, context->port_server, c);
}

static int process_connection(conn_rec *c)
{
    return httpd_port_process_connection(challenge_port(), c);
}

static int port_request(request_rec *r)
{
    const httpd_port_t *port = challenge_port();

    return port == NULL ? DECLINED
                        : httpd_port_read_request(port, context->challenge, r);
}

static int post_read_request(request_rec *r)
{
    int rv = DECLINED;

    if (context != NULL && context->challenge != NULL) {
        rv = httpd_challenge_read_request(context->challenge, r);
    }
    if (rv == DECLINED && context != NULL && context->serve != NULL) {
        rv = httpd_serve_read_request(context->serve, r);
    }
    return rv;
}

static int quick_handler(request_rec *r, int lookup)
{
    return context == NULL || context->challenge == NULL
               ? DECLINED
               : httpd_challenge_quick_handler(context->challenge, r, lookup);
}

static httpd_page_t page_of_context(void)
{
    httpd_page_t page = {0};

    if (context != NULL) {
        page.plan = context->plan;
        page.board = context->board;
        page.meter = context->meter;
        page.store = context->store;
    }
    return page;
}

static int status_hook(request_rec *r, int flags)
{
    httpd_page_t page = page_of_context();

    return page.board == NULL ? DECLINED : httpd_status_write(r, flags, &page);
}

/* Where nothing is managed, it says so. */
static int page_handler(request_rec *r)
{
    httpd_page_t page = page_of_context();
    ae_log_t log = context ? context->log : httpd_log_sink(r->server);
    httpd_manager_t manager = {&page, &log};
    int rv = httpd_page_answer(r, &page);

    return rv == DECLINED ? httpd_manager_answer(r, &manager) : rv;
}

/* --- the module --------------------------------------------------------- */

static void register_hooks(apr_pool_t *p)
{
    static const char *const before_ssl[] = {"mod_ssl.c", NULL};
    static const char *const before_watchdog[] = {"mod_watchdog.c", NULL};
    static const char *const after_timeouts[] = {"mod_reqtimeout.c", NULL};
    static const char *const before_protocols[] = {"mod_echo.c", "mod_http2.c",
                                                   "mod_ssl.c", NULL};

    (void)p;
    ap_hook_pre_config(pre_config, NULL, NULL, APR_HOOK_MIDDLE);
    ap_hook_check_config(check_config, NULL, NULL, APR_HOOK_MIDDLE);
    ap_hook_post_config(post_config, NULL, before_ssl, APR_HOOK_FIRST);
    ap_hook_child_init(child_init, NULL, before_watchdog, APR_HOOK_FIRST);
    ap_hook_child_stopping(child_stopping, NULL, NULL, APR_HOOK_FIRST);
    ap_hook_monitor(monitor, NULL, NULL, APR_HOOK_MIDDLE);
    ap_hook_ssl_add_cert_files(ssl_add_cert_files, NULL, NULL,
                               APR_HOOK_MIDDLE);
    ap_hook_ssl_add_fallback_cert_files(ssl_add_fallback_cert_files, NULL,
                                        NULL, APR_HOOK_MIDDLE);
    APR_OPTIONAL_HOOK(ssl, init_server, ssl_init_server, NULL, NULL,
                      APR_HOOK_MIDDLE);
    ap_hook_pre_connection(pre_connection, NULL, before_ssl,
                           APR_HOOK_REALLY_FIRST);
    ap_hook_process_connection(process_connection, after_timeouts,
                               before_protocols, APR_HOOK_FIRST);
    ap_hook_post_read_request(port_request, NULL, before_ssl,
                              APR_HOOK_REALLY_FIRST);
    ap_hook_post_read_request(post_read_request, NULL, before_ssl,
                              APR_HOOK_REALLY_FIRST);
    ap_hook_quick_handler(quick_handler, NULL, NULL, APR_HOOK_REALLY_FIRST);
    ap_hook_handler(page_handler, NULL, NULL, APR_HOOK_MIDDLE);
    APR_OPTIONAL_HOOK(ap, status_hook, status_hook, NULL, NULL,
                      APR_HOOK_MIDDLE);
}

/* The one symbol that is seen from outside. */
__attribute__((visibility("default"))) AP_DECLARE_MODULE(acme_edge) = {
    STANDARD20_MODULE_STUFF,
    NULL, /* per-directory configuration */
    NULL,
    httpd_config_create,
    httpd_config_merge,
    httpd_config_commands,
    register_hooks,
    AP_MODULE_FLAG_NONE,
};
