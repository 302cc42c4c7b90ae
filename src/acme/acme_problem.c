#include "acme_problem.h"

#include "acme_identifier.h"
#include "acme_jws.h"
#include "acme_url.h"

#include <apr_strings.h>
#include <string.h>

#define URN "urn:ietf:params:acme:error:"
#define TYPE_MAX 128
#define DETAIL_MAX 1024
#define THUMBPRINT_LENGTH 43 /* SHA-256, base64url */
#define SUBPROBLEMS_MAX 100
#define DEPTH_MAX 2

/* An unpause URL longer than this would be cut in ae_error_t's next. */
#define UNPAUSE_SHOWN_MAX 360

typedef struct row_t {
    const char *word; /* behind the URN of RFC 8555 section 6.7 */
    acme_retry_t retry;
} row_t;

static const row_t rows[] = {
    [ACME_PROBLEM_OTHER] = {"", ACME_RETRY_BACKOFF},
    [ACME_PROBLEM_ACCOUNT_DOES_NOT_EXIST] = {"accountDoesNotExist",
                                             ACME_RETRY_DAILY},
    [ACME_PROBLEM_ALREADY_REPLACED] = {"alreadyReplaced", ACME_RETRY_BACKOFF},
    [ACME_PROBLEM_ALREADY_REVOKED] = {"alreadyRevoked", ACME_RETRY_DAILY},
    [ACME_PROBLEM_BAD_CSR] = {"badCSR", ACME_RETRY_DAILY},
    [ACME_PROBLEM_BAD_NONCE] = {"badNonce", ACME_RETRY_BACKOFF},
    [ACME_PROBLEM_BAD_PUBLIC_KEY] = {"badPublicKey", ACME_RETRY_DAILY},
    [ACME_PROBLEM_BAD_REVOCATION_REASON] = {"badRevocationReason",
                                            ACME_RETRY_DAILY},
    [ACME_PROBLEM_BAD_SIGNATURE_ALGORITHM] = {"badSignatureAlgorithm",
                                              ACME_RETRY_DAILY},
    [ACME_PROBLEM_CAA] = {"caa", ACME_RETRY_DAILY},
    [ACME_PROBLEM_COMPOUND] = {"compound", ACME_RETRY_BACKOFF},
    [ACME_PROBLEM_CONNECTION] = {"connection", ACME_RETRY_BACKOFF},
    [ACME_PROBLEM_DNS] = {"dns", ACME_RETRY_BACKOFF},
    [ACME_PROBLEM_EXTERNAL_ACCOUNT_REQUIRED] = {"externalAccountRequired",
                                                ACME_RETRY_DAILY},
    [ACME_PROBLEM_INCORRECT_RESPONSE] = {"incorrectResponse",
                                         ACME_RETRY_BACKOFF},
    [ACME_PROBLEM_INVALID_CONTACT] = {"invalidContact", ACME_RETRY_DAILY},
    [ACME_PROBLEM_INVALID_PROFILE] = {"invalidProfile", ACME_RETRY_DAILY},
    [ACME_PROBLEM_MALFORMED] = {"malformed", ACME_RETRY_DAILY},
    [ACME_PROBLEM_ORDER_NOT_READY] = {"orderNotReady", ACME_RETRY_BACKOFF},
    [ACME_PROBLEM_RATE_LIMITED] = {"rateLimited", ACME_RETRY_BACKOFF},
    [ACME_PROBLEM_REJECTED_IDENTIFIER] = {"rejectedIdentifier",
                                          ACME_RETRY_DAILY},
    [ACME_PROBLEM_SERVER_INTERNAL] = {"serverInternal", ACME_RETRY_BACKOFF},
    [ACME_PROBLEM_TLS] = {"tls", ACME_RETRY_BACKOFF},
    [ACME_PROBLEM_UNAUTHORIZED] = {"unauthorized", ACME_RETRY_BACKOFF},
    [ACME_PROBLEM_UNSUPPORTED_CONTACT] = {"unsupportedContact",
                                          ACME_RETRY_DAILY},
    [ACME_PROBLEM_UNSUPPORTED_IDENTIFIER] = {"unsupportedIdentifier",
                                             ACME_RETRY_DAILY},
    [ACME_PROBLEM_USER_ACTION_REQUIRED] = {"userActionRequired",
                                           ACME_RETRY_PERSON},
};

