#include "acme_engine.h"
#include "acme_identifier.h"
#include "acme_url.h"
#include "ae_time.h"

#include <apr_strings.h>
#include <string.h>
#include <strings.h>

#define HTTP_01 "http-01"

/* How long a token is kept where the CA sets no end. */
#define TOKEN_LIFE (24 * 3600 * APR_USEC_PER_SEC)

/* RFC 8555 section 7.1.6. */
static const struct {
    const char *word;
    int failed;
} statuses[] = {
    {"pending", 0},     {"valid", 0},   {"invalid", 1},
    {"deactivated", 1}, {"expired", 1}, {"revoked", 1},
};

acme_authorization_t *acme_order_authorization(const acme_order_t *order,
                                               int index)
{
    return &APR_ARRAY_IDX(order->authorizations, index, acme_authorization_t);
}

static acme_authorization_state_t *state_at(const acme_order_t *order, int i)
{
    return &APR_ARRAY_IDX(order->states, i, acme_authorization_state_t);
}

/* The CA may authorize a name by another one above it (RFC 8555 section 7.4):
 * what fits no name of the order is not shown. */
static void show(const acme_order_t *order,
                 const acme_authorization_t *authorization)
{
    int i;

    for (i = 0; i < order->states->nelts; i++) {
        acme_authorization_state_t *state = state_at(order, i);
        if (!strcasecmp(state->name, authorization->name)) {
            state->status = authorization->status;
            state->problem = authorization->problem;
        }
    }
}

void acme_authorization_show_valid(acme_order_t *order)
{
    int i;

    for (i = 0; i < order->states->nelts; i++) {
        state_at(order, i)->status = "valid";
        state_at(order, i)->problem = NULL;
    }
}

void acme_order_add_token(acme_order_t *order, const acme_token_t *token)
{
    acme_token_t *kept;
    int i;

    for (i = 0; i < order->tokens->nelts; i++) {
        kept = &APR_ARRAY_IDX(order->tokens, i, acme_token_t);
        if (!strcmp(kept->token, token->token)) {
            order->revision += kept->expires != token->expires;
            kept->expires = token->expires;
            return;
        }
    }
    kept = apr_array_push(order->tokens);
    kept->name = apr_pstrdup(order->p, token->name);
    kept->token = apr_pstrdup(order->p, token->token);
    kept->key_authorization = apr_pstrdup(order->p, token->key_authorization);
    kept->expires = token->expires;
    order->revision++;
}

static apr_status_t read_status(acme_authorization_t *authorization,
                                const acme_exchange_t *exchange,
                                const json_t *object, acme_fault_t *fault)
{
    const char *word = ae_json_get_string(object, "status", exchange->p);
    apr_size_t i;

    for (i = 0; word && i < sizeof(statuses) / sizeof(statuses[0]); i++) {
        if (!strcmp(word, statuses[i].word)) {
            authorization->status = statuses[i].word;
            authorization->failed = statuses[i].failed;
            return APR_SUCCESS;
        }
    }
    return acme_fault_odd(fault, exchange,
                          "an authorization with the unknown status \"%.40s\"",
                          word ? word : "");
}

/* RFC 8555 section 7.1.4: an apex and its wildcard are two authorizations of
 * one identifier, told apart by `wildcard`. */
static apr_status_t read_name(acme_authorization_t *authorization,
                              const acme_exchange_t *exchange,
                              const json_t *object, acme_fault_t *fault)
{
    const char *name = acme_identifier_read(
        ae_json_get_object(object, "identifier"), exchange->p);
    int wildcard = ae_json_get_bool(object, "wildcard", 0);

    if (!name) {
        return acme_fault_odd(fault, exchange,
                              "an authorization without an identifier");
    }
    if (!authorization->name) {
        authorization->name = apr_pstrcat(
            exchange->order->p, wildcard && strncmp(name, "*.", 2) ? "*." : "",
            name, NULL);
    }
    return APR_SUCCESS;
}

static const char *challenge_type(const json_t *challenge)
{
    const char *type = json_string_value(json_object_get(challenge, "type"));
    return type ? type : "";
}

