#ifndef HTTPD_STATUS_H
#define HTTPD_STATUS_H

/** Our section of mod_status. It reads shared memory only. */

#include "httpd_board.h"

#include <httpd.h>

/** Write it. @param flags mod_status' AP_STATUS_... @return OK. */
int httpd_status_write(request_rec *r, int flags, const httpd_board_t *board);

#endif
