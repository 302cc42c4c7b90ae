#include "acme_url.h"
#include "ae_json.h"
#include "fuzz.h"
#include "fuzz_acme.h"

#include <string.h>

/* account.json of accounts/, which the worker takes up. */

static int same(const char *a, const char *b)
{
    return a == b || (a && b && !strcmp(a, b));
}

static void run(const unsigned char *data, size_t size)
{
    ae_error_t err;
    json_t *json;
    acme_session_t *one, *two;

    if (ae_json_parse(&json, (const char *)data, size, &err, fuzz_pool) !=
        APR_SUCCESS) {
        return;
    }
    one = fuzz_session(json);
    two = fuzz_session(acme_session_save(one, fuzz_pool));
    fuzz_must(!acme_session_account_url(one) ||
                  acme_url_valid(acme_session_account_url(one)),
              "an account is an https URL");
    fuzz_must(!acme_session_terms(one) ||
                  strlen(acme_session_terms(one)) <= ACME_URL_LENGTH_MAX,
              "the terms are bounded");
    fuzz_must(acme_session_revision(one) == 0, "there is nothing new to save");
    fuzz_must(
        same(acme_session_account_url(one), acme_session_account_url(two)) &&
            same(acme_session_terms(one), acme_session_terms(two)),
        "what was saved is loaded as the same");
}

const fuzz_target_t fuzz_account_saved = {"account_saved", run, 3000};