_Static_assert(sizeof(rows) / sizeof(rows[0]) == ACME_PROBLEM_KINDS,
               "a row for each kind of problem");

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

/* A CA may quote the key authorization (RFC 8555 section 8.1) that it missed:
 * its second half must not reach a log. A page that lifts a pause may look
 * like it, and has to. */
static const char *mask(const char *detail, apr_pool_t *p)
{
    char *text = apr_pstrdup(p, detail);
    char *at;

    for (at = strchr(text, '.'); at != NULL; at = strchr(at, '.')) {
        at++;
        if (acme_base64url_length(at) == THUMBPRINT_LENGTH) {
            memset(at, '*', THUMBPRINT_LENGTH);
        }
    }
    return text;
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
    apr_int64_t status = ae_json_get_int(object, "status", 0);

    if (!detail) {
        detail = ae_json_get_string(object, "title", p);
    }
    problem->type = take_text(object, "type", TYPE_MAX, p);
    if (!problem->type || !*problem->type) {
        problem->type = "about:blank"; /* RFC 9457 section 4.2.1 */
    }
    problem->kind = kind_of(problem->type);
    problem->instance = take_text(object, "instance", ACME_URL_LENGTH_MAX, p);
    problem->identifier =
        acme_identifier_read(ae_json_get_object(object, "identifier"), p);
    problem->status = status >= 100 && status < 600 ? (int)status : 0;
    if (problem->kind == ACME_PROBLEM_RATE_LIMITED && detail) {
        problem->unpause = find_unpause(detail, p);
    }
    if (detail && !problem->unpause) {
        detail = mask(detail, p);
    }
    problem->detail = detail ? cut(detail, DETAIL_MAX, p) : "";
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

static acme_retry_t own_retry(const acme_problem_t *problem)
{
    return problem->unpause ? ACME_RETRY_PERSON : rows[problem->kind].retry;
}

acme_retry_t acme_problem_retry(const acme_problem_t *problem)
{
    acme_retry_t retry = own_retry(problem);
    int i;

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
           *problem->detail ? problem->detail : "it does not say more");
    append(text, size, " (");
    append(text, size, problem->type);
    append(text, size, ")");
    for (i = 0; i < problem->subproblems->nelts; i++) {
        tell(text, size, subproblem(problem, i));
    }
}

/* Where nothing is worse than what sums it up, the first part says most. */
const acme_problem_t *acme_problem_decisive(const acme_problem_t *problem)
{
    const acme_problem_t *best = problem;
    int i;

    for (i = 0; i < problem->subproblems->nelts; i++) {
        const acme_problem_t *one =
            acme_problem_decisive(subproblem(problem, i));
        acme_retry_t least = own_retry(best) + (best != problem);

        if (best->kind == ACME_PROBLEM_COMPOUND || own_retry(one) >= least) {
            best = one;
        }
    }
    return best;
}

void acme_problem_explain(ae_error_t *err, const acme_problem_t *problem)
{
    const acme_problem_t *cause = acme_problem_decisive(problem);
    char why[sizeof(err->why)] = "";

    tell(why, sizeof(why), problem);
    ae_error_why(err, "%s", why);
    if (cause->unpause && strlen(cause->unpause) <= UNPAUSE_SHOWN_MAX) {
        ae_error_next(err,
                      "Mend the cause of the failures, lift the pause at %s, "
                      "then restart httpd gracefully.",
                      cause->unpause);
    } else if (cause->kind == ACME_PROBLEM_USER_ACTION_REQUIRED &&
               cause->instance) {
        ae_error_next(err,
                      "Open %s and do what the CA asks there, then "
                      "restart httpd gracefully.",
                      cause->instance);
    }
}
