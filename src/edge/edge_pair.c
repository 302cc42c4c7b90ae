#include "edge_pair.h"

#include "ae_file.h"
#include "edge_seen.h"

#include <apr_strings.h>

#define KEY_FILE_MAX (64 * 1024)

/* The parser does not know the file, people do not know the parser. */
static apr_status_t add_path(ae_error_t *err, const char *path)
{
    ae_error_t cause = *err;

    ae_error_set(err, cause.status, "Cannot use %s", path);
    return ae_error_why(err, "%s%s%s", cause.what, cause.why[0] ? ": " : "",
                        cause.why);
}

apr_status_t edge_pair_load_chain(ae_cert_t **chain, const char *cert_path,
                                  ae_error_t *err, apr_pool_t *p)
{
    ae_bytes_t pem;
    apr_status_t status =
        ae_file_read(&pem, cert_path, AE_CERT_CHAIN_BYTES_MAX, err, p);

    if (status != APR_SUCCESS) {
        return status;
    }
    status = ae_cert_parse(chain, pem, err, p);
    return status == APR_SUCCESS ? status : add_path(err, cert_path);
}

static apr_status_t parse_key(ae_key_t **key, const char *key_path,
                              ae_error_t *err, apr_pool_t *p,
                              apr_pool_t *ptemp)
{
    ae_bytes_t pem;
    apr_status_t status =
        ae_file_read(&pem, key_path, KEY_FILE_MAX, err, ptemp);

    if (status != APR_SUCCESS) {
        return status;
    }
    status = ae_key_parse(key, pem, err, p);
    return status == APR_SUCCESS ? status : add_path(err, key_path);
}

apr_status_t edge_pair_load_key(ae_key_t **key, const char *key_path,
                                ae_error_t *err, apr_pool_t *p)
{
    apr_pool_t *ptemp;
    apr_status_t status;

    apr_pool_create(&ptemp, p);
    status = parse_key(key, key_path, err, p, ptemp);
    apr_pool_destroy(ptemp);
    return status;
}

static apr_status_t check_key(const ae_cert_t *chain, const char *cert_path,
                              const char *key_path, ae_error_t *err,
                              apr_pool_t *p)
{
    ae_key_t *key;
    apr_status_t status = edge_pair_load_key(&key, key_path, err, p);

    if (status != APR_SUCCESS) {
        return status;
    }
    status = ae_cert_check_key(chain, key, err);
    return status == APR_SUCCESS ? status : add_path(err, cert_path);
}

apr_status_t edge_pair_load(ae_cert_t **chain, const char *cert_path,
                            const char *key_path, ae_error_t *err,
                            apr_pool_t *p)
{
    apr_pool_t *ptemp;
    apr_status_t status = edge_pair_load_chain(chain, cert_path, err, p);

    if (status == APR_SUCCESS) {
        apr_pool_create(&ptemp, p);
        status = check_key(*chain, cert_path, key_path, err, ptemp);
        apr_pool_destroy(ptemp);
    }
    return status;
}

static const char *path_of(const char *dir, ae_key_type_t type,
                           const char *suffix, apr_pool_t *p)
{
    return apr_pstrcat(p, dir, "/", ae_key_type_word(type), suffix, NULL);
}

static int is_there(const char *dir, ae_key_type_t type, apr_pool_t *p)
{
    return ae_file_exists(path_of(dir, type, ".cert", p)) ||
           ae_file_exists(path_of(dir, type, ".key", p));
}

ae_key_type_t edge_pair_type(const char *dir, ae_key_type_t wanted,
                             apr_pool_t *p)
{
    int i;

    if (is_there(dir, wanted, p) || !ae_file_exists(dir)) {
        return wanted;
    }
    for (i = 0; i < AE_KEY_TYPES; i++) {
        if (is_there(dir, (ae_key_type_t)i, p)) {
            return (ae_key_type_t)i;
        }
    }
    return wanted;
}

apr_status_t edge_pair_check(const char *dir, ae_key_type_t wanted,
                             ae_error_t *err, apr_pool_t *p)
{
    apr_pool_t *ptemp;
    ae_key_type_t type;
    const char *cert, *key;
    ae_cert_t *chain;
    apr_status_t status = APR_SUCCESS;

    apr_pool_create(&ptemp, p);
    type = edge_pair_type(dir, wanted, ptemp);
    cert = path_of(dir, type, ".cert", ptemp);
    key = path_of(dir, type, ".key", ptemp);
    if (edge_seen_pair(cert, key, ptemp) == NULL) {
        status = edge_pair_load(&chain, cert, key, err, ptemp);
    }
    apr_pool_destroy(ptemp);
    return status;
}

apr_status_t edge_pair_judge(const ae_cert_t *chain, const ae_key_t *key,
                             const apr_array_header_t *names, apr_time_t now,
                             ae_error_t *err)
{
    apr_status_t status =
        key != NULL ? ae_cert_check_key(chain, key, err) : APR_SUCCESS;

    if (status == APR_SUCCESS) {
        status = ae_cert_check_names(chain, names, err);
    }
    if (status == APR_SUCCESS) {
        status = ae_cert_check_dates(chain, now, err);
    }
    return status == APR_SUCCESS ? ae_cert_check_chain(chain, err) : status;
}
