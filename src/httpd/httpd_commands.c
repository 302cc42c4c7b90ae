#include "httpd_commands.h"

#include "edge_command.h"
#include "edge_live.h"
#include "edge_run.h"
#include "net_command.h"
#include "net_process.h"

#include <apr_strings.h>
#include <string.h>
#include <unistd.h>

#define LIMIT apr_time_from_sec(30)

/* One certificate of which the log does not have the end yet. */
typedef struct owed_t {
    const edge_cert_t *cert;
    const ae_cert_facts_t *facts; /* of what is live */
} owed_t;

struct httpd_commands_t {
    const edge_store_t *store;
    const apr_array_header_t *certs;
    const ae_log_t *log;
    apr_pool_t *pool;
    apr_array_header_t *open; /* owed_t; NULL: nobody has looked yet */
};

static const edge_cert_t *cert_at(const httpd_commands_t *commands, int i)
{
    return APR_ARRAY_IDX(commands->certs, i, const edge_cert_t *);
}

httpd_commands_t *httpd_commands_create(const edge_store_t *store,
                                        const apr_array_header_t *certs,
                                        const ae_log_t *log, apr_pool_t *pconf)
{
    httpd_commands_t *commands = apr_pcalloc(pconf, sizeof(*commands));
    int count = 0;
    int i;

    commands->store = store;
    commands->certs = certs;
    commands->log = log;
    for (i = 0; i < certs->nelts; i++) {
        count += cert_at(commands, i)->deploy_command != NULL;
    }
    if (count == 0) {
        return NULL;
    }
    apr_pool_create(&commands->pool, pconf);
    return commands;
}

/* --- in the process of its own ------------------------------------------ */

/* What is to be run; its memory is a copy of the parent's. */
typedef struct work_t {
    const httpd_commands_t *commands;
    apr_array_header_t *owed; /* owed_t */
    apr_pool_t *p;
} work_t;

static void finish(edge_run_t *run, const httpd_commands_t *commands,
                   const owed_t *owed, apr_pool_t *p)
{
    const net_command_t command = {
        .argv = edge_command_words(owed->cert->deploy_command, p),
        .envp = edge_command_environment(edge_store_dir(commands->store),
                                         owed->cert, owed->facts, p),
        .limit = LIMIT,
    };
    apr_array_header_t *output;
    ae_error_t err;
    apr_status_t status = net_command_run(&output, &command, &err, p);

    run->ended_at = apr_time_now();
    run->output = output;
    if (status != APR_SUCCESS) {
        run->error = err;
    }
    /* Where this fails it counts as one that was killed. */
    status = edge_run_save(run, commands->store, owed->cert, &err, p);
    (void)status;
}

/* Only what is known to have begun may begin. */
static void run_one(const httpd_commands_t *commands, const owed_t *owed,
                    apr_pool_t *p)
{
    edge_run_t run = {.begun_at = apr_time_now()};
    ae_error_t ignored;

    ae_text_copy(run.serial, sizeof(run.serial), owed->facts->serial);
    if (edge_run_save(&run, commands->store, owed->cert, &ignored, p) ==
        APR_SUCCESS) {
        finish(&run, commands, owed, p);
    }
}

static void run_all(void *ctx)
{
    const work_t *work = ctx;
    apr_pool_t *ptemp;
    int i;

    apr_pool_create(&ptemp, work->p);
    for (i = 0; i < work->owed->nelts; i++) {
        run_one(work->commands, &APR_ARRAY_IDX(work->owed, i, owed_t), ptemp);
        apr_pool_clear(ptemp);
    }
}

/* --- in the parent ------------------------------------------------------ */

static void tell_lines(const httpd_commands_t *commands,
                       const edge_cert_t *cert, const edge_run_t *run)
{
    int i;

    for (i = 0; i < run->output->nelts; i++) {
        ae_log(commands->log, AE_LOG_NOTICE, "%s: ACMEDeployCommand said: %s",
               cert->name, APR_ARRAY_IDX(run->output, i, const char *));
    }
}

static void tell_end(const httpd_commands_t *commands, const edge_cert_t *cert,
                     const edge_run_t *run, apr_pool_t *p)
{
    const char *path = APR_ARRAY_IDX(cert->deploy_command, 0, const char *);

    tell_lines(commands, cert, run);
    if (run->ended_at == 0) {
        ae_log(commands->log, AE_LOG_ERROR,
               "AE095: %s: ACMEDeployCommand was begun for serial %s, and "
               "nobody saw its end: httpd or the machine was stopped; it is "
               "not run again for this certificate, so do by hand what %s "
               "does",
               cert->name, run->serial, path);
    } else if (run->error.status != APR_SUCCESS) {
        ae_log(commands->log, AE_LOG_ERROR,
               "AE093: %s: ACMEDeployCommand failed for serial %s: %s; it is "
               "not run again for this certificate, so mend it, and do by "
               "hand what it does",
               cert->name, run->serial, ae_error_line(&run->error, p));
    } else {
        ae_log(commands->log, AE_LOG_NOTICE,
               "%s: ACMEDeployCommand %s was run for serial %s", cert->name,
               path, run->serial);
    }
}

