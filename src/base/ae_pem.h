#ifndef AE_PEM_H
#define AE_PEM_H

/** What may stand in a PEM, before OpenSSL reads it: that skips whatever it
 * does not know without a word. */

#include "ae_bytes.h"

/** The number of the first line that is no part of a block with this label,
 * "CERTIFICATE"; 0 where there are such blocks and blank lines alone. */
int ae_pem_wrong_line(ae_bytes_t pem, const char *label);

#endif
