#ifndef HTTPD_STATUS_H
#define HTTPD_STATUS_H

/** Our section of mod_status. It reads shared memory only. */

#include "httpd_page.h"

/** Write it. What its lines with ?auto mean is in docs/status.md.
 * @param flags mod_status' AP_STATUS_...
 * @param page with a board
 * @return OK. */
int httpd_status_write(request_rec *r, int flags, const httpd_page_t *page);

#endif
