#ifndef HTTPD_TELL_H
#define HTTPD_TELL_H

/** The findings of a configuration, as log lines. */

#include "edge_finding.h"

/** Log them: by configtest and at a start all of them, at a restart only where
 * they are others than at the last one; this server restarts itself for each
 * certificate, which changes nothing about them. */
void httpd_tell(const apr_array_header_t *findings, const ae_log_t *log,
                apr_pool_t *ptemp);

#endif
