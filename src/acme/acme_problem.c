#include "acme_problem.h"
#include "acme_url.h"

#include <apr_strings.h>
#include <string.h>

#define URN "urn:ietf:params:acme:error:"
#define TYPE_MAX 128
#define DETAIL_MAX 1024
#define IDENTIFIER_MAX 256
#define SUBPROBLEMS_MAX 100
#define DEPTH_MAX 2

/* An unpause URL longer than this would be cut in ae_error_t's next. */
#define UNPAUSE_SHOWN_MAX 360

typedef struct row_t {
    const char *word; /* behind the URN of RFC 8555 section 6.7 */
    acme_retry_t retry;
    const char *meaning;
    const char *remedy;
} row_t;

static const row_t rows[] = {
    [ACME_PROBLEM_OTHER] =
        {"", ACME_RETRY_BACKOFF,
         "The CA reported an error of a kind that is not known here.",
         "See the CA's own words and its documentation."},
    [ACME_PROBLEM_ACCOUNT_DOES_NOT_EXIST] =
        {"accountDoesNotExist", ACME_RETRY_DAILY,
         "The CA does not know the account any more.",
         "Ask the CA why it dropped the account, or choose another "
         "ACMEProvider."},
    [ACME_PROBLEM_ALREADY_REPLACED] =
        {"alreadyReplaced", ACME_RETRY_BACKOFF,
         "The certificate was already replaced by another order.",
         "Nothing needs to be done; the order is made again without it."},
    [ACME_PROBLEM_ALREADY_REVOKED] = {"alreadyRevoked", ACME_RETRY_DAILY,
                                      "The certificate was revoked before.",
                                      "Nothing needs to be done."},
    [ACME_PROBLEM_BAD_CSR] =
        {"badCSR", ACME_RETRY_DAILY,
         "The CA does not accept the certificate signing request.",
         "Choose another ACMEKeyType, or remove the name that the CA objects "
         "to."},
    [ACME_PROBLEM_BAD_NONCE] =
        {"badNonce", ACME_RETRY_BACKOFF,
         "The CA refused several fresh nonces in a row.",
         "This passes by itself; where it lasts, something between here and "
         "the CA answers from a cache."},
    [ACME_PROBLEM_BAD_PUBLIC_KEY] = {"badPublicKey", ACME_RETRY_DAILY,
                                     "The CA does not accept the public key.",
                                     "Choose another ACMEKeyType."},
    [ACME_PROBLEM_BAD_REVOCATION_REASON] =
        {"badRevocationReason", ACME_RETRY_DAILY,
         "The CA does not accept this reason for a revocation.",
         "Give another reason."},
    [ACME_PROBLEM_BAD_SIGNATURE_ALGORITHM] =
        {"badSignatureAlgorithm", ACME_RETRY_DAILY,
         "The CA does not accept the algorithm of the account key.",
         "Choose another ACMEProvider; this one wants another kind of account "
         "key."},
    [ACME_PROBLEM_CAA] =
        {"caa", ACME_RETRY_DAILY,
         "A CAA record in the DNS forbids this CA to issue for the name.",
         "Add this CA to the CAA records of the name or of the domain above "
         "it."},
    [ACME_PROBLEM_COMPOUND] = {"compound", ACME_RETRY_BACKOFF,
                               "The CA reported several errors at once.",
                               "See each of them."},
    [ACME_PROBLEM_CONNECTION] =
        {"connection", ACME_RETRY_BACKOFF,
         "The CA could not connect to the name on port 80.",
         "Check that every address of the name in the DNS, IPv6 too, leads to "
         "this server and that no firewall closes port 80."},
    [ACME_PROBLEM_DNS] =
        {"dns", ACME_RETRY_BACKOFF,
         "The CA could not look up the name in the DNS.",
         "Check the name's A, AAAA and CAA records and that all its name "
         "servers answer."},
    [ACME_PROBLEM_EXTERNAL_ACCOUNT_REQUIRED] =
        {"externalAccountRequired", ACME_RETRY_DAILY,
         "The CA opens accounts only for customers that it knows already.",
         "Write ACMEExternalAccount with the key identifier and the HMAC key "
         "that the CA gives its customers, or choose another ACMEProvider."},
    [ACME_PROBLEM_INCORRECT_RESPONSE] =
        {"incorrectResponse", ACME_RETRY_BACKOFF,
         "The CA got another answer than the challenge's.",
         "Check that every address of the name in the DNS leads to this "
         "server and not to another one or to a proxy that answers itself."},
    [ACME_PROBLEM_INVALID_CONTACT] =
        {"invalidContact", ACME_RETRY_DAILY,
         "The CA does not accept the contact address.", "Correct ACMEEmail."},
    [ACME_PROBLEM_INVALID_PROFILE] =
        {"invalidProfile", ACME_RETRY_DAILY,
         "The CA does not offer the profile to this account.",
         "Correct or remove ACMEProfile."},
    [ACME_PROBLEM_MALFORMED] =
        {"malformed", ACME_RETRY_DAILY,
         "The CA could not make sense of the request.",
         "Check the names of the certificate; where they are right, report "
         "the CA's words as a bug of this module."},
    [ACME_PROBLEM_ORDER_NOT_READY] =
        {"orderNotReady", ACME_RETRY_BACKOFF,
         "The CA was not ready to finalize the order.",
         "This passes by itself."},
    [ACME_PROBLEM_RATE_LIMITED] =
        {"rateLimited", ACME_RETRY_BACKOFF,
         "A rate limit of the CA is used up.",
         "Wait until the CA allows more; fewer certificates, or names that "
         "change less often, stay below the limit."},
    [ACME_PROBLEM_REJECTED_IDENTIFIER] =
        {"rejectedIdentifier", ACME_RETRY_DAILY,
         "The CA does not issue certificates for the name.",
         "Remove the name from the certificate, or choose another "
         "ACMEProvider."},
    [ACME_PROBLEM_SERVER_INTERNAL] =
        {"serverInternal", ACME_RETRY_BACKOFF,
         "The CA has a fault of its own.",
         "This usually passes by itself; the CA's status page tells more."},
    [ACME_PROBLEM_TLS] =
        {"tls", ACME_RETRY_BACKOFF,
         "The CA met a TLS error while it looked at the name.",
         "Check where port 80 of the name redirects to, and that TLS works "
         "there."},
    [ACME_PROBLEM_UNAUTHORIZED] =
        {"unauthorized", ACME_RETRY_BACKOFF,
         "The CA was not convinced that this server is in charge of the name, "
         "or does not let this account do it.",
         "Check that every address of the name in the DNS leads to this "
         "server, and that the challenge path is not answered elsewhere."},
    [ACME_PROBLEM_UNSUPPORTED_CONTACT] =
        {"unsupportedContact", ACME_RETRY_DAILY,
         "The CA does not take this kind of contact.", "Correct ACMEEmail."},
    [ACME_PROBLEM_UNSUPPORTED_IDENTIFIER] =
        {"unsupportedIdentifier", ACME_RETRY_DAILY,
         "The CA does not issue for this kind of name.",
         "Remove the name from the certificate, or choose another "
         "ACMEProvider."},
    [ACME_PROBLEM_USER_ACTION_REQUIRED] =
        {"userActionRequired", ACME_RETRY_PERSON,
         "The CA wants somebody to do something first, mostly to agree to new "
         "terms of service.",
         "Do what the CA asks, then restart httpd gracefully."},
};

