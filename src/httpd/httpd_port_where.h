#ifndef HTTPD_PORT_WHERE_H
#define HTTPD_PORT_WHERE_H

/** At which addresses the port of ACMEChallengePort is to be opened. */

#include "httpd_check.h"

/** Those at which hosts speak TLS that a CA is asked for; where that cannot be
 * told, all that httpd listens at. None has another one of them within.
 * @return const char *, each as behind Listen; from `p` */
apr_array_header_t *httpd_port_where(const httpd_check_t *check,
                                     apr_port_t port, apr_pool_t *p);

#endif
