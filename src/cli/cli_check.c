#include "cli_look.h"
#include "net_process.h"

#include "edge_live.h"

#include <apr_strings.h>
#include <sys/stat.h>
#include <unistd.h>

#define SAID_MAX (8 * 1024 * 1024)
#define LIMIT_FIRST apr_time_from_sec(120)
#define LIMIT_EACH apr_time_from_sec(120) /* of each name */
#define LIMIT_LAST apr_time_from_sec(3000)

/* A worker looks once a second. */
#define PUBLISH_PATIENCE apr_time_from_sec(15)
#define LOOK_AGAIN apr_time_from_msec(100)
#define WORKER_PATIENCE apr_time_from_sec(5)

static const edge_cert_t *cert_at(const apr_array_header_t *certs, int i)
{
    return APR_ARRAY_IDX(certs, i, const edge_cert_t *);
}

/* --- what root looks at ------------------------------------------------- */

static void look_at_key(json_t *rows, const cli_t *cli,
                        const edge_cert_t *cert)
{
    edge_live_paths_t paths =
        edge_live_paths(edge_store_dir(cli->store), cert, cli->p);
    struct stat info;

    if (lstat(paths.key, &info) == 0 && (info.st_mode & 077) != 0) {
        cli_rows_add(
            rows, CLI_MISSED, apr_psprintf(cli->p, "key of %s", cert->name),
            apr_psprintf(cli->p, "others than root can read %s", paths.key),
            "restart httpd, which shuts it; where somebody may have "
            "read it, order a new certificate");
    }
}

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

    cli_rows_add(rows, runs ? CLI_PASSED : CLI_MISSED, "httpd",
                 runs ? "its worker is at work" : cli_no_worker,
                 runs ? ""
                      : "start httpd; error.log says why there is no "
                        "worker where it runs");
    return runs;
}

/* --- the token ---------------------------------------------------------- */

static int wait_published(const cli_t *cli, const edge_probe_t *probe)
{
    apr_interval_time_t waited = 0;
    int published = 0;
    apr_pool_t *ptemp;

    apr_pool_create(&ptemp, cli->p);
    while (!published && waited < PUBLISH_PATIENCE) {
        published = edge_probe_is_published(cli->store, probe, ptemp);
        if (!published) {
            apr_sleep(LOOK_AGAIN);
            waited += LOOK_AGAIN;
        }
        apr_pool_clear(ptemp);
    }
    apr_pool_destroy(ptemp);
    return published;
}

/* @return whether the worker answers for it */
static int publish(json_t *rows, const cli_t *cli, edge_probe_t *probe)
{
    ae_error_t err;

    if (edge_probe_put(probe, cli->store, cli->now, &err, cli->p) !=
        APR_SUCCESS) {
        cli_rows_add_error(rows, CLI_MISSED, "store", &err, "", cli->p);
        return 0;
    }
    if (wait_published(cli, probe)) {
        return 1;
    }
    edge_probe_drop(cli->store, probe, cli->p);
    cli_rows_add(rows, CLI_MISSED, "challenge store",
                 "the worker did not publish a token to look for",
                 "see that what ACMEChallengeStore names is up and has room");
    return 0;
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

static void ask(json_t *rows, cli_look_t *look)
{
    const net_process_task_t task = {
        .work = cli_look,
        .ctx = look,
        .user = edge_store_worker(look->cli->store),
        .said_max = SAID_MAX,
        .limit = limit_of(look->certs),
    };
    ae_bytes_t said;
    ae_error_t err;

    if (net_process_ask(&said, &task, &err, look->cli->p) != APR_SUCCESS ||
        cli_rows_take(rows, said, &err, look->cli->p) != APR_SUCCESS) {
        cli_rows_add_error(rows, CLI_MISSED, "network", &err, "try again",
                           look->cli->p);
    }
}

/* Root gives up its rights for those of this user. */
static int has_worker_user(json_t *rows, const cli_t *cli)
{
    if (geteuid() != 0 || edge_store_worker(cli->store).uid != 0) {
        return 1;
    }
    cli_rows_add(rows, CLI_MISSED, "store",
                 "what is the worker's belongs to root, so nothing can be "
                 "ordered, and nothing was looked at",
                 "restart httpd, which sets owners right");
    return 0;
}

static void look_at_network(json_t *rows, const cli_t *cli,
                            const apr_array_header_t *certs, int runs)
{
    cli_look_t look = {.cli = cli, .certs = certs};
    edge_probe_t probe;

    if (runs && publish(rows, cli, &probe)) {
        look.probe = &probe;
    }
    ask(rows, &look);
    if (look.probe) {
        edge_probe_drop(cli->store, &probe, cli->p);
    }
}

/* --- the whole ---------------------------------------------------------- */

static cli_exit_t conclude(const cli_t *cli, json_t *rows, ae_error_t *err)
{
    int failed = cli_rows_count(rows, CLI_MISSED);

    cli_rows_print(cli, ae_json_keep(rows, cli->p));
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
    int runs, i;

    if (choose(&certs, cli, err) != APR_SUCCESS) {
        return CLI_FAILED;
    }
    rows = json_array();
    for (i = 0; i < certs->nelts; i++) {
        look_at_key(rows, cli, cert_at(certs, i));
    }
    runs = look_at_worker(rows, cli);
    if (has_worker_user(rows, cli)) {
        look_at_network(rows, cli, certs, runs);
    }
    return conclude(cli, rows, err);
}
