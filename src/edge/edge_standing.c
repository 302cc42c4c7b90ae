#include "edge_standing.h"

#include "edge_challenge.h"
#include "edge_pair.h"
#include "edge_plan.h"

#include <apr_strings.h>
#include <string.h>

/* How long a failure that needs a person is left alone by restarts. Shorter
 * ones are the server's own, longer ones may be the person's. */
#define PERSON_PAUSE apr_time_from_sec(600)

static void explain(char *text, apr_size_t size, const ae_error_t *err,
                    apr_pool_t *p)
{
    ae_text_copy(text, size, ae_error_line(err, p));
}

static void leaf_take(edge_leaf_t *leaf, const ae_cert_facts_t *facts)
{
    memset(leaf, 0, sizeof(*leaf));
    leaf->present = 1;
    ae_text_copy(leaf->serial, sizeof(leaf->serial), facts->serial);
    ae_text_copy(leaf->issuer, sizeof(leaf->issuer), facts->issuer);
    leaf->facts.serial = leaf->serial;
    leaf->facts.issuer = leaf->issuer;
    leaf->facts.not_before = facts->not_before;
    leaf->facts.not_after = facts->not_after;
}

static void say_revoked(edge_leaf_t *leaf, const char *which,
                        const edge_revocation_t *revocation, apr_pool_t *p)
{
    apr_snprintf(leaf->misfit, sizeof(leaf->misfit), "The certificate %s: %s",
                 which, edge_revoked_words(revocation, p));
}

/* A live certificate of another key type, or without a name that was added,
 * stays in use until the one for the new configuration is deployed. */
static void find_misfit(edge_leaf_t *live, const ae_cert_facts_t *facts,
                        const edge_store_t *store, const edge_cert_t *cert,
                        apr_pool_t *p)
{
    ae_key_type_t type = edge_live_type(edge_store_dir(store), cert, p);
    edge_revocation_t revocation;
    ae_error_t err;

    if (edge_revoked_find(&revocation, store, facts, p)) {
        say_revoked(live, "in use", &revocation, p);
    } else if (ae_cert_facts_check_names(facts, cert->names, &err) !=
               APR_SUCCESS) {
        explain(live->misfit, sizeof(live->misfit), &err, p);
    } else if (type != cert->key_type) {
        apr_snprintf(live->misfit, sizeof(live->misfit),
                     "The certificate in use has a key of type %s, not %s",
                     ae_key_type_word(type), ae_key_type_word(cert->key_type));
    }
}

static void read_live(edge_leaf_t *live, const edge_store_t *store,
                      const edge_cert_t *cert, const ae_log_t *log,
                      apr_pool_t *p)
{
    const ae_cert_facts_t *facts;
    ae_error_t err;
    apr_status_t status =
        edge_live_facts(&facts, edge_store_dir(store), cert, &err, p);

    if (APR_STATUS_IS_ENOENT(status)) {
        return;
    }
    if (status != APR_SUCCESS) {
        explain(live->misfit, sizeof(live->misfit), &err, p);
        ae_log(log, AE_LOG_WARNING,
               "AE045: %s: the certificate in use cannot be read, a new one "
               "is ordered: %s",
               cert->name, live->misfit);
        return;
    }
    leaf_take(live, facts);
    find_misfit(live, facts, store, cert, p);
}

int edge_standing_revoked(edge_standing_t *standing,
                          const edge_revocation_t *revocation,
                          apr_pool_t *ptemp)
{
    int is_staged = standing->staged.present &&
                    !strcmp(standing->staged.serial, revocation->serial);
    int is_live = standing->live.present &&
                  !strcmp(standing->live.serial, revocation->serial);

    if (is_staged) {
        memset(&standing->staged, 0, sizeof(standing->staged));
    }
    if (is_live) {
        say_revoked(&standing->live, "in use", revocation, ptemp);
    }
    return is_staged || is_live;
}

/* Of ACMECSR's key the worker knows what the request tells. */
static apr_status_t check_staged(const ae_cert_t *chain, const ae_key_t *key,
                                 const edge_cert_t *cert, apr_time_t now,
                                 ae_error_t *err)
{
    apr_status_t status = cert->csr != NULL
                              ? ae_cert_check_csr(chain, cert->csr, err)
                              : APR_SUCCESS;

    return status == APR_SUCCESS
               ? edge_pair_judge(chain, key, cert->names, now, err)
               : status;
}

