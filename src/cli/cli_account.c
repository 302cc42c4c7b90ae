#include "cli_account.h"

#include "ae_time.h"
#include "show_columns.h"

#include <apr_strings.h>
#include <string.h>

/* As many lines as are read; JSON has all. */
#define SHOWN_MAX 8

/* --- which --------------------------------------------------------------- */

apr_status_t cli_account_names(apr_array_header_t **names, const cli_t *cli,
                               ae_error_t *err)
{
    return edge_account_providers(names, cli->store, cli->catalog.certs, err,
                                  cli->p);
}

apr_status_t cli_account_find(const char **name, const cli_t *cli,
                              const apr_array_header_t *names,
                              const char *word, ae_error_t *err)
{
    const edge_provider_t *provider;
    ae_error_t ignored;
    int i;

    if (strstr(word, "://") && edge_provider_resolve(&provider, word, &ignored,
                                                     cli->p) == APR_SUCCESS) {
        word = provider->name;
    }
    for (i = 0; i < names->nelts; i++) {
        *name = APR_ARRAY_IDX(names, i, const char *);
        if (strcmp(*name, word) == 0) {
            return APR_SUCCESS;
        }
    }
    ae_error_set(err, APR_ENOENT, "There is no provider %s", word);
    ae_error_why(err, "httpd was started with: %s",
                 names->nelts ? apr_array_pstrcat(cli->p, names, ' ')
                              : "none");
    return ae_error_next(err, "name one of these, or restart httpd where the "
                              "configuration has changed");
}

const apr_array_header_t *cli_account_users(const cli_t *cli,
                                            const char *provider)
{
    apr_array_header_t *users =
        apr_array_make(cli->p, 4, sizeof(const char *));
    int i;

    for (i = 0; i < cli->catalog.certs->nelts; i++) {
        const edge_cert_t *cert =
            APR_ARRAY_IDX(cli->catalog.certs, i, const edge_cert_t *);

        if (edge_account_is_used(provider, cert)) {
            APR_ARRAY_PUSH(users, const char *) = cert->name;
        }
    }
    return users;
}

/* A pause that is over is none. */
static const char *pause_of(const edge_account_t *account, const cli_t *cli)
{
    return account->paused_until > cli->now
               ? ae_time_print(account->paused_until, cli->p)
               : NULL;
}

/* --- JSON ---------------------------------------------------------------- */

static json_t *print_texts(const apr_array_header_t *texts)
{
    json_t *list = texts ? json_array() : json_null();
    int i;

    for (i = 0; texts && i < texts->nelts; i++) {
        json_array_append_new(
            list, json_string(APR_ARRAY_IDX(texts, i, const char *)));
    }
    return list;
}

static json_t *print_account(const edge_account_t *account, const cli_t *cli)
{
    int damaged = account->state == EDGE_ACCOUNT_DAMAGED;

    return json_pack(
        "{s:s,s:s,s:s?,s:s?,s:s?,s:s?,s:s?,s:s?,s:s?,s:b,s:o,s:o}", "provider",
        account->provider, "state", edge_account_word(account->state),
        "directory", account->directory, "account", account->url, "terms",
        account->terms, "keyType", account->key_type, "thumbprint",
        account->thumbprint, "pausedUntil", pause_of(account, cli), "damage",
        damaged ? ae_error_line(&account->err, cli->p) : NULL,
        "rolloverUnderWay", account->gets_key, "contacts",
        print_texts(account->contacts), "certificates",
        print_texts(cli_account_users(cli, account->provider)));
}

/* --- text ---------------------------------------------------------------- */

static void add(show_columns_t *table, const char *label, const char *value)
{
    const char *cells[] = {label, value ? value : "-"};

    show_columns_add(table, cells);
}

static void add_texts(show_columns_t *table, const char *label,
                      const apr_array_header_t *texts, apr_pool_t *p)
{
    int count = texts ? texts->nelts : 0;
    int i;

    for (i = 0; i == 0 || (i < count && i < SHOWN_MAX); i++) {
        add(table, i ? "" : label,
            count ? APR_ARRAY_IDX(texts, i, const char *) : NULL);
    }
    if (count > SHOWN_MAX) {
        add(table, "", apr_psprintf(p, "and %d more", count - SHOWN_MAX));
    }
}

static void show_account(const edge_account_t *account, const cli_t *cli)
{
    show_columns_t *table = show_columns_make(2, cli->p);

    add(table, "provider", account->provider);
    add(table, "  state", edge_account_word(account->state));
    if (account->state == EDGE_ACCOUNT_DAMAGED) {
        add(table, "  damage", ae_error_line(&account->err, cli->p));
    }
    add(table, "  directory", account->directory);
    add(table, "  account", account->url);
    add_texts(table, "  contacts told", account->contacts, cli->p);
    add(table, "  terms of service", account->terms);
    add(table, "  key type", account->key_type);
    add(table, "  key's thumbprint", account->thumbprint);
    if (account->gets_key) {
        add(table, "", "another one is on its way to the CA");
    }
    add(table, "  left alone until", pause_of(account, cli));
    add_texts(table, "  certificates",
              cli_account_users(cli, account->provider), cli->p);
    cli_print(show_columns_print(table));
}

/* --- list ---------------------------------------------------------------- */

static void show_all(const cli_t *cli, const apr_array_header_t *names,
                     const char *only)
{
    json_t *list = json_array();
    int i;

    for (i = 0; i < names->nelts; i++) {
        const char *name = APR_ARRAY_IDX(names, i, const char *);
        edge_account_t account;

        if (only && strcmp(only, name) != 0) {
            continue;
        }
        edge_account_read(&account, cli->store, name, cli->p);
        if (cli->args->json) {
            json_array_append_new(list, print_account(&account, cli));
        } else {
            show_account(&account, cli);
        }
    }
    if (cli->args->json) {
        cli_print_json(json_pack("{s:o}", "accounts", list), cli->p);
    } else {
        json_decref(list);
    }
}

cli_exit_t cli_account_list(cli_t *cli, ae_error_t *err)
{
    const char *word = cli_operand(cli, 0);
    const char *only = NULL;
    apr_array_header_t *names;

    if (cli_open(cli, err) != APR_SUCCESS ||
        cli_account_names(&names, cli, err) != APR_SUCCESS ||
        (word &&
         cli_account_find(&only, cli, names, word, err) != APR_SUCCESS)) {
        return CLI_FAILED;
    }
    if (names->nelts == 0) {
        ae_error_set(err, APR_ENOENT, "There are no accounts");
        ae_error_next(err, "the first order opens one");
        return CLI_NOTHING;
    }
    show_all(cli, names, only);
    return CLI_DONE;
}
