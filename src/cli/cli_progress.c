#include "cli_progress.h"

#include "edge_progress.h"

#include <apr_strings.h>
#include <stdio.h>
#include <string.h>

/* The engine's words, as people know them. */
static const struct {
    const char *step;
    const char *words;
} steps[] = {
    {"newOrder", "the CA is asked for an order"},
    {"authorization", "the CA says what it wants to see"},
    {"probe", "the challenges are published, and looked at from here"},
    {"port", "the port at which the CA asks is being opened"},
    {"challenge", "the challenges are published, and the CA is asked to look"},
    {"order", "the CA looks at the challenges, and decides"},
    {"finalize", "all names are validated, the request is sent"},
    {"certificate", "the CA has issued, the certificate is fetched"},
    {"issued", "issued and staged"},
    {"failed", "it failed"},
};

static const char *words_of(const char *step)
{
    apr_size_t i;

    for (i = 0; i < sizeof(steps) / sizeof(steps[0]); i++) {
        if (strcmp(step, steps[i].step) == 0) {
            return steps[i].words;
        }
    }
    return step;
}

static void tell_line(const cli_t *cli, const char *name, const char *words)
{
    if (!cli->args->json) {
        fprintf(stderr, "%s: %s\n", name, words);
    }
}

static void tell_name(cli_progress_t *told, const cli_t *cli,
                      const edge_cert_t *cert, int i,
                      const edge_progress_name_t *name)
{
    const char *words =
        apr_psprintf(cli->p, "validation of %s: %s%s%s", name->name,
                     name->status, name->why[0] ? ": " : "", name->why);
    const char **last;

    if (strcmp(name->status, "unknown") == 0) {
        return;
    }
    while (told->names->nelts <= i) {
        APR_ARRAY_PUSH(told->names, const char *) = "";
    }
    last = &APR_ARRAY_IDX(told->names, i, const char *);
    if (strcmp(*last, words) != 0) {
        tell_line(cli, cert->name, words);
        *last = words;
    }
}

void cli_progress_tell(cli_progress_t *told, const cli_t *cli,
                       const edge_cert_t *cert, apr_time_t since,
                       apr_pool_t *ptemp)
{
    edge_progress_t progress;
    int i;

    edge_progress_load(&progress, cli->store, cert, ptemp);
    if (progress.at < since || progress.at == 0) {
        return;
    }
    if (told->names == NULL) {
        told->names = apr_array_make(cli->p, 4, sizeof(const char *));
    }
    for (i = 0; i < progress.names->nelts; i++) {
        tell_name(told, cli, cert, i,
                  &APR_ARRAY_IDX(progress.names, i, edge_progress_name_t));
    }
    if (strcmp(told->step, progress.step) != 0) {
        ae_text_copy(told->step, sizeof(told->step), progress.step);
        tell_line(cli, cert->name, words_of(progress.step));
    }
}

void cli_progress_tell_plan(cli_progress_t *told, const cli_t *cli,
                            const edge_status_t *status)
{
    if (strcmp(told->reason, status->action_reason) != 0) {
        if (told->reason[0]) {
            tell_line(cli, status->name, status->action_reason);
        }
        ae_text_copy(told->reason, sizeof(told->reason),
                     status->action_reason);
    }
}
