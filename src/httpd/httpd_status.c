#include "httpd_status.h"

#include "ae_time.h"
#include "edge_fact.h"

#include <apr_strings.h>
#include <http_protocol.h>
#include <mod_status.h>
#include <string.h>

/* A tick comes every second or so; one that is older than this is news. */
#define SILENCE apr_time_from_sec(30)

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

    for (i = 0; i < edge_fact_count(); i++) {
        ap_rprintf(r, "ACMECertificate[%u]%s: %s\n", index, edge_fact_key(i),
                   edge_fact_value(i, status, r->pool));
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
    for (i = 1; i < edge_fact_count(); i++) {
        html_row(r, frame, edge_fact_label(i),
                 edge_fact_value(i, status, r->pool));
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
