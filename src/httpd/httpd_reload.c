#include "httpd_reload.h"

#include "edge_policy.h"
#include "httpd_certs.h"
#include "httpd_rehearsal.h"

#include <ap_mpm.h>
#include <apr_strings.h>
#include <errno.h>
#include <http_config.h>
#include <mpm_common.h>
#include <signal.h>
#include <unistd.h>

#define RETAINED_KEY "acme-edge-reload"
#define REHEARSE_AGAIN apr_time_from_sec(5 * 60)
#define REHEARSAL_MAX apr_time_from_sec(2 * 60)

struct httpd_reload_t {
    const server_rec *server;
    httpd_board_t *board;
    edge_meter_t *meter;
    const edge_served_t *served; /* NULL: deployments are not its matter */
    httpd_port_t *port;          /* or NULL */
    const ae_log_t *log;
    apr_pool_t *pool;
    apr_time_t *restarted_at;     /* survives restarts; 0: never by us */
    httpd_rehearsal_t *rehearsal; /* NULL: none is under way */
    apr_time_t begun_at;          /* the rehearsal under way */
    apr_time_t put_off_at;        /* by the last one; 0: by none */
    int done;
};

httpd_reload_t *httpd_reload_create(const server_rec *server,
                                    httpd_board_t *board, edge_meter_t *meter,
                                    const edge_served_t *served,
                                    httpd_port_t *port, const ae_log_t *log,
                                    apr_pool_t *pconf)
{
    httpd_reload_t *reload = apr_pcalloc(pconf, sizeof(*reload));

    reload->server = server;
    reload->board = board;
    reload->meter = meter;
    reload->served = served;
    reload->port = port;
    httpd_port_keep(port);
    reload->log = log;
    reload->pool = pconf;
    reload->restarted_at = ap_retained_data_get(RETAINED_KEY);
    if (reload->restarted_at == NULL) {
        reload->restarted_at =
            ap_retained_data_create(RETAINED_KEY, sizeof(apr_time_t));
    }
    return reload;
}

static int mpm_is_running(void)
{
    int state;

    return ap_mpm_query(AP_MPMQ_MPM_STATE, &state) == APR_SUCCESS &&
           state == AP_MPMQ_RUNNING;
}

/* A clock that was set back must not put it off for ever. */
static int is_over(apr_time_t since, apr_interval_time_t span, apr_time_t now)
{
    return now < since || now - since >= span;
}

/* --- what for ----------------------------------------------------------- */

static const char *staged_names(const httpd_board_t *board, apr_pool_t *ptemp)
{
    apr_array_header_t *names = apr_array_make(ptemp, 8, sizeof(char *));
    edge_status_t *status = apr_palloc(ptemp, sizeof(*status));
    apr_time_t now = apr_time_now();
    unsigned i;

    for (i = 0; i < httpd_board_certs(board); i++) {
        httpd_board_get(board, i, status);
        if (edge_status_goes_live(status, now)) {
            APR_ARRAY_PUSH(names, const char *) =
                apr_pstrdup(ptemp, status->name);
        }
    }
    return names->nelts ? httpd_certs_list(names, ptemp) : "what is staged";
}

static const char *deployment(const httpd_reload_t *reload, apr_pool_t *ptemp)
{
    apr_interval_time_t ignored;
    const apr_array_header_t *foreign =
        edge_served_changed(&ignored, reload->served, ptemp);

    return foreign->nelts > 0
               ? apr_pstrcat(ptemp, "serve ", httpd_certs_list(foreign, ptemp),
                             ", deployed by another httpd with this store",
                             NULL)
               : apr_pstrcat(ptemp, "deploy ",
                             staged_names(reload->board, ptemp), NULL);
}

static int is_deployment_asked(const httpd_reload_t *reload)
{
    apr_interval_time_t ignored;

    return reload->served != NULL &&
           httpd_board_deploy_asked(reload->board, &ignored);
}

/* Whatever a restart is for, it deploys what waits. */
static const char *purpose(const httpd_reload_t *reload, apr_pool_t *ptemp)
{
    const char *port = httpd_port_purpose(reload->port, ptemp);

    if (port != NULL && !is_deployment_asked(reload)) {
        return port;
    }
    return apr_pstrcat(ptemp, deployment(reload, ptemp), port ? " and " : NULL,
                       port, NULL);
}

