#ifndef CLI_REPLACE_H
#define CLI_REPLACE_H

/** A certificate in use gives way to another one. */

#include "cli_subject.h"

/** Order a certificate with a new key in the place of one that is in use, and
 * follow it until it is live: approved, whatever ACMEDeploy says.
 * @return CLI_DONE; CLI_FAILED, err says why and that nothing was revoked */
cli_exit_t cli_replace(const cli_t *cli, const cli_subject_t *subject,
                       ae_error_t *err);

#endif
