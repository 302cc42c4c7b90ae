#include "httpd_status.h"

#include "ae_time.h"
#include "edge_fact.h"
#include "show_list.h"
#include "show_worker.h"

#include <apr_lib.h>
#include <apr_strings.h>
#include <http_protocol.h>
#include <mod_status.h>
#include <string.h>

/* Of all certificates. */
static const show_query_t all = {.page = 1};

static const char *worker_word(const show_source_t *source)
{
    return show_worker_word(source->last_tick, source->now);
}

static const char *trouble_line(const show_source_t *source, apr_pool_t *p)
{
    const char *line = ae_error_line(source->trouble, p);

    return line[0] ? line : "-";
}

static const char *port_text(const show_source_t *source, apr_pool_t *p)
{
    return source->port
               ? apr_psprintf(p, "%u %s", source->port,
                              source->port_is_open ? "open" : "closed")
               : "-";
}

/* Something comes next, where there is such a certificate. */
static const char *next_name(const show_list_t *list,
                             const show_source_t *source)
{
    return APR_ARRAY_IDX(source->certs, list->next, const edge_cert_t *)->name;
}

/* --- ?auto: one line each, all of them always --------------------------- */

static void short_worker(request_rec *r, const show_source_t *source)
{
    ap_rprintf(r, "ACMEWorker: %s\n", worker_word(source));
    ap_rprintf(r, "ACMEWorkerAt: %s\n",
               ae_time_print(source->last_tick, r->pool));
    ap_rprintf(r, "ACMEWorkerTrouble: %s\n", trouble_line(source, r->pool));
    ap_rprintf(r, "ACMEChallengePort: %s\n", port_text(source, r->pool));
}

static void short_overview(request_rec *r, const show_source_t *source,
                           const show_list_t *list)
{
    int i;

    ap_rprintf(r, "ACMECertificates: %d\n", list->total);
    for (i = 0; i < EDGE_PHASES; i++) {
        const char *word = edge_phase_word((edge_phase_t)i);

        ap_rprintf(r, "ACMECertificates%c%s: %d\n", apr_toupper(word[0]),
                   word + 1, list->counts[i]);
    }
    ap_rprintf(r, "ACMENextAction: %s\n", edge_action_word(list->next_action));
    ap_rprintf(r, "ACMENextActionAt: %s\n",
               ae_time_print(list->next_at, r->pool));
    ap_rprintf(r, "ACMENextActionFor: %s\n",
               list->next < 0 ? "-" : next_name(list, source));
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

static void short_certificate(request_rec *r, int index,
                              const edge_status_t *status)
{
    int i;

    for (i = 0; i < edge_fact_count(); i++) {
        ap_rprintf(r, "ACMECertificate[%d]%s: %s\n", index, edge_fact_key(i),
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

static const char *worker_text(const show_source_t *source, apr_pool_t *p)
{
    const char *word = worker_word(source);
    apr_interval_time_t ago = source->now - source->last_tick;

    return source->last_tick == 0
               ? word
               : apr_psprintf(p, "%s, last seen %s ago", word,
                              ae_time_print_span(ago > 0 ? ago : 0, p));
}

/* "5: 4 valid, 1 failing" */
static const char *phases_text(const show_list_t *list, apr_pool_t *p)
{
    const char *text = apr_itoa(p, list->total);
    const char *mark = ": ";
    int i;

    for (i = 0; i < EDGE_PHASES; i++) {
        if (list->counts[i] > 0) {
            text = apr_psprintf(p, "%s%s%d %s", text, mark, list->counts[i],
                                edge_phase_word((edge_phase_t)i));
            mark = ", ";
        }
    }
    return text;
}

static void html_overview(request_rec *r, const frame_t *frame,
                          const show_source_t *source, const show_list_t *list)
{
    html_row(r, frame, "certificates", phases_text(list, r->pool));
    if (list->next >= 0) {
        html_row(r, frame, "next action",
                 apr_psprintf(r->pool, "%s %s at %s",
                              edge_action_word(list->next_action),
                              next_name(list, source),
                              ae_time_print(list->next_at, r->pool)));
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
                        const show_source_t *source)
{
    const char *trouble = trouble_line(source, r->pool);

    html_row(r, frame, "worker", worker_text(source, r->pool));
    if (strcmp(trouble, "-") != 0) {
        html_row(r, frame, "trouble", trouble);
    }
    if (source->port != 0) {
        html_row(r, frame, "port for challenges", port_text(source, r->pool));
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

static void write_short(request_rec *r, const show_source_t *source,
                        const show_list_t *list, edge_status_t *status)
{
    int i;

    short_overview(r, source, list);
    short_worker(r, source);
    if (source->meter != NULL) {
        short_counters(r, source->meter);
    }
    for (i = 0; i < list->total; i++) {
        source->status(source->ctx, i, status);
        short_certificate(r, i, status);
    }
}

static void write_html(request_rec *r, const frame_t *frame,
                       const show_source_t *source, const show_list_t *list,
                       edge_status_t *status)
{
    int i;

    ap_rputs("<hr />\n<h2>ACME certificates</h2>\n", r);
    ap_rputs(frame->begin, r);
    html_worker(r, frame, source);
    html_overview(r, frame, source, list);
    ap_rputs(frame->end, r);
    for (i = 0; i < list->total; i++) {
        source->status(source->ctx, i, status);
        html_certificate(r, frame, status);
    }
    if (source->meter != NULL) {
        html_counters(r, frame, source->meter);
    }
}

int httpd_status_write(request_rec *r, int flags, const httpd_page_t *page)
{
    const show_source_t *source = httpd_page_source(r, page, &all);
    edge_status_t *status = apr_palloc(r->pool, sizeof(*status));
    show_list_t list;

    show_list_make(&list, source, &all, r->pool);
    if (flags & AP_STATUS_SHORT) {
        write_short(r, source, &list, status);
    } else {
        write_html(r, flags & AP_STATUS_NOTABLE ? &list_frame : &table_frame,
                   source, &list, status);
    }
    return OK;
}
