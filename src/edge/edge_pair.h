#ifndef EDGE_PAIR_H
#define EDGE_PAIR_H

/** A key and a chain that lie side by side, as mod_ssl reads them. */

#include "ae_cert.h"

/** Read both and check that they fit each other, nothing more. The key is not
 * kept. @return APR_SUCCESS; APR_ENOENT where either is missing; AE_EMISMATCH,
 * AE_EFORMAT, AE_ETOOBIG, AE_EUNSAFE; the system's status. */
AE_CHECKED apr_status_t edge_pair_load(ae_cert_t **chain,
                                       const char *cert_path,
                                       const char *key_path, ae_error_t *err,
                                       apr_pool_t *p);

/** The type of the pair in a directory: this one, unless only files of another
 * type are there, from before ACMEKeyType was changed. */
ae_key_type_t edge_pair_type(const char *dir, ae_key_type_t wanted,
                             apr_pool_t *p);

/** Whether a directory holds a pair of the type that edge_pair_type() tells.
 * @return as edge_pair_load. */
AE_CHECKED apr_status_t edge_pair_check(const char *dir, ae_key_type_t wanted,
                                        ae_error_t *err, apr_pool_t *p);

/** Check all that a pair must be to go live at `now`: the key is the leaf's,
 * the leaf covers the names and holds, the chain is complete.
 * @param key NULL: not for who asks; whether it fits is not checked
 * @return APR_SUCCESS or AE_EMISMATCH. */
AE_CHECKED apr_status_t edge_pair_judge(const ae_cert_t *chain,
                                        const ae_key_t *key,
                                        const apr_array_header_t *names,
                                        apr_time_t now, ae_error_t *err);

/** Read a chain alone. @return as above. */
AE_CHECKED apr_status_t edge_pair_load_chain(ae_cert_t **chain,
                                             const char *cert_path,
                                             ae_error_t *err, apr_pool_t *p);

/** Read a key alone. @return as above. */
AE_CHECKED apr_status_t edge_pair_load_key(ae_key_t **key,
                                           const char *key_path,
                                           ae_error_t *err, apr_pool_t *p);

#endif
