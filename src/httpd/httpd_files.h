#ifndef HTTPD_FILES_H
#define HTTPD_FILES_H

/** Managed hosts that have certificate files of their own all the same. */

#include "ae_log.h"
#include "edge_cert.h"

#include <httpd.h>

/** Warn that the files of a host are served, not its certificate by ACME. */
void httpd_files_warn(const edge_cert_t *cert, const server_rec *s,
                      const ae_log_t *log);

/** configtest: warn of each host for which SSLCertificateFile is written. At
 * a start mod_ssl tells of the files itself (httpd_tls.h).
 * @param cert_of the certificate of a host, or NULL */
void httpd_files_check(const server_rec *main_server,
                       const edge_cert_t *(*cert_of)(const server_rec *s),
                       const ae_log_t *log);

#endif