_Static_assert(sizeof(rows) / sizeof(rows[0]) == ACME_PROBLEM_KINDS,
               "a row for each kind of problem");

const char *acme_problem_meaning(acme_problem_kind_t kind)
{
    return rows[kind].meaning;
}

const char *acme_problem_remedy(acme_problem_kind_t kind)
{
    return rows[kind].remedy;
}

const char *acme_problem_word(acme_problem_kind_t kind)
{
    return kind == ACME_PROBLEM_OTHER ? "other" : rows[kind].word;
}

static acme_problem_kind_t kind_of(const char *type)
{
    int kind;

    if (strncmp(type, URN, sizeof(URN) - 1) != 0) {
        return ACME_PROBLEM_OTHER;
    }
    for (kind = ACME_PROBLEM_OTHER + 1; kind < ACME_PROBLEM_KINDS; kind++) {
        if (!strcmp(type + sizeof(URN) - 1, rows[kind].word)) {
            return (acme_problem_kind_t)kind;
        }
    }
    return ACME_PROBLEM_OTHER;
}

static const char *cut(const char *text, apr_size_t max, apr_pool_t *p)
{
    apr_size_t len = strlen(text);
    apr_size_t size = (len < max ? len : max) + 1;
    char *buf = apr_palloc(p, size);

    ae_text_copy(buf, size, text);
    return buf;
}

