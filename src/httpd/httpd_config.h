#ifndef HTTPD_CONFIG_H
#define HTTPD_CONFIG_H

/** Directives: one table that drives parsing, contexts, defaults, merging and
 * the text of `httpd -L`; and the plan that they come to. */

#include "edge_cert.h"
#include "edge_finding.h"
#include "httpd_port.h"

#include <httpd.h>
#include <http_config.h>

/** What the whole configuration says. Lives as long as the configuration. */
typedef struct httpd_plan_t {
    const apr_array_header_t *certs; /* const edge_cert_t * */
    apr_array_header_t *findings; /* const edge_finding_t *; a start may add */
    const char *store_dir;        /* absolute */
    const char *challenge_provider;           /* socache provider, "shmcb" */
    const char *challenge_args;               /* its arguments, or NULL */
    const char *proxy;                        /* URL, or NULL */
    int restarts_itself;                      /* ACMEReload is not none */
    int is_hot;                               /* ACMEReload is hot */
    const apr_array_header_t *notify_command; /* const char *, or NULL */
    /* ACMEChallengePort; NULL: off, or a Listen has the port. */
    httpd_port_t *port;
} httpd_plan_t;

/** For the module record. */
extern const command_rec httpd_config_commands[];
void *httpd_config_create(apr_pool_t *p, server_rec *s);
void *httpd_config_merge(apr_pool_t *p, void *base, void *add);

/** Make the plan of the configuration just read, for check_config: every error
 * and warning is logged, with file and line where there is one. Touches
 * nothing on disk and no network.
 * @return OK, or HTTP_INTERNAL_SERVER_ERROR where there was an error. */
int httpd_plan_make(server_rec *main_server, apr_pool_t *p, apr_pool_t *ptemp);

/** The plan made last, or NULL where no virtual host has ACMEEngine on and no
 * <ACMECertificate> is there. */
const httpd_plan_t *httpd_plan_get(const server_rec *main_server);

/** The certificate of a virtual host, of the first type of key, or NULL where
 * the host is not managed. */
const edge_cert_t *httpd_plan_cert_of(const server_rec *s);

#endif
