#include "cli_subject.h"

#include "edge_archive.h"
#include "edge_live.h"
#include "edge_pair.h"

#include <apr_strings.h>
#include <stdlib.h>
#include <string.h>

#define KEY_BYTES_MAX (64 * 1024)

static const edge_cert_t *cert_at(const cli_t *cli, int i)
{
    return APR_ARRAY_IDX(cli->catalog.certs, i, const edge_cert_t *);
}

static int is_same(const ae_cert_t *a, const ae_cert_t *b)
{
    return strcmp(ae_cert_facts(a)->serial, ae_cert_facts(b)->serial) == 0 &&
           strcmp(ae_cert_facts(a)->issuer, ae_cert_facts(b)->issuer) == 0;
}

const char *cli_subject_label(const cli_subject_t *subject)
{
    const ae_cert_facts_t *facts = ae_cert_facts(subject->chain);

    return facts->names->nelts ? APR_ARRAY_IDX(facts->names, 0, const char *)
                               : facts->subject;
}

/* --- where it lies in the store ------------------------------------------ */

static void take_key(cli_subject_t *subject, const char *path,
                     const cli_t *cli)
{
    ae_key_t *key;
    ae_error_t ignored;

    if (subject->key == NULL &&
        edge_pair_load_key(&key, path, &ignored, cli->p) == APR_SUCCESS &&
        ae_cert_check_key(subject->chain, key, &ignored) == APR_SUCCESS) {
        subject->key = key;
    }
}

static void look_at_live(cli_subject_t *subject, const cli_t *cli,
                         const edge_cert_t *cert)
{
    const char *dir = edge_store_dir(cli->store);
    ae_cert_t *chain;
    ae_error_t ignored;

    if (edge_live_load(&chain, dir, cert, &ignored, cli->p) == APR_SUCCESS &&
        is_same(chain, subject->chain)) {
        subject->cert = subject->in_use = cert;
        take_key(subject, edge_live_paths(dir, cert, cli->p).key, cli);
    }
}

static void look_at_staged(cli_subject_t *subject, const cli_t *cli,
                           const edge_cert_t *cert)
{
    ae_cert_t *chain;
    ae_key_t *key;
    ae_error_t ignored;

    if (edge_store_set_load(&key, &chain, cli->store, cert, &ignored,
                            cli->p) == APR_SUCCESS &&
        is_same(chain, subject->chain)) {
        subject->cert = cert;
        subject->key = subject->key ? subject->key : key;
    }
}

static void look_at_archive(cli_subject_t *subject, const cli_t *cli,
                            const edge_cert_t *cert)
{
    const apr_array_header_t *list =
        edge_archive_list(cli->store, cert, cli->p);
    ae_error_t ignored;
    int i;

    for (i = 0; i < list->nelts; i++) {
        const edge_archived_t *entry =
            &APR_ARRAY_IDX(list, i, edge_archived_t);
        ae_cert_t *chain;

        if (edge_pair_load_chain(&chain, entry->cert, &ignored, cli->p) ==
                APR_SUCCESS &&
            is_same(chain, subject->chain)) {
            subject->cert = cert;
            take_key(subject, entry->key, cli);
        }
    }
}

/* What is in use goes last, and so counts. */
static void locate(cli_subject_t *subject, const cli_t *cli)
{
    int i;

    for (i = 0; i < cli->catalog.certs->nelts; i++) {
        look_at_archive(subject, cli, cert_at(cli, i));
        look_at_staged(subject, cli, cert_at(cli, i));
    }
    for (i = 0; i < cli->catalog.certs->nelts; i++) {
        look_at_live(subject, cli, cert_at(cli, i));
    }
}

/* --- what was named ------------------------------------------------------ */

static apr_status_t read_named(cli_subject_t *subject, const cli_t *cli,
                               const edge_cert_t *cert, ae_error_t *err)
{
    int pending = (cli->args->options & CLI_PENDING) != 0;
    ae_key_t *key;
    apr_status_t status =
        pending ? edge_store_set_load(&key, &subject->chain, cli->store, cert,
                                      err, cli->p)
                : edge_live_load(&subject->chain, edge_store_dir(cli->store),
                                 cert, err, cli->p);

    if (APR_STATUS_IS_ENOENT(status)) {
        ae_error_set(err, status, "%s has no %s", cert->name,
                     pending ? "pending certificate" : "certificate in use");
        ae_error_next(err, "look at acme-edge status %s", cert->name);
    }
    return status;
}

/* The file is the administrator's own: links in its path are meant. */
static apr_status_t read_file(ae_bytes_t *bytes, const char *word,
                              apr_size_t max, const cli_t *cli,
                              ae_error_t *err)
{
    char *real = realpath(word, NULL);
    const char *path = apr_pstrdup(cli->p, real ? real : word);

    free(real);
    return ae_file_read(bytes, path, max, err, cli->p);
}

