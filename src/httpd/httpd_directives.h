#ifndef HTTPD_DIRECTIVES_H
#define HTTPD_DIRECTIVES_H

/** The table of directives. A new one is a row here (its field, its command,
 * its context check, merging and `httpd -L` follow), and, where its value is
 * of a new kind, a parse_ function in httpd_directives.c. The order is that of
 * docs/directives.md. */

#include "ae_csr.h"
#include "edge_external.h"
#include "edge_key_types.h"
#include "edge_peer.h"
#include "edge_policy.h"
#include "edge_schedule.h"

#include <apr_tables.h>

/* Where a directive may stand. */
#define HTTPD_IN_SERVER 1 /* outside of any section */
#define HTTPD_IN_HOST 2   /* <VirtualHost> */
#define HTTPD_IN_CERT 4   /* <ACMECertificate> */

#define HTTPD_S HTTPD_IN_SERVER
#define HTTPD_SV (HTTPD_IN_SERVER | HTTPD_IN_HOST)
#define HTTPD_VC (HTTPD_IN_HOST | HTTPD_IN_CERT)
#define HTTPD_SVC (HTTPD_IN_SERVER | HTTPD_IN_HOST | HTTPD_IN_CERT)

#define HTTPD_ANY_NUMBER 64 /* httpd cuts arguments there */

/* ROW(field, name, contexts, least and most arguments, kind of value, syntax,
 * default or NULL, help). A choice is one of the words in its syntax. */
#define HTTPD_EACH_DIRECTIVE(ROW)                                             \
    ROW(ENGINE, "ACMEEngine", HTTPD_SV, 1, 1, choice, "on|off", "off",        \
        "get certificates for ServerName and ServerAlias")                    \
    ROW(PROVIDER, "ACMEProvider", HTTPD_SVC, 1, HTTPD_ANY_NUMBER, providers,  \
        "name|URL [name|URL ...]", "letsencrypt",                             \
        "the CA; further ones are tried in turn when it fails")               \
    ROW(EMAIL, "ACMEEmail", HTTPD_SVC, 1, 1, email, "address", NULL,          \
        "contact of the account")                                             \
    ROW(TERMS, "ACMETermsOfService", HTTPD_S, 1, 1, choice, "accepted", NULL, \
        "say that you agree to the CA's terms of service")                    \
    ROW(EXTERNAL_ACCOUNT, "ACMEExternalAccount", HTTPD_S, 3, 3,               \
        external_account, "provider kid hmac-file", NULL,                     \
        "what a CA knows its customer by; once for each provider")            \
    ROW(TRUST_FILE, "ACMETrustFile", HTTPD_SVC, 1, 1, trust_file, "file",     \
        NULL, "PEM roots trusted for the CA's own HTTPS")                     \
    ROW(KEY_TYPE, "ACMEKeyType", HTTPD_SVC, 1, HTTPD_ANY_NUMBER, key_types,   \
        "type [type ...]", "ecdsa-p256",                                      \
        "kinds of key; a certificate for each")                               \
    ROW(KEY_REUSE, "ACMEKeyReuse", HTTPD_SVC, 1, 1, choice, "on|off", "off",  \
        "renew with the key and the request that there are")                  \
    ROW(SUBJECT, "ACMESubject", HTTPD_SVC, 1, 1, subject, "attributes", NULL, \
        "what a request says beside its names")                               \
    ROW(CSR, "ACMECSR", HTTPD_VC, 2, 2, csr, "csr-file key-file", NULL,       \
        "the request to send, and the file of its key")                       \
    ROW(RENEW, "ACMERenew", HTTPD_SVC, 1, HTTPD_ANY_NUMBER, choice,           \
        "auto|manual", "auto", "whether to renew without being asked")        \
    ROW(RENEW_WINDOW, "ACMERenewWindow", HTTPD_SVC, 1, HTTPD_ANY_NUMBER,      \
        span, "time|percent", "33%", "how much is left when renewal begins")  \
    ROW(WARN_WINDOW, "ACMEWarnWindow", HTTPD_SVC, 1, HTTPD_ANY_NUMBER, span,  \
        "time|percent", "10%",                                                \
        "how much is left when an expiring certificate is an error")          \
    ROW(DEPLOY, "ACMEDeploy", HTTPD_SVC, 1, HTTPD_ANY_NUMBER, schedule,       \
        "immediately|manual|days times", "immediately",                       \
        "when a new certificate goes live")                                   \
    ROW(DEPLOY_COMMAND, "ACMEDeployCommand", HTTPD_SVC, 1, HTTPD_ANY_NUMBER,  \
        command, "path [args]", NULL,                                         \
        "run as root after a certificate has gone live")                      \
    ROW(RELOAD, "ACMEReload", HTTPD_S, 1, 1, choice, "graceful|hot|none",     \
        "graceful", "how a new certificate comes into running processes")     \
    ROW(CHALLENGE_STORE, "ACMEChallengeStore", HTTPD_S, 1, 1, text,           \
        "provider[:args]", "shmcb", "where open challenges live")             \
    ROW(CHALLENGE_PORT, "ACMEChallengePort", HTTPD_S, 1, 1, challenge_port,   \
        "off|auto|port", "off",                                               \
        "listen there only while a challenge is open")                        \
    ROW(CLUSTER_PEERS, "ACMEClusterPeers", HTTPD_S, 1, HTTPD_ANY_NUMBER,      \
        peers, "address[:port] [address[:port] ...]", NULL,                   \
        "the servers that must answer challenges before the CA looks")        \
    ROW(PROBE, "ACMEProbe", HTTPD_SVC, 1, 1, choice, "off|advisory|required", \
        "advisory", "whether challenges are looked at before the CA looks")   \
    ROW(PROXY, "ACMEProxy", HTTPD_S, 1, 1, proxy, "URL", NULL,                \
        "HTTP proxy towards the CA")                                          \
    ROW(NOTIFY_COMMAND, "ACMENotifyCommand", HTTPD_S, 1, HTTPD_ANY_NUMBER,    \
        notice, "path [args]", NULL,                                          \
        "told of every event, JSON on standard input")                        \
    ROW(STORE, "ACMEStore", HTTPD_S, 1, 1, store, "directory", "acme-edge",   \
        "where keys, certificates and accounts are kept")

