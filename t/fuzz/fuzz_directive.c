#include "acme_url.h"
#include "ae_subject.h"
#include "edge_cert.h"
#include "edge_key_types.h"
#include "edge_peer.h"
#include "edge_policy.h"
#include "edge_provider.h"
#include "edge_schedule.h"
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

static void try_key_types(const char *words)
{
    edge_key_types_t types;
    ae_error_t err;
    apr_status_t status = edge_key_types_parse(&types, words, &err);

    if (status != APR_SUCCESS) {
        must_refuse(&err, status);
        return;
    }
    fuzz_must(types.count >= 1 && types.count <= AE_KEY_TYPES,
              "there is a type, and none is there twice");
}

static void try_subject(const char *text)
{
    X509_NAME *name = X509_NAME_new();
    ae_error_t err;
    apr_status_t status = ae_subject_put(name, text, &err);

    if (status != APR_SUCCESS) {
        must_refuse(&err, status);
    } else {
        fuzz_must(X509_NAME_entry_count(name) > 0, "a subject has attributes");
    }
    X509_NAME_free(name);
}

static void check_window(const edge_window_t *window)
{
    fuzz_must(window->first_day < 7 && window->last_day < 7,
              "a week has seven days");
    fuzz_must(window->from >= 0 && window->from < 24 * 60 &&
                  window->to > window->from &&
                  window->to < window->from + 24 * 60 + 1,
              "a window is open for a day at most");
}

static void try_schedule(const char *words)
{
    const apr_time_t now = apr_time_from_sec(1800000000);
    edge_schedule_t schedule;
    apr_time_t next;
    ae_error_t err;
    apr_status_t status = edge_schedule_parse(&schedule, words, &err);
    int i;

    if (status != APR_SUCCESS) {
        must_refuse(&err, status);
        return;
    }
    for (i = 0; i < schedule.count; i++) {
        check_window(&schedule.windows[i]);
    }
    next = edge_schedule_next(&schedule, now);
    fuzz_must(schedule.kind == EDGE_SCHEDULE_MANUAL
                  ? next == 0
                  : edge_schedule_open(&schedule, NULL, next),
              "what comes next is open");
}

static void try_peer(const char *word)
{
    edge_peer_t peer, again;
    ae_error_t err;
    apr_status_t status = edge_peer_parse(&peer, word, &err, fuzz_pool);

    if (status != APR_SUCCESS) {
        must_refuse(&err, status);
        return;
    }
    fuzz_must(peer.port >= 1 && peer.port <= 65535, "a port is a port");
    fuzz_must(edge_peer_parse(&again, edge_peer_print(&peer, fuzz_pool), &err,
                              fuzz_pool) == APR_SUCCESS &&
                  strcmp(peer.address, again.address) == 0 &&
                  peer.port == again.port,
              "what is printed is read again");
}

static void run(const unsigned char *data, size_t size)
{
    const char *word = fuzz_string(data, size);

    try_span(word);
    try_provider(word);
    try_key_type(word);
    try_key_types(word);
    try_subject(word);
    try_schedule(word);
    try_peer(word);
}

const fuzz_target_t fuzz_directive = {"directive", run, 8000};
