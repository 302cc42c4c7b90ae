#include "httpd_manager.h"

#include "httpd_deed.h"
#include "httpd_form.h"
#include "httpd_nonce.h"
#include "httpd_origin.h"
#include "net_look.h"
#include "show_list.h"
#include "show_notice.h"
#include "show_worker.h"

#include <apr_strings.h>
#include <http_core.h>
#include <http_protocol.h>
#include <http_request.h>
#include <string.h>
#include <strings.h>

#define HANDLER "acme-edge-manager"
#define FORM_TYPE "application/x-www-form-urlencoded"
#define USER_MAX 256
#define RETRY_AFTER "30"

/* A worker hears what it is asked within a second. */
#define HEARING apr_time_from_sec(2)
#define LOOK_AGAIN apr_time_from_msec(50)

/* One request of an authenticated user. */
typedef struct visit_t {
    request_rec *r;
    const httpd_manager_t *manager;
    const httpd_page_t *page;
    const char *user; /* for the log: clean, and in no need of quotes */
    apr_time_t now;
    httpd_form_t form;
} visit_t;

/* --- who it is ----------------------------------------------------------- */

/* What a line of the log says of a user ends with the quote behind it. */
static const char *clean_user(const request_rec *r)
{
    char *user = apr_palloc(r->pool, USER_MAX);
    char *at;

    ae_text_copy(user, USER_MAX, r->user);
    for (at = strchr(user, '"'); at; at = strchr(at, '"')) {
        *at = '?';
    }
    return user;
}

static int refuse_nobody(request_rec *r, const httpd_manager_t *manager)
{
    ae_log(manager->log, AE_LOG_ERROR,
           "AE100: " HANDLER " at %s answers nobody who is not authenticated, "
           "and %s is not: put AuthType, AuthName, AuthUserFile and \"Require "
           "valid-user\" into its <Location>; \"Require all granted\" lets "
           "nobody be asked who he is",
           r->uri, r->useragent_ip);
    return HTTP_FORBIDDEN;
}

/* --- the page ------------------------------------------------------------ */

/* Without a store there is nothing that a button could do. */
static show_controls_t *make_controls(const visit_t *visit)
{
    show_controls_t *controls;
    const char *nonce;
    ae_error_t err;

    if (visit->page->store == NULL ||
        httpd_nonce_make(&nonce, edge_store_seal(visit->page->store),
                         visit->r->user, visit->now, &err,
                         visit->r->pool) != APR_SUCCESS) {
        return NULL;
    }
    controls = apr_pcalloc(visit->r->pool, sizeof(*controls));
    controls->user = visit->user;
    controls->nonce = nonce;
    return controls;
}

/* The word behind "done=" in the query of a page: one of ours, or none. */
static httpd_verb_t find_done(const request_rec *r)
{
    char *args = apr_pstrdup(r->pool, r->args ? r->args : "");
    char *field, *rest;

    for (field = apr_strtok(args, "&", &rest); field;
         field = apr_strtok(NULL, "&", &rest)) {
        if (strncmp(field, "done=", 5) == 0) {
            return httpd_verb_find(field + 5);
        }
    }
    return HTTPD_VERBS;
}

static int send_page(const visit_t *visit)
{
    httpd_verb_t done = find_done(visit->r);
    show_controls_t *controls = make_controls(visit);
    show_query_t query;

    if (httpd_page_query(&query, visit->r) != APR_SUCCESS) {
        return OK;
    }
    if (controls != NULL && done != HTTPD_VERBS) {
        controls->notice = httpd_verb_notice(done, query.language);
    }
    return httpd_page_send(visit->r,
                           httpd_page_source(visit->r, visit->page, &query),
                           &query, controls);
}

/* The page that a POST is answered with: of the certificate that it names. */
static const char *query_of(const visit_t *visit)
{
    apr_pool_t *p = visit->r->pool;
    const httpd_form_t *form = &visit->form;

    return apr_pstrcat(
        p, "cert=", ap_escape_urlencoded(p, form->name),
        form->lang[0] ? "&lang=" : "",
        form->lang[0] ? ap_escape_urlencoded(p, form->lang) : "", NULL);
}

/* Of the list, where it names none. */
static apr_status_t query_posted(show_query_t *query, const visit_t *visit)
{
    int is_named = visit->form.name != NULL && visit->form.name[0] != '\0';

    visit->r->args =
        apr_pstrcat(visit->r->pool, "format=html", is_named ? "&" : "",
                    is_named ? query_of(visit) : "", NULL);
    return httpd_page_query(query, visit->r);
}

static int send_outcome(const visit_t *visit, const show_query_t *query,
                        const httpd_outcome_t *outcome)
{
    show_controls_t *controls = make_controls(visit);

    if (controls != NULL) {
        controls->notice = outcome->notice;
        controls->failed = outcome->refused != NULL || outcome->is_bad;
        controls->text = outcome->text;
    }
    visit->r->status = outcome->code;
    return httpd_page_send(visit->r,
                           httpd_page_source(visit->r, visit->page, query),
                           query, controls);
}

