#include "edge_secret.h"

#include "edge_pair.h"

#include <sys/stat.h>
#include <unistd.h>

#define READABLE_BY_OTHERS (S_IRWXG | S_IRWXO)

static apr_status_t refuse(ae_error_t *err, const char *path, const char *why)
{
    ae_error_set(err, AE_EUNSAFE, "%s cannot be used", path);
    return ae_error_why(err, "%s", why);
}

apr_status_t edge_secret_check(const char *path, const char *leaked,
                               ae_error_t *err)
{
    struct stat info;

    if (lstat(path, &info) != 0) {
        return APR_SUCCESS;
    }
    if (!S_ISREG(info.st_mode)) {
        refuse(err, path, "it is not a file");
        return ae_error_next(err, "write the path of the file itself");
    }
    if (info.st_uid != 0 && info.st_uid != geteuid()) {
        refuse(err, path, "another user owns it");
        return ae_error_next(err, "run chown root %s", path);
    }
    if (info.st_mode & READABLE_BY_OTHERS) {
        refuse(err, path, "other users may read or write it");
        return ae_error_next(err,
                             "run chmod 600 %s, and %s where somebody may "
                             "have read it",
                             path, leaked);
    }
    return APR_SUCCESS;
}

apr_status_t edge_secret_key(ae_key_t **key, const char *path, ae_error_t *err,
                             apr_pool_t *p)
{
    apr_status_t status = edge_secret_check(
        path, "make another key, and a request for it,", err);

    return status == APR_SUCCESS ? edge_pair_load_key(key, path, err, p)
                                 : status;
}
