#include "edge_explain.h"

#include "edge_explain_own.h"

#include <apr_strings.h>
#include <assert.h>
#include <errno.h>
#include <string.h>

/* What a type means by itself. */
static const edge_cause_t kinds[] = {
    [ACME_PROBLEM_OTHER] = EDGE_CAUSE_OTHER,
    [ACME_PROBLEM_ACCOUNT_DOES_NOT_EXIST] = EDGE_CAUSE_ACCOUNT_UNKNOWN,
    [ACME_PROBLEM_ALREADY_REPLACED] = EDGE_CAUSE_ALREADY_REPLACED,
    [ACME_PROBLEM_ALREADY_REVOKED] = EDGE_CAUSE_ALREADY_REVOKED,
    [ACME_PROBLEM_BAD_CSR] = EDGE_CAUSE_REQUEST_REFUSED,
    [ACME_PROBLEM_BAD_NONCE] = EDGE_CAUSE_NONCES_REFUSED,
    [ACME_PROBLEM_BAD_PUBLIC_KEY] = EDGE_CAUSE_KEY_REFUSED,
    [ACME_PROBLEM_BAD_REVOCATION_REASON] = EDGE_CAUSE_REASON_REFUSED,
    [ACME_PROBLEM_BAD_SIGNATURE_ALGORITHM] = EDGE_CAUSE_ACCOUNT_KEY_REFUSED,
    [ACME_PROBLEM_CAA] = EDGE_CAUSE_CAA,
    [ACME_PROBLEM_COMPOUND] = EDGE_CAUSE_SEVERAL,
    [ACME_PROBLEM_CONNECTION] = EDGE_CAUSE_CONNECTION,
    [ACME_PROBLEM_DNS] = EDGE_CAUSE_DNS,
    [ACME_PROBLEM_EXTERNAL_ACCOUNT_REQUIRED] = EDGE_CAUSE_EXTERNAL_ACCOUNT,
    [ACME_PROBLEM_INCORRECT_RESPONSE] = EDGE_CAUSE_WRONG_ANSWER,
    [ACME_PROBLEM_INVALID_CONTACT] = EDGE_CAUSE_CONTACT_REFUSED,
    [ACME_PROBLEM_INVALID_PROFILE] = EDGE_CAUSE_PROFILE_REFUSED,
    [ACME_PROBLEM_MALFORMED] = EDGE_CAUSE_MALFORMED,
    [ACME_PROBLEM_ORDER_NOT_READY] = EDGE_CAUSE_NOT_READY,
    [ACME_PROBLEM_RATE_LIMITED] = EDGE_CAUSE_RATE_LIMIT,
    [ACME_PROBLEM_REJECTED_IDENTIFIER] = EDGE_CAUSE_NAME_REFUSED,
    [ACME_PROBLEM_SERVER_INTERNAL] = EDGE_CAUSE_CA_FAULT,
    [ACME_PROBLEM_TLS] = EDGE_CAUSE_TLS,
    [ACME_PROBLEM_UNAUTHORIZED] = EDGE_CAUSE_UNAUTHORIZED,
    [ACME_PROBLEM_UNSUPPORTED_CONTACT] = EDGE_CAUSE_CONTACT_KIND,
    [ACME_PROBLEM_UNSUPPORTED_IDENTIFIER] = EDGE_CAUSE_NAME_KIND,
    [ACME_PROBLEM_USER_ACTION_REQUIRED] = EDGE_CAUSE_USER_ACTION,
};
static_assert(sizeof(kinds) / sizeof(kinds[0]) == ACME_PROBLEM_KINDS,
              "a cause for each kind of problem");

static edge_cause_t first_of(edge_cause_t a, edge_cause_t b)
{
    return a != EDGE_CAUSE_NONE ? a : b;
}

