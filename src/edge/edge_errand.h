#ifndef EDGE_ERRAND_H
#define EDGE_ERRAND_H

/** What an administrator asks of a CA outside of orders, as it lies in the
 * store: requests/errand.<id> is written by the command, for the worker to do
 * beside its jobs (edge_errands.h); requests/errand.<id>.done is what came of
 * it, for the command to print and remove. */

#include "ae_json.h"
#include "edge_store.h"

#define EDGE_ERRAND_ID_LENGTH 16

/** What came of one, a plain value. */
typedef struct edge_errand_end_t {
    apr_time_t at;
    char answer[1024]; /* what was done, a sentence for people */
    ae_error_t error;  /* why it was not; status 0: it was done */
} edge_errand_end_t;

/** Ask. Root gives the file to the worker.
 * @param id set: the errand's, from `p`
 * @param asked with the members that all have ("kind": a word of the table in
 * edge_errand_take.c, "provider": an ACMEProvider word or the name of one that
 * is configured) and those of its kind; secrets are sealed by
 * edge_errand_seal. "at" is added.
 * @return APR_SUCCESS or the system's status. */
AE_CHECKED apr_status_t edge_errand_put(const char **id,
                                        const edge_store_t *store,
                                        json_t *asked, apr_time_t now,
                                        ae_error_t *err, apr_pool_t *p);

/** Look for what came of it.
 * @return APR_SUCCESS; APR_ENOENT: nothing yet; AE_EFORMAT and others of
 * edge_record_read for what is no outcome; the system's status. */
AE_CHECKED apr_status_t edge_errand_outcome(edge_errand_end_t *outcome,
                                            const edge_store_t *store,
                                            const char *id, ae_error_t *err,
                                            apr_pool_t *p);

/** Worker: tell what came of it. @return APR_SUCCESS or the system's status. */
AE_CHECKED apr_status_t edge_errand_tell(const edge_store_t *store,
                                         const char *id,
                                         const edge_errand_end_t *outcome,
                                         ae_error_t *err, apr_pool_t *p);

/** Whose file this is, by its name in requests/: the errand's id, from `p`;
 * NULL for anybody else's. */
const char *edge_errand_id(const char *name, int *is_done, apr_pool_t *p);

/** Where what is asked lies, from `p`. */
const char *edge_errand_path(const edge_store_t *store, const char *id,
                             apr_pool_t *p);

/** Remove both files; absent is success. Worker and command.
 * @return APR_SUCCESS or the system's status. */
AE_CHECKED apr_status_t edge_errand_drop(const edge_store_t *store,
                                         const char *id, ae_error_t *err,
                                         apr_pool_t *p);

/** Seal a secret as the text of a JSON member, and open it again; what is
 * opened lives in `p` and is cleansed with it.
 * @param member its name: what was sealed for one opens for no other
 * @return APR_SUCCESS; AE_ECRYPTO; APR_ENOENT where there is no such member;
 * AE_ESEAL, AE_EFORMAT. */
AE_CHECKED apr_status_t edge_errand_seal(json_t *asked, const char *member,
                                         const edge_store_t *store,
                                         ae_bytes_t secret, ae_error_t *err,
                                         apr_pool_t *p);
AE_CHECKED apr_status_t edge_errand_unseal(ae_bytes_t *secret,
                                           const json_t *asked,
                                           const char *member,
                                           const edge_store_t *store,
                                           ae_error_t *err, apr_pool_t *p);

#endif
