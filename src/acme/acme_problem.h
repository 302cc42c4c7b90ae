#ifndef ACME_PROBLEM_H
#define ACME_PROBLEM_H

/** Problem documents (RFC 8555 section 6.7, RFC 9457), and when to try again.
 * What each means here, and what mends it, is said by edge_explain.h. */

#include "ae_error.h"
#include "ae_json.h"

#include <apr_tables.h>

/** The types of RFC 8555 section 6.7 and RFC 9773 section 7. */
typedef enum acme_problem_kind_t {
    ACME_PROBLEM_OTHER, /* any type that is not below */
    ACME_PROBLEM_ACCOUNT_DOES_NOT_EXIST,
    ACME_PROBLEM_ALREADY_REPLACED,
    ACME_PROBLEM_ALREADY_REVOKED,
    ACME_PROBLEM_BAD_CSR,
    ACME_PROBLEM_BAD_NONCE,
    ACME_PROBLEM_BAD_PUBLIC_KEY,
    ACME_PROBLEM_BAD_REVOCATION_REASON,
    ACME_PROBLEM_BAD_SIGNATURE_ALGORITHM,
    ACME_PROBLEM_CAA,
    ACME_PROBLEM_COMPOUND,
    ACME_PROBLEM_CONNECTION,
    ACME_PROBLEM_DNS,
    ACME_PROBLEM_EXTERNAL_ACCOUNT_REQUIRED,
    ACME_PROBLEM_INCORRECT_RESPONSE,
    ACME_PROBLEM_INVALID_CONTACT,
    ACME_PROBLEM_INVALID_PROFILE,
    ACME_PROBLEM_MALFORMED,
    ACME_PROBLEM_ORDER_NOT_READY,
    ACME_PROBLEM_RATE_LIMITED,
    ACME_PROBLEM_REJECTED_IDENTIFIER,
    ACME_PROBLEM_SERVER_INTERNAL,
    ACME_PROBLEM_TLS,
    ACME_PROBLEM_UNAUTHORIZED,
    ACME_PROBLEM_UNSUPPORTED_CONTACT,
    ACME_PROBLEM_UNSUPPORTED_IDENTIFIER,
    ACME_PROBLEM_USER_ACTION_REQUIRED,
    ACME_PROBLEM_KINDS
} acme_problem_kind_t;

/** When trying again makes sense. */
typedef enum acme_retry_t {
    ACME_RETRY_BACKOFF, /* it may pass by itself: 1, 10, 100 minutes, daily */
    ACME_RETRY_DAILY,   /* it will not mend by itself: look once a day */
    ACME_RETRY_PERSON   /* only after somebody did something */
} acme_retry_t;

/** One problem as the CA sent it; text is cut at sane lengths. */
typedef struct acme_problem_t {
    acme_problem_kind_t kind;
    const char *type;       /* as sent, "about:blank" where absent */
    const char *detail;     /* the CA's words, "" where absent */
    const char *instance;   /* URL for a person, or NULL */
    const char *identifier; /* the name it is about, or NULL */
    const char *unpause;    /* URL that lifts a pause, or NULL */
    int status;             /* HTTP status, 0 where unknown */
    const apr_array_header_t *subproblems; /* const acme_problem_t * */
} acme_problem_t;

/** Read a problem object; whatever is odd becomes ACME_PROBLEM_OTHER.
 * Never fails. Lives in `p`. */
const acme_problem_t *acme_problem_read(const json_t *object, apr_pool_t *p);

/** Copy with all that belongs to it, into `p`. */
const acme_problem_t *acme_problem_copy(const acme_problem_t *problem,
                                        apr_pool_t *p);

/** When to try again after this problem, the worst of its subproblems
 * included. */
acme_retry_t acme_problem_retry(const acme_problem_t *problem);

/** The one among a problem and its subproblems that decides what to do: a
 * cause that needs somebody before one that passes, and the inner one where
 * the outer only sums up. Lives as long as the problem. */
const acme_problem_t *acme_problem_decisive(const acme_problem_t *problem);

/** Put the problem into words: why in the CA's words with type and all
 * subproblems; next is set where the CA names a page that mends it, and left
 * as it is elsewhere. `what` was set by the caller. */
void acme_problem_explain(ae_error_t *err, const acme_problem_t *problem);

/** The word of a kind, as RFC 8555 section 6.7 writes it behind its URN,
 * "rateLimited"; "other" for any other type. */
const char *acme_problem_word(acme_problem_kind_t kind);

#endif
