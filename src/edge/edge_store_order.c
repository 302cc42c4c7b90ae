#include "edge_store.h"

#include "edge_record.h"
#include "edge_store_sealed.h"

#include <apr_strings.h>
#include <sys/stat.h>

/* What lies in staging/<cert>/. `order` becomes `set` once the chain is in it;
 * `outgoing` and `dropped` are on their way out. */
#define STAGING "staging"
#define ORDER "order"
#define SET "set"
#define OUTGOING "set.old"
#define DROPPED "dropped"
#define RECORD "order.json"

/* The paths that one call needs. */
typedef struct staging_t {
    const char *dir;
    const char *order;
    const char *set;
    const char *outgoing;
    const char *dropped;
    const char *record;
    const char *key;
    const char *chain;
    const char *purpose;
} staging_t;

static void staging_locate(staging_t *s, const edge_store_t *store,
                           const edge_cert_t *cert, apr_pool_t *p)
{
    const char *word = ae_key_type_word(cert->key_type);

    s->dir = edge_store_path(store, p, STAGING, cert->dir, NULL);
    s->order = apr_pstrcat(p, s->dir, "/" ORDER, NULL);
    s->set = apr_pstrcat(p, s->dir, "/" SET, NULL);
    s->outgoing = apr_pstrcat(p, s->dir, "/" OUTGOING, NULL);
    s->dropped = apr_pstrcat(p, s->dir, "/" DROPPED, NULL);
    s->record = apr_pstrcat(p, s->order, "/" RECORD, NULL);
    s->key = apr_pstrcat(p, s->order, "/", word, ".key", NULL);
    s->chain = apr_pstrcat(p, s->order, "/", word, ".cert", NULL);
    s->purpose =
        apr_pstrcat(p, STAGING "/", cert->dir, "/", word, ".key", NULL);
}

static apr_status_t make_dirs(const staging_t *s, ae_error_t *err,
                              apr_pool_t *p)
{
    static const ae_file_owner_t writer = {(uid_t)-1, (gid_t)-1};
    apr_status_t status = ae_file_make_dir(s->dir, 0700, writer, err, p);

    if (status != APR_SUCCESS) {
        return status;
    }
    return ae_file_make_dir(s->order, 0700, writer, err, p);
}

/* The parent may take the set away at any moment. */
static apr_status_t set_aside(const staging_t *s, ae_error_t *err,
                              apr_pool_t *p)
{
    apr_status_t status;

    if (!ae_file_exists(s->set)) {
        return APR_SUCCESS;
    }
    status = ae_file_remove(s->outgoing, err, p);
    if (status == APR_SUCCESS) {
        status = ae_file_rename(s->set, s->outgoing, err, p);
    }
    return APR_STATUS_IS_ENOENT(status) ? APR_SUCCESS : status;
}

/* The chain is in order/: from here on there is only one way to go, wherever
 * a crash interrupted it. order.json goes first, for a set is no order, and
 * its tokens are not to be published again. */
static apr_status_t staging_complete(const staging_t *s, ae_error_t *err,
                                     apr_pool_t *p)
{
    apr_status_t status = ae_file_remove(s->record, err, p);

    if (status == APR_SUCCESS) {
        status = set_aside(s, err, p);
    }
    if (status == APR_SUCCESS) {
        status = ae_file_rename(s->order, s->set, err, p);
    }
    return status == APR_SUCCESS ? ae_file_remove(s->outgoing, err, p)
                                 : status;
}

/* What a crash left half done: a chain in order/ is staged to the end, a set
 * that has nothing to give way to comes back, what was to go goes. */
static apr_status_t staging_settle(const staging_t *s, ae_error_t *err,
                                   apr_pool_t *p)
{
    apr_status_t status = ae_file_remove(s->dropped, err, p);

    if (status != APR_SUCCESS) {
        return status;
    }
    if (ae_file_exists(s->chain)) {
        return staging_complete(s, err, p);
    }
    if (!ae_file_exists(s->outgoing)) {
        return APR_SUCCESS;
    }
    return ae_file_exists(s->set)
               ? ae_file_remove(s->outgoing, err, p)
               : ae_file_rename(s->outgoing, s->set, err, p);
}

