#include "edge_fallback.h"

#include "edge_record.h"
#include "edge_seen.h"

#include <apr_strings.h>
#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#define KEY_BYTES_MAX (64 * 1024)
#define DAY apr_time_from_sec(86400)
#define LIFETIME (365 * DAY)
#define MONTH (30 * DAY)

struct edge_fallback_t {
    const char *dir;
    apr_time_t now;
    ae_bytes_t key; /* PEM */
    ae_cert_mint_t *mint;
};

static const ae_file_owner_t writer = {(uid_t)-1, (gid_t)-1};

static const char *key_path(const char *dir, apr_pool_t *p)
{
    return apr_pstrcat(p, dir, "/key", NULL);
}

/* --- the key ------------------------------------------------------------ */

static apr_status_t make_key(ae_key_t **key, ae_bytes_t *pem, const char *path,
                             ae_error_t *err, apr_pool_t *p)
{
    apr_status_t status = ae_key_generate(key, AE_KEY_ECDSA_P256, err, p);

    if (status == APR_SUCCESS) {
        status = ae_key_print(pem, *key, err, p);
    }
    if (status == APR_SUCCESS) {
        status =
            ae_file_write(path, *pem, 0600, writer, AE_FILE_DURABLE, err, p);
    }
    return status;
}

/* Nobody trusts it: where it is lost, another one does as well. */
static apr_status_t take_key(ae_key_t **key, ae_bytes_t *pem, const char *path,
                             ae_error_t *err, apr_pool_t *p)
{
    apr_status_t status = ae_file_read(pem, path, KEY_BYTES_MAX, err, p);

    if (status == APR_SUCCESS) {
        status = ae_key_parse(key, *pem, err, p);
    }
    if (APR_STATUS_IS_ENOENT(status) || edge_record_is_bad(status)) {
        return make_key(key, pem, path, err, p);
    }
    return status;
}

/* Begun a day ago, for clients whose clock is behind. */
apr_status_t edge_fallback_open(edge_fallback_t **fallback, const char *dir,
                                apr_time_t now, ae_error_t *err, apr_pool_t *p)
{
    edge_fallback_t *made = apr_pcalloc(p, sizeof(*made));
    apr_status_t status = ae_file_make_dir(dir, 0700, writer, err, p);
    ae_key_t *key;

    made->dir = apr_pstrdup(p, dir);
    made->now = now;
    if (status == APR_SUCCESS) {
        status = take_key(&key, &made->key, key_path(dir, p), err, p);
    }
    if (status == APR_SUCCESS) {
        status = ae_cert_mint_make(&made->mint, key, now - DAY, now + LIFETIME,
                                   err, p);
    }
    if (status == APR_SUCCESS) {
        *fallback = made;
    }
    return status;
}

/* --- certificates ------------------------------------------------------- */

static edge_live_paths_t paths_of(const char *dir, const edge_cert_t *cert,
                                  apr_pool_t *p)
{
    edge_live_paths_t paths;

    paths.key = key_path(dir, p);
    paths.cert = apr_pstrcat(p, dir, "/", cert->dir, ".cert", NULL);
    return paths;
}

static int is_good(const edge_live_paths_t *paths, const edge_cert_t *cert,
                   apr_time_t now, apr_pool_t *p)
{
    const ae_cert_facts_t *facts =
        edge_seen_joined(paths->cert, paths->key, p);
    ae_error_t ignored;

    return facts && facts->names->nelts == cert->names->nelts &&
           ae_cert_facts_check_names(facts, cert->names, &ignored) ==
               APR_SUCCESS &&
           ae_cert_facts_check_dates(facts, now, &ignored) == APR_SUCCESS &&
           ae_cert_facts_check_dates(facts, now + MONTH, &ignored) ==
               APR_SUCCESS;
}

int edge_fallback_find(edge_live_paths_t *paths, const char *dir,
                       const edge_cert_t *cert, apr_time_t now, apr_pool_t *p)
{
    apr_pool_t *ptemp;
    int good;

    *paths = paths_of(dir, cert, p);
    apr_pool_create(&ptemp, p);
    good = is_good(paths, cert, now, ptemp);
    apr_pool_destroy(ptemp);
    return good;
}

static apr_status_t make_cert(const edge_fallback_t *fallback,
                              const char *path, const edge_cert_t *cert,
                              ae_error_t *err, apr_pool_t *p)
{
    ae_cert_facts_t facts = {
        .serial = "",
        .issuer = "",
        .not_before = fallback->now - DAY,
        .not_after = fallback->now + LIFETIME,
        .names = cert->names,
    };
    ae_bytes_t pem;
    apr_status_t status =
        ae_cert_mint_fallback(&pem, fallback->mint, cert->names, err, p);

    if (status != APR_SUCCESS) {
        return status;
    }
    return ae_file_write(path, edge_seen_join(pem, fallback->key, &facts, p),
                         0600, writer, AE_FILE_VOLATILE, err, p);
}

apr_status_t edge_fallback_provide(edge_live_paths_t *paths,
                                   edge_fallback_t *fallback,
                                   const edge_cert_t *cert, ae_error_t *err,
                                   apr_pool_t *p)
{
    apr_pool_t *ptemp;
    apr_status_t status = APR_SUCCESS;

    *paths = paths_of(fallback->dir, cert, p);
    apr_pool_create(&ptemp, p);
    if (!is_good(paths, cert, fallback->now, ptemp)) {
        status = make_cert(fallback, paths->cert, cert, err, ptemp);
    }
    apr_pool_destroy(ptemp);
    return status;
}

/* In place: cut only behind what was written, for a file that is emptied and
 * filled again is sent to the disk at once by some file systems. */
static apr_status_t overwrite(const char *path, ae_bytes_t bytes,
                              ae_error_t *err)
{
    int fd = open(path, O_WRONLY | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0600);
    ssize_t written = fd < 0 ? -1 : write(fd, bytes.data, bytes.len);
    apr_status_t status = APR_SUCCESS;

    if (written < 0 || ftruncate(fd, written) != 0) {
        status = errno;
    } else if (written != (ssize_t)bytes.len) {
        status = ENOSPC;
    }
    if (fd >= 0) {
        close(fd);
    }
    if (status != APR_SUCCESS) {
        ae_error_set(err, status, "Cannot write %s", path);
        return ae_error_why_status(err, status);
    }
    return APR_SUCCESS;
}

apr_status_t edge_fallback_lend(edge_live_paths_t *paths,
                                const edge_fallback_t *fallback,
                                const edge_cert_t *cert, ae_error_t *err,
                                apr_pool_t *p)
{
    apr_pool_t *ptemp;
    ae_bytes_t pem;
    apr_status_t status;

    paths->key = key_path(fallback->dir, p);
    paths->cert = apr_pstrcat(p, fallback->dir, "/cert", NULL);
    apr_pool_create(&ptemp, p);
    status =
        ae_cert_mint_fallback(&pem, fallback->mint, cert->names, err, ptemp);
    if (status == APR_SUCCESS) {
        status = overwrite(paths->cert, pem, err);
    }
    apr_pool_destroy(ptemp);
    return status;
}
