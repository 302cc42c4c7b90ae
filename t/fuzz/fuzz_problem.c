#include "acme_problem.h"
#include "acme_url.h"
#include "edge_explain.h"
#include "fuzz.h"

#include <string.h>

/* Problem documents of a CA. */

static void check_text(const char *text)
{
    fuzz_must_be_text(text);
    fuzz_must(!text || strlen(text) <= 4096, "text is cut at a sane length");
}

static int check_problem(const acme_problem_t *problem, int depth)
{
    int i, count = 1;

    fuzz_must(depth < 8, "problems are not nested without end");
    fuzz_must((int)problem->kind < ACME_PROBLEM_KINDS, "the kind is known");
    fuzz_must(problem->type && *problem->type, "there is a type");
    fuzz_must(problem->detail != NULL, "there is a detail, perhaps empty");
    check_text(problem->type);
    check_text(problem->detail);
    check_text(problem->instance);
    check_text(problem->identifier);
    fuzz_must(!problem->unpause || acme_url_valid(problem->unpause),
              "the page that lifts a pause is https");
    fuzz_must(problem->status == 0 ||
                  (problem->status >= 100 && problem->status < 600),
              "the status is one of HTTP");
    for (i = 0; i < problem->subproblems->nelts; i++) {
        count += check_problem(
            APR_ARRAY_IDX(problem->subproblems, i, const acme_problem_t *),
            depth + 1);
    }
    return count;
}

static void check_words(const acme_problem_t *problem)
{
    ae_error_t err;

    ae_error_set(&err, AE_EREMOTE, "The CA refused");
    acme_problem_explain(&err, problem);
    edge_explain_next(&err, edge_explain_problem(problem, "a.example"), 1);
    fuzz_must_explain(&err, AE_EREMOTE);
    fuzz_must(err.next[0] != '\0', "there is a remedy");
}

static void run(const unsigned char *data, size_t size)
{
    ae_error_t err;
    json_t *json;
    const acme_problem_t *problem, *copy;

    if (ae_json_parse(&json, (const char *)data, size, &err, fuzz_pool) !=
        APR_SUCCESS) {
        return;
    }
    problem = acme_problem_read(json, fuzz_pool);
    copy = acme_problem_copy(problem, fuzz_pool);
    fuzz_must(check_problem(problem, 0) == check_problem(copy, 0),
              "a copy has all subproblems");
    fuzz_must(acme_problem_retry(problem) <= ACME_RETRY_PERSON &&
                  acme_problem_retry(problem) == acme_problem_retry(copy),
              "a copy is retried as the original");
    check_words(copy);
}

const fuzz_target_t fuzz_problem = {"problem", run, 4000};
