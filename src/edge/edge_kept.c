#include "edge_kept.h"

#include "edge_record.h"
#include "edge_secret.h"
#include "edge_store_sealed.h"

#include <apr_strings.h>
#include <errno.h>
#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#define KEPT "kept"

/* What one call needs. */
typedef struct kept_t {
    const edge_store_t *store;
    const edge_cert_t *cert;
    const char *dir;
    const char *key;
    const char *csr;
    const char *purpose;
    apr_pool_t *p;
} kept_t;

static void locate(kept_t *k, const edge_store_t *store,
                   const edge_cert_t *cert, apr_pool_t *p)
{
    const char *word = ae_key_type_word(cert->key_type);

    k->store = store;
    k->cert = cert;
    k->dir = edge_store_path(store, p, KEPT, cert->dir, NULL);
    k->key = apr_pstrcat(p, k->dir, "/", word, ".key", NULL);
    k->csr = apr_pstrcat(p, k->dir, "/", word, ".csr", NULL);
    k->purpose = apr_pstrcat(p, KEPT "/", cert->dir, "/", word, ".key", NULL);
    k->p = p;
}

/* --- reading ------------------------------------------------------------- */

static apr_status_t add_path(ae_error_t *err, const char *path)
{
    ae_error_t cause = *err;

    ae_error_set(err, cause.status, "Cannot use %s", path);
    return ae_error_why(err, "%s%s%s", cause.what, cause.why[0] ? ": " : "",
                        cause.why);
}

static apr_status_t read_key(ae_key_t **key, const kept_t *k, ae_error_t *err)
{
    return edge_store_sealed_read(key, k->store, k->key, k->purpose, err,
                                  k->p);
}

static apr_status_t read_csr(ae_csr_t **csr, const kept_t *k, ae_error_t *err)
{
    ae_bytes_t pem;
    apr_status_t status =
        ae_file_read(&pem, k->csr, AE_CSR_BYTES_MAX, err, k->p);

    if (status != APR_SUCCESS) {
        return status;
    }
    status = ae_csr_parse(csr, pem, err, k->p);
    return status == APR_SUCCESS ? status : add_path(err, k->csr);
}

/* Between the writes of key and request somebody was killed: as if nothing was
 * kept yet. */
static apr_status_t read_both(ae_key_t **key, ae_csr_t **csr, const kept_t *k,
                              ae_error_t *err)
{
    ae_error_t misfit;
    apr_status_t status = read_key(key, k, err);

    if (status == APR_SUCCESS) {
        status = read_csr(csr, k, err);
    }
    if (status == APR_SUCCESS &&
        ae_csr_check_key(*csr, *key, &misfit) != APR_SUCCESS) {
        ae_error_set(err, APR_ENOENT, "No request of %s is whole",
                     k->cert->name);
        return ae_error_why(err, "what is in %s is of another key", k->csr);
    }
    return status;
}

static apr_status_t load_given(ae_key_t **key, const ae_csr_t **csr,
                               const edge_cert_t *cert, ae_error_t *err,
                               apr_pool_t *p)
{
    apr_status_t status = APR_SUCCESS;

    if (key != NULL) {
        status = edge_secret_key(key, cert->key_file, err, p);
    }
    if (key != NULL && status == APR_SUCCESS) {
        status = ae_csr_check_key(cert->csr, *key, err);
        status =
            status == APR_SUCCESS ? status : add_path(err, cert->key_file);
    }
    if (status == APR_SUCCESS) {
        *csr = cert->csr;
    }
    return status;
}

typedef apr_status_t way_t(ae_key_t **key, ae_csr_t **csr, const kept_t *k,
                           ae_error_t *err);

/* @param way to come by what is not given by ACMECSR */
static apr_status_t come_by(ae_key_t **key, const ae_csr_t **csr, way_t *way,
                            const edge_store_t *store, const edge_cert_t *cert,
                            ae_error_t *err, apr_pool_t *p)
{
    kept_t k;
    ae_key_t *its_key;
    ae_csr_t *request;
    apr_status_t status;

    if (cert->csr != NULL) {
        return load_given(key, csr, cert, err, p);
    }
    locate(&k, store, cert, p);
    status = way(&its_key, &request, &k, err);
    if (status == APR_SUCCESS) {
        *csr = request;
        if (key != NULL) {
            *key = its_key;
        }
    }
    return status;
}

apr_status_t edge_kept_load(ae_key_t **key, const ae_csr_t **csr,
                            const edge_store_t *store, const edge_cert_t *cert,
                            ae_error_t *err, apr_pool_t *p)
{
    return come_by(key, csr, read_both, store, cert, err, p);
}

/* --- making -------------------------------------------------------------- */

static apr_status_t unlock(void *data)
{
    close(*(int *)data);
    return APR_SUCCESS;
}

/* Worker and command: where both made a key, one of them would be told of a
 * key that is not kept. */
