#ifndef AE_CSR_OWN_H
#define AE_CSR_OWN_H

/** What a request is made of, for the files of ae_csr.h only. */

#include "ae_csr.h"

#include <openssl/x509.h>

struct ae_csr_t {
    X509_REQ *req;
    ae_bytes_t der;
    ae_csr_facts_t facts;
};

/** A request of OpenSSL's object, which it takes over; the rest is empty. */
ae_csr_t *ae_csr_wrap(X509_REQ *req, apr_pool_t *p);

/** Tell the facts, once the object is whole.
 * @return APR_SUCCESS or AE_EFORMAT. */
AE_CHECKED apr_status_t ae_csr_facts_read(ae_csr_t *csr, ae_error_t *err,
                                          apr_pool_t *p);

#endif
