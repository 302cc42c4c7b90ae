#include "edge_live.h"

#include "edge_pair.h"
#include "edge_record.h"

#include <apr_strings.h>

#define DAY apr_time_from_sec(86400)
#define LIFETIME (365 * DAY)
#define MONTH (30 * DAY)

static const ae_file_owner_t writer = {(uid_t)-1, (gid_t)-1};

static apr_status_t make_key(ae_key_t **key, const char *path, ae_error_t *err,
                             apr_pool_t *p)
{
    ae_bytes_t pem;
    apr_status_t status = ae_key_generate(key, AE_KEY_ECDSA_P256, err, p);

    if (status == APR_SUCCESS) {
        status = ae_key_print(&pem, *key, err, p);
    }
    if (status == APR_SUCCESS) {
        status =
            ae_file_write(path, pem, 0600, writer, AE_FILE_DURABLE, err, p);
    }
    return status;
}

/* Nobody trusts it: where it is lost, another one does as well. */
static apr_status_t take_key(ae_key_t **key, const char *path, ae_error_t *err,
                             apr_pool_t *p)
{
    apr_status_t status = edge_pair_load_key(key, path, err, p);

    if (APR_STATUS_IS_ENOENT(status) || edge_record_is_bad(status)) {
        return make_key(key, path, err, p);
    }
    return status;
}

static int is_good(const char *path, const ae_key_t *key,
                   const edge_cert_t *cert, apr_time_t now, apr_pool_t *p)
{
    ae_error_t ignored;
    ae_cert_t *made;

    return edge_pair_load_chain(&made, path, &ignored, p) == APR_SUCCESS &&
           ae_cert_check_key(made, key, &ignored) == APR_SUCCESS &&
           ae_cert_facts(made)->names->nelts == cert->names->nelts &&
           ae_cert_check_names(made, cert->names, &ignored) == APR_SUCCESS &&
           ae_cert_check_dates(made, now, &ignored) == APR_SUCCESS &&
           ae_cert_check_dates(made, now + MONTH, &ignored) == APR_SUCCESS;
}

/* Begun a day ago, for clients whose clock is behind. */
static apr_status_t make_cert(const char *path, const ae_key_t *key,
                              const edge_cert_t *cert, apr_time_t now,
                              ae_error_t *err, apr_pool_t *p)
{
    ae_bytes_t pem;
    apr_status_t status = ae_cert_make_fallback(
        &pem, key, cert->names, now - DAY, now + LIFETIME, err, p);

    if (status != APR_SUCCESS) {
        return status;
    }
    return ae_file_write(path, pem, 0600, writer, AE_FILE_VOLATILE, err, p);
}

static apr_status_t provide(const edge_live_paths_t *paths, const char *dir,
                            const edge_cert_t *cert, apr_time_t now,
                            ae_error_t *err, apr_pool_t *p)
{
    ae_key_t *key;
    apr_status_t status = ae_file_make_dir(dir, 0700, writer, err, p);

    if (status == APR_SUCCESS) {
        status = take_key(&key, paths->key, err, p);
    }
    if (status != APR_SUCCESS || is_good(paths->cert, key, cert, now, p)) {
        return status;
    }
    return make_cert(paths->cert, key, cert, now, err, p);
}

apr_status_t edge_live_fallback(edge_live_paths_t *paths, const char *dir,
                                const edge_cert_t *cert, apr_time_t now,
                                ae_error_t *err, apr_pool_t *p)
{
    apr_pool_t *ptemp;
    apr_status_t status;

    paths->key = apr_pstrcat(p, dir, "/key", NULL);
    paths->cert = apr_pstrcat(p, dir, "/", cert->dir, ".cert", NULL);
    apr_pool_create(&ptemp, p);
    status = provide(paths, dir, cert, now, err, ptemp);
    apr_pool_destroy(ptemp);
    return status;
}
