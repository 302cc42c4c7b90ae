#ifndef CLI_CSR_H
#define CLI_CSR_H

/** The request that is kept for a certificate. */

#include "cli_verb.h"

/** show --csr: print it decoded, or as PEM. */
cli_exit_t cli_show_csr(cli_t *cli, const edge_cert_t *cert, ae_error_t *err);

#endif
