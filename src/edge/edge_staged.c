#include "edge_staged.h"

#include "ae_fault.h"
#include "edge_store_sealed.h"

#include <apr_strings.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#define SET "set"
#define REFUSED "refused"
#define OUTGOING "set.old"

/* Things are removed from within archive/, where root alone can write: the
 * worker cannot exchange what root is about to remove. */
struct edge_staged_t {
    int dir;   /* staging/<cert> */
    int bin;   /* archive/ */
    dev_t dev; /* of the set */
    ino_t ino;
    const char *bin_name; /* in archive/ */
    const char *bin_path;
};

static apr_status_t staged_close(void *data)
{
    edge_staged_t *staged = data;

    if (staged->dir >= 0) {
        close(staged->dir);
    }
    if (staged->bin >= 0) {
        close(staged->bin);
    }
    return APR_SUCCESS;
}

static apr_status_t failed(ae_error_t *err, apr_status_t status,
                           const char *verb)
{
    ae_error_set(err, status, "Cannot %s the staged set", verb);
    return ae_error_why_status(err, status);
}

static int open_dir(int parent, const char *name)
{
    return openat(parent, name,
                  O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
}

static apr_status_t open_staging(edge_staged_t *staged,
                                 const edge_store_t *store,
                                 const edge_cert_t *cert, ae_error_t *err,
                                 apr_pool_t *p)
{
    const char *path = edge_store_path(store, p, "staging", NULL);
    int staging = open_dir(AT_FDCWD, path);
    apr_status_t status = APR_SUCCESS;

    if (staging >= 0) {
        staged->dir = open_dir(staging, cert->dir);
        status = staged->dir < 0 ? errno : APR_SUCCESS;
        close(staging);
    } else {
        status = errno;
    }
    if (status == ELOOP || status == ENOTDIR) {
        ae_error_set(err, AE_EUNSAFE, "Cannot use %s/%s", path, cert->dir);
        return ae_error_why(err, "it is a link or a file, a directory "
                                 "belongs there");
    }
    return status == APR_SUCCESS ? status : failed(err, status, "find");
}

static apr_status_t remember(edge_staged_t *staged, ae_error_t *err)
{
    struct stat info;

    if (fstatat(staged->dir, SET, &info, AT_SYMLINK_NOFOLLOW) != 0) {
        return failed(err, errno, "find");
    }
    staged->dev = info.st_dev;
    staged->ino = info.st_ino;
    return APR_SUCCESS;
}

apr_status_t edge_staged_open(edge_staged_t **staged,
                              const edge_store_t *store,
                              const edge_cert_t *cert, ae_error_t *err,
                              apr_pool_t *p)
{
    edge_staged_t *made = apr_pcalloc(p, sizeof(*made));
    apr_status_t status;

    made->dir = -1;
    made->bin_name = apr_pstrcat(p, ".staged-", cert->dir, NULL);
    made->bin_path =
        edge_store_path(store, p, "archive", made->bin_name, NULL);
    made->bin = open_dir(AT_FDCWD, edge_store_path(store, p, "archive", NULL));
    if (made->bin < 0) {
        return failed(err, errno, "open archive/ for");
    }
    apr_pool_cleanup_register(p, made, staged_close, staged_close);
    status = open_staging(made, store, cert, err, p);
    if (status == APR_SUCCESS) {
        status = remember(made, err);
    }
    *staged = made;
    return status;
}

static int empty_bin(const edge_staged_t *staged, apr_pool_t *p)
{
    ae_error_t ignored;

    return ae_file_remove(staged->bin_path, &ignored, p) == APR_SUCCESS;
}

static int is_in(const edge_staged_t *staged, int dir, const char *name)
{
    struct stat info;

    return fstatat(dir, name, &info, AT_SYMLINK_NOFOLLOW) == 0 &&
           info.st_dev == staged->dev && info.st_ino == staged->ino;
}

static apr_status_t move(int from, const char *name, int to,
                         const char *new_name)
{
    apr_status_t status = ae_fault_point();

    if (status != APR_SUCCESS) {
        return status;
    }
    return renameat(from, name, to, new_name) == 0 ? APR_SUCCESS : errno;
}

/* The worker may have staged another set since this one was looked at: what
 * was not looked at goes back. */
static int move_to_bin(const edge_staged_t *staged)
{
    apr_status_t status =
        move(staged->dir, SET, staged->bin, staged->bin_name);

    if (status != APR_SUCCESS) {
        return 0;
    }
    if (is_in(staged, staged->bin, staged->bin_name)) {
        return 1;
    }
    status = move(staged->bin, staged->bin_name, staged->dir, SET);
    (void)status;
    return 0;
}

static int remove_refused(const edge_staged_t *staged, apr_pool_t *p)
{
    apr_status_t status;

    if (!empty_bin(staged, p)) {
        return 0;
    }
    status = move(staged->dir, REFUSED, staged->bin, staged->bin_name);
    return (status == APR_SUCCESS || APR_STATUS_IS_ENOENT(status)) &&
           empty_bin(staged, p);
}

int edge_staged_refuse(edge_staged_t *staged, apr_pool_t *p)
{
    if (remove_refused(staged, p) && move_to_bin(staged)) {
        if (move(staged->bin, staged->bin_name, staged->dir, REFUSED) !=
            APR_SUCCESS) {
            empty_bin(staged, p);
        }
        return 1;
    }
    return is_in(staged, staged->dir, SET);
}

void edge_staged_remove(edge_staged_t *staged, apr_pool_t *p)
{
    if (empty_bin(staged, p) && move_to_bin(staged)) {
        empty_bin(staged, p);
    }
}

/* --- for the command ----------------------------------------------------- */

/* A set that is to become staging/<cert>/set, in archive/ still. */
typedef struct parcel_t {
    const edge_store_t *store;
    const edge_cert_t *cert;
    const char *incoming; /* archive/incoming */
    const char *path;     /* archive/incoming/<cert> */
} parcel_t;

static apr_status_t write_chain(const parcel_t *parcel, const ae_cert_t *chain,
                                ae_error_t *err, apr_pool_t *p)
{
    const char *word = ae_key_type_word(parcel->cert->key_type);
    ae_bytes_t pem;
    apr_status_t status = ae_cert_print(&pem, chain, err, p);

    return status == APR_SUCCESS
               ? ae_file_write(
                     apr_pstrcat(p, parcel->path, "/", word, ".cert", NULL),
                     pem, 0600, edge_store_worker(parcel->store),
                     AE_FILE_DURABLE, err, p)
               : status;
}

static apr_status_t write_key(const parcel_t *parcel, const ae_key_t *key,
                              ae_error_t *err, apr_pool_t *p)
{
    const char *word = ae_key_type_word(parcel->cert->key_type);

    return edge_store_sealed_write(
        key, parcel->store,
        apr_pstrcat(p, parcel->path, "/", word, ".key", NULL),
        apr_pstrcat(p, "staging/", parcel->cert->dir, "/", word, ".key", NULL),
        err, p);
}

static apr_status_t make_dirs(const parcel_t *parcel, ae_error_t *err,
                              apr_pool_t *p)
{
    static const ae_file_owner_t writer = {(uid_t)-1, (gid_t)-1};
    ae_file_owner_t worker = edge_store_worker(parcel->store);
    const char *staging =
        edge_store_path(parcel->store, p, "staging", parcel->cert->dir, NULL);
    apr_status_t status = ae_file_make_dir(staging, 0700, worker, err, p);

    if (status == APR_SUCCESS) {
        status = ae_file_make_dir(parcel->incoming, 0700, writer, err, p);
    }
    if (status == APR_SUCCESS) {
        status = ae_file_remove(parcel->path, err, p);
    }
    return status == APR_SUCCESS
               ? ae_file_make_dir(parcel->path, 0700, worker, err, p)
               : status;
}

static apr_status_t is_taken(ae_error_t *err, const edge_cert_t *cert)
{
    ae_error_set(err, APR_EEXIST, "%s has a pending certificate already",
                 cert->name);
    return ae_error_next(err,
                         "acme-edge deploy %s lets it go live, acme-edge "
                         "discard %s drops it",
                         cert->name, cert->name);
}

static int exists_in(int dir, const char *name)
{
    struct stat info;

    return fstatat(dir, name, &info, AT_SYMLINK_NOFOLLOW) == 0;
}

/* A set on its way out may come back yet: it is the worker's to finish. */
static int holds_set(const edge_staged_t *staged)
{
    return exists_in(staged->dir, SET) || exists_in(staged->dir, OUTGOING);
}

apr_status_t edge_staged_none(const edge_store_t *store,
                              const edge_cert_t *cert, ae_error_t *err,
                              apr_pool_t *p)
{
    edge_staged_t staged = {.dir = -1, .bin = -1};
    apr_status_t status = open_staging(&staged, store, cert, err, p);

    if (status != APR_SUCCESS) {
        return APR_STATUS_IS_ENOENT(status) ? APR_SUCCESS : status;
    }
    status = holds_set(&staged) ? is_taken(err, cert) : APR_SUCCESS;
    close(staged.dir);
    return status;
}

static apr_status_t deliver(const parcel_t *parcel, const edge_staged_t *to,
                            ae_error_t *err)
{
    int incoming = open_dir(AT_FDCWD, parcel->incoming);
    apr_status_t status = incoming < 0 ? errno : APR_SUCCESS;

    if (status == APR_SUCCESS && holds_set(to)) {
        status = EEXIST;
    }
    if (status == APR_SUCCESS) {
        status = move(incoming, parcel->cert->dir, to->dir, SET);
    }
    if (status == APR_SUCCESS && fsync(to->dir) != 0) {
        status = errno;
    }
    if (incoming >= 0) {
        close(incoming);
    }
    if (status == EEXIST || status == ENOTEMPTY || status == ENOTDIR) {
        return is_taken(err, parcel->cert);
    }
    return status == APR_SUCCESS ? status : failed(err, status, "write");
}

static apr_status_t put(const parcel_t *parcel, const ae_key_t *key,
                        const ae_cert_t *chain, ae_error_t *err, apr_pool_t *p)
{
    edge_staged_t *to = apr_pcalloc(p, sizeof(*to));
    apr_status_t status = make_dirs(parcel, err, p);

    to->dir = to->bin = -1;
    apr_pool_cleanup_register(p, to, staged_close, staged_close);
    if (status == APR_SUCCESS && parcel->cert->csr == NULL) {
        status = write_key(parcel, key, err, p);
    }
    if (status == APR_SUCCESS) {
        status = write_chain(parcel, chain, err, p);
    }
    if (status == APR_SUCCESS) {
        status = open_staging(to, parcel->store, parcel->cert, err, p);
    }
    return status == APR_SUCCESS ? deliver(parcel, to, err) : status;
}

apr_status_t edge_staged_put(const edge_store_t *store,
                             const edge_cert_t *cert, const ae_key_t *key,
                             const ae_cert_t *chain, ae_error_t *err,
                             apr_pool_t *p)
{
    parcel_t parcel = {store, cert, NULL, NULL};
    ae_error_t ignored;
    apr_pool_t *ptemp;
    apr_status_t status;

    apr_pool_create(&ptemp, p);
    parcel.incoming =
        edge_store_path(store, ptemp, "archive", EDGE_STORE_INCOMING, NULL);
    parcel.path = apr_pstrcat(ptemp, parcel.incoming, "/", cert->dir, NULL);
    status = put(&parcel, key, chain, err, ptemp);
    if (status != APR_SUCCESS &&
        ae_file_remove(parcel.path, &ignored, ptemp) != APR_SUCCESS) {
        ae_error_next(err, "remove %s", parcel.path);
    }
    apr_pool_destroy(ptemp);
    return status;
}