apr_status_t edge_store_order_key(ae_key_t **key, const edge_store_t *store,
                                  const edge_cert_t *cert, ae_error_t *err,
                                  apr_pool_t *p)
{
    staging_t s;
    apr_status_t status;

    staging_locate(&s, store, cert, p);
    status = make_dirs(&s, err, p);
    if (status != APR_SUCCESS) {
        return status;
    }
    status = edge_store_sealed_read(key, store, s.key, s.purpose, err, p);
    if (status == APR_SUCCESS && ae_key_type(*key) == cert->key_type) {
        return status;
    }
    if (status != APR_SUCCESS && !APR_STATUS_IS_ENOENT(status)) {
        if (!edge_record_is_lost(status)) {
            return status;
        }
        status = ae_file_remove(s.key, err, p);
        if (status != APR_SUCCESS) {
            return status;
        }
    }
    return edge_store_sealed_make(key, cert->key_type, store, s.key, s.purpose,
                                  err, p);
}

/* @return APR_SUCCESS where it may be written, or is there already. */
static apr_status_t key_gives_way(int *is_there, const staging_t *s,
                                  const edge_store_t *store,
                                  const ae_key_t *key, int replace,
                                  ae_error_t *err, apr_pool_t *p)
{
    ae_key_t *found;
    apr_status_t status =
        edge_store_sealed_read(&found, store, s->key, s->purpose, err, p);

    *is_there = status == APR_SUCCESS &&
                EVP_PKEY_eq(ae_key_evp(found), ae_key_evp(key)) == 1;
    if (*is_there || APR_STATUS_IS_ENOENT(status)) {
        return APR_SUCCESS;
    }
    if (replace && (status == APR_SUCCESS || edge_record_is_lost(status))) {
        return ae_file_remove(s->key, err, p);
    }
    return status == APR_SUCCESS
               ? ae_error_set(err, AE_EMISMATCH, "%s is another key", s->key)
               : status;
}

apr_status_t edge_store_order_key_put(const edge_store_t *store,
                                      const edge_cert_t *cert,
                                      const ae_key_t *key, int replace,
                                      ae_error_t *err, apr_pool_t *p)
{
    staging_t s;
    apr_status_t status;
    int is_there = 0;

    staging_locate(&s, store, cert, p);
    status = make_dirs(&s, err, p);
    if (status == APR_SUCCESS) {
        status = key_gives_way(&is_there, &s, store, key, replace, err, p);
    }
    return status == APR_SUCCESS && !is_there
               ? edge_store_sealed_write(key, store, s.key, s.purpose, err, p)
               : status;
}

static apr_status_t check_is_dir(const char *path, ae_error_t *err)
{
    struct stat info;

    if (lstat(path, &info) != 0 || S_ISDIR(info.st_mode)) {
        return APR_SUCCESS;
    }
    ae_error_set(err, AE_EUNSAFE, "Cannot use %s", path);
    return ae_error_why(err, "it is a link or a file, a directory belongs "
                             "there");
}

/* Without the key that its CSR was signed with, an order may end in a
 * certificate that nobody can use. No key at all is another matter:
 * ACMEKeyType was changed. */
static apr_status_t order_read(json_t **json, const staging_t *s,
                               const edge_store_t *store, ae_error_t *err,
                               apr_pool_t *p)
{
    ae_key_t *key;
    json_t *record;
    apr_status_t status = edge_record_read(&record, s->record, err, p);

    if (status != APR_SUCCESS) {
        return APR_STATUS_IS_ENOENT(status) ? APR_SUCCESS : status;
    }
    status = edge_store_sealed_read(&key, store, s->key, s->purpose, err, p);
    if (status != APR_SUCCESS && !APR_STATUS_IS_ENOENT(status)) {
        return status;
    }
    *json = record;
    return APR_SUCCESS;
}

