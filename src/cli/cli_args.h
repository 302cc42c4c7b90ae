#ifndef CLI_ARGS_H
#define CLI_ARGS_H

/** What stands on the command line. */

#include "ae_error.h"

#include <apr_tables.h>

/** Options that some verbs take. */
enum {
    CLI_LIVE = 1,
    CLI_PENDING = 2,
    CLI_PEM = 4,
    CLI_FORCE = 8,
    CLI_CSR = 16,
    CLI_OUT = 32,
    CLI_TRUST = 64,
    CLI_REPLACE = 128,
    CLI_PROVIDER = 256,
    CLI_REASON = 512,
    CLI_KEY = 1024
};

typedef struct cli_args_t {
    const char *verb;             /* NULL: none */
    apr_array_header_t *operands; /* const char *, behind the verb */
    const char *store_dir;        /* NULL: the default */
    const char *provider;         /* the value of --provider, or NULL */
    const char *reason;           /* of --reason */
    const char *key;              /* of --key */
    const char *out;              /* the value of --out, or NULL */
    const char *trust;            /* of --trust */
    int json;
    int help;
    unsigned options;
} cli_args_t;

/** Read it; options may stand anywhere, "--" ends them. Borrows from `argv`.
 * @param argv without the program's name
 * @return APR_SUCCESS; AE_EFORMAT for an option that is none, or has no
 * value. */
AE_CHECKED apr_status_t cli_args_read(cli_args_t *args, int argc,
                                      const char *const *argv, ae_error_t *err,
                                      apr_pool_t *p);

/** The operand `i`, NULL where there are fewer. */
const char *cli_args_operand(const cli_args_t *args, int i);

/** Take the first operand out. */
void cli_args_shift(cli_args_t *args);

/** The word of the first of these options, "--pem". */
const char *cli_args_option(unsigned options);

#endif
