#ifndef CLI_ERRAND_H
#define CLI_ERRAND_H

/** What only the running worker may ask of a CA, asked and waited for. */

#include "cli_verb.h"

/** Ask for an errand (edge_errand_put), wait for its outcome and print it.
 * Where no worker is there the errand is taken back. Interrupted, it ends the
 * waiting and not the errand.
 * @return CLI_DONE; CLI_FAILED, err says why */
cli_exit_t cli_errand(const cli_t *cli, json_t *asked, ae_error_t *err);

#endif
