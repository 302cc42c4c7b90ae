#ifndef EDGE_KEPT_H
#define EDGE_KEPT_H

/** The key and the request of a certificate that outlive its orders:
 * kept/<cert>/<type>.key (sealed) and <type>.csr (PEM). Written by the worker
 * (ACMEKeyReuse on) and by the command (`csr`); what the command writes as root
 * is given to the worker. A request counts only beside the key it was signed
 * with: whatever kills the writer, the two are both old or both new.
 *
 * Where the administrator named both (ACMECSR), these are told instead, and
 * nothing is in kept/: the key is read from its file, which root alone can. */

#include "ae_csr.h"
#include "edge_store.h"

/** Read what is kept, and touch nothing; both live in `p`. The request may be
 * for other names or another subject than are configured now.
 * @param key NULL: only the request is asked for
 * @return APR_SUCCESS; APR_ENOENT where none is kept; AE_ESEAL, AE_EFORMAT,
 * AE_EUNSAFE, AE_ETOOBIG where one is damaged; AE_EMISMATCH where the files of
 * ACMECSR do not fit each other; the system's status. */
AE_CHECKED apr_status_t edge_kept_load(ae_key_t **key, const ae_csr_t **csr,
                                       const edge_store_t *store,
                                       const edge_cert_t *cert,
                                       ae_error_t *err, apr_pool_t *p);

/** The same, but what is not there is made, and durable when this returns: a
 * key where none is kept, a request where none is or where it asks for other
 * names or another subject than are configured.
 * @return as edge_kept_load without APR_ENOENT; what is damaged was set aside
 * then and the next call makes it anew; APR_EBUSY while another process makes
 * them; AE_ECRYPTO. */
AE_CHECKED apr_status_t edge_kept_make(ae_key_t **key, const ae_csr_t **csr,
                                       const edge_store_t *store,
                                       const edge_cert_t *cert,
                                       ae_error_t *err, apr_pool_t *p);

/** Forget both, so that a new key is made next: the old one is not to be used
 * any more. Absent is success.
 * @return APR_SUCCESS; APR_ENOTIMPL for those of ACMECSR, which are not ours;
 * APR_EBUSY; the system's status. */
AE_CHECKED apr_status_t edge_kept_drop(const edge_store_t *store,
                                       const edge_cert_t *cert,
                                       ae_error_t *err, apr_pool_t *p);

#endif