static apr_status_t read_pem(cli_subject_t *subject, const char *word,
                             const cli_t *cli, ae_error_t *err)
{
    ae_bytes_t pem;
    apr_status_t status =
        read_file(&pem, word, AE_CERT_CHAIN_BYTES_MAX, cli, err);
    ae_error_t cause;

    if (status == APR_SUCCESS) {
        status = ae_cert_parse(&subject->chain, pem, &cause, cli->p);
        if (status != APR_SUCCESS) {
            ae_error_set(err, status, "%s holds no certificate", word);
            ae_error_why(err, "%s", cause.why[0] ? cause.why : cause.what);
            ae_error_next(err, "give it in PEM, with nothing but its chain "
                               "beside it");
        }
    }
    return status;
}

static apr_status_t read_key(cli_subject_t *subject, const cli_t *cli,
                             ae_error_t *err)
{
    ae_bytes_t pem;
    ae_key_t *key;
    apr_status_t status =
        read_file(&pem, cli->args->key, KEY_BYTES_MAX, cli, err);

    if (status == APR_SUCCESS) {
        status = ae_key_parse(&key, pem, err, cli->p);
    }
    if (status == APR_SUCCESS) {
        status = ae_cert_check_key(subject->chain, key, err);
    }
    if (status == APR_SUCCESS) {
        subject->key = key;
    }
    return status;
}

apr_status_t cli_subject_read(cli_subject_t *subject, const cli_t *cli,
                              ae_error_t *err)
{
    const char *word = cli_operand(cli, 0);
    const edge_cert_t *cert;
    apr_status_t status = cli_find(&cert, cli, word, err);

    memset(subject, 0, sizeof(*subject));
    if (status == APR_SUCCESS) {
        status = read_named(subject, cli, cert, err);
    } else if (ae_file_exists(word)) {
        status = read_pem(subject, word, cli, err);
    }
    if (status == APR_SUCCESS && cli->args->key) {
        status = read_key(subject, cli, err);
    }
    if (status == APR_SUCCESS) {
        locate(subject, cli);
    }
    return status;
}

/* --- who issued it ------------------------------------------------------- */

static const edge_provider_t *provider_at(const edge_cert_t *cert, unsigned i)
{
    return APR_ARRAY_IDX(cert->providers, i % (unsigned)cert->providers->nelts,
                         const edge_provider_t *);
}

/* Of a certificate's providers the one that had the last word. */
static const char *told_by_store(const edge_cert_t *cert, const cli_t *cli)
{
    if (cert->providers->nelts == 0) {
        return NULL;
    }
    return provider_at(cert, cli_standing(cli, cert)->state.provider)->name;
}

/* Where all certificates have one and the same. */
static const char *only_one(const cli_t *cli)
{
    const char *name = NULL;
    int i, j;

    for (i = 0; i < cli->catalog.certs->nelts; i++) {
        const edge_cert_t *cert = cert_at(cli, i);

        for (j = 0; j < cert->providers->nelts; j++) {
            const char *other = provider_at(cert, (unsigned)j)->name;

            if (name && strcmp(name, other) != 0) {
                return NULL;
            }
            name = other;
        }
    }
    return name;
}

static int is_configured(const char *word, const cli_t *cli)
{
    int i, j;

    for (i = 0; i < cli->catalog.certs->nelts; i++) {
        const edge_cert_t *cert = cert_at(cli, i);

        for (j = 0; j < cert->providers->nelts; j++) {
            if (strcmp(provider_at(cert, (unsigned)j)->name, word) == 0) {
                return 1;
            }
        }
    }
    return 0;
}

static apr_status_t check_word(const char *word, const cli_t *cli,
                               ae_error_t *err)
{
    const edge_provider_t *provider;

    return is_configured(word, cli)
               ? APR_SUCCESS
               : edge_provider_resolve(&provider, word, err, cli->p);
}

apr_status_t cli_subject_provider(const char **provider,
                                  const cli_subject_t *subject,
                                  const cli_t *cli, ae_error_t *err)
{
    if (cli->args->provider) {
        *provider = cli->args->provider;
        return check_word(*provider, cli, err);
    }
    *provider =
        subject->cert ? told_by_store(subject->cert, cli) : only_one(cli);
    if (*provider) {
        return APR_SUCCESS;
    }
    ae_error_set(err, APR_ENOENT,
                 "Nobody here knows who issued the "
                 "certificate of %s",
                 cli_subject_label(subject));
    ae_error_why(err, "its issuer is %.200s",
                 ae_cert_facts(subject->chain)->issuer);
    return ae_error_next(err, "name the CA with --provider, as ACMEProvider "
                              "does");
}
