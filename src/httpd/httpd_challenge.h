#ifndef HTTPD_CHALLENGE_H
#define HTTPD_CHALLENGE_H

/** http-01 challenges in httpd (RFC 8555 section 8.3): kept in one of its
 * socache providers, answered before anything else sees the request. Where
 * that is one over the network, what this server published is in shared memory
 * too and answered from there; a token that is not is looked up in the store,
 * as often as edge_toll.h lets it. */

#include "edge_challenge.h"
#include "edge_meter.h"
#include "httpd_board.h"

#include <httpd.h>

typedef struct httpd_challenge_t httpd_challenge_t;

/** Borrowed; must outlive it. */
typedef struct httpd_challenge_config_t {
    server_rec *server;
    const char *provider; /* "shmcb" */
    const char *args;     /* the provider's own, or NULL */
    unsigned names;       /* how many challenges may be open at once */
    httpd_board_t *board;
    edge_meter_t *meter; /* or NULL */
    const ae_log_t *log;
} httpd_challenge_config_t;

/** Parent: open the store. Talks to nobody.
 * @return APR_SUCCESS; APR_ENOENT where httpd has no such provider;
 * APR_EINVAL for arguments it refuses; the provider's status. */
AE_CHECKED apr_status_t httpd_challenge_create(
    httpd_challenge_t **challenge, const httpd_challenge_config_t *config,
    ae_error_t *err, apr_pool_t *p, apr_pool_t *ptemp);

/** Every child, before its threads start. On failure this child answers no
 * challenge. */
AE_CHECKED apr_status_t httpd_challenge_child_init(
    httpd_challenge_t *challenge, ae_error_t *err, apr_pool_t *pchild);

/** Answer a GET or HEAD of an open token. Any thread.
 *
 * On TLS it is the hook post_read_request, before mod_ssl's 503 for a host
 * that has only a fallback certificate; httpd ends a connection after that.
 * Else it is quick_handler, before all that could redirect or refuse, where
 * the connection stays alive and modules have told the log what they know.
 * @return DONE or OK for an answer, DECLINED for all else. */
int httpd_challenge_read_request(const httpd_challenge_t *challenge,
                                 request_rec *r);
int httpd_challenge_quick_handler(const httpd_challenge_t *challenge,
                                  request_rec *r, int lookup);

#endif