/* --- whether it may be done ---------------------------------------------- */

static const char *refuse_origin(const request_rec *r)
{
    const httpd_origin_t origin = {
        .scheme = ap_http_scheme(r),
        .host = apr_table_get(r->headers_in, "Host"),
        .origin = apr_table_get(r->headers_in, "Origin"),
        .referer = apr_table_get(r->headers_in, "Referer"),
        .fetch_site = apr_table_get(r->headers_in, "Sec-Fetch-Site"),
    };

    return httpd_origin_refuse(&origin, r->pool);
}

static int refuse(const visit_t *visit, show_notice_t notice)
{
    httpd_outcome_t outcome = {.code = HTTP_FORBIDDEN, .refused = ""};
    show_query_t query;

    if (query_posted(&query, visit) != APR_SUCCESS) {
        return OK;
    }
    outcome.notice = show_notice(notice, query.language);
    return send_outcome(visit, &query, &outcome);
}

static int is_stale(const visit_t *visit)
{
    return !httpd_nonce_is_good(visit->form.nonce,
                                edge_store_seal(visit->page->store),
                                visit->r->user, visit->now, visit->r->pool);
}

/* --- what was sent ------------------------------------------------------- */

static int is_form(const request_rec *r)
{
    const char *type = apr_table_get(r->headers_in, "Content-Type");
    apr_size_t len = sizeof(FORM_TYPE) - 1;

    return type != NULL && strncasecmp(type, FORM_TYPE, len) == 0 &&
           strchr("; \t", type[len]) != NULL;
}

/* One byte more than a form may have tells that it is too large.
 * @return OK or a status of HTTP */
static int read_body(ae_bytes_t *body, request_rec *r)
{
    char *bytes = apr_palloc(r->pool, HTTPD_FORM_BYTES_MAX + 1);
    apr_size_t len = 0;
    long got = 0;
    int rv = ap_setup_client_block(r, REQUEST_CHUNKED_DECHUNK);

    if (rv == OK && ap_should_client_block(r)) {
        do {
            got = ap_get_client_block(r, bytes + len,
                                      HTTPD_FORM_BYTES_MAX + 1 - len);
            len += got > 0 ? (apr_size_t)got : 0;
        } while (got > 0 && len <= HTTPD_FORM_BYTES_MAX);
    }
    body->data = (const unsigned char *)bytes;
    body->len = len;
    return got < 0 ? HTTP_BAD_REQUEST : rv;
}

/* @return OK, with the form; DONE: it was answered; or a status of HTTP */
static int read_form(visit_t *visit)
{
    request_rec *r = visit->r;
    ae_bytes_t body;
    ae_error_t err;
    int rv;

    if (!is_form(r)) {
        return HTTP_UNSUPPORTED_MEDIA_TYPE;
    }
    rv = read_body(&body, r);
    if (rv != OK ||
        httpd_form_read(&visit->form, body, &err, r->pool) == APR_SUCCESS) {
        return rv;
    }
    if (err.status == AE_ETOOBIG) {
        r->connection->keepalive = AP_CONN_CLOSE;
    }
    httpd_page_say(r,
                   err.status == AE_ETOOBIG ? HTTP_REQUEST_ENTITY_TOO_LARGE
                                            : HTTP_BAD_REQUEST,
                   ae_error_line(&err, r->pool));
    return DONE;
}

/* --- doing it ------------------------------------------------------------ */

static int worker_runs(const visit_t *visit)
{
    const httpd_board_t *board = visit->page->board;
    apr_time_t last = board != NULL ? httpd_board_last_tick(board) : 0;

    return last != 0 && !show_worker_is_silent(last, visit->now);
}

static void tell(const visit_t *visit, const httpd_deed_t *deed,
                 const httpd_outcome_t *outcome)
{
    const char *word = httpd_verb_word(deed->verb);

    if (outcome->is_fault) {
        ae_log(visit->manager->log, AE_LOG_ERROR,
               "AE102: manager: \"%s\" asked to %s %s: it could not be done: "
               "%s",
               visit->user, word, deed->cert->name, outcome->refused);
    } else {
        ae_log(visit->manager->log, AE_LOG_NOTICE,
               "manager: \"%s\" asked to %s %s: %s%s", visit->user, word,
               deed->cert->name, outcome->refused ? "refused: " : "done",
               outcome->refused ? outcome->refused : "");
    }
}

/* Who comes back to the page is to see that it was heard. */
static void wait_heard(const visit_t *visit, int index,
                       const edge_status_t *before)
{
    edge_status_t *now = apr_palloc(visit->r->pool, sizeof(*now));
    apr_interval_time_t waited = 0;

    do {
        apr_sleep(LOOK_AGAIN);
        waited += LOOK_AGAIN;
        httpd_board_get(visit->page->board, (unsigned)index, now);
    } while (waited < HEARING && memcmp(now, before, sizeof(*now)) == 0);
}

