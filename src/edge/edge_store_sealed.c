#include "edge_store_sealed.h"

static apr_status_t read_plain(ae_bytes_t *pem, const edge_store_t *store,
                               const char *path, const char *purpose,
                               ae_error_t *err, apr_pool_t *p)
{
    ae_bytes_t sealed;
    apr_status_t status =
        ae_file_read(&sealed, path, EDGE_STORE_FILE_MAX, err, p);
    ae_error_t cause;

    if (status != APR_SUCCESS) {
        return status;
    }
    status =
        ae_seal_open(pem, edge_store_seal(store), purpose, sealed, &cause, p);
    if (status != APR_SUCCESS) {
        ae_error_set(err, status, "Cannot open %s", path);
        return ae_error_why(err, "it was sealed with another store.json, or "
                                 "for another place, or it is damaged");
    }
    return APR_SUCCESS;
}

/* What is plain is gone when this returns. */
apr_status_t edge_store_sealed_read(ae_key_t **key, const edge_store_t *store,
                                    const char *path, const char *purpose,
                                    ae_error_t *err, apr_pool_t *p)
{
    apr_pool_t *ptemp;
    ae_bytes_t pem;
    apr_status_t status;

    apr_pool_create(&ptemp, p);
    status = read_plain(&pem, store, path, purpose, err, ptemp);
    if (status == APR_SUCCESS) {
        status = ae_key_parse(key, pem, err, p);
    }
    apr_pool_destroy(ptemp);
    return status;
}

apr_status_t edge_store_sealed_write(const ae_key_t *key,
                                     const edge_store_t *store,
                                     const char *path, const char *purpose,
                                     ae_error_t *err, apr_pool_t *p)
{
    apr_pool_t *ptemp;
    ae_bytes_t pem, sealed;
    apr_status_t status;

    apr_pool_create(&ptemp, p);
    status = ae_key_print(&pem, key, err, ptemp);
    if (status == APR_SUCCESS) {
        status = ae_seal_close(&sealed, edge_store_seal(store), purpose, pem,
                               err, ptemp);
    }
    if (status == APR_SUCCESS) {
        status = ae_file_write(path, sealed, 0600, edge_store_worker(store),
                               AE_FILE_DURABLE, err, ptemp);
    }
    apr_pool_destroy(ptemp);
    return status;
}

apr_status_t edge_store_sealed_make(ae_key_t **key, ae_key_type_t type,
                                    const edge_store_t *store,
                                    const char *path, const char *purpose,
                                    ae_error_t *err, apr_pool_t *p)
{
    apr_status_t status = ae_key_generate(key, type, err, p);

    return status == APR_SUCCESS
               ? edge_store_sealed_write(*key, store, path, purpose, err, p)
               : status;
}
