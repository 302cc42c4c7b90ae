#include "edge_store_account.h"

#include "edge_record.h"
#include "edge_store_sealed.h"

#include <apr_strings.h>

#define ACCOUNTS "accounts"
#define KEY "account.key"
#define NEXT "account.key.next"
#define RETIRED "account.key.deactivated"
#define RECORD "account.json"

static apr_status_t make_dir(const edge_store_t *store, const char *provider,
                             ae_error_t *err, apr_pool_t *p)
{
    static const ae_file_owner_t writer = {(uid_t)-1, (gid_t)-1};

    return ae_file_make_dir(
        edge_store_path(store, p, ACCOUNTS, provider, NULL), 0700, writer, err,
        p);
}

/* Never replaced by itself: with the key the account is lost, and what the
 * CA allows it. */
static apr_status_t refuse_to_replace(ae_error_t *err)
{
    return ae_error_next(err, "restore it from a backup and give it to the "
                              "user that httpd's children run as; or move it "
                              "away: a new account is made then");
}

static const char *path_of(const edge_store_t *store, const char *provider,
                           const char *file, apr_pool_t *p)
{
    return edge_store_path(store, p, ACCOUNTS, provider, file, NULL);
}

/* The same for the next key, which takes the other's place by a rename, and
 * for one that is put aside so. */
static const char *key_purpose(const char *provider, apr_pool_t *p)
{
    return apr_pstrcat(p, ACCOUNTS "/", provider, "/" KEY, NULL);
}

apr_status_t edge_store_account_peek(ae_key_t **key, const edge_store_t *store,
                                     const char *provider, ae_error_t *err,
                                     apr_pool_t *p)
{
    apr_status_t status =
        edge_store_sealed_read(key, store, path_of(store, provider, KEY, p),
                               key_purpose(provider, p), err, p);

    return status == APR_SUCCESS || APR_STATUS_IS_ENOENT(status)
               ? status
               : refuse_to_replace(err);
}

apr_status_t edge_store_account_key(ae_key_t **key, const edge_store_t *store,
                                    const char *provider, ae_error_t *err,
                                    apr_pool_t *p)
{
    ae_error_t found;
    apr_status_t status =
        edge_store_account_peek(key, store, provider, &found, p);

    if (status == APR_SUCCESS) {
        return status;
    }
    if (!APR_STATUS_IS_ENOENT(status)) {
        *err = found;
        return status;
    }
    status = make_dir(store, provider, err, p);
    if (status != APR_SUCCESS) {
        return status;
    }
    return edge_store_sealed_make(key, AE_KEY_ECDSA_P256, store,
                                  path_of(store, provider, KEY, p),
                                  key_purpose(provider, p), err, p);
}

/* RFC 8555 section 7.3.1: a CA tells the account of a key again. A record that
 * is in the way, a directory say, would hold up the next. */
apr_status_t edge_store_account_load(json_t **json, const edge_store_t *store,
                                     const char *provider, ae_error_t *err,
                                     apr_pool_t *p)
{
    const char *path = path_of(store, provider, RECORD, p);
    apr_status_t status = edge_record_read(json, path, err, p);
    ae_error_t ignored;

    if (status == APR_SUCCESS) {
        return status;
    }
    *json = NULL;
    if (APR_STATUS_IS_ENOENT(status)) {
        return APR_SUCCESS;
    }
    if (edge_record_is_lost(status) &&
        edge_record_set_aside(path, &ignored, p) == APR_SUCCESS) {
        ae_error_next(err, "it is kept as %s.damaged", path);
    }
    return status;
}

apr_status_t edge_store_account_save(const edge_store_t *store,
                                     const char *provider, const json_t *json,
                                     ae_error_t *err, apr_pool_t *p)
{
    apr_pool_t *ptemp;
    apr_status_t status;

    apr_pool_create(&ptemp, p);
    status = make_dir(store, provider, err, ptemp);
    if (status == APR_SUCCESS) {
        status = edge_record_write(path_of(store, provider, RECORD, ptemp),
                                   json, 0600, AE_FILE_DURABLE, err, ptemp);
    }
    apr_pool_destroy(ptemp);
    return status;
}

/* --- another key --------------------------------------------------------- */

/* What is no key at all the CA never heard of, unless somebody spoilt it. */
apr_status_t edge_store_account_next(ae_key_t **key, const edge_store_t *store,
                                     const char *provider, ae_error_t *err,
                                     apr_pool_t *p)
{
    const char *path = path_of(store, provider, NEXT, p);
    apr_status_t status = edge_store_sealed_read(
        key, store, path, key_purpose(provider, p), err, p);
    ae_error_t ignored;

    if (status != APR_SUCCESS && !APR_STATUS_IS_ENOENT(status) &&
        edge_record_is_lost(status) &&
        edge_record_set_aside(path, &ignored, p) == APR_SUCCESS) {
        ae_error_next(err, "it is kept as %s.damaged", path);
    }
    return status;
}

apr_status_t edge_store_account_next_make(ae_key_t **key,
                                          const edge_store_t *store,
                                          const char *provider,
                                          ae_error_t *err, apr_pool_t *p)
{
    return edge_store_sealed_make(key, AE_KEY_ECDSA_P256, store,
                                  path_of(store, provider, NEXT, p),
                                  key_purpose(provider, p), err, p);
}

apr_status_t edge_store_account_next_take(const edge_store_t *store,
                                          const char *provider,
                                          ae_error_t *err, apr_pool_t *p)
{
    return ae_file_rename(path_of(store, provider, NEXT, p),
                          path_of(store, provider, KEY, p), err, p);
}

apr_status_t edge_store_account_next_drop(const edge_store_t *store,
                                          const char *provider,
                                          ae_error_t *err, apr_pool_t *p)
{
    return ae_file_remove(path_of(store, provider, NEXT, p), err, p);
}

apr_status_t edge_store_account_retire(const edge_store_t *store,
                                       const char *provider, ae_error_t *err,
                                       apr_pool_t *p)
{
    apr_status_t status =
        ae_file_rename(path_of(store, provider, KEY, p),
                       path_of(store, provider, RETIRED, p), err, p);

    return APR_STATUS_IS_ENOENT(status) ? APR_SUCCESS : status;
}

apr_status_t edge_store_account_retired(ae_key_t **key,
                                        const edge_store_t *store,
                                        const char *provider, ae_error_t *err,
                                        apr_pool_t *p)
{
    return edge_store_sealed_read(key, store,
                                  path_of(store, provider, RETIRED, p),
                                  key_purpose(provider, p), err, p);
}
