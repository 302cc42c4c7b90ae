/* acme-edge: certificates of mod_acme_edge in the administrator's hand. */

#include "cli_verb.h"

#include <apr_general.h>
#include <apr_strings.h>
#include <stdio.h>
#include <stdlib.h>

static cli_exit_t tell_usage(const cli_verb_t *verb, const ae_error_t *err,
                             apr_pool_t *p)
{
    if (err) {
        fprintf(stderr, "acme-edge: %s\n", ae_error_line(err, p));
    }
    fputs(cli_verb_usage(verb, p), stderr);
    return CLI_USAGE;
}

static cli_exit_t check_call(const cli_verb_t *verb, const cli_args_t *args,
                             apr_pool_t *p)
{
    unsigned foreign = args->options & ~verb->options;
    ae_error_t err;

    if (foreign) {
        ae_error_set(&err, AE_EFORMAT, "%s", cli_args_option(foreign));
        ae_error_why(&err, "%s has no such option", verb->name);
        return tell_usage(verb, &err, p);
    }
    if (args->operands->nelts < verb->least ||
        args->operands->nelts > verb->most) {
        return tell_usage(verb, NULL, p);
    }
    return CLI_DONE;
}

/* One answer, however many certificates were meant.
 * @param err NULL: nothing failed */
static void answer_json(const cli_t *cli, const ae_error_t *err)
{
    json_t *json = json_object();

    if (cli->said->nelts > 0) {
        json_object_set_new(
            json, "done",
            json_string(apr_array_pstrcat(cli->p, cli->said, '\n')));
    }
    if (err) {
        json_object_set_new(json, "error",
                            json_pack("{s:s,s:s,s:s}", "what", err->what,
                                      "why", err->why, "next", err->next));
    }
    if (json_object_size(json) > 0) {
        cli_print_json(json, cli->p);
    } else {
        json_decref(json);
    }
}

/* @param code where that is not CLI_DONE, err says why, unless the answer
 * did */
static void tell_end(const cli_t *cli, cli_exit_t code, const ae_error_t *err)
{
    const ae_error_t *told = code != CLI_DONE && err->what[0] ? err : NULL;

    if (cli->args->json) {
        answer_json(cli, told);
    }
    if (told) {
        fprintf(stderr, "acme-edge: %s\n", ae_error_line(told, cli->p));
    }
}

static cli_exit_t run(const cli_verb_t *verb, const cli_args_t *args,
                      apr_pool_t *p)
{
    cli_t cli = {.args = args, .now = apr_time_now(), .p = p};
    ae_error_t err;
    cli_exit_t code;

    cli.said = apr_array_make(p, 1, sizeof(const char *));
    code = verb->run(&cli, &err);
    if (code == CLI_USAGE) {
        return tell_usage(verb, &err, p);
    }
    tell_end(&cli, code, &err);
    if (fflush(stdout) != 0) {
        perror("acme-edge: standard output");
        return CLI_FAILED;
    }
    return code;
}

/* The second word of a verb's name is no operand. */
static const cli_verb_t *take_verb(cli_args_t *args)
{
    const cli_verb_t *verb =
        args->verb ? cli_verb_find(args->verb, cli_args_operand(args, 0))
                   : NULL;

    if (verb && cli_verb_words(verb) == 2) {
        cli_args_shift(args);
    }
    return verb;
}

static cli_exit_t refuse_verb(const cli_args_t *args, apr_pool_t *p)
{
    ae_error_t err;

    cli_verb_refuse(
        &err, args->verb,
        cli_verb_begins(args->verb) ? cli_args_operand(args, 0) : NULL, p);
    return tell_usage(NULL, &err, p);
}

static cli_exit_t start(cli_args_t *args, apr_pool_t *p)
{
    const cli_verb_t *verb;
    cli_exit_t code;

    if (args->help) {
        return run(cli_verb_find("help", NULL), args, p);
    }
    verb = take_verb(args);
    if (args->verb && verb == NULL) {
        return refuse_verb(args, p);
    }
    if (verb == NULL) {
        return tell_usage(NULL, NULL, p);
    }
    code = check_call(verb, args, p);
    return code == CLI_DONE ? run(verb, args, p) : code;
}

int main(int argc, char **argv)
{
    const char *const *words = (const char *const *)argv + 1;
    cli_args_t args;
    ae_error_t err;
    apr_pool_t *p;
    cli_exit_t code;

    if (apr_initialize() != APR_SUCCESS ||
        apr_pool_create(&p, NULL) != APR_SUCCESS) {
        fputs("acme-edge: APR does not start\n", stderr);
        return CLI_FAILED;
    }
    code = cli_args_read(&args, argc > 0 ? argc - 1 : 0, words, &err, p) ==
                   APR_SUCCESS
               ? start(&args, p)
               : tell_usage(NULL, &err, p);
    apr_terminate();
    return code;
}