static void read_staged(edge_leaf_t *staged, const edge_store_t *store,
                        const edge_cert_t *cert, apr_time_t now,
                        const ae_log_t *log, apr_pool_t *p)
{
    edge_revocation_t revocation;
    ae_cert_t *chain;
    ae_key_t *key;
    ae_error_t err;
    apr_status_t status =
        edge_store_set_load(&key, &chain, store, cert, &err, p);

    if (APR_STATUS_IS_ENOENT(status)) {
        return;
    }
    if (status != APR_SUCCESS) {
        ae_log(log, AE_LOG_WARNING,
               "AE046: %s: the staged certificate cannot be read and is "
               "passed over: %s",
               cert->name, ae_error_line(&err, p));
        return;
    }
    leaf_take(staged, ae_cert_facts(chain));
    if (edge_revoked_find(&revocation, store, ae_cert_facts(chain), p)) {
        say_revoked(staged, "that is staged", &revocation, p);
    } else if (check_staged(chain, key, cert, now, &err) != APR_SUCCESS) {
        explain(staged->misfit, sizeof(staged->misfit), &err, p);
    }
}

static void read_state(edge_standing_t *standing, const edge_store_t *store,
                       const edge_cert_t *cert, const ae_log_t *log,
                       apr_pool_t *p)
{
    edge_state_t *state = &standing->state;
    ae_error_t err;
    apr_status_t status = edge_state_load(state, store, cert, &err, p);

    standing->state_damaged = status == AE_EFORMAT;
    if (status != APR_SUCCESS) {
        ae_log(log, AE_LOG_WARNING,
               "AE044: %s: what was remembered of earlier attempts cannot be "
               "read and counts no more: %s",
               cert->name, ae_error_line(&err, p));
        if (status != AE_EFORMAT) {
            memset(state, 0, sizeof(*state));
        }
    }
}

/* What cannot be read is the worker's to replace: it counts as no order. */
static int read_order(const edge_store_t *store, const edge_cert_t *cert,
                      apr_pool_t *p)
{
    json_t *saved;
    ae_error_t ignored;

    return edge_challenge_order(&saved, store, cert, &ignored, p) ==
               APR_SUCCESS &&
           saved != NULL;
}

static int is_other(const edge_request_t *a, const edge_request_t *b)
{
    return a->found != b->found || a->at != b->at ||
           strcmp(a->serial, b->serial) != 0;
}

int edge_standing_ask(edge_standing_t *standing, const edge_store_t *store,
                      const edge_cert_t *cert, apr_pool_t *ptemp)
{
    int verb, news = 0;

    for (verb = 0; verb < EDGE_REQUEST_VERBS; verb++) {
        edge_request_t before = standing->requests[verb];

        edge_request_find(&standing->requests[verb], store, cert,
                          (edge_request_verb_t)verb, ptemp);
        news = news || is_other(&before, &standing->requests[verb]);
    }
    return news;
}

void edge_standing_read(edge_standing_t *standing, const edge_store_t *store,
                        const edge_cert_t *cert, apr_time_t now,
                        const ae_log_t *log, apr_pool_t *ptemp)
{
    memset(standing, 0, sizeof(*standing));
    read_live(&standing->live, store, cert, log, ptemp);
    read_staged(&standing->staged, store, cert, now, log, ptemp);
    read_state(standing, store, cert, log, ptemp);
    edge_live_deployment(&standing->deployment, store, cert, ptemp);
    standing->order_kept = read_order(store, cert, ptemp);
    edge_standing_ask(standing, store, cert, ptemp);
}

/* A refusal that nobody counted yet. Where the set is still staged it was not
 * the set that was wrong. */
static int newly_refused(const edge_standing_t *standing)
{
    const edge_deployment_t *deployment = &standing->deployment;

    return deployment->at > standing->state.last_sign_at && !deployment->ok &&
           !(standing->staged.present &&
             strcmp(standing->staged.serial, deployment->serial) == 0);
}

static edge_settled_t forget(edge_standing_t *standing,
                             const char *fingerprint)
{
    edge_state_t *state = &standing->state;
    int nothing = state->attempts == 0 && state->next_attempt == 0 &&
                  state->provider == 0;

    edge_tally_forget(state, fingerprint);
    if (newly_refused(standing)) {
        state->last_sign_at = standing->deployment.at;
        state->last_sign_ok = 0;
        return EDGE_SETTLED_CHANGED;
    }
    return nothing ? EDGE_SETTLED_NOTHING : EDGE_SETTLED_CHANGED;
}

