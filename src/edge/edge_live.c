#include "edge_live.h"

#include "edge_pair.h"
#include "edge_seen.h"

#include <apr_strings.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

static const char *dir_of(const char *store_dir, const edge_cert_t *cert,
                          apr_pool_t *p)
{
    return apr_pstrcat(p, store_dir, "/live/", cert->dir, NULL);
}

ae_key_type_t edge_live_type(const char *store_dir, const edge_cert_t *cert,
                             apr_pool_t *p)
{
    return edge_pair_type(dir_of(store_dir, cert, p), cert->key_type, p);
}

edge_live_paths_t edge_live_paths(const char *store_dir,
                                  const edge_cert_t *cert, apr_pool_t *p)
{
    const char *base = apr_pstrcat(
        p, dir_of(store_dir, cert, p), "/",
        ae_key_type_word(edge_live_type(store_dir, cert, p)), NULL);
    edge_live_paths_t paths;

    paths.cert = apr_pstrcat(p, base, ".cert", NULL);
    paths.key = apr_pstrcat(p, base, ".key", NULL);
    return paths;
}

apr_status_t edge_live_load(ae_cert_t **chain, const char *store_dir,
                            const edge_cert_t *cert, ae_error_t *err,
                            apr_pool_t *p)
{
    edge_live_paths_t paths = edge_live_paths(store_dir, cert, p);

    return edge_pair_load_chain(chain, paths.cert, err, p);
}

apr_status_t edge_live_facts(const ae_cert_facts_t **facts,
                             const char *store_dir, const edge_cert_t *cert,
                             ae_error_t *err, apr_pool_t *p)
{
    edge_live_paths_t paths = edge_live_paths(store_dir, cert, p);
    ae_cert_t *chain;
    apr_status_t status;

    *facts = edge_seen_chain(paths.cert, p);
    if (*facts) {
        return APR_SUCCESS;
    }
    status = edge_pair_load_chain(&chain, paths.cert, err, p);
    if (status == APR_SUCCESS) {
        *facts = ae_cert_facts(chain);
    }
    return status;
}

apr_status_t edge_live_check(const char *store_dir, const edge_cert_t *cert,
                             ae_error_t *err, apr_pool_t *p)
{
    return edge_pair_check(dir_of(store_dir, cert, p), cert->key_type, err, p);
}

static int is_open_to_others(const struct stat *info)
{
    return S_ISREG(info->st_mode) &&
           ((info->st_mode & 077) != 0 || info->st_uid != geteuid());
}

/* @return APR_SUCCESS where it was shut already */
static apr_status_t shut(int fd, const char *path, ae_error_t *err)
{
    struct stat info;

    if (fstat(fd, &info) != 0 || !is_open_to_others(&info)) {
        return APR_SUCCESS;
    }
    ae_error_set(err, AE_EUNSAFE, "others could read the private key %s",
                 path);
    ae_error_why(err, "its mode was %o, its owner %lu",
                 (unsigned)(info.st_mode & 07777), (unsigned long)info.st_uid);
    if ((info.st_uid != geteuid() && fchown(fd, geteuid(), (gid_t)-1) != 0) ||
        fchmod(fd, 0600) != 0) {
        return ae_error_next(err, "Give it to the user that starts httpd, "
                                  "with mode 0600.");
    }
    return ae_error_next(err, "It is shut again; where somebody may have read "
                              "it, remove it: a new one is ordered.");
}

apr_status_t edge_live_guard(const char *store_dir, const edge_cert_t *cert,
                             ae_error_t *err, apr_pool_t *p)
{
    edge_live_paths_t paths = edge_live_paths(store_dir, cert, p);
    int fd = open(paths.key, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
    apr_status_t status;

    if (fd < 0) {
        return APR_SUCCESS;
    }
    status = shut(fd, paths.key, err);
    close(fd);
    return status;
}
