#include "edge_state.h"

#include "edge_record.h"

#include <apr_strings.h>
#include <string.h>

#define ATTEMPTS_MAX 1000000
#define PROVIDERS_MAX 1000
#define QUIET_MAX apr_time_from_sec(7 * 86400)

static const char *const retry_words[] = {
    [ACME_RETRY_BACKOFF] = "backoff",
    [ACME_RETRY_DAILY] = "daily",
    [ACME_RETRY_PERSON] = "person",
};

_Static_assert(sizeof(retry_words) / sizeof(retry_words[0]) ==
                   ACME_RETRY_PERSON + 1,
               "a word for each");

static const char *state_path(const edge_store_t *store,
                              const edge_cert_t *cert, const char *suffix,
                              apr_pool_t *p)
{
    return edge_store_path(store, p, "state",
                           apr_pstrcat(p, cert->dir, suffix, NULL), NULL);
}

static int take_number(unsigned *number, const json_t *json, const char *key,
                       unsigned max)
{
    apr_int64_t value = ae_json_get_int(json, key, 0);

    *number = value >= 0 && value <= max ? (unsigned)value : 0;
    return *number == value;
}

static int take_retry(acme_retry_t *retry, const json_t *json)
{
    char word[16];
    unsigned i;

    if (!edge_record_get_text(word, sizeof(word), json, "retry")) {
        return 0;
    }
    for (i = 0; i <= ACME_RETRY_PERSON; i++) {
        if (strcmp(word, retry_words[i]) == 0) {
            *retry = (acme_retry_t)i;
            return 1;
        }
    }
    return word[0] == '\0';
}

/* No CA is left alone for more than a week from its answer (ae_time.h), and a
 * file cannot make it more. */
static void take_quiet(edge_state_t *state, const json_t *json)
{
    const json_t *list = ae_json_get_array(json, "quiet");
    size_t i;

    for (i = 0; i < EDGE_STATE_PROVIDERS && i < json_array_size(list); i++) {
        apr_time_t until = json_integer_value(json_array_get(list, i));

        if (until > 0 && until - QUIET_MAX <= state->last_sign_at) {
            state->quiet[i] = until;
        }
    }
}

/* The word of a later version is no damage. */
static edge_cause_t take_cause(const json_t *json, const char *key)
{
    const char *word = json_string_value(json_object_get(json, key));

    return edge_cause_find(word != NULL ? word : "");
}

static int take(edge_state_t *state, const json_t *json, apr_pool_t *p)
{
    edge_state_t *s = state;
    int good;

    s->last_sign_ok = ae_json_get_bool(json, "lastSignOk", 0);
    edge_record_get_error(&s->error, json, "error", p);
    good = edge_record_get_text(s->fingerprint, sizeof(s->fingerprint), json,
                                "fingerprint") &&
           take_number(&s->attempts, json, "attempts", ATTEMPTS_MAX) &&
           take_number(&s->provider, json, "provider", PROVIDERS_MAX) &&
           edge_record_get_time(&s->next_attempt, json, "nextAttempt") &&
           take_retry(&s->retry, json) &&
           edge_record_get_time(&s->last_sign_at, json, "lastSignAt") &&
           edge_record_get_text(s->last_step, sizeof(s->last_step), json,
                                "lastStep") &&
           edge_record_get_text(s->renew_serial, sizeof(s->renew_serial), json,
                                "renewSerial") &&
           edge_record_get_time(&s->renew_at, json, "renewAt") &&
           edge_record_get_time(&s->succeeded_at, json, "succeededAt");
    /* Of an earlier version, which did not say. */
    if (s->succeeded_at == 0 && s->last_sign_ok) {
        s->succeeded_at = s->last_sign_at;
    }
    edge_course_take(&s->course, ae_json_get_object(json, "course"));
    take_quiet(s, json);
    s->cause = take_cause(json, "cause");
    s->unanswered = take_cause(json, "unanswered");
    edge_record_get_error(&s->unanswered_error, json, "unansweredError", p);
    return good;
}

static apr_status_t is_damaged(ae_error_t *err, const char *why,
                               const edge_store_t *store,
                               const edge_cert_t *cert, apr_pool_t *p)
{
    ae_error_set(err, AE_EFORMAT, "%s is damaged",
                 state_path(store, cert, ".json", p));
    ae_error_why(err, "%s", why);
    return ae_error_next(err,
                         "it is kept as %s; attempts and moments are "
                         "counted anew",
                         state_path(store, cert, ".json.damaged", p));
}

