#ifndef HTTPD_FILES_H
#define HTTPD_FILES_H

/** Managed hosts that have certificate files of their own all the same. */

#include "edge_cert.h"
#include "edge_finding.h"
#include "httpd_servers.h"

/** Add that the files of a host are served, not its certificate by ACME.
 * @return what was added; NULL where it is there already */
const edge_finding_t *httpd_files_tell(apr_array_header_t *findings,
                                       const edge_cert_t *cert,
                                       const server_rec *s);

/** Add each host for which SSLCertificateFile is written.
 * @param servers as httpd_servers_read gives them */
void httpd_files_check(const apr_array_header_t *servers,
                       apr_array_header_t *findings);

#endif