/* The words that a CA may use with this type. */
static edge_cause_t find_words(const acme_problem_t *problem, const char *name)
{
    const char *words = problem->detail;

    switch (problem->kind) {
    case ACME_PROBLEM_CAA:
    case ACME_PROBLEM_CONNECTION:
    case ACME_PROBLEM_DNS:
    case ACME_PROBLEM_INCORRECT_RESPONSE:
    case ACME_PROBLEM_TLS:
    case ACME_PROBLEM_OTHER:
        return edge_words_of_validation(words, name);
    case ACME_PROBLEM_UNAUTHORIZED:
        return first_of(edge_words_of_validation(words, name),
                        edge_words_of_account(words));
    case ACME_PROBLEM_MALFORMED:
        return first_of(edge_words_of_validation(words, name),
                        edge_words_of_name(words));
    case ACME_PROBLEM_USER_ACTION_REQUIRED:
        return edge_words_of_person(words);
    case ACME_PROBLEM_RATE_LIMITED:
        return edge_words_of_limit(words);
    case ACME_PROBLEM_ACCOUNT_DOES_NOT_EXIST:
    case ACME_PROBLEM_ALREADY_REPLACED:
    case ACME_PROBLEM_ALREADY_REVOKED:
    case ACME_PROBLEM_BAD_CSR:
    case ACME_PROBLEM_BAD_NONCE:
    case ACME_PROBLEM_BAD_PUBLIC_KEY:
    case ACME_PROBLEM_BAD_REVOCATION_REASON:
    case ACME_PROBLEM_BAD_SIGNATURE_ALGORITHM:
    case ACME_PROBLEM_COMPOUND:
    case ACME_PROBLEM_EXTERNAL_ACCOUNT_REQUIRED:
    case ACME_PROBLEM_INVALID_CONTACT:
    case ACME_PROBLEM_INVALID_PROFILE:
    case ACME_PROBLEM_ORDER_NOT_READY:
    case ACME_PROBLEM_REJECTED_IDENTIFIER:
    case ACME_PROBLEM_SERVER_INTERNAL:
    case ACME_PROBLEM_UNSUPPORTED_CONTACT:
    case ACME_PROBLEM_UNSUPPORTED_IDENTIFIER:
    case ACME_PROBLEM_KINDS:
        break;
    }
    return EDGE_CAUSE_NONE;
}

edge_cause_t edge_explain_problem(const acme_problem_t *problem,
                                  const char *name)
{
    const acme_problem_t *one = acme_problem_decisive(problem);

    if (one->unpause != NULL) {
        return EDGE_CAUSE_PAUSED;
    }
    if (one->identifier != NULL) {
        name = one->identifier;
    }
    return first_of(find_words(one, name), kinds[one->kind]);
}

/* The statuses that net_transport.h tells. */
static edge_cause_t explain_transport(apr_status_t status)
{
    if (status == AE_ECLOCK) {
        return EDGE_CAUSE_CLOCK;
    }
    if (status == AE_EDISTRUST) {
        return EDGE_CAUSE_CA_UNTRUSTED;
    }
    if (status == AE_ENOHOST) {
        return EDGE_CAUSE_CA_NAME;
    }
    if (status == AE_ETOOBIG) {
        return EDGE_CAUSE_CA_ODD;
    }
    if (APR_STATUS_IS_EACCES(status)) {
        return EDGE_CAUSE_TRUST_FILE;
    }
    if (APR_STATUS_IS_TIMEUP(status)) {
        return EDGE_CAUSE_CA_TIMEOUT;
    }
    return APR_STATUS_IS_ECONNREFUSED(status) ? EDGE_CAUSE_CA_REFUSED
                                              : EDGE_CAUSE_CA_UNREACHABLE;
}

