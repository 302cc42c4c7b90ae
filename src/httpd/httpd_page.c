#include "httpd_page.h"

#include "edge_detail.h"
#include "show_json.h"
#include "show_list.h"
#include "show_metrics.h"
#include "show_words.h"

#include <apr_strings.h>
#include <http_protocol.h>
#include <http_request.h>
#include <string.h>

#define HANDLER "acme-edge-status"

/* Nothing that a certificate or a CA brings along can run or load anything,
 * and no other page can frame ours. */
#define POLICY                                                                \
    "default-src 'none'; style-src 'self'; img-src 'self'; "                  \
    "form-action 'self'; frame-ancestors 'none'; base-uri 'none'"

static const char *const types[] = {
    [SHOW_HTML] = "text/html; charset=utf-8",
    [SHOW_JSON] = "application/json",
    [SHOW_METRICS] = "application/openmetrics-text; version=1.0.0; "
                     "charset=utf-8",
    [SHOW_STYLE] = "text/css; charset=utf-8",
    [SHOW_ICON] = "image/svg+xml; charset=utf-8",
};

/* --- what is shown ------------------------------------------------------- */

/* Without shared memory nobody knows more than the names. */
static void copy_status(const void *ctx, int index, edge_status_t *status)
{
    const httpd_page_t *page = ctx;

    if (page->board != NULL) {
        httpd_board_get(page->board, (unsigned)index, status);
        return;
    }
    memset(status, 0, sizeof(*status));
    ae_text_copy(
        status->name, sizeof(status->name),
        APR_ARRAY_IDX(page->plan->certs, index, const edge_cert_t *)->name);
}

static const ae_error_t *find_trouble(const httpd_page_t *page, apr_pool_t *p)
{
    ae_error_t *trouble = apr_pcalloc(p, sizeof(*trouble));

    if (page->board != NULL) {
        httpd_board_get_trouble(page->board, trouble);
    } else if (page->plan != NULL) {
        ae_error_set(trouble, APR_ENOSHMAVAIL,
                     "There is no shared memory for the worker");
        ae_error_next(trouble, "the error log says why");
    }
    return trouble;
}

static const show_detail_t *read_detail(const httpd_page_t *page, int index,
                                        apr_pool_t *p)
{
    const edge_cert_t *cert =
        APR_ARRAY_IDX(page->plan->certs, index, const edge_cert_t *);
    edge_detail_t *read = apr_palloc(p, sizeof(*read));
    show_detail_t *detail = apr_palloc(p, sizeof(*detail));

    edge_detail_read(read, page->store, cert, p);
    *detail = (show_detail_t){index, &read->state.error, &read->progress,
                              read->history};
    return detail;
}

const show_source_t *httpd_page_source(request_rec *r,
                                       const httpd_page_t *page,
                                       const show_query_t *query)
{
    show_source_t *source = apr_pcalloc(r->pool, sizeof(*source));
    int index;

    source->certs = page->plan != NULL
                        ? page->plan->certs
                        : apr_array_make(r->pool, 0, sizeof(edge_cert_t *));
    source->status = copy_status;
    source->ctx = page;
    source->last_tick =
        page->board != NULL ? httpd_board_last_tick(page->board) : 0;
    source->trouble = find_trouble(page, r->pool);
    source->port = page->board != NULL
                       ? httpd_board_port(page->board, &source->port_is_open)
                       : 0;
    source->findings = page->plan != NULL ? page->plan->findings : NULL;
    source->meter = page->meter;
    source->now = apr_time_now();
    index = query->cert != NULL ? show_list_find(source, query->cert) : -1;
    if (index >= 0 && page->store != NULL) {
        source->detail = read_detail(page, index, r->pool);
    }
    return source;
}

/* --- what goes over the wire --------------------------------------------- */

static void put(void *ctx, const char *bytes, apr_size_t len)
{
    request_rec *r = ctx;

    /* Who reads may be gone; httpd notices. */
    (void)ap_rwrite(bytes, (int)len, r);
}

/* A form of ours must say where it comes from; without one, nobody needs to
 * know. */
static void set_headers(request_rec *r, int has_forms)
{
    apr_table_t *headers = r->headers_out;

    apr_table_setn(headers, "Cache-Control", "no-store");
    apr_table_setn(headers, "Content-Security-Policy", POLICY);
    apr_table_setn(headers, "X-Content-Type-Options", "nosniff");
    apr_table_setn(headers, "Referrer-Policy",
                   has_forms ? "same-origin" : "no-referrer");
    apr_table_mergen(headers, "Vary", "Accept, Accept-Language");
}

int httpd_page_say(request_rec *r, int status, const char *sentence)
{
    set_headers(r, 0);
    ap_set_content_type(r, "text/plain; charset=utf-8");
    r->status = status;
    if (!r->header_only) {
        ap_rputs(sentence, r);
        ap_rputs("\n", r);
    }
    return OK;
}

apr_status_t httpd_page_query(show_query_t *query, request_rec *r)
{
    ae_error_t err;
    apr_status_t rv = show_query_read(
        query, r->args, apr_table_get(r->headers_in, "Accept"),
        apr_table_get(r->headers_in, "Accept-Language"), &err, r->pool);

    if (rv != APR_SUCCESS) {
        httpd_page_say(r, HTTP_BAD_REQUEST, ae_error_line(&err, r->pool));
    }
    return rv;
}

static void write_body(const show_out_t *out, const show_source_t *source,
                       const show_query_t *query,
                       const show_controls_t *controls, request_rec *r)
{
    switch (query->format) {
    case SHOW_HTML:
        show_page(out, source, query, r->uri, controls, r->pool);
        break;
    case SHOW_JSON:
        show_json(out, source, query, r->pool);
        break;
    case SHOW_METRICS:
        show_metrics(out, source, r->pool);
        break;
    case SHOW_STYLE:
        show_style(out);
        break;
    case SHOW_ICON:
        show_icon(out);
        break;
    case SHOW_FORMATS:
        break;
    }
}

int httpd_page_send(request_rec *r, const show_source_t *source,
                    const show_query_t *query, const show_controls_t *controls)
{
    const show_out_t out = {put, r};

    set_headers(r, controls != NULL);
    ap_set_content_type(r, types[query->format]);
    if (query->format == SHOW_HTML) {
        apr_table_setn(r->headers_out, "Content-Language",
                       show_language_code(query->language));
    }
    if (query->cert != NULL && show_list_find(source, query->cert) < 0 &&
        (query->format == SHOW_HTML || query->format == SHOW_JSON)) {
        r->status = HTTP_NOT_FOUND;
    }
    if (!r->header_only) {
        write_body(&out, source, query, controls, r);
    }
    return OK;
}

int httpd_page_answer(request_rec *r, const httpd_page_t *page)
{
    show_query_t query;

    if (r->handler == NULL || strcmp(r->handler, HANDLER) != 0) {
        return DECLINED;
    }
    if (r->method_number != M_GET) {
        ap_allow_standard_methods(r, REPLACE_ALLOW, M_GET, -1);
        return HTTP_METHOD_NOT_ALLOWED;
    }
    if (httpd_page_query(&query, r) != APR_SUCCESS) {
        return OK;
    }
    return httpd_page_send(r, httpd_page_source(r, page, &query), &query,
                           NULL);
}
