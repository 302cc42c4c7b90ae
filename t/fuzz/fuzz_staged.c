#include "edge_store.h"
#include "fuzz.h"
#include "fuzz_store.h"

#include <apr_strings.h>

/* The staged set, which the less trusted worker writes and the parent reads.
 * The input: the key, a line "%%", the chain. The first byte says how the key
 * lies there: 's' sealed as it should be, all else as it is. */

#define KEY "staging/www.site.example/ecdsa-p256.key"

static const char *path_of(const char *name)
{
    static int made;

    if (!made) {
        static const ae_file_owner_t writer = {(uid_t)-1, (gid_t)-1};
        const char *dir = edge_store_path(fuzz_store(), fuzz_pool, "staging",
                                          "www.site.example", NULL);
        ae_error_t err;

        made = ae_file_make_dir(dir, 0700, writer, &err, fuzz_pool) ==
                   APR_SUCCESS &&
               ae_file_make_dir(apr_pstrcat(fuzz_pool, dir, "/set", NULL),
                                0700, writer, &err, fuzz_pool) == APR_SUCCESS;
        fuzz_must(made, "staging can be made");
    }
    return edge_store_path(fuzz_store(), fuzz_pool, "staging",
                           "www.site.example", "set", name, NULL);
}

static void put_key(ae_bytes_t key)
{
    ae_bytes_t sealed = key;
    ae_error_t err;

    if (key.len > 0) {
        key.data++;
        key.len--;
        sealed = key;
        if (key.data[-1] == 's') {
            fuzz_must(ae_seal_close(&sealed, edge_store_seal(fuzz_store()),
                                    KEY, key, &err, fuzz_pool) == APR_SUCCESS,
                      "a key can be sealed");
        }
    }
    fuzz_write(path_of("ecdsa-p256.key"), sealed);
}

/* What edge_promote asks before it believes a set. */
static void check_set(const ae_key_t *key, const ae_cert_t *chain)
{
    apr_time_t now = apr_time_from_sec(APR_INT64_C(1800000000));
    ae_bytes_t pem;
    ae_error_t err;
    apr_status_t status = ae_cert_check_key(chain, key, &err);

    if (status == APR_SUCCESS) {
        status = ae_cert_check_names(chain, fuzz_names(), &err);
    }
    if (status == APR_SUCCESS) {
        status = ae_cert_check_dates(chain, now, &err);
    }
    if (status == APR_SUCCESS) {
        status = ae_cert_check_chain(chain, &err);
    }
    if (status != APR_SUCCESS) {
        fuzz_must(status == AE_EMISMATCH, "a check fails as a mismatch");
        fuzz_must_explain(&err, status);
        return;
    }
    fuzz_must(ae_key_print(&pem, key, &err, fuzz_pool) == APR_SUCCESS &&
                  ae_cert_print(&pem, chain, &err, fuzz_pool) == APR_SUCCESS,
              "what passed can be printed");
}

static void run(const unsigned char *data, size_t size)
{
    ae_key_t *key;
    ae_cert_t *chain;
    ae_error_t err;
    apr_status_t status;

    put_key(fuzz_part(&data, &size));
    fuzz_write(path_of("ecdsa-p256.cert"), fuzz_bytes(data, size));
    status = edge_store_set_load(&key, &chain, fuzz_store(), fuzz_store_cert(),
                                 &err, fuzz_pool);
    if (status == APR_SUCCESS) {
        check_set(key, chain);
    } else {
        fuzz_must(status == AE_ESEAL || status == AE_EFORMAT ||
                      status == AE_ETOOBIG,
                  "the status is a documented one");
        fuzz_must_explain(&err, status);
    }
}

const fuzz_target_t fuzz_staged = {"staged", run, 3000};
