#ifndef EDGE_STORE_H
#define EDGE_STORE_H

/** The directory on disk: its layout, and what the worker keeps there.
 *
 *   store.json                 format version, sealing key   root 0600
 *   config.json                what is configured (edge_catalog.h)  0644
 *   lock                       one worker at a time          worker 0600
 *   accounts/<provider>/       account.key (sealed), account.json; while it
 *                              changes, and after its end, what
 *                              edge_store_account.h tells
 *   staging/<cert>/order/      order.json, key (sealed), cert once issued
 *   staging/<cert>/set/        key (sealed), cert: finished
 *   staging/<cert>/set.old/    a set on its way out
 *   staging/<cert>/dropped/    an order, or a set, on its way out for good
 *   staging/<cert>/refused/    a set that did not pass
 *   state/<cert>.json          attempts, last sign            (edge_state.h)
 *   state/<cert>.progress      an order that was asked for (edge_progress.h)
 *   state/<cert>.history       what happened, what was told (edge_history.h)
 *   requests/<cert>.<verb>     what is asked for          (edge_request.h)
 *   requests/probe.<token>     what check looks for         (edge_probe.h)
 *   kept/<cert>/               key (sealed), request          (edge_kept.h)
 *   requests/errand.<id>       what a CA is asked, .done  (edge_errand.h)
 *   revoked/<digest>.json      revoked certificates       (edge_revoked.h)
 *   live/<cert>/               cert 0644, key 0600            (edge_live.h)
 *   archive/<cert>/<n>/        what was live before           (edge_live.h)
 *   archive/incoming/<cert>/   a set on its way to staging  (edge_staged.h)
 *   deploy/<cert>.json         last deployment, who serves it (edge_live.h)
 *   deploy/<cert>.run          ACMEDeployCommand         (edge_run.h)  0600
 *   fallback/                  key and certificates           (edge_live.h)
 *
 * accounts, staging, state, requests, revoked and kept belong to the worker's
 * user (state and revoked 0755, the others 0700); the rest to root. Files of
 * one key type carry its word: "ecdsa-p256.key", "ecdsa-p256.cert". Nothing
 * here follows a symbolic link below the store. */

#include "ae_cert.h"
#include "ae_file.h"
#include "ae_json.h"
#include "ae_seal.h"
#include "edge_cert.h"

#define EDGE_STORE_VERSION 1
#define EDGE_STORE_FILE_MAX (256 * 1024)

/** In archive/: no certificate's name, for those have two labels. */
#define EDGE_STORE_INCOMING "incoming"

typedef struct edge_store_t edge_store_t;

/** Parent: make or check the directory and read the sealing key. Lives in `p`.
 * @param worker the user that children run as; {-1, -1}: the same as now
 * @return APR_SUCCESS; AE_EVERSION for a newer store; AE_EFORMAT for a damaged
 * one; AE_EUNSAFE for wrong owners or modes that cannot be set right;
 * APR_EBUSY while another parent is inside (edge_store_enter); the system's
 * status. err names path and remedy. Nothing is changed where an
 * existing store is refused. */
AE_CHECKED apr_status_t edge_store_prepare(edge_store_t **store,
                                           const char *dir,
                                           ae_file_owner_t worker,
                                           ae_error_t *err, apr_pool_t *p);

/** Command: use a store that is there, and change nothing in it. The worker's
 * user is told by its directories. Lives in `p`.
 * @return APR_SUCCESS; APR_ENOENT where there is none; APR_EACCES where it is
 * another user's; AE_EVERSION, AE_EFORMAT, AE_EUNSAFE as edge_store_prepare;
 * the system's status. err names path and remedy. */
AE_CHECKED apr_status_t edge_store_open(edge_store_t **store, const char *dir,
                                        ae_error_t *err, apr_pool_t *p);

/** Parent, and command that stages: keep others of these out of the store
 * until `p` goes, without waiting. Where the file system knows no such locks,
 * nobody is kept out.
 * @return APR_SUCCESS; APR_EBUSY: another one is inside; the system's status
 * where the directory cannot be opened. */
AE_CHECKED apr_status_t edge_store_enter(const char *dir, ae_error_t *err,
                                         apr_pool_t *p);

/** Any of httpd's children: the same for who looks at the network for
 * somebody's request, one at a time, until `p` goes.
 * @return APR_SUCCESS; APR_EBUSY: another one looks; the system's status. */
AE_CHECKED apr_status_t edge_store_enter_requests(const edge_store_t *store,
                                                  ae_error_t *err,
                                                  apr_pool_t *p);

const char *edge_store_dir(const edge_store_t *store);
const ae_seal_t *edge_store_seal(const edge_store_t *store);
ae_file_owner_t edge_store_worker(const edge_store_t *store);

/** A path below the store, from `p`: parts are joined by slashes, the list
 * ends with NULL. */
const char *edge_store_path(const edge_store_t *store, apr_pool_t *p, ...)
    __attribute__((sentinel));

/** Worker, with the lock: write, read back and remove a file in each directory
 * it needs, before any order is made.
 * @return APR_SUCCESS or the system's status. */
AE_CHECKED apr_status_t edge_store_probe(const edge_store_t *store,
                                         ae_error_t *err, apr_pool_t *p);

/** Parent, inside: remove what writes that were killed left in root's
 * directories, in requests and in kept, an hour ago at least: another httpd, or
 * a command, may be writing there. */
void edge_store_sweep(const edge_store_t *store, apr_time_t now,
                      apr_pool_t *p);

/** Worker, with the lock: remove what writes that were killed left in its
 * directories. */