static apr_status_t lock(const kept_t *k, ae_error_t *err, apr_pool_t *p)
{
    int *fd = apr_palloc(p, sizeof(*fd));
    apr_status_t status = APR_SUCCESS;

    *fd = open(k->dir, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    if (*fd < 0) {
        status = errno;
    } else if (flock(*fd, LOCK_EX | LOCK_NB) != 0) {
        status = errno == EWOULDBLOCK ? APR_EBUSY : errno;
        close(*fd);
    }
    if (status == APR_SUCCESS) {
        apr_pool_cleanup_register(p, fd, unlock, unlock);
        return APR_SUCCESS;
    }
    ae_error_set(err, status, "Cannot lock %s", k->dir);
    ae_error_why_status(err, status);
    if (APR_STATUS_IS_EBUSY(status)) {
        ae_error_why(err, "another process is making the key of %s right now",
                     k->cert->name);
        ae_error_next(err, "try again in a moment");
    }
    return status;
}

/* The status stays: who asked is told once, and finds the place empty. */
static apr_status_t set_aside(ae_error_t *err, const char *path, apr_pool_t *p)
{
    ae_error_t trouble;

    if (edge_record_is_lost(err->status) &&
        edge_record_set_aside(path, &trouble, p) == APR_SUCCESS) {
        ae_error_next(err, "it was set aside as %s.damaged, and is made anew",
                      path);
    }
    return err->status;
}

static apr_status_t make_key(ae_key_t **key, const kept_t *k, ae_error_t *err)
{
    apr_status_t status = read_key(key, k, err);

    if (status == APR_SUCCESS) {
        return status;
    }
    if (!APR_STATUS_IS_ENOENT(status)) {
        return set_aside(err, k->key, k->p);
    }
    return edge_store_sealed_make(key, k->cert->key_type, k->store, k->key,
                                  k->purpose, err, k->p);
}

static apr_status_t write_csr(ae_csr_t **csr, const ae_key_t *key,
                              const kept_t *k, ae_error_t *err)
{
    ae_bytes_t pem;
    apr_status_t status =
        ae_csr_make(csr, key, k->cert->names, k->cert->subject, err, k->p);

    if (status == APR_SUCCESS) {
        status = ae_csr_print(&pem, *csr, err, k->p);
    }
    return status == APR_SUCCESS
               ? ae_file_write(k->csr, pem, 0600, edge_store_worker(k->store),
                               AE_FILE_DURABLE, err, k->p)
               : status;
}

static apr_status_t make_csr(ae_csr_t **csr, const ae_key_t *key,
                             const kept_t *k, ae_error_t *err)
{
    ae_error_t misfit;
    apr_status_t status = read_csr(csr, k, err);

    if (status == APR_SUCCESS &&
        ae_csr_check_key(*csr, key, &misfit) == APR_SUCCESS &&
        ae_csr_check(*csr, k->cert->names, k->cert->subject, &misfit) ==
            APR_SUCCESS) {
        return APR_SUCCESS;
    }
    if (status != APR_SUCCESS && !APR_STATUS_IS_ENOENT(status)) {
        return set_aside(err, k->csr, k->p);
    }
    return write_csr(csr, key, k, err);
}

static apr_status_t make_both(ae_key_t **key, ae_csr_t **csr, const kept_t *k,
                              ae_error_t *err)
{
    apr_pool_t *ptemp;
    apr_status_t status =
        ae_file_make_dir(k->dir, 0700, edge_store_worker(k->store), err, k->p);

    if (status != APR_SUCCESS) {
        return status;
    }
    apr_pool_create(&ptemp, k->p);
    status = lock(k, err, ptemp);
    if (status == APR_SUCCESS) {
        status = make_key(key, k, err);
    }
    if (status == APR_SUCCESS) {
        status = make_csr(csr, *key, k, err);
    }
    apr_pool_destroy(ptemp);
    return status;
}

apr_status_t edge_kept_make(ae_key_t **key, const ae_csr_t **csr,
                            const edge_store_t *store, const edge_cert_t *cert,
                            ae_error_t *err, apr_pool_t *p)
{
    return come_by(key, csr, make_both, store, cert, err, p);
}

/* --- forgetting ---------------------------------------------------------- */

/* The key first: a request without it counts for nothing. */
static apr_status_t drop_both(const kept_t *k, ae_error_t *err)
{
    apr_status_t status = ae_file_remove(k->key, err, k->p);

    return status == APR_SUCCESS ? ae_file_remove(k->csr, err, k->p) : status;
}

apr_status_t edge_kept_drop(const edge_store_t *store, const edge_cert_t *cert,
                            ae_error_t *err, apr_pool_t *p)
{
    kept_t k;
    apr_pool_t *ptemp;
    apr_status_t status;

    if (cert->csr != NULL) {
        ae_error_set(err, APR_ENOTIMPL, "The key of %s cannot be replaced",
                     cert->name);
        ae_error_why(err, "ACMECSR names it, in %s", cert->key_file);
        return ae_error_next(err, "make another key and a request for it, "
                                  "and name them in ACMECSR");
    }
    apr_pool_create(&ptemp, p);
    locate(&k, store, cert, ptemp);
    status = lock(&k, err, ptemp);
    if (status == APR_SUCCESS) {
        status = drop_both(&k, err);
    }
    apr_pool_destroy(ptemp);
    return APR_STATUS_IS_ENOENT(status) ? APR_SUCCESS : status;
}