static void tell_unwritten(const httpd_commands_t *commands,
                           const owed_t *owed, const ae_error_t *err,
                           apr_pool_t *p)
{
    ae_log(commands->log, AE_LOG_ERROR,
           "AE094: %s: ACMEDeployCommand was not run for serial %s, for it "
           "could not be written down: %s; the next restart of httpd tries "
           "again",
           owed->cert->name, owed->facts->serial, ae_error_line(err, p));
}

static int is_asked(const edge_run_t *run, const owed_t *owed)
{
    return strcmp(run->serial, owed->facts->serial) == 0;
}

/* Where even this cannot be written, its end could not be either. */
static int ask(const httpd_commands_t *commands, const owed_t *owed,
               apr_pool_t *p)
{
    edge_run_t run = {.begun_at = 0};
    ae_error_t err;

    ae_text_copy(run.serial, sizeof(run.serial), owed->facts->serial);
    if (edge_run_save(&run, commands->store, owed->cert, &err, p) !=
        APR_SUCCESS) {
        tell_unwritten(commands, owed, &err, p);
        return 0;
    }
    return 1;
}

static void tell(const httpd_commands_t *commands, const owed_t *owed,
                 edge_run_t *run, apr_pool_t *p)
{
    ae_error_t ignored;
    apr_status_t status;

    tell_end(commands, owed->cert, run, p);
    run->told = 1;
    /* Told twice rather than never. */
    status = edge_run_save(run, commands->store, owed->cert, &ignored, p);
    (void)status;
}

/* @return whether it is to be run */
static int settle(const httpd_commands_t *commands, const owed_t *owed,
                  apr_pool_t *p)
{
    edge_run_t run;

    edge_run_load(&run, commands->store, owed->cert, p);
    if (run.begun_at != 0 && !run.told) {
        tell(commands, owed, &run, p);
    }
    return is_asked(&run, owed) && run.begun_at != 0 ? 0
                                                     : ask(commands, owed, p);
}

/* The lock goes on to the process that works. */
static void start(const httpd_commands_t *commands, int lock,
                  apr_pool_t *ptemp)
{
    work_t work = {.commands = commands, .owed = commands->open, .p = ptemp};
    ae_error_t err;

    if (net_process_detach(run_all, &work, lock, &err) != APR_SUCCESS) {
        ae_log(commands->log, AE_LOG_ERROR,
               "AE096: ACMEDeployCommand was not run: %s; httpd tries again "
               "in a few seconds",
               ae_error_line(&err, ptemp));
    }
}

static void add_owed(httpd_commands_t *commands, const edge_cert_t *cert,
                     apr_pool_t *ptemp)
{
    owed_t owed = {.cert = cert};
    ae_error_t ignored;
    edge_run_t run;

    if (edge_live_facts(&owed.facts, edge_store_dir(commands->store), cert,
                        &ignored, commands->pool) != APR_SUCCESS) {
        return;
    }
    edge_run_load(&run, commands->store, cert, ptemp);
    if (!is_asked(&run, &owed) || !run.told) {
        APR_ARRAY_PUSH(commands->open, owed_t) = owed;
    }
}

/* What is live changes by a restart, or is told of: httpd_commands_look. */
static void look(httpd_commands_t *commands, apr_pool_t *ptemp)
{
    int i;

    commands->open = apr_array_make(commands->pool, 4, sizeof(owed_t));
    for (i = 0; i < commands->certs->nelts; i++) {
        if (cert_at(commands, i)->deploy_command) {
            add_owed(commands, cert_at(commands, i), ptemp);
        }
    }
}

static void work_off(httpd_commands_t *commands, int lock, apr_pool_t *ptemp)
{
    apr_array_header_t *open = commands->open;
    int kept = 0;
    int i;

    for (i = 0; i < open->nelts; i++) {
        const owed_t one = APR_ARRAY_IDX(open, i, owed_t);

        if (settle(commands, &one, ptemp)) {
            APR_ARRAY_IDX(open, kept++, owed_t) = one;
        }
    }
    open->nelts = kept;
    if (kept > 0) {
        start(commands, lock, ptemp);
    }
}

void httpd_commands_look(httpd_commands_t *commands)
{
    apr_pool_clear(commands->pool);
    commands->open = NULL;
}

void httpd_commands_check(httpd_commands_t *commands)
{
    apr_pool_t *ptemp;
    ae_error_t ignored;
    int lock;

    if (commands->open && commands->open->nelts == 0) {
        return;
    }
    apr_pool_create(&ptemp, commands->pool);
    if (commands->open == NULL) {
        look(commands, ptemp);
    }
    if (edge_run_enter(&lock, commands->store, &ignored, ptemp) ==
        APR_SUCCESS) {
        work_off(commands, lock, ptemp);
        close(lock);
    }
    apr_pool_destroy(ptemp);
}
