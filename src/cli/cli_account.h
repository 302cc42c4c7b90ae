#ifndef CLI_ACCOUNT_H
#define CLI_ACCOUNT_H

/** Accounts with CAs, as the command knows them. */

#include "cli_verb.h"
#include "edge_account.h"

/** The names of all providers, configured or in the store.
 * @return APR_SUCCESS or the system's status. */
AE_CHECKED apr_status_t cli_account_names(apr_array_header_t **names,
                                          const cli_t *cli, ae_error_t *err);

/** Which of them a word means: its name, or the URL of its directory.
 * @return APR_SUCCESS; APR_ENOENT, err lists those that there are. */
AE_CHECKED apr_status_t cli_account_find(const char **name, const cli_t *cli,
                                         const apr_array_header_t *names,
                                         const char *word, ae_error_t *err);

/** The certificates that may be ordered there: const char *, their names. */
const apr_array_header_t *cli_account_users(const cli_t *cli,
                                            const char *provider);

#endif
