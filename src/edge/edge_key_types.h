#ifndef EDGE_KEY_TYPES_H
#define EDGE_KEY_TYPES_H

/** ACMEKeyType: the kinds of key that a host has a certificate of each for. */

#include "ae_key.h"

/** A plain value: distinct, in the order written. */
typedef struct edge_key_types_t {
    int count; /* at least 1 */
    ae_key_type_t types[AE_KEY_TYPES];
} edge_key_types_t;

/** Read words with blanks between them, "ecdsa-p256 rsa-2048", in any case.
 * @return APR_SUCCESS or AE_EFORMAT with what to write instead. */
AE_CHECKED apr_status_t edge_key_types_parse(edge_key_types_t *types,
                                             const char *words,
                                             ae_error_t *err);

#endif
