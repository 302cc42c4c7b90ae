#ifndef HTTPD_CONTEXTS_H
#define HTTPD_CONTEXTS_H

/** mod_ssl's contexts of the virtual hosts that serve our certificates: who
 * tries a pair there knows what mod_ssl will say of it, before it ends httpd
 * at the next start. Parent. */

#include "ae_cert.h"
#include "edge_cert.h"

#include <httpd.h>
#include <openssl/ssl.h>

typedef struct httpd_contexts_t httpd_contexts_t;

/** Of one generation; empty. */
httpd_contexts_t *httpd_contexts_create(apr_pool_t *p);

/** mod_ssl has files of ours for this host.
 * @param cert of the first type of key; borrowed */
void httpd_contexts_add(httpd_contexts_t *contexts, const server_rec *s,
                        const edge_cert_t *cert);

/** Hook ssl_init_server of the side that serves; `ctx` is borrowed. */
void httpd_contexts_init_server(httpd_contexts_t *contexts,
                                const server_rec *s, SSL_CTX *ctx);

/** Whether each host that has the certificate takes the pair: OpenSSL may find
 * it too weak for SSLCipherSuite. An edge_live_judge_t.
 * @return APR_SUCCESS or AE_EMISMATCH; APR_ENOMEM */
AE_CHECKED apr_status_t httpd_contexts_judge(void *contexts,
                                             const edge_cert_t *cert,
                                             const ae_cert_t *chain,
                                             const ae_key_t *key,
                                             ae_error_t *err);

#endif
