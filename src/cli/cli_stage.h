#ifndef CLI_STAGE_H
#define CLI_STAGE_H

/** How a certificate that the worker did not order comes to be staged. */

#include "cli_verb.h"

/** Wait for httpd, should it be starting, and keep it and other commands from
 * changing what is staged and live until the program ends.
 * @return APR_SUCCESS; APR_EBUSY after ten seconds; the system's status. */
AE_CHECKED apr_status_t cli_enter(cli_t *cli, ae_error_t *err);

/** After cli_enter: stage a pair that was judged, all at once.
 * @param verb what the worker is asked at that: EDGE_REQUEST_DEPLOY approves
 * it, EDGE_REQUEST_LOOK leaves it to ACMEDeploy
 * @return as edge_staged_put; where it is APR_EEXIST, what is pending stays as
 * approved as it was. */
AE_CHECKED apr_status_t cli_stage(const cli_t *cli, const edge_cert_t *cert,
                                  const ae_key_t *key, const ae_cert_t *chain,
                                  edge_request_verb_t verb, ae_error_t *err);

#endif
