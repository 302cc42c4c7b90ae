#ifndef AE_BYTES_H
#define AE_BYTES_H

/** A run of bytes that somebody else owns. */

#include <apr.h>

typedef struct ae_bytes_t {
    const unsigned char *data;
    apr_size_t len;
} ae_bytes_t;

#endif