static const json_t *find_challenge(const json_t *challenges)
{
    size_t i;

    for (i = 0; i < json_array_size(challenges) && i < ACME_CHALLENGES_MAX;
         i++) {
        const json_t *challenge = json_array_get(challenges, i);
        if (!strcmp(challenge_type(challenge), HTTP_01)) {
            return challenge;
        }
    }
    return NULL;
}

/* RFC 8555 section 7.5.1: the failed challenge of an authorization tells why.
 * Of whatever type: the account may have been used elsewhere. */
static const acme_problem_t *find_problem(const json_t *challenges,
                                          apr_pool_t *p)
{
    size_t i;

    for (i = 0; i < json_array_size(challenges) && i < ACME_CHALLENGES_MAX;
         i++) {
        const json_t *error =
            ae_json_get_object(json_array_get(challenges, i), "error");
        if (error) {
            return acme_problem_read(error, p);
        }
    }
    return NULL;
}

static apr_status_t not_offered(acme_fault_t *fault,
                                const acme_exchange_t *exchange,
                                const char *name, const json_t *challenges)
{
    const char *types = "";
    size_t i;

    for (i = 0; i < json_array_size(challenges) && i < 10; i++) {
        types =
            apr_pstrcat(exchange->p, types, *types ? ", " : "",
                        challenge_type(json_array_get(challenges, i)), NULL);
    }
    acme_fault_begin(fault, exchange->step, AE_EREMOTE);
    fault->retry = ACME_RETRY_DAILY;
    ae_error_set(&fault->err, AE_EREMOTE, "The CA offers no http-01 for %s",
                 name);
    ae_error_why(&fault->err, "it offers %.200s", *types ? types : "nothing");
    fault->obstacle = strncmp(name, "*.", 2) ? ACME_OBSTACLE_CHALLENGE
                                             : ACME_OBSTACLE_WILDCARD;
    return fault->err.status;
}

static apr_status_t read_challenge_status(acme_authorization_t *authorization,
                                          const acme_exchange_t *exchange,
                                          const json_t *challenge,
                                          acme_fault_t *fault)
{
    const char *word = ae_json_get_string(challenge, "status", exchange->p);

    /* RFC 8555 section 8: pending, processing, valid, invalid. Only a pending
     * one is answered: the CA is at work on the others or has finished. */
    if (!word || !strcmp(word, "pending")) {
        authorization->answer = 1;
    } else if (strcmp(word, "processing") && strcmp(word, "valid") &&
               strcmp(word, "invalid")) {
        return acme_fault_odd(fault, exchange,
                              "a challenge with the unknown status \"%.40s\"",
                              word);
    }
    return APR_SUCCESS;
}

/* Fill in one token with its key authorization (RFC 8555 section 8.1). */
static apr_status_t read_token(acme_token_t *token,
                               const acme_exchange_t *exchange,
                               const json_t *challenge, acme_fault_t *fault)
{
    const char *word = ae_json_get_string(challenge, "token", exchange->p);
    const char *thumbprint;
    apr_status_t rv;

    /* RFC 8555 section 8.3: base64url alone; it becomes part of a path. */
    if (!word || !acme_token_valid(word, strlen(word))) {
        return acme_fault_odd(fault, exchange,
                              "a challenge without a usable token");
    }
    acme_fault_begin(fault, exchange->step, APR_SUCCESS);
    rv = acme_session_thumbprint(&thumbprint, exchange->session, &fault->err);
    if (rv == APR_SUCCESS) {
        token->token = word;
        token->key_authorization =
            apr_pstrcat(exchange->p, word, ".", thumbprint, NULL);
    }
    return rv;
}

static apr_time_t token_expiry(const acme_exchange_t *exchange,
                               const json_t *object, apr_time_t now)
{
    const char *text = ae_json_get_string(object, "expires", exchange->p);
    apr_time_t expires;

    if (text && ae_time_parse(&expires, text) == APR_SUCCESS) {
        return expires;
    }
    return exchange->order->expires ? exchange->order->expires
                                    : now + TOKEN_LIFE;
}

