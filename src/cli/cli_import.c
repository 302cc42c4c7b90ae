#include "ae_cert_path.h"
#include "ae_time.h"
#include "cli_fetch.h"
#include "cli_stage.h"
#include "edge_kept.h"
#include "edge_live.h"
#include "edge_pair.h"
#include "edge_plan.h"
#include "edge_revoked.h"

#include <apr_strings.h>
#include <string.h>

#define FETCHES_MAX 4

/* One import. */
typedef struct import_t {
    cli_t *cli;
    const edge_cert_t *cert;
    const char *file;
    ae_cert_t *given; /* as it is in the file */
    ae_cert_t *chain; /* completed and verified */
    ae_key_t *key;
    apr_array_header_t *others; /* const ae_cert_t *: who may be its issuer */
} import_t;

/* --- what is given -------------------------------------------------------- */

static apr_status_t read_file(import_t *im, ae_error_t *err)
{
    ae_error_t cause;
    ae_bytes_t bytes;
    apr_status_t status = ae_file_read(
        &bytes, im->file, AE_CERT_CHAIN_BYTES_MAX, err, im->cli->p);

    if (status != APR_SUCCESS) {
        return ae_error_next(err, "name a file with the certificate, and the "
                                  "CA's intermediate ones behind it");
    }
    status = ae_cert_parse_any(&im->given, bytes, &cause, im->cli->p);
    if (status == APR_SUCCESS) {
        return status;
    }
    ae_error_set(err, status, "Cannot use %s", im->file);
    ae_error_why(err, "%s%s%s", cause.what, cause.why[0] ? ": " : "",
                 cause.why);
    return ae_error_next(err,
                         "it must hold certificates as PEM and nothing "
                         "else, the one for %s first, or that alone as "
                         "DER",
                         im->cert->name);
}

/* --- whose key ------------------------------------------------------------ */

static int fits(const import_t *im, const ae_key_t *key)
{
    ae_error_t ignored;

    return ae_cert_check_key(im->given, key, &ignored) == APR_SUCCESS;
}

static apr_status_t is_foreign(const import_t *im, int kept, ae_error_t *err)
{
    ae_error_set(err, AE_EMISMATCH, "The certificate in %s is of another key",
                 im->file);
    ae_error_why(err,
                 kept ? "neither the key that is kept for %s nor the one in "
                        "use belongs to it"
                      : "no key is kept for %s, and none in use belongs to it",
                 im->cert->name);
    return ae_error_next(err,
                         "have the CA sign what `acme-edge csr %s` prints",
                         im->cert->name);
}

static int fits_live(ae_key_t **key, const import_t *im)
{
    edge_live_paths_t paths =
        edge_live_paths(edge_store_dir(im->cli->store), im->cert, im->cli->p);
    ae_error_t ignored;

    return edge_pair_load_key(key, paths.key, &ignored, im->cli->p) ==
               APR_SUCCESS &&
           ae_key_type(*key) == im->cert->key_type && fits(im, *key);
}

/* The kept one first: that the certificate was asked for with. */
static apr_status_t find_key(import_t *im, ae_error_t *err)
{
    const ae_csr_t *csr;
    apr_status_t status = edge_kept_load(&im->key, &csr, im->cli->store,
                                         im->cert, err, im->cli->p);
    int kept = status == APR_SUCCESS;

    if (!kept && !APR_STATUS_IS_ENOENT(status)) {
        return status;
    }
    if ((kept && fits(im, im->key)) ||
        (im->cert->csr == NULL && fits_live(&im->key, im))) {
        return APR_SUCCESS;
    }
    return is_foreign(im, kept, err);
}

/* Of several types of key it is the one that it was asked for with. */
static apr_status_t find_pair(import_t *im, ae_error_t *err)
{
    const edge_cert_t *first = im->cert;
    ae_error_t ignored;
    apr_status_t status = find_key(im, err);

    while (status == AE_EMISMATCH && im->cert != NULL) {
        im->cert = cli_sibling(im->cli, im->cert);
        if (im->cert != NULL && find_key(im, &ignored) == APR_SUCCESS) {
            return APR_SUCCESS;
        }
    }
    im->cert = im->cert ? im->cert : first;
    return status;
}

/* --- its chain ------------------------------------------------------------ */

#define MISSING "put what is missing behind the other ones in the file"
#define PRIVATE "name the root of a private CA by --trust FILE"

/* @param untold why it could not be fetched; status 0: nothing was to be */
static apr_status_t advise(const import_t *im, const ae_error_t *untold,
                           ae_error_t *err)
{
    const char *trust = im->cli->args->trust;
    int missing = APR_STATUS_IS_INCOMPLETE(err->status);
    ae_error_t cause = *err;

    ae_error_set(err, cause.status, "The certificate in %s is not trusted",
                 im->file);
    ae_error_why(err, "%s: %s, by %s%s%s", cause.what, cause.why,
                 trust ? trust : "the roots of this system",
                 untold->status ? "; " : "",
                 untold->status ? ae_error_line(untold, im->cli->p) : "");
    return ae_error_next(err, "%s",
                         missing && trust ? MISSING
                         : missing        ? MISSING ", or " PRIVATE
                         : trust          ? "ask the CA for another one"
                                          : PRIVATE);
}

