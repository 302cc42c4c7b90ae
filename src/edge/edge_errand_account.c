#include "edge_errand_own.h"

#include <apr_strings.h>
#include <string.h>

/* What an administrator asks about an account. Each begins anew where it was
 * cut off: `account` and `key`, a URL and a thumbprint, say of what they were
 * asked, so that nothing is done to what came after. */

static const char *asked_text(const edge_errand_t *errand, const char *member)
{
    return ae_json_get_string(errand->asked, member, errand->p);
}

static int is_asked(const edge_errand_t *errand, const char *member,
                    const char *found)
{
    const char *asked = asked_text(errand, member);

    return asked == NULL || (found != NULL && strcmp(asked, found) == 0);
}

static acme_session_t *acme_of(const edge_errand_t *errand)
{
    return edge_session_acme(errand->session);
}

static const char *account_of(const edge_errand_t *errand)
{
    const char *url = acme_session_account_url(acme_of(errand));

    return url ? url : "that was found by its key";
}

static apr_status_t explain_memory(ae_error_t *err, apr_status_t status)
{
    if (status != APR_SUCCESS) {
        ae_error_set(err, status, "The CA cannot be asked");
        ae_error_why_status(err, status);
    }
    return status;
}

/* --- update -------------------------------------------------------------- */

static apr_status_t begin_update(edge_errand_t *errand, apr_time_t now,
                                 ae_error_t *err)
{
    (void)now;
    return explain_memory(
        err, acme_errand_update(&errand->request, acme_of(errand), errand->p));
}

static const char *contacts_told(const edge_errand_t *errand)
{
    const json_t *list = ae_json_get_array(
        acme_session_save(acme_of(errand), errand->p), "contact");
    const char *text = json_array_size(list) ? "" : "nobody";
    size_t i;

    for (i = 0; i < json_array_size(list); i++) {
        text = apr_pstrcat(errand->p, text, i ? ", " : "",
                           json_string_value(json_array_get(list, i)), NULL);
    }
    return text;
}

static int follow_update(edge_errand_t *errand, apr_time_t now,
                         ae_error_t *err)
{
    (void)now;
    if (err->status == APR_SUCCESS) {
        errand->answer = apr_psprintf(
            errand->p, "%s: the CA writes about account %s to %s",
            errand->provider->name, account_of(errand), contacts_told(errand));
    }
    return 0;
}

const edge_errand_kind_t edge_errand_update = {
    .word = "update",
    .begin = begin_update,
    .follow = follow_update,
};

/* --- rollover ------------------------------------------------------------ */

typedef enum leg_t {
    FIRST_ASK, /* whether the CA took a key that is there from before */
    CHANGE,
    ASK /* whether it took it, for its answer did not say so */
} leg_t;

typedef struct rollover_t {
    leg_t leg;
    const ae_key_t *key;
    ae_error_t refusal; /* how the change failed */
} rollover_t;

static apr_status_t set_leg(edge_errand_t *errand, leg_t leg, ae_error_t *err)
{
    rollover_t *rollover = errand->data;
    acme_session_t *acme = acme_of(errand);

    rollover->leg = leg;
    return explain_memory(
        err, leg == CHANGE ? acme_errand_rollover(&errand->request, acme,
                                                  rollover->key, errand->p)
                           : acme_errand_find(&errand->request, acme,
                                              rollover->key, errand->p));
}

static int is_only_to_settle(const edge_errand_t *errand)
{
    return ae_json_get_bool(errand->asked, "settle", 0);
}

static void tell_doubt(const edge_provider_t *provider, const ae_log_t *log,
                       const ae_error_t *err, apr_pool_t *ptemp)
{
    ae_log(log, AE_LOG_WARNING,
           "AE065: %s: nobody knows which key the account has: %s",
           provider->name, ae_error_line(err, ptemp));
}

/* Nobody waits for what comes of it. */
void edge_errands_settle(const edge_sessions_t *sessions,
                         const edge_store_t *store, const ae_log_t *log,
                         apr_time_t now, apr_pool_t *ptemp)
{
    edge_session_t *session = edge_sessions_unsettled(sessions, now);
    const edge_provider_t *provider;
    const char *id;
    ae_error_t err;

    if (session == NULL) {
        return;
    }
    provider = edge_session_provider(session);
    edge_session_unsettled(session, now);
    if (edge_errand_put(
            &id, store,
            ae_json_keep(json_pack("{s:s,s:s,s:b}", "kind",
                                   edge_errand_rollover.word, "provider",
                                   provider->directory_url, "settle", 1),
                         ptemp),
            now, &err, ptemp) != APR_SUCCESS) {
        tell_doubt(provider, log, &err, ptemp);
    }
}

static void tell_new_key(edge_errand_t *errand)
{
    errand->answer =
        apr_psprintf(errand->p, "%s: account %s has a new key, thumbprint %s",
                     errand->provider->name, account_of(errand),
                     acme_session_key(acme_of(errand), errand->p));
}

static void tell_old_key(edge_errand_t *errand)
{
    errand->answer = apr_psprintf(
        errand->p, "%s: account %s has kept its key, thumbprint %s",
        errand->provider->name, account_of(errand),
        acme_session_key(acme_of(errand), errand->p));
}

/* What was asked for may have been done before the worker, or the one before
 * it, was killed. */
