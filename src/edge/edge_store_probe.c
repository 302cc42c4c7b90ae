#include "edge_store.h"

#include <apr_strings.h>
#include <string.h>

/* Who probes holds the lock: one that was left behind gives way. */
#define PROBE ".probe"

static const char *const workers[] = {"accounts", "staging", "state", "kept"};

/* A disk that loses what it was given is no better than a full one. What is
 * removed at once is not worth waiting for the disk. */
static apr_status_t try_file(const char *path, ae_error_t *err, apr_pool_t *p)
{
    static const ae_file_owner_t writer = {(uid_t)-1, (gid_t)-1};
    static const ae_bytes_t text = {(const unsigned char *)"probe\n", 6};
    ae_bytes_t back;
    apr_status_t status =
        ae_file_write(path, text, 0600, writer, AE_FILE_VOLATILE, err, p);

    if (status == APR_SUCCESS) {
        status = ae_file_read(&back, path, 64, err, p);
    }
    if (status == APR_SUCCESS &&
        (back.len != text.len || memcmp(back.data, text.data, text.len))) {
        ae_error_set(err, APR_EGENERAL, "Cannot trust %s", path);
        ae_error_why(err, "what was read is not what was written");
        return err->status;
    }
    return status == APR_SUCCESS ? ae_file_remove(path, err, p) : status;
}

apr_status_t edge_store_probe(const edge_store_t *store, ae_error_t *err,
                              apr_pool_t *p)
{
    apr_status_t status = APR_SUCCESS;
    apr_size_t i;

    for (i = 0; i < sizeof(workers) / sizeof(workers[0]); i++) {
        status = try_file(edge_store_path(store, p, workers[i], PROBE, NULL),
                          err, p);
        if (status != APR_SUCCESS) {
            ae_error_next(err,
                          "nothing is ordered until %s can be written by the "
                          "user that httpd's children run as",
                          edge_store_path(store, p, workers[i], NULL));
            break;
        }
    }
    return status;
}
