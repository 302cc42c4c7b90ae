#include "edge_errand.h"
#include "edge_errands.h"
#include "edge_revoked.h"
#include "fuzz.h"
#include "fuzz_store.h"

#include <string.h>

/* requests/errand.<id>, its outcome, and a record of revoked/. */

#define ID "0123456789abcdef"
#define NOW apr_time_from_sec(1795000000)

static void say_nothing(void *ctx, ae_log_level_t level, const char *line)
{
    (void)ctx;
    (void)level;
    fuzz_must_be_text(line);
}

static const ae_log_t silent = {say_nothing, NULL};

static void take_revoked(void *ctx, const edge_revocation_t *revocation,
                         apr_time_t now)
{
    (void)ctx;
    (void)revocation;
    (void)now;
    fuzz_must(0, "nothing is revoked without a CA");
}

static edge_errands_t *make_errands(void)
{
    static const edge_challenge_store_t none;
    edge_errands_config_t config = {.store = fuzz_store(),
                                    .challenges = &none,
                                    .log = &silent,
                                    .revoked = take_revoked};
    apr_array_header_t *certs =
        apr_array_make(fuzz_pool, 1, sizeof(const edge_cert_t *));

    config.certs = certs;
    config.sessions =
        edge_sessions_create(fuzz_store(), certs, &silent, fuzz_pool);
    return edge_errands_create(&config, fuzz_pool);
}

static apr_status_t outcome(edge_errand_end_t *told, ae_error_t *err)
{
    return edge_errand_outcome(told, fuzz_store(), ID, err, fuzz_pool);
}

static void check_outcome(ae_bytes_t bytes)
{
    edge_errand_end_t told;
    ae_error_t err;
    apr_status_t status;

    fuzz_write(edge_store_path(fuzz_store(), fuzz_pool, "requests",
                               "errand." ID ".done", NULL),
               bytes);
    status = outcome(&told, &err);
    if (status == APR_SUCCESS) {
        fuzz_must_be_text(told.answer);
        fuzz_must_be_text(told.error.what);
        fuzz_must(told.error.status != APR_SUCCESS || told.answer[0],
                  "it says something");
    } else {
        fuzz_must(status == AE_EFORMAT || status == AE_ETOOBIG,
                  "the status is a documented one");
        fuzz_must_explain(&err, status);
    }
}

static void drop(void)
{
    ae_error_t err;

    fuzz_must(edge_errand_drop(fuzz_store(), ID, &err, fuzz_pool) ==
                  APR_SUCCESS,
              "it can be dropped");
}

static void check_asked(ae_bytes_t bytes)
{
    edge_errands_t *errands = make_errands();
    edge_errand_end_t told;
    ae_error_t err;
    const char *trust_file;
    const acme_request_t *request;
    apr_time_t wake;

    fuzz_write(edge_errand_path(fuzz_store(), ID, fuzz_pool), bytes);
    edge_errands_ask(errands, NOW);
    request = edge_errands_next(errands, NOW, &trust_file, &wake);
    fuzz_must(request ? !strcmp(request->step, "directory")
                      : outcome(&told, &err) == APR_SUCCESS &&
                            told.error.status != APR_SUCCESS,
              "it is begun, or its outcome is told");
    edge_errands_stop(errands);
    drop();
}

static void check_record(ae_bytes_t bytes)
{
    ae_cert_facts_t facts = {.serial = "0a", .issuer = "CN=ca"};
    const char *dir =
        edge_store_path(fuzz_store(), fuzz_pool, "revoked", NULL);
    apr_array_header_t *names;
    edge_revocation_t found;
    ae_error_t err;

    fuzz_must(edge_revoked_note(fuzz_store(), &facts, "superseded", NOW, &err,
                                fuzz_pool) == APR_SUCCESS &&
                  ae_file_list(&names, dir, &err, fuzz_pool) == APR_SUCCESS,
              "a record can be written");
    fuzz_write(edge_store_path(fuzz_store(), fuzz_pool, "revoked",
                               APR_ARRAY_IDX(names, 0, const char *), NULL),
               bytes);
    fuzz_must(edge_revoked_find(&found, fuzz_store(), &facts, fuzz_pool),
              "whatever it says, it is there");
    fuzz_must_be_text(edge_revoked_words(&found, fuzz_pool));
    edge_revoked_sweep(fuzz_store(), NOW, fuzz_pool);
}

static void run(const unsigned char *data, size_t size)
{
    ae_bytes_t bytes = fuzz_bytes(data, size);

    check_asked(bytes);
    check_outcome(bytes);
    drop();
    check_record(bytes);
}

const fuzz_target_t fuzz_errand = {"errand", run, 1000};
