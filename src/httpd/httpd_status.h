#ifndef HTTPD_STATUS_H
#define HTTPD_STATUS_H

/** Our section of mod_status. It reads shared memory only. */

#include "edge_meter.h"
#include "httpd_board.h"

#include <httpd.h>

/** Write it. What its lines with ?auto mean is in docs/status.md.
 * @param flags mod_status' AP_STATUS_...
 * @param meter may be NULL
 * @return OK. */
int httpd_status_write(request_rec *r, int flags, const httpd_board_t *board,
                       const edge_meter_t *meter);

#endif
