#include "edge_keying.h"

#include "edge_digest.h"
#include "edge_kept.h"

static apr_status_t make_own(edge_keying_t *keying, const edge_store_t *store,
                             const edge_cert_t *cert, ae_error_t *err,
                             apr_pool_t *p)
{
    ae_csr_t *csr;
    apr_status_t status =
        edge_store_order_key(&keying->key, store, cert, err, p);

    if (status == APR_SUCCESS) {
        status =
            ae_csr_make(&csr, keying->key, cert->names, cert->subject, err, p);
    }
    if (status == APR_SUCCESS) {
        keying->csr = csr;
    }
    return status;
}

/* The request of an order that was finalized is not known any more: with
 * another key, its certificate would fit nothing. */
static apr_status_t open_kept(edge_keying_t *keying, const edge_store_t *store,
                              const edge_cert_t *cert, int taken_up,
                              ae_error_t *err, apr_pool_t *p)
{
    apr_status_t status =
        edge_kept_make(&keying->key, &keying->csr, store, cert, err, p);

    if (status == APR_SUCCESS) {
        status = edge_store_order_key_put(store, cert, keying->key, !taken_up,
                                          err, p);
    }
    return status == AE_EMISMATCH
               ? ae_error_set(err, AE_EFORMAT,
                              "The order of %s was made with another key",
                              cert->name)
               : status;
}

apr_status_t edge_keying_open(edge_keying_t *keying, const edge_store_t *store,
                              const edge_cert_t *cert, int taken_up,
                              ae_error_t *err, apr_pool_t *p)
{
    keying->key = NULL;
    keying->csr = cert->csr;
    if (cert->csr != NULL) {
        return APR_SUCCESS;
    }
    return cert->keeps_key ? open_kept(keying, store, cert, taken_up, err, p)
                           : make_own(keying, store, cert, err, p);
}

const char *edge_keying_word(const edge_cert_t *cert, apr_pool_t *p)
{
    if (cert->csr != NULL) {
        return edge_digest_bytes(ae_csr_der(cert->csr), p);
    }
    return cert->subject != NULL ? edge_digest_text(cert->subject, p) : "";
}

static apr_status_t check_kept(const edge_keying_t *keying,
                               const edge_store_t *store,
                               const edge_cert_t *cert, ae_error_t *err,
                               apr_pool_t *p)
{
    ae_key_t *kept;
    const ae_csr_t *csr;
    apr_status_t status = edge_kept_load(&kept, &csr, store, cert, err, p);

    if (APR_STATUS_IS_ENOENT(status) ||
        (status == APR_SUCCESS &&
         ae_csr_check_key(keying->csr, kept, err) != APR_SUCCESS)) {
        ae_error_set(err, AE_EMISMATCH,
                     "The certificate is for a key that is not to be used");
        return ae_error_why(err, "the key was dropped while it was ordered");
    }
    return status;
}

apr_status_t edge_keying_check(const edge_keying_t *keying,
                               const ae_cert_t *chain,
                               const edge_store_t *store,
                               const edge_cert_t *cert, ae_error_t *err,
                               apr_pool_t *p)
{
    apr_status_t status = keying->key != NULL
                              ? ae_cert_check_key(chain, keying->key, err)
                              : ae_cert_check_csr(chain, keying->csr, err);

    return status == APR_SUCCESS && keying->key != NULL && cert->keeps_key
               ? check_kept(keying, store, cert, err, p)
               : status;
}
