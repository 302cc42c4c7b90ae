#include "httpd_deed.h"

#include "ae_json.h"
#include "edge_live.h"
#include "edge_pending.h"
#include "edge_request.h"
#include "net_clock.h"
#include "net_look.h"
#include "show_decoded.h"
#include "show_notice.h"

#include <httpd.h>
#include <apr_strings.h>
#include <assert.h>
#include <string.h>

#define CHECK_LIMIT apr_time_from_sec(60)

/* --- how it ends --------------------------------------------------------- */

static void refuse(httpd_outcome_t *outcome, const httpd_deed_t *deed,
                   int code, show_notice_t notice, const char *why)
{
    outcome->code = code;
    outcome->notice = show_notice(notice, deed->language);
    outcome->refused = why;
}

/* What somebody may well ask for, though it cannot be, or what should be. */
static void fail(httpd_outcome_t *outcome, const httpd_deed_t *deed,
                 const ae_error_t *err, apr_pool_t *p)
{
    int is_fault =
        err->status != AE_EMISMATCH && !APR_STATUS_IS_ENOENT(err->status);

    refuse(outcome, deed,
           is_fault ? HTTP_INTERNAL_SERVER_ERROR : HTTP_CONFLICT,
           SHOW_NOTICE_NOT_DONE, ae_error_line(err, p));
    outcome->notice =
        apr_pstrcat(p, outcome->notice, " ", outcome->refused, NULL);
    outcome->is_fault = is_fault;
}

/* --- those that ask the worker ------------------------------------------- */

static apr_status_t sign(const httpd_deed_t *deed, ae_error_t *err,
                         apr_pool_t *p)
{
    edge_request_t request;
    int joined;

    return edge_request_sign(&request, &joined, deed->store, deed->cert,
                             deed->now, err, p);
}

static apr_status_t deploy(const httpd_deed_t *deed, ae_error_t *err,
                           apr_pool_t *p)
{
    const char *serial;

    return edge_pending_deploy(&serial, deed->store, deed->cert, deed->serial,
                               deed->now, err, p);
}

static apr_status_t discard(const httpd_deed_t *deed, ae_error_t *err,
                            apr_pool_t *p)
{
    const char *serial;

    return edge_pending_ask_discard(&serial, deed->store, deed->cert,
                                    deed->serial, deed->now, err, p);
}

/* --- those that answer --------------------------------------------------- */

static const char *decode(apr_status_t status, const char *word,
                          const ae_cert_t *chain, const edge_cert_t *cert,
                          const ae_error_t *err, apr_pool_t *p)
{
    if (status == APR_SUCCESS) {
        return show_decoded_text(word, chain, cert, p);
    }
    return APR_STATUS_IS_ENOENT(status)
               ? ""
               : apr_pstrcat(p, word, "  ", ae_error_line(err, p), "\n", NULL);
}

static void show(httpd_outcome_t *outcome, const httpd_deed_t *deed,
                 apr_pool_t *p)
{
    const char *live, *pending;
    ae_cert_t *chain = NULL;
    ae_error_t err;
    apr_status_t status = edge_live_load(&chain, edge_store_dir(deed->store),
                                         deed->cert, &err, p);

    live = decode(status, "live", chain, deed->cert, &err, p);
    status = edge_store_set_chain(&chain, deed->store, deed->cert, &err, p);
    pending = decode(status, "pending", chain, deed->cert, &err, p);
    if (live[0] == '\0' && pending[0] == '\0') {
        refuse(outcome, deed, HTTP_OK, SHOW_NOTICE_NO_CERTIFICATE,
               "there is none");
        return;
    }
    outcome->code = HTTP_OK;
    outcome->text = apr_pstrcat(p, live, pending, NULL);
}

static void look_at_worker(json_t *rows, const httpd_deed_t *deed)
{
    edge_rows_add(rows, deed->worker_runs ? EDGE_ROW_PASSED : EDGE_ROW_FAILED,
                  "httpd",
                  deed->worker_runs ? "its worker is at work"
                                    : "its worker was not seen lately",
                  deed->worker_runs ? "" : "error.log says why there is none");
}

