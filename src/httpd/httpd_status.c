#include "httpd_status.h"

#include "ae_time.h"

#include <apr_strings.h>
#include <http_protocol.h>
#include <mod_status.h>
#include <string.h>

/* A tick comes every second or so; one that is older than this is news. */
#define SILENCE apr_time_from_sec(30)

/* --- what is told of a certificate -------------------------------------- */

static const char *tell_name(const edge_status_t *status, apr_pool_t *p)
{
    (void)p;
    return status->name;
}

static const char *tell_names(const edge_status_t *status, apr_pool_t *p)
{
    (void)p;
    return status->names;
}

static const char *tell_provider(const edge_status_t *status, apr_pool_t *p)
{
    (void)p;
    return status->provider;
}

static const char *tell_state(const edge_status_t *status, apr_pool_t *p)
{
    (void)p;
    return edge_phase_word(status->phase);
}

static const char *tell_step(const edge_status_t *status, apr_pool_t *p)
{
    (void)p;
    return status->step;
}

static const char *tell_not_before(const edge_status_t *status, apr_pool_t *p)
{
    return ae_time_print(status->not_before, p);
}

static const char *tell_not_after(const edge_status_t *status, apr_pool_t *p)
{
    return ae_time_print(status->not_after, p);
}

static const char *tell_serial(const edge_status_t *status, apr_pool_t *p)
{
    (void)p;
    return status->serial;
}

static const char *tell_action(const edge_status_t *status, apr_pool_t *p)
{
    (void)p;
    return edge_action_word(status->action);
}

static const char *tell_action_at(const edge_status_t *status, apr_pool_t *p)
{
    return ae_time_print(status->action_at, p);
}

static const char *tell_reason(const edge_status_t *status, apr_pool_t *p)
{
    (void)p;
    return status->action_reason;
}

static const char *tell_signed(const edge_status_t *status, apr_pool_t *p)
{
    (void)p;
    return edge_outcome_word(status->signed_outcome);
}

static const char *tell_signed_at(const edge_status_t *status, apr_pool_t *p)
{
    return ae_time_print(status->signed_at, p);
}

static const char *tell_signed_text(const edge_status_t *status, apr_pool_t *p)
{
    (void)p;
    return status->signed_text;
}

static const char *tell_deployed(const edge_status_t *status, apr_pool_t *p)
{
    (void)p;
    return edge_outcome_word(status->deployed_outcome);
}

static const char *tell_deployed_at(const edge_status_t *status, apr_pool_t *p)
{
    return ae_time_print(status->deployed_at, p);
}

static const char *tell_deployed_text(const edge_status_t *status,
                                      apr_pool_t *p)
{
    (void)p;
    return status->deployed_text;
}

static const char *tell_attempts(const edge_status_t *status, apr_pool_t *p)
{
    return apr_psprintf(p, "%u", status->attempts);
}

/* The key is a promise to those who read ?auto, the label is for people. */
static const struct {
    const char *key;
    const char *label;
    const char *(*tell)(const edge_status_t *status, apr_pool_t *p);
} facts[] = {
    {"Name", "certificate", tell_name},
    {"Names", "names", tell_names},
    {"Provider", "provider", tell_provider},
    {"State", "state", tell_state},
    {"Step", "step of the order", tell_step},
    {"NotBefore", "valid from", tell_not_before},
    {"NotAfter", "valid until", tell_not_after},
    {"Serial", "serial number", tell_serial},
    {"NextAction", "next action", tell_action},
    {"NextActionAt", "next action at", tell_action_at},
    {"NextActionReason", "reason", tell_reason},
    {"LastSign", "last sign", tell_signed},
    {"LastSignAt", "last sign at", tell_signed_at},
    {"LastSignText", "last sign said", tell_signed_text},
    {"LastDeploy", "last deploy", tell_deployed},
    {"LastDeployAt", "last deploy at", tell_deployed_at},
    {"LastDeployText", "last deploy said", tell_deployed_text},
    {"Attempts", "failed attempts in a row", tell_attempts},
};

enum {
    FACTS = sizeof(facts) / sizeof(facts[0])
};

static const char *fact_value(int i, const edge_status_t *status,
                              apr_pool_t *p)
{
    const char *value = facts[i].tell(status, p);

    return value[0] ? value : "-";
}

/* --- the worker --------------------------------------------------------- */

static const char *worker_word(const httpd_board_t *board, apr_time_t now)
{
    apr_time_t last = httpd_board_last_tick(board);

    return last == 0              ? "not begun"
           : now - last < SILENCE ? "active"
                                  : "silent";
}

