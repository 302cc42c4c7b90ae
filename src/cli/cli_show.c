#include "ae_time.h"
#include "cli_csr.h"
#include "cli_differ.h"
#include "cli_table.h"
#include "cli_verb.h"
#include "edge_live.h"

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

/* --- JSON --------------------------------------------------------------- */

static json_t *print_link(const ae_cert_link_t *link, apr_pool_t *p)
{
    return json_pack("{s:s,s:s,s:s,s:s,s:s,s:s,s:s,s:s}", "subject",
                     link->subject, "issuer", link->issuer, "serial",
                     link->serial, "notBefore",
                     ae_time_print(link->not_before, p), "notAfter",
                     ae_time_print(link->not_after, p), "keyType", link->key,
                     "sha256", link->sha256, "sha1", link->sha1);
}

static json_t *print_chain(const ae_cert_t *chain, const edge_cert_t *cert,
                           apr_pool_t *p)
{
    json_t *list = json_array();
    json_t *json;
    ae_cert_link_t link;
    int i;

    for (i = 1; i < ae_cert_length(chain); i++) {
        ae_cert_link(&link, chain, i, p);
        json_array_append_new(list, print_link(&link, p));
    }
    ae_cert_link(&link, chain, 0, p);
    json = print_link(&link, p);
    json_object_set_new(json, "names",
                        cli_json_texts(ae_cert_facts(chain)->names));
    json_object_set_new(
        json, "differences",
        cli_json_texts(cli_differ(ae_cert_facts(chain), link.key, cert, p)));
    json_object_set_new(json, "chain", list);
    return json;
}

/* --- text --------------------------------------------------------------- */

static void add(cli_table_t *table, const char *label, const char *value)
{
    const char *cells[] = {label, value};

    cli_table_add(table, cells);
}

static void add_link(cli_table_t *table, const ae_cert_link_t *link,
                     apr_pool_t *p)
{
    add(table, "  issuer", link->issuer);
    add(table, "  serial number", link->serial);
    add(table, "  valid from", ae_time_print(link->not_before, p));
    add(table, "  valid until", ae_time_print(link->not_after, p));
    add(table, "  key type", link->key);
    add(table, "  SHA-256", link->sha256);
    add(table, "  SHA-1", link->sha1);
}

static void show_text(const place_t *place, const ae_cert_t *chain,
                      const edge_cert_t *cert, apr_pool_t *p)
{
    const ae_cert_facts_t *facts = ae_cert_facts(chain);
    cli_table_t *table = cli_table_make(2, p);
    ae_cert_link_t link;
    int i;

    ae_cert_link(&link, chain, 0, p);
    add(table, place->word, link.subject[0] ? link.subject : "-");
    cli_table_add_texts(table, "  names", facts->names);
    add_link(table, &link, p);
    cli_table_add_texts(table, "  differs",
                        cli_differ(facts, link.key, cert, p));
    for (i = 1; i < ae_cert_length(chain); i++) {
        ae_cert_link(&link, chain, i, p);
        add(table, "issued by", link.subject);
        add_link(table, &link, p);
    }
    cli_print(cli_table_print(table));
}

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
                                print_chain(chains[i], cert, cli->p));
        } else if (chains[i]) {
            show_text(&places[i], chains[i], cert, cli->p);
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
