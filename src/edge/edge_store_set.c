#include "edge_store.h"

#include "edge_store_sealed.h"

#include <apr_strings.h>
#include <errno.h>
#include <sys/stat.h>

/* A link in the way would lead root to files that are none of ours. */
static apr_status_t check_dir(const char *path, ae_error_t *err)
{
    struct stat info;

    if (lstat(path, &info) != 0) {
        ae_error_set(err, errno, "Cannot read %s", path);
        return ae_error_why_status(err, err->status);
    }
    if (!S_ISDIR(info.st_mode)) {
        ae_error_set(err, AE_EUNSAFE, "Cannot read %s", path);
        return ae_error_why(err, "it is a link or a file, a directory "
                                 "belongs there");
    }
    return APR_SUCCESS;
}

/* The directory is there: a missing file means a set that is not whole. */
static apr_status_t missing(ae_error_t *err, const edge_cert_t *cert,
                            const char *path)
{
    ae_error_set(err, AE_EFORMAT, "The staged certificate of %s is not whole",
                 cert->name);
    ae_error_why(err, "%s is missing", path);
    return ae_error_next(err,
                         "ACMEKeyType is %s; a certificate for it is "
                         "ordered anew",
                         ae_key_type_word(cert->key_type));
}

static apr_status_t load_key(ae_key_t **key, const edge_store_t *store,
                             const edge_cert_t *cert, const char *dir,
                             ae_error_t *err, apr_pool_t *p)
{
    const char *word = ae_key_type_word(cert->key_type);
    const char *path = apr_pstrcat(p, dir, "/", word, ".key", NULL);
    const char *purpose =
        apr_pstrcat(p, "staging/", cert->dir, "/", word, ".key", NULL);
    apr_status_t status =
        edge_store_sealed_read(key, store, path, purpose, err, p);

    return APR_STATUS_IS_ENOENT(status) ? missing(err, cert, path) : status;
}

static apr_status_t load_chain(ae_cert_t **chain, const edge_cert_t *cert,
                               const char *dir, ae_error_t *err, apr_pool_t *p)
{
    const char *word = ae_key_type_word(cert->key_type);
    const char *path = apr_pstrcat(p, dir, "/", word, ".cert", NULL);
    ae_bytes_t pem;
    apr_status_t status =
        ae_file_read(&pem, path, AE_CERT_CHAIN_BYTES_MAX, err, p);

    if (status != APR_SUCCESS) {
        return APR_STATUS_IS_ENOENT(status) ? missing(err, cert, path)
                                            : status;
    }
    return ae_cert_parse(chain, pem, err, p);
}

/* @param set where it is, from `p` */
static apr_status_t find_set(const char **set, const edge_store_t *store,
                             const edge_cert_t *cert, ae_error_t *err,
                             apr_pool_t *p)
{
    const char *dir = edge_store_path(store, p, "staging", cert->dir, NULL);
    apr_status_t status = check_dir(dir, err);

    *set = apr_pstrcat(p, dir, "/set", NULL);
    return status == APR_SUCCESS ? check_dir(*set, err) : status;
}

apr_status_t edge_store_set_load(ae_key_t **key, ae_cert_t **chain,
                                 const edge_store_t *store,
                                 const edge_cert_t *cert, ae_error_t *err,
                                 apr_pool_t *p)
{
    const char *set;
    apr_status_t status = find_set(&set, store, cert, err, p);

    *key = NULL;
    if (status == APR_SUCCESS && cert->csr == NULL) {
        status = load_key(key, store, cert, set, err, p);
    }
    return status == APR_SUCCESS ? load_chain(chain, cert, set, err, p)
                                 : status;
}

apr_status_t edge_store_set_chain(ae_cert_t **chain, const edge_store_t *store,
                                  const edge_cert_t *cert, ae_error_t *err,
                                  apr_pool_t *p)
{
    const char *set;
    apr_status_t status = find_set(&set, store, cert, err, p);

    return status == APR_SUCCESS ? load_chain(chain, cert, set, err, p)
                                 : status;
}
