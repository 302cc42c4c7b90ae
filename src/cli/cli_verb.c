#include "cli_verb.h"

#include "ae_json.h"

#include <apr_strings.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

/* As many as fit a message. */
#define KNOWN_MAX 8

const char cli_no_worker[] =
    "no worker has the store: httpd does not run, or restarts just now";

static const edge_cert_t *cert_at(const cli_t *cli, int i)
{
    return APR_ARRAY_IDX(cli->catalog.certs, i, const edge_cert_t *);
}

apr_status_t cli_open(cli_t *cli, ae_error_t *err)
{
    const char *dir =
        cli->args->store_dir ? cli->args->store_dir : CLI_STORE_DIR;
    apr_status_t status = edge_store_open(&cli->store, dir, err, cli->p);

    return status == APR_SUCCESS
               ? edge_catalog_load(&cli->catalog, edge_store_dir(cli->store),
                                   err, cli->p)
               : status;
}

const char *cli_operand(const cli_t *cli, int i)
{
    return cli_args_operand(cli->args, i);
}

static int has_name(const edge_cert_t *cert, const char *name, apr_pool_t *p)
{
    return ae_text_is_among(cert->names, edge_name_spell(name, p));
}

/* "www.example.org+rsa-2048" is one type of key, also of the first. */
static int is_called(const edge_cert_t *cert, const char *name, apr_pool_t *p)
{
    const char *plus = strchr(name, '+');

    if (plus == NULL) {
        return has_name(cert, name, p);
    }
    return has_name(cert, apr_pstrmemdup(p, name, (apr_size_t)(plus - name)),
                    p) &&
           strcasecmp(plus + 1, ae_key_type_word(cert->key_type)) == 0;
}

static const char *known_names(const cli_t *cli)
{
    int count = cli->catalog.certs->nelts;
    const char *text = count ? "" : "none";
    int i;

    for (i = 0; i < count && i < KNOWN_MAX; i++) {
        text = apr_pstrcat(cli->p, text, i ? ", " : "", cert_at(cli, i)->name,
                           NULL);
    }
    return count > KNOWN_MAX ? apr_psprintf(cli->p, "%s and %d more", text,
                                            count - KNOWN_MAX)
                             : text;
}

apr_status_t cli_find(const edge_cert_t **cert, const cli_t *cli,
                      const char *name, ae_error_t *err)
{
    int i;

    for (i = 0; i < cli->catalog.certs->nelts; i++) {
        if (is_called(cert_at(cli, i), name, cli->p)) {
            *cert = cert_at(cli, i);
            return APR_SUCCESS;
        }
    }
    ae_error_set(err, APR_ENOENT, "There is no certificate %s", name);
    ae_error_why(err, "httpd was started with: %s", known_names(cli));
    return ae_error_next(err, "name one of these, or restart httpd where the "
                              "configuration has changed");
}

apr_status_t cli_begin(const edge_cert_t **cert, cli_t *cli, ae_error_t *err)
{
    apr_status_t status = cli_open(cli, err);

    return status == APR_SUCCESS
               ? cli_find(cert, cli, cli_operand(cli, 0), err)
               : status;
}

const edge_cert_t *cli_sibling(const cli_t *cli, const edge_cert_t *cert)
{
    const char *name = cli_operand(cli, 0);

    return name != NULL && strchr(name, '+') != NULL ? NULL : cert->sibling;
}

cli_exit_t cli_each(cli_t *cli, cli_one_t *one, ae_error_t *err)
{
    cli_exit_t end = CLI_NOTHING;
    const edge_cert_t *cert;

    if (cli_begin(&cert, cli, err) != APR_SUCCESS) {
        return CLI_FAILED;
    }
    for (; cert != NULL && end != CLI_FAILED; cert = cli_sibling(cli, cert)) {
        cli_exit_t done = one(cli, cert, err);

        end = done == CLI_NOTHING ? end : done;
    }
    return end;
}

const edge_standing_t *cli_standing(const cli_t *cli, const edge_cert_t *cert)
{
    edge_standing_t *standing = apr_palloc(cli->p, sizeof(*standing));

    edge_standing_read(standing, cli->store, cert, apr_time_now(),
                       &ae_log_silent, cli->p);
    return standing;
}

/* Where there is none, it is taken for a moment: a worker that begins just
 * then tries again after a second. */
int cli_worker_runs(const cli_t *cli)
{
    apr_pool_t *ptemp;
    ae_error_t ignored;
    apr_status_t status;

    apr_pool_create(&ptemp, cli->p);
    status = edge_store_lock(cli->store, &ignored, ptemp);
    apr_pool_destroy(ptemp);
    return APR_STATUS_IS_EBUSY(status);
}

const char *cli_what_next(const cli_t *cli)
{
    if (!cli_worker_runs(cli)) {
        return "it goes live when httpd starts";
    }
    return !cli->catalog.restarts_itself
               ? "it goes live with the next restart: apachectl graceful"
           : cli->catalog.is_hot
               ? "it goes live within seconds, with no restart"
               : "httpd restarts for it by itself";
}

void cli_print(const char *text)
{
    fputs(text, stdout);
}

void cli_print_json(json_t *json, apr_pool_t *p)
{
    cli_print(ae_json_print(ae_json_keep(json, p), p));
    cli_print("\n");
}

void cli_tell(const cli_t *cli, const char *fmt, ...)
{
    const char *text;
    va_list args;

    va_start(args, fmt);
    text = apr_pvsprintf(cli->p, fmt, args);
    va_end(args);
    if (cli->args->json) {
        APR_ARRAY_PUSH(cli->said, const char *) = text;
    } else {
        cli_print(apr_pstrcat(cli->p, text, "\n", NULL));
    }
}
