#ifndef HTTPD_MANAGER_H
#define HTTPD_MANAGER_H

/** The handler acme-edge-manager: the pages of acme-edge-status with buttons.
 * It answers nobody who is not authenticated, and does nothing but for a POST
 * that this user sent from a page of ours within the last hour. */

#include "ae_log.h"
#include "httpd_page.h"

/** Borrowed. */
typedef struct httpd_manager_t {
    const httpd_page_t *page;
    const ae_log_t *log;
} httpd_manager_t;

/** Each child, before it has threads that answer. */
void httpd_manager_child_init(void);

/** Answer, where it is for us.
 * @return OK, DECLINED, or a status of HTTP. */
int httpd_manager_answer(request_rec *r, const httpd_manager_t *manager);

#endif