static json_t *look(const httpd_deed_t *deed, apr_pool_t *p)
{
    apr_array_header_t *certs = apr_array_make(p, 1, sizeof(edge_cert_t *));
    net_look_t at = {
        .store = deed->store,
        .certs = certs,
        .proxy = deed->proxy,
        .opens_port = deed->opens_port,
        .until = net_clock_steady() + CHECK_LIMIT,
    };
    json_t *rows = ae_json_keep(json_array(), p);
    edge_probe_t probe;

    APR_ARRAY_PUSH(certs, const edge_cert_t *) = deed->cert;
    net_look_at_keys(rows, deed->store, certs, p);
    look_at_worker(rows, deed);
    if (deed->worker_runs && net_look_publish(rows, &probe, deed->store, p)) {
        at.probe = &probe;
    }
    json_array_extend(rows, ae_json_keep(net_look(&at, p), p));
    if (at.probe != NULL) {
        edge_probe_drop(deed->store, &probe, p);
    }
    return rows;
}

/* Each waits for the network, in a thread that others may need. */
static void check(httpd_outcome_t *outcome, const httpd_deed_t *deed,
                  apr_pool_t *p)
{
    const json_t *rows;
    apr_pool_t *ptemp;
    ae_error_t err;
    apr_status_t status;

    apr_pool_create(&ptemp, p);
    status = edge_store_enter_requests(deed->store, &err, ptemp);
    if (APR_STATUS_IS_EBUSY(status)) {
        refuse(outcome, deed, HTTP_SERVICE_UNAVAILABLE, SHOW_NOTICE_CHECK_BUSY,
               apr_pstrdup(p, err.why));
    } else if (status != APR_SUCCESS) {
        fail(outcome, deed, &err, p);
    } else {
        rows = look(deed, ptemp);
        outcome->code = HTTP_OK;
        outcome->text = edge_rows_text(rows, p);
        outcome->is_bad = edge_rows_count(rows, EDGE_ROW_FAILED) > 0;
        outcome->notice =
            show_notice(outcome->is_bad ? SHOW_NOTICE_CHECK_FAILED
                                        : SHOW_NOTICE_CHECK_PASSED,
                        deed->language);
    }
    apr_pool_destroy(ptemp);
}

/* --- all of them --------------------------------------------------------- */

/* One of both functions. */
typedef struct row_t {
    const char *word;
    apr_status_t (*ask)(const httpd_deed_t *deed, ae_error_t *err,
                        apr_pool_t *p);
    show_notice_t notice; /* where it was asked */
    void (*answer)(httpd_outcome_t *outcome, const httpd_deed_t *deed,
                   apr_pool_t *p);
} row_t;

static const row_t verbs[] = {
    [HTTPD_VERB_SIGN] = {"sign", sign, SHOW_NOTICE_SIGN, NULL},
    [HTTPD_VERB_SHOW] = {"show", NULL, SHOW_NOTICES, show},
    [HTTPD_VERB_DEPLOY] = {"deploy", deploy, SHOW_NOTICE_DEPLOY, NULL},
    [HTTPD_VERB_DISCARD] = {"discard", discard, SHOW_NOTICE_DISCARD, NULL},
    [HTTPD_VERB_CHECK] = {"check", NULL, SHOW_NOTICES, check},
};
static_assert(sizeof(verbs) / sizeof(verbs[0]) == HTTPD_VERBS,
              "each verb is done");

const char *httpd_verb_word(httpd_verb_t verb)
{
    return verbs[verb].word;
}

httpd_verb_t httpd_verb_find(const char *word)
{
    httpd_verb_t verb = 0;

    while (verb < HTTPD_VERBS && strcmp(verbs[verb].word, word) != 0) {
        verb++;
    }
    return verb;
}

const char *httpd_verb_notice(httpd_verb_t verb, ae_language_t language)
{
    return verbs[verb].ask == NULL ? NULL
                                   : show_notice(verbs[verb].notice, language);
}

void httpd_deed_do(httpd_outcome_t *outcome, const httpd_deed_t *deed,
                   apr_pool_t *p)
{
    ae_error_t err;

    memset(outcome, 0, sizeof(*outcome));
    if (verbs[deed->verb].answer != NULL) {
        verbs[deed->verb].answer(outcome, deed, p);
    } else if (verbs[deed->verb].ask(deed, &err, p) == APR_SUCCESS) {
        outcome->code = HTTP_SEE_OTHER;
    } else {
        fail(outcome, deed, &err, p);
    }
}
