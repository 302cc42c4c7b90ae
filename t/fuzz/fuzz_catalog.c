#include "edge_catalog.h"
#include "fuzz.h"
#include "fuzz_store.h"

#include <apr_strings.h>
#include <string.h>

/* config.json: it is root's, but another version's httpd may have written it,
 * and what it says is shown on terminals and becomes paths. */

static void check_cert(const edge_cert_t *cert)
{
    ae_error_t err;

    fuzz_must(edge_cert_check(cert, &err) == APR_SUCCESS,
              "what was taken could have been configured");
    fuzz_must(
        !strcmp(cert->name, APR_ARRAY_IDX(cert->names, 0, const char *)) &&
            !strcmp(cert->dir, edge_name_to_dir(cert->name, fuzz_pool)),
        "it is called by its first name");
    fuzz_must(cert->key_type < AE_KEY_TYPES, "its key type is known");
    fuzz_must_be_text(cert->trust_file);
}

static void check(const edge_catalog_t *catalog)
{
    edge_catalog_t again;
    ae_error_t err;
    int i;

    for (i = 0; i < catalog->certs->nelts; i++) {
        check_cert(APR_ARRAY_IDX(catalog->certs, i, const edge_cert_t *));
    }
    fuzz_must(edge_catalog_save(fuzz_store(), catalog, &err, fuzz_pool) ==
                  APR_SUCCESS,
              "a catalog can be saved");
    fuzz_must(edge_catalog_load(&again, edge_store_dir(fuzz_store()), &err,
                                fuzz_pool) == APR_SUCCESS &&
                  again.certs->nelts == catalog->certs->nelts,
              "what was saved is loaded as the same");
}

static void run(const unsigned char *data, size_t size)
{
    edge_catalog_t catalog;
    ae_error_t err;
    apr_status_t status;

    fuzz_write(edge_store_path(fuzz_store(), fuzz_pool, "config.json", NULL),
               fuzz_bytes(data, size));
    status = edge_catalog_load(&catalog, edge_store_dir(fuzz_store()), &err,
                               fuzz_pool);
    if (status == APR_SUCCESS) {
        check(&catalog);
        return;
    }
    fuzz_must(status == AE_EFORMAT || status == AE_EVERSION,
              "the status is a documented one");
    fuzz_must_explain(&err, status);
    fuzz_must(err.next[0] != '\0', "it says what helps");
}

const fuzz_target_t fuzz_catalog = {"catalog", run, 2000};
