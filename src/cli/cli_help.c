#include "cli_table.h"
#include "cli_verb.h"

#include <apr_strings.h>

static const char general[] =
    "\n"
    "  --store DIR  the directory that ACMEStore names\n"
    "               (" CLI_STORE_DIR " by default)\n"
    "  --json       tell it as JSON\n"
    "  --help       tell how it is called\n"
    "\n"
    "Exit status: 0 done, 1 failed, 2 nothing to do, 64 called wrongly.\n";

static json_t *print_verb(const cli_verb_t *verb)
{
    return json_pack("{s:s,s:s,s:s}", "verb", verb->name, "operands",
                     verb->operands, "summary", verb->summary);
}

static void help_all(const cli_t *cli)
{
    cli_table_t *table = cli_table_make(3, cli->p);
    json_t *list = json_array();
    const cli_verb_t *verb;

    for (verb = cli_verbs; verb->name; verb++) {
        const char *cells[] = {
            "",
            apr_pstrcat(cli->p, verb->name, " ", verb->operands, NULL),
            verb->summary,
        };

        cli_table_add(table, cells);
        json_array_append_new(list, print_verb(verb));
    }
    if (cli->args->json) {
        cli_print_json(list, cli->p);
        return;
    }
    json_decref(list);
    cli_print(cli_verb_usage(NULL, cli->p));
    cli_print("\n");
    cli_print(cli_table_print(table));
    cli_print(general);
}

static void help_one(const cli_t *cli, const cli_verb_t *verb)
{
    if (cli->args->json) {
        cli_print_json(print_verb(verb), cli->p);
        return;
    }
    cli_print(cli_verb_usage(verb, cli->p));
    cli_print(apr_pstrcat(cli->p, "\n", verb->name, ": ", verb->summary, "\n",
                          verb->help, NULL));
}

cli_exit_t cli_help(cli_t *cli, ae_error_t *err)
{
    const char *word = cli_operand(cli, 0);
    const cli_verb_t *verb = word ? cli_verb_find(word) : NULL;

    if (cli->args->help && cli->args->verb) {
        verb = cli_verb_find(cli->args->verb);
    } else if (word && verb == NULL) {
        ae_error_set(err, AE_EFORMAT, "%s", word);
        ae_error_why(err, "there is no such verb");
        return CLI_USAGE;
    }
    if (verb) {
        help_one(cli, verb);
    } else {
        help_all(cli);
    }
    return CLI_DONE;
}
