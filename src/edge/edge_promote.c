#include "edge_live.h"

#include "edge_archive.h"
#include "edge_deployment.h"
#include "edge_pair.h"
#include "edge_record.h"
#include "edge_request.h"
#include "edge_revoked.h"
#include "edge_secret.h"
#include "edge_seen.h"
#include "edge_staged.h"

#include <apr_strings.h>
#include <string.h>

/* One promotion; `incoming` is a whole set on its way to `live`. */
typedef struct promoter_t {
    const edge_store_t *store;
    const edge_cert_t *cert;
    edge_deployed_by_t by;
    apr_time_t now;
    const char *live;
    const char *incoming;
    edge_staged_t *staged;
    ae_key_t *key;
    ae_cert_t *chain;
    const ae_cert_facts_t *was; /* what it takes the place of; NULL: nothing,
                                   or a crash came after that */
    apr_pool_t *p;
} promoter_t;

static const char *file_in(const promoter_t *pr, const char *dir,
                           const char *suffix)
{
    return apr_pstrcat(pr->p, dir, "/", ae_key_type_word(pr->cert->key_type),
                       suffix, NULL);
}

static int incoming_is_whole(const promoter_t *pr)
{
    ae_error_t ignored;
    ae_cert_t *chain;

    return edge_pair_load(&chain, file_in(pr, pr->incoming, ".cert"),
                          file_in(pr, pr->incoming, ".key"), &ignored,
                          pr->p) == APR_SUCCESS &&
           ae_cert_check_chain(chain, &ignored) == APR_SUCCESS;
}

/* Where nothing is live, a crash came between two renames, or somebody took
 * it away; either way the best there is comes back. */
static apr_status_t recover(const promoter_t *pr, ae_error_t *err)
{
    const char *source = NULL;
    apr_status_t status = APR_SUCCESS;

    if (!ae_file_exists(pr->live)) {
        source = incoming_is_whole(pr)
                     ? pr->incoming
                     : edge_archive_newest(pr->store, pr->cert, pr->p);
    }
    if (source) {
        status = ae_file_rename(source, pr->live, err, pr->p);
    }
    return status == APR_SUCCESS ? ae_file_remove(pr->incoming, err, pr->p)
                                 : status;
}

/* A crash came after the last rename, before the set was removed. */
static int is_live_already(const promoter_t *pr)
{
    const char *dir = edge_store_dir(pr->store);
    ae_error_t ignored;
    ae_cert_t *live;

    return edge_live_load(&live, dir, pr->cert, &ignored, pr->p) ==
               APR_SUCCESS &&
           strcmp(ae_cert_facts(live)->sha256,
                  ae_cert_facts(pr->chain)->sha256) == 0 &&
           edge_live_check(dir, pr->cert, &ignored, pr->p) == APR_SUCCESS;
}

/* Printed anew from what was checked: no byte of the worker's goes live
 * unseen. */
static apr_status_t write_incoming(const promoter_t *pr, ae_error_t *err)
{
    static const ae_file_owner_t writer = {(uid_t)-1, (gid_t)-1};
    const char *cert_path = file_in(pr, pr->incoming, ".cert");
    ae_bytes_t key, chain;
    apr_status_t status = ae_key_print(&key, pr->key, err, pr->p);

    if (status == APR_SUCCESS) {
        status = ae_cert_print(&chain, pr->chain, err, pr->p);
    }
    if (status == APR_SUCCESS) {
        status = ae_file_make_dir(pr->incoming, 0755, writer, err, pr->p);
    }
    if (status == APR_SUCCESS) {
        status = ae_file_write(file_in(pr, pr->incoming, ".key"), key, 0600,
                               writer, AE_FILE_DURABLE, err, pr->p);
    }
    if (status == APR_SUCCESS) {
        status = ae_file_write(cert_path, chain, 0644, writer, AE_FILE_DURABLE,
                               err, pr->p);
    }
    if (status == APR_SUCCESS) {
        edge_seen_keep(cert_path, chain, key, ae_cert_facts(pr->chain), pr->p);
    }
    return status;
}

static apr_status_t exchange(const promoter_t *pr, ae_error_t *err)
{
    ae_error_t ignored;
    const char *old = NULL;
    apr_status_t status;

    if (!ae_file_exists(pr->live)) {
        return ae_file_rename(pr->incoming, pr->live, err, pr->p);
    }
    status = edge_archive_next(&old, pr->store, pr->cert, err, pr->p);
    if (status == APR_SUCCESS) {
        status = ae_file_rename(pr->live, old, err, pr->p);
    }
    if (status == APR_SUCCESS) {
        status = ae_file_rename(pr->incoming, pr->live, err, pr->p);
    }
    /* Where even this fails, recover() does it at the next start. */
    if (status != APR_SUCCESS && !ae_file_exists(pr->live) &&
        ae_file_rename(old, pr->live, &ignored, pr->p) != APR_SUCCESS) {
        ae_error_next(err, "the certificate in use lies in %s", old);
    }
    return status;
}

/* After a crash the last record still tells what was live before: it is of
 * that one, or of this one already. */
