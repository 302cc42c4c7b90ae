#include "fuzz_store.h"

#include "fuzz.h"

#include <apr_strings.h>

const edge_store_t *fuzz_store(void)
{
    static const ae_file_owner_t writer = {(uid_t)-1, (gid_t)-1};
    static edge_store_t *store;
    ae_error_t err;

    if (!store) {
        fuzz_must(edge_store_prepare(&store,
                                     apr_pstrcat(fuzz_global_pool, fuzz_dir(),
                                                 "/store", NULL),
                                     writer, &err,
                                     fuzz_global_pool) == APR_SUCCESS,
                  "a store can be made");
    }
    return store;
}

const edge_cert_t *fuzz_store_cert(void)
{
    static edge_cert_t cert;

    cert.names = fuzz_names();
    cert.name = APR_ARRAY_IDX(cert.names, 0, const char *);
    cert.dir = cert.name;
    cert.key_type = AE_KEY_ECDSA_P256;
    return &cert;
}