void edge_store_sweep_workers(const edge_store_t *store, apr_pool_t *p);

/** Worker: take the lock without waiting; released with `p` or the process.
 * @return APR_SUCCESS; APR_EBUSY: another worker has it; system's status. */
AE_CHECKED apr_status_t edge_store_lock(const edge_store_t *store,
                                        ae_error_t *err, apr_pool_t *p);

/** Worker: the account key of a provider, made and stored (fsynced) where
 * there is none yet. @return APR_SUCCESS; AE_ESEAL or AE_EFORMAT for one that
 * cannot be read, which is left as it is; system's status. */
AE_CHECKED apr_status_t edge_store_account_key(ae_key_t **key,
                                               const edge_store_t *store,
                                               const char *provider,
                                               ae_error_t *err, apr_pool_t *p);

/** Worker and command: the account key that is there.
 * @return APR_SUCCESS; APR_ENOENT; otherwise as edge_store_account_key. */
AE_CHECKED apr_status_t edge_store_account_peek(ae_key_t **key,
                                                const edge_store_t *store,
                                                const char *provider,
                                                ae_error_t *err,
                                                apr_pool_t *p);

/** Worker: what acme_session_save told, or *json = NULL where nothing is: the
 * CA tells an account of its key again (RFC 8555 section 7.3.1).
 * @return APR_SUCCESS; as edge_record_read for a damaged file, which is set
 * aside; the system's status. */
AE_CHECKED apr_status_t edge_store_account_load(json_t **json,
                                                const edge_store_t *store,
                                                const char *provider,
                                                ae_error_t *err,
                                                apr_pool_t *p);
AE_CHECKED apr_status_t edge_store_account_save(const edge_store_t *store,
                                                const char *provider,
                                                const json_t *json,
                                                ae_error_t *err,
                                                apr_pool_t *p);

/** Worker: the key of the order in flight, made and stored (sealed, fsynced)
 * where there is none yet. An unreadable one is replaced: no certificate can
 * depend on it. */
AE_CHECKED apr_status_t edge_store_order_key(ae_key_t **key,
                                             const edge_store_t *store,
                                             const edge_cert_t *cert,
                                             ae_error_t *err, apr_pool_t *p);

/** Worker: make this the key of the order in flight, sealed and fsynced.
 * @param replace whether another one, of an order that is not to go on, gives
 * way
 * @return APR_SUCCESS; AE_EMISMATCH where another one stays; AE_ESEAL and
 * others of a damaged one that stays; the system's status. */
AE_CHECKED apr_status_t edge_store_order_key_put(const edge_store_t *store,
                                                 const edge_cert_t *cert,
                                                 const ae_key_t *key,
                                                 int replace, ae_error_t *err,
                                                 apr_pool_t *p);

/** Worker: what acme_order_save told, or *json = NULL where no order is in
 * flight. What a crash left half done is finished first, edge_store_stage and
 * edge_store_order_drop alike: call it before the others that take an order,
 * and look for a set after it.
 * @return APR_SUCCESS; AE_EFORMAT, AE_ESEAL, AE_EUNSAFE, AE_ETOOBIG, EACCES for
 * an order of which the record or the key is damaged: it was dropped, and the
 * next call finds none; the system's status. */
AE_CHECKED apr_status_t edge_store_order_load(json_t **json,
                                              const edge_store_t *store,
                                              const edge_cert_t *cert,
                                              ae_error_t *err, apr_pool_t *p);
AE_CHECKED apr_status_t edge_store_order_save(const edge_store_t *store,
                                              const edge_cert_t *cert,
                                              const json_t *json,
                                              ae_file_durability_t durability,
                                              ae_error_t *err, apr_pool_t *p);

/** Worker: drop the order in flight with its key. */
AE_CHECKED apr_status_t edge_store_order_drop(const edge_store_t *store,
                                              const edge_cert_t *cert,
                                              ae_error_t *err, apr_pool_t *p);

/** Worker: put the issued chain beside its key and make both the staged set by
 * one rename; a set that was not deployed yet gives way. */
AE_CHECKED apr_status_t edge_store_stage(const edge_store_t *store,
                                         const edge_cert_t *cert,
                                         ae_bytes_t chain, ae_error_t *err,
                                         apr_pool_t *p);

/** Worker: remove the staged set; absent is success. */
AE_CHECKED apr_status_t edge_store_set_drop(const edge_store_t *store,
                                            const edge_cert_t *cert,
                                            ae_error_t *err, apr_pool_t *p);

/** Any process: its chain alone, not looked at further.
 * @return APR_SUCCESS; APR_ENOENT where none is staged; AE_EFORMAT, AE_EUNSAFE,
 * AE_ETOOBIG; the system's status. */
AE_CHECKED apr_status_t edge_store_set_chain(ae_cert_t **chain,
                                             const edge_store_t *store,
                                             const edge_cert_t *cert,
                                             ae_error_t *err, apr_pool_t *p);

/** Worker and parent: read the staged set: key opened, chain parsed, nothing
 * more checked. With ACMECSR the set has no key, which is NULL then.
 * @return APR_SUCCESS; APR_ENOENT where none is staged; AE_ESEAL, AE_EFORMAT,
 * AE_EUNSAFE, AE_ETOOBIG, system's status. */
AE_CHECKED apr_status_t edge_store_set_load(ae_key_t **key, ae_cert_t **chain,
                                            const edge_store_t *store,
                                            const edge_cert_t *cert,
                                            ae_error_t *err, apr_pool_t *p);

#endif
