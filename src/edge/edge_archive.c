#include "edge_archive.h"

#include "edge_pair.h"
#include "edge_revoked.h"
#include "edge_seen.h"
#include "edge_thin.h"

#include <apr_lib.h>
#include <apr_strings.h>
#include <stdlib.h>
#include <string.h>

#define DIGITS_MAX 9

static const ae_file_owner_t writer = {(uid_t)-1, (gid_t)-1};

static const char *archive_dir(const edge_store_t *store,
                               const edge_cert_t *cert, apr_pool_t *p)
{
    return edge_store_path(store, p, "archive", cert->dir, NULL);
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

/* Numbers, not names: "10000" sorts before "9999". */
static int compare(const void *a, const void *b)
{
    const edge_archived_t *one = a, *other = b;

    return one->number < other->number   ? 1
           : one->number > other->number ? -1
                                         : 0;
}

static void locate(edge_archived_t *entry, const char *dir, const char *name,
                   const edge_cert_t *cert, apr_pool_t *p)
{
    const char *base;

    entry->number = number_of(name);
    entry->path = apr_pstrcat(p, dir, "/", name, NULL);
    entry->type = edge_pair_type(entry->path, cert->key_type, p);
    base =
        apr_pstrcat(p, entry->path, "/", ae_key_type_word(entry->type), NULL);
    entry->cert = apr_pstrcat(p, base, ".cert", NULL);
    entry->key = apr_pstrcat(p, base, ".key", NULL);
}

const apr_array_header_t *edge_archive_list(const edge_store_t *store,
                                            const edge_cert_t *cert,
                                            apr_pool_t *p)
{
    apr_array_header_t *list = apr_array_make(p, 16, sizeof(edge_archived_t));
    const char *dir = archive_dir(store, cert, p);
    apr_array_header_t *names;
    ae_error_t ignored;
    int i;

    if (ae_file_list(&names, dir, &ignored, p) != APR_SUCCESS) {
        return list;
    }
    for (i = 0; i < names->nelts; i++) {
        const char *name = APR_ARRAY_IDX(names, i, const char *);

        if (number_of(name) != 0) {
            locate(apr_array_push(list), dir, name, cert, p);
        }
    }
    qsort(list->elts, (size_t)list->nelts, sizeof(edge_archived_t), compare);
    return list;
}

apr_status_t edge_archive_next(const char **path, const edge_store_t *store,
                               const edge_cert_t *cert, ae_error_t *err,
                               apr_pool_t *p)
{
    const char *dir = archive_dir(store, cert, p);
    apr_status_t status = ae_file_make_dir(dir, 0700, writer, err, p);
    const apr_array_header_t *list = edge_archive_list(store, cert, p);
    apr_int64_t newest =
        list->nelts ? APR_ARRAY_IDX(list, 0, edge_archived_t).number : 0;

    *path = apr_psprintf(p, "%s/%04" APR_INT64_T_FMT, dir, newest + 1);
    return status;
}

static int is_revoked(const edge_archived_t *entry, const edge_store_t *store,
                      apr_pool_t *p)
{
    ae_error_t ignored;
    ae_cert_t *chain;

    return edge_pair_load_chain(&chain, entry->cert, &ignored, p) ==
               APR_SUCCESS &&
           edge_revoked_find(NULL, store, ae_cert_facts(chain), p);
}

const char *edge_archive_newest(const edge_store_t *store,
                                const edge_cert_t *cert, apr_pool_t *p)
{
    const apr_array_header_t *list = edge_archive_list(store, cert, p);
    ae_error_t ignored;
    int i;

    for (i = 0; i < list->nelts; i++) {
        const edge_archived_t *entry =
            &APR_ARRAY_IDX(list, i, edge_archived_t);

        if (edge_pair_check(entry->path, cert->key_type, &ignored, p) ==
                APR_SUCCESS &&
            !is_revoked(entry, store, p)) {
            return entry->path;
        }
    }
    return NULL;
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

/* By the certificate itself: a store that was copied has other times of its
 * files. */
static apr_time_t issued_at(const edge_archived_t *entry, apr_pool_t *p)
{
    const ae_cert_facts_t *facts = edge_seen_chain(entry->cert, p);
    ae_cert_t *chain;
    ae_error_t ignored;

    if (facts == NULL && edge_pair_load_chain(&chain, entry->cert, &ignored,
                                              p) == APR_SUCCESS) {
        facts = ae_cert_facts(chain);
    }
    return facts ? facts->not_before : 0;
}

static void remove_others(const apr_array_header_t *list,
                          const edge_thin_t *entries, apr_pool_t *p)
{
    ae_error_t ignored;
    apr_status_t status = APR_SUCCESS;
    int i;

    for (i = 0; status == APR_SUCCESS && i < list->nelts; i++) {
        if (!entries[i].keep) {
            status = ae_file_remove(
                APR_ARRAY_IDX(list, i, edge_archived_t).path, &ignored, p);
        }
    }
}

void edge_archive_prune(const edge_store_t *store, const edge_cert_t *cert,
                        apr_time_t now, apr_pool_t *p)
{
    const apr_array_header_t *list = edge_archive_list(store, cert, p);
    edge_thin_t *entries =
        apr_pcalloc(p, ((apr_size_t)list->nelts + 1) * sizeof(*entries));
    int i;

    for (i = 0; i < list->nelts; i++) {
        const edge_archived_t *entry =
            &APR_ARRAY_IDX(list, i, edge_archived_t);

        entries[i].number = entry->number;
        entries[i].at = issued_at(entry, p);
    }
    edge_thin(entries, list->nelts, now);
    remove_others(list, entries, p);
}