static edge_cause_t explain_obstacle(acme_obstacle_t obstacle,
                                     apr_status_t status)
{
    switch (obstacle) {
    case ACME_OBSTACLE_TRANSPORT:
        return explain_transport(status);
    case ACME_OBSTACLE_FAULT:
        return EDGE_CAUSE_CA_FAULT;
    case ACME_OBSTACLE_ODD:
        return EDGE_CAUSE_CA_ODD;
    case ACME_OBSTACLE_QUIET:
        return EDGE_CAUSE_CA_QUIET;
    case ACME_OBSTACLE_SLOW:
        return EDGE_CAUSE_CA_SLOW;
    case ACME_OBSTACLE_GONE:
        return EDGE_CAUSE_ORDER_GONE;
    case ACME_OBSTACLE_TERMS:
        return EDGE_CAUSE_TERMS_MISSING;
    case ACME_OBSTACLE_NEW_TERMS:
        return EDGE_CAUSE_TERMS_CHANGED;
    case ACME_OBSTACLE_UNBOUND:
        return EDGE_CAUSE_EXTERNAL_ACCOUNT;
    case ACME_OBSTACLE_BINDING:
        return EDGE_CAUSE_EXTERNAL_REFUSED;
    case ACME_OBSTACLE_CLOSED:
        return EDGE_CAUSE_ACCOUNT_CLOSED;
    case ACME_OBSTACLE_FORBIDDEN:
        return EDGE_CAUSE_ACCOUNT_FORBIDDEN;
    case ACME_OBSTACLE_CHALLENGE:
        return EDGE_CAUSE_NO_CHALLENGE;
    case ACME_OBSTACLE_WILDCARD:
        return EDGE_CAUSE_WILDCARD;
    case ACME_OBSTACLE_MISFIT:
        return EDGE_CAUSE_MISFIT;
    case ACME_OBSTACLE_NONE:
        break;
    }
    return EDGE_CAUSE_NONE;
}

edge_cause_t edge_explain_failure(const acme_failure_t *failure,
                                  const ae_error_t *err)
{
    edge_cause_t cause = EDGE_CAUSE_NONE;

    /* Of what the step makes plain the words may tell still more. */
    if (failure->obstacle == ACME_OBSTACLE_FORBIDDEN && failure->problem) {
        cause = edge_words_of_account(failure->problem->detail);
    }
    cause = first_of(cause, explain_obstacle(failure->obstacle, err->status));
    if (cause == EDGE_CAUSE_NONE && failure->problem != NULL) {
        cause = edge_explain_problem(failure->problem, failure->name);
    }
    return first_of(cause, EDGE_CAUSE_OTHER);
}

edge_cause_t edge_explain_trouble(const ae_error_t *err, const char *step)
{
    if (APR_STATUS_IS_ENOSPC(err->status) || err->status == EDQUOT) {
        return EDGE_CAUSE_DISK_FULL;
    }
    if (strcmp(step, EDGE_STEP_PORT) == 0) {
        return EDGE_CAUSE_CHALLENGE_PORT;
    }
    if (strcmp(step, EDGE_STEP_CHALLENGE) != 0) {
        return EDGE_CAUSE_STORE;
    }
    return APR_STATUS_IS_EACCES(err->status)
               ? EDGE_CAUSE_CHALLENGE_STORE_PASSWORD
               : EDGE_CAUSE_CHALLENGE_STORE;
}

/* What a CA issues is valid at once: the clock is wrong, and not the CA. */
edge_cause_t edge_explain_chain(const ae_cert_t *chain, apr_time_t now)
{
    ae_error_t ignored;

    return chain != NULL &&
                   ae_cert_check_dates(chain, now, &ignored) != APR_SUCCESS
               ? EDGE_CAUSE_CLOCK
               : EDGE_CAUSE_MISFIT;
}

void edge_explain_next(ae_error_t *err, edge_cause_t cause, int quoted)
{
    const char *meaning = edge_cause_meaning(cause, AE_ENGLISH);
    char next[sizeof(err->next)];

    if (err->next[0] == '\0') {
        ae_error_next(err, "%s", edge_cause_remedy(cause, AE_ENGLISH));
    }
    /* An address that helps is worth more than the meaning. */
    if (quoted && strlen(meaning) + 1 + strlen(err->next) < sizeof(next)) {
        apr_cpystrn(next, err->next, sizeof(next));
        ae_error_next(err, "%s %s", meaning, next);
    }
}
