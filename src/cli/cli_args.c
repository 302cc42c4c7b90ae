#include "cli_args.h"

#include <string.h>

#define STORE "--store"

static const struct {
    const char *word;
    unsigned option;
} options[] = {
    {"--live", CLI_LIVE},
    {"--pending", CLI_PENDING},
    {"--pem", CLI_PEM},
    {"--force", CLI_FORCE},
};

#define OPTIONS (sizeof(options) / sizeof(options[0]))

const char *cli_args_option(unsigned wanted)
{
    apr_size_t i = 0;

    while (i + 1 < OPTIONS && (options[i].option & wanted) == 0) {
        i++;
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

/* "--store DIR" or "--store=DIR".
 * @return how many words it took, 0 where it is something else */
static int take_store(cli_args_t *args, int argc, const char *const *argv)
{
    if (strncmp(argv[0], STORE "=", sizeof(STORE)) == 0) {
        args->store_dir = argv[0] + sizeof(STORE);
        return 1;
    }
    if (strcmp(argv[0], STORE) != 0) {
        return 0;
    }
    args->store_dir = argc > 1 ? argv[1] : "";
    return argc > 1 ? 2 : 1;
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
        int taken = ended ? 0 : take_store(args, argc - i, argv + i);

        if (taken == 0 && !ended && strcmp(argv[i], "--") == 0) {
            ended = 1;
        } else if (taken == 0 && !ended && argv[i][0] == '-') {
            status = take_option(args, argv[i], err);
        } else if (taken == 0) {
            take_word(args, argv[i]);
        }
        i += taken ? taken : 1;
    }
    if (status == APR_SUCCESS && args->store_dir && !args->store_dir[0]) {
        return refuse(err, STORE, "it needs a directory");
    }
    return status;
}