static void add_live(import_t *im)
{
    ae_error_t ignored;
    ae_cert_t *live;

    if (edge_live_load(&live, edge_store_dir(im->cli->store), im->cert,
                       &ignored, im->cli->p) == APR_SUCCESS) {
        APR_ARRAY_PUSH(im->others, const ae_cert_t *) = live;
    }
}

/* Where the CA says that the missing one can be had.
 * @return whether there is another one now */
static int fetch(import_t *im, const char *url, ae_error_t *untold)
{
    ae_cert_t *issuer;

    memset(untold, 0, sizeof(*untold));
    if (url == NULL ||
        cli_fetch_cert(&issuer, im->cli, url, untold) != APR_SUCCESS) {
        return 0;
    }
    APR_ARRAY_PUSH(im->others, const ae_cert_t *) = issuer;
    return 1;
}

/* Each fetch brings it one further, or none does. */
static apr_status_t find_chain(import_t *im, ae_error_t *err)
{
    ae_error_t untold = {0};
    ae_cert_trust_t *trust;
    const char *url;
    int fetched = 0;
    apr_status_t status =
        ae_cert_trust_load(&trust, im->cli->args->trust, err, im->cli->p);

    if (status != APR_SUCCESS) {
        return status;
    }
    add_live(im);
    do {
        status = ae_cert_path(&im->chain, &url, im->given, im->others, trust,
                              im->cli->now, err, im->cli->p);
    } while (APR_STATUS_IS_INCOMPLETE(status) && fetched++ < FETCHES_MAX &&
             fetch(im, url, &untold));
    return status == APR_SUCCESS ? status : advise(im, &untold, err);
}

/* --- all of it ------------------------------------------------------------ */

static apr_status_t refuse(const import_t *im, ae_error_t *err)
{
    ae_error_t cause = *err;

    ae_error_set(err, cause.status, "The certificate in %s is refused",
                 im->file);
    ae_error_why(err, "%s%s%s", cause.what, cause.why[0] ? ": " : "",
                 cause.why);
    return ae_error_next(err,
                         "have the CA sign what `acme-edge csr %s` prints",
                         im->cert->name);
}

/* What can be told of the leaf alone comes first: a chain may take the
 * network. */
static apr_status_t judge(import_t *im, ae_error_t *err)
{
    apr_status_t status = find_pair(im, err);

    if (status != APR_SUCCESS) {
        return status;
    }
    status = ae_cert_check_names(im->given, im->cert->names, err);
    if (status == APR_SUCCESS) {
        status = ae_cert_check_dates(im->given, im->cli->now, err);
    }
    if (status != APR_SUCCESS) {
        return refuse(im, err);
    }
    status = find_chain(im, err);
    if (status != APR_SUCCESS) {
        return status;
    }
    status = edge_pair_judge(im->chain, im->key, im->cert->names, im->cli->now,
                             err);
    if (status == APR_SUCCESS) {
        status = edge_revoked_check(im->cli->store, ae_cert_facts(im->chain),
                                    err, im->cli->p);
    }
    return status == APR_SUCCESS ? status : refuse(im, err);
}

static int is_that(const import_t *im, const edge_leaf_t *leaf)
{
    return leaf->present &&
           strcmp(leaf->serial, ae_cert_facts(im->chain)->serial) == 0 &&
           strcmp(leaf->issuer, ae_cert_facts(im->chain)->issuer) == 0;
}

static cli_exit_t is_here(const import_t *im, const char *where,
                          ae_error_t *err)
{
    ae_error_set(err, APR_EEXIST, "The certificate in %s is %s already",
                 im->file, where);
    return CLI_NOTHING;
}

static void tell(const import_t *im)
{
    const ae_cert_facts_t *facts = ae_cert_facts(im->chain);
    const cli_t *cli = im->cli;
    const char *waits = edge_plan_waits_for(im->cert, cli->now, cli->p);

    cli_tell(cli, "%s: serial %s, valid until %s, is pending: %s",
             im->cert->name, facts->serial,
             ae_time_print(facts->not_after, cli->p),
             waits ? waits : cli_what_next(cli));
}

cli_exit_t cli_import(cli_t *cli, ae_error_t *err)
{
    const edge_standing_t *standing;
    import_t im = {.cli = cli, .file = cli_operand(cli, 1)};

    im.others = apr_array_make(cli->p, 4, sizeof(const ae_cert_t *));
    if (cli_begin(&im.cert, cli, err) != APR_SUCCESS ||
        read_file(&im, err) != APR_SUCCESS || judge(&im, err) != APR_SUCCESS ||
        cli_enter(cli, err) != APR_SUCCESS) {
        return CLI_FAILED;
    }
    standing = cli_standing(cli, im.cert);
    if (is_that(&im, &standing->staged)) {
        return is_here(&im, "pending", err);
    }
    if (is_that(&im, &standing->live)) {
        return is_here(&im, "in use", err);
    }
    if (cli_stage(cli, im.cert, im.key, im.chain, EDGE_REQUEST_LOOK, err) !=
        APR_SUCCESS) {
        return CLI_FAILED;
    }
    tell(&im);
    return CLI_DONE;
}