/* --- the restart -------------------------------------------------------- */

/* The gap is one between deployments: what opens the port is not to hold up
 * the deployment that comes of it. */
static void note_restart(httpd_reload_t *reload)
{
    int opens = httpd_port_hand_over(reload->port);

    if (!opens || is_deployment_asked(reload)) {
        *reload->restarted_at = apr_time_now();
    }
}

static void restart(httpd_reload_t *reload, apr_pool_t *ptemp)
{
    char words[128];

    reload->done = 1;
    ae_log(reload->log, AE_LOG_NOTICE, "restarting gracefully to %s",
           purpose(reload, ptemp));
    note_restart(reload);
    if (kill(getpid(), AP_SIG_GRACEFUL) != 0) {
        ae_log(reload->log, AE_LOG_ERROR,
               "AE081: httpd could not restart itself: %s; apachectl "
               "graceful deploys what is staged",
               apr_strerror(errno, words, sizeof(words)));
        return;
    }
    edge_meter_count(reload->meter, EDGE_COUNT_RESTARTS);
}

static void put_off(httpd_reload_t *reload, const char *words,
                    apr_pool_t *ptemp)
{
    reload->put_off_at = apr_time_now();
    edge_meter_count(reload->meter, EDGE_COUNT_RESTARTS_PUT_OFF);
    ae_log(reload->log, AE_LOG_ERROR,
           "AE082: httpd does not restart to %s: its configuration on disk "
           "would not start: %s; mend it, apachectl configtest tells more; "
           "the next look is in five minutes",
           purpose(reload, ptemp), words);
    httpd_port_refuse(reload->port, words);
}

static void rehearsed(void *ctx, int passed, const char *words)
{
    httpd_reload_t *reload = ctx;
    apr_pool_t *ptemp;

    reload->rehearsal = NULL;
    /* A restart that is under way takes the rehearsal along. */
    if (!mpm_is_running()) {
        return;
    }
    apr_pool_create(&ptemp, reload->pool);
    if (passed) {
        restart(reload, ptemp);
    } else {
        put_off(reload, words, ptemp);
    }
    apr_pool_destroy(ptemp);
}

static void rehearse(httpd_reload_t *reload, apr_time_t now)
{
    const process_rec *process = reload->server->process;

    reload->begun_at = now;
    if (httpd_rehearsal_start(&reload->rehearsal, process->argc, process->argv,
                              rehearsed, reload,
                              reload->pool) != APR_SUCCESS) {
        rehearsed(reload, 1, "");
    }
}

/* Certificates that are ordered together go live together. */
static int is_deployment_due(const httpd_reload_t *reload, apr_time_t now)
{
    apr_interval_time_t gap;

    return reload->served != NULL &&
           httpd_board_deploy_asked(reload->board, &gap) &&
           is_over(*reload->restarted_at, gap, now) &&
           !httpd_port_is_busy(reload->port);
}

static int is_due(const httpd_reload_t *reload, apr_time_t now)
{
    return !reload->done && is_over(reload->put_off_at, REHEARSE_AGAIN, now) &&
           mpm_is_running() &&
           (httpd_port_is_due(reload->port) || is_deployment_due(reload, now));
}

static void look_at_disk(httpd_reload_t *reload)
{
    apr_interval_time_t lifetime;
    apr_pool_t *ptemp;

    apr_pool_create(&ptemp, reload->pool);
    if (edge_served_changed(&lifetime, reload->served, ptemp)->nelts > 0) {
        httpd_board_ask_deploy(reload->board,
                               edge_policy_restart_gap(lifetime, 0));
    }
    apr_pool_destroy(ptemp);
}

void httpd_reload_check(httpd_reload_t *reload, apr_time_t now)
{
    if (!reload->done && reload->served != NULL) {
        look_at_disk(reload);
    }
    if (!reload->done) {
        httpd_port_keep(reload->port);
    }
    if (reload->rehearsal == NULL) {
        if (is_due(reload, now)) {
            rehearse(reload, now);
        }
    } else if (is_over(reload->begun_at, REHEARSAL_MAX, now)) {
        httpd_rehearsal_stop(reload->rehearsal);
    }
}