static const char *trouble_line(const httpd_board_t *board, apr_pool_t *p)
{
    ae_error_t *trouble = apr_palloc(p, sizeof(*trouble));
    const char *line;

    httpd_board_get_trouble(board, trouble);
    line = ae_error_line(trouble, p);
    return line[0] ? line : "-";
}

/* --- ?auto: one line each, all of them always --------------------------- */

static void short_worker(request_rec *r, const httpd_board_t *board,
                         apr_time_t now)
{
    ap_rprintf(r, "ACMEWorker: %s\n", worker_word(board, now));
    ap_rprintf(r, "ACMEWorkerAt: %s\n",
               ae_time_print(httpd_board_last_tick(board), r->pool));
    ap_rprintf(r, "ACMEWorkerTrouble: %s\n", trouble_line(board, r->pool));
}

static void short_certificate(request_rec *r, unsigned index,
                              const edge_status_t *status)
{
    int i;

    for (i = 0; i < FACTS; i++) {
        ap_rprintf(r, "ACMECertificate[%u]%s: %s\n", index, facts[i].key,
                   fact_value(i, status, r->pool));
    }
}

/* --- HTML --------------------------------------------------------------- */

typedef struct frame_t {
    const char *begin;
    const char *row; /* label and value */
    const char *end;
} frame_t;

static const frame_t table_frame = {
    "<table border=\"0\">\n",
    "<tr><td>%s</td><td>%s</td></tr>\n",
    "</table>\n",
};

static const frame_t list_frame = {
    "<dl>\n",
    "<dt>%s</dt><dd>%s</dd>\n",
    "</dl>\n",
};

static void html_row(request_rec *r, const frame_t *frame, const char *label,
                     const char *value)
{
    ap_rprintf(r, frame->row, label, ap_escape_html(r->pool, value));
}

static const char *worker_text(const httpd_board_t *board, apr_time_t now,
                               apr_pool_t *p)
{
    apr_time_t last = httpd_board_last_tick(board);
    const char *word = worker_word(board, now);

    return last == 0 ? word
                     : apr_psprintf(
                           p, "%s, last seen %s ago", word,
                           ae_time_print_span(now > last ? now - last : 0, p));
}

static void html_worker(request_rec *r, const frame_t *frame,
                        const httpd_board_t *board, apr_time_t now)
{
    const char *trouble = trouble_line(board, r->pool);

    ap_rputs(frame->begin, r);
    html_row(r, frame, "worker", worker_text(board, now, r->pool));
    if (strcmp(trouble, "-") != 0) {
        html_row(r, frame, "trouble", trouble);
    }
    ap_rputs(frame->end, r);
}

/* Its name, the first of the facts, is the heading. */
static void html_certificate(request_rec *r, const frame_t *frame,
                             const edge_status_t *status)
{
    int i;

    ap_rprintf(r, "<h3>%s</h3>\n", ap_escape_html(r->pool, status->name));
    ap_rputs(frame->begin, r);
    for (i = 1; i < FACTS; i++) {
        html_row(r, frame, facts[i].label, fact_value(i, status, r->pool));
    }
    ap_rputs(frame->end, r);
}

/* --- the whole ---------------------------------------------------------- */

static void write_short(request_rec *r, const httpd_board_t *board,
                        edge_status_t *status)
{
    unsigned i;

    ap_rprintf(r, "ACMECertificates: %u\n", httpd_board_certs(board));
    short_worker(r, board, apr_time_now());
    for (i = 0; i < httpd_board_certs(board); i++) {
        httpd_board_get(board, i, status);
        short_certificate(r, i, status);
    }
}

static void write_html(request_rec *r, const frame_t *frame,
                       const httpd_board_t *board, edge_status_t *status)
{
    unsigned i;

    ap_rputs("<hr />\n<h2>ACME certificates</h2>\n", r);
    html_worker(r, frame, board, apr_time_now());
    for (i = 0; i < httpd_board_certs(board); i++) {
        httpd_board_get(board, i, status);
        html_certificate(r, frame, status);
    }
}

int httpd_status_write(request_rec *r, int flags, const httpd_board_t *board)
{
    edge_status_t *status = apr_palloc(r->pool, sizeof(*status));

    if (flags & AP_STATUS_SHORT) {
        write_short(r, board, status);
    } else {
        write_html(r, flags & AP_STATUS_NOTABLE ? &list_frame : &table_frame,
                   board, status);
    }
    return OK;
}
