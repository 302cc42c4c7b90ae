#include "acme_url.h"
#include "edge_cert.h"
#include "edge_policy.h"
#include "edge_provider.h"
#include "fuzz.h"

#include <string.h>

/* What an administrator writes behind a directive: each kind of value is
 * tried on the same bytes. */

static void must_refuse(const ae_error_t *err, apr_status_t status)
{
    fuzz_must(status == AE_EFORMAT, "the status is a documented one");
    fuzz_must_explain(err, status);
    fuzz_must(err->next[0] != '\0', "it says what to write instead");
}

static void try_span(const char *word)
{
    edge_span_t span = {0, 0};
    ae_error_t err;
    apr_status_t status = edge_span_parse(&span, word, &err);

    if (status != APR_SUCCESS) {
        must_refuse(&err, status);
        return;
    }
    fuzz_must(span.percent ? span.time == 0 && span.percent <= 99
                           : span.time >= apr_time_from_sec(1) &&
                                 span.time <= apr_time_from_sec(
                                                  APR_INT64_C(3650) * 86400),
              "a span is a share or a time, and bounded");
}

static void check_provider(const edge_provider_t *provider)
{
    const char *name = provider->name;

    fuzz_must(*name && strlen(name) <= 255 && *name != '.' &&
                  name[strspn(name, "abcdefghijklmnopqrstuvwxyz"
                                    "0123456789.-")] == '\0',
              "a provider's name is one component and not hidden");
    fuzz_must(acme_url_valid(provider->directory_url),
              "a provider is asked by https");
    fuzz_must_be_text(provider->directory_url);
    fuzz_must(provider->names_max > 0, "a certificate has names");
}

static void try_provider(const char *word)
{
    const edge_provider_t *provider, *again;
    ae_error_t err;
    apr_status_t status =
        edge_provider_resolve(&provider, word, &err, fuzz_pool);

    if (status != APR_SUCCESS) {
        must_refuse(&err, status);
        return;
    }
    check_provider(provider);
    fuzz_must(edge_provider_resolve(&again, provider->directory_url, &err,
                                    fuzz_pool) == APR_SUCCESS &&
                  !strcmp(provider->name, again->name),
              "an URL is always the same provider");
}

static void try_key_type(const char *word)
{
    ae_key_type_t type;

    if (ae_key_type_parse(&type, word) == APR_SUCCESS) {
        fuzz_must(!strcmp(ae_key_type_word(type), word),
                  "a type of key has one word");
    }
}

static void run(const unsigned char *data, size_t size)
{
    const char *word = fuzz_string(data, size);

    try_span(word);
    try_provider(word);
    try_key_type(word);
}

const fuzz_target_t fuzz_directive = {"directive", run, 8000};