static const char *take_text(const json_t *object, const char *key,
                             apr_size_t max, apr_pool_t *p)
{
    const char *text = ae_json_get_string(object, key, p);
    return text ? cut(text, max, p) : NULL;
}

/* Let's Encrypt pauses a name after many failures in a row and names a page
 * that lifts the pause, in its words only. */
static const char *find_unpause(const char *detail, apr_pool_t *p)
{
    const char *at = detail;

    while ((at = strstr(at, "https://"))) {
        apr_size_t n = strcspn(at, " \t\r\n\"'<>");
        const char *url;
        while (n > 0 && strchr(".,;:)", at[n - 1])) {
            n--;
        }
        url = apr_pstrndup(p, at, n);
        if (strstr(url, "unpause") && acme_url_valid(url)) {
            return url;
        }
        at += n;
    }
    return NULL;
}

static acme_problem_t *read_one(const json_t *object, int depth,
                                apr_pool_t *p);

/* RFC 8555 section 6.7.1. */
static const apr_array_header_t *read_subproblems(const json_t *object,
                                                  int depth, apr_pool_t *p)
{
    const json_t *list = ae_json_get_array(object, "subproblems");
    apr_array_header_t *problems;
    size_t i;

    problems = apr_array_make(p, 1, sizeof(const acme_problem_t *));
    for (i = 0;
         depth < DEPTH_MAX && i < json_array_size(list) && i < SUBPROBLEMS_MAX;
         i++) {
        const json_t *one = json_array_get(list, i);
        if (json_is_object(one)) {
            APR_ARRAY_PUSH(problems, const acme_problem_t *) =
                read_one(one, depth + 1, p);
        }
    }
    return problems;
}

static acme_problem_t *read_one(const json_t *object, int depth, apr_pool_t *p)
{
    acme_problem_t *problem = apr_pcalloc(p, sizeof(*problem));
    const char *detail = ae_json_get_string(object, "detail", p);
    const json_t *identifier = ae_json_get_object(object, "identifier");
    apr_int64_t status = ae_json_get_int(object, "status", 0);

    if (!detail) {
        detail = ae_json_get_string(object, "title", p);
    }
    problem->type = take_text(object, "type", TYPE_MAX, p);
    if (!problem->type || !*problem->type) {
        problem->type = "about:blank"; /* RFC 9457 section 4.2.1 */
    }
    problem->kind = kind_of(problem->type);
    problem->detail = detail ? cut(detail, DETAIL_MAX, p) : "";
    problem->instance = take_text(object, "instance", ACME_URL_LENGTH_MAX, p);
    problem->identifier = take_text(identifier, "value", IDENTIFIER_MAX, p);
    problem->status = status >= 100 && status < 600 ? (int)status : 0;
    if (problem->kind == ACME_PROBLEM_RATE_LIMITED && detail) {
        problem->unpause = find_unpause(detail, p);
    }
    problem->subproblems = read_subproblems(object, depth, p);
    return problem;
}

const acme_problem_t *acme_problem_read(const json_t *object, apr_pool_t *p)
{
    return read_one(object, 0, p);
}

