#include "httpd_port.h"

#include "httpd_log.h"
#include "httpd_port_bind.h"
#include "net_clock.h"

#include <ap_listen.h>
#include <apr_strings.h>
#include <http_config.h>
#include <http_main.h>
#include <string.h>

#define RETAINED_KEY "acme-edge-port"

/* How long it is needed after a worker last said so: orders follow each other
 * in less, and a worker that died says nothing. */
#define LINGER apr_time_from_sec(5)

/* A new generation's worker takes orders up again before it comes to need it
 * again. */
#define TAKE_UP apr_time_from_sec(30)

/* From one opening to the next: the restarts of a busy server shall not come
 * faster than two in this time. */
#define OPENING_GAP apr_time_from_sec(60)

/* A deployment does not wait any longer for orders that use the port. */
#define BUSY_MAX apr_time_from_sec(60)

/* What survives restarts. Times are of net_clock_steady. */
typedef struct retained_t {
    int is_wanted;                 /* by the next generation */
    int was_open;                  /* in the last one */
    apr_time_t opened_at;          /* 0: never */
    apr_array_header_t *listeners; /* of httpd_port_bind */
} retained_t;

struct httpd_port_t {
    apr_port_t number;
    const apr_array_header_t *where;
    retained_t *retained;
    int is_open;
    apr_time_t since;     /* when this generation began */
    ae_error_t refusal;   /* of this generation's opening; status 0: none */
    httpd_board_t *board; /* NULL before post_config */
    const ae_log_t *log;
    int restarts_itself;
    edge_door_t door;
    unsigned inside; /* worker: who needs it */
};

static retained_t *retain(void)
{
    retained_t *retained = ap_retained_data_get(RETAINED_KEY);

    if (retained == NULL) {
        retained = ap_retained_data_create(RETAINED_KEY, sizeof(*retained));
        retained->listeners =
            apr_array_make(ap_pglobal, 2, sizeof(ap_listen_rec *));
    }
    return retained;
}

httpd_port_t *httpd_port_create(apr_port_t number,
                                const apr_array_header_t *where, apr_pool_t *p)
{
    httpd_port_t *port = apr_pcalloc(p, sizeof(*port));

    port->number = number;
    port->where = where;
    port->retained = retain();
    port->since = net_clock_steady();
    return port;
}

apr_port_t httpd_port_number(const httpd_port_t *port)
{
    return port->number;
}

int httpd_port_is_open(const httpd_port_t *port)
{
    return port->is_open;
}

/* --- a generation begins ------------------------------------------------- */

static void open_it(httpd_port_t *port, server_rec *server,
                    const ae_log_t *log, apr_pool_t *ptemp)
{
    if (httpd_port_listen(port->retained->listeners, port->where, port->number,
                          server, &port->refusal, ptemp) != APR_SUCCESS) {
        ae_log(log, AE_LOG_ERROR,
               "AE097: %s; orders that need it are tried again",
               ae_error_line(&port->refusal, ptemp));
        return;
    }
    port->is_open = 1;
    if (!port->retained->was_open) {
        ae_log(log, AE_LOG_NOTICE, "port %d is open, for challenges alone",
               port->number);
    }
}

void httpd_port_open(httpd_port_t *port, server_rec *server, apr_pool_t *ptemp)
{
    const ae_log_t log = httpd_log_sink(server);
    retained_t *retained = retain();

    if (port != NULL && retained->is_wanted) {
        open_it(port, server, &log, ptemp);
    } else {
        httpd_port_leave(retained->listeners);
    }
    if (retained->was_open && (port == NULL || !port->is_open)) {
        ae_log(&log, AE_LOG_NOTICE, "the port for challenges is closed again");
    }
    retained->was_open = port != NULL && port->is_open;
    /* Whatever happens to this generation: the next asks for it anew. */
    retained->is_wanted = 0;
}

static apr_uint32_t enter(void *ctx);
static edge_door_state_t look(void *ctx, apr_uint32_t mark, ae_error_t *err);
static void leave(void *ctx);

void httpd_port_begin(httpd_port_t *port, httpd_board_t *board,
                      const ae_log_t *log, int restarts_itself)
{
    port->board = board;
    port->log = log;
    port->restarts_itself = restarts_itself;
    port->door = (edge_door_t){enter, look, leave, port};
    httpd_board_put_port(board, port->number, port->is_open);
}

/* --- worker -------------------------------------------------------------- */

static apr_uint32_t enter(void *ctx)
{
    httpd_port_t *port = ctx;

    port->inside++;
    httpd_port_hold(port);
    return httpd_board_port_refusals(port->board);
}

