#ifndef HTTPD_COMMANDS_H
#define HTTPD_COMMANDS_H

/** ACMEDeployCommand, beside everything else: a process of its own runs, one
 * after the other, what is owed for the certificates that are live, and writes
 * down how each ended; restarts do not matter to it. The parent tells the log
 * what is written there. */

#include "ae_log.h"
#include "edge_store.h"

typedef struct httpd_commands_t httpd_commands_t;

/** Parent: for this generation. All is borrowed and must outlive it.
 * @param certs const edge_cert_t *
 * @return NULL where none has such a command */
httpd_commands_t *httpd_commands_create(const edge_store_t *store,
                                        const apr_array_header_t *certs,
                                        const ae_log_t *log,
                                        apr_pool_t *pconf);

/** Parent: what is live has changed, and more may be owed. */
void httpd_commands_look(httpd_commands_t *commands);

/** Parent, from the monitor hook: tell what has ended, start what is owed. It
 * waits for nothing. */
void httpd_commands_check(httpd_commands_t *commands);

#endif