/* Somebody who acted has no other way to say so than a restart. */
static edge_settled_t settle_person(edge_state_t *state, apr_time_t now)
{
    apr_interval_time_t ago = now - state->last_sign_at;

    /* A failure in the future was before the clock was set back. */
    if (state->attempts == 0 || state->next_attempt != 0 ||
        (ago >= 0 && ago < PERSON_PAUSE)) {
        return EDGE_SETTLED_NOTHING;
    }
    state->next_attempt = now;
    return EDGE_SETTLED_CHANGED;
}

static edge_settled_t settle_renewal(edge_standing_t *standing,
                                     const edge_cert_t *cert, apr_time_t now,
                                     apr_uint32_t random)
{
    edge_state_t *state = &standing->state;
    const edge_leaf_t *leaf =
        standing->staged.present && standing->staged.misfit[0] == '\0'
            ? &standing->staged
            : &standing->live;

    if (!leaf->present ||
        edge_plan_renew_drawn(state, &leaf->facts, cert->renew_window)) {
        return EDGE_SETTLED_NOTHING;
    }
    if (leaf == &standing->staged &&
        strcmp(state->renew_serial, leaf->serial) != 0) {
        edge_tally_issued(state, &leaf->facts, cert->renew_window, now,
                          random);
    } else {
        edge_tally_draw(state, &leaf->facts, cert->renew_window, random);
    }
    return EDGE_SETTLED_CHANGED;
}

edge_settled_t edge_standing_settle(edge_standing_t *standing,
                                    const edge_cert_t *cert, apr_time_t now,
                                    apr_uint32_t random, apr_pool_t *ptemp)
{
    edge_settled_t settled;
    const char *fingerprint = edge_cert_fingerprint(cert, ptemp);

    if (strcmp(standing->state.fingerprint, fingerprint) != 0) {
        settled = forget(standing, fingerprint);
    } else if (edge_tally_rebase(&standing->state, now)) {
        settled = EDGE_SETTLED_CHANGED;
    } else {
        settled = settle_person(&standing->state, now);
    }
    if (newly_refused(standing)) {
        edge_tally_refused(&standing->state, EDGE_CAUSE_NOT_DEPLOYED,
                           &standing->deployment.error,
                           standing->deployment.at,
                           edge_standing_lifetime(standing), now, random);
        settled = EDGE_SETTLED_REFUSED;
    }
    if (settle_renewal(standing, cert, now, random) != EDGE_SETTLED_NOTHING &&
        settled == EDGE_SETTLED_NOTHING) {
        settled = EDGE_SETTLED_CHANGED;
    }
    return settled;
}

void edge_standing_staged(edge_standing_t *standing,
                          const ae_cert_facts_t *facts)
{
    leaf_take(&standing->staged, facts);
    standing->order_kept = 0;
}

apr_interval_time_t edge_standing_lifetime(const edge_standing_t *standing)
{
    const ae_cert_facts_t *facts = &standing->live.facts;

    return standing->live.present ? facts->not_after - facts->not_before : 0;
}

int edge_standing_urgent(const edge_standing_t *standing,
                         const edge_cert_t *cert, apr_time_t now)
{
    const ae_cert_facts_t *facts = &standing->live.facts;

    return !standing->live.present ||
           edge_policy_warn_at(facts->not_before, facts->not_after,
                               cert->warn_window, cert->renew_window) <= now;
}

static const char *misfit(const edge_leaf_t *leaf)
{
    return leaf->misfit[0] != '\0' ? leaf->misfit : NULL;
}

static int is_approved(const edge_standing_t *standing)
{
    const edge_request_t *deploy = &standing->requests[EDGE_REQUEST_DEPLOY];

    return deploy->found && standing->staged.present &&
           strcmp(deploy->serial, standing->staged.serial) == 0;
}

void edge_standing_source(edge_status_source_t *source,
                          const edge_standing_t *standing,
                          const edge_cert_t *cert)
{
    const edge_request_t *sign = &standing->requests[EDGE_REQUEST_SIGN];

    memset(source, 0, sizeof(*source));
    source->cert = cert;
    source->live = standing->live.present ? &standing->live.facts : NULL;
    source->staged = standing->staged.present ? &standing->staged.facts : NULL;
    source->live_misfit = misfit(&standing->live);
    source->staged_misfit = misfit(&standing->staged);
    source->state = &standing->state;
    source->deployment = &standing->deployment;
    source->order_kept = standing->order_kept;
    /* One from before the last attempt ended has had its answer. */
    source->sign_asked =
        sign->found && sign->at > standing->state.last_sign_at;
    if (is_approved(standing)) {
        source->approved_at = standing->requests[EDGE_REQUEST_DEPLOY].at;
    }
}
