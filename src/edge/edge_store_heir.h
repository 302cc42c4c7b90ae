#ifndef EDGE_STORE_HEIR_H
#define EDGE_STORE_HEIR_H

/** After a change of `User`: the new worker takes over from the old one. For
 * edge_store.c alone. */

#include "ae_file.h"

/** Parent: where a directory belongs to another user than the worker, give the
 * worker what that user has below it, but not yet the directory itself. No link
 * is followed, and what belongs to a third one is left alone. Who lacks the
 * privilege to give files away does nothing.
 * @return APR_SUCCESS, also where there is no such directory; the system's
 * status. */
AE_CHECKED apr_status_t edge_store_heir(const char *dir,
                                        ae_file_owner_t worker,
                                        ae_error_t *err);

#endif
