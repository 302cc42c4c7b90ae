#include "ae_time.h"
#include "cli_verb.h"
#include "edge_detail.h"
#include "edge_fact.h"
#include "show_columns.h"
#include "show_json.h"

#include <apr_strings.h>

static const edge_cert_t *cert_at(const cli_t *cli, int i)
{
    return APR_ARRAY_IDX(cli->catalog.certs, i, const edge_cert_t *);
}

static edge_status_t *read_status(const cli_t *cli, const edge_cert_t *cert)
{
    edge_status_t *status = apr_palloc(cli->p, sizeof(*status));

    edge_status_read(status, cli->store, cert, cli->catalog.restarts_itself,
                     cli->catalog.is_hot, cli->now, cli->p);
    return status;
}

static const char *worker_word(const cli_t *cli)
{
    return cli_worker_runs(cli) ? "active" : "stopped";
}

static const apr_array_header_t *list_findings(const cli_t *cli,
                                               const edge_cert_t *only)
{
    return edge_findings_about(cli->catalog.findings, only ? only->name : NULL,
                               cli->p);
}

/* --- JSON --------------------------------------------------------------- */

static json_t *print_status(const cli_t *cli, const edge_cert_t *cert)
{
    return show_json_certificate(cert, read_status(cli, cert), NULL, cli->p);
}

static json_t *print_in_full(const cli_t *cli, const edge_cert_t *cert)
{
    edge_detail_t *read = apr_palloc(cli->p, sizeof(*read));
    show_detail_t detail = {0, &read->state.error, &read->progress, NULL};

    edge_detail_read(read, cli->store, cert, cli->p);
    detail.history = read->history;
    return show_json_certificate(cert, read_status(cli, cert), &detail,
                                 cli->p);
}

/* One of the types of key of a name. */
static int is_shown(const cli_t *cli, const edge_cert_t *cert,
                    const edge_cert_t *only)
{
    while (only != NULL && only != cert) {
        only = cli_sibling(cli, only);
    }
    return only == cert;
}

static void tell_json(const cli_t *cli, const edge_cert_t *only)
{
    json_t *list = json_array();
    int i;

    for (i = 0; i < cli->catalog.certs->nelts; i++) {
        const edge_cert_t *cert = cert_at(cli, i);

        if (only == NULL) {
            json_array_append_new(list, print_status(cli, cert));
        } else if (is_shown(cli, cert, only)) {
            json_array_append_new(list, print_in_full(cli, cert));
        }
    }
    cli_print_json(
        json_pack("{s:s,s:s,s:o,s:o}", "store", edge_store_dir(cli->store),
                  "worker", worker_word(cli), "certificates", list, "findings",
                  edge_findings_print(list_findings(cli, only))),
        cli->p);
}

/* --- text --------------------------------------------------------------- */

static void show_all(const cli_t *cli)
{
    static const char *const heads[] = {"CERTIFICATE", "STATE", "VALID UNTIL",
                                        "NEXT ACTION", "AT"};
    show_columns_t *table = show_columns_make(5, cli->p);
    int i;

    show_columns_add(table, heads);
    for (i = 0; i < cli->catalog.certs->nelts; i++) {
        const edge_status_t *status = read_status(cli, cert_at(cli, i));
        const char *cells[] = {
            status->name,
            edge_phase_word(status->phase),
            ae_time_print(status->not_after, cli->p),
            edge_action_word(status->action),
            ae_time_print(status->action_at, cli->p),
        };

        show_columns_add(table, cells);
    }
    cli_print(show_columns_print(table));
}

static void show_one(const cli_t *cli, const edge_cert_t *cert)
{
    const edge_status_t *status = read_status(cli, cert);
    show_columns_t *table = show_columns_make(2, cli->p);
    int i;

    for (i = 0; i < edge_fact_count(); i++) {
        const char *cells[] = {
            edge_fact_label(i),
            edge_fact_value(i, status, cli->p),
        };

        show_columns_add(table, cells);
    }
    cli_print(show_columns_print(table));
}

static void show_findings(const cli_t *cli, const edge_cert_t *only)
{
    const apr_array_header_t *findings = list_findings(cli, only);
    int i;

    cli_print(findings->nelts ? "\n" : "");
    for (i = 0; i < findings->nelts; i++) {
        const edge_finding_t *finding =
            APR_ARRAY_IDX(findings, i, const edge_finding_t *);

        cli_print(apr_pstrcat(cli->p, edge_finding_level_word(finding->level),
                              " ", edge_finding_line(finding, cli->p), "\n",
                              NULL));
    }
}

static void show_text(const cli_t *cli, const edge_cert_t *only)
{
    const edge_cert_t *cert = only;

    if (only == NULL) {
        show_all(cli);
    }
    while (cert != NULL) {
        show_one(cli, cert);
        cert = cli_sibling(cli, cert);
        cli_print(cert ? "\n" : "");
    }
    show_findings(cli, only);
    if (!cli_worker_runs(cli)) {
        cli_print(apr_pstrcat(cli->p, "\nNothing is ordered or renewed now: ",
                              cli_no_worker, ".\n", NULL));
    }
}

cli_exit_t cli_status(cli_t *cli, ae_error_t *err)
{
    const char *name = cli_operand(cli, 0);
    const edge_cert_t *only = NULL;
    apr_status_t status =
        name ? cli_begin(&only, cli, err) : cli_open(cli, err);

    if (status != APR_SUCCESS) {
        return CLI_FAILED;
    }
    if (cli->args->json) {
        tell_json(cli, only);
    } else {
        show_text(cli, only);
    }
    return CLI_DONE;
}