const acme_problem_t *acme_problem_copy(const acme_problem_t *problem,
                                        apr_pool_t *p)
{
    acme_problem_t *copy = apr_pmemdup(p, problem, sizeof(*problem));
    apr_array_header_t *all = apr_array_copy(p, problem->subproblems);
    int i;

    copy->type = apr_pstrdup(p, problem->type);
    copy->detail = apr_pstrdup(p, problem->detail);
    copy->instance = apr_pstrdup(p, problem->instance);
    copy->identifier = apr_pstrdup(p, problem->identifier);
    copy->unpause = apr_pstrdup(p, problem->unpause);
    copy->subproblems = all;
    for (i = 0; i < all->nelts; i++) {
        const acme_problem_t **one =
            &APR_ARRAY_IDX(all, i, const acme_problem_t *);
        *one = acme_problem_copy(*one, p);
    }
    return copy;
}

static acme_retry_t worse(acme_retry_t a, acme_retry_t b)
{
    return a > b ? a : b;
}

static const acme_problem_t *subproblem(const acme_problem_t *problem, int i)
{
    return APR_ARRAY_IDX(problem->subproblems, i, const acme_problem_t *);
}

acme_retry_t acme_problem_retry(const acme_problem_t *problem)
{
    acme_retry_t retry = rows[problem->kind].retry;
    int i;

    if (problem->unpause) {
        retry = ACME_RETRY_PERSON;
    }
    for (i = 0; i < problem->subproblems->nelts; i++) {
        retry = worse(retry, acme_problem_retry(subproblem(problem, i)));
    }
    return retry;
}

/* Append to a text of bounded size; what does not fit is cut. */
static void append(char *text, apr_size_t size, const char *more)
{
    apr_size_t len = strlen(text);
    apr_cpystrn(text + len, more, size - len);
}

static void tell(char *text, apr_size_t size, const acme_problem_t *problem)
{
    int i;

    if (*text) {
        append(text, size, "; ");
    }
    if (problem->identifier) {
        append(text, size, problem->identifier);
        append(text, size, ": ");
    }
    append(text, size,
           *problem->detail ? problem->detail : rows[problem->kind].meaning);
    append(text, size, " (");
    append(text, size, problem->type);
    append(text, size, ")");
    for (i = 0; i < problem->subproblems->nelts; i++) {
        tell(text, size, subproblem(problem, i));
    }
}

/* The one among a problem and its subproblems that decides what to do: a
 * cause that needs somebody before one that passes, and the inner one where
 * the outer only sums up. */
static const acme_problem_t *decisive(const acme_problem_t *problem)
{
    const acme_problem_t *best = problem;
    int i;

    for (i = 0; i < problem->subproblems->nelts; i++) {
        const acme_problem_t *one = decisive(subproblem(problem, i));
        if (best->kind == ACME_PROBLEM_COMPOUND ||
            acme_problem_retry(one) > acme_problem_retry(best)) {
            best = one;
        }
    }
    return best;
}

void acme_problem_explain(ae_error_t *err, const acme_problem_t *problem)
{
    const acme_problem_t *cause = decisive(problem);
    char why[sizeof(err->why)] = "";

    tell(why, sizeof(why), problem);
    ae_error_why(err, "%s", why);
    if (cause->unpause && strlen(cause->unpause) <= UNPAUSE_SHOWN_MAX) {
        ae_error_next(err,
                      "The CA paused these names after many failures: mend "
                      "their cause, lift the pause at %s, then restart httpd "
                      "gracefully.",
                      cause->unpause);
    } else if (cause->unpause) {
        ae_error_next(err,
                      "The CA paused these names after many failures: mend "
                      "their cause, lift the pause at the address in the CA's "
                      "words, then restart httpd gracefully.");
    } else if (cause->kind == ACME_PROBLEM_USER_ACTION_REQUIRED &&
               cause->instance) {
        ae_error_next(err,
                      "Open %s and do what the CA asks there, then "
                      "restart httpd gracefully.",
                      cause->instance);
    } else {
        ae_error_next(err, "%s", rows[cause->kind].remedy);
    }
}
