#include "acme_revoke.h"
#include "cli_errand.h"
#include "cli_replace.h"
#include "cli_subject.h"
#include "edge_errand.h"

#include <apr_strings.h>
#include <string.h>

/* What is revoked, and how. */
typedef struct revocation_t {
    cli_subject_t subject;
    acme_reason_t reason;
    const char *provider;
} revocation_t;

static int wants(const cli_t *cli, unsigned option)
{
    return (cli->args->options & option) != 0;
}

/* --- the words ----------------------------------------------------------- */

static apr_status_t read_reason(revocation_t *what, const cli_t *cli,
                                ae_error_t *err)
{
    const char *usual = wants(cli, CLI_REPLACE) ? "superseded" : "unspecified";

    return acme_reason_parse(
        &what->reason, cli->args->reason ? cli->args->reason : usual, err);
}

static apr_status_t check_words(revocation_t *what, const cli_t *cli,
                                ae_error_t *err)
{
    if (wants(cli, CLI_REPLACE) && wants(cli, CLI_FORCE | CLI_PENDING)) {
        ae_error_set(err, AE_EFORMAT, "--replace");
        return ae_error_why(err, "it goes with neither --force nor "
                                 "--pending");
    }
    return read_reason(what, cli, err);
}

/* --- whether it may ------------------------------------------------------ */

/* What it is in use for, as many names as fit a message. */
static const char *use_words(const edge_cert_t *cert, apr_pool_t *p)
{
    return apr_psprintf(p, "it is what httpd serves for %.400s",
                        apr_array_pstrcat(p, cert->names, ' '));
}

static cli_exit_t refuse_in_use(const revocation_t *what, const cli_t *cli,
                                ae_error_t *err)
{
    const edge_cert_t *cert = what->subject.in_use;

    ae_error_set(err, APR_EBUSY, "The certificate of %s is in use",
                 cert->name);
    ae_error_why(err, "%s", use_words(cert, cli->p));
    ae_error_next(err,
                  "acme-edge revoke --replace%s%s %s gets another one with a "
                  "new key, deploys it, and revokes this one then; with "
                  "--force it is revoked at once",
                  cli->args->reason ? " --reason " : "",
                  cli->args->reason ? cli->args->reason : "", cert->name);
    return CLI_FAILED;
}

static cli_exit_t refuse_unused(const revocation_t *what, ae_error_t *err)
{
    ae_error_set(err, APR_ENOENT, "There is nothing to replace");
    ae_error_why(err, "the certificate of %s is not in use",
                 cli_subject_label(&what->subject));
    ae_error_next(err, "leave out --replace");
    return CLI_FAILED;
}

static cli_exit_t check_use(const revocation_t *what, const cli_t *cli,
                            ae_error_t *err)
{
    if (wants(cli, CLI_REPLACE)) {
        return what->subject.in_use ? CLI_DONE : refuse_unused(what, err);
    }
    return what->subject.in_use && !wants(cli, CLI_FORCE)
               ? refuse_in_use(what, cli, err)
               : CLI_DONE;
}

/* --- the errand ---------------------------------------------------------- */

/* Only root can read the key: sealed, the worker can open it. */
static apr_status_t add_key(json_t *asked, const revocation_t *what,
                            const cli_t *cli, ae_error_t *err)
{
    ae_bytes_t pem;
    apr_status_t status;

    if (what->subject.key == NULL) {
        return APR_SUCCESS;
    }
    status = ae_key_print(&pem, what->subject.key, err, cli->p);
    return status == APR_SUCCESS
               ? edge_errand_seal(asked, "key", cli->store, pem, err, cli->p)
               : status;
}

static cli_exit_t revoke_it(const revocation_t *what, const cli_t *cli,
                            ae_error_t *err)
{
    json_t *asked = ae_json_keep(json_object(), cli->p);
    ae_bytes_t pem;
    const char *text;

    if (ae_cert_print(&pem, what->subject.chain, err, cli->p) != APR_SUCCESS ||
        add_key(asked, what, cli, err) != APR_SUCCESS) {
        return CLI_FAILED;
    }
    text = apr_pstrmemdup(cli->p, (const char *)pem.data, pem.len);
    json_object_set_new(asked, "kind", json_string("revoke"));
    json_object_set_new(asked, "provider", json_string(what->provider));
    json_object_set_new(asked, "certificate", json_string(text));
    json_object_set_new(asked, "reason",
                        json_string(acme_reason_word(what->reason)));
    return cli_errand(cli, asked, err);
}

static cli_exit_t find_provider(revocation_t *what, const cli_t *cli,
                                ae_error_t *err)
{
    apr_status_t status =
        cli_subject_provider(&what->provider, &what->subject, cli, err);

    if (status == APR_SUCCESS) {
        return CLI_DONE;
    }
    return status == AE_EFORMAT ? CLI_USAGE : CLI_FAILED;
}

cli_exit_t cli_revoke(cli_t *cli, ae_error_t *err)
{
    revocation_t what = {0};
    cli_exit_t end;

    if (check_words(&what, cli, err) != APR_SUCCESS) {
        return CLI_USAGE;
    }
    if (cli_open(cli, err) != APR_SUCCESS ||
        cli_subject_read(&what.subject, cli, err) != APR_SUCCESS) {
        return CLI_FAILED;
    }
    end = find_provider(&what, cli, err);
    if (end == CLI_DONE) {
        end = check_use(&what, cli, err);
    }
    if (end == CLI_DONE && wants(cli, CLI_REPLACE)) {
        end = cli_replace(cli, &what.subject, err);
    }
    return end == CLI_DONE ? revoke_it(&what, cli, err) : end;
}
