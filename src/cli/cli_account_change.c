#include "cli_account.h"
#include "cli_errand.h"

#include <apr_strings.h>
#include <string.h>

/* What is done to one account by the running worker. */

static int is_there(const edge_account_t *account)
{
    return account->state == EDGE_ACCOUNT_VALID ||
           account->state == EDGE_ACCOUNT_DAMAGED;
}

static cli_exit_t refuse_none(const edge_account_t *account, ae_error_t *err)
{
    ae_error_set(err, APR_ENOENT, "There is no account with %s",
                 account->provider);
    if (account->state == EDGE_ACCOUNT_DEACTIVATED) {
        ae_error_why(err, "%s was deactivated", account->url);
    }
    ae_error_next(err, "the next order opens one");
    return CLI_NOTHING;
}

/* The only one that there is, where none is named. */
static cli_exit_t find_only(const char **name, const cli_t *cli,
                            const apr_array_header_t *names, ae_error_t *err)
{
    edge_account_t account;
    int found = 0;
    int i;

    for (i = 0; i < names->nelts; i++) {
        const char *one = APR_ARRAY_IDX(names, i, const char *);

        edge_account_read(&account, cli->store, one, cli->p);
        if (is_there(&account) || names->nelts == 1) {
            *name = one;
            found++;
        }
    }
    if (found == 1) {
        return CLI_DONE;
    }
    ae_error_set(err, APR_EINVAL, "%s",
                 found ? "Which account is meant?" : "There is no account");
    if (found) {
        ae_error_why(err, "there are %d", found);
    }
    ae_error_next(err, "%s",
                  found ? "name its provider, one of acme-edge account list"
                        : "the next order opens one");
    return found ? CLI_FAILED : CLI_NOTHING;
}

static cli_exit_t find(edge_account_t *account, cli_t *cli, ae_error_t *err)
{
    const char *word = cli_operand(cli, 0);
    apr_array_header_t *names;
    const char *name;
    cli_exit_t code = CLI_DONE;

    if (cli_open(cli, err) != APR_SUCCESS ||
        cli_account_names(&names, cli, err) != APR_SUCCESS) {
        return CLI_FAILED;
    }
    if (word == NULL) {
        code = find_only(&name, cli, names, err);
    } else if (cli_account_find(&name, cli, names, word, err) != APR_SUCCESS) {
        code = CLI_FAILED;
    }
    if (code != CLI_DONE) {
        return code;
    }
    edge_account_read(account, cli->store, name, cli->p);
    return is_there(account) ? CLI_DONE : refuse_none(account, err);
}

static void set_text(json_t *asked, const char *member, const char *text)
{
    if (text) {
        json_object_set_new(asked, member, json_string(text));
    }
}

/* A CA that is configured no more is known by its directory. */
static cli_exit_t ask(const cli_t *cli, const edge_account_t *account,
                      const char *kind, ae_error_t *err)
{
    json_t *asked = ae_json_keep(json_object(), cli->p);

    set_text(asked, "kind", kind);
    set_text(asked, "provider",
             account->directory ? account->directory : account->provider);
    set_text(asked, "account", account->url);
    set_text(asked, "key", account->thumbprint);
    return cli_errand(cli, asked, err);
}

cli_exit_t cli_account_update(cli_t *cli, ae_error_t *err)
{
    edge_account_t account;
    cli_exit_t code = find(&account, cli, err);

    return code == CLI_DONE ? ask(cli, &account, "update", err) : code;
}

cli_exit_t cli_account_rollover(cli_t *cli, ae_error_t *err)
{
    edge_account_t account;
    cli_exit_t code = find(&account, cli, err);

    return code == CLI_DONE ? ask(cli, &account, "rollover", err) : code;
}

static cli_exit_t refuse_used(const edge_account_t *account,
                              const apr_array_header_t *users, ae_error_t *err)
{
    const char *first = APR_ARRAY_IDX(users, 0, const char *);

    ae_error_set(err, APR_EBUSY, "The account with %s is in use",
                 account->provider);
    if (users->nelts == 1) {
        ae_error_why(err, "%s is ordered there", first);
    } else {
        ae_error_why(err, "%s and %d more are ordered there", first,
                     users->nelts - 1);
    }
    ae_error_next(err, "an account that is deactivated never comes back: "
                       "change ACMEProvider first, or use --force, and the "
                       "next order opens another account");
    return CLI_FAILED;
}

cli_exit_t cli_account_deactivate(cli_t *cli, ae_error_t *err)
{
    edge_account_t account;
    const apr_array_header_t *users;
    cli_exit_t code = find(&account, cli, err);

    if (code != CLI_DONE) {
        return code;
    }
    users = cli_account_users(cli, account.provider);
    if (users->nelts > 0 && !(cli->args->options & CLI_FORCE)) {
        return refuse_used(&account, users, err);
    }
    return ask(cli, &account, "deactivate", err);
}
