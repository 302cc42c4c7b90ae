#ifndef HTTPD_CERTS_H
#define HTTPD_CERTS_H

/** From sections and hosts to certificates. */

#include "httpd_hosts.h"

/** Make the certificates, and fill `cert_of` of what is shared; log what is
 * wrong with them, and find what their administrator should know.
 * @param hosts const httpd_host_t *
 * @return const edge_cert_t *, those of sections first, from `p`. */
const apr_array_header_t *httpd_certs_make(const server_rec *main_server,
                                           const apr_array_header_t *hosts,
                                           apr_array_header_t *findings,
                                           const ae_log_t *log, apr_pool_t *p);

/** Names for a message, cut after some: "a.example, b.example and 7 more".
 * @param names const char *; NULL for none
 * From `p`. */
const char *httpd_certs_list(const apr_array_header_t *names, apr_pool_t *p);

#endif
