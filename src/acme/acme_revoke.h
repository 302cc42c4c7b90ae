#ifndef ACME_REVOKE_H
#define ACME_REVOKE_H

/** Revocation (RFC 8555 section 7.6): what is sent, and why by name. */

#include "ae_bytes.h"
#include "ae_error.h"

/** Why a certificate is revoked (RFC 5280 section 5.3.1): those that public
 * CAs take from their customers. The value is the code. */
typedef enum acme_reason_t {
    ACME_REASON_UNSPECIFIED = 0,
    ACME_REASON_KEY_COMPROMISE = 1,
    ACME_REASON_AFFILIATION_CHANGED = 3,
    ACME_REASON_SUPERSEDED = 4,
    ACME_REASON_CESSATION_OF_OPERATION = 5
} acme_reason_t;

/** Read a reason by its name in RFC 5280, in whatever case.
 * @return APR_SUCCESS; AE_EFORMAT for an unknown word, or one that only CAs
 * use; err names the words. */
AE_CHECKED apr_status_t acme_reason_parse(acme_reason_t *reason,
                                          const char *word, ae_error_t *err);

/** The word of a reason. */
const char *acme_reason_word(acme_reason_t reason);

/** The payload for revokeCert, into `p`.
 * @param der the certificate alone */
const char *acme_revoke_payload(ae_bytes_t der, acme_reason_t reason,
                                apr_pool_t *p);

#endif
