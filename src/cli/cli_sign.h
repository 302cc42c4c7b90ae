#ifndef CLI_SIGN_H
#define CLI_SIGN_H

/** Orders on demand, for other verbs too. */

#include "cli_verb.h"

/** Order a certificate now, or join who asked before; follow it to the end
 * and, where httpd deploys it by itself at once, until it is live. Standard
 * error tells the progress. @return CLI_DONE; CLI_FAILED with err */
cli_exit_t cli_sign_now(const cli_t *cli, const edge_cert_t *cert,
                        ae_error_t *err);

#endif
