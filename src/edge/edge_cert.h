#ifndef EDGE_CERT_H
#define EDGE_CERT_H

/** One managed certificate as configured. */

#include "ae_csr.h"
#include "edge_external.h"
#include "edge_peer.h"
#include "edge_policy.h"
#include "edge_schedule.h"

#include <apr_tables.h>

/** A plain value; everything is borrowed from the configuration. */
typedef struct edge_cert_t edge_cert_t;
struct edge_cert_t {
    const char *name;                /* edge_cert_call gives it both */
    const char *dir;                 /* on disk */
    const apr_array_header_t *names; /* const char *, as edge_name_spell */
    const apr_array_header_t
        *providers;                     /* const edge_provider_t *, in order */
    const apr_array_header_t *contacts; /* const char *, "mailto:..." */
    int terms_accepted;
    const apr_array_header_t
        *externals;         /* const edge_external_t *, of all CAs; or NULL */
    const char *trust_file; /* or NULL: the system's */
    ae_key_type_t key_type;
    int keeps_key;        /* ACMEKeyReuse: orders go with edge_kept.h */
    const char *subject;  /* as ae_subject.h has it; NULL: none */
    const ae_csr_t *csr;  /* ACMECSR; NULL: requests are made */
    const char *key_file; /* the key of that, for root alone; NULL without */
    edge_span_t renew_window;
    edge_span_t warn_window;
    const char *fingerprint; /* NULL: edge_cert_fingerprint makes it; of a
                                certificate whose secrets are not known */
    int renews_by_hand;      /* ACMERenew manual: nothing without a request */
    edge_schedule_t deploy;  /* when what is staged may go live */
    const apr_array_header_t *deploy_command; /* const char *, a path and its
                                                 arguments; or NULL */
    edge_probing_t probing;                   /* ACMEProbe */
    const apr_array_header_t *peers; /* edge_peer_t; NULL: there are none */
    int is_further;       /* not the first of its names' types of key */
    edge_cert_t *sibling; /* the same names, the next type of key; or NULL */
};

/** Check a DNS name as a public CA would take it for http-01: length, labels,
 * characters, no address, no wildcard, at least two labels. @return
 * APR_SUCCESS or AE_EFORMAT with why and what to write instead. */
AE_CHECKED apr_status_t edge_name_check_dns(const char *name, ae_error_t *err);

/** The same of what a certificate can be for: a DNS name, or an address
 * (RFC 8738), both as edge_name_spell has them. */
AE_CHECKED apr_status_t edge_name_check(const char *name, ae_error_t *err);

/** The one spelling that names are kept, compared and told to a CA in: a DNS
 * name in lower case, an address as ae_address_print has it, from text with
 * brackets or without. From `p`. */
const char *edge_name_spell(const char *name, apr_pool_t *p);

/** The name as one path component of at most 200 characters: "*." becomes
 * "_wildcard.", an IPv6 address "ipv6-" and hyphens for its colons, the end of
 * a longer one a hash of it all. From `p`. */
const char *edge_name_to_dir(const char *name, apr_pool_t *p);

/** Set the type of key, and the name that follows from it and from names: for
 * people the first of names, on disk edge_name_to_dir of that. One that is
 * beside another of the same names has "+<type>" behind both, from `p`. */
void edge_cert_call(edge_cert_t *cert, ae_key_type_t type, int is_further,
                    apr_pool_t *p);

/** Check what one directive alone cannot: names present, distinct, each valid,
 * not more than each provider takes, and no address for one that has no
 * certificates for any, where it would be asked.
 * @return APR_SUCCESS or AE_EFORMAT. */
AE_CHECKED apr_status_t edge_cert_check(const edge_cert_t *cert,
                                        ae_error_t *err);

/** A hash of what an attempt depends on (names, providers, external accounts,
 * contacts, terms, key type): another value means that old failures say
 * nothing. Hexadecimal, from `p`. */
const char *edge_cert_fingerprint(const edge_cert_t *cert, apr_pool_t *p);

#endif
