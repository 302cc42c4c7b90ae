#include "acme_engine.h"
#include "acme_url.h"
#include "ae_time.h"

#include <string.h>

/* What of a session survives: for the account's record in the store. */

static void set_text(json_t *object, const char *key, const char *text)
{
    if (text) {
        json_object_set_new(object, key, json_string(text));
    }
}

const char *acme_session_key(const acme_session_t *session, apr_pool_t *p)
{
    const char *words = NULL;
    ae_error_t ignored;
    apr_status_t rv =
        acme_jwk_thumbprint(&words, session->config.account_key, &ignored, p);

    return rv == APR_SUCCESS ? words : NULL;
}

json_t *acme_session_save(const acme_session_t *session, apr_pool_t *p)
{
    json_t *saved = ae_json_keep(json_object(), p);

    set_text(saved, "key", acme_session_key(session, p));
    set_text(saved, "directory", session->config.directory_url);
    set_text(saved, "account", session->account_url);
    if (session->account_url && session->told) {
        json_object_set_new(saved, "contact",
                            acme_account_print(session->told));
    }
    set_text(saved, "terms", session->terms);
    if (session->paused_until) {
        /* Never shorter than what the CA asked for. */
        apr_time_t until = session->paused_until + APR_USEC_PER_SEC - 1;
        set_text(saved, "pausedUntil", ae_time_print(until, p));
    }
    return saved;
}

/* Another key may have been restored, or made, since. */
static int is_of_our_key(const acme_session_t *session, const json_t *saved)
{
    const char *theirs = ae_json_get_string(saved, "key", session->p);
    const char *ours = acme_session_key(session, session->p);

    return theirs == NULL || ours == NULL || strcmp(theirs, ours) == 0;
}

void acme_session_load(acme_session_t *session, const json_t *saved)
{
    const unsigned revision = session->revision;
    const char *url, *text;
    apr_time_t until;

    url = ae_json_get_string(saved, "directory", session->p);
    if (!url || strcmp(url, session->config.directory_url) != 0) {
        return;
    }
    text = ae_json_get_string(saved, "account", session->p);
    if (acme_url_valid(text) && is_of_our_key(session, saved)) {
        acme_session_set_account(session, text);
        acme_account_load(session, saved);
    }
    acme_session_set_terms(session,
                           ae_json_get_string(saved, "terms", session->p));
    text = ae_json_get_string(saved, "pausedUntil", session->p);
    if (text && ae_time_parse(&until, text) == APR_SUCCESS) {
        session->paused_until = until;
    }
    session->revision = revision;
}