static apr_status_t read_challenge(acme_authorization_t *authorization,
                                   acme_exchange_t *exchange,
                                   const json_t *object, const char *base,
                                   apr_time_t now, acme_fault_t *fault)
{
    const json_t *challenges = ae_json_get_array(object, "challenges");
    const json_t *challenge = find_challenge(challenges);
    acme_token_t token = {.name = authorization->name};
    const char *url;
    apr_status_t rv;

    if (!challenge) {
        return not_offered(fault, exchange, authorization->name, challenges);
    }
    url = acme_url_resolve(
        base, ae_json_get_string(challenge, "url", exchange->p), exchange->p);
    if (!url) {
        return acme_fault_odd(fault, exchange,
                              "a challenge without a usable https URL");
    }
    authorization->challenge_url = apr_pstrdup(exchange->order->p, url);
    token.expires = token_expiry(exchange, object, now);
    rv = read_challenge_status(authorization, exchange, challenge, fault);
    if (rv == APR_SUCCESS) {
        rv = read_token(&token, exchange, challenge, fault);
    }
    if (rv == APR_SUCCESS) {
        acme_order_add_token(exchange->order, &token);
    }
    return rv;
}

apr_status_t acme_authorization_read(acme_exchange_t *exchange,
                                     const json_t *object, const char *base,
                                     apr_time_t now, acme_fault_t *fault)
{
    acme_order_t *order = exchange->order;
    acme_authorization_t *authorization =
        acme_order_authorization(order, exchange->index);
    apr_status_t rv = read_status(authorization, exchange, object, fault);

    if (rv == APR_SUCCESS) {
        rv = read_name(authorization, exchange, object, fault);
    }
    if (rv != APR_SUCCESS) {
        return rv;
    }
    if (authorization->failed) {
        authorization->problem =
            find_problem(ae_json_get_array(object, "challenges"), order->p);
    }
    show(order, authorization);
    if (order->state == ACME_ORDER_EXPLAIN ||
        strcmp(authorization->status, "pending") != 0) {
        return APR_SUCCESS;
    }
    return read_challenge(authorization, exchange, object, base, now, fault);
}

/* "a.example: words (type)", without the name where the CA says it. */
static void tell(char *text, apr_size_t size,
                 const acme_authorization_t *authorization)
{
    const acme_problem_t *problem = authorization->problem;
    apr_size_t len = strlen(text);
    ae_error_t words;

    ae_error_set(&words, AE_EREMOTE, "-");
    if (problem) {
        acme_problem_explain(&words, problem);
    } else {
        ae_error_why(&words, "the authorization is %s", authorization->status);
    }
    apr_snprintf(text + len, size - len, "%s%s%s%s", len ? "; " : "",
                 problem && problem->identifier ? "" : authorization->name,
                 problem && problem->identifier ? "" : ": ", words.why);
}

/* What fails worst decides what to do. */
static void weigh(acme_fault_t *fault, const acme_problem_t *problem,
                  const char *name)
{
    acme_retry_t retry;

    if (!problem) {
        return;
    }
    retry = acme_problem_retry(problem);
    if (!fault->problem || retry > fault->retry) {
        fault->problem = problem;
        fault->name = name;
        fault->retry = retry;
    }
}

void acme_authorization_explain(acme_fault_t *fault, const acme_order_t *order)
{
    const acme_authorization_t *first = NULL;
    char why[sizeof(fault->err.why)] = "";
    int i, more = -1;

    memset(fault, 0, sizeof(*fault));
    fault->order_lost = 1;
    for (i = 0; i < order->authorizations->nelts; i++) {
        const acme_authorization_t *one = acme_order_authorization(order, i);
        if (one->failed && one->name) {
            first = first ? first : one;
            more++;
            tell(why, sizeof(why), one);
            weigh(fault, one->problem, one->name);
        }
    }
    fault->step = first ? acme_step_challenge.name : acme_step_order.name;
    if (!first) {
        ae_error_set(&fault->err, AE_EREMOTE, "The CA gave up the order");
        weigh(fault, order->problem, NULL);
    } else if (more == 0) {
        ae_error_set(&fault->err, AE_EREMOTE, "The CA could not validate %s",
                     first->name);
    } else {
        ae_error_set(&fault->err, AE_EREMOTE,
                     "The CA could not validate %s and %d more", first->name,
                     more);
    }
    ae_error_why(&fault->err, "the CA does not say why");
    if (fault->problem) {
        acme_problem_explain(&fault->err, fault->problem);
    }
    if (*why) {
        ae_error_why(&fault->err, "%s", why);
    }
}
