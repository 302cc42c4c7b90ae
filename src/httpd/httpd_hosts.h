#ifndef HTTPD_HOSTS_H
#define HTTPD_HOSTS_H

/** The servers that ACMEEngine is on for. */

#include "ae_log.h"
#include "httpd_conf.h"
#include "httpd_servers.h"

/** The main server or a virtual host with ACMEEngine and SSLEngine on. */
typedef struct httpd_host_t {
    const server_rec *server;
    const httpd_conf_t *conf;
    const char *title;         /* "the virtual host at file:line" */
    apr_array_header_t *names; /* const char *, distinct (httpd_names_add),
                                  ServerName first, where it has one */
} httpd_host_t;

/** Find them, in the order of the configuration, and tell what keeps others
 * from being managed.
 * @param servers as httpd_servers_read gives them
 * @param wanted set where ACMEEngine is on anywhere, managed or not
 * @return const httpd_host_t *, from `p`; the names live as long. */
apr_array_header_t *httpd_hosts_find(int *wanted,
                                     const apr_array_header_t *servers,
                                     apr_array_header_t *findings,
                                     const ae_log_t *log, apr_pool_t *p);

#endif
