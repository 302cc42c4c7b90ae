#include "cli_args.h"

#include <stddef.h>
#include <string.h>

static const struct {
    const char *word;
    unsigned option;
} options[] = {
    {"--live", CLI_LIVE}, {"--pending", CLI_PENDING},
    {"--pem", CLI_PEM},   {"--force", CLI_FORCE},
    {"--csr", CLI_CSR},   {"--replace", CLI_REPLACE},
};

#define OPTIONS (sizeof(options) / sizeof(options[0]))

/* Those with a value. */
static const struct {
    const char *word;
    unsigned option; /* 0: all verbs take it */
    apr_size_t member;
    const char *needs;
} values[] = {
    {"--store", 0, offsetof(cli_args_t, store_dir), "it needs a directory"},
    {"--provider", CLI_PROVIDER, offsetof(cli_args_t, provider),
     "it needs a provider"},
    {"--reason", CLI_REASON, offsetof(cli_args_t, reason),
     "it needs a reason"},
    {"--key", CLI_KEY, offsetof(cli_args_t, key), "it needs a file"},
    {"--out", CLI_OUT, offsetof(cli_args_t, out), "it needs a file"},
    {"--trust", CLI_TRUST, offsetof(cli_args_t, trust), "it needs a file"},
};

#define VALUES (sizeof(values) / sizeof(values[0]))

const char *cli_args_option(unsigned wanted)
{
    apr_size_t i;

    for (i = 0; i < VALUES; i++) {
        if (values[i].option & wanted) {
            return values[i].word;
        }
    }
    for (i = 0; i + 1 < OPTIONS && (options[i].option & wanted) == 0; i++) {
    }
    return options[i].word;
}

const char *cli_args_operand(const cli_args_t *args, int i)
{
    return i < args->operands->nelts
               ? APR_ARRAY_IDX(args->operands, i, const char *)
               : NULL;
}

void cli_args_shift(cli_args_t *args)
{
    apr_array_header_t *operands = args->operands;

    operands->elts += operands->elt_size;
    operands->nelts--;
    operands->nalloc--;
}

static apr_status_t refuse(ae_error_t *err, const char *word, const char *why)
{
    ae_error_set(err, AE_EFORMAT, "%s", word);
    return ae_error_why(err, "%s", why);
}

static void take_word(cli_args_t *args, const char *word)
{
    if (args->verb == NULL) {
        args->verb = word;
    } else {
        APR_ARRAY_PUSH(args->operands, const char *) = word;
    }
}

static apr_status_t take_option(cli_args_t *args, const char *word,
                                ae_error_t *err)
{
    apr_size_t i;

    if (strcmp(word, "--json") == 0) {
        args->json = 1;
        return APR_SUCCESS;
    }
    if (strcmp(word, "--help") == 0 || strcmp(word, "-h") == 0) {
        args->help = 1;
        return APR_SUCCESS;
    }
    for (i = 0; i < OPTIONS; i++) {
        if (strcmp(word, options[i].word) == 0) {
            args->options |= options[i].option;
            return APR_SUCCESS;
        }
    }
    return refuse(err, word, "there is no such option");
}

static const char **place_of(cli_args_t *args, apr_size_t i)
{
    return (const char **)((char *)args + values[i].member);
}

/* "--store DIR" or "--store=DIR".
 * @return how many words it took, 0 where it is something else */
static int take_value(cli_args_t *args, int argc, const char *const *argv)
{
    apr_size_t i;

    for (i = 0; i < VALUES; i++) {
        apr_size_t len = strlen(values[i].word);

        if (strncmp(argv[0], values[i].word, len) != 0 ||
            (argv[0][len] != '\0' && argv[0][len] != '=')) {
            continue;
        }
        args->options |= values[i].option;
        if (argv[0][len] == '=') {
            *place_of(args, i) = argv[0] + len + 1;
            return 1;
        }
        *place_of(args, i) = argc > 1 ? argv[1] : "";
        return argc > 1 ? 2 : 1;
    }
    return 0;
}

static apr_status_t check_values(cli_args_t *args, ae_error_t *err)
{
    apr_size_t i;

    for (i = 0; i < VALUES; i++) {
        const char *value = *place_of(args, i);

        if (value && !value[0]) {
            return refuse(err, values[i].word, values[i].needs);
        }
    }
    return APR_SUCCESS;
}

apr_status_t cli_args_read(cli_args_t *args, int argc, const char *const *argv,
                           ae_error_t *err, apr_pool_t *p)
{
    apr_status_t status = APR_SUCCESS;
    int ended = 0;
    int i = 0;

    memset(args, 0, sizeof(*args));
    args->operands = apr_array_make(p, 2, sizeof(const char *));
    while (i < argc && status == APR_SUCCESS) {
        int taken = ended ? 0 : take_value(args, argc - i, argv + i);

        if (taken == 0 && !ended && strcmp(argv[i], "--") == 0) {
            ended = 1;
        } else if (taken == 0 && !ended && argv[i][0] == '-') {
            status = take_option(args, argv[i], err);
        } else if (taken == 0) {
            take_word(args, argv[i]);
        }
        i += taken ? taken : 1;
    }
    return status == APR_SUCCESS ? check_values(args, err) : status;
}
