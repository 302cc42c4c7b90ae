#ifndef HTTPD_CERT_H
#define HTTPD_CERT_H

/** From names and directives to one certificate of each type of key. */

#include "httpd_conf.h"

/** Make the certificates of these names, all but their contacts.
 * @param names const char *, the first is the certificate's
 * @param conf merged
 * @param externals const edge_external_t *, of all CAs
 * @return the first; the others are its siblings */
edge_cert_t *httpd_cert_make(const apr_array_header_t *names,
                             const httpd_conf_t *conf,
                             const apr_array_header_t *externals,
                             apr_pool_t *p);

#endif