static int go_back(const visit_t *visit, httpd_verb_t verb)
{
    request_rec *r = visit->r;

    apr_table_setn(r->headers_out, "Location",
                   apr_pstrcat(r->pool, ap_escape_uri(r->pool, r->uri), "?",
                               query_of(visit),
                               "&done=", httpd_verb_word(verb), NULL));
    return httpd_page_say(r, HTTP_SEE_OTHER, "It was asked for.");
}

static int do_it(const visit_t *visit, const show_query_t *query,
                 httpd_deed_t *deed, int index)
{
    edge_status_t *before = apr_palloc(visit->r->pool, sizeof(*before));
    const httpd_board_t *board = visit->page->board;
    httpd_outcome_t outcome;

    if (board != NULL) {
        httpd_board_get(board, (unsigned)index, before);
    }
    httpd_deed_do(&outcome, deed, visit->r->pool);
    tell(visit, deed, &outcome);
    if (outcome.code == HTTP_SEE_OTHER) {
        if (worker_runs(visit)) {
            wait_heard(visit, index, before);
        }
        return go_back(visit, deed->verb);
    }
    if (outcome.code == HTTP_SERVICE_UNAVAILABLE) {
        apr_table_setn(visit->r->headers_out, "Retry-After", RETRY_AFTER);
    }
    return send_outcome(visit, query, &outcome);
}

static int find_deed(const visit_t *visit)
{
    httpd_deed_t deed = {
        .verb = httpd_verb_find(visit->form.verb),
        .store = visit->page->store,
        .serial = visit->form.serial,
        .proxy = visit->page->plan->proxy,
        .opens_port = visit->page->plan->port != NULL,
        .worker_runs = worker_runs(visit),
        .now = visit->now,
    };
    const show_source_t *source;
    show_query_t query;
    int index;

    if (deed.verb == HTTPD_VERBS) {
        return httpd_page_say(visit->r, HTTP_BAD_REQUEST,
                              "There is no such button. Nothing was done.");
    }
    if (query_posted(&query, visit) != APR_SUCCESS) {
        return OK;
    }
    source = httpd_page_source(visit->r, visit->page, &query);
    index = query.cert != NULL ? show_list_find(source, query.cert) : -1;
    if (index < 0) {
        ae_log(visit->manager->log, AE_LOG_NOTICE,
               "manager: \"%s\" asked to %s what is no certificate: refused",
               visit->user, httpd_verb_word(deed.verb));
        return httpd_page_send(visit->r, source, &query, make_controls(visit));
    }
    deed.cert = APR_ARRAY_IDX(source->certs, index, const edge_cert_t *);
    deed.language = query.language;
    return do_it(visit, &query, &deed, index);
}

/* --- the handler --------------------------------------------------------- */

static int take_post(visit_t *visit)
{
    const char *why = refuse_origin(visit->r);
    int rv;

    if (why != NULL) {
        ae_log(visit->manager->log, AE_LOG_WARNING,
               "AE101: manager: a request of \"%s\" was refused: %s",
               visit->user, why);
        return refuse(visit, SHOW_NOTICE_FOREIGN);
    }
    rv = read_form(visit);
    if (rv != OK) {
        return rv == DONE ? OK : rv;
    }
    if (visit->page->store == NULL) {
        return httpd_page_say(visit->r, HTTP_SERVICE_UNAVAILABLE,
                              "There is no store to do anything in. The "
                              "error log of httpd says why.");
    }
    if (is_stale(visit)) {
        ae_log(visit->manager->log, AE_LOG_NOTICE,
               "manager: \"%s\" asked for something: refused: the page was "
               "too old, or of somebody else",
               visit->user);
        return refuse(visit, SHOW_NOTICE_STALE);
    }
    return find_deed(visit);
}

void httpd_manager_child_init(void)
{
    net_look_prepare();
}

int httpd_manager_answer(request_rec *r, const httpd_manager_t *manager)
{
    visit_t visit = {.r = r, .manager = manager, .page = manager->page};

    if (r->handler == NULL || strcmp(r->handler, HANDLER) != 0) {
        return DECLINED;
    }
    if (r->user == NULL || r->user[0] == '\0') {
        return refuse_nobody(r, manager);
    }
    visit.user = clean_user(r);
    visit.now = apr_time_now();
    if (r->method_number == M_GET) {
        return send_page(&visit);
    }
    if (r->method_number == M_POST) {
        return take_post(&visit);
    }
    ap_allow_standard_methods(r, REPLACE_ALLOW, M_GET, M_POST, -1);
    return HTTP_METHOD_NOT_ALLOWED;
}
