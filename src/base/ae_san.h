#ifndef AE_SAN_H
#define AE_SAN_H

/** Subject alternative names (RFC 5280 section 4.2.1.6), for what is made
 * and what is read in this room. */

#include <apr_tables.h>
#include <openssl/x509v3.h>

/** Make the names of an extension; free with GENERAL_NAMES_free().
 * @param names const char *, DNS names, and addresses as ae_address.h has them
 * @return NULL where OpenSSL refused or there are none. */
GENERAL_NAMES *ae_san_make(const apr_array_header_t *names);

/** A name as ASN.1 has it, in lower case, from `p`; NULL where it is empty or
 * holds what none may: a NUL would hide the rest of it from whoever compares
 * strings. */
const char *ae_san_text(const ASN1_STRING *string, apr_pool_t *p);

/** Add the DNS names and addresses among these, from `p`. @return whether all
 * could be taken; those of other kinds are passed over, and so is a DNS name
 * that is an address by its text */
int ae_san_take(apr_array_header_t *names, const GENERAL_NAMES *all,
                apr_pool_t *p);

/** The DNS names and addresses of a certificate, const char *, each in its one
 * spelling, from `p`; NULL where the extension is damaged or a name holds what
 * none may. */
apr_array_header_t *ae_san_read(const X509 *x509, apr_pool_t *p);

/** Whether `name`, as a certificate presents it, stands for `wanted`
 * (RFC 9525 section 6.3): a wildcard only as the whole first label, for exactly
 * one label, and for no part of an address. */
int ae_san_covers(const char *name, const char *wanted);

#endif