static apr_status_t load(edge_state_t *state, const edge_store_t *store,
                         const edge_cert_t *cert, ae_error_t *err,
                         apr_pool_t *p)
{
    json_t *json;
    ae_error_t cause;
    apr_status_t status = edge_record_read(
        &json, state_path(store, cert, ".json", p), &cause, p);

    if (APR_STATUS_IS_ENOENT(status)) {
        return APR_SUCCESS;
    }
    if (status == APR_SUCCESS && take(state, json, p)) {
        return APR_SUCCESS;
    }
    memset(state, 0, sizeof(*state));
    if (status == APR_SUCCESS) {
        ae_error_why(&cause, "it holds no state, or members that cannot be "
                             "right");
    } else if (!edge_record_is_lost(status)) {
        *err = cause;
        return status;
    }
    return is_damaged(err, cause.why, store, cert, p);
}

apr_status_t edge_state_load(edge_state_t *state, const edge_store_t *store,
                             const edge_cert_t *cert, ae_error_t *err,
                             apr_pool_t *p)
{
    apr_pool_t *ptemp;
    apr_status_t status;

    memset(state, 0, sizeof(*state));
    apr_pool_create(&ptemp, p);
    status = load(state, store, cert, err, ptemp);
    apr_pool_destroy(ptemp);
    return status;
}

apr_status_t edge_state_set_aside(const edge_store_t *store,
                                  const edge_cert_t *cert, ae_error_t *err,
                                  apr_pool_t *p)
{
    return edge_record_set_aside(state_path(store, cert, ".json", p), err, p);
}

static json_t *print_quiet(const edge_state_t *s)
{
    json_t *list = json_array();
    int i;

    for (i = 0; i < EDGE_STATE_PROVIDERS; i++) {
        json_array_append_new(list, json_integer(s->quiet[i]));
    }
    return list;
}

static json_t *print(const edge_state_t *s, apr_pool_t *p)
{
    json_t *json = ae_json_keep(json_object(), p);

    json_object_set_new(json, "fingerprint", json_string(s->fingerprint));
    json_object_set_new(json, "attempts", json_integer(s->attempts));
    json_object_set_new(json, "provider", json_integer(s->provider));
    json_object_set_new(json, "quiet", print_quiet(s));
    json_object_set_new(json, "nextAttempt", json_integer(s->next_attempt));
    json_object_set_new(json, "retry", json_string(retry_words[s->retry]));
    json_object_set_new(json, "lastSignAt", json_integer(s->last_sign_at));
    json_object_set_new(json, "lastSignOk", json_boolean(s->last_sign_ok));
    json_object_set_new(json, "lastStep", json_string(s->last_step));
    json_object_set_new(json, "renewSerial", json_string(s->renew_serial));
    json_object_set_new(json, "renewAt", json_integer(s->renew_at));
    json_object_set_new(json, "succeededAt", json_integer(s->succeeded_at));
    json_object_set_new(json, "course", edge_course_print(&s->course));
    edge_record_put_error(json, "error", &s->error);
    json_object_set_new(json, "cause", json_string(edge_cause_word(s->cause)));
    json_object_set_new(json, "unanswered",
                        json_string(edge_cause_word(s->unanswered)));
    edge_record_put_error(json, "unansweredError", &s->unanswered_error);
    return json;
}

/* What a success says is found again from the set that it staged; only a
 * failure has nothing else to tell of it. */
static ae_file_durability_t durability_of(const edge_state_t *state)
{
    int i;

    for (i = 0; i < EDGE_STATE_PROVIDERS; i++) {
        if (state->quiet[i] != 0) {
            return AE_FILE_DURABLE;
        }
    }
    return state->attempts == 0 && state->last_sign_ok ? AE_FILE_VOLATILE
                                                       : AE_FILE_DURABLE;
}

apr_status_t edge_state_save(const edge_state_t *state,
                             const edge_store_t *store,
                             const edge_cert_t *cert, ae_error_t *err,
                             apr_pool_t *p)
{
    apr_pool_t *ptemp;
    apr_status_t status;

    apr_pool_create(&ptemp, p);
    status = edge_record_write(state_path(store, cert, ".json", ptemp),
                               print(state, ptemp), 0644, durability_of(state),
                               err, ptemp);
    apr_pool_destroy(ptemp);
    return status;
}