/* The one section: ROW(name, syntax, help). */
#define HTTPD_EACH_SECTION(ROW)                                               \
    ROW("<ACMECertificate", "name [name ...]>",                               \
        "one certificate for several names")

/** The fields of a configuration: HTTPD_ENGINE, HTTPD_PROVIDER, ... */
typedef enum httpd_field_t {
#define HTTPD_FIELD(field, ...) HTTPD_##field,
    HTTPD_EACH_DIRECTIVE(HTTPD_FIELD)
#undef HTTPD_FIELD
    HTTPD_FIELDS
} httpd_field_t;

/** What one directive said; only what its kind of value needs is set. */
typedef struct httpd_setting_t {
    const char *place;               /* "file:line", or NULL for a default */
    const char *args;                /* as written, blank-separated */
    const apr_array_header_t *words; /* const char *, the same one by one */
    /* The same directive above it in the same place, or NULL: for those that
     * may be repeated. Of all others the last counts. */
    const struct httpd_setting_t *before;
    const char *text; /* word of a choice, URL, address, absolute path */
    const apr_array_header_t *providers; /* const edge_provider_t * */
    const edge_external_t *external;
    edge_key_types_t key_types;
    const ae_csr_t *csr; /* its key is in the file `text` */
    edge_span_t span;
    edge_schedule_t schedule;
    const apr_array_header_t *peers; /* edge_peer_t */
} httpd_setting_t;

/** One row. */
typedef struct httpd_directive_t httpd_directive_t;
struct httpd_directive_t {
    httpd_field_t field;
    const char *name;
    unsigned contexts; /* HTTPD_IN_... */
    int least, most;
    const char *(*parse)(httpd_setting_t *setting,
                         const httpd_directive_t *row, apr_pool_t *p);
    const char *syntax;
    const char *fallback; /* or NULL */
};

extern const httpd_directive_t httpd_directives[HTTPD_FIELDS];

/** Find the row of a name as written in a configuration, or NULL. */
const httpd_directive_t *httpd_directive_find(const char *name);

/** Read the arguments of a directive. `place` is NULL for a default. Lives in
 * `p`. @param setting what the same directive above it said, or NULL; replaced
 * @return NULL, or a sentence that says what to write instead. */
const char *httpd_directive_read(const httpd_setting_t **setting,
                                 const httpd_directive_t *row,
                                 const char *place, int argc,
                                 char *const argv[], apr_pool_t *p);

/** Where it may stand, in words: "outside of any section or in
 * <VirtualHost>". From `p`. */
const char *httpd_directive_contexts(const httpd_directive_t *row,
                                     apr_pool_t *p);

#endif
