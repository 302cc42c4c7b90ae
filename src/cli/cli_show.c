#include "cli_csr.h"
#include "cli_verb.h"
#include "edge_live.h"
#include "show_decoded.h"

#include <apr_strings.h>

/* One of the two that a name can have. */
typedef struct place_t {
    const char *word; /* "live" */
    unsigned option;
    apr_status_t (*load)(ae_cert_t **chain, const cli_t *cli,
                         const edge_cert_t *cert, ae_error_t *err);
} place_t;

static apr_status_t load_live(ae_cert_t **chain, const cli_t *cli,
                              const edge_cert_t *cert, ae_error_t *err)
{
    return edge_live_load(chain, edge_store_dir(cli->store), cert, err,
                          cli->p);
}

static apr_status_t load_pending(ae_cert_t **chain, const cli_t *cli,
                                 const edge_cert_t *cert, ae_error_t *err)
{
    ae_key_t *key;

    return edge_store_set_load(&key, chain, cli->store, cert, err, cli->p);
}

static const place_t places[] = {
    {"live", CLI_LIVE, load_live},
    {"pending", CLI_PENDING, load_pending},
};

enum {
    PLACES = sizeof(places) / sizeof(places[0])
};

/* --- which -------------------------------------------------------------- */

static cli_exit_t show_pem(const cli_t *cli, const ae_cert_t *chain,
                           ae_error_t *err)
{
    ae_bytes_t pem;

    if (ae_cert_print(&pem, chain, err, cli->p) != APR_SUCCESS) {
        return CLI_FAILED;
    }
    cli_print(apr_pstrmemdup(cli->p, (const char *)pem.data, pem.len));
    return CLI_DONE;
}

/* All that there are of those wanted. */
static cli_exit_t load_all(ae_cert_t **chains, const cli_t *cli,
                           const edge_cert_t *cert, unsigned wanted,
                           ae_error_t *err)
{
    int found = 0;
    int i;

    for (i = 0; i < PLACES; i++) {
        apr_status_t status = wanted & places[i].option
                                  ? places[i].load(&chains[i], cli, cert, err)
                                  : APR_ENOENT;

        if (status != APR_SUCCESS && !APR_STATUS_IS_ENOENT(status)) {
            return CLI_FAILED;
        }
        chains[i] = status == APR_SUCCESS ? chains[i] : NULL;
        found += chains[i] != NULL;
    }
    if (found == 0) {
        ae_error_set(err, APR_ENOENT, "%s has no %s certificate", cert->name,
                     wanted == CLI_LIVE      ? "live"
                     : wanted == CLI_PENDING ? "pending"
                                             : "live or pending");
        ae_error_next(err, "acme-edge status %s tells what is next",
                      cert->name);
        return CLI_NOTHING;
    }
    return CLI_DONE;
}

static cli_exit_t show(const cli_t *cli, const edge_cert_t *cert,
                       ae_cert_t *const *chains, ae_error_t *err)
{
    json_t *json = json_object();
    int i;

    for (i = 0; i < PLACES; i++) {
        if (chains[i] && cli->args->options & CLI_PEM) {
            json_decref(json);
            return show_pem(cli, chains[i], err);
        }
        if (chains[i] && cli->args->json) {
            json_object_set_new(json, places[i].word,
                                show_decoded_json(chains[i], cert, cli->p));
        } else if (chains[i]) {
            cli_print(
                show_decoded_text(places[i].word, chains[i], cert, cli->p));
        }
    }
    if (cli->args->json) {
        cli_print_json(json, cli->p);
    } else {
        json_decref(json);
    }
    return CLI_DONE;
}

cli_exit_t cli_show(cli_t *cli, ae_error_t *err)
{
    unsigned wanted = cli->args->options & (CLI_LIVE | CLI_PENDING);
    ae_cert_t *chains[PLACES];
    const edge_cert_t *cert;
    cli_exit_t code;

    if (cli_begin(&cert, cli, err) != APR_SUCCESS) {
        return CLI_FAILED;
    }
    if (cli->args->options & CLI_CSR) {
        return cli_show_csr(cli, cert, err);
    }
    wanted = wanted ? wanted : CLI_LIVE | CLI_PENDING;
    code = load_all(chains, cli, cert, wanted, err);
    return code == CLI_DONE ? show(cli, cert, chains, err) : code;
}
