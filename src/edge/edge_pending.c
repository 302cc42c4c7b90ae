#include "edge_pending.h"

#include "edge_staged.h"
#include "edge_standing.h"

#include <apr_strings.h>
#include <string.h>

static apr_status_t nothing(ae_error_t *err, const edge_cert_t *cert)
{
    ae_error_set(err, APR_ENOENT, "%s has no pending certificate", cert->name);
    return ae_error_next(err, "acme-edge sign %s orders one", cert->name);
}

static apr_status_t another(ae_error_t *err, const edge_cert_t *cert,
                            const char *seen, const char *serial)
{
    ae_error_set(err, AE_EMISMATCH,
                 "The pending certificate of %s is another one now",
                 cert->name);
    ae_error_why(err, "it has serial %s, %.80s was meant", serial,
                 seen[0] ? seen : "none");
    return ae_error_next(err, "look at it, and decide again");
}

static const edge_leaf_t *read_staged(const edge_store_t *store,
                                      const edge_cert_t *cert, apr_time_t now,
                                      apr_pool_t *p)
{
    edge_standing_t *standing = apr_palloc(p, sizeof(*standing));

    edge_standing_read(standing, store, cert, now, &ae_log_silent, p);
    return &standing->staged;
}

static apr_status_t find(const edge_leaf_t **staged, const edge_store_t *store,
                         const edge_cert_t *cert, const char *seen,
                         apr_time_t now, ae_error_t *err, apr_pool_t *p)
{
    *staged = read_staged(store, cert, now, p);
    if (!(*staged)->present) {
        return nothing(err, cert);
    }
    if (seen != NULL && strcmp(seen, (*staged)->serial) != 0) {
        return another(err, cert, seen, (*staged)->serial);
    }
    return APR_SUCCESS;
}

/* --- deploy -------------------------------------------------------------- */

static apr_status_t unfit(ae_error_t *err, const edge_cert_t *cert,
                          const edge_leaf_t *staged)
{
    ae_error_set(err, AE_EMISMATCH,
                 "The pending certificate of %s cannot go live", cert->name);
    ae_error_why(err, "%s", staged->misfit);
    return ae_error_next(err, "acme-edge discard %s drops it", cert->name);
}

apr_status_t edge_pending_deploy(const char **serial,
                                 const edge_store_t *store,
                                 const edge_cert_t *cert, const char *seen,
                                 apr_time_t now, ae_error_t *err,
                                 apr_pool_t *p)
{
    const edge_leaf_t *staged;
    apr_status_t status = find(&staged, store, cert, seen, now, err, p);

    if (status != APR_SUCCESS) {
        return status;
    }
    *serial = staged->serial;
    return staged->misfit[0]
               ? unfit(err, cert, staged)
               : edge_request_put(store, cert, EDGE_REQUEST_DEPLOY, *serial,
                                  now, err, p);
}

/* --- discard ------------------------------------------------------------- */

static int is_staged(const edge_store_t *store, const edge_cert_t *cert,
                     apr_pool_t *p)
{
    return ae_file_exists(
        edge_store_path(store, p, "staging", cert->dir, "set", NULL));
}

static apr_status_t still_there(ae_error_t *err, const edge_cert_t *cert)
{
    ae_error_set(err, APR_EGENERAL,
                 "The pending certificate of %s is still there", cert->name);
    ae_error_why(err, "it could not be moved away, or another one was "
                      "staged meanwhile");
    return ae_error_next(err,
                         "look at it with acme-edge show --pending %s, and "
                         "try again",
                         cert->name);
}

/* What was asked about the set is gone with it, or it would be heard of the
 * same one when that is staged again. */
static apr_status_t forget(const edge_store_t *store, const edge_cert_t *cert,
                           ae_error_t *err, apr_pool_t *p)
{
    apr_status_t status =
        edge_request_drop(store, cert, EDGE_REQUEST_DEPLOY, err, p);

    return status == APR_SUCCESS
               ? edge_request_drop(store, cert, EDGE_REQUEST_REMOVE, err, p)
               : status;
}

/* A set that cannot be read has no serial, and may go all the same. */
static apr_status_t take_away(const char **serial, const edge_store_t *store,
                              const edge_cert_t *cert, const char *seen,
                              apr_time_t now, ae_error_t *err, apr_pool_t *p)
{
    edge_staged_t *staged;
    apr_status_t status = edge_staged_open(&staged, store, cert, err, p);

    if (APR_STATUS_IS_ENOENT(status)) {
        return nothing(err, cert);
    }
    if (status != APR_SUCCESS) {
        return status;
    }
    *serial = read_staged(store, cert, now, p)->serial;
    if (seen != NULL && strcmp(seen, *serial) != 0) {
        return another(err, cert, seen, *serial);
    }
    edge_staged_remove(staged, p);
    return is_staged(store, cert, p) ? still_there(err, cert) : APR_SUCCESS;
}

/* The worker that cannot be told has nothing to deploy all the same. */
apr_status_t edge_pending_discard(ae_error_t *untold,
                                  const edge_store_t *store,
                                  const edge_cert_t *cert, const char *seen,
                                  apr_time_t now, ae_error_t *err,
                                  apr_pool_t *p)
{
    const char *serial = "";
    apr_status_t status = take_away(&serial, store, cert, seen, now, err, p);

    untold->what[0] = '\0';
    if (status == APR_SUCCESS) {
        status = forget(store, cert, err, p);
    }
    if (status == APR_SUCCESS &&
        edge_request_put(store, cert, EDGE_REQUEST_DISCARD, serial, now,
                         untold, p) == APR_SUCCESS) {
        untold->what[0] = '\0';
    }
    return status;
}

apr_status_t edge_pending_ask_discard(const char **serial,
                                      const edge_store_t *store,
                                      const edge_cert_t *cert,
                                      const char *seen, apr_time_t now,
                                      ae_error_t *err, apr_pool_t *p)
{
    const edge_leaf_t *staged;
    apr_status_t status = find(&staged, store, cert, seen, now, err, p);

    if (status != APR_SUCCESS) {
        return status;
    }
    *serial = staged->serial;
    return edge_request_put(store, cert, EDGE_REQUEST_REMOVE, *serial, now,
                            err, p);
}
