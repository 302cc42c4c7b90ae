#ifndef HTTPD_NONCE_H
#define HTTPD_NONCE_H

/** What a form of the manager page must bring along, so that no other site can
 * have one sent: it is of one user, and good for an hour. Nothing of it is
 * kept; the key is the store's, so that it outlives restarts. */

#include "ae_seal.h"

#include <apr_time.h>

/** Good for half an hour at least and an hour at most. */
#define HTTPD_NONCE_SLOT apr_time_from_sec(1800)

/** Make one for this user, printable, from `p`.
 * @return APR_SUCCESS or AE_ECRYPTO. */
AE_CHECKED apr_status_t httpd_nonce_make(const char **nonce,
                                         const ae_seal_t *seal,
                                         const char *user, apr_time_t now,
                                         ae_error_t *err, apr_pool_t *p);

/** Whether it was made for this user within the last hour; in a time that does
 * not tell how far it is from one. */
int httpd_nonce_is_good(const char *nonce, const ae_seal_t *seal,
                        const char *user, apr_time_t now, apr_pool_t *p);

#endif
