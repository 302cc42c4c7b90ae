#ifndef CLI_VERB_H
#define CLI_VERB_H

/** What a verb is, and what all of them share. */

#include "cli_args.h"
#include "edge_catalog.h"
#include "edge_standing.h"

#include <apr_time.h>
#include <jansson.h>

/** What the shell hears. */
typedef enum cli_exit_t {
    CLI_DONE = 0,
    CLI_FAILED = 1,
    CLI_NOTHING = 2, /* there was nothing to do */
    CLI_USAGE = 64   /* as sysexits(3) has it */
} cli_exit_t;

/** One call of the program. */
typedef struct cli_t {
    const cli_args_t *args;
    edge_store_t *store;      /* from cli_open on */
    edge_catalog_t catalog;   /* likewise */
    apr_array_header_t *said; /* const char *, of cli_tell under --json */
    apr_time_t now;
    apr_pool_t *p;
} cli_t;

typedef struct cli_verb_t {
    const char *name;     /* one word, or two: "account list" */
    const char *operands; /* as the usage line has them */
    int least, most;      /* operands */
    unsigned options;     /* those it takes */
    const char *summary;  /* one line */
    const char *help;     /* what more there is to say */
    /** @return err is written for CLI_FAILED and CLI_NOTHING */
    cli_exit_t (*run)(cli_t *cli, ae_error_t *err);
} cli_verb_t;

cli_exit_t cli_status(cli_t *cli, ae_error_t *err);
cli_exit_t cli_show(cli_t *cli, ae_error_t *err);
cli_exit_t cli_sign(cli_t *cli, ae_error_t *err);
cli_exit_t cli_deploy(cli_t *cli, ae_error_t *err);
cli_exit_t cli_discard(cli_t *cli, ae_error_t *err);
cli_exit_t cli_revoke(cli_t *cli, ae_error_t *err);
cli_exit_t cli_rollback(cli_t *cli, ae_error_t *err);
cli_exit_t cli_account_list(cli_t *cli, ae_error_t *err);
cli_exit_t cli_account_update(cli_t *cli, ae_error_t *err);
cli_exit_t cli_account_rollover(cli_t *cli, ae_error_t *err);
cli_exit_t cli_account_deactivate(cli_t *cli, ae_error_t *err);
cli_exit_t cli_csr(cli_t *cli, ae_error_t *err);
cli_exit_t cli_import(cli_t *cli, ae_error_t *err);
cli_exit_t cli_check(cli_t *cli, ae_error_t *err);
cli_exit_t cli_help(cli_t *cli, ae_error_t *err);

/** All verbs; the one without a name ends them. */
extern const cli_verb_t cli_verbs[];

/** The verb of these words, or NULL. Of a verb of one word the second is an
 * operand.
 * @param second may be NULL */
const cli_verb_t *cli_verb_find(const char *word, const char *second);

/** How many words its name has. */
int cli_verb_words(const cli_verb_t *verb);

/** Whether its name has two words and this is the first. */
int cli_verb_belongs(const cli_verb_t *verb, const char *word);

/** Whether it is a verb's first word that wants a second one. */
int cli_verb_begins(const char *word);

/** Say that these words are no verb, and what may follow the first.
 * @return AE_EFORMAT */
apr_status_t cli_verb_refuse(ae_error_t *err, const char *word,
                             const char *second, apr_pool_t *p);

/** "usage: acme-edge [...] verb operands", from `p`; NULL for all verbs. */
const char *cli_verb_usage(const cli_verb_t *verb, apr_pool_t *p);

/** Open the store and read what is configured. */
AE_CHECKED apr_status_t cli_open(cli_t *cli, ae_error_t *err);

/** The operand `i`, NULL where there are fewer. */
const char *cli_operand(const cli_t *cli, int i);

/** The certificate of a name: its own, or one of its names; of several types
 * of key the first, or the one whose type is behind the name, "+rsa-2048".
 * @return APR_SUCCESS; APR_ENOENT, err lists those that there are. */
AE_CHECKED apr_status_t cli_find(const edge_cert_t **cert, const cli_t *cli,
                                 const char *name, ae_error_t *err);

/** cli_open, and cli_find of the first operand. */
AE_CHECKED apr_status_t cli_begin(const edge_cert_t **cert, cli_t *cli,
                                  ae_error_t *err);

/** The certificate of the next type of key that the first operand means, too;
 * NULL where there is none, or where it names a type. */
const edge_cert_t *cli_sibling(const cli_t *cli, const edge_cert_t *cert);

typedef cli_exit_t cli_one_t(cli_t *cli, const edge_cert_t *cert,
                             ae_error_t *err);

/** cli_begin, and do it to the certificates of all types of key.
 * @return CLI_FAILED after the first that failed; else CLI_DONE, or CLI_NOTHING
 * where each had nothing to do */
cli_exit_t cli_each(cli_t *cli, cli_one_t *one, ae_error_t *err);

/** Where a certificate stands, from `cli->p`; nothing is logged. */
const edge_standing_t *cli_standing(const cli_t *cli, const edge_cert_t *cert);

/** Whether a worker has the store's lock. */
int cli_worker_runs(const cli_t *cli);

/** What to say where none has. */
extern const char cli_no_worker[];

/** What brings to life a certificate that is staged and approved. */
const char *cli_what_next(const cli_t *cli);

/** Print it to standard output; JSON is dropped. */
void cli_print(const char *text);
void cli_print_json(json_t *json, apr_pool_t *p);

/** Say in one sentence what was done: as text at once, or as a line of the
 * member `done`, at the end. */
void cli_tell(const cli_t *cli, const char *fmt, ...) AE_PRINTF(2, 3);

#endif
