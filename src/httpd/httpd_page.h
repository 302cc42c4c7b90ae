#ifndef HTTPD_PAGE_H
#define HTTPD_PAGE_H

/** The handler acme-edge-status: how certificates stand, for a browser, a
 * program or a scraper. Shared memory is all that a list is made of; for one
 * certificate in full its files in state/ are read too. */

#include "httpd_board.h"
#include "httpd_config.h"
#include "show_page.h"

#include <httpd.h>

/** What there is to show; each NULL where it is not there. Borrowed. */
typedef struct httpd_page_t {
    const httpd_plan_t *plan;
    const httpd_board_t *board;
    const edge_meter_t *meter;
    const edge_store_t *store;
} httpd_page_t;

/** Answer, where it is for us.
 * @return OK, DECLINED, or 405. */
int httpd_page_answer(request_rec *r, const httpd_page_t *page);

/* --- for other handlers of the same pages -------------------------------- */

/** Read what a request wants to see.
 * @return APR_SUCCESS; AE_EFORMAT: it was answered, with 400. */
AE_CHECKED apr_status_t httpd_page_query(show_query_t *query, request_rec *r);

/** All that a page is made of, in r->pool; with a detail where the query names
 * a certificate there is. */
const show_source_t *httpd_page_source(request_rec *r,
                                       const httpd_page_t *page,
                                       const show_query_t *query);

/** Send it, with its headers; 404 where the query names a certificate that is
 * none.
 * @param controls for HTML; NULL: no buttons
 * @return OK. */
int httpd_page_send(request_rec *r, const show_source_t *source,
                    const show_query_t *query,
                    const show_controls_t *controls);

/** Send a sentence with a status of HTTP, as plain text. @return OK. */
int httpd_page_say(request_rec *r, int status, const char *sentence);

#endif
