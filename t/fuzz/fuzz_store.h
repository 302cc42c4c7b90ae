#ifndef FUZZ_STORE_H
#define FUZZ_STORE_H

/** What targets need that put files into a store. */

#include "edge_store.h"

/** A store in fuzz_dir(), made at the first call. */
const edge_store_t *fuzz_store(void);

/** A certificate of fuzz_names(). */
const edge_cert_t *fuzz_store_cert(void);

#endif