static apr_status_t begin_rollover(edge_errand_t *errand, apr_time_t now,
                                   ae_error_t *err)
{
    int in_doubt = edge_session_key_in_doubt(errand->session);
    rollover_t *rollover = apr_pcalloc(errand->p, sizeof(*rollover));
    apr_status_t status;

    (void)now;
    errand->data = rollover;
    if (!in_doubt && is_only_to_settle(errand)) {
        tell_old_key(errand);
        return APR_SUCCESS;
    }
    if (!in_doubt && !is_asked(errand, "key",
                               acme_session_key(acme_of(errand), errand->p))) {
        tell_new_key(errand);
        return APR_SUCCESS;
    }
    status = edge_session_next_key(&rollover->key, errand->session, err);
    return status == APR_SUCCESS
               ? set_leg(errand, in_doubt ? FIRST_ASK : CHANGE, err)
               : status;
}

/* The session signs with the new key already. */
static int take_key(edge_errand_t *errand, ae_error_t *err)
{
    if (edge_session_key_taken(errand->session, err, errand->p) ==
        APR_SUCCESS) {
        memset(err, 0, sizeof(*err));
        tell_new_key(errand);
    } else {
        ae_error_next(err, "the CA has the new key; the next start of httpd "
                           "puts it in its place");
    }
    return 0;
}

static int keep_key(edge_errand_t *errand, ae_error_t *err,
                    const ae_error_t *refusal)
{
    if (edge_session_key_refused(errand->session, err, errand->p) ==
        APR_SUCCESS) {
        *err = *refusal;
    }
    if (err->status == APR_SUCCESS) {
        tell_old_key(errand);
    }
    return 0;
}

/* Nobody knows still: the key that is in doubt keeps orders off. */
static int stay_in_doubt(edge_errand_t *errand, apr_time_t now,
                         ae_error_t *err)
{
    if (!is_only_to_settle(errand)) {
        edge_session_unsettled(errand->session, now);
    }
    errand->logged = 1;
    ae_error_next(err, "both keys are kept, and no order is made with this CA "
                       "until it has told which of them the account has; it "
                       "is asked again by itself");
    tell_doubt(errand->provider, errand->config->log, err, errand->p);
    return 0;
}

static int follow_first_ask(edge_errand_t *errand, apr_time_t now,
                            ae_error_t *err)
{
    static const ae_error_t none;

    if (err->status != APR_SUCCESS) {
        return stay_in_doubt(errand, now, err);
    }
    if (errand->was_done) {
        return take_key(errand, err);
    }
    if (is_only_to_settle(errand)) {
        return keep_key(errand, err, &none);
    }
    return set_leg(errand, CHANGE, err) == APR_SUCCESS;
}

static int follow_change(edge_errand_t *errand, ae_error_t *err)
{
    rollover_t *rollover = errand->data;

    if (err->status == APR_SUCCESS) {
        return take_key(errand, err);
    }
    rollover->refusal = *err;
    if (!errand->was_sent) {
        return keep_key(errand, err, &rollover->refusal);
    }
    return set_leg(errand, ASK, err) == APR_SUCCESS;
}

static int follow_ask(edge_errand_t *errand, apr_time_t now, ae_error_t *err)
{
    const rollover_t *rollover = errand->data;

    if (err->status != APR_SUCCESS) {
        return stay_in_doubt(errand, now, err);
    }
    return errand->was_done ? take_key(errand, err)
                            : keep_key(errand, err, &rollover->refusal);
}

static int follow_rollover(edge_errand_t *errand, apr_time_t now,
                           ae_error_t *err)
{
    const rollover_t *rollover = errand->data;

    switch (rollover->leg) {
    case FIRST_ASK:
        return follow_first_ask(errand, now, err);
    case CHANGE:
        return follow_change(errand, err);
    case ASK:
        break;
    }
    return follow_ask(errand, now, err);
}

const edge_errand_kind_t edge_errand_rollover = {
    .word = "rollover",
    .alone = 1,
    .begin = begin_rollover,
    .follow = follow_rollover,
};

/* --- deactivate ---------------------------------------------------------- */

static void tell_end(edge_errand_t *errand)
{
    const char *url = asked_text(errand, "account");

    errand->answer = apr_psprintf(
        errand->p,
        "%s: account %s is deactivated; its key is kept as "
        "account.key.deactivated, and the next order opens another account",
        errand->provider->name, url ? url : account_of(errand));
}

/* Another account, opened since, is not the one that is meant. */
static apr_status_t begin_deactivate(edge_errand_t *errand, apr_time_t now,
                                     ae_error_t *err)
{
    acme_session_t *acme = acme_of(errand);

    (void)now;
    if (!is_asked(errand, "key", acme_session_key(acme, errand->p)) &&
        !is_asked(errand, "account", acme_session_account_url(acme))) {
        tell_end(errand);
        return APR_SUCCESS;
    }
    return explain_memory(
        err, acme_errand_deactivate(&errand->request, acme, errand->p));
}

static int follow_deactivate(edge_errand_t *errand, apr_time_t now,
                             ae_error_t *err)
{
    (void)now;
    if (err->status == APR_SUCCESS &&
        edge_session_retire(errand->session, err, errand->p) == APR_SUCCESS) {
        errand->closes = 1;
        tell_end(errand);
    }
    return 0;
}

const edge_errand_kind_t edge_errand_deactivate = {
    .word = "deactivate",
    .alone = 1,
    .begin = begin_deactivate,
    .follow = follow_deactivate,
};