static void tell_replaced(edge_deployment_t *d, const promoter_t *pr)
{
    edge_deployment_t before;
    int is_this;

    if (pr->was != NULL) {
        ae_text_copy(d->replaced, sizeof(d->replaced), pr->was->serial);
        d->renews =
            pr->was->not_before <= ae_cert_facts(pr->chain)->not_before;
        return;
    }
    edge_live_deployment(&before, pr->store, pr->cert, pr->p);
    if (before.ok) {
        is_this = strcmp(before.serial, d->serial) == 0;
        ae_text_copy(d->replaced, sizeof(d->replaced),
                     is_this ? before.replaced : before.serial);
        d->renews = is_this ? before.renews : 1;
    }
}

static void tell_serving(edge_deployment_t *d, const promoter_t *pr)
{
    d->by = pr->by;
    d->waits = pr->by == EDGE_BY_HOT;
    d->served_at = d->waits ? 0 : pr->now;
}

/* What is live stays so. */
static void keep_serving(edge_deployment_t *d, const promoter_t *pr)
{
    edge_deployment_t before;

    edge_live_deployment(&before, pr->store, pr->cert, pr->p);
    d->by = before.by;
    d->waits = before.waits;
    d->served_at = before.served_at;
}

static apr_status_t record(const promoter_t *pr, const ae_error_t *refusal,
                           ae_error_t *err)
{
    edge_deployment_t d;

    memset(&d, 0, sizeof(d));
    d.at = pr->now;
    d.ok = refusal == NULL;
    if (pr->chain) {
        ae_text_copy(d.serial, sizeof(d.serial),
                     ae_cert_facts(pr->chain)->serial);
    }
    if (refusal) {
        d.error = *refusal;
        keep_serving(&d, pr);
    } else {
        tell_replaced(&d, pr);
        tell_serving(&d, pr);
    }
    return edge_deployment_save(&d, pr->store, pr->cert, err, pr->p);
}

static void explain_refusal(const promoter_t *pr, ae_error_t *err)
{
    ae_error_t cause = *err;

    ae_error_set(err, cause.status, "The staged certificate of %s was refused",
                 pr->cert->name);
    ae_error_why(err, "%s%s%s", cause.what, cause.why[0] ? ": " : "",
                 cause.why);
    ae_error_next(
        err,
        pr->staged ? "%s%swhat is live stays in use, another "
                     "certificate will be ordered; this one "
                     "is kept in %s/refused"
                   : "%s%swhat is live stays in use; find out who "
                     "put it there, and remove %s",
        cause.next, cause.next[0] ? "; " : "",
        edge_store_path(pr->store, pr->p, "staging", pr->cert->dir, NULL));
}

static apr_status_t explain_unrecorded(ae_error_t *err,
                                       const ae_error_t *trouble,
                                       apr_pool_t *p)
{
    ae_error_t refusal = *err;

    ae_error_set(err, trouble->status, "%s, and the worker cannot be told",
                 refusal.what);
    ae_error_why(err, "%s: %s", ae_error_line(trouble, p), refusal.why);
    return ae_error_next(err, "%s", refusal.next);
}

static apr_status_t refuse(edge_promotion_t *promotion, const promoter_t *pr,
                           ae_error_t *err)
{
    ae_error_t trouble;

    explain_refusal(pr, err);
    /* Another set in its place was not looked at: the next call does. */
    if (pr->staged && !edge_staged_refuse(pr->staged, pr->p)) {
        return APR_SUCCESS;
    }
    *promotion = EDGE_PROMOTION_REFUSED;
    return record(pr, err, &trouble) == APR_SUCCESS
               ? APR_SUCCESS
               : explain_unrecorded(err, &trouble, pr->p);
}

static apr_status_t deploy(promoter_t *pr, ae_error_t *err)
{
    apr_status_t status = write_incoming(pr, err);
    ae_error_t ignored;

    if (edge_live_facts(&pr->was, edge_store_dir(pr->store), pr->cert,
                        &ignored, pr->p) != APR_SUCCESS) {
        pr->was = NULL;
    }
    if (status == APR_SUCCESS) {
        status = exchange(pr, err);
    }
    if (status == APR_SUCCESS) {
        edge_archive_prune(pr->store, pr->cert, pr->now, pr->p);
    }
    return status;
}

/* The set goes last: where a crash leaves it, it is found live already. */
static apr_status_t finish(edge_promotion_t *promotion, const promoter_t *pr,
                           ae_error_t *err)
{
    apr_status_t status = record(pr, NULL, err);

    *promotion = EDGE_PROMOTION_DONE;
    if (status != APR_SUCCESS) {
        return ae_error_next(err, "the staged certificate is live all the "
                                  "same; the next try writes it down");
    }
    edge_staged_remove(pr->staged, pr->p);
    return APR_SUCCESS;
}

