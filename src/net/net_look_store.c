#include "edge_live.h"
#include "net_look_own.h"

#include <apr_strings.h>
#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#define SPACE_MIN (1024 * 1024)

/* A worker looks once a second. */
#define PUBLISH_PATIENCE apr_time_from_sec(15)
#define LOOK_AGAIN apr_time_from_msec(100)

/* --- the store, as the worker has it ------------------------------------ */

static void look_at_space(json_t *rows, const char *dir)
{
    struct statvfs disk;

    if (statvfs(dir, &disk) == 0 && disk.f_blocks > 0 &&
        (unsigned long long)disk.f_bavail * disk.f_frsize < SPACE_MIN) {
        edge_rows_add(rows, EDGE_ROW_FAILED, "disk",
                      "less than a megabyte is left for the store",
                      "make room: without it nothing is ordered or deployed");
    }
}

void net_look_at_store(json_t *rows, const net_look_t *look, apr_pool_t *p)
{
    static const char *const dirs[] = {"accounts", "staging", "state",
                                       "requests", "kept"};
    int wrong = 0;
    apr_size_t i;

    for (i = 0; i < sizeof(dirs) / sizeof(dirs[0]); i++) {
        const char *path = edge_store_path(look->store, p, dirs[i], NULL);

        if (access(path, R_OK | W_OK | X_OK) != 0) {
            wrong = 1;
            edge_rows_add(rows, EDGE_ROW_FAILED, "store",
                          apr_psprintf(p,
                                       "%s cannot be written by the user that "
                                       "httpd's children run as: %s",
                                       path, strerror(errno)),
                          "restart httpd, which sets owners and modes right; "
                          "let that user pass through all directories above");
        }
    }
    if (!wrong) {
        edge_rows_add(rows, EDGE_ROW_PASSED, "store",
                      edge_store_dir(look->store), "");
    }
    look_at_space(rows, edge_store_dir(look->store));
}

/* --- live keys ----------------------------------------------------------- */

static void look_at_key(json_t *rows, const edge_store_t *store,
                        const edge_cert_t *cert, apr_pool_t *p)
{
    edge_live_paths_t paths = edge_live_paths(edge_store_dir(store), cert, p);
    struct stat info;

    if (lstat(paths.key, &info) == 0 && (info.st_mode & 077) != 0) {
        edge_rows_add(
            rows, EDGE_ROW_FAILED, apr_psprintf(p, "key of %s", cert->name),
            apr_psprintf(p, "others than root can read %s", paths.key),
            "restart httpd, which shuts it; where somebody may have "
            "read it, order a new certificate");
    }
}

void net_look_at_keys(json_t *rows, const edge_store_t *store,
                      const apr_array_header_t *certs, apr_pool_t *p)
{
    int i;

    for (i = 0; i < certs->nelts; i++) {
        look_at_key(rows, store, APR_ARRAY_IDX(certs, i, const edge_cert_t *),
                    p);
    }
}

/* --- the token ---------------------------------------------------------- */

static int wait_published(const edge_store_t *store, const edge_probe_t *probe,
                          apr_pool_t *p)
{
    apr_interval_time_t waited = 0;
    int published = 0;
    apr_pool_t *ptemp;

    apr_pool_create(&ptemp, p);
    while (!published && waited < PUBLISH_PATIENCE) {
        published = edge_probe_is_published(store, probe, ptemp);
        if (!published) {
            apr_sleep(LOOK_AGAIN);
            waited += LOOK_AGAIN;
        }
        apr_pool_clear(ptemp);
    }
    apr_pool_destroy(ptemp);
    return published;
}

int net_look_publish(json_t *rows, edge_probe_t *probe,
                     const edge_store_t *store, apr_pool_t *p)
{
    ae_error_t err;

    if (edge_probe_put(probe, store, apr_time_now(), &err, p) != APR_SUCCESS) {
        edge_rows_add_error(rows, EDGE_ROW_FAILED, "store", &err, "", p);
        return 0;
    }
    if (wait_published(store, probe, p)) {
        return 1;
    }
    edge_probe_drop(store, probe, p);
    edge_rows_add(rows, EDGE_ROW_FAILED, "challenge store",
                  "the worker did not publish a token to look for",
                  "see that what ACMEChallengeStore names is up and has room");
    return 0;
}
