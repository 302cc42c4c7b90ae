#ifndef CLI_KEPT_H
#define CLI_KEPT_H

/** What edge_kept.h changes, for the command: where that is the worker's, it
 * is changed with the rights of the worker's user alone. In a directory of
 * another user a link may lead root anywhere. */

#include "cli_verb.h"
#include "edge_kept.h"

/** As edge_kept_make; AE_EUNSAFE where the rights cannot be changed. */
AE_CHECKED apr_status_t cli_kept_make(const ae_csr_t **csr, const cli_t *cli,
                                      const edge_cert_t *cert,
                                      ae_error_t *err);

/** As edge_kept_drop; AE_EUNSAFE where the rights cannot be changed. */
AE_CHECKED apr_status_t cli_kept_drop(const cli_t *cli,
                                      const edge_cert_t *cert,
                                      ae_error_t *err);

#endif
