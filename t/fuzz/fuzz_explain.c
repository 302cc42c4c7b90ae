#include "edge_explain.h"
#include "fuzz.h"

#include <string.h>

/* What a CA says of a failure: a byte for the type, the name that it looked
 * at, "%%", its words. */

static void check(edge_cause_t cause)
{
    ae_error_t err;

    fuzz_must(cause > EDGE_CAUSE_NONE && cause < EDGE_CAUSES,
              "each failure has a cause");
    fuzz_must(edge_cause_find(edge_cause_word(cause)) == cause,
              "a cause is found by its word");
    ae_error_set(&err, AE_EREMOTE, "It failed");
    ae_error_why(&err, "for one reason or another");
    edge_explain_next(&err, cause, 1);
    fuzz_must_explain(&err, AE_EREMOTE);
    fuzz_must(strstr(err.next, edge_cause_remedy(cause, AE_ENGLISH)) != NULL,
              "the remedy is whole");
}

static void run(const unsigned char *data, size_t size)
{
    ae_bytes_t head = fuzz_part(&data, &size);
    acme_problem_t problem = {
        .kind = head.len > 0
                    ? (acme_problem_kind_t)(head.data[0] % ACME_PROBLEM_KINDS)
                    : ACME_PROBLEM_OTHER,
        .type = "urn:x",
        .detail = fuzz_string(data, size),
        .subproblems = apr_array_make(fuzz_pool, 1, sizeof(void *)),
    };
    const char *name =
        head.len > 2 ? fuzz_string(head.data + 1, head.len - 2) : NULL;
    acme_failure_t failure = {
        .step = "challenge", .problem = &problem, .name = name};
    ae_error_t err;

    ae_error_set(&err, AE_EREMOTE, "It failed");
    check(edge_explain_problem(&problem, NULL));
    check(edge_explain_problem(&problem, name));
    check(edge_explain_failure(&failure, &err));
}

const fuzz_target_t fuzz_explain = {"explain", run, 20000};
