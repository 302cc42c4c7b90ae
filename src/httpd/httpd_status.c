#include "httpd_status.h"

#include "ae_time.h"
#include "edge_fact.h"
#include "show_worker.h"

#include <apr_lib.h>
#include <apr_strings.h>
#include <http_protocol.h>
#include <mod_status.h>
#include <string.h>

/* --- the worker --------------------------------------------------------- */

static const char *worker_word(const httpd_board_t *board, apr_time_t now)
{
    return show_worker_word(httpd_board_last_tick(board), now);
}

static const char *trouble_line(const httpd_board_t *board, apr_pool_t *p)
{
    ae_error_t *trouble = apr_palloc(p, sizeof(*trouble));
    const char *line;

    httpd_board_get_trouble(board, trouble);
    line = ae_error_line(trouble, p);
    return line[0] ? line : "-";
}

/* --- all certificates together ------------------------------------------ */

typedef struct overview_t {
    unsigned phases[EDGE_PHASES];
    /* What comes first; at 0: nothing that has a moment. */
    edge_action_t action;
    apr_time_t at;
    char name[sizeof(((edge_status_t *)0)->name)];
} overview_t;

static void overview_add(overview_t *overview, const edge_status_t *status)
{
    overview->phases[status->phase]++;
    if (status->action_at != 0 &&
        (overview->at == 0 || status->action_at < overview->at)) {
        overview->action = status->action;
        overview->at = status->action_at;
        ae_text_copy(overview->name, sizeof(overview->name), status->name);
    }
}

static overview_t *overview_read(const httpd_board_t *board,
                                 edge_status_t *status, apr_pool_t *p)
{
    overview_t *overview = apr_pcalloc(p, sizeof(*overview));
    unsigned i;

    for (i = 0; i < httpd_board_certs(board); i++) {
        httpd_board_get(board, i, status);
        overview_add(overview, status);
    }
    return overview;
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

static void short_overview(request_rec *r, const overview_t *overview)
{
    int i;

    for (i = 0; i < EDGE_PHASES; i++) {
        const char *word = edge_phase_word((edge_phase_t)i);

        ap_rprintf(r, "ACMECertificates%c%s: %u\n", apr_toupper(word[0]),
                   word + 1, overview->phases[i]);
    }
    ap_rprintf(r, "ACMENextAction: %s\n", edge_action_word(overview->action));
    ap_rprintf(r, "ACMENextActionAt: %s\n",
               ae_time_print(overview->at, r->pool));
    ap_rprintf(r, "ACMENextActionFor: %s\n",
               overview->name[0] ? overview->name : "-");
}

static void short_counters(request_rec *r, const edge_meter_t *meter)
{
    int i;

    ap_rprintf(r, "ACMECountSince: %s\n",
               ae_time_print(edge_meter_since(meter), r->pool));
    for (i = 0; i < EDGE_COUNTS; i++) {
        ap_rprintf(r, "ACMECount%s: %" APR_UINT64_T_FMT "\n",
                   edge_count_key((edge_count_t)i),
                   edge_meter_read(meter, (edge_count_t)i));
    }
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

/* "5: 4 valid, 1 failing" */
static const char *phases_text(const overview_t *overview, unsigned certs,
                               apr_pool_t *p)
{
    const char *text = apr_psprintf(p, "%u", certs);
    const char *mark = ": ";
    int i;

    for (i = 0; i < EDGE_PHASES; i++) {
        if (overview->phases[i] > 0) {
            text =
                apr_psprintf(p, "%s%s%u %s", text, mark, overview->phases[i],
                             edge_phase_word((edge_phase_t)i));
            mark = ", ";
        }
    }
    return text;
}

static void html_overview(request_rec *r, const frame_t *frame,
                          const httpd_board_t *board,
                          const overview_t *overview)
{
    html_row(r, frame, "certificates",
             phases_text(overview, httpd_board_certs(board), r->pool));
    if (overview->at != 0) {
        html_row(r, frame, "next action",
                 apr_psprintf(r->pool, "%s %s at %s",
                              edge_action_word(overview->action),
                              overview->name,
                              ae_time_print(overview->at, r->pool)));
    }
}

static void html_counters(request_rec *r, const frame_t *frame,
                          const edge_meter_t *meter)
{
    int i;

    ap_rprintf(r, "<h3>Counted since %s</h3>\n",
               ae_time_print(edge_meter_since(meter), r->pool));
    ap_rputs(frame->begin, r);
    for (i = 0; i < EDGE_COUNTS; i++) {
        html_row(r, frame, edge_count_label((edge_count_t)i),
                 apr_psprintf(r->pool, "%" APR_UINT64_T_FMT,
                              edge_meter_read(meter, (edge_count_t)i)));
    }
    ap_rputs(frame->end, r);
}

static void html_worker(request_rec *r, const frame_t *frame,
                        const httpd_board_t *board, apr_time_t now)
{
    const char *trouble = trouble_line(board, r->pool);

    html_row(r, frame, "worker", worker_text(board, now, r->pool));
    if (strcmp(trouble, "-") != 0) {
        html_row(r, frame, "trouble", trouble);
    }
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
                        const edge_meter_t *meter, edge_status_t *status)
{
    unsigned i;

    ap_rprintf(r, "ACMECertificates: %u\n", httpd_board_certs(board));
    short_overview(r, overview_read(board, status, r->pool));
    short_worker(r, board, apr_time_now());
    if (meter != NULL) {
        short_counters(r, meter);
    }
    for (i = 0; i < httpd_board_certs(board); i++) {
        httpd_board_get(board, i, status);
        short_certificate(r, i, status);
    }
}

static void write_html(request_rec *r, const frame_t *frame,
                       const httpd_board_t *board, const edge_meter_t *meter,
                       edge_status_t *status)
{
    unsigned i;

    ap_rputs("<hr />\n<h2>ACME certificates</h2>\n", r);
    ap_rputs(frame->begin, r);
    html_worker(r, frame, board, apr_time_now());
    html_overview(r, frame, board, overview_read(board, status, r->pool));
    ap_rputs(frame->end, r);
    for (i = 0; i < httpd_board_certs(board); i++) {
        httpd_board_get(board, i, status);
        html_certificate(r, frame, status);
    }
    if (meter != NULL) {
        html_counters(r, frame, meter);
    }
}

int httpd_status_write(request_rec *r, int flags, const httpd_board_t *board,
                       const edge_meter_t *meter)
{
    edge_status_t *status = apr_palloc(r->pool, sizeof(*status));

    if (flags & AP_STATUS_SHORT) {
        write_short(r, board, meter, status);
    } else {
        write_html(r, flags & AP_STATUS_NOTABLE ? &list_frame : &table_frame,
                   board, meter, status);
    }
    return OK;
}
