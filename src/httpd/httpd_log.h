#ifndef HTTPD_LOG_H
#define HTTPD_LOG_H

/** Lines of ours in httpd's error log, at the main server's LogLevel for this
 * module. */

#include "ae_log.h"

#include <httpd.h>

/** A sink that lives as long as the server record. Any thread. */
ae_log_t httpd_log_sink(server_rec *server);

#endif
