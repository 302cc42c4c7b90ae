#include "cli_csr.h"

#include "ae_json.h"
#include "cli_kept.h"
#include "edge_differ.h"
#include "edge_digest.h"
#include "show_columns.h"

#include <apr_strings.h>
#include <string.h>

static apr_array_header_t *differences(const ae_csr_t *csr,
                                       const edge_cert_t *cert, apr_pool_t *p)
{
    ae_cert_facts_t facts = {.names = ae_csr_facts(csr)->names};

    return edge_differ(&facts, ae_csr_facts(csr)->key, cert, p);
}

static const char *print_pem(const ae_csr_t *csr, ae_error_t *err,
                             apr_pool_t *p)
{
    ae_bytes_t pem;

    return ae_csr_print(&pem, csr, err, p) == APR_SUCCESS
               ? apr_pstrmemdup(p, (const char *)pem.data, pem.len)
               : NULL;
}

static json_t *print_json(const ae_csr_t *csr, const edge_cert_t *cert,
                          const char *pem, apr_pool_t *p)
{
    const ae_csr_facts_t *facts = ae_csr_facts(csr);

    return json_pack("{s:s,s:o,s:s,s:s,s:o,s:s}", "subject", facts->subject,
                     "names", ae_json_texts(facts->names), "keyType",
                     facts->key, "sha256",
                     edge_digest_bytes(ae_csr_der(csr), p), "differences",
                     ae_json_texts(differences(csr, cert, p)), "pem", pem);
}

/* --- show --csr ---------------------------------------------------------- */

static void show_text(const ae_csr_t *csr, const edge_cert_t *cert,
                      apr_pool_t *p)
{
    const ae_csr_facts_t *facts = ae_csr_facts(csr);
    const char *head[] = {"request", facts->subject[0] ? facts->subject : "-"};
    const char *key[] = {"  key type", facts->key};
    const char *sha256[] = {"  SHA-256",
                            edge_digest_bytes(ae_csr_der(csr), p)};
    show_columns_t *table = show_columns_make(2, p);

    show_columns_add(table, head);
    show_columns_add_texts(table, "  names", facts->names);
    show_columns_add(table, key);
    show_columns_add(table, sha256);
    show_columns_add_texts(table, "  differs", differences(csr, cert, p));
    cli_print(show_columns_print(table));
}

static cli_exit_t none_kept(const edge_cert_t *cert, ae_error_t *err)
{
    ae_error_set(err, APR_ENOENT, "No request of %s is kept", cert->name);
    ae_error_next(err, "acme-edge csr %s makes one", cert->name);
    return CLI_NOTHING;
}

cli_exit_t cli_show_csr(cli_t *cli, const edge_cert_t *cert, ae_error_t *err)
{
    const ae_csr_t *csr;
    const char *pem;
    apr_status_t status =
        edge_kept_load(NULL, &csr, cli->store, cert, err, cli->p);

    if (APR_STATUS_IS_ENOENT(status)) {
        return none_kept(cert, err);
    }
    pem = status == APR_SUCCESS ? print_pem(csr, err, cli->p) : NULL;
    if (pem == NULL) {
        return CLI_FAILED;
    }
    if (cli->args->options & CLI_PEM) {
        cli_print(pem);
    } else if (cli->args->json) {
        cli_print_json(
            json_pack("{s:o}", "csr", print_json(csr, cert, pem, cli->p)),
            cli->p);
    } else {
        show_text(csr, cert, cli->p);
    }
    return CLI_DONE;
}

/* --- csr ----------------------------------------------------------------- */

/* The same again is no harm. */
static apr_status_t check_free(const char *path, ae_bytes_t bytes,
                               ae_error_t *err, apr_pool_t *p)
{
    ae_error_t ignored;
    ae_bytes_t found;

    if (!ae_file_exists(path) ||
        (ae_file_read(&found, path, AE_CSR_BYTES_MAX, &ignored, p) ==
             APR_SUCCESS &&
         found.len == bytes.len &&
         memcmp(found.data, bytes.data, found.len) == 0)) {
        return APR_SUCCESS;
    }
    ae_error_set(err, APR_EEXIST, "Cannot write the request to %s", path);
    ae_error_why(err, "something else is there");
    return ae_error_next(err, "name another file, or move that one away");
}

static apr_status_t write_out(const char *path, const char *pem,
                              ae_error_t *err, apr_pool_t *p)
{
    static const ae_file_owner_t writer = {(uid_t)-1, (gid_t)-1};
    ae_bytes_t bytes = {(const unsigned char *)pem, strlen(pem)};
    apr_status_t status = check_free(path, bytes, err, p);

    return status == APR_SUCCESS ? ae_file_write(path, bytes, 0644, writer,
                                                 AE_FILE_DURABLE, err, p)
                                 : status;
}

cli_exit_t cli_csr(cli_t *cli, ae_error_t *err)
{
    const char *out = cli->args->out;
    const edge_cert_t *cert;
    const ae_csr_t *csr;
    const char *pem;

    if (cli_begin(&cert, cli, err) != APR_SUCCESS ||
        cli_kept_make(&csr, cli, cert, err) != APR_SUCCESS) {
        return CLI_FAILED;
    }
    pem = print_pem(csr, err, cli->p);
    if (pem == NULL ||
        (out && write_out(out, pem, err, cli->p) != APR_SUCCESS)) {
        return CLI_FAILED;
    }
    if (cli->args->json) {
        cli_print_json(print_json(csr, cert, pem, cli->p), cli->p);
    } else if (out) {
        cli_tell(cli, "%s: the request is in %s", cert->name, out);
    } else {
        cli_print(pem);
    }
    return CLI_DONE;
}