static edge_door_state_t look(void *ctx, apr_uint32_t mark, ae_error_t *err)
{
    const httpd_port_t *port = ctx;

    if (port->is_open) {
        return EDGE_DOOR_OPEN;
    }
    if (!port->restarts_itself) {
        ae_error_set(err, APR_ENOTIMPL, "port %d is not open", port->number);
        ae_error_why(err, "httpd would have to restart to open it, and does "
                          "not restart itself");
        ae_error_next(err, "write a Listen for it, or ACMEReload graceful; "
                           "httpd -X never restarts itself");
        return EDGE_DOOR_STUCK;
    }
    if (httpd_board_port_refusals(port->board) != mark) {
        httpd_board_get_refusal(port->board, err);
        return EDGE_DOOR_STUCK;
    }
    return EDGE_DOOR_WAIT;
}

static void leave(void *ctx)
{
    httpd_port_t *port = ctx;

    port->inside--;
}

const edge_door_t *httpd_port_door(httpd_port_t *port)
{
    return &port->door;
}

void httpd_port_hold(httpd_port_t *port)
{
    if (port->inside > 0) {
        httpd_board_need_port(port->board, net_clock_steady() + LINGER);
    }
}

/* --- parent -------------------------------------------------------------- */

static int is_needed(const httpd_port_t *port)
{
    return net_clock_steady() < httpd_board_port_needed(port->board);
}

int httpd_port_is_busy(const httpd_port_t *port)
{
    return port != NULL && port->is_open && is_needed(port) &&
           net_clock_steady() - port->since < BUSY_MAX;
}

static int is_used_up(const httpd_port_t *port)
{
    return !is_needed(port) && (httpd_board_port_needed(port->board) != 0 ||
                                net_clock_steady() - port->since > TAKE_UP);
}

static void tell_refused(httpd_port_t *port, const ae_error_t *err,
                         apr_pool_t *ptemp)
{
    int is_new = port->refusal.status != err->status ||
                 strcmp(port->refusal.why, err->why) != 0;

    port->refusal = *err;
    httpd_board_refuse_port(port->board, err);
    if (is_new) {
        ae_log(port->log, AE_LOG_ERROR,
               "AE097: %s; orders that need it are tried again",
               ae_error_line(err, ptemp));
    }
}

static int may_be_opened(httpd_port_t *port)
{
    apr_time_t opened_at = port->retained->opened_at;
    apr_pool_t *ptemp;
    ae_error_t err;
    apr_status_t rv;

    apr_pool_create(&ptemp, port->where->pool);
    rv = httpd_port_try(port->where, &err, ptemp);
    if (rv != APR_SUCCESS) {
        tell_refused(port, &err, ptemp);
    }
    apr_pool_destroy(ptemp);
    return rv == APR_SUCCESS &&
           (opened_at == 0 || net_clock_steady() - opened_at > OPENING_GAP);
}

void httpd_port_keep(httpd_port_t *port)
{
    if (port != NULL) {
        port->retained->is_wanted = port->is_open && !is_used_up(port);
    }
}

int httpd_port_is_due(httpd_port_t *port)
{
    if (port == NULL) {
        return 0;
    }
    if (port->is_open) {
        return is_used_up(port);
    }
    return is_needed(port) && may_be_opened(port);
}

void httpd_port_refuse(httpd_port_t *port, const char *words)
{
    ae_error_t err;

    if (port == NULL || port->is_open) {
        return;
    }
    ae_error_set(&err, APR_EGENERAL, "port %d is not open", port->number);
    ae_error_why(&err,
                 "httpd would have to restart to open it, and its "
                 "configuration on disk would not start: %s",
                 words);
    ae_error_next(&err, "mend it, apachectl configtest tells more");
    httpd_board_refuse_port(port->board, &err);
}

const char *httpd_port_purpose(const httpd_port_t *port, apr_pool_t *p)
{
    if (port != NULL && port->is_open && is_used_up(port)) {
        return apr_psprintf(p, "close port %d", port->number);
    }
    if (port != NULL && !port->is_open && is_needed(port)) {
        return apr_psprintf(p, "open port %d for challenges", port->number);
    }
    return NULL;
}

int httpd_port_hand_over(httpd_port_t *port)
{
    if (port == NULL) {
        return 0;
    }
    port->retained->is_wanted =
        port->is_open ? !is_used_up(port) : is_needed(port);
    if (port->retained->is_wanted && !port->is_open) {
        port->retained->opened_at = net_clock_steady();
        return 1;
    }
    return 0;
}
