#include "httpd_meter.h"

#include <apr_shm.h>
#include <http_config.h>

/* What one version lays out, another one would read wrongly. */
#define RETAINED_KEY "acme-edge-meter-" AE_VERSION

typedef struct retained_t {
    edge_meter_t *meter;
    apr_size_t size;
} retained_t;

/* In the memory of a build that was laid out otherwise, children of the last
 * generation may count still: it stays. */
static apr_status_t make(retained_t *kept, const server_rec *server,
                         apr_time_t now, ae_error_t *err)
{
    apr_size_t size = edge_meter_size();
    apr_shm_t *shm;
    apr_status_t rv = apr_shm_create(&shm, size, NULL, server->process->pool);

    if (rv != APR_SUCCESS) {
        ae_error_set(err, rv, "%" APR_SIZE_T_FMT " bytes of shared memory",
                     size);
        return ae_error_why_status(err, rv);
    }
    kept->meter = edge_meter_make(apr_shm_baseaddr_get(shm), now);
    kept->size = size;
    return APR_SUCCESS;
}

apr_status_t httpd_meter_find(edge_meter_t **meter, const server_rec *server,
                              apr_time_t now, ae_error_t *err)
{
    retained_t *kept = ap_retained_data_get(RETAINED_KEY);
    apr_status_t rv = APR_SUCCESS;

    if (kept == NULL) {
        kept = ap_retained_data_create(RETAINED_KEY, sizeof(*kept));
    }
    if (kept->meter == NULL || kept->size != edge_meter_size()) {
        rv = make(kept, server, now, err);
    }
    if (rv == APR_SUCCESS) {
        *meter = kept->meter;
    }
    return rv;
}
