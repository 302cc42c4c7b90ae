#ifndef HTTPD_PORT_BIND_H
#define HTTPD_PORT_BIND_H

/** Listening sockets beside those of Listen lines. httpd itself would end
 * where it cannot bind one. Parent. */

#include "ae_error.h"

#include <httpd.h>

/** Look whether it could be done now, and leave nothing behind.
 * @param where const char *, as httpd_port_where has it */
AE_CHECKED apr_status_t httpd_port_try(const apr_array_header_t *where,
                                       ae_error_t *err, apr_pool_t *ptemp);

/** check_config: listen at all of them, until the next restart of any kind
 * where it is not done again; those that are open already stay so. No Listen
 * may name the port. On failure none of them is open.
 * @param ours ap_listen_rec *: those of the last generation, then of this one
 * @return APR_SUCCESS; the system's status. */
AE_CHECKED apr_status_t httpd_port_listen(apr_array_header_t *ours,
                                          const apr_array_header_t *where,
                                          apr_port_t port, server_rec *server,
                                          ae_error_t *err, apr_pool_t *ptemp);

/** check_config: close those that nothing listens at any more. httpd does that
 * once all else is bound, and ends where one of them is in the way of a new
 * Listen for the same port at other addresses. */
void httpd_port_leave(apr_array_header_t *ours);

#endif
