#include "net_probe.h"

#include "net_walk.h"

apr_status_t net_probe_get(edge_sight_t *answer, const char *url,
                           const edge_peer_t *at, apr_interval_time_t timeout,
                           ae_error_t *err, apr_pool_t *p)
{
    net_walk_t *walk;
    int goes_on = 1;
    apr_status_t status = net_walk_create(&walk, url, *at, timeout, err, p);

    while (status == APR_SUCCESS && goes_on) {
        status = net_walk_prepare(walk, err);
        if (status == APR_SUCCESS) {
            status = net_walk_take(
                &goes_on, walk, curl_easy_perform(net_walk_easy(walk)), err);
        }
        *answer = *net_walk_sight(walk);
    }
    return status;
}
