#ifndef HTTPD_METER_H
#define HTTPD_METER_H

/** Where httpd keeps the counters: in shared memory of the process, which all
 * generations find again. */

#include "edge_meter.h"

#include <httpd.h>

/** Parent: find the meter that an earlier generation made, or make it. One of
 * another version of the module is left alone, and counting begins anew.
 * @return APR_SUCCESS; the system's status: nothing is counted. */
AE_CHECKED apr_status_t httpd_meter_find(edge_meter_t **meter,
                                         const server_rec *server,
                                         apr_time_t now, ae_error_t *err);

#endif
