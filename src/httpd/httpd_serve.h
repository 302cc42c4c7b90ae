#ifndef HTTPD_SERVE_H
#define HTTPD_SERVE_H

/** ACMEReload hot, the children's side: handshakes present what the parent
 * handed over since mod_ssl read its files, and a virtual host that has no
 * certificate yet answers 503. */

#include "ae_log.h"
#include "edge_cert.h"
#include "edge_pairs.h"

#include <httpd.h>
#include <openssl/ssl.h>

typedef struct httpd_serve_t httpd_serve_t;

/** What OpenSSL calls for each step of a connection. */
typedef void httpd_serve_info_t(const SSL *ssl, int where, int value);

/** Parent, at start. All is borrowed and must outlive it.
 * @param certs const edge_cert_t *, in the order of the slots */
httpd_serve_t *httpd_serve_create(edge_slots_t *slots,
                                  const apr_array_header_t *certs,
                                  const ae_log_t *log, apr_pool_t *p);

/** Parent: mod_ssl has files of ours for this host.
 * @param cert of the first type of key
 * @param own bit n: what is live of its nth type; 0: a fallback alone, which
 * nobody is to trust, so 503 until there is more */
void httpd_serve_add(httpd_serve_t *serve, const server_rec *s,
                     const edge_cert_t *cert, unsigned own);

/** Hook ssl_init_server of the side that serves: from now on what is newer
 * than mod_ssl's files is presented. Where something is wrong with that, what
 * was presented before stays.
 * @param info is to call httpd_serve_follow */
void httpd_serve_init_server(httpd_serve_t *serve, const server_rec *s,
                             SSL_CTX *ctx, httpd_serve_info_t *info);

/** Any thread, at each step of a connection: a session that is resumed takes
 * up the newest certificate too; and what mod_ssl does at that step. */
void httpd_serve_follow(const httpd_serve_t *serve, const SSL *ssl, int where,
                        int value);

/** Child, before its threads begin. */
void httpd_serve_child_init(httpd_serve_t *serve, apr_pool_t *pchild);

/** Hook post_read_request: 503 with Retry-After on a TLS connection to a host
 * that has nothing but a fallback. @return DECLINED for others */
int httpd_serve_read_request(const httpd_serve_t *serve, request_rec *r);

#endif
