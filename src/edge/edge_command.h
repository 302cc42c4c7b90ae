#ifndef EDGE_COMMAND_H
#define EDGE_COMMAND_H

/** ACMEDeployCommand and ACMENotifyCommand: what may be run, and what it is
 * told. */

#include "ae_cert.h"
#include "edge_cert.h"
#include "edge_event.h"

/** Check a program that root is going to run: an absolute path of a file that
 * can be executed, and that nobody but root, or who starts httpd, can write or
 * replace, neither itself nor by way of a directory above it.
 * @return APR_SUCCESS; AE_EFORMAT, AE_EUNSAFE; the system's status. err says
 * what to do. */
AE_CHECKED apr_status_t edge_command_check(const char *path, ae_error_t *err,
                                           apr_pool_t *p);

/** All of the environment it has for this certificate, "NAME=value" and NULL
 * at the end, from `p`.
 * @param facts of what is live */
const char *const *edge_command_environment(const char *store_dir,
                                            const edge_cert_t *cert,
                                            const ae_cert_facts_t *facts,
                                            apr_pool_t *p);

/** The same of what is run for an event: what most need of it, so that a shell
 * needs nobody to read JSON. */
const char *const *edge_command_event_environment(const edge_event_t *event,
                                                  apr_pool_t *p);

/** The words of a command (const char *) as execve() wants them, from `p`. */
const char *const *edge_command_words(const apr_array_header_t *words,
                                      apr_pool_t *p);

#endif