static apr_status_t order_settle(const staging_t *s, ae_error_t *err,
                                 apr_pool_t *p)
{
    apr_status_t status = staging_settle(s, err, p);

    return status == APR_SUCCESS
               ? status
               : ae_error_next(err,
                               "look for a full disk, and give what is in %s "
                               "to the user that httpd's children run as",
                               s->dir);
}

apr_status_t edge_store_order_load(json_t **json, const edge_store_t *store,
                                   const edge_cert_t *cert, ae_error_t *err,
                                   apr_pool_t *p)
{
    staging_t s;
    apr_status_t status;
    ae_error_t trouble;

    *json = NULL;
    staging_locate(&s, store, cert, p);
    if (!ae_file_exists(s.dir)) {
        return APR_SUCCESS;
    }
    status = check_is_dir(s.order, err);
    if (status == APR_SUCCESS) {
        status = order_settle(&s, err, p);
        if (status != APR_SUCCESS) {
            return status;
        }
        status = order_read(json, &s, store, err, p);
    }
    if (edge_record_is_lost(status) &&
        edge_store_order_drop(store, cert, &trouble, p) == APR_SUCCESS) {
        ae_error_next(err, "the order was dropped and is made anew");
    }
    return status;
}

apr_status_t edge_store_order_save(const edge_store_t *store,
                                   const edge_cert_t *cert, const json_t *json,
                                   ae_file_durability_t durability,
                                   ae_error_t *err, apr_pool_t *p)
{
    staging_t s;
    apr_pool_t *ptemp;
    apr_status_t status;

    apr_pool_create(&ptemp, p);
    staging_locate(&s, store, cert, ptemp);
    status = make_dirs(&s, err, ptemp);
    if (status == APR_SUCCESS) {
        status =
            edge_record_write(s.record, json, 0600, durability, err, ptemp);
    }
    apr_pool_destroy(ptemp);
    return status;
}

/* By one rename: an order without its key, or a key without its order, would
 * be taken for something else after a crash. */
static apr_status_t drop(const char *path, const staging_t *s, ae_error_t *err,
                         apr_pool_t *p)
{
    apr_status_t status;

    if (!ae_file_exists(path)) {
        return APR_SUCCESS;
    }
    status = ae_file_remove(s->dropped, err, p);
    if (status == APR_SUCCESS) {
        status = ae_file_rename(path, s->dropped, err, p);
    }
    return status == APR_SUCCESS ? ae_file_remove(s->dropped, err, p) : status;
}

apr_status_t edge_store_order_drop(const edge_store_t *store,
                                   const edge_cert_t *cert, ae_error_t *err,
                                   apr_pool_t *p)
{
    staging_t s;

    staging_locate(&s, store, cert, p);
    return drop(s.order, &s, err, p);
}

/* The parent may take it away at any moment. */
apr_status_t edge_store_set_drop(const edge_store_t *store,
                                 const edge_cert_t *cert, ae_error_t *err,
                                 apr_pool_t *p)
{
    apr_status_t status;
    staging_t s;

    staging_locate(&s, store, cert, p);
    status = drop(s.set, &s, err, p);
    return APR_STATUS_IS_ENOENT(status) ? APR_SUCCESS : status;
}

apr_status_t edge_store_stage(const edge_store_t *store,
                              const edge_cert_t *cert, ae_bytes_t chain,
                              ae_error_t *err, apr_pool_t *p)
{
    static const ae_file_owner_t writer = {(uid_t)-1, (gid_t)-1};
    staging_t s;
    apr_status_t status;

    staging_locate(&s, store, cert, p);
    status =
        ae_file_write(s.chain, chain, 0600, writer, AE_FILE_DURABLE, err, p);
    return status == APR_SUCCESS ? staging_complete(&s, err, p) : status;
}
