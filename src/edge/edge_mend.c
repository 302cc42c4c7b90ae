#include "edge_archive.h"
#include "edge_live.h"
#include "edge_record.h"

/* Missing files are damage only where the directory is there. */
static int is_damaged(const char *live, apr_status_t status)
{
    return ae_file_exists(live) &&
           (edge_record_is_bad(status) || APR_STATUS_IS_ENOENT(status) ||
            APR_STATUS_IS_ENOTDIR(status));
}

static apr_status_t set_aside(const char **aside, const char *live,
                              const edge_store_t *store,
                              const edge_cert_t *cert, ae_error_t *err,
                              apr_pool_t *p)
{
    apr_status_t status = edge_archive_damaged(aside, store, cert, err, p);

    return status == APR_SUCCESS ? ae_file_rename(live, *aside, err, p)
                                 : status;
}

static int bring_back(const char *live, const edge_store_t *store,
                      const edge_cert_t *cert, apr_pool_t *p)
{
    const char *former = edge_archive_newest(store, cert, p);
    ae_error_t ignored;

    return former != NULL &&
           ae_file_rename(former, live, &ignored, p) == APR_SUCCESS;
}

int edge_live_mend(const edge_store_t *store, const edge_cert_t *cert,
                   ae_error_t *err, apr_pool_t *p)
{
    const char *live = edge_store_path(store, p, "live", cert->dir, NULL);
    const char *aside;
    ae_error_t trouble;
    int is_back;

    if (!is_damaged(live, err->status)) {
        return 0;
    }
    if (set_aside(&aside, live, store, cert, &trouble, p) != APR_SUCCESS) {
        ae_error_next(err, "it cannot be set aside: %s",
                      ae_error_line(&trouble, p));
        return 0;
    }
    is_back = bring_back(live, store, cert, p);
    ae_error_next(err, "it is kept as %s; %s", aside,
                  is_back ? "the newest of archive/ is served again"
                          : "a new one is ordered");
    return is_back;
}
