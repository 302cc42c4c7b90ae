#include "ae_json.h"
#include "cli_verb.h"
#include "net_look.h"
#include "net_process.h"

#include <apr_strings.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define SAID_MAX (8 * 1024 * 1024)
#define LIMIT_FIRST apr_time_from_sec(120)
#define LIMIT_EACH apr_time_from_sec(120) /* of each name */
#define LIMIT_LAST apr_time_from_sec(3000)

#define LOOK_AGAIN apr_time_from_msec(100)
#define WORKER_PATIENCE apr_time_from_sec(5)

static const edge_cert_t *cert_at(const apr_array_header_t *certs, int i)
{
    return APR_ARRAY_IDX(certs, i, const edge_cert_t *);
}

/* --- what root looks at ------------------------------------------------- */

/* A restart takes the worker away for a moment. */
static int wait_worker(const cli_t *cli)
{
    apr_interval_time_t waited = 0;
    int runs = cli_worker_runs(cli);

    while (!runs && waited < WORKER_PATIENCE) {
        apr_sleep(LOOK_AGAIN);
        waited += LOOK_AGAIN;
        runs = cli_worker_runs(cli);
    }
    return runs;
}

/* @return whether there is a worker */
static int look_at_worker(json_t *rows, const cli_t *cli)
{
    int runs = wait_worker(cli);

    edge_rows_add(rows, runs ? EDGE_ROW_PASSED : EDGE_ROW_FAILED, "httpd",
                  runs ? "its worker is at work" : cli_no_worker,
                  runs ? ""
                       : "start httpd; error.log says why there is no "
                         "worker where it runs");
    return runs;
}

/* --- what the network says ---------------------------------------------- */

static apr_interval_time_t limit_of(const apr_array_header_t *certs)
{
    apr_interval_time_t limit = LIMIT_FIRST;
    int i;

    for (i = 0; i < certs->nelts; i++) {
        limit += LIMIT_EACH * cert_at(certs, i)->names->nelts;
    }
    return limit < LIMIT_LAST ? limit : LIMIT_LAST;
}

/* It may take long, where nobody answers. */
static void tell_progress(void *ctx, const char *name)
{
    const cli_t *cli = ctx;

    if (!cli->args->json && isatty(STDERR_FILENO)) {
        fprintf(stderr, "looking at %s\n", name);
    }
}

/* In a process without the rights of root: tell the rows, as JSON. */
static void look_and_tell(void *ctx, int out)
{
    const net_look_t *look = ctx;
    apr_pool_t *p = look->certs->pool;
    const char *text;
    apr_size_t len;
    ssize_t sent = 1;

    /* A CA may cut its connection at any time. */
    signal(SIGPIPE, SIG_IGN);
    text = ae_json_print(
        ae_json_keep(json_pack("{s:o}", "rows", net_look(look, p)), p), p);
    for (len = strlen(text); len > 0 && sent > 0; len -= (apr_size_t)sent) {
        sent = write(out, text, len);
        text += sent > 0 ? sent : 0;
        if (sent < 0) {
            return;
        }
    }
}

static void ask(json_t *rows, const cli_t *cli, net_look_t *look)
{
    const net_process_task_t task = {
        .work = look_and_tell,
        .ctx = look,
        .user = edge_store_worker(look->store),
        .said_max = SAID_MAX,
        .limit = limit_of(look->certs),
    };
    ae_bytes_t said;
    ae_error_t err;

    if (net_process_ask(&said, &task, &err, cli->p) != APR_SUCCESS ||
        edge_rows_take(rows, said, &err, cli->p) != APR_SUCCESS) {
        edge_rows_add_error(rows, EDGE_ROW_FAILED, "network", &err,
                            "try again", cli->p);
    }
}

/* Root gives up its rights for those of this user. */
static int has_worker_user(json_t *rows, const cli_t *cli)
{
    if (geteuid() != 0 || edge_store_worker(cli->store).uid != 0) {
        return 1;
    }
    edge_rows_add(rows, EDGE_ROW_FAILED, "store",
                  "what is the worker's belongs to root, so nothing can be "
                  "ordered, and nothing was looked at",
                  "restart httpd, which sets owners right");
    return 0;
}

static void look_at_network(json_t *rows, const cli_t *cli,
                            const apr_array_header_t *certs, int runs)
{
    net_look_t look = {
        .store = cli->store,
        .certs = certs,
        .proxy = cli->catalog.proxy,
        .proxy_hidden = cli->catalog.proxy_hidden,
        .opens_port = cli->catalog.opens_port,
        .tell = tell_progress,
        .ctx = (void *)cli,
    };
    edge_probe_t probe;

    if (runs && net_look_publish(rows, &probe, cli->store, cli->p)) {
        look.probe = &probe;
    }
    ask(rows, cli, &look);
    if (look.probe) {
        edge_probe_drop(cli->store, &probe, cli->p);
    }
}

/* --- the whole ---------------------------------------------------------- */

static void print(const cli_t *cli, json_t *rows)
{
    if (cli->args->json) {
        cli_print_json(json_pack("{s:O,s:i,s:i}", "rows", rows, "failed",
                                 edge_rows_count(rows, EDGE_ROW_FAILED),
                                 "open", edge_rows_count(rows, EDGE_ROW_OPEN)),
                       cli->p);
    } else {
        cli_print(edge_rows_text(rows, cli->p));
    }
}

static cli_exit_t conclude(const cli_t *cli, json_t *rows, ae_error_t *err)
{
    int failed = edge_rows_count(rows, EDGE_ROW_FAILED);

    print(cli, ae_json_keep(rows, cli->p));
    if (failed == 0) {
        return CLI_DONE;
    }
    ae_error_set(err, APR_EGENERAL, "%s",
                 cli->args->json
                     ? "" /* one document */
                     : apr_psprintf(cli->p, "%d of %d rows failed", failed,
                                    (int)json_array_size(rows)));
    return CLI_FAILED;
}

static apr_status_t choose(const apr_array_header_t **certs, cli_t *cli,
                           ae_error_t *err)
{
    const char *name = cli_operand(cli, 0);
    const edge_cert_t *only;
    apr_array_header_t *list;
    apr_status_t status =
        name ? cli_begin(&only, cli, err) : cli_open(cli, err);

    if (status != APR_SUCCESS || name == NULL) {
        *certs = cli->catalog.certs;
        return status;
    }
    list = apr_array_make(cli->p, 1, sizeof(const edge_cert_t *));
    for (; only; only = cli_sibling(cli, only)) {
        APR_ARRAY_PUSH(list, const edge_cert_t *) = only;
    }
    *certs = list;
    return APR_SUCCESS;
}

cli_exit_t cli_check(cli_t *cli, ae_error_t *err)
{
    const apr_array_header_t *certs;
    json_t *rows;
    int runs;

    if (choose(&certs, cli, err) != APR_SUCCESS) {
        return CLI_FAILED;
    }
    rows = json_array();
    net_look_at_keys(rows, cli->store, certs, cli->p);
    runs = look_at_worker(rows, cli);
    if (has_worker_user(rows, cli)) {
        look_at_network(rows, cli, certs, runs);
    }
    return conclude(cli, rows, err);
}
