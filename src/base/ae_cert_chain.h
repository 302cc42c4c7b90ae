#ifndef AE_CERT_CHAIN_H
#define AE_CERT_CHAIN_H

/** What a certificate chain is made of, for the files of ae_cert.h only. */

#include "ae_cert.h"

#include <openssl/x509.h>

struct ae_cert_t {
    X509 *chain[AE_CERT_CHAIN_LENGTH_MAX]; /* leaf first */
    int length;                            /* at least 1 */
    ae_cert_facts_t facts;
};

/** Tell the leaf's facts, once it is in place.
 * @return APR_SUCCESS or AE_EFORMAT. */
AE_CHECKED apr_status_t ae_cert_facts_read(ae_cert_t *cert, ae_error_t *err,
                                           apr_pool_t *p);

#endif
