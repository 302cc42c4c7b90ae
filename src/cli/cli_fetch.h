#ifndef CLI_FETCH_H
#define CLI_FETCH_H

/** How the command comes to what lies on the web: not as root. */

#include "ae_cert.h"
#include "cli_verb.h"

/** Fetch a CA's certificate, PEM or DER, by a process with the rights of
 * httpd's children. It is not to be believed; it lives in `cli->p`.
 * @return APR_SUCCESS; as net_fetch, net_process_ask and ae_cert_parse. */
AE_CHECKED apr_status_t cli_fetch_cert(ae_cert_t **cert, const cli_t *cli,
                                       const char *url, ae_error_t *err);

#endif
