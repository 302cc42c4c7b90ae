#include "edge_store.h"

#include "edge_store_sealed.h"

#include <apr_strings.h>
#include <errno.h>
#include <sys/stat.h>

#define TRIES_MAX 3

/* Where the set is, and which directory that was. */
typedef struct set_t {
    const char *path;
    struct stat dir;
} set_t;

/* A link in the way would lead root to files that are none of ours. */
static apr_status_t check_dir(struct stat *info, const char *path,
                              ae_error_t *err)
{
    if (lstat(path, info) != 0) {
        ae_error_set(err, errno, "Cannot read %s", path);
        return ae_error_why_status(err, err->status);
    }
    if (!S_ISDIR(info->st_mode)) {
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

static apr_status_t find_set(set_t *set, const edge_store_t *store,
                             const edge_cert_t *cert, ae_error_t *err,
                             apr_pool_t *p)
{
    const char *dir = edge_store_path(store, p, "staging", cert->dir, NULL);
    apr_status_t status = check_dir(&set->dir, dir, err);

    set->path = apr_pstrcat(p, dir, "/set", NULL);
    return status == APR_SUCCESS ? check_dir(&set->dir, set->path, err)
                                 : status;
}

/* Who deploys or discards a set moves it out whole, at any moment: what was
 * read meanwhile may have parts of two, or none of a part. */
static int was_moved(const set_t *set)
{
    struct stat now;

    return lstat(set->path, &now) != 0 || now.st_ino != set->dir.st_ino ||
           now.st_dev != set->dir.st_dev;
}

/* @param key NULL: the chain alone is asked for */
static apr_status_t read_set(ae_key_t **key, ae_cert_t **chain,
                             const edge_store_t *store,
                             const edge_cert_t *cert, ae_error_t *err,
                             apr_pool_t *p)
{
    set_t set;
    apr_status_t status;
    int tries = TRIES_MAX;

    do {
        status = find_set(&set, store, cert, err, p);
        if (status != APR_SUCCESS) {
            return status;
        }
        if (key != NULL) {
            status = load_key(key, store, cert, set.path, err, p);
        }
        if (status == APR_SUCCESS) {
            status = load_chain(chain, cert, set.path, err, p);
        }
    } while (was_moved(&set) && --tries > 0);
    return status;
}

apr_status_t edge_store_set_load(ae_key_t **key, ae_cert_t **chain,
                                 const edge_store_t *store,
                                 const edge_cert_t *cert, ae_error_t *err,
                                 apr_pool_t *p)
{
    *key = NULL;
    return read_set(cert->csr == NULL ? key : NULL, chain, store, cert, err,
                    p);
}

apr_status_t edge_store_set_chain(ae_cert_t **chain, const edge_store_t *store,
                                  const edge_cert_t *cert, ae_error_t *err,
                                  apr_pool_t *p)
{
    return read_set(NULL, chain, store, cert, err, p);
}
