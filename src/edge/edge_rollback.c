#include "edge_rollback.h"

#include "edge_archive.h"
#include "edge_live.h"
#include "edge_pair.h"
#include "edge_revoked.h"

#include <string.h>

static const edge_archived_t *entry_at(const apr_array_header_t *list, int i)
{
    return &APR_ARRAY_IDX(list, i, edge_archived_t);
}

static int is_same(const edge_archived_t *entry, const ae_cert_t *live,
                   apr_pool_t *p)
{
    ae_error_t ignored;
    ae_cert_t *chain;

    return edge_pair_load_chain(&chain, entry->cert, &ignored, p) ==
               APR_SUCCESS &&
           strcmp(ae_cert_facts(chain)->sha256, ae_cert_facts(live)->sha256) ==
               0;
}

/* The place in the list, newest first, of what was live before the one in use:
 * behind the oldest copy of it, if it came back itself. */
static int first_before(const apr_array_header_t *list,
                        const edge_store_t *store, const edge_cert_t *cert,
                        apr_pool_t *p)
{
    ae_cert_t *live;
    ae_error_t ignored;
    int first = 0;
    int i;

    if (edge_live_load(&live, edge_store_dir(store), cert, &ignored, p) !=
        APR_SUCCESS) {
        return 0;
    }
    for (i = 0; i < list->nelts; i++) {
        if (is_same(entry_at(list, i), live, p)) {
            first = i + 1;
        }
    }
    return first;
}

static apr_status_t check_type(const edge_archived_t *entry,
                               const edge_cert_t *cert, ae_error_t *err)
{
    if (entry->type == cert->key_type) {
        return APR_SUCCESS;
    }
    ae_error_set(err, AE_EMISMATCH, "Its key is of type %s",
                 ae_key_type_word(entry->type));
    return ae_error_why(err, "ACMEKeyType is %s",
                        ae_key_type_word(cert->key_type));
}

static apr_status_t load(ae_key_t **key, ae_cert_t **chain,
                         const edge_archived_t *entry,
                         const edge_store_t *store, const edge_cert_t *cert,
                         apr_time_t now, ae_error_t *err, apr_pool_t *p)
{
    apr_status_t status = check_type(entry, cert, err);

    if (status == APR_SUCCESS) {
        status = edge_pair_load_chain(chain, entry->cert, err, p);
    }
    if (status == APR_SUCCESS) {
        status = edge_pair_load_key(key, entry->key, err, p);
    }
    if (status == APR_SUCCESS && cert->csr != NULL) {
        status = ae_csr_check_key(cert->csr, *key, err);
    }
    if (status == APR_SUCCESS) {
        status = edge_pair_judge(*chain, *key, cert->names, now, err);
    }
    return status == APR_SUCCESS
               ? edge_revoked_check(store, ae_cert_facts(*chain), err, p)
               : status;
}

static apr_status_t none_before(ae_error_t *err, const edge_cert_t *cert,
                                int kept)
{
    ae_error_set(err, APR_ENOENT, "There is no certificate of %s before this",
                 cert->name);
    ae_error_why(err, "%s",
                 kept ? "the one in use is the oldest that is kept"
                      : "no other one was in use before, or none is kept");
    return ae_error_next(err, "acme-edge sign %s orders a new one",
                         cert->name);
}

static apr_status_t none_fits(ae_error_t *err, const edge_cert_t *cert,
                              const ae_error_t *cause, int tried)
{
    ae_error_set(err, AE_EMISMATCH,
                 "No certificate of %s before this can go live again",
                 cert->name);
    ae_error_why(err, "%sthe last one: %s%s%s",
                 tried > 1 ? "each has something against it; " : "",
                 cause->what, cause->why[0] ? ": " : "", cause->why);
    return ae_error_next(err, "acme-edge sign %s orders a new one",
                         cert->name);
}

apr_status_t edge_rollback_find(ae_key_t **key, ae_cert_t **chain,
                                const edge_store_t *store,
                                const edge_cert_t *cert, apr_time_t now,
                                ae_error_t *err, apr_pool_t *p)
{
    const apr_array_header_t *list = edge_archive_list(store, cert, p);
    int first = first_before(list, store, cert, p);
    ae_error_t cause, ignored;
    int i;

    for (i = first; i < list->nelts; i++) {
        if (load(key, chain, entry_at(list, i), store, cert, now,
                 i == first ? &cause : &ignored, p) == APR_SUCCESS) {
            return APR_SUCCESS;
        }
    }
    return first == list->nelts ? none_before(err, cert, list->nelts)
                                : none_fits(err, cert, &cause, i - first);
}