/* What is wrong with the administrator's file is not the set's fault. */
static apr_status_t take_given(promoter_t *pr, ae_error_t *err)
{
    ae_error_t cause;

    if (edge_secret_key(&pr->key, pr->cert->key_file, &cause, pr->p) ==
        APR_SUCCESS) {
        return APR_SUCCESS;
    }
    ae_error_set(err, APR_EGENERAL, "The key of ACMECSR cannot be used");
    ae_error_why(err, "%s%s%s", cause.what, cause.why[0] ? ": " : "",
                 cause.why);
    return cause.next[0] ? ae_error_next(err, "%s", cause.next) : err->status;
}

static apr_status_t take(promoter_t *pr, ae_error_t *err)
{
    apr_status_t status =
        edge_staged_open(&pr->staged, pr->store, pr->cert, err, pr->p);

    if (status != APR_SUCCESS) {
        pr->staged = NULL;
        return status;
    }
    status = edge_store_set_load(&pr->key, &pr->chain, pr->store, pr->cert,
                                 err, pr->p);
    return status == APR_SUCCESS && pr->key == NULL ? take_given(pr, err)
                                                    : status;
}

/* A restart for another reason deploys nothing that is to wait. */
static int may_go(const promoter_t *pr)
{
    edge_request_t approval;

    if (edge_schedule_open(&pr->cert->deploy, NULL, pr->now)) {
        return 1;
    }
    edge_request_find(&approval, pr->store, pr->cert, EDGE_REQUEST_DEPLOY,
                      pr->p);
    return approval.found &&
           strcmp(approval.serial, ae_cert_facts(pr->chain)->serial) == 0;
}

static apr_status_t promote(edge_promotion_t *promotion, promoter_t *pr,
                            ae_error_t *err)
{
    apr_status_t status = take(pr, err);
    int is_live = status == APR_SUCCESS && is_live_already(pr);

    if (APR_STATUS_IS_ENOENT(status)) {
        return APR_SUCCESS;
    }
    if (status == APR_SUCCESS && !is_live && !may_go(pr)) {
        return APR_SUCCESS;
    }
    /* As if an enemy had written it: the worker talks to the network. */
    if (status == APR_SUCCESS && !is_live) {
        status =
            edge_pair_judge(pr->chain, pr->key, pr->cert->names, pr->now, err);
    }
    if (status == APR_SUCCESS && !is_live) {
        status = edge_revoked_check(pr->store, ae_cert_facts(pr->chain), err,
                                    pr->p);
    }
    if (edge_record_is_bad(status)) {
        return refuse(promotion, pr, err);
    }
    if (status == APR_SUCCESS && !is_live) {
        status = deploy(pr, err);
    }
    if (status == APR_SUCCESS) {
        status = finish(promotion, pr, err);
    }
    return status;
}

apr_status_t edge_live_try(edge_promotion_t *promotion,
                           const edge_store_t *store, const edge_cert_t *cert,
                           edge_live_judge_t *judge, void *ctx, apr_time_t now,
                           ae_error_t *err, apr_pool_t *p)
{
    promoter_t pr = {.store = store, .cert = cert, .now = now};
    apr_status_t status;

    *promotion = EDGE_PROMOTION_NONE;
    apr_pool_create(&pr.p, p);
    status = take(&pr, err);
    if (status == APR_SUCCESS) {
        status = judge(ctx, cert, pr.chain, pr.key, err);
    }
    if (edge_record_is_bad(status)) {
        status = refuse(promotion, &pr, err);
    }
    apr_pool_destroy(pr.p);
    return APR_STATUS_IS_ENOENT(status) ? APR_SUCCESS : status;
}

/* What could not be handed to children is served by this restart, whatever
 * came of what is staged. */
static apr_status_t note_served(const promoter_t *pr, apr_status_t status,
                                ae_error_t *err)
{
    ae_error_t trouble;
    apr_status_t noted =
        ae_file_exists(pr->live)
            ? edge_deployment_served(pr->store, pr->cert, pr->by, NULL,
                                     pr->now, &trouble, pr->p)
            : APR_SUCCESS;

    if (status == APR_SUCCESS && noted != APR_SUCCESS) {
        *err = trouble;
        status = noted;
    }
    return status;
}

apr_status_t edge_live_promote(edge_promotion_t *promotion,
                               const edge_store_t *store,
                               const edge_cert_t *cert, edge_deployed_by_t by,
                               apr_time_t now, ae_error_t *err, apr_pool_t *p)
{
    promoter_t pr = {.store = store, .cert = cert, .by = by, .now = now};
    apr_status_t status;

    *promotion = EDGE_PROMOTION_NONE;
    apr_pool_create(&pr.p, p);
    pr.live = edge_store_path(store, pr.p, "live", cert->dir, NULL);
    pr.incoming = edge_store_path(
        store, pr.p, "live", apr_pstrcat(pr.p, ".incoming-", cert->dir, NULL),
        NULL);
    status = recover(&pr, err);
    if (status == APR_SUCCESS) {
        status = promote(promotion, &pr, err);
    }
    if (by == EDGE_BY_RESTART) {
        status = note_served(&pr, status, err);
    }
    if (status != APR_SUCCESS && err->next[0] == '\0') {
        ae_error_next(err, "what is live stays in use; the staged certificate "
                           "is tried again");
    }
    apr_pool_destroy(pr.p);
    return status;
}
