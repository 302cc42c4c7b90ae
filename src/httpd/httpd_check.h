#ifndef HTTPD_CHECK_H
#define HTTPD_CHECK_H

/** What can be said of a configuration before anything fails. Each check adds
 * to the findings, reads no file but what it says, and asks nobody. */

#include "edge_cert.h"
#include "edge_finding.h"
#include "httpd_servers.h"

#include <apr_hash.h>

typedef struct httpd_check_t {
    const apr_array_header_t *servers; /* httpd_server_t */
    const apr_array_header_t *certs;   /* const edge_cert_t *, none further */
    apr_hash_t *by_name;               /* any name to its edge_cert_t */
    const char *store_dir;
    int challenge_port; /* ACMEChallengePort; 0: off */
    apr_array_header_t *findings;
    apr_pool_t *ptemp;
} httpd_check_t;

/** All that is looked at, borrowed; in `ptemp`. */
httpd_check_t *httpd_check_make(const apr_array_header_t *servers,
                                const apr_array_header_t *certs,
                                const char *store_dir,
                                apr_array_header_t *findings,
                                apr_pool_t *ptemp);

/** Certificates by each of their names.
 * @param certs const edge_cert_t * */
apr_hash_t *httpd_check_index(const apr_array_header_t *certs, apr_pool_t *p);

/** The certificate with this name in it, as edge_name_spell has it, or NULL. */
const edge_cert_t *httpd_check_cert_of(const httpd_check_t *check,
                                       const char *name);

/** The certificate with any of the names of a host, managed or not, or
 * NULL. */
const edge_cert_t *httpd_check_cert_for(const httpd_check_t *check,
                                        const server_rec *s);

/** Whether a CA is asked for it: where nobody is to be asked by itself and no
 * account is configured, it comes from another CA by acme-edge import. */
int httpd_check_is_ordered(const edge_cert_t *cert);

/** Add what is so for these certificates, or, with no name, for all.
 * @param names const char * */
void httpd_check_tell(const httpd_check_t *check, ae_log_level_t level,
                      const char *id, const apr_array_header_t *names,
                      const char *text);

/** Whether it is one of these directives. @param names ends with NULL */
int httpd_check_is_one_of(const ap_directive_t *directive,
                          const char *const names[]);

/** Where it stands, "file:line". */
const char *httpd_check_place(const ap_directive_t *directive, apr_pool_t *p);

/** What an account needs. */
void httpd_check_account(const httpd_check_t *check);

/** Whether a CA that asks at port 80 reaches this server, in plain HTTP.
 * Nothing is said of a port that is opened when it is needed, and of port 80
 * where the administrator names another one that it comes to. */
void httpd_check_port(const httpd_check_t *check);

/** Whether a virtual host with an address among its names is the one that
 * answers TLS there. */
void httpd_check_addresses(const httpd_check_t *check);

/** Hosts that mod_md manages too. */
void httpd_check_md(const httpd_check_t *check);

/** Other ACME clients, which have httpd serve their challenges. */
void httpd_check_clients(const httpd_check_t *check);

/** Where certificates go live with no restart: hosts for which mod_ssl staples
 * OCSP responses, which it does for what it read at its start alone. In a test
 * of the configuration what the running server does not know yet, by the
 * store's config.json. */
void httpd_check_hot(const httpd_check_t *check);

/** What the store lies on; looks at that directory. */
void httpd_check_store(const httpd_check_t *check);

#endif
