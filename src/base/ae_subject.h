#ifndef AE_SUBJECT_H
#define AE_SUBJECT_H

/** The subject of a request as people write it: "O=Example\, Inc.,C=DE". Words
 * of attributes are O, OU, L, ST, C, street, postalCode, serialNumber and
 * businessCategory, in any case; a backslash takes its meaning from the
 * character after it. */

#include "ae_error.h"

#include <openssl/x509.h>

/** Check words, values and lengths (X.520's upper bounds, in characters).
 * @return APR_SUCCESS; AE_EFORMAT with why and what to write instead;
 * AE_ECRYPTO. */
AE_CHECKED apr_status_t ae_subject_check(const char *text, ae_error_t *err);

/** Add its attributes to a name, in the order written.
 * @return APR_SUCCESS; AE_EFORMAT; AE_ECRYPTO. */
AE_CHECKED apr_status_t ae_subject_put(X509_NAME *name, const char *text,
                                       ae_error_t *err);

#endif
