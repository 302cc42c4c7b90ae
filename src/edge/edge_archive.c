#include "edge_archive.h"

#include "edge_pair.h"

#include <apr_lib.h>
#include <apr_strings.h>
#include <string.h>

#define KEPT 10
#define DIGITS_MAX 9

static const ae_file_owner_t writer = {(uid_t)-1, (gid_t)-1};

static const char *archive_dir(const edge_store_t *store,
                               const edge_cert_t *cert, apr_pool_t *p)
{
    return edge_store_path(store, p, "archive", cert->dir, NULL);
}

static const char *entry_path(const char *dir, apr_int64_t number,
                              apr_pool_t *p)
{
    return apr_psprintf(p, "%s/%04" APR_INT64_T_FMT, dir, number);
}

/* 0 for what is no entry: the directory is root's, who may keep other things
 * there. */
static apr_int64_t number_of(const char *name)
{
    apr_size_t len = strlen(name);

    if (len < 4 || len > DIGITS_MAX || strspn(name, "0123456789") != len) {
        return 0;
    }
    return apr_atoi64(name);
}

static int is_whole(const char *path, const edge_cert_t *cert, apr_pool_t *p)
{
    ae_error_t ignored;

    return edge_pair_check(path, cert->key_type, &ignored, p) == APR_SUCCESS;
}

/* Numbers, not names: "10000" sorts before "9999". 0: there is none.
 * @param below none but lower ones count */
static apr_int64_t newest_below(apr_int64_t below, const char *dir,
                                apr_pool_t *p)
{
    apr_array_header_t *names;
    ae_error_t ignored;
    apr_int64_t newest = 0;
    int i;

    if (ae_file_list(&names, dir, &ignored, p) != APR_SUCCESS) {
        return 0;
    }
    for (i = 0; i < names->nelts; i++) {
        apr_int64_t number = number_of(APR_ARRAY_IDX(names, i, const char *));

        if (number < below && number > newest) {
            newest = number;
        }
    }
    return newest;
}

static apr_int64_t newest_number(const char *dir, apr_pool_t *p)
{
    return newest_below(APR_INT64_MAX, dir, p);
}

apr_status_t edge_archive_next(const char **path, const edge_store_t *store,
                               const edge_cert_t *cert, ae_error_t *err,
                               apr_pool_t *p)
{
    const char *dir = archive_dir(store, cert, p);
    apr_status_t status = ae_file_make_dir(dir, 0700, writer, err, p);

    *path = entry_path(dir, newest_number(dir, p) + 1, p);
    return status;
}

const char *edge_archive_newest(const edge_store_t *store,
                                const edge_cert_t *cert, apr_pool_t *p)
{
    const char *dir = archive_dir(store, cert, p);
    apr_int64_t number = newest_number(dir, p);

    while (number > 0 && !is_whole(entry_path(dir, number, p), cert, p)) {
        number = newest_below(number, dir, p);
    }
    return number ? entry_path(dir, number, p) : NULL;
}

apr_status_t edge_archive_damaged(const char **path, const edge_store_t *store,
                                  const edge_cert_t *cert, ae_error_t *err,
                                  apr_pool_t *p)
{
    const char *dir = archive_dir(store, cert, p);
    apr_status_t status = ae_file_make_dir(dir, 0700, writer, err, p);

    *path = apr_pstrcat(p, dir, "/damaged", NULL);
    return status == APR_SUCCESS ? ae_file_remove(*path, err, p) : status;
}

void edge_archive_prune(const edge_store_t *store, const edge_cert_t *cert,
                        apr_pool_t *p)
{
    const char *dir = archive_dir(store, cert, p);
    apr_int64_t newest = newest_number(dir, p);
    apr_array_header_t *names;
    ae_error_t ignored;
    int i;

    if (ae_file_list(&names, dir, &ignored, p) != APR_SUCCESS) {
        return;
    }
    for (i = 0; i < names->nelts; i++) {
        const char *name = APR_ARRAY_IDX(names, i, const char *);
        apr_int64_t number = number_of(name);

        if (number && number <= newest - KEPT &&
            ae_file_remove(apr_pstrcat(p, dir, "/", name, NULL), &ignored,
                           p) != APR_SUCCESS) {
            break;
        }
    }
}
