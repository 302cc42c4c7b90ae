#include "cli_verb.h"
#include "show_columns.h"

#include <apr_strings.h>
#include <string.h>

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

/* Without options, which `help VERB` has: a line each is to fit a terminal. */
static const char *call_in_short(const cli_verb_t *verb, apr_pool_t *p)
{
    const char *options = strstr(verb->operands, "[--");
    apr_size_t len = options ? (apr_size_t)(options - verb->operands)
                             : strlen(verb->operands);

    return apr_pstrcat(p, verb->name, " ",
                       apr_pstrndup(p, verb->operands, len), NULL);
}

static void add_verb(show_columns_t *table, json_t *list,
                     const cli_verb_t *verb, apr_pool_t *p)
{
    const char *cells[] = {
        "",
        call_in_short(verb, p),
        verb->summary,
    };

    show_columns_add(table, cells);
    json_array_append_new(list, print_verb(verb));
}

/* @param first only those whose first word this is; NULL: all */
static void help_all(const cli_t *cli, const char *first)
{
    show_columns_t *table = show_columns_make(3, cli->p);
    json_t *list = json_array();
    const cli_verb_t *verb;

    for (verb = cli_verbs; verb->name; verb++) {
        if (first == NULL || cli_verb_belongs(verb, first)) {
            add_verb(table, list, verb, cli->p);
        }
    }
    if (cli->args->json) {
        cli_print_json(list, cli->p);
        return;
    }
    json_decref(list);
    cli_print(cli_verb_usage(NULL, cli->p));
    cli_print("\n");
    cli_print(show_columns_print(table));
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

/* What help is asked for, as the words that call it. */
static const char *asked(const char **second, const cli_t *cli)
{
    int named = cli->args->help && cli->args->verb;

    *second = cli_operand(cli, named ? 0 : 1);
    return named ? cli->args->verb : cli_operand(cli, 0);
}

/* "help show NAME" asks for nothing, "show NAME --help" does. */
static int has_too_many(const cli_t *cli, const cli_verb_t *verb)
{
    return !cli->args->help &&
           cli->args->operands->nelts > cli_verb_words(verb);
}

cli_exit_t cli_help(cli_t *cli, ae_error_t *err)
{
    const char *second;
    const char *word = asked(&second, cli);
    const cli_verb_t *verb = word ? cli_verb_find(word, second) : NULL;

    if (verb && !has_too_many(cli, verb)) {
        help_one(cli, verb);
        return CLI_DONE;
    }
    if (word && (second || !cli_verb_begins(word))) {
        cli_verb_refuse(err, word, second, cli->p);
        return CLI_USAGE;
    }
    help_all(cli, word);
    return CLI_DONE;
}
