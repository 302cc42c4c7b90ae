#ifndef AE_X509_H
#define AE_X509_H

/** How names and keys of certificates and requests are told to people. */

#include <apr_pools.h>
#include <openssl/x509.h>

/** RFC 2253, from `p`; NULL for a damaged name. */
const char *ae_x509_name_print(const X509_NAME *name, apr_pool_t *p);

/** As ACMEKeyType has it where it has a word, or OpenSSL's; from `p`. */
const char *ae_x509_key_print(const EVP_PKEY *key, apr_pool_t *p);

#endif
